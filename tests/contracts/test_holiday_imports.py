from __future__ import annotations

from datetime import date
from importlib.resources import files

import pytest

from callcenter.audit.service import system_actor
from callcenter.contracts import holiday_imports, queries
from callcenter.errors import Conflict, InvalidInput
from callcenter.protection.mynumber import check_digit
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.web.transaction import transaction
from tests.centre import Centre

SHIPPED = files("scheduling").joinpath("data", "syukujitsu.csv").read_bytes()
NEWER = SHIPPED + "2028/1/1,元日\r\n2028/6/15,架空の日\r\n".encode("cp932")


def _import(centre: Centre, content: bytes) -> date:
    with transaction():
        return holiday_imports.import_holidays(content, by=system_actor(centre.contract_id), at=centre.now)


def test_the_preview_names_each_date_that_changes(centre: Centre) -> None:
    with centre.inside():
        found = holiday_imports.preview(NEWER)
    changed = {change.on: (change.before, change.after) for change in found.changes}
    assert changed[date(2028, 6, 15)] == (None, "架空の日")
    assert date(2028, 1, 1) not in changed  # the rule library knew it already
    assert changed[date(2028, 1, 10)] == ("成人の日", None)
    assert found.last_on == date(2028, 6, 15)


def test_the_preview_changes_nothing(centre: Centre) -> None:
    with centre.inside():
        holiday_imports.preview(NEWER)
        assert queries.holidays().last_on == date(2027, 11, 23)


def test_an_imported_list_rules_every_contracts_calendar(centre: Centre) -> None:
    with centre.inside():
        other = centre.new_contract("R10", starts_on=date(2028, 4, 1), ends_on=date(2029, 3, 31))
        assert queries.calendar(other).is_open(date(2028, 6, 15))
        _import(centre, NEWER)
        assert not queries.calendar(other).is_open(date(2028, 6, 15))


def test_two_imports_at_one_moment_leave_the_second_in_force(centre: Centre) -> None:
    with centre.inside():
        _import(centre, NEWER)
        _import(centre, NEWER + "2028/6/16,架空の休み\r\n".encode("cp932"))
        assert queries.holidays().last_on == date(2028, 6, 16)


def test_the_list_in_force_is_not_imported_again(centre: Centre) -> None:
    with centre.inside(), pytest.raises(Conflict):
        _import(centre, SHIPPED)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "読み取れません"),
        (b"\xff\xfe\x00", "読み取れません"),
        (b"PK\x03\x04 not a list", "1行目"),
        (SHIPPED + b"2028/13/1,x\r\n", "行目"),
        (b"x" * 600_000, "大きすぎます"),
        (b"h,n\r\n2020/1/1,x\r\n", "前の日付"),
        (b"h,n\r\n2027/11/23,x\r\n2028/1/1,y\r\n", "欠けています"),
        (SHIPPED + b"2028/1/1," + b"a" * 101 + b"\r\n", "長すぎます"),
    ],
)
def test_what_is_no_newer_list_is_refused_in_japanese(centre: Centre, content: bytes, words: str) -> None:
    with centre.inside(), pytest.raises(InvalidInput) as refusal:
        holiday_imports.preview(content)
    [message] = refusal.value.errors["file"]
    assert words in message
    assert "line" not in message


def test_an_individual_number_does_not_come_in_as_a_holidays_name(centre: Centre) -> None:
    number = f"12345678901{check_digit('12345678901')}"
    with centre.inside(), pytest.raises(IndividualNumberRefused):
        holiday_imports.preview(SHIPPED + f"2028/1/1,個人番号{number}\r\n".encode("cp932"))
