"""The page of the forecast and the operators it needs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from callcenter.audit.service import system_actor
from callcenter.calls.exchange.history import HistoryDay, HistorySlot, load_history
from callcenter.calls.exchange.rules import Counts, SlotKey, SourceKind
from callcenter.calls.exchange.service import Incoming, Origin, bring_in
from callcenter.calls.volumes import volume
from callcenter.clock import instant_of
from callcenter.contracts.queries import calendar
from callcenter.contracts.service import set_setting
from callcenter.rosters.codes import LeaveKind
from callcenter.rosters.months import leave
from callcenter.rosters.months.leave import NewLeave
from callcenter.rosters.staffing.forecasting import assumptions, past, required_operators
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.calls.factories import saved_call
from tests.centre import MONDAY_MORNING, Centre
from tests.rosters.factories import MONDAY, add_staff, plan, shift
from tests.rosters.months.making import JUNE, fill, start

OPENING = range(510, 1035, 30)
WHOLE_DAY = shift("8:30-17:15")


def counted(centre: Centre, days: int, calls: int = 6, until: date = MONDAY) -> None:
    """The exchange counted the same calls in every half hour of the last open days before a date."""
    with centre.inside(), transaction():
        opening, on = calendar(centre.contract_id), until
        found: list[HistoryDay] = []
        while len(found) < days:
            on -= timedelta(days=1)
            if opening.is_open(on):
                slots = tuple(HistorySlot(minute, calls, calls, 0, 60, 1200) for minute in OPENING)
                found.append(HistoryDay(on, slots))
        load_history(found, source_name="見本交換機", by=system_actor(centre.contract_id), at=centre.now)


def text_of(centre: Centre, url: str = "/staffing", role: Role = Role.SUPERVISOR) -> str:
    answer = centre.person(role).client().get(url)
    assert answer.status_code == 200
    found: str = answer.get_data(as_text=True)
    return found


def test_a_history_of_three_days_is_too_little_and_says_how_much_is_needed(centre: Centre) -> None:
    counted(centre, 3)
    assert "着信の履歴が3日分しかありません" in text_of(centre)
    assert "着信の履歴が3日分しかありません" in text_of(centre, "/staffing/accuracy")


def test_without_any_history_nothing_is_required_of_the_solver(centre: Centre) -> None:
    with centre.inside():
        assert required_operators(centre.contract_id, [MONDAY], centre.now) == {}


def test_the_day_shows_calls_and_required_operators_beside_the_plan(centre: Centre) -> None:
    counted(centre, 30)
    for code in ("P01", "P02"):
        plan(centre, add_staff(centre, code), shift("8:30-17:15", "12:00-13:00"))
    page = text_of(centre)
    assert "令和8年6月1日（月）" in page
    assert "最少人員を下回る" in page
    assert "待ち行列の模擬実験" in page


def test_a_supervisor_planned_is_no_operator(sqlite_centre: Centre) -> None:
    from callcenter.rosters.rules import StaffRole

    counted(sqlite_centre, 30)
    plan(sqlite_centre, add_staff(sqlite_centre, "S01", role=StaffRole.SUPERVISOR), shift("8:30-17:15"))
    assert "この日のオペレーターの予定はまだありません" in text_of(sqlite_centre)


def test_what_if_stands_beside_the_plan(sqlite_centre: Centre) -> None:
    counted(sqlite_centre, 30)
    plan(sqlite_centre, add_staff(sqlite_centre, "P01"), shift("8:30-17:15"))
    page = text_of(sqlite_centre, "/staffing?more=1&longer=20")
    assert "もし…ならサービスレベル" in page


@pytest.mark.parametrize("query", ["more=9", "longer=x", "calls=500"])
def test_a_value_that_is_not_offered_is_refused(sqlite_centre: Centre, query: str) -> None:
    answer = sqlite_centre.person(Role.SUPERVISOR).client().get(f"/staffing?{query}")
    assert answer.status_code == 422
    assert "選択肢の中から" in answer.get_data(as_text=True)


def test_a_day_outside_the_contract_is_refused(sqlite_centre: Centre) -> None:
    answer = sqlite_centre.person(Role.SUPERVISOR).client().get("/staffing?from=2027-04-01")
    assert answer.status_code == 422
    assert "契約期間" in answer.get_data(as_text=True)


def test_a_closed_day_that_is_asked_for_has_no_quarters(sqlite_centre: Centre) -> None:
    counted(sqlite_centre, 30)
    assert "15分ごとのオペレーター" not in text_of(sqlite_centre, "/staffing?on=2026-06-06")


def test_the_accuracy_compares_with_the_floor(sqlite_centre: Centre) -> None:
    counted(sqlite_centre, 40)
    page = text_of(sqlite_centre, "/staffing/accuracy")
    assert "これより良くはならない" in page


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CITY_OFFICER, Role.ADMINISTRATOR])
def test_only_who_leads_sees_it(sqlite_centre: Centre, role: Role) -> None:
    client = sqlite_centre.person(role).client()
    assert client.get("/staffing").status_code == 403
    assert client.post("/staffing/table", data={"format": "xlsx"}).status_code == 403


def test_the_table_is_exported_with_an_entry_in_the_log(sqlite_centre: Centre) -> None:
    from io import BytesIO

    from openpyxl import load_workbook

    counted(sqlite_centre, 30)
    answer = sqlite_centre.person(Role.SUPERVISOR).client().post("/staffing/table", data={"format": "xlsx"})
    assert answer.status_code == 200
    rows = list(load_workbook(BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True))
    assert len(rows) - 1 == 20 * 35  # four weeks of open days by quarters of an hour
    with sqlite_centre.inside():
        from sqlalchemy import text

        from callcenter.extensions import db

        found = db.session.execute(text("SELECT count(*) FROM audit_entries WHERE action = 'staffing.exported'"))
        assert found.scalar_one() == 1


# --- what it is made from ---


def test_the_exchange_rules_and_records_stand_in_where_it_is_silent(centre: Centre) -> None:
    counted(centre, 2)
    early = date(2026, 5, 25)
    centre.at(instant_of(early, 550))
    saved_call(centre.person(Role.OPERATOR).client())
    centre.at(MONDAY_MORNING)
    with centre.inside():
        found = volume(centre.contract_id, date(2026, 5, 1), MONDAY)
    assert found.recorded_on == {early}
    assert found.days[early] == {540: 1}
    assert found.days[date(2026, 5, 29)] == dict.fromkeys(OPENING, 6)


def test_a_count_that_was_replaced_or_lies_outside_the_hours_is_no_history(centre: Centre) -> None:
    counted(centre, 1, calls=9)
    counted(centre, 1, calls=4)
    on = date(2026, 5, 29)
    outside = {SlotKey(on, 1080, False): Counts(3, 0, 3, 0, 0)}
    with centre.inside(), transaction():
        bring_in(
            Incoming(Origin("見本交換機", SourceKind.CSV, file_name="after"), outside, summary={}),
            by=system_actor(centre.contract_id),
            at=centre.now,
        )
    with centre.inside():
        assert volume(centre.contract_id, on, on).days == {on: dict.fromkeys(OPENING, 4)}


def test_records_do_not_stand_in_where_the_exchange_has_counted(centre: Centre) -> None:
    counted(centre, 1)
    on = date(2026, 5, 29)
    centre.at(instant_of(on, 550))
    saved_call(centre.person(Role.OPERATOR).client())
    centre.at(MONDAY_MORNING)
    with centre.inside():
        found = volume(centre.contract_id, on, on)
    assert (found.recorded_on, found.days[on][540]) == (frozenset(), 6)


def test_today_is_no_part_of_the_history(centre: Centre) -> None:
    counted(centre, 5, until=MONDAY + timedelta(days=1))
    with centre.inside():
        assert MONDAY not in past(centre.contract_id, centre.now).history.days


def test_the_settings_say_what_is_assumed(centre: Centre) -> None:
    with centre.inside(), transaction():
        for name, value in (
            ("patience_seconds", ["90"]),
            ("service_level_percent", ["70"]),
            ("shrinkage_percent", ["10"]),
        ):
            set_setting(name, value, MONDAY, by=system_actor(centre.contract_id), at=centre.now)
    with centre.inside():
        given = assumptions(centre.contract_id, 240.0, MONDAY)
        before = assumptions(centre.contract_id, 240.0, MONDAY - timedelta(days=1))
    assert (given.patience_seconds, given.target.share, given.shrinkage, given.minimum) == (90, 0.7, 0.1, 2)
    assert (before.patience_seconds, before.target.share) == (None, 0.8)


def test_the_predecessors_calls_are_history_too(centre: Centre) -> None:
    with centre.inside():
        following = centre.new_contract(
            "R9", predecessor_id=centre.contract_id, starts_on=date(2026, 6, 1), ends_on=date(2027, 3, 31)
        )
    counted(centre, 20)
    with centre.inside():
        assert len(past(following, centre.now).history.days) == 20
        assert required_operators(following, [MONDAY], centre.now)[MONDAY]


# --- a draft ---


def test_a_draft_shows_who_could_come_and_beyond_its_month_the_plan(sqlite_centre: Centre) -> None:
    """Nobody on approved leave or without training counts as planned; days of the next month are those in force."""
    centre = sqlite_centre
    counted(centre, 30)
    here, away = add_staff(centre, "P01"), add_staff(centre, "P02")
    untrained = add_staff(centre, "P03", trained=False)
    first, after = date(2026, 6, 30), date(2026, 7, 1)
    plan(centre, here, WHOLE_DAY, after)
    start(centre, JUNE)
    fill(centre, [(here, WHOLE_DAY), (away, WHOLE_DAY), (untrained, WHOLE_DAY)], [first])
    with centre.inside(), transaction():
        new = NewLeave(away, LeaveKind.PAID, first, first)
        leave.enter_leave(new, by=system_actor(centre.contract_id), at=centre.now)
    client = centre.person(Role.SUPERVISOR).client()
    form = {"format": "csv", "from": "2026-06-30", "plan": "draft"}
    rows = client.post("/staffing/table", data=form).data.decode("utf-8-sig").splitlines()
    assert _planned_at(rows, first) == _planned_at(rows, after) == {"1"}


def _planned_at(rows: list[str], on: date) -> set[str]:
    """The numbers planned in the quarters of a day."""
    return {row.split(",")[7] for row in rows if row.startswith(f"{on:%Y/%m/%d}")}
