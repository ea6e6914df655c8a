"""The page of the forecast and the operators it needs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from callcenter.audit.service import system_actor
from callcenter.calls.exchange.history import HistoryDay, HistorySlot, load_history
from callcenter.calls.volumes import volume
from callcenter.clock import instant_of
from callcenter.contracts.queries import calendar
from callcenter.contracts.service import set_setting
from callcenter.rosters.staffing.forecasting import assumptions, past, required_operators
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import MONDAY_MORNING, Centre
from tests.rosters.factories import MONDAY, add_staff, plan, shift

OPENING = range(510, 1035, 30)


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
    from tests.calls.factories import saved_call

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
