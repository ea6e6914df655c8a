"""苦情・困難事例等: escalations, complaints and difficult cases by coded fields, without personal data."""

from __future__ import annotations

from reports.columns import Column, Kind, widths
from reports.editions import texts_withheld
from reports.period import Case, PeriodReport, SheetChoice
from reports.period_bundle import SHEET
from reports.sheets.period import frame, lists, matters
from reports.workbook import Book, table_sheet

KEY = "cases"
_TEXT = Column("text", "内容（報告用）", Kind.LONG_TEXT, 52)
COLUMNS = (
    Column("number", "番号", Kind.SERIAL, 9),
    Column("on", "日", Kind.DATE, 11),
    Column("start", "受付", Kind.CLOCK, 8),
    Column("channel", "受付方法", Kind.LONG_TEXT, 13),
    Column("relation", "問合せ者", Kind.LONG_TEXT, 15),
    Column("code", "コード", Kind.CODE, 9),
    Column("minor", "分類", Kind.LONG_TEXT, 40),
    Column("disposition", "結果", Kind.LONG_TEXT, 20),
    Column("marks", "印", Kind.LONG_TEXT, 18),
    _TEXT,
)
_COUNTED = ("escalated", "complaints", "difficult")


def write(book: Book, report: PeriodReport, _choice: SheetChoice) -> None:
    """Write the sheet: the records, then what was reported of difficult cases. No text where none may stand."""
    with_texts = not texts_withheld(report)
    columns = COLUMNS if with_texts else COLUMNS[:-1]
    sheet = table_sheet(book, SHEET[KEY].name, columns, frame.page(report))
    frame.opening(sheet, f"苦情・困難事例・エスカレーション　{report.span.label}", _note(report, with_texts))
    table = lists.plain(columns, widths(columns), "該当する記録はありません。")
    rows = [_line(one)[: len(columns)] for one in report.cases]
    row = lists.write(sheet, frame.HEADING_ROW, table, rows)
    sheet.freeze(frame.FIRST_ROW, 0)
    sheet.filters((frame.HEADING_ROW, 0, row - 1, len(columns) - 1))
    row = matters.section(sheet, row + 1, report, (matters.DIFFICULT,), "困難事例の報告", widths(columns), (1, 3))
    frame.close(sheet, report, KEY, row, widths(columns))


def _note(report: PeriodReport, with_texts: bool) -> str:
    counts = "　".join(f"{report.figures[key].label} {report.figures[key].text}" for key in _COUNTED)
    where = "" if with_texts else "　内容は手渡し用に記載しています。"
    return f"{counts}　氏名・電話番号は記載しません。{where}"


def _line(one: Case) -> tuple[lists.Value, ...]:
    category, marks = one.category, "・".join(one.marks)
    where = (category.code, f"{category.major_name}\n{category.name}")
    return one.number, one.on, one.start_minute, one.channel, one.relation, *where, one.disposition, marks, one.text
