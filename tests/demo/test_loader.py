from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select

from callcenter.accounts.passwords import password_matches
from callcenter.accounts.queries import candidate, contracts_of
from callcenter.app import create_app
from callcenter.audit.models import AuditEntry
from callcenter.calls import queries as calls
from callcenter.calls.exchange import queries as exchange
from callcenter.clock import instant_of
from callcenter.contracts import queries as contracts
from callcenter.deliveries import queries as delivered
from callcenter.deliveries.rules import Kind, State
from callcenter.demo import loader
from callcenter.demo.clock import FIRST_ON, LAST_ON, RECORDED_UNTIL_MINUTE, TODAY
from callcenter.demo.company import PASSWORD
from callcenter.demo.people import DESK, STAFF
from callcenter.extensions import db
from callcenter.rosters import queries as rosters
from tests.demo.stage import demo_settings, played
from tests.demo.test_shape import open_days

YESTERDAY, DAY_BEFORE = date(2027, 3, 29), date(2027, 3, 26)
NOW = instant_of(TODAY, RECORDED_UNTIL_MINUTE)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UUID]:
    """The last two days before the demonstration's today, today, and tomorrow's plan."""
    with played(tmp_path_factory.mktemp("demo"), days=2) as (_, contract_id):
        yield contract_id


def told(contract_id: UUID) -> list[Any]:
    """What two loads must have in common: everything but ids and ciphertext."""
    lines = [replace(line, id=None, operator_id=None) for line in calls.day_calls(contract_id, YESTERDAY)]
    people = rosters.day_attendance(contract_id, YESTERDAY, NOW).people
    attendance = [(one.member.code, one.planned, one.actual, one.breaks, one.note) for one in people]
    return [*lines, *attendance, exchange.day_exchange(contract_id, YESTERDAY).in_hours]


def test_the_year_has_its_days_and_its_calls() -> None:
    found = loader.scenes(open_days())
    per_month = Counter[tuple[int, int]]()
    for scene in found:
        per_month[scene.on.year, scene.on.month] += scene.calls
    assert (len(found), sum(scene.calls for scene in found)) == (244, 25_400)
    assert max(per_month.values()) == 2_741
    assert sum(scene.ahead > 0 for scene in found) == 242


def test_a_slice_ends_as_the_year_does() -> None:
    assert loader.scenes(open_days(), 2) == loader.scenes(open_days())[-4:]


def test_demonstration_data_are_refused_outside_a_demonstration(tmp_path: Path) -> None:
    app = create_app(replace(demo_settings(tmp_path), demonstration=False))
    with app.app_context(), pytest.raises(RuntimeError, match="demonstration"):
        loader.load(1, lambda _: None)


def test_two_loads_tell_the_same(stage: UUID, tmp_path: Path) -> None:
    first = told(stage)
    with played(tmp_path, days=2) as (_, other):
        assert told(other) == first


def test_the_records_are_those_of_the_shape(stage: UUID) -> None:
    wanted = {scene.on: scene.calls for scene in loader.scenes(open_days(), 2)}
    counted = calls.counts_by_day(stage, FIRST_ON, LAST_ON)
    assert {on: counted[on] for on in (DAY_BEFORE, YESTERDAY)} == {on: wanted[on] for on in (DAY_BEFORE, YESTERDAY)}
    assert 0 < counted[TODAY] < wanted[TODAY]
    assert set(counted) == {DAY_BEFORE, YESTERDAY, TODAY}


def test_nothing_is_later_than_now(stage: UUID) -> None:
    assert db.session.execute(select(func.max(AuditEntry.at))).scalar_one() <= NOW
    assert all(call.edited_at <= NOW for call in calls.open_calls(stage))
    assert all(line.local_minute < RECORDED_UNTIL_MINUTE for line in calls.day_calls(stage, TODAY))


def test_the_log_tells_the_days_in_their_order(stage: UUID) -> None:
    statement = select(AuditEntry.at).where(AuditEntry.chain == str(stage)).order_by(AuditEntry.seq)
    instants = list(db.session.execute(statement).scalars())
    assert instants == sorted(instants)


def test_exchange_and_records_agree_but_for_explained_gaps(stage: UUID) -> None:
    assert exchange.unexplained_gaps(stage, DAY_BEFORE) == []
    assert exchange.unexplained_gaps(stage, YESTERDAY)
    summary = calls.day_summary(stage, DAY_BEFORE)
    counted = exchange.day_exchange(stage, DAY_BEFORE).in_hours
    gaps = exchange.day_exchange(stage, DAY_BEFORE).reasons
    assert (counted.answered or 0) - summary.recorded_by_phone == sum(gap.difference for gap in gaps)
    assert (counted.abandoned or 0) > 0


def test_todays_exchange_counts_go_up_to_the_last_full_half_hour(stage: UUID) -> None:
    known = [slot for slot in exchange.day_exchange(stage, TODAY).slots if slot.counts.measured]
    assert [slot.start_minute for slot in known] == [510, 540, 570]


def test_operators_are_present_now_and_planned_for_tomorrow(stage: UUID) -> None:
    assert rosters.present_now(stage, NOW).count >= 3
    tomorrow = rosters.day_attendance(stage, LAST_ON, NOW)
    assert sum(bool(one.planned) for one in tomorrow.people if one.member.role.counts_to_minimum) >= 3
    assert not any(one.punches for one in tomorrow.people)


def test_something_is_left_to_do_this_morning(stage: UUID) -> None:
    assert [found.on for found in rosters.open_days(stage, DAY_BEFORE, YESTERDAY, NOW)] == [YESTERDAY]
    assert [call.local_on for call in calls.open_calls(stage) if call.has_words] == [YESTERDAY, TODAY]
    reports = delivered.states_between(stage, Kind.DAILY, DAY_BEFORE, TODAY)
    assert {on: version.state for on, version in reports.items()} == {DAY_BEFORE: State.SUBMITTED}


def test_everybody_can_sign_in(stage: UUID) -> None:
    for person in STAFF:
        who = candidate(person.login)
        assert who is not None
        assert not who.must_change_password
        assert [label.id for label in contracts_of(who.user_id)] == [stage]
    who = candidate("operator1")
    assert who is not None
    assert password_matches(who.password_hash, PASSWORD)
    assert len(PASSWORD) >= 15


def test_the_staff_list_names_the_desk_with_its_users(stage: UUID) -> None:
    staff = rosters.staff_list(stage, TODAY)
    assert {one.code for one in staff} == {person.code for person in DESK}
    assert all(one.user_id for one in staff)


@pytest.mark.soak
def test_the_whole_year_is_loaded_as_it_was_drawn(tmp_path: Path) -> None:
    with played(tmp_path, days=None) as (_, contract_id):
        months = calls.month_counts(contract_id)
        by_category = calls.counts_by_category(contract_id, FIRST_ON, LAST_ON)
        days = calls.counts_by_day(contract_id, FIRST_ON, LAST_ON)
        reports = delivered.states_between(contract_id, Kind.DAILY, FIRST_ON, LAST_ON)
        calendar = contracts.calendar(contract_id)
        assert (len(days), len(by_category), max(months.values())) == (243, 60, 2_741)
        assert sum(days.values()) + _not_yet(days) == 25_400
        assert all(calendar.is_open(on) for on in days)
        assert Counter(version.number for version in reports.values()) == {1: 8, 2: 1}
        assert Counter(version.state for version in reports.values()) == {State.ACCEPTED: 8, State.SUBMITTED: 1}
        assert rosters.open_days(contract_id, FIRST_ON, DAY_BEFORE, NOW) == []
        assert all(exchange.unexplained_gaps(contract_id, on) == [] for on in list(days)[-12:-2])
        winter = delivered.states_between(contract_id, Kind.MONTHLY, FIRST_ON, LAST_ON)
        newest = [winter[on] for on in sorted(winter)]
        assert [(version.number, version.figures["recorded"]["text"]) for version in newest] == [
            *((1, "1,983"), (2, "1,960"), (1, "1,889"))
        ]
        assert all(version.figures["faq_used"]["value"] > 1_000 for version in newest)


def _not_yet(days: dict[date, int]) -> int:
    return sum(scene.calls - days.get(scene.on, 0) for scene in loader.scenes(open_days()) if scene.ahead <= 0)
