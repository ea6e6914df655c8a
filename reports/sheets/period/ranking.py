"""分類の順位: the minor categories by their number of records, how they moved, and what rose quickly."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from reports.columns import Column, Kind, widths
from reports.figures import EMPTY
from reports.fitting import line_count
from reports.period import CategoryLine, PeriodReport, SheetChoice
from reports.period_bundle import SHEET, columns_for
from reports.sheets.period import frame
from reports.workbook import Book, Sheet, table_sheet

KEY = "ranking"
SURGE_TIMES, SURGE_MORE = 1.5, 10
"""A category rose quickly with at least that many times the records, and at least that many more."""
NOTE = (
    f"順位の動きは前の期間の順位との差です。「急増」は前の期間の{SURGE_TIMES}倍以上かつ{SURGE_MORE}件以上の増、"
    "「新規」は前の期間が0件のものです。"
)
_FIXED = (
    Column("rank", "順位", Kind.SERIAL, 7),
    Column("code", "コード", Kind.CODE, 9),
    Column("major", "大分類", Kind.TEXT, 25),
    Column("minor", "小分類", Kind.LONG_TEXT, 44),
)
_BAR = Column("bar", "件数の棒", Kind.TEXT, 26)
BAR_SQUARES = 18
"""How long the bar of the most frequent category is."""
_WORDS = (Column("moved", "順位の動き", Kind.FLAG, 12), Column("word", "目立つ動き", Kind.FLAG, 12))
_CHOSEN: dict[str, Column] = {
    "count": Column("count", "件数", Kind.COUNT, 9),
    "share": Column("share", "構成比", Kind.RATIO, 9),
    "previous": Column("previous", "前の期間", Kind.COUNT, 12),
    "change": Column("change", "前の期間\nとの差", Kind.SIGNED, 12),
    "change_rate": Column("change_rate", "前の期間\nとの比", Kind.RATIO, 12),
    "year_ago": Column("year_ago", "前年同期", Kind.COUNT, 12),
    "year_change": Column("year_change", "前年同期\nとの差", Kind.SIGNED, 12),
}
_PREVIOUS, _YEAR_AGO = ("previous", "change", "change_rate"), ("year_ago", "year_change")
_STYLES = {"change": "change_count", "year_change": "change_count", "change_rate": "change_rate"}


class Ranked(Struct, frozen=True):
    """A category with its place; `before`: its place in the period before, None where it had none."""

    rank: int
    line: CategoryLine
    total: int
    before: int | None

    @property
    def change(self) -> int | None:
        return None if self.line.previous is None else self.total - self.line.previous

    @property
    def moved(self) -> str:
        """↑3, ↓1, →; 「―」 where there was no place before."""
        if self.before is None:
            return EMPTY
        by = self.before - self.rank
        return "→" if by == 0 else f"{'↑' if by > 0 else '↓'}{abs(by)}"

    @property
    def word(self) -> str:
        """新規, 急増, or nothing."""
        then = self.line.previous
        if then is None or not self.total:
            return ""
        if then == 0:
            return "新規"
        return "急増" if self.total >= then * SURGE_TIMES and self.total - then >= SURGE_MORE else ""


def ranked(lines: Sequence[CategoryLine]) -> tuple[Ranked, ...]:
    """Those that have records now or had some before, the most first; equals share a place and keep their order."""
    sized = sorted(((line.total, line) for line in lines), key=lambda pair: -pair[0])
    now, then = _places([size for size, _ in sized]), _places([line.previous or 0 for line in lines])
    return tuple(
        Ranked(now[size], line, size, then[line.previous] if line.previous else None)
        for size, line in sized
        if size or line.previous
    )


def _places(sizes: Sequence[int]) -> dict[int, int]:
    """The place of each size: one more than there are greater ones."""
    found: dict[int, int] = {}
    for place, size in enumerate(sorted(sizes, reverse=True), 1):
        found.setdefault(size, place)
    return found


def write(book: Book, report: PeriodReport, choice: SheetChoice) -> None:
    """Write the sheet with the chosen columns."""
    keys, lines = _keys(report, choice), ranked(report.categories)
    bars = (_BAR,) if "count" in keys else ()
    columns = (*_FIXED, *(_CHOSEN[key] for key in keys), *bars, *_WORDS)
    sheet = table_sheet(book, SHEET[KEY].name, columns, frame.page(report))
    frame.opening(sheet, f"分類の順位　{report.span.label}", f"{_compared(report)}{NOTE}")
    sheet.headings(frame.HEADING_ROW, columns, 36)
    for row, one in enumerate(lines, frame.FIRST_ROW):
        _line(sheet, row, one, columns, report.tally.recorded)
        if bars:
            _bar(sheet, row, len(columns) - len(_WORDS) - 1, one.total, lines[0].total)
    row = frame.FIRST_ROW + len(lines)
    if not lines:
        sheet.raw_text(row, 0, "記録はありません。", sheet.style("left"))
        row += 1
    sheet.filters((frame.HEADING_ROW, 0, row - 1, len(columns) - 1))
    frame.close(sheet, report, KEY, row, widths(columns))


def _keys(report: PeriodReport, choice: SheetChoice) -> tuple[str, ...]:
    """What the city chose; where it has not chosen, nothing about a period that is not known."""
    unknown = (() if report.previous else _PREVIOUS) + (() if report.year_ago else _YEAR_AGO)
    return choice.columns or tuple(key for key in columns_for(choice) if key not in unknown)


def _compared(report: PeriodReport) -> str:
    named = (("前の期間", report.previous), ("前年同期", report.year_ago))
    found = "、".join(f"{title}は{one.label}" for title, one in named if one)
    return f"{found}。" if found else ""


def _line(sheet: Sheet, row: int, one: Ranked, columns: Sequence[Column], records: int) -> None:
    category, style = one.line.category, sheet.style
    sheet.number(row, 0, one.rank, style("serial", "line"))
    sheet.text(row, 1, category.code, style("code", "line"))
    sheet.text(row, 2, category.major_name, style("text", "line"))
    sheet.text(row, 3, category.name, style("wrap", "line"))
    sheet.lines(row, line_count(category.name, _FIXED[3].width))
    for at, text in ((len(columns) - 2, one.moved), (len(columns) - 1, one.word)):
        sheet.raw_text(row, at, text, style("center", "line"))
    for at, column in enumerate(columns):
        if column.key not in _CHOSEN:
            continue
        value = _VALUES[column.key](one, records)
        if value is None:
            sheet.raw_text(row, at, EMPTY, style("right", "line"))
        else:
            sheet.number(row, at, value, style(_STYLES.get(column.key, column.kind.value), "line"))


def _bar(sheet: Sheet, row: int, column: int, count: int, most: int) -> None:
    """Squares, which every reader and printer shows alike; the smallest number still has one."""
    squares = max(1, round(BAR_SQUARES * count / most)) if count else 0
    sheet.raw_text(row, column, "■" * squares, sheet.style("squares", "line"))


def _rate(one: Ranked) -> float | None:
    return one.change / one.line.previous if one.line.previous and one.change is not None else None


def _year_change(one: Ranked) -> int | None:
    return None if one.line.year_ago is None else one.total - one.line.year_ago


_VALUES: dict[str, Callable[[Ranked, int], float | None]] = {
    "count": lambda one, _records: one.total,
    "share": lambda one, records: one.total / records if records else None,
    "previous": lambda one, _records: one.line.previous,
    "change": lambda one, _records: one.change,
    "change_rate": lambda one, _records: _rate(one),
    "year_ago": lambda one, _records: one.line.year_ago,
    "year_change": lambda one, _records: _year_change(one),
}
