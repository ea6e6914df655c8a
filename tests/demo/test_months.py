from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from callcenter.audit import queries as log
from callcenter.audit.models import AuditEntry
from callcenter.clock import app_clock, instant_of, local
from callcenter.contracts import queries as contracts
from callcenter.contracts.settings import SETTINGS, city_code_fault
from callcenter.deliveries import queries as delivered
from callcenter.deliveries.rules import Kind, State
from callcenter.demo import agreed, loader, months
from callcenter.demo.clock import FIRST_ON, LAST_ON, RECORDED_UNTIL_MINUTE, TODAY
from callcenter.demo.company import Company, found_company
from callcenter.demo.months import DECEMBER, FEBRUARY, JANUARY, MARCH, STORY
from callcenter.demo.people import CALLERS, caller_at
from callcenter.extensions import db
from callcenter.protection.deployment import keys_for
from callcenter.protection.findings import find_personal_data
from callcenter.protection.scan import require_clean
from callcenter.reporting.completion import queries as completion
from callcenter.reporting.completion.rules import Stage
from callcenter.reporting.periods import approving, comments, drafts, reading
from callcenter.reporting.periods.bundles import bundle_for
from callcenter.reporting.periods.drafts import Period
from callcenter.reporting.periods.reviewing import look
from callcenter.web.transaction import transaction
from reports.period import PeriodKind, month_span
from reports.period_bundle import proposal
from tests.demo.stage import staged
from tests.demo.test_shape import open_days

NOW = instant_of(TODAY, RECORDED_UNTIL_MINUTE)
SENT = [
    (Kind.MONTHLY, DECEMBER, [(1, State.ACCEPTED)]),
    (Kind.MONTHLY, JANUARY, [(2, State.ACCEPTED), (1, State.SENT_BACK)]),
    (Kind.MONTHLY, FEBRUARY, [(1, State.SUBMITTED)]),
    (Kind.NOTICE, DECEMBER, [(1, State.ACCEPTED)]),
    (Kind.NOTICE, JANUARY, [(1, State.ACCEPTED)]),
    (Kind.NOTICE, FEBRUARY, [(1, State.SUBMITTED)]),
    (Kind.INVOICE, DECEMBER, [(1, State.ACCEPTED)]),
    (Kind.INVOICE, JANUARY, [(1, State.ACCEPTED)]),
    (Kind.INVOICE, FEBRUARY, []),
]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The story of the months alone: what people do is the same without the calls in between."""
    with staged(tmp_path_factory.mktemp("months")):
        with transaction():
            company = found_company(instant_of(loader.FOUNDED_ON, 600))
        for on in dict.fromkeys(step.on for step in STORY):
            months.on_the_day(on, company, since=FIRST_ON)
        months.draft_of_this_month(company, NOW)
        yield company


@pytest.fixture
def winter(told: Company) -> UUID:
    return told.contract_id


def _versions(contract_id: UUID, kind: Kind, month: date) -> list[tuple[int, State]]:
    span = month_span(month)
    found = delivered.versions_for(contract_id, kind, span.from_on, span.to_on)
    return [(one.number, one.state) for one in found]


# --- the story ---


@pytest.mark.parametrize(("kind", "month", "versions"), SENT)
def test_a_month_stands_where_its_story_left_it(
    winter: UUID, kind: Kind, month: date, versions: list[tuple[int, State]]
) -> None:
    assert _versions(winter, kind, month) == versions


def test_december_is_paid_in_time_and_january_is_overdue(winter: UUID) -> None:
    found = {one.first: one for one in completion.months(contracts.contract(winter), TODAY)}
    stages = [found[month].stage for month in (DECEMBER, JANUARY, FEBRUARY, MARCH)]
    assert stages == [Stage.PAID, Stage.OVERDUE, Stage.WAITING, Stage.RUNNING]
    december, january = found[DECEMBER].owed, found[JANUARY].owed
    assert december is not None
    assert january is not None
    assert (december.late_days, december.interest) == (0, 0)
    assert (january.late_days, january.interest) == (10, 2_034)


def test_januarys_second_version_says_what_the_city_had_missed(winter: UUID) -> None:
    span = month_span(JANUARY)
    newest, first = delivered.versions_for(winter, Kind.MONTHLY, span.from_on, span.to_on)
    assert first.comment == months.SENT_BACK_COMMENT
    assert newest.change_note == months.CHANGE_NOTE
    assert list(newest.differences) == ["所見（時間帯・曜日）の内容が変わりました。"]


@pytest.mark.parametrize("month", [DECEMBER, JANUARY, FEBRUARY])
def test_later_days_do_not_reach_back_into_a_month_that_was_handed_over(told: Company, month: date) -> None:
    period = Period(told.contract_id, PeriodKind.MONTHLY.value, month_span(month))
    newest = approving.newest_version(period)
    assert newest is not None
    found = look(period, by=told.actors["supervisor"], at=NOW)
    assert list(reading.difference(newest, found.report, keys_for(told.contract_id))) == []


def test_the_month_that_goes_on_has_a_draft_with_a_remark(winter: UUID) -> None:
    period = Period(winter, PeriodKind.MONTHLY.value, month_span(MARCH))
    draft = drafts.build_of(period)
    assert draft is not None
    assert (draft.built_at, draft.bundle_number) == (NOW, 1)
    assert [one.section for one in comments.comments_of(period)] == ["summary"]


def test_the_supervisor_approves_and_the_manager_claims_on_their_own_days(winter: UUID) -> None:
    told = {Kind.MONTHLY: ("見本 あおい", date(2027, 1, 7)), Kind.INVOICE: ("契約 かなめ", date(2027, 1, 14))}
    span = month_span(DECEMBER)
    for kind, who_and_when in told.items():
        (version,) = delivered.versions_for(winter, kind, span.from_on, span.to_on)
        assert (version.approver_name, local(version.submitted_at).on) == who_and_when


def test_the_log_verifies_and_its_entries_stand_in_the_order_of_time(winter: UUID) -> None:
    assert log.verify().whole
    chain = select(AuditEntry.at).where(AuditEntry.chain == str(winter)).order_by(AuditEntry.seq)
    instants = list(db.session.execute(chain).scalars())
    assert len(instants) > 100
    assert instants == sorted(instants)


def test_everything_happens_on_open_days_in_the_order_of_time_within_working_hours() -> None:
    days = set(open_days())
    assert all(step.on in days and 510 <= step.minute < 1035 for step in STORY)
    assert [(step.on, step.minute) for step in STORY] == sorted((step.on, step.minute) for step in STORY)


def test_a_month_whose_first_day_is_not_played_has_no_story(tmp_path: Path) -> None:
    with staged(tmp_path):
        with transaction():
            company = found_company(instant_of(loader.FOUNDED_ON, 600))
        for step in STORY:
            months.on_the_day(step.on, company, since=date(2027, 2, 2))
        for kind in (Kind.MONTHLY, Kind.NOTICE, Kind.INVOICE):
            assert delivered.states_between(company.contract_id, kind, FIRST_ON, LAST_ON) == {}


def test_the_clock_stands_only_while_something_is_done(told: Company) -> None:
    assert app_clock().fixed is None


# --- what was agreed ---


def test_the_settings_are_what_their_fields_take(winter: UUID) -> None:
    assert city_code_fault(agreed.VALUES["city_code"]) == ""
    for name, text in agreed.VALUES.items():
        spec = SETTINGS[name]
        assert contracts.setting(winter, name, FIRST_ON, spec.standard) == spec.read(text)


def test_the_targets_are_the_proposals(winter: UUID) -> None:
    assert contracts.setting(winter, "target_answer_rate", TODAY, ("90",)) == ("90",)


def test_the_city_chose_the_items_of_the_month(winter: UUID) -> None:
    bundle = bundle_for(winter, PeriodKind.MONTHLY, DECEMBER)
    assert (bundle.number, bundle.instructed_on) == (1, agreed.AGREED_ON)
    assert [sheet.key for sheet in bundle.sheets] == [sheet.key for sheet in proposal(PeriodKind.MONTHLY).sheets]
    assert [sheet.columns for sheet in bundle.sheets if sheet.columns] == [agreed.DAYS]
    assert bundle_for(winter, PeriodKind.ANNUAL, FIRST_ON).number == 0


def test_no_mailbox_can_be_reached() -> None:
    assert all(address.endswith(".example") for address, _ in agreed.MAILBOXES)


# --- what is said ---


def test_no_text_that_leaves_reads_like_a_caller_of_ours() -> None:
    names = sorted({caller_at(index).name for index in range(0, CALLERS, 7)})
    texts = [text for remarks in months.REMARKS.values() for text in remarks.values()]
    texts += [months.ADDED_REMARK[1], months.CHANGE_NOTE, months.PAYMENT_NOTE, months.SENT_BACK_COMMENT]
    assert find_personal_data("\n".join(texts), names=names, phones=(), public_phones=()) == []
    require_clean({str(place): text for place, text in enumerate(texts)})
