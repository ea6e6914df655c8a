"""Counts out of any exchange's report: preview, a remembered column mapping, and an account line by line.

A mapping names columns by their headings, so that it still fits when a column is added or moved. Title lines
above the headings and total rows are passed over; the latter are said so. What a file does not tell
(`answered`, `abandoned`, waiting) stays None: nothing is invented.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from io import StringIO
from itertools import islice
from typing import Final

from msgspec import Struct, field

from callcenter.calls.exchange.columns import LABELS, ColumnMapping, one_line, plain, suggest_mapping
from callcenter.calls.exchange.csv_text import Refusal, decode, refused
from callcenter.calls.exchange.csv_values import is_negative, read_count, read_date, read_seconds, read_start_minute
from callcenter.calls.exchange.rules import MORE_WITHIN, is_more_within
from callcenter.errors import InvalidInput

__all__ = [
    "LABELS",
    "ColumnMapping",
    "CountFile",
    "CountRow",
    "Preview",
    "Table",
    "preview",
    "read_counts",
    "read_table",
    "suggest_mapping",
]

PREVIEW_ROWS: Final = 20
LARGEST_TABLE: Final = 50_000
_BARRED: Final = "個人番号（マイナンバー）らしい番号があるため、この行は取り込みません。"
_HEADING_SEARCH_ROWS: Final = 30
_SAMPLE_LINES: Final = 60
_SAMPLE_LINE_LENGTH: Final = 2_000  # the sample together stays under the csv module's limit of a field
_DELIMITERS: Final = (",", "\t", ";")
_TOTALS: Final = frozenset(
    ("合計", "総合計", "総計", "小計", "計", "日計", "月計", "平均", "total", "subtotal", "sum", "average")
)


Record = tuple[int, tuple[str, ...] | None]
"""First line and cleaned cells of a record; None for one that cannot be split."""


class Table(Struct, frozen=True):
    """A file split into records. `barred`: lines that are refused whatever they count (an Individual Number)."""

    encoding: str
    delimiter: str
    records: tuple[Record, ...]
    barred: frozenset[int] = frozenset()


class Preview(Struct, frozen=True):
    """The first rows below the headings, how the file was read, and the mapping its headings suggest."""

    encoding: str
    delimiter: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    suggestion: ColumnMapping | None


class CountRow(Struct, frozen=True):
    """Counts of a local date, of its interval starting at `start_minute` (None: of the whole day)."""

    line: int
    local_on: date
    start_minute: int | None
    offered: int
    answered: int | None
    abandoned: int | None
    wait_seconds: int | None
    answered_within: int | None = None


class CountFile(Struct, frozen=True):
    """What was taken, what was refused, and what was passed over (totals) with the reason. `within_seconds`: those that
    the heading of the answers in time names, if it names any."""

    rows: tuple[CountRow, ...]
    refusals: tuple[Refusal, ...]
    skipped: tuple[Refusal, ...]
    encoding: str
    within_seconds: int | None = None


def read_table(content: bytes) -> Table:
    """Splits a file. InvalidInput for an empty file, an unreadable encoding or more than `LARGEST_TABLE` records."""
    source = decode(content)
    delimiter = _delimiter(source.text)
    records = tuple(islice(_records(source.text, delimiter), LARGEST_TABLE + 1))
    if len(records) > LARGEST_TABLE:
        raise refused("file", f"行が多すぎます（{LARGEST_TABLE:,}行まで）。期間を分けて取り込んでください。")
    return Table(source.encoding, delimiter, records)


def preview(table: Table, rows: int = PREVIEW_ROWS) -> Preview:
    """The first rows, below the line that looks like the headings."""
    records = [cells for _, cells in table.records[: _HEADING_SEARCH_ROWS + rows] if cells]
    start = _suggested_start(records)
    body = tuple(records[start + 1 : start + 1 + rows])
    headings = records[start] if records else ()
    return Preview(table.encoding, table.delimiter, headings, body, suggest_mapping(headings))


def read_counts(table: Table, mapping: ColumnMapping) -> CountFile:
    """Reads the mapped columns below the first line that bears all mapped headings.

    InvalidInput for a missing column; a bad line is refused alone.
    """
    records = iter(table.records)
    reading = _Reading(_columns(records, mapping), table.barred)
    for line, cells in records:
        reading.take(line, cells)
    taken = (tuple(reading.rows), tuple(reading.refusals), tuple(reading.skipped))
    return CountFile(*taken, table.encoding, mapping.within_seconds)


class _BadLine(Exception):
    """A line that cannot be taken; its argument is the reason, in Japanese, without the line's content."""


class _Reading(Struct):
    columns: Mapping[str, int]
    barred: frozenset[int]
    rows: list[CountRow] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    skipped: list[Refusal] = field(default_factory=list)
    seen: dict[tuple[date, int | None], int] = field(default_factory=dict)

    def take(self, line: int, cells: Sequence[str] | None) -> None:
        if cells is None:
            self.refusals.append(Refusal(line, '引用符（"）の対応が正しくないため、この行を読めません。'))
        elif line in self.barred:
            self.refusals.append(
                Refusal(line, "個人番号（マイナンバー）らしい番号があるため、この行は取り込みません。")
            )
        elif self._is_total(cells):
            self.skipped.append(Refusal(line, "合計の行のため、読み飛ばしました。"))
        else:
            self._take_counts(line, cells)

    def _is_total(self, cells: Sequence[str]) -> bool:
        named = [cells[self.columns[key]] for key in ("date", "start") if self.columns.get(key, 10**6) < len(cells)]
        return any(plain(cell) in _TOTALS for cell in (*named, cells[0]))

    def _take_counts(self, line: int, cells: Sequence[str]) -> None:
        try:
            row = _count_row(line, {key: _cell(cells, at, key) for key, at in self.columns.items()})
            first = self.seen.setdefault((row.local_on, row.start_minute), line)
            if first != line:
                raise _BadLine(f"{first}行目と同じ日付・時間帯です。")
        except _BadLine as bad:
            self.refusals.append(Refusal(line, str(bad)))
        else:
            self.rows.append(row)


def _count_row(line: int, cells: Mapping[str, str]) -> CountRow:
    local_on = read_date(cells["date"])
    if local_on is None:
        raise _BadLine("日付を読み取れません。")
    start = read_start_minute(cells["start"]) if "start" in cells else None
    if "start" in cells and start is None:
        raise _BadLine("時間帯を読み取れません（15分単位の開始時刻が必要です）。")
    offered = _number("offered", cells)
    if offered is None:
        raise _BadLine("着信数がありません。")
    answered, abandoned = _number("answered", cells), _number("abandoned", cells)
    _check_sum(offered, answered, abandoned)
    within = _number("answered_within", cells)
    if is_more_within(within, answered, offered):
        raise _BadLine(MORE_WITHIN)
    return CountRow(line, local_on, start, offered, answered, abandoned, _number("wait_seconds", cells), within)


def _check_sum(offered: int, answered: int | None, abandoned: int | None) -> None:
    if (answered or 0) + (abandoned or 0) > offered:
        raise _BadLine("応答数と放棄数の合計が着信数を超えています。")


def _number(key: str, cells: Mapping[str, str]) -> int | None:
    text = cells.get(key, "")
    if not text:
        return None
    value = read_seconds(text) if key == "wait_seconds" else read_count(text)
    if value is None:
        what = "負の数です" if is_negative(text) else "数として読み取れません"
        raise _BadLine(f"{LABELS[key]}が{what}。")
    return value


def _cell(cells: Sequence[str], at: int, key: str) -> str:
    if at >= len(cells):
        raise _BadLine(f"列が足りません（{LABELS[key]}がありません）。")
    return cells[at]


def _columns(records: Iterator[Record], mapping: ColumnMapping) -> dict[str, int]:
    """Consumes `records` through the line of headings."""
    chosen = mapping.chosen()
    best: set[str] = set()
    for _, cells in islice(records, _HEADING_SEARCH_ROWS):
        found = set(chosen.values()) & set(cells or ())
        if cells and len(found) == len(set(chosen.values())):
            return _positions(cells, chosen)
        best = max(best, found, key=len)
    missing = [f"「{heading}」の列がありません。" for heading in chosen.values() if heading not in best]
    raise InvalidInput("ファイルの列が、対応づけた列と合いません。", errors={"file": missing})


def _positions(headings: Sequence[str], chosen: Mapping[str, str]) -> dict[str, int]:
    for heading in chosen.values():
        if headings.count(heading) > 1:
            raise refused("file", f"見出し「{heading}」が2つ以上あります。見出しを区別してください。")
    return {key: headings.index(heading) for key, heading in chosen.items()}


def _suggested_start(records: Sequence[Sequence[str]]) -> int:
    """The line of headings: the first that is understood, else the first with the most filled cells."""
    for index, cells in enumerate(records[:_HEADING_SEARCH_ROWS]):
        if suggest_mapping(cells):
            return index
    filled = [sum(map(bool, cells)) for cells in records[:_HEADING_SEARCH_ROWS]]
    return filled.index(max(filled)) if filled else 0


def _records(text: str, delimiter: str) -> Iterator[Record]:
    """(first line, cleaned cells) of each record that is not blank; None for one that cannot be split."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = tuple(one_line(cell) for cell in next(reader))
        except StopIteration:
            return
        except csv.Error:
            yield line, None
            continue
        if any(cells):
            yield line, cells


def _delimiter(text: str) -> str:
    lines = [line[:_SAMPLE_LINE_LENGTH] for line in islice(StringIO(text, newline=None), _SAMPLE_LINES) if line.strip()]
    return max(_DELIMITERS, key=lambda mark: _regularity(lines, mark))


def _regularity(lines: Sequence[str], delimiter: str) -> int:
    """How well a delimiter cuts: further columns of the commonest width × lines of that width."""
    widths = Counter(len(row) - 1 for row in csv.reader(lines, delimiter=delimiter))
    return max((further * count for further, count in widths.items()), default=0)
