"""時間帯×曜日: when people call, by half hour and weekday; the busier, the darker."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from reports.columns import Column, Kind, widths
from reports.figures import EMPTY, NOT_MEASURED
from reports.period import DayLine, PeriodReport, SheetChoice
from reports.period_bundle import SHEET
from reports.sheets.period import frame
from reports.tally import add
from reports.wareki import WEEKDAYS
from reports.workbook import Book, Sheet, table_sheet

KEY = "hours"
HEADS = (frame.HEADING_ROW, frame.HEADING_ROW + 1)
FIRST_ROW = HEADS[1] + 1
#: Shares of the busiest half hour from which on a cell is one step darker.
THRESHOLDS = (0.25, 0.5, 0.75, 0.9)
LEGEND = "濃い枠ほど多い時間帯です（最も多い枠の25%・50%・75%・90%以上）。総括の着信数は受付時間内の件数です。"
SUMS = (("受付時間内", "total"), ("時間外", "line"), ("合計", "subtotal"), ("日数", "line"), ("1日平均（内）", "line"))
_SPREAD = 5
Counts = dict[tuple[int | None, int], int | None]


class _Block(Struct, frozen=True):
    """One of the two tables side by side: its counts by (start, weekday), and the days each weekday was counted on."""

    title: str
    first: int
    counts: Counts
    days: tuple[int, ...]
    mean_known: bool

    @property
    def missing(self) -> int | None:
        """What a half hour without a cell holds: nothing where all half hours were counted."""
        return 0 if self.mean_known and any(self.days) else None

    def inside(self, starts: Sequence[int], day: int) -> int | None:
        """A weekday inside the hours."""
        return known_sum([self.counts.get((start, day), self.missing) for start in starts]) if starts else self.missing


def write(book: Book, report: PeriodReport, _choice: SheetChoice) -> None:
    """Write the sheet: records on the left, calls offered on the right."""
    weekdays = _weekdays(report)
    starts = sorted({one.start_minute for one in report.cells if one.start_minute is not None})
    columns = _columns(weekdays)
    sheet = table_sheet(book, SHEET[KEY].name, columns, frame.page(report, rows=HEADS))
    frame.opening(sheet, f"時間帯・曜日別の件数　{report.span.label}", LEGEND)
    row = FIRST_ROW
    _starts(sheet, starts)
    for block in _blocks(report, weekdays):
        row = _block(sheet, block, starts, weekdays)
    row = _words(sheet, report, row)
    frame.close(sheet, report, KEY, row, widths(columns))


def _weekdays(report: PeriodReport) -> tuple[int, ...]:
    """Monday to Friday, and a day of the weekend on which the office was open or something was recorded."""
    used = {one.weekday for one in report.cells if one.recorded or one.offered}
    opened = {line.on.weekday() for line in report.days if line.open}
    return tuple(day for day in range(7) if day < _SPREAD or day in used | opened)


def _columns(weekdays: Sequence[int]) -> tuple[Column, ...]:
    one = (*(Column("day", WEEKDAYS[day], Kind.COUNT, 8) for day in weekdays), Column("sum", "計", Kind.COUNT, 9))
    mean = Column("mean", "1日平均", Kind.DECIMAL, 10)
    return Column("start", "開始", Kind.CLOCK, 14), *one, mean, Column("gap", "", Kind.TEXT, 2), *one, mean


def _blocks(report: PeriodReport, weekdays: Sequence[int]) -> tuple[_Block, _Block]:
    width = len(weekdays) + 3
    recorded: Counts = {(one.start_minute, one.weekday): one.recorded for one in report.cells}
    offered: Counts = {(one.start_minute, one.weekday): one.offered for one in report.cells}
    days = _days_by_weekday(report, weekdays, lambda line: line.open)
    measured = _days_by_weekday(report, weekdays, lambda line: bool(line.tally.measured_days))
    return (
        _Block("記録件数", 1, recorded, days, True),
        _Block("着信数", 1 + width, offered, measured, not _by_day_only(report)),
    )


def _days_by_weekday(
    report: PeriodReport, weekdays: Sequence[int], counts: Callable[[DayLine], bool]
) -> tuple[int, ...]:
    return tuple(sum(line.on.weekday() == day and counts(line) for line in report.days) for day in weekdays)


def _by_day_only(report: PeriodReport) -> bool:
    """Whether the exchange gave some days as a total only, so that the half hours hold less than the days."""
    inside = [one.offered for one in report.cells if one.start_minute is not None and one.offered is not None]
    return (sum(inside) if inside else None) != report.tally.offered


def _starts(sheet: Sheet, starts: Sequence[int]) -> None:
    style = sheet.style
    sheet.raw_text(HEADS[0], 0, "", style("heading"))
    sheet.raw_text(HEADS[1], 0, "開始", style("heading", "right"))
    for row, start in enumerate(starts, FIRST_ROW):
        sheet.number(row, 0, start / 1440, style("clock", "line"))
    row = FIRST_ROW + len(starts)
    for number, (label, look) in enumerate(SUMS):
        sheet.raw_text(row + number, 0, label, style(look, "left"))
    sheet.freeze(FIRST_ROW, 1)


def _block(sheet: Sheet, block: _Block, starts: Sequence[int], weekdays: Sequence[int]) -> int:
    """A table; the row after it."""
    _heads(sheet, block, weekdays)
    busiest = max((block.counts.get((start, day)) or 0 for start in starts for day in weekdays), default=0)
    for row, start in enumerate(starts, FIRST_ROW):
        values = [block.counts.get((start, day), block.missing) for day in weekdays]
        for column, value in enumerate(values, block.first):
            _count(sheet, (row, column), value, "line", _heat(value, busiest))
        _end_of_row(sheet, row, block, values, "line")
    return _sums(sheet, block, starts, weekdays)


def _end_of_row(sheet: Sheet, row: int, block: _Block, values: Sequence[int | None], look: str) -> None:
    """Sum and mean of a row."""
    column, total = block.first + len(values), known_sum(values)
    _count(sheet, (row, column), total, "subtotal" if look == "line" else look)
    _mean(sheet, (row, column + 1), total, sum(block.days), block, look)


def _heads(sheet: Sheet, block: _Block, weekdays: Sequence[int]) -> None:
    last = block.first + len(weekdays) + 1
    sheet.merge((HEADS[0], block.first, HEADS[0], last), block.title, sheet.style("heading", "center"))
    labels = [*(WEEKDAYS[day] for day in weekdays), "計", "1日平均"]
    for column, label in enumerate(labels, block.first):
        sheet.raw_text(HEADS[1], column, label, sheet.style("heading", "right"))


def _sums(sheet: Sheet, block: _Block, starts: Sequence[int], weekdays: Sequence[int]) -> int:
    """Sums inside the hours and outside, days, mean of a day inside the hours; the row after them."""
    row, last = FIRST_ROW + len(starts), block.first + len(weekdays) + 1
    inside = [block.inside(starts, day) for day in weekdays]
    outside = [block.counts.get((None, day), block.missing) for day in weekdays]
    both = [add(one, other) for one, other in zip(inside, outside, strict=True)]
    for number, (values, look) in enumerate(((inside, "total"), (outside, "line"), (both, "subtotal"))):
        for column, value in enumerate(values, block.first):
            _count(sheet, (row + number, column), value, look)
        _end_of_row(sheet, row + number, block, values, look)
    row += 3
    sums, days = (*inside, known_sum(inside)), (*block.days, sum(block.days))
    for column, (total, number) in enumerate(zip(sums, days, strict=True), block.first):
        sheet.number(row, column, number, sheet.style("count", "line"))
        _mean(sheet, (row + 1, column), total, number, block)
    for blank in (row, row + 1):
        sheet.blank(blank, last, None, sheet.style("line"))
    return row + 2


def known_sum(values: Sequence[int | None]) -> int | None:
    """Over what was measured; None where nothing was."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _count(sheet: Sheet, at: tuple[int, int], value: int | None, *parts: str) -> None:
    if value is None:
        sheet.raw_text(*at, NOT_MEASURED, sheet.style("right", *parts, "small"))
    else:
        sheet.number(*at, value, sheet.style("count", *parts))


def _mean(sheet: Sheet, at: tuple[int, int], total: int | None, days: int, block: _Block, look: str = "line") -> None:
    if total is None or not days or not block.mean_known:
        word = NOT_MEASURED if total is None else EMPTY
        sheet.raw_text(*at, word, sheet.style("right", look, "small"))
    else:
        sheet.number(*at, total / days, sheet.style("decimal", look))


def _heat(value: int | None, busiest: int) -> str:
    share = (value or 0) / busiest if busiest else 0
    return f"heat_{sum(share >= one for one in THRESHOLDS)}"


def _words(sheet: Sheet, report: PeriodReport, row: int) -> int:
    """Why the two tables may not be compared as they stand; the row after the words."""
    notes = [frame.coverage_note(report)]
    if report.tally.offered is not None and _by_day_only(report):
        notes.append(
            "着信数が1日の合計だけの日があるため、時間帯別の着信数は、日別の合計より少なく、平均は示しません。"
        )
    for note in filter(None, notes):
        sheet.text(row, 0, note, sheet.style("quiet"))
        row += 1
    return row
