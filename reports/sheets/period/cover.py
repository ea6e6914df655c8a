"""表紙: who reports what to whom, the main results with their targets, the contents, what was open, approval boxes."""

from __future__ import annotations

from collections.abc import Sequence

from reports.fitting import line_count, row_points
from reports.period import PeriodReport, SheetChoice, verdict
from reports.period_bundle import SHEET
from reports.sheets.frame import footer, version_label
from reports.sheets.front import COLUMN_WIDTH, COLUMNS, LAST, addressee, approval_boxes, edition_note, fact, tile_row
from reports.sheets.period import comparing, frame
from reports.wareki import moment, wareki_weekday
from reports.workbook import Book, Page, Sheet

KEY = "cover"
_FIRST_TILES = ("offered", "answered", "abandoned", "answer_rate", "recorded", "completion_rate")
_SECOND_TILES = (
    "open_days",
    "out_of_hours_offered",
    "average_wait",
    "average_handling",
    "complaints",
    "difficult",
)
TILES = (*_FIRST_TILES, *_SECOND_TILES)
MOST_CHECKS = 6
"""Open points that the cover lists; all of them stand on the definitions."""


def write(book: Book, report: PeriodReport, _choice: SheetChoice) -> None:
    """Write the sheet; one A4 page, upright."""
    sheet = book.sheet(SHEET[KEY].name, (COLUMN_WIDTH,) * COLUMNS, Page(footer=footer(report), one_page=True))
    approval_boxes(sheet, report.issue)
    row = _title(sheet, report, 4)
    row = _facts(sheet, report, row)
    row = _results(sheet, report, row + 1)
    if report.targets:
        row = _targets(sheet, report, row + 1)
    row = _contents(sheet, frame.sheets_of(report), row + 1)
    row = _closing(sheet, report, row + 1)
    sheet.print_area(row - 1, LAST)


def _title(sheet: Sheet, report: PeriodReport, row: int) -> int:
    sheet.height(row - 1, 18)
    sheet.merge((row, 0, row, LAST), frame.report_title(report), sheet.style("title"))
    sheet.merge((row + 1, 0, row + 1, LAST), report.span.label, sheet.style("day"))
    sheet.merge((row + 2, 0, row + 2, LAST), addressee(report.contract), sheet.style("addressee"))
    words = "業務の実績を次のとおり報告します。"
    sheet.merge((row + 3, 0, row + 3, LAST), words, sheet.style("left", "indent"))
    for number, points in enumerate((36, 26, 34, 24)):
        sheet.height(row + number, points)
    return row + 4


def _facts(sheet: Sheet, report: PeriodReport, row: int) -> int:
    contract, span, timing = report.contract, report.span, report.issue.timing
    days = f"{wareki_weekday(span.from_on)}～{wareki_weekday(span.to_on)}　開庁{report.tally.open_days}日"
    facts = (
        ("件名", contract.title),
        ("受託者", contract.contractor),
        ("業務責任者", contract.responsible.shown),
        ("履行場所", contract.place),
        ("対象期間", days),
        ("版", version_label(report)),
        ("集計の締切", f"{moment(timing.cutoff_at)}　（作成 {moment(timing.built_at)}）"),
    )
    for label, value in facts:
        row = fact(sheet, row, label, value)
    return row


def _results(sheet: Sheet, report: PeriodReport, row: int) -> int:
    note = frame.coverage_note(report)
    sheet.text(row, 0, f"主な実績　（{note}）" if note else "主な実績", sheet.style("section"))
    sheet.height(row, 18)
    tile_row(sheet, row + 1, [report.figures[key] for key in _FIRST_TILES], "big", 34)
    row += 3
    if report.targets:
        _signs(sheet, row, report)
        row += 1
    tile_row(sheet, row, [report.figures[key] for key in _SECOND_TILES], "mid", 24)
    return row + 2


def _signs(sheet: Sheet, row: int, report: PeriodReport) -> None:
    """Under each of the main figures that has a target: sign and word."""
    targets = {one.key: one for one in report.targets}
    for number, key in enumerate(_FIRST_TILES):
        target, area = targets.get(key), (row, number * 2, row, number * 2 + 1)
        found = verdict(report.figures[key], target) if target else None
        look = (found.value,) if found else ()
        text = comparing.verdict_text(found) if found else ""
        sheet.merge(area, text, sheet.style("small", "center", *look, "thin_box"))
    sheet.height(row, 18)


def _targets(sheet: Sheet, report: PeriodReport, row: int) -> int:
    sheet.text(row, 0, "目標の達成状況", sheet.style("section"))
    sheet.height(row, 18)
    row += 1
    for first, last, label, position in ((0, 4, "指標", "text"), (5, 6, "実績", "right"), (7, 9, "目標", "right")):
        sheet.merge((row, first, row, last), label, sheet.style("heading", position))
    sheet.merge((row, 10, row, LAST), "判定", sheet.style("heading", "center"))
    for target, figure, found in report.judged():
        row += 1
        sheet.merge((row, 0, row, 4), figure.label, sheet.style("text", "line"))
        sheet.merge_figure((row, 5, row, 6), figure, "line")
        words = comparing.target_text(target, figure.unit)
        sheet.merge((row, 7, row, 9), words, sheet.style("right", "line"))
        sheet.merge((row, 10, row, LAST), comparing.verdict_text(found), sheet.style("line", found.value))
    return row + 1


def _contents(sheet: Sheet, choices: Sequence[SheetChoice], row: int) -> int:
    sheet.text(row, 0, "報告の内容", sheet.style("section"))
    sheet.height(row, 18)
    for number, choice in enumerate(choices, 1):
        row += 1
        known = SHEET[choice.key]
        sheet.merge((row, 0, row, 3), f"{number}　{known.name}", sheet.style("text", "line"))
        sheet.merge((row, 4, row, LAST), known.about, sheet.style("wrap", "line", "small"))
        sheet.height(row, max(16.0, row_points(line_count(known.about, COLUMN_WIDTH * 9))))
    return row + 1


def _closing(sheet: Sheet, report: PeriodReport, row: int) -> int:
    """What changed, what was open, how this edition may travel; the row after them."""
    if report.issue.version.change_note:
        row = fact(sheet, row, "変更の内容", report.issue.version.change_note)
    if report.checks:
        row = fact(sheet, row, "確認事項", _open_points(report.checks))
    return fact(sheet, row, "配布区分", edition_note(report))


def _open_points(checks: Sequence[str]) -> str:
    shown = [f"・{check}" for check in checks[:MOST_CHECKS]]
    more = len(checks) - MOST_CHECKS
    return "\n".join([*shown, f"ほか{more}件（「{SHEET['definitions'].name}」に記載）"] if more > 0 else shown)
