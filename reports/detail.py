"""The records of a period one by one, by coded fields alone: nothing that a person typed, nobody's name or phone.

Files of so many rows as a spreadsheet opens; one row is in memory at a time (of a workbook, one finished file).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import chain, islice

from reports.columns import Column, Kind
from reports.delimited import table_csv
from reports.tables import Row, TableFacts, table_workbook

MOST_ROWS = 1_000_000
"""Rows of a file, its headings not counted."""
TITLE = "通話記録の明細"
COLUMNS = (
    Column("number", "番号", Kind.SERIAL),
    Column("on", "受付日", Kind.DATE),
    Column("minute", "時刻", Kind.CLOCK),
    Column("channel", "経路", width=12),
    Column("relation", "問合せ者", width=14),
    Column("language", "言語", width=14),
    Column("category_code", "分類コード", Kind.CODE),
    Column("category_name", "分類", width=36),
    Column("disposition", "結果", width=20),
    Column("complaint", "苦情", Kind.FLAG),
    Column("difficult", "困難", Kind.FLAG),
    Column("talk_seconds", "通話時間", Kind.SECONDS),
    Column("acw_seconds", "後処理時間", Kind.SECONDS),
)


class Form(Enum):
    """What the files are; the value is their suffix."""

    CSV = "csv"
    XLSX = "xlsx"


def detail_files(
    rows: Iterable[Row], form: Form, facts: TableFacts, most: int = MOST_ROWS
) -> Iterator[Iterator[bytes]]:
    """The files one after another, each in chunks and to be used up before the next; without rows one of headings."""
    remaining, first = iter(rows), True
    while (head := list(islice(remaining, 1))) or first:
        part = chain(head, islice(remaining, most - 1))
        yield _file(part, form, facts)
        first = False


def _file(rows: Iterator[Row], form: Form, facts: TableFacts) -> Iterator[bytes]:
    if form is Form.CSV:
        yield from table_csv(COLUMNS, rows)
    else:
        yield table_workbook(TITLE, COLUMNS, rows, facts)
