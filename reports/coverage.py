"""The coverage proof (最少配置証明書) of a month: minutes below the minimum of operators, with cause and measure.

003 clause 6 asks for the minimum at every opening minute; contract Art. 10 reduces what is invoiced by what was not
performed. The proof states the minutes; the amount is the city's to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import reduce
from operator import add
from typing import Any

from msgspec import Struct

from reports.columns import Column, Kind
from reports.figures import EMPTY
from reports.fitting import line_count, row_points
from reports.wareki import length, moment, span, wareki_month, wareki_weekday
from reports.workbook import Book, BookFacts, Page, Sheet, table_sheet

NAME = "最少配置証明書"
FORMULA = (
    "充足率 ＝（判定した開庁時間 － 最少人数を下回った時間）÷ 判定した開庁時間（0.1％未満は切捨て）。"
    "月の値は、合計どうしの割り算です。"
)
AMOUNT = "減額の要否と金額は、市が定めます。この資料は、その根拠となる時間だけを示します。"
_HOUR = 60
_WIDTHS = (22.0, 13.0, 14.0, 13.0, 13.0, 13.0)
_LAST = len(_WIDTHS) - 1


class Minutes(Struct, frozen=True):
    """Additive counts of a period: open days, minutes opened / judged so far / below the minimum / below by plan,
    stretches below, and those without a note."""

    days: int = 0
    opened: int = 0
    judged: int = 0
    below: int = 0
    planned_below: int = 0
    stretches: int = 0
    unnoted: int = 0

    def __add__(self, other: Minutes) -> Minutes:
        return Minutes(*(getattr(self, name) + getattr(other, name) for name in self.__struct_fields__))

    @property
    def covered(self) -> int:
        return self.judged - self.below

    @property
    def share(self) -> float | None:
        """Covered minutes ÷ judged minutes, 0–1, cut after the thousandth: a single minute short is never 100.0 %.
        None while nothing is judged."""
        return self.covered * 1000 // self.judged / 1000 if self.judged else None


class NoteLine(Struct, frozen=True):
    """What was noted: the cause in words, its detail, the measure taken."""

    cause: str
    detail: str
    measure: str


class StretchLine(Struct, frozen=True):
    """A stretch below the minimum, with everything noted of it. `fewest`: operators at its worst."""

    on: date
    start_minute: int
    end_minute: int
    fewest: int
    notes: tuple[NoteLine, ...] = ()
    running: bool = False

    @property
    def minutes(self) -> int:
        return self.end_minute - self.start_minute


class DayLine(Struct, frozen=True):
    """An open day. `planned_fewest`, `fewest`: None where nobody was planned, where nothing is judged."""

    on: date
    minimum: int
    planned_fewest: int | None
    fewest: int | None
    minutes: Minutes


class CoverageReport(Struct, frozen=True):
    """The proof of the month that begins with `first`, judged up to `built_at`."""

    contract: str
    city: str
    contractor: str
    place: str
    first: date
    built_at: datetime
    days: tuple[DayLine, ...]
    stretches: tuple[StretchLine, ...]
    closed_days: int = 0
    breaks_count: bool = False

    @property
    def totals(self) -> Minutes:
        return total(line.minutes for line in self.days)

    @property
    def month(self) -> str:
        """令和8年6月"""
        return wareki_month(self.first)


def total(parts: Iterable[Minutes]) -> Minutes:
    """The sum of days."""
    return reduce(add, parts, Minutes())


def counted(breaks_count: bool) -> str:
    """Whom the figures count (003 clause 6); the contract may count people on a break."""
    who = "出勤しているオペレーター（休憩中を含む）" if breaks_count else "出勤していて休憩中でないオペレーター"
    return f"数えるのは、{who}だけです。業務責任者・副責任者は数えません（仕様書6）。"


def statement(month: str, totals: Minutes) -> str:
    """What the proof says to contract Art. 10 (履行不能分の減額): minutes, never an amount."""
    judged = f"{month}の開庁時間のうち判定した {length(totals.judged)}（{totals.judged:,}分）の中で、"
    if not totals.judged:
        return f"{month}には、まだ判定した開庁時間がありません。"
    if not totals.below:
        return f"{judged}最少人数を下回った時間はありません。"
    below = length(totals.below) + (f"（{totals.below:,}分）" if totals.below >= _HOUR else "")
    return f"{judged}最少人数を下回った時間は {below}です。"


def workbook(report: CoverageReport) -> bytes:
    """The proof as an xlsx file of three sheets; the same report gives the same bytes."""
    book = Book(BookFacts(f"{NAME}　{report.month}", report.built_at))
    _summary(book, report)
    _days(book, report)
    _stretches(book, report)
    return book.finish()


def filename(report: CoverageReport) -> str:
    """coverage-proof_202606.xlsx"""
    return f"coverage-proof_{report.first:%Y%m}.xlsx"


def _page(report: CoverageReport, **more: Any) -> Page:
    return Page(header=(NAME, report.month), footer=(report.contract, moment(report.built_at)), **more)


# --- 総括 ---


def _summary(book: Book, report: CoverageReport) -> None:
    sheet = book.sheet("総括", _WIDTHS, _page(report, one_page=True))
    _boxes(sheet)
    sheet.merge((4, 0, 4, _LAST), NAME, sheet.style("title"))
    sheet.height(4, 36)
    sheet.merge((5, 0, 5, _LAST), report.month, sheet.style("day"))
    sheet.height(5, 24)
    row = _facts(sheet, report, 7)
    row = _figures(sheet, report, row + 1)
    row = _statements(sheet, report, row + 1)
    sheet.print_area(row, _LAST)


def _boxes(sheet: Sheet) -> None:
    """起案・確認・承認, to be stamped."""
    for column, label in zip(range(_LAST - 2, _LAST + 1), ("起案", "確認", "承認"), strict=True):
        sheet.text(0, column, label, sheet.style("small", "center", "boxed", "tint"))
        for row in (1, 2):
            sheet.blank(row, column, None, sheet.style("boxed"))
    for row, points in enumerate((17, 48, 17)):
        sheet.height(row, points)


def _facts(sheet: Sheet, report: CoverageReport, row: int) -> int:
    minimums = sorted({line.minimum for line in report.days})
    facts = (
        ("委託者", report.city),
        ("件名", report.contract),
        ("受託者", report.contractor),
        ("履行場所", report.place),
        ("最少人数", "、".join(f"{number}名" for number in minimums) or EMPTY),
        ("判定の締切", f"{moment(report.built_at)}まで"),
    )
    for label, value in facts:
        _line(sheet, row, label, value)
        row += 1
    return row


def _line(sheet: Sheet, row: int, label: str, value: str) -> None:
    sheet.text(row, 0, label, sheet.style("bold", "thin_box", "tint", "left", "indent"))
    sheet.merge((row, 1, row, _LAST), value, sheet.style("thin_box", "left", "indent", "wrapped"))
    sheet.height(row, max(20.5, row_points(line_count(value, sum(_WIDTHS[1:])))))


def _figures(sheet: Sheet, report: CoverageReport, row: int) -> int:
    totals = report.totals
    counts = (("開庁日数（日）", totals.days), ("下回った時間帯の数（件）", totals.stretches))
    lengths = (
        ("開庁時間", totals.opened),
        ("うち判定した時間", totals.judged),
        ("最少人数を下回った時間", totals.below),
        ("最少人数を満たした時間", totals.covered),
        ("予定で下回る時間", totals.planned_below),
    )
    _heading(sheet, row, ("項目", "時間（時:分）", "分"))
    for label, minutes in lengths:
        row += 1
        _label(sheet, row, label)
        sheet.number(row, 2, minutes / 1440, sheet.style("minutes", "line"))
        sheet.number(row, 3, minutes, sheet.style("count", "line"))
    for label, count in (*counts, ("うち原因・対策が未記入（件）", totals.unnoted)):
        row += 1
        _label(sheet, row, label)
        sheet.blank(row, 2, None, sheet.style("line"))
        sheet.number(row, 3, count, sheet.style("count", "line"))
    row += 1
    sheet.merge((row, 0, row, 1), "充足率", sheet.style("total", "left", "indent"))
    sheet.blank(row, 2, None, sheet.style("total"))
    _ratio(sheet, row, 3, totals, "total")
    return row + 1


def _heading(sheet: Sheet, row: int, labels: tuple[str, str, str]) -> None:
    sheet.merge((row, 0, row, 1), labels[0], sheet.style("heading", "text"))
    for column, label in enumerate(labels[1:], 2):
        sheet.text(row, column, label, sheet.style("heading", "right"))
    sheet.height(row, 22)


def _label(sheet: Sheet, row: int, label: str) -> None:
    sheet.merge((row, 0, row, 1), label, sheet.style("text", "line"))


def _ratio(sheet: Sheet, row: int, column: int, minutes: Minutes, *parts: str) -> None:
    if minutes.share is None:
        sheet.raw_text(row, column, EMPTY, sheet.style("right", *parts))
    else:
        sheet.number(row, column, minutes.share, sheet.style("ratio", *parts))


def _statements(sheet: Sheet, report: CoverageReport, row: int) -> int:
    texts = (
        ("契約書第10条との関係", f"{statement(report.month, report.totals)}{AMOUNT}"),
        ("算出方法", f"{FORMULA}{counted(report.breaks_count)}"),
    )
    for label, text in texts:
        _line(sheet, row, label, text)
        row += 1
    return row - 1


# --- 日別 ---

DAY_COLUMNS = (
    Column("on", "日", Kind.TEXT, 22),
    Column("minimum", "最少\n人数", Kind.COUNT, 7),
    Column("opened", "開庁\n（分）", Kind.COUNT, 9),
    Column("planned_fewest", "予定の\n最も少ない人数", Kind.COUNT, 14),
    Column("planned_below", "予定で\n下回る（分）", Kind.COUNT, 12),
    Column("judged", "判定\n（分）", Kind.COUNT, 9),
    Column("fewest", "実績の\n最も少ない人数", Kind.COUNT, 14),
    Column("below", "下回った\n（分）", Kind.COUNT, 10),
    Column("share", "充足率", Kind.RATIO, 10),
)
_LAST_DAY = len(DAY_COLUMNS) - 1


def _days(book: Book, report: CoverageReport) -> None:
    sheet = table_sheet(book, "日別", DAY_COLUMNS, _page(report, repeat_rows=(2, 2)))
    _opening(
        sheet, f"日別の配置　{report.month}", f"閉庁日（{report.closed_days}日）は除きます。{FORMULA}", DAY_COLUMNS
    )
    sheet.headings(2, DAY_COLUMNS, 34)
    row = 3
    for line in report.days:
        sheet.text(row, 0, wareki_weekday(line.on), sheet.style("text", "line"))
        _day(sheet, row, line)
        row += 1
    _day_total(sheet, row, report)
    sheet.print_area(row, _LAST_DAY)


def _opening(sheet: Sheet, title: str, note: str, columns: Sequence[Column]) -> None:
    sheet.text(0, 0, title, sheet.style("sheet_title"))
    sheet.height(0, 24)
    sheet.merge((1, 0, 1, len(columns) - 1), note, sheet.style("quiet", "wrapped"))
    sheet.height(1, row_points(line_count(note, sum(column.width for column in columns))))


def _day(sheet: Sheet, row: int, line: DayLine) -> None:
    found = line.minutes
    planned = found.planned_below if line.planned_fewest is not None else None
    fewest = line.fewest
    below = found.below if fewest is not None else None
    values = (line.minimum, found.opened, line.planned_fewest, planned, found.judged, fewest, below)
    for column, value in enumerate(values, 1):
        _count(sheet, row, column, value)
    _ratio(sheet, row, _LAST_DAY, found, "line")


def _count(sheet: Sheet, row: int, column: int, value: int | None) -> None:
    if value is None:
        sheet.raw_text(row, column, EMPTY, sheet.style("right", "line"))
    else:
        sheet.number(row, column, value, sheet.style("count", "line"))


def _day_total(sheet: Sheet, row: int, report: CoverageReport) -> None:
    """Sums as formulas, so that a reader sees where they come from."""
    totals, last = report.totals, row
    sheet.merge((row, 0, row, 1), f"合計（{totals.days}日）", sheet.style("total", "left", "indent"))
    sums = {2: totals.opened, 4: totals.planned_below, 5: totals.judged, 7: totals.below}
    for column in range(2, _LAST_DAY):
        if column in sums and report.days:
            letter = "ABCDEFGHI"[column]
            sheet.formula(row, column, f"=SUM({letter}4:{letter}{last})", sheet.style("count", "total"), sums[column])
        else:
            sheet.blank(row, column, None, sheet.style("total"))
    _ratio(sheet, row, _LAST_DAY, totals, "total")
    sheet.height(row, 20)


# --- 下回った時間 ---

STRETCH_COLUMNS = (
    Column("on", "日", Kind.TEXT, 22),
    Column("span", "時間", Kind.CODE, 14),
    Column("minutes", "分", Kind.COUNT, 7),
    Column("fewest", "最も\n少ない人数", Kind.COUNT, 11),
    Column("cause", "原因", Kind.LONG_TEXT, 20),
    Column("detail", "原因の内容", Kind.LONG_TEXT, 34),
    Column("measure", "とった対策", Kind.LONG_TEXT, 34),
)
_UNNOTED = "（未記入）"


def _stretches(book: Book, report: CoverageReport) -> None:
    page = _page(report, landscape=True, repeat_rows=(2, 2))
    sheet = table_sheet(book, "下回った時間", STRETCH_COLUMNS, page)
    title = f"最少人数を下回った時間と、その原因・対策　{report.month}"
    _opening(sheet, title, counted(report.breaks_count), STRETCH_COLUMNS)
    sheet.headings(2, STRETCH_COLUMNS, 34)
    row = 3
    for line in report.stretches:
        _stretch(sheet, row, line)
        row += 1
    if not report.stretches:
        sheet.text(row, 0, "最少人数を下回った時間はありません。", sheet.style("left"))
        row += 1
    sheet.print_area(row - 1, len(STRETCH_COLUMNS) - 1)


def _stretch(sheet: Sheet, row: int, line: StretchLine) -> None:
    style = sheet.style
    when = span(line.start_minute, line.end_minute) + ("\n（継続中）" if line.running else "")
    sheet.text(row, 0, wareki_weekday(line.on), style("text", "line"))
    sheet.text(row, 1, when, style("code", "line", "wrapped"))
    sheet.number(row, 2, line.minutes, style("count", "line"))
    sheet.number(row, 3, line.fewest, style("count", "line"))
    texts = tuple("\n".join(part) for part in _texts(line))
    for column, text in enumerate(texts, 4):
        sheet.text(row, column, text, style("wrap", "line"))
    needed = [line_count(text, STRETCH_COLUMNS[column].width) for column, text in enumerate(texts, 4)]
    sheet.lines(row, max(*needed, when.count("\n") + 1))


def _texts(line: StretchLine) -> tuple[list[str], list[str], list[str]]:
    """Causes, details and measures; several notes of one stretch are numbered, so that they stay together."""
    if not line.notes:
        return [_UNNOTED], [""], [""]
    marks = [f"({number}) " if len(line.notes) > 1 else "" for number in range(1, len(line.notes) + 1)]
    pairs = list(zip(marks, line.notes, strict=True))
    return (
        [mark + note.cause for mark, note in pairs],
        [mark + note.detail for mark, note in pairs if note.detail],
        [mark + note.measure for mark, note in pairs],
    )
