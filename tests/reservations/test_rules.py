"""Numbers with a check digit, notice numbers, birth dates as people say them, states."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.reservations import rules
from callcenter.reservations.rules import Applicant, BirthDateRefused, State

TODAY = date(2026, 6, 1)


@given(st.integers(1, 999_999), st.integers(0, 6), st.integers(1, 9))
def test_a_number_with_one_digit_misheard_names_nothing(serial: int, place: int, by: int) -> None:
    number = rules.number_of(serial).replace("-", "")
    assert rules.serial_of(number) == serial
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert rules.serial_of(wrong) is None


@given(st.integers(1, 999_999), st.integers(0, 5))
def test_two_neighbouring_digits_exchanged_name_nothing(serial: int, place: int) -> None:
    number = rules.number_of(serial).replace("-", "")
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert rules.serial_of(swapped) == (serial if swapped == number else None)


@pytest.mark.parametrize("typed", ["0000013", "000-0013", "０００ー００１３", " 000 0013 "])
def test_a_number_is_read_as_it_is_typed(typed: str) -> None:
    assert rules.serial_of(typed) == 1


@pytest.mark.parametrize(
    ("typed", "folded"),
    [("ａ12－345678", "A12-345678"), ("A12 345678", "A12345678"), ("a12ー345678", "A12-345678")],
)
def test_a_notice_number_has_one_form(typed: str, folded: str) -> None:
    assert rules.notice_number(typed) == folded
    assert rules.check_notice_number(folded, rules.STANDARD_NOTICE_PATTERN) == ""


@pytest.mark.parametrize("number", ["", "A12-34567", "A12-3456789", "A1-345678", "123456789012", "A12-345678\n"])
def test_a_notice_number_of_another_form_is_refused(number: str) -> None:
    assert rules.check_notice_number(number, rules.STANDARD_NOTICE_PATTERN)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("昭和50年4月3日", date(1975, 4, 3)),
        ("S50.4.3", date(1975, 4, 3)),
        ("Ｓ５０．４．３", date(1975, 4, 3)),
        ("昭50/4/3", date(1975, 4, 3)),
        ("S500403", date(1975, 4, 3)),
        ("平成元年1月8日", date(1989, 1, 8)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("大正元年7月30日", date(1912, 7, 30)),
        ("令和8年6月1日", TODAY),
        ("1975-04-03", date(1975, 4, 3)),
        ("1975年4月3日", date(1975, 4, 3)),
        ("19750403", date(1975, 4, 3)),
        ("1900/1/1", date(1900, 1, 1)),
        ("2024-02-29", date(2024, 2, 29)),
    ],
)
def test_a_birth_date_is_read_in_every_usual_form(typed: str, found: date) -> None:
    assert rules.birth_date(typed, TODAY) == found


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2026-06-02", "未来"),
        ("令和8年6月2日", "未来"),
        ("1899-12-31", "1900年より前"),
        ("平成元年1月7日", "平成"),
        ("昭和64年1月8日", "昭和"),
        ("平成31年5月1日", "平成"),
        ("昭和0年1月1日", "昭和"),
        ("1975-02-29", "確認"),
        ("昭和50年13月1日", "確認"),
        ("50年4月3日", "確認"),
        ("きのう", "確認"),
        ("", "確認"),
    ],
)
def test_a_birth_date_that_cannot_be_is_refused_saying_why(typed: str, said: str) -> None:
    with pytest.raises(BirthDateRefused, match=said):
        rules.birth_date(typed, TODAY)


@given(st.text(max_size=20))
def test_anything_typed_is_a_birth_date_or_refused(typed: str) -> None:
    try:
        found = rules.birth_date(typed, TODAY)
    except BirthDateRefused:
        return
    assert date(1900, 1, 1) <= found <= TODAY


def test_below_fifteen_a_guardian_comes_along() -> None:
    fifteen = Applicant("A12-345678", "架空 花子", "", date(2011, 6, 1))
    assert not rules.needs_guardian((fifteen,), date(2026, 6, 1))
    assert rules.needs_guardian((fifteen,), date(2026, 5, 31))


def test_nothing_follows_a_cancelled_reservation() -> None:
    assert not any(rules.may_follow(State.CANCELLED, other) for other in State)
    assert not rules.may_follow(State.ATTENDED, State.CANCELLED)
    assert rules.may_follow(State.REBOOK, State.BOOKED)
