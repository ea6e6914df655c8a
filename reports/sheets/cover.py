"""表紙: who reports what to whom, the totals, where each item of 10(1)② stands, the approval boxes."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from reports.daily import DailyReport
from reports.figures import Figure, State, Unit
from reports.fitting import line_count, row_points
from reports.sheets import categories, frame, half_hours, inquiries, matters, staffing
from reports.sheets.front import COLUMN_WIDTH, COLUMNS, LAST, addressee, approval_boxes, edition_note, fact, tile_row
from reports.totals import daily_figures
from reports.wareki import length, moment, span
from reports.workbook import Book, Page, Sheet, serial

NAME = "表紙"
_FIRST_TILES = ("offered", "answered", "abandoned", "answer_rate", "recorded", "completion_rate")
_SECOND_TILES = (
    "abandonment_rate",
    "out_of_hours_offered",
    "average_talk",
    "average_after_call",
    "average_handling",
    "complaints",
)


class _Item(Struct, frozen=True):
    """A line of the contents: clause letter, what it says, its summary, the sheet."""

    title: str
    summary: str
    sheet: str


def write(book: Book, report: DailyReport) -> None:
    """Write the sheet; one A4 page."""
    page = Page(footer=frame.footer(report), one_page=True)
    sheet = book.sheet(NAME, (COLUMN_WIDTH,) * COLUMNS, page)
    figures = daily_figures(report)
    approval_boxes(sheet, report.issue)
    row = _title(sheet, report, 4)
    row = _facts(sheet, report, row)
    row = _tiles(sheet, figures, row + 1)
    row = _contents(sheet, report, figures, row + 1)
    row = _closing(sheet, report, row + 1)
    sheet.print_area(row, LAST)


def _title(sheet: Sheet, report: DailyReport, row: int) -> int:
    sheet.height(row - 1, 18)
    sheet.merge((row, 0, row, LAST), frame.report_title(report), sheet.style("title"))
    sheet.merge_number((row + 1, 0, row + 1, LAST), serial(report.on), sheet.style("wareki", "day"))
    sheet.height(row, 36)
    sheet.height(row + 1, 24)
    row += 2
    if report.day_note:
        sheet.merge((row, 0, row, LAST), report.day_note, sheet.style("center"))
        row += 1
    sheet.merge((row, 0, row, LAST), addressee(report.contract), sheet.style("addressee"))
    sheet.height(row, 34)
    sheet.merge((row + 1, 0, row + 1, LAST), "業務の実績を次のとおり報告します。", sheet.style("left", "indent"))
    sheet.height(row + 1, 22)
    return row + 2


def _facts(sheet: Sheet, report: DailyReport, row: int) -> int:
    contract = report.contract
    hours = "、".join(span(part.start_minute, part.end_minute) for part in report.open_ranges)
    facts = (
        ("件名", contract.title),
        ("受託者", contract.contractor),
        ("業務責任者", contract.responsible.shown),
        ("履行場所", contract.place),
        ("受付時間", hours or "受付なし"),
        ("版", frame.version_label(report)),
        (
            "集計の締切",
            f"{moment(report.issue.timing.cutoff_at)}　（作成 {moment(report.issue.timing.built_at)}）",
        ),
    )
    for label, value in facts:
        row = fact(sheet, row, label, value)
    return row


def _tiles(sheet: Sheet, figures: dict[str, Figure], row: int) -> int:
    sheet.text(row, 0, "実績", sheet.style("section"))
    sheet.height(row, 18)
    tile_row(sheet, row + 1, [figures[key] for key in _FIRST_TILES], "big", 36)
    tile_row(sheet, row + 3, [figures[key] for key in _SECOND_TILES], "mid", 24)
    return row + 5


def _contents(sheet: Sheet, report: DailyReport, figures: dict[str, Figure], row: int) -> int:
    sheet.text(row, 0, "報告の内容（仕様書10(1)②）", sheet.style("section"))
    sheet.height(row, 18)
    row += 1
    for area, text in (((0, 3), "項目"), ((4, 9), "要約"), ((10, 11), "シート")):
        sheet.merge((row, area[0], row, area[1]), text, sheet.style("heading", "text"))
    for item in _items(report, figures):
        row += 1
        sheet.merge((row, 0, row, 3), item.title, sheet.style("line", "wrap"))
        sheet.merge((row, 4, row, 9), item.summary, sheet.style("line", "wrap"))
        sheet.merge((row, 10, row, 11), item.sheet, sheet.style("line", "wrap"))
        lines = max(
            line_count(item.title, COLUMN_WIDTH * 4),
            line_count(item.summary, COLUMN_WIDTH * 6),
            line_count(item.sheet, COLUMN_WIDTH * 2),
        )
        sheet.height(row, row_points(max(lines, 2)))
    return row + 1


def _items(report: DailyReport, figures: dict[str, Figure]) -> tuple[_Item, ...]:
    return (
        _Item("ア　着信数", _volume(report, figures), half_hours.NAME),
        _Item("イ　問合せの分類及び内容", _busiest(report), f"{categories.NAME}\n{inquiries.NAME}"),
        _Item("ウ　責任者名、従事者名簿及び出勤時間", _presence(report), staffing.NAME),
        _Item("エ　その他報告が必要な事項", _matters(report), matters.NAME),
    )


def _volume(report: DailyReport, figures: dict[str, Figure]) -> str:
    source = report.exchange.source
    if source is None:
        return f"電話交換機の集計なし（未計測）。記録件数 {figures['recorded'].text}件"
    words = [f"{figures[key].label} {_with_unit(figures[key])}" for key in ("offered", "out_of_hours_offered")]
    return f"{'、'.join(words)}\n出典: {source}"


def _with_unit(figure: Figure) -> str:
    return f"{figure.text}件" if figure.state is State.VALUE and figure.unit is Unit.COUNT else figure.text


def _busiest(report: DailyReport) -> str:
    majors = Counter(line.category.major_name for line in report.inquiries if line.category)
    if not report.inquiries:
        return "記録はありません"
    ranked = sorted(majors.items(), key=lambda pair: -pair[1])[:3]
    first = "、".join(f"{name} {count}件" for name, count in ranked)
    results = Counter(line.disposition or "結果未入力" for line in report.inquiries)
    second = "、".join(f"{name} {count}" for name, count in sorted(results.items(), key=lambda pair: -pair[1]))
    return f"多い分類: {first}\n結果: {second}"


def _presence(report: DailyReport) -> str:
    counted = [line for line in report.staffing.lines if line.counts_to_minimum]
    on_duty = sum(bool(line.actual) for line in counted)
    short = report.staffing.shortage_minutes
    below = f"最少{report.staffing.minimum_operators}名を下回った時間: {length(short) if short else 'なし'}"
    return f"オペレーター {on_duty}名出勤（予定{sum(bool(line.planned) for line in counted)}名）\n{below}"


def _matters(report: DailyReport) -> str:
    kinds = Counter(matter.kind for matter in report.matters)
    return "、".join(f"{kind} {count}件" for kind, count in kinds.items()) or "特にありません"


def _closing(sheet: Sheet, report: DailyReport, row: int) -> int:
    if report.issue.version.change_note:
        row = fact(sheet, row, "変更の内容", report.issue.version.change_note)
    return fact(sheet, row, "配布区分", edition_note(report)) - 1
