"""What a period is compared with, what was chosen for it, and what a version says otherwise."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from msgspec.structs import replace
from sqlalchemy import update

from callcenter.calls import history
from callcenter.clock import instant_of
from callcenter.contracts import queries as contract_facts
from callcenter.contracts.models import Contract
from callcenter.deliveries import service as deliveries
from callcenter.deliveries.rules import Kind, State
from callcenter.extensions import db
from callcenter.protection.deployment import keys_for
from callcenter.reporting.periods import reading
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from reports import daily as values
from reports.period import Comment, PeriodKind, Span, month_span
from tests.centre import Centre
from tests.reporting.periods.chance import RawCall
from tests.reporting.periods.settled import JUNE, choose, settled, submit
from tests.reporting.periods.world import ENDS_ON, World

# --- what is compared with, and what was chosen ---


def test_the_month_before_the_contract_is_what_its_predecessor_delivered(sqlite_centre: Centre) -> None:
    world = settled(sqlite_centre, RawCall(date(2026, 4, 2), 600), month=date(2026, 4, 1))
    delivered = {
        "recorded": {"label": "記録件数", "state": "value", "value": 2741, "text": "2,741"},
        "answer_rate": {"label": "応答率", "state": "not_measured", "value": None, "text": "未計測"},
        "service_level": {"label": "サービスレベル（30秒）", "state": "value", "value": 0.8, "text": "80.0%"},
        "gone": {"label": "今はない値", "state": "value", "value": 1, "text": "1"},
        "category.0401": {"label": "カード本体の更新", "state": "value", "value": 400, "text": "400"},
    }
    march = month_span(date(2026, 3, 1))
    _predecessor(sqlite_centre, march, delivered)
    report = world.report(sqlite_centre)
    previous = report.previous
    assert previous is not None
    assert (previous.label, previous.span, previous.source) == ("前月", march, "前の契約で提出した第1版（提出済み）")
    assert set(previous.figures) == {"recorded", "answer_rate"}
    assert previous.figures["recorded"].value == 2741
    assert {line.category.code: line.previous for line in report.categories}["0401"] == 400
    assert report.year_ago is None


def test_what_the_city_sent_back_is_nothing_to_compare_with(sqlite_centre: Centre) -> None:
    world = settled(sqlite_centre, RawCall(date(2026, 4, 2), 600), month=date(2026, 4, 1))
    version = _predecessor(sqlite_centre, month_span(date(2026, 3, 1)), {"recorded": {}})
    own = sqlite_centre.contract_id
    with sqlite_centre.inside():
        before = contract_facts.contract(own).predecessor_id
        officer = sqlite_centre.person(Role.CITY_OFFICER, contract_id=before)
        by = replace(officer.actor, contract_id=before)
        with transaction():
            deliveries.decide(version, State.SENT_BACK, "数え直してください。", by=by, at=world.now)
    assert world.report(sqlite_centre).previous is None


def _predecessor(centre: Centre, span: Span, figures: dict[str, Any]) -> Any:
    """Let the contract have one before it, under which a monthly report was delivered."""
    own = centre.contract_id
    with centre.inside():
        before = centre.new_contract("R7", starts_on=date(2025, 4, 1), ends_on=date(2026, 3, 31))
        person = centre.person(Role.SUPERVISOR, contract_id=before)
        by = replace(person.actor, contract_id=before)
        with transaction():
            db.session.execute(update(Contract).where(Contract.id == own).values(predecessor_id=before))
            return submit(centre, by, Kind.MONTHLY, span, figures=figures)


def test_a_year_is_compared_with_the_year_before_and_a_span_with_nothing(sqlite_centre: Centre) -> None:
    world = World.of(Random(26), date(2027, 4, 1), busy=3)
    world.settle(sqlite_centre)
    year = world.report(sqlite_centre, PeriodKind.ANNUAL, Span(date(2027, 4, 1), ENDS_ON))
    assert year.previous is not None
    assert (year.previous.label, year.previous.span) == ("前年度", Span(date(2026, 4, 1), date(2027, 3, 31)))
    assert year.year_ago is None
    term = world.report(sqlite_centre, PeriodKind.TERM, Span(date(2027, 3, 1), date(2027, 4, 9)))
    assert (term.previous, term.year_ago) == (None, None)


def test_a_month_before_which_recording_had_just_begun_says_that_it_is_not_whole(sqlite_centre: Centre) -> None:
    world = settled(sqlite_centre, RawCall(date(2026, 5, 18), 600), RawCall(date(2026, 6, 2), 600))
    notes = world.read(sqlite_centre).notes
    assert "前月（令和8年5月）の値は、記録の始まった令和8年5月18日からのものです。" in notes


def test_the_last_day_s_choices_rule_and_a_change_within_is_noted(sqlite_centre: Centre) -> None:
    world = settled(sqlite_centre, RawCall(date(2026, 6, 2), 600))
    choose(sqlite_centre, "target_answer_rate", "95", date(2026, 6, 15))
    choose(sqlite_centre, "target_abandonment", "", date(2026, 6, 30))
    choose(sqlite_centre, "target_completion", "70", date(2026, 7, 1))
    choose(sqlite_centre, "service_level_base", "応答数", JUNE)
    facts = world.read(sqlite_centre)
    targets = {one.key: one.value for one in facts.chosen.targets}
    assert targets == {
        "answer_rate": 0.95,
        "service_level": 0.8,
        "completion_rate": 0.85,
        "reports_on_time_rate": 1.0,
        "shortage_minutes": 0.0,
    }
    assert facts.chosen.definitions.service_level_base == "answered"
    changes = [note for note in facts.notes if "変わりました" in note]
    assert len(changes) == 2
    assert "は令和8年6月15日から95に変わりました（それまでは90）" in changes[0]
    assert "は令和8年6月30日からなしに変わりました（それまでは5）" in changes[1]


# --- marks, differences, what is kept ---


def test_a_delivery_keeps_every_figure_and_the_records_of_each_category(sqlite_centre: Centre) -> None:
    world = World.of(Random(27), JUNE)
    world.settle(sqlite_centre)
    report = world.report(sqlite_centre)
    kept = reading.snapshot(report)
    assert {key: kept[key]["text"] for key in report.figures} == {k: f.text for k, f in report.figures.items()}
    assert {key: one["value"] for key, one in kept.items() if key.startswith("category.")} == {
        f"category.{line.category.code}": line.total for line in report.categories
    }


def test_what_differs_from_a_version_is_told_in_sentences(sqlite_centre: Centre) -> None:
    world = World.of(Random(28), JUNE)
    world.settle(sqlite_centre)
    before = world.report(sqlite_centre)
    with sqlite_centre.inside():
        keys = keys_for(sqlite_centre.contract_id)
    version = _Kept(reading.snapshot(before), reading.marks_of(before, keys))
    assert reading.difference(version, world.report(sqlite_centre), keys) == []
    recorded, lines = before.tally.recorded, {line.category.code: line.total for line in before.categories}
    person = sqlite_centre.person(Role.SUPERVISOR)
    late = history.HistoryCall(
        instant_of(date(2026, 6, 9), 620), 30, 5, "0202", "escalated", None, report_text="あとから", complaint=True
    )
    with sqlite_centre.inside(), transaction():
        history.load_history([late], by=person.actor, at=world.now)
    after = replace(world.report(sqlite_centre), comments=(_comment("summary"),))
    found = reading.difference(version, after, keys)
    assert f"記録件数：{recorded} → {recorded + 1}" in found
    assert f"分類0202 持ち物・本人確認書類・交付場所・受付時間：{lines['0202']} → {lines['0202'] + 1}" in found
    assert "「苦情・困難事例等の一覧」の内容が変わりました。" in found
    assert "所見（総括）の内容が変わりました。" in found
    assert not any("従事者" in one for one in found)


class _Kept:
    def __init__(self, figures: dict[str, Any], marks: dict[str, str]) -> None:
        self.figures, self.marks = figures, marks


def _comment(section: str) -> Comment:
    return Comment(section, "所見です。")


def test_the_mark_changes_with_whatever_is_shown_but_not_with_when_it_was_built(sqlite_centre: Centre) -> None:
    world = World.of(Random(29), JUNE)
    world.settle(sqlite_centre)
    report = world.report(sqlite_centre)
    mark = reading.mark_of_period(report)
    later = values.Issue(values.Timing(world.now + timedelta(hours=1), world.now + timedelta(hours=1)))
    assert len(mark) == 64
    assert reading.mark_of_period(replace(world.report(sqlite_centre), issue=later)) == mark
    for change in (
        {"comments": (_comment("cases"),)},
        {"days": report.days[:-1]},
        {"notes": ()},
        {"bundle": replace(report.bundle, number=2)},
        {"cases": (replace(report.cases[0], text="別の要旨"), *report.cases[1:])},
        {"checks": ()},
    ):
        assert reading.mark_of_period(replace(report, **change)) != mark, change
