"""予約: what was booked, changed, cancelled and kept, by procedure, place and channel (003 clause 8②)."""

from __future__ import annotations

from collections.abc import Sequence

from reports.booking_counts import Counts
from reports.columns import Column, Kind
from reports.daily import DailyReport
from reports.figures import EMPTY
from reports.sheets import frame
from reports.wareki import wareki_weekday
from reports.workbook import Book, Page, Sheet

NAME = "予約"
_LABEL_WIDTH, _COUNT_WIDTH = 38.0, 9.0
BANDS = ((0, 3), (4, 5), (6, 10), (11, 20), (21, 45), (46, None))
"""Open days between booking and appointment, as the report groups them."""


def write(book: Book, report: DailyReport) -> None:
    """The day's results; left out where no reservations are kept."""
    if report.reservations is not None:
        page = Page(header=(frame.report_title(report), wareki_weekday(report.on)), footer=frame.footer(report))
        write_counts(book, report.reservations, page, "予約受付等業務の結果（仕様書8②）")


def write_counts(book: Book, counts: Counts, page: Page, title: str) -> tuple[Sheet, int, tuple[float, ...]]:
    """All tables of a period on one sheet: the sheet, the row after them, its column widths."""
    widths = (_LABEL_WIDTH, *(_COUNT_WIDTH for _ in counts.kinds))
    sheet = book.sheet(NAME, widths, page)
    sheet.text(0, 0, title, sheet.style("sheet_title"))
    sheet.height(0, 24)
    sheet.text(1, 0, "件数は、受け付けた日・手続をした日で数えます。", sheet.style("quiet"))
    row = 2
    for table in counts.tables:
        row = _table(sheet, row, f"{table.heading}別", table.lines, counts)
    row = _use(sheet, row, counts)
    row = _pairs(sheet, row, "予約から来庁までの開庁日数", _lead_lines(counts), "件")
    row = _pairs(sheet, row, "取消の理由", counts.cancel_reasons, "件")
    row = _pairs(sheet, row, "市の予約システム・確認の状況", _state_lines(counts), "件")
    sheet.print_area(row, len(counts.kinds))
    return sheet, row, widths


def height(counts: Counts) -> int:
    """How many rows `write_counts` takes."""
    tables = (len(table.lines) + 3 for table in counts.tables)
    pairs = (len(_lead_lines(counts)), len(counts.cancel_reasons), len(_state_lines(counts)))
    return 2 + sum(tables) + sum(max(1, lines) + 2 for lines in (len(counts.use), *pairs))


def write_days(book: Book, counts: Counts, page: Page) -> None:
    """The same counts day by day."""
    sheet = book.sheet("日別", (_LABEL_WIDTH, *(_COUNT_WIDTH for _ in counts.kinds)), page)
    sheet.text(0, 0, "日別の件数", sheet.style("sheet_title"))
    sheet.height(0, 24)
    lines = tuple((wareki_weekday(on), line) for on, line in counts.days)
    row = _table(sheet, 1, "日", lines, counts)
    sheet.print_area(row, len(counts.kinds))


def _headings(sheet: Sheet, row: int, labels: Sequence[str]) -> None:
    columns = [Column("label", labels[0], Kind.TEXT), *(Column("count", label, Kind.COUNT) for label in labels[1:])]
    for index, column in enumerate(columns):
        sheet.raw_text(row, index, column.heading, sheet.style("heading", column.heading_style))
    sheet.height(row, 22)


def _table(sheet: Sheet, row: int, heading: str, lines: Sequence[tuple[str, tuple[int, ...]]], counts: Counts) -> int:
    """A table with its total; returns the row after it and a blank one."""
    _headings(sheet, row, (heading, *counts.kinds))
    for label, numbers in lines:
        row += 1
        sheet.text(row, 0, label, sheet.style("text", "line"))
        for column, number in enumerate(numbers, 1):
            sheet.number(row, column, number, sheet.style("count", "line"))
    row += 1
    sheet.raw_text(row, 0, "合計", sheet.style("total", "left"))
    for column, number in enumerate(counts.totals, 1):
        sheet.number(row, column, number, sheet.style("count", "total"))
    return row + 2


def _use(sheet: Sheet, row: int, counts: Counts) -> int:
    _headings(sheet, row, ("枠の利用（この期間の来庁枠）", "席数", "利用", "利用率"))
    for place, seats, taken in counts.use:
        row += 1
        sheet.text(row, 0, place, sheet.style("text", "line"))
        sheet.number(row, 1, seats, sheet.style("count", "line"))
        sheet.number(row, 2, taken, sheet.style("count", "line"))
        _ratio(sheet, row, taken, seats)
    if not counts.use:
        row += 1
        sheet.raw_text(row, 0, "この期間に来庁枠はありません。", sheet.style("text", "line"))
    return row + 2


def _ratio(sheet: Sheet, row: int, part: int, whole: int) -> None:
    if whole:
        sheet.number(row, 3, part / whole, sheet.style("ratio", "line"))
    else:
        sheet.raw_text(row, 3, EMPTY, sheet.style("right", "line"))


def _lead_lines(counts: Counts) -> list[tuple[str, int | float | None]]:
    bands: list[tuple[str, int | float | None]] = []
    for first, last in BANDS:
        number = sum(count for days, count in counts.lead_days if days >= first and (last is None or days <= last))
        label = f"{first}開庁日以上" if last is None else f"{first}〜{last}開庁日"
        bands.append((label, number))
    return [*bands, ("平均（開庁日数）", counts.mean_lead)]


def _state_lines(counts: Counts) -> list[tuple[str, int | float | None]]:
    told, unentered, unverified = counts.entries or (None, None, None)
    return [
        ("市システムへの入力が必要なもの", told),
        ("うち未入力", unentered),
        ("うち入力済みで、別の人の確認待ち", unverified),
        ("市の一覧との差異で未処理（現在）", counts.differences),
        ("要再予約（日時がなくなったもの、現在）", counts.to_rebook),
    ]


def _pairs(sheet: Sheet, row: int, heading: str, lines: Sequence[tuple[str, int | float | None]], unit: str) -> int:
    _headings(sheet, row, (heading, unit))
    for label, number in lines:
        row += 1
        sheet.text(row, 0, label, sheet.style("text", "line"))
        if number is None:
            sheet.raw_text(row, 1, EMPTY, sheet.style("right", "line"))
        else:
            sheet.number(row, 1, number, sheet.style("count" if isinstance(number, int) else "mean", "line"))
    if not lines:
        row += 1
        sheet.raw_text(row, 0, "なし", sheet.style("text", "line"))
    return row + 2
