"""National numbers are read without the library's parser: it must come to the same."""

from __future__ import annotations

import phonenumbers
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.protection.phones import _NATIONAL_DIGITS, _read

NATIONAL = st.from_regex(r"0[1-9][0-9]{8,9}", fullmatch=True).filter(
    lambda digits: bool(_NATIONAL_DIGITS.fullmatch(digits))
)


@settings(max_examples=50, deadline=None)
@given(NATIONAL.filter(lambda digits: not digits.startswith("010")))
def test_a_national_number_is_read_as_the_library_reads_it(digits: str) -> None:
    assert _read(digits) == phonenumbers.parse(digits, "JP")


def test_ten_digits_that_begin_with_the_way_abroad_are_left_to_the_library() -> None:
    assert _read("0107188399") == phonenumbers.parse("0107188399", "JP")
