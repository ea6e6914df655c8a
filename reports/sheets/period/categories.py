"""分類別: the minor categories by day (of longer periods by month), the total first, a subtotal per major one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from msgspec import Struct

from reports.cleaning import clean
from reports.fitting import line_count
from reports.period import CategoryLine, PeriodReport, SheetChoice
from reports.period_bundle import SHEET
from reports.sheets.period import frame
from reports.sheets.period.months import month_heading
from reports.wareki import WEEKDAYS, wareki
from reports.workbook import Book, Format, Sheet

KEY = "categories"
HEADINGS = ("コード", "小分類", "計")
_CODE, _NAME, _TOTAL, FIRST_PART = range(4)
_POSITIONS = ("center", "text", "right")
_WIDTHS = (8.0, 46.0, 9.0)
_DAY_WIDTH, _MONTH_WIDTH = 4.2, 8.5
MOST_DAYS = 31
Counts = tuple[int, ...]


class Part(Struct, frozen=True):
    """A column: a day or a month of the period."""

    heading: str
    opened: bool = True


class Axis(Struct, frozen=True):
    """The columns of the period, and which of them a day belongs to."""

    parts: tuple[Part, ...]
    at: dict[date, int]
    width: float

    def spread(self, by_day: Iterator[tuple[date, int]]) -> Counts:
        """Counts by day as counts by column; a day outside the period counts nowhere."""
        found = [0] * len(self.parts)
        for on, count in by_day:
            column = self.at.get(on)
            if column is not None:
                found[column] += count
        return tuple(found)


class Row(Struct, frozen=True):
    """A category: code, name, its counts by column."""

    code: str
    name: str
    counts: Counts


def write(book: Book, report: PeriodReport, _choice: SheetChoice) -> None:
    """Write the sheet; the grand total is that of the records."""
    axis = axis_of(report)
    widths = (*_WIDTHS, *((axis.width,) * len(axis.parts)))
    page = frame.page(report, columns=(_CODE, _TOTAL), room=sum(widths))
    sheet = book.sheet(SHEET[KEY].name, widths, page)
    by = "日別" if report.span.days <= MOST_DAYS else "月別"
    frame.opening(sheet, f"問合せの分類（{by}）　{report.span.label}", "「-」は0件です。合計は記録件数です。")
    _headings(sheet, axis)
    row = _Table(sheet, axis).write(report)
    sheet.filters((frame.HEADING_ROW, 0, row - 2, _TOTAL))
    frame.close(sheet, report, KEY, row, widths)


def axis_of(report: PeriodReport) -> Axis:
    """Days where a page holds them, else months."""
    if report.span.days <= MOST_DAYS:
        heads = tuple(Part(f"{line.on.day}\n{WEEKDAYS[line.on.weekday()]}", line.open) for line in report.days)
        # The widest number of a day is its total.
        most = max((len(str(line.tally.recorded)) for line in report.days), default=1)
        return Axis(heads, {line.on: at for at, line in enumerate(report.days)}, max(_DAY_WIDTH, most + 1.2))
    months = report.span.months()
    heads = tuple(Part(month_heading(span, number == 0)) for number, span in enumerate(months))
    at = {line.on: number for number, span in enumerate(months) for line in report.days if line.on in span}
    return Axis(heads, at, _MONTH_WIDTH)


def _headings(sheet: Sheet, axis: Axis) -> None:
    for column, label in enumerate(HEADINGS):
        sheet.raw_text(frame.HEADING_ROW, column, label, sheet.style("heading", _POSITIONS[column]))
    for column, part in enumerate(axis.parts, FIRST_PART):
        looks = ("heading", "center", "small") if part.opened else ("heading", "center", "small", "closed")
        sheet.raw_text(frame.HEADING_ROW, column, part.heading, sheet.style(*looks))
    sheet.height(frame.HEADING_ROW, frame.heading_points([part.heading for part in axis.parts]))
    sheet.freeze(frame.FIRST_ROW, FIRST_PART)


class _Table:
    """Writes the rows; styles are fetched once, since there are thousands of cells."""

    def __init__(self, sheet: Sheet, axis: Axis) -> None:
        self._sheet, self._axis = sheet, axis

    def write(self, report: PeriodReport) -> int:
        """All majors, what has no category, and the total; the row after it."""
        row, named = frame.FIRST_ROW, Counter[int]()
        for label, members in _groups(report.categories):
            rows = [Row(one.category.code, _name(one), self._axis.spread(iter(one.by_day.items()))) for one in members]
            row = self._rows(row, rows)
            sums = tuple(map(sum, zip(*(one.counts for one in rows), strict=True)))
            row = self._rows(row, [Row("", f"{label}　小計", sums)], "subtotal")
            named.update(dict(enumerate(sums)))
        records = self._axis.spread((line.on, line.tally.recorded) for line in report.days)
        without = tuple(count - named[at] for at, count in enumerate(records))
        if any(without):
            row = self._rows(row, [Row("", "未分類", without)], "subtotal")
        return self._rows(row, [Row("", "合計", records)], "total")

    def _rows(self, row: int, rows: Sequence[Row], look: str = "line") -> int:
        """Rows of one look; the row after them."""
        sheet, style = self._sheet, self._sheet.style
        number, raw_text = sheet.number, sheet.raw_text
        code, name, total = style("code", look), style("wrap", look), style("count", look)
        parts = self._styles(look)
        for one in rows:
            raw_text(row, _CODE, one.code, code)
            raw_text(row, _NAME, one.name, name)
            number(row, _TOTAL, sum(one.counts), total)
            for column, (count, part) in enumerate(zip(one.counts, parts, strict=True), FIRST_PART):
                number(row, column, count, part)
            sheet.lines(row, line_count(one.name, _WIDTHS[_NAME]))
            row += 1
        return row

    def _styles(self, look: str) -> list[Format]:
        style = self._sheet.style
        opened, closed = style("sparse", "small", look), style("sparse", "small", look, "closed")
        return [opened if part.opened or look != "line" else closed for part in self._axis.parts]


def _groups(lines: Sequence[CategoryLine]) -> Iterator[tuple[str, list[CategoryLine]]]:
    for code, members in groupby(lines, key=lambda line: line.category.major_code):
        found = list(members)
        yield clean(f"{code} {found[0].category.major_name}"), found


def _name(line: CategoryLine) -> str:
    """With the day from which a category could not be chosen any more."""
    retired = f"（{wareki(line.retired_on)}から廃止）" if line.retired_on else ""
    return clean(f"{line.category.name}{retired}")
