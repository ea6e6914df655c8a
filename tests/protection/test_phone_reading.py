"""National numbers are read and written without the library's parser: it must come to the same."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.errors import InvalidInput
from callcenter.protection.phones import _NATIONAL_DIGITS, normalise_phone

NATIONAL = st.from_regex(r"0[1-9][0-9]{8,9}", fullmatch=True).filter(
    lambda digits: bool(_NATIONAL_DIGITS.fullmatch(digits)) and not digits.startswith("010")
)


@settings(max_examples=50, deadline=None)
@given(NATIONAL)
def test_a_national_number_is_kept_and_written_as_the_library_does(digits: str) -> None:
    number = phonenumbers.parse(digits, "JP")
    known = phonenumbers.is_valid_number(number)
    phone = normalise_phone(digits)
    assert phone.e164 == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    assert phone.display == (written if known else digits)


@settings(max_examples=50, deadline=None)
@given(NATIONAL)
def test_the_last_four_digits_decide_nothing(digits: str) -> None:
    shapes = {
        tuple(len(part) for part in normalise_phone(digits[:-4] + last).display.split("-"))
        for last in ("0000", "9999", digits[-4:])
    }
    assert len(shapes) == 1
    fresh = {phonenumbers.is_valid_number(phonenumbers.parse(digits[:-4] + last, "JP")) for last in ("0000", "9999")}
    assert len(fresh) == 1


def test_ten_digits_that_begin_with_the_way_abroad_are_left_to_the_library() -> None:
    with pytest.raises(InvalidInput):
        normalise_phone("0107188399")
