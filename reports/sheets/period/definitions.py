"""算出方法: how each figure is computed, under which definitions, from what, and what was left out."""

from __future__ import annotations

from collections.abc import Iterator

from reports.columns import Column, Kind, widths
from reports.figures import EMPTY, NOT_MEASURED, Measure
from reports.fitting import line_count
from reports.period import Bundle, PeriodReport, SheetChoice
from reports.period_bundle import SHEET, columns_for
from reports.sheets.period import comparing, cover, frame, staffing
from reports.wareki import moment, wareki
from reports.workbook import Book, Sheet, table_sheet

KEY = "definitions"
COLUMNS = (
    Column("label", "項目", Kind.LONG_TEXT, 36),
    Column("formula", "計算の方法", Kind.LONG_TEXT, 92),
    Column("value", "この期間の値", Kind.COUNT, 16),
)
_ALWAYS = {
    "cover": cover.TILES,
    "staffing": staffing.FIGURES,
    "training": ("trained_people",),
    "documents": ("documents_updated", "faq_used", "faq_missing"),
    "incidents": ("incidents",),
    "cases": ("escalated", "complaints", "difficult"),
    "hours": ("offered", "recorded"),
    "categories": ("recorded",),
    "ranking": ("recorded",),
}
"""Measures that a sheet prints whatever columns were chosen."""
_WITH_MEASURES = ("summary", "months", "days")


def write(book: Book, report: PeriodReport, _choice: SheetChoice) -> None:
    """Write the sheet: every measure that the report prints, then the conditions of the count."""
    sheet = table_sheet(book, SHEET[KEY].name, COLUMNS, frame.page(report))
    note = f"「{EMPTY}」は分母が0のため計算できないこと、「{NOT_MEASURED}」は計測していないことを示します。"
    frame.opening(sheet, f"算出方法　{report.span.label}", note)
    sheet.headings(frame.HEADING_ROW, COLUMNS)
    row = frame.FIRST_ROW
    for measure in used(report):
        sheet.raw_text(row, 0, measure.label, sheet.style("wrap", "line"))
        sheet.raw_text(row, 1, measure.formula, sheet.style("wrap", "line"))
        sheet.figure(row, 2, report.figures[measure.key], "line")
        sheet.lines(row, line_count(measure.formula, COLUMNS[1].width))
        row += 1
    row = _conditions(sheet, report, row + 1)
    frame.close(sheet, report, KEY, row, widths(COLUMNS))


def used(report: PeriodReport) -> tuple[Measure, ...]:
    """The measures that stand on any sheet of this report, in the order they are defined."""
    keys = {one.key for one in report.targets}
    for choice in frame.sheets_of(report):
        keys.update(_ALWAYS.get(choice.key, ()))
        keys.update(columns_for(choice) if choice.key in _WITH_MEASURES else ())
    return tuple(measure for measure in report.measures if measure.key in keys)


def _conditions(sheet: Sheet, report: PeriodReport, row: int) -> int:
    sheet.text(row, 0, "集計の条件", sheet.style("section"))
    sheet.height(row, 22)
    room = COLUMNS[1].width + COLUMNS[2].width
    for label, text in _statements(report):
        row += 1
        sheet.text(row, 0, label, sheet.style("text", "line"))
        sheet.merge((row, 1, row, 2), text, sheet.style("wrap", "line"))
        sheet.lines(row, line_count(text, room))
    return row + 1


def _statements(report: PeriodReport) -> Iterator[tuple[str, str]]:
    timing, span = report.issue.timing, report.span
    yield (
        "対象",
        f"日本時間の{wareki(span.from_on)}0時から{wareki(span.to_on)}24時まで（{report.tally.open_days}開庁日）",
    )
    yield "データの締切", f"{moment(timing.cutoff_at)}までに保存した記録"
    yield "作成", moment(timing.built_at)
    yield "報告の項目", bundle_words(report.bundle)
    yield from _chosen(report)
    yield "出典", "、".join(report.sources) or "問合せ記録"
    yield "除いたもの", "、".join(f"{line.label} {line.count}件" for line in report.exclusions) or "なし"
    yield "率の合計", "期間の率は、日ごとの率の平均ではなく、分子の合計 ÷ 分母の合計で計算します。"
    for title, one in (("前の期間", report.previous), ("前年同期", report.year_ago)):
        yield title, f"{one.label}（{one.source}）" if one else "比較する記録がありません。"
    for note in report.notes:
        yield "注記", note
    for check in report.checks:
        yield "作成時の確認事項", check


def _chosen(report: PeriodReport) -> Iterator[tuple[str, str]]:
    """What the contract chose: how figures are defined, and the targets."""
    chosen = report.definitions
    base = "応答数" if chosen.service_level_base == "answered" else "着信数"
    yield (
        "契約で選んだ定義",
        f"サービスレベルは{chosen.service_level_seconds}秒以内・分母は{base}、再入電は{chosen.repeat_days}日以内",
    )
    known = {measure.key: measure for measure in report.measures}
    words = [
        f"{known[one.key].label} {comparing.target_text(one, known[one.key].unit)}"
        for one in report.targets
        if one.key in known
    ]
    yield "目標", "、".join(words) or "定めはありません。"


def bundle_words(bundle: Bundle) -> str:
    """Which list of items this is, who instructed it and when."""
    if not bundle.number:
        return "標準の項目（市の指示による変更なし）"
    on = wareki(bundle.instructed_on) if bundle.instructed_on else ""
    by = "　".join(part for part in (on, bundle.instructed_by) if part)
    return f"第{bundle.number}版の項目" + (f"（市の指示: {by}）" if by else "")
