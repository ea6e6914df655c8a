from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.cleaning import clean, looks_like_formula
from reports.fitting import MOST_LINES, TALLEST_ROW_POINTS, line_count, pieces, row_points, text_width


def test_a_japanese_character_is_two_wide() -> None:
    assert text_width("A交付1") == 6


def test_an_empty_text_takes_a_line() -> None:
    assert line_count("", 10) == 1


def test_each_line_break_begins_a_line() -> None:
    assert line_count("あ\nい\nう", 40) == 3


def test_no_row_is_taller_than_excel_allows() -> None:
    assert row_points(1000) == TALLEST_ROW_POINTS


@settings(max_examples=50)
@given(st.text(alphabet="あaい\n漢", max_size=3000), st.integers(8, 60))
def test_pieces_lose_no_character_and_each_fits_a_row(text: str, width: int) -> None:
    parts = pieces(text, width)
    assert "".join(parts).replace("\n", "") == text.replace("\n", "")
    assert all(line_count(part, width) <= MOST_LINES for part in parts)


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_a_clean_text_can_be_written_in_xml(text: str) -> None:
    shown = clean(text)
    shown.encode()
    assert all(letter in "\t\n" or letter >= " " for letter in shown)
    assert clean(shown) == shown


def test_looking_like_a_formula_needs_a_first_sign() -> None:
    assert looks_like_formula("=A1")
    assert not looks_like_formula("A=1")
    assert not looks_like_formula("")
