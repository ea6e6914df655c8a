from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from callcenter.audit.service import system_actor
from callcenter.contracts import queries, service
from callcenter.errors import AppError, Conflict, InvalidInput, NotFound
from callcenter.extensions import db
from callcenter.web.access import Actor
from callcenter.web.transaction import transaction
from scheduling.calendar import Reading
from tests.centre import Centre

GOLDEN_WEEK, YEAR_END = date(2026, 5, 6), date(2026, 12, 29)
CLOSED = service.DayException(date(2026, 6, 15), "closed", "停電工事", "市民課長")
OPEN = service.DayException(date(2026, 6, 20), "open", "休日窓口", "市民課長", 540, 720)


def _by(centre: Centre) -> Actor:
    return system_actor(centre.contract_id)


def _except(centre: Centre, new: service.DayException) -> Any:
    with transaction():
        return service.except_day(new, by=_by(centre), at=centre.now)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_on": date(2026, 3, 31)}, "ends_on"),
        ({"starts_on": date(1999, 4, 1)}, "starts_on"),
        ({"starts_on": date(2026, 4, 1), "ends_on": date(2037, 4, 1)}, "ends_on"),
        ({"starts_on": date(2098, 4, 1), "ends_on": date(2100, 4, 1)}, "ends_on"),
        ({"opens_minute": 1035, "closes_minute": 1035}, "closes"),
        ({"opens_minute": -1}, "closes"),
        ({"closes_minute": 1441}, "closes"),
        ({"minimum_operators": 4}, "approved_headcount"),
        ({"minimum_operators": -1}, "minimum_operators"),
        ({"code": ""}, "code"),
        ({"code": "令和8"}, "code"),
        ({"code": "R8/1"}, "code"),
    ],
)
def test_a_contract_that_cannot_be_is_refused(centre: Centre, changes: dict[str, Any], field: str) -> None:
    with centre.inside(), pytest.raises(InvalidInput) as refusal:
        centre.new_contract(**{"code": "R9", **changes})
    assert field in refusal.value.errors


def test_a_code_stands_for_one_contract(centre: Centre) -> None:
    with centre.inside(), pytest.raises(Conflict):
        centre.new_contract("R8")


def test_the_predecessor_began_before(centre: Centre) -> None:
    with centre.inside():
        follows = centre.new_contract(
            "R9", starts_on=date(2027, 4, 1), ends_on=date(2028, 3, 31), predecessor_id=centre.contract_id
        )
        assert queries.contract(follows).predecessor_id == centre.contract_id
        with pytest.raises(InvalidInput):
            centre.new_contract("R7", starts_on=date(2025, 4, 1), ends_on=date(2026, 3, 31), predecessor_id=follows)


def test_a_term_of_one_day_is_a_term(sqlite_centre: Centre) -> None:
    with sqlite_centre.inside():
        sqlite_centre.new_contract("R9", starts_on=date(2026, 4, 1), ends_on=date(2026, 4, 1))


# --- terms ---


def _terms(centre: Centre, on: date, **changes: Any) -> None:
    new = service.NewTerms(on, 510, 1035, 2, 3)
    with transaction():
        service.change_terms(replace(new, **changes), by=_by(centre), at=centre.now)


def test_other_terms_hold_from_their_date_on(centre: Centre) -> None:
    with centre.inside():
        _terms(centre, date(2026, 7, 1), closes_minute=1080, minimum_operators=3)
        before, after = (queries.terms_on(centre.contract_id, date(2026, *day)) for day in ((6, 30), (7, 1)))
        assert (before.closes_minute, after.closes_minute, after.minimum_operators) == (1035, 1080, 3)
        calendar = queries.calendar(centre.contract_id)
        hours = [calendar.open_interval(date(2026, *day)) for day in ((6, 30), (7, 1))]
        assert [span.end for span in hours if span] == [1035, 1080]


@pytest.mark.parametrize("on", [date(2026, 3, 31), date(2027, 4, 1)])
def test_terms_outside_the_contract_are_refused(centre: Centre, on: date) -> None:
    with centre.inside(), pytest.raises(InvalidInput):
        _terms(centre, on)


def test_two_terms_from_one_date_are_refused(centre: Centre) -> None:
    with centre.inside(), pytest.raises(Conflict):
        _terms(centre, date(2026, 4, 1))


def test_terms_with_fewer_approved_than_the_minimum_are_refused(centre: Centre) -> None:
    with centre.inside(), pytest.raises(InvalidInput):
        _terms(centre, date(2026, 7, 1), minimum_operators=4)


# --- the calendar ---


@pytest.mark.parametrize(
    ("reading", "open_days"), [(Reading.LISTED, 244), (Reading.LITERAL, 247), (Reading.LISTED_AND_YEAR_END, 241)]
)
def test_the_reading_decides_how_many_days_are_open(centre: Centre, reading: Reading, open_days: int) -> None:
    with centre.inside():
        with transaction():
            service.choose_reading(reading, by=_by(centre), at=centre.now)
        calendar = queries.calendar(centre.contract_id)
        assert calendar.count_open_days(date(2026, 4, 1), date(2027, 3, 31)) == open_days
        assert calendar.is_open(GOLDEN_WEEK) is (reading is Reading.LITERAL)
        assert calendar.is_open(YEAR_END) is (reading is not Reading.LISTED_AND_YEAR_END)


def test_a_closure_and_an_extra_opening_change_their_day(centre: Centre) -> None:
    with centre.inside():
        _except(centre, CLOSED)
        _except(centre, OPEN)
        calendar = queries.calendar(centre.contract_id)
        assert calendar.day(CLOSED.local_on).why == "閉庁日（停電工事）"
        assert calendar.day(OPEN.local_on).why == "臨時開庁（休日窓口）"
        hours = calendar.open_interval(OPEN.local_on)
        assert hours is not None
        assert (hours.start, hours.end) == (540, 720)


def test_a_withdrawn_exception_lets_the_rule_hold_again(centre: Centre) -> None:
    with centre.inside():
        found = _except(centre, CLOSED)
        assert not queries.calendar(centre.contract_id).is_open(CLOSED.local_on)
        with transaction():
            service.withdraw_exception(found, "工事が延期", by=_by(centre), at=centre.now)
        assert queries.calendar(centre.contract_id).is_open(CLOSED.local_on)
        with pytest.raises(NotFound), transaction():
            service.withdraw_exception(found, "もう一度", by=_by(centre), at=centre.now)
        _except(centre, CLOSED)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "holiday"}, "kind"),
        ({"kind": "open"}, "opens"),
        ({"kind": "open", "opens_minute": 600, "closes_minute": 600}, "closes"),
        ({"local_on": date(2026, 3, 31)}, "local_on"),
        ({"local_on": date(2027, 4, 1)}, "local_on"),
        ({"reason": "  "}, "reason"),
        ({"approver": ""}, "approver"),
    ],
)
def test_an_exception_that_cannot_be_is_refused(centre: Centre, changes: dict[str, Any], field: str) -> None:
    with centre.inside(), pytest.raises(InvalidInput) as refusal:
        _except(centre, replace(CLOSED, **changes))
    assert field in refusal.value.errors


def test_a_date_has_one_exception_at_a_time(centre: Centre) -> None:
    with centre.inside():
        _except(centre, CLOSED)
        with pytest.raises(Conflict):
            _except(centre, replace(OPEN, local_on=CLOSED.local_on))


def test_what_was_rolled_back_never_stays_in_the_calendar(centre: Centre) -> None:
    """The calendar is kept by its revision; a revision that was rolled back comes again with other contents."""
    other = replace(CLOSED, local_on=date(2026, 6, 16))
    with centre.inside():
        with pytest.raises(ValueError, match="stop"), transaction():
            service.except_day(CLOSED, by=_by(centre), at=centre.now)
            assert not queries.calendar(centre.contract_id).is_open(CLOSED.local_on)
            raise ValueError("stop")
        _except(centre, other)
        calendar = queries.calendar(centre.contract_id)
        assert calendar.is_open(CLOSED.local_on)
        assert not calendar.is_open(other.local_on)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE contracts SET reading = 'x'",
        "UPDATE contracts SET ends_on = '2020-01-01'",
        "UPDATE contracts SET title = ''",
        "UPDATE contracts SET predecessor_id = id",
        "UPDATE contract_terms SET closes_minute = opens_minute",
        "UPDATE contract_terms SET closes_minute = 1441",
        "UPDATE contract_terms SET approved_headcount = 1",
        "UPDATE calendar_exceptions SET reason = ''",
        "UPDATE calendar_exceptions SET kind = 'open'",
        "UPDATE calendar_exceptions SET opens_minute = 1",
        "UPDATE contract_permissions SET ends_on = '2020-01-01'",
    ],
)
def test_the_database_refuses_what_the_rules_refuse(centre: Centre, statement: str) -> None:
    with centre.inside():
        _except(centre, CLOSED)
        _permit(centre)
        with pytest.raises(AppError), transaction():
            db.session.connection().execute(text(statement))


# --- permissions and settings ---


def _permit(centre: Centre, **changes: Any) -> Any:
    new = replace(service.NewPermission("network_data", date(2026, 5, 1), "市民課長"), **changes)
    with transaction():
        return service.record_permission(new, by=_by(centre), at=centre.now)


def test_a_permission_holds_from_its_day_until_it_ends(centre: Centre) -> None:
    def held(on: date) -> bool:
        return queries.permits(centre.contract_id, "network_data", on) is not None

    with centre.inside():
        found = _permit(centre)
        assert [held(date(2026, 4, 30)), held(date(2026, 5, 1)), held(date(2027, 1, 1))] == [False, True, True]
        assert queries.permits(centre.contract_id, "network_texts", date(2026, 6, 1)) is None
        with transaction():
            service.end_permission(found, date(2026, 6, 30), by=_by(centre), at=centre.now)
        assert [held(date(2026, 6, 30)), held(date(2026, 7, 1))] == [True, False]


def test_a_permission_does_not_end_before_it_was_granted(centre: Centre) -> None:
    with centre.inside():
        with pytest.raises(InvalidInput):
            _permit(centre, ends_on=date(2026, 4, 30))
        with pytest.raises(InvalidInput):
            _permit(centre, kind="everything")
        found = _permit(centre)
        with pytest.raises(InvalidInput), transaction():
            service.end_permission(found, date(2026, 4, 30), by=_by(centre), at=centre.now)


def test_a_setting_holds_from_its_date_and_a_second_value_for_it_replaces_the_first(centre: Centre) -> None:
    with centre.inside():
        for value, on in ((["a"], date(2026, 5, 1)), (["b"], date(2026, 6, 1)), (["c"], date(2026, 6, 1))):
            with transaction():
                service.set_setting("public_phones", value, on, by=_by(centre), at=centre.now)
        read = [
            queries.setting(centre.contract_id, "public_phones", on, "none")
            for on in (date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 1))
        ]
        assert read == ["none", ["a"], ["c"]]


def test_facts_are_changed_and_the_log_names_the_fields(centre: Centre) -> None:
    from callcenter.audit import queries as log

    facts_id = str(centre.contract_id)
    with centre.inside():
        facts = queries.contract(centre.contract_id)
        new = service.NewFacts(facts.title, "別の架空会社", facts.place, date(2027, 4, 30))
        with transaction():
            service.change_facts(new, by=_by(centre), at=centre.now)
        assert queries.contract(centre.contract_id).ends_on == date(2027, 4, 30)
        entries = log.history_of(centre.contract_id, "contract", facts_id)
        assert entries[-1].details == {"fields": ["contractor_name", "ends_on"]}
        with pytest.raises(InvalidInput), transaction():
            service.change_facts(replace(new, ends_on=date(2026, 3, 31)), by=_by(centre), at=centre.now)
