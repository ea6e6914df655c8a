from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from reports import tables
from reports.columns import Column, Kind
from reports.tables import Row, TableFacts, table_workbook

NOW = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)
FACTS = TableFacts(NOW, "架空契約", (("期間", "令和8年6月1日から"),))
COLUMNS = (
    Column("number", "番号", Kind.SERIAL),
    Column("on", "日付", Kind.DATE),
    Column("at", "受付", Kind.CLOCK),
    Column("saved_at", "保存日時", Kind.MOMENT),
    Column("talk", "通話", Kind.SECONDS),
    Column("rate", "率", Kind.RATIO),
    Column("flag", "苦情", Kind.FLAG),
    Column("text", "内容", Kind.LONG_TEXT),
)
ROW: Row = {
    "number": 1043,
    "on": date(2026, 6, 1),
    "at": 510,
    "saved_at": datetime(2026, 5, 31, 23, 30, tzinfo=UTC),
    "talk": 3725,
    "rate": 0.5,
    "flag": True,
    "text": "=1+1",
}


def book_of(rows: list[Row], facts: TableFacts = FACTS, columns: tuple[Column, ...] = COLUMNS) -> Any:
    return load_workbook(BytesIO(table_workbook("応対記録", columns, rows, facts)))


def test_values_keep_their_types() -> None:
    row = next(book_of([ROW])["応対記録"].iter_rows(min_row=2))
    assert [cell.value for cell in row] == [
        1043,
        datetime(2026, 6, 1),  # noqa: DTZ001
        time(8, 30),
        datetime(2026, 6, 1, 8, 30),  # noqa: DTZ001
        timedelta(seconds=3725),
        0.5,
        "○",
        "=1+1",
    ]


def test_a_text_that_looks_like_a_formula_stays_a_text_even_when_edited() -> None:
    cell = book_of([ROW])["応対記録"]["H2"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_missing_values_are_blank_cells() -> None:
    assert all(cell.value is None for cell in next(book_of([{}])["応対記録"].iter_rows(min_row=2)))


def test_the_sheet_prints_and_filters_all_rows() -> None:
    sheet = book_of([ROW] * 40)["応対記録"]
    assert sheet.auto_filter.ref == "A1:H41"
    assert sheet.print_area == "'応対記録'!$A$1:$H$41"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.freeze_panes == "A2"


def test_the_conditions_say_what_was_exported() -> None:
    shown = dict(book_of([ROW] * 3)["出力条件"].iter_rows(values_only=True))
    assert shown["件数"] == "3件"
    assert shown["期間"] == "令和8年6月1日から"
    assert shown["出力日時"] == "令和8年6月1日（月）17:30（日本時間）"


def test_an_empty_list_is_a_workbook_with_headings() -> None:
    book = book_of([])
    assert book["応対記録"].max_row == 1
    assert dict(book["出力条件"].iter_rows(values_only=True))["件数"] == "0件"


def test_a_list_longer_than_a_sheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 4)
    book = book_of([{"number": number} for number in range(7)])
    assert book.sheetnames == ["応対記録", "応対記録(2)", "応対記録(3)", "出力条件"]
    numbers = [row[0] for name in book.sheetnames[:3] for row in book[name].iter_rows(min_row=2, values_only=True)]
    assert numbers == list(range(7))


def test_a_full_last_sheet_opens_no_empty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 4)
    assert book_of([{"number": number} for number in range(6)]).sheetnames == ["応対記録", "応対記録(2)", "出力条件"]


def test_streaming_gives_the_same_cells_and_leaves_no_file(tmp_path: Path) -> None:
    def rows() -> Iterator[Row]:
        for number in range(300):
            yield {**ROW, "number": number, "text": f"{number}番\n二行目"}

    streamed = TableFacts(NOW, "架空契約", (), True, str(tmp_path))
    kept = TableFacts(NOW, "架空契約")
    found = [
        list(load_workbook(BytesIO(content))["応対記録"].iter_rows(values_only=True))
        for content in (table_workbook("応対記録", COLUMNS, rows(), facts) for facts in (streamed, kept))
    ]
    assert found[0] == found[1]
    assert len(found[0]) == 301
    assert list(tmp_path.iterdir()) == []


def test_the_same_list_gives_the_same_bytes() -> None:
    assert table_workbook("一覧", COLUMNS, [ROW], FACTS) == table_workbook("一覧", COLUMNS, [ROW], FACTS)


def test_a_text_too_long_for_a_cell_is_cut_where_one_sees_it() -> None:
    text = book_of([{"text": "😀" * 20_000}])["応対記録"]["H2"].value
    assert text.endswith("😀…（以下省略）")
    assert len(text.encode("utf-16-le")) // 2 <= 32_767


def test_a_title_that_no_sheet_may_bear_is_made_bearable() -> None:
    content = table_workbook("応対[記録]:6/1～" + "長" * 40, COLUMNS, [], FACTS)
    assert len(load_workbook(BytesIO(content)).sheetnames[0]) <= 31


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        book_of([{"saved_at": datetime(2026, 6, 1)}])  # noqa: DTZ001


def test_columns_are_wide_enough_for_their_headings() -> None:
    assert Column("x", "とても長い見出しの列", Kind.COUNT).room == 23
