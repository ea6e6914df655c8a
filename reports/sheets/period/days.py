"""日別: the chosen measures of each day, where its daily report stands, and a chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from reports.charts import CHART_POINTS, CHART_ROWS, Bars, column_chart
from reports.columns import Column, Kind, widths
from reports.figures import Measure, State
from reports.fitting import line_count
from reports.period import DayLine, PeriodReport, SheetChoice, Span
from reports.period_bundle import SHEET
from reports.sheets.period import frame
from reports.sheets.period.paper import chart_row
from reports.tally import Tally
from reports.wareki import WEEKDAYS, wareki_month
from reports.workbook import ROW_POINTS, UNIT_STYLES, Book, Format, Sheet, serial, table_sheet

KEY = "days"
HEADING_POINTS = 60.0
"""What the title and the headings take beyond plain rows."""
MOST_DRAWN = 62
"""Days that one chart still shows; longer periods are drawn by month."""
_DRAWN = ("offered", "recorded")
_BEFORE = (
    Column("on", "日", Kind.DATE, 10),
    Column("weekday", "曜日", Kind.FLAG, 6),
    Column("closed", "受付", Kind.LONG_TEXT, 20),
)
_REPORT = Column("report", "日報", Kind.LONG_TEXT, 20)
_FIRST = len(_BEFORE)
_PLAIN = 9
"""Characters that fit on one line whatever they are."""


def write(book: Book, report: PeriodReport, choice: SheetChoice) -> None:
    """Write the sheet: days, sums of the months of a longer period, the whole (Σ ÷ Σ)."""
    measures = frame.measures_of(report, choice)
    columns = (*_BEFORE, *(Column(one.key, one.label, Kind.COUNT, 11) for one in measures), _REPORT)
    room = sum(widths(columns))
    sheet = table_sheet(book, SHEET[KEY].name, columns, frame.page(report, columns=(0, 1), room=room))
    frame.opening(sheet, f"日別の実績　{report.span.label}", _note(report))
    lines = max(line_count(column.heading, column.room + 1) for column in columns)
    sheet.headings(frame.HEADING_ROW, columns, 8 + 14.5 * lines)
    sheet.freeze(frame.FIRST_ROW, 2)
    row = _Days(sheet, measures).write(report)
    sheet.filters((frame.HEADING_ROW, 0, row - 2, len(columns) - 1))
    row = _chart(sheet, report, measures, row, widths(columns))
    frame.close(sheet, report, KEY, row, widths(columns))


def _note(report: PeriodReport) -> str:
    rates = "率の合計は、分子の合計 ÷ 分母の合計です。"
    return f"{report.tally.open_days}開庁日。{frame.coverage_note(report)}{rates}"


class _Looks(Struct, frozen=True):
    """The styles of one kind of row, made once."""

    date: Format
    weekday: Format
    text: Format
    blank: Format
    word: Format
    numbers: tuple[Format, ...]


class _Days:
    """Writes the rows; what repeats is prepared once."""

    def __init__(self, sheet: Sheet, measures: Sequence[Measure]) -> None:
        self._sheet = sheet
        self._measures = measures
        self._open, self._closed = self._looks("line"), self._looks("line", "closed")
        self._report_column = _FIRST + len(measures)

    def _looks(self, *parts: str) -> _Looks:
        style: Callable[..., Format] = self._sheet.style
        return _Looks(
            style("month_day", *parts),
            style("center", *parts),
            style("wrap", *parts),
            style(*parts),
            style("right", *parts),
            tuple(style(UNIT_STYLES[one.unit], *parts) for one in self._measures),
        )

    def write(self, report: PeriodReport) -> int:
        """All days from the first row on; the row after the total."""
        row, months = frame.FIRST_ROW, report.span.months()
        for month in months:
            for line in report.days:
                if line.on in month:
                    self._day(row, line)
                    row += 1
            if len(months) > 1:
                self._sum(row, f"{wareki_month(month.from_on)} 計", report.tally_of(month), "subtotal")
                row += 1
        self._sum(row, "合計", report.tally, "total")
        self._sheet.height(row, 20)
        return row + 1

    def _day(self, row: int, line: DayLine) -> None:
        sheet, looks = self._sheet, self._open if line.open else self._closed
        sheet.number(row, 0, serial(line.on), looks.date)
        sheet.raw_text(row, 1, WEEKDAYS[line.on.weekday()], looks.weekday)
        sheet.text(row, 2, line.why_closed, looks.text)
        if line.open or line.tally.recorded or line.tally.offered:
            self._figures(row, line.tally, looks)
        else:
            sheet.fill(row, range(_FIRST, self._report_column), looks.blank)
        sheet.text(row, self._report_column, line.report, looks.text)
        if len(line.why_closed) > _PLAIN or len(line.report) > _PLAIN:
            lines = (line_count(line.why_closed, _BEFORE[2].width), line_count(line.report, _REPORT.width))
            sheet.lines(row, max(lines))

    def _figures(self, row: int, tally: Tally, looks: _Looks) -> None:
        number, raw_text, word = self._sheet.number, self._sheet.raw_text, looks.word
        for column, (measure, style) in enumerate(zip(self._measures, looks.numbers, strict=True), _FIRST):
            cell = measure.cell_of(tally)
            if isinstance(cell, str):
                raw_text(row, column, cell, word)
            else:
                number(row, column, cell, style)

    def _sum(self, row: int, label: str, tally: Tally, look: str) -> None:
        sheet = self._sheet
        sheet.merge((row, 0, row, _FIRST - 1), label, sheet.style(look, "left"))
        for column, measure in enumerate(self._measures, _FIRST):
            sheet.figure(row, column, measure.of(tally), look)
        sheet.blank(row, self._report_column, None, sheet.style(look))


def _chart(sheet: Sheet, report: PeriodReport, measures: Sequence[Measure], row: int, room: Sequence[float]) -> int:
    """The chart of one month's days (or of a short span); the row after it."""
    known = [one.key for one in measures if one.key in _DRAWN and report.figures[one.key].state is State.VALUE]
    if not _drawable(report.span) or not any(report.figures[key].value for key in known):
        return row
    at = {measure.key: column for column, measure in enumerate(measures, _FIRST)}
    first, last = frame.FIRST_ROW, frame.FIRST_ROW + len(report.days) - 1
    series = [Bars(key, (first, 0, last, 0), (first, at[key], last, at[key])) for key in known]
    place = chart_row(row, row * ROW_POINTS + HEADING_POINTS, room, CHART_POINTS, HEADING_POINTS)
    column_chart(sheet, (place, 0), series, "日ごとの件数", category_format="d")
    sheet.break_before(*(() if place == row + 1 else (place,)))
    return place + CHART_ROWS


def _drawable(span: Span) -> bool:
    return len(span.months()) == 1 and span.days <= MOST_DRAWN
