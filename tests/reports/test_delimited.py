from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.columns import Column, Kind
from reports.delimited import Encoding, table_csv
from reports.tables import Value

TEXT = (Column("text", "内容"),)


def exported(value: Value, encoding: Encoding = Encoding.UTF_8, kind: Kind = Kind.TEXT) -> str:
    content = b"".join(table_csv((Column("x", "値", kind),), [{"x": value}], encoding))
    text = content.decode("utf-8-sig" if encoding is Encoding.UTF_8 else "cp932")
    return list(csv.reader(StringIO(text, newline="")))[1][0] if text.split("\r\n")[1] else ""


def test_utf8_begins_with_a_byte_order_mark_and_lines_end_as_windows_does() -> None:
    content = b"".join(table_csv(TEXT, [{"text": "あ"}]))
    assert content == "\ufeff内容\r\nあ\r\n".encode()


def test_shift_jis_has_no_mark() -> None:
    assert b"".join(table_csv(TEXT, [], Encoding.SHIFT_JIS)) == "内容\r\n".encode("cp932")


@pytest.mark.parametrize("text", ["=1+1", "+81", "-1", "@A", "＝A", "\t=1", " =1", "-"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert exported(text) == f"'{text}"


@pytest.mark.parametrize("text", ["令和8年", "A=1", "08:30", "073-000-0000"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert exported(text) == text


def test_a_negative_number_is_no_formula() -> None:
    assert exported(-3, kind=Kind.SIGNED) == "-3"


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (date(2026, 6, 1), Kind.DATE, "2026/06/01"),
        (datetime(2026, 3, 31, 15, 1, tzinfo=UTC), Kind.MOMENT, "2026/04/01 00:01"),
        (510, Kind.CLOCK, "8:30"),
        (3725, Kind.SECONDS, "1:02:05"),
        (True, Kind.FLAG, "○"),
        (False, Kind.FLAG, ""),
        (None, Kind.TEXT, ""),
    ],
)
def test_values_are_written_as_excel_reads_them(value: Value, kind: Kind, expected: str) -> None:
    assert exported(value, kind=kind) == expected


def test_shift_jis_shows_what_it_cannot_hold() -> None:
    assert exported("𠮷野😀〜—髙", Encoding.SHIFT_JIS) == "〓野〓～―髙"


def test_long_lists_come_in_pieces() -> None:
    pieces = list(table_csv(TEXT, ({"text": str(number)} for number in range(1_200))))
    assert len(pieces) == 4
    assert b"".join(pieces).count(b"\r\n") == 1_201


@settings(max_examples=50)
@given(st.text(max_size=40))
def test_any_text_comes_out_as_one_cell_in_both_encodings(text: str) -> None:
    for encoding in Encoding:
        content = b"".join(table_csv((*TEXT, Column("n", "番号", Kind.COUNT)), [{"text": text, "n": 1}], encoding))
        decoded = content.decode("utf-8-sig" if encoding is Encoding.UTF_8 else "cp932")
        rows = list(csv.reader(StringIO(decoded, newline="")))
        assert len(rows) == 2
        assert rows[1][1] == "1"
