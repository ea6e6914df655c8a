"""履行完了通知書: the contractor says that a month was performed and asks for confirmation (contract Art. 11)."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from reports import word
from reports.daily import Edition
from reports.figures import NOT_MEASURED
from reports.fitting import line_count, row_points
from reports.forms import letter
from reports.forms.letter import COLUMN_WIDTH, LAST, Letterhead
from reports.period import Span
from reports.wareki import wareki, wareki_month
from reports.workbook import Sheet

FORM = "履行完了通知書"
STEM = "completion-notice"
_HEADINGS = ((0, 3, "項目"), (4, 5, "実績"), (6, LAST, "摘要"))
PERFORMED = "マイナンバーカードに関する電話の問合せへの対応、交付予約の受付、対応の記録及び報告"


class Entry(Struct, frozen=True):
    """A figure of the month in its unit (日, 件, 分). `value` None: not measured. `note` says what it covers."""

    key: str
    label: str
    value: int | None
    unit: str
    note: str = ""

    @property
    def text(self) -> str:
        return NOT_MEASURED if self.value is None else f"{self.value:,}{self.unit}"

    def as_dict(self) -> dict[str, object]:
        """For the snapshot a delivery keeps."""
        state = "not_measured" if self.value is None else "value"
        return {"label": self.label, "state": state, "value": self.value, "text": self.text}


class Notice(Struct, frozen=True):
    """Everything the notice prints. `month`: the days of the contract within the calendar month."""

    head: Letterhead
    term: Span
    month: Span
    place: str
    entries: tuple[Entry, ...]

    @property
    def opening(self) -> str:
        return (
            f"下記の業務について、{wareki_month(self.month.from_on)}分の履行を完了したので、"
            "契約書第11条の規定により通知します。内容の確認をお願いします。"
        )

    @property
    def facts(self) -> list[tuple[str, str]]:
        return [
            ("件名", self.head.subject),
            ("契約期間", span_label(self.term)),
            ("対象期間", span_label(self.month)),
            ("履行場所", self.place),
            ("履行の内容", PERFORMED),
        ]


def span_label(span: Span) -> str:
    """令和8年6月1日から令和8年6月30日まで"""
    return f"{wareki(span.from_on)}から{wareki(span.to_on)}まで"


def for_edition(notice: Notice, edition: Edition) -> Notice:
    """The notice as an edition may show it."""
    return replace(notice, head=letter.for_edition(notice.head, edition))


def notice_workbook(notice: Notice) -> bytes:
    """The notice as a workbook of one sheet, one A4 page."""
    book, sheet = letter.begin_book(notice.head)
    row = letter.sheet_head(sheet, notice.head)
    row = letter.sheet_text(sheet, row, notice.opening)
    row = letter.sheet_text(sheet, row, "記", centered=True)
    row = letter.sheet_facts(sheet, row, notice.facts)
    row = _sheet_entries(sheet, notice, letter.sheet_section(sheet, row, "実績"))
    row = _sheet_confirmation(sheet, letter.sheet_section(sheet, row, "確認欄（市）"))
    letter.sheet_foot(sheet, notice.head, row + 1)
    return book.finish()


def _sheet_entries(sheet: Sheet, notice: Notice, row: int) -> int:
    for first, last, text in _HEADINGS:
        sheet.merge((row, first, row, last), text, sheet.style("heading", "right" if first == 4 else "text"))
    sheet.height(row, 20)
    for entry in notice.entries:
        row += 1
        sheet.merge((row, 0, row, 3), entry.label, sheet.style("line", "text"))
        _sheet_value(sheet, entry, row)
        sheet.merge((row, 6, row, LAST), entry.note, sheet.style("line", "wrap"))
        sheet.height(row, max(19.0, row_points(line_count(entry.note, COLUMN_WIDTH * 6))))
    return row + 1


def _sheet_value(sheet: Sheet, entry: Entry, row: int) -> None:
    if entry.value is None:
        sheet.merge((row, 4, row, 5), entry.text, sheet.style("right", "line"))
        return
    sheet.number(row, 4, entry.value, sheet.style("count", "line"))
    sheet.text(row, 5, entry.unit, sheet.style("left", "line"))


def _sheet_confirmation(sheet: Sheet, row: int) -> int:
    """Left empty on paper: for those who confirm by seal instead of in the portal."""
    for first, label in ((0, "確認日"), (4, "所属・職氏名"), (8, "検査・確認印")):
        sheet.merge((row, first, row, first + 3), label, sheet.style("small", "center", "thin_box", "tint"))
        sheet.merge((row + 1, first, row + 1, first + 3), "", sheet.style("thin_box"))
    sheet.height(row + 1, 42)
    return row + 2


def notice_paper(notice: Notice) -> bytes:
    """The notice as a Word document with the same words and figures."""
    paper = letter.begin_paper(notice.head)
    paper.paragraph(notice.opening, word.Look(after=6))
    paper.paragraph("記", word.Look(word.Align.CENTER, after=6))
    paper.facts(notice.facts)
    paper.heading("実績", 2)
    columns = [word.Column("項目", 36), word.Column("実績", 20, word.Align.RIGHT), word.Column("摘要", 54)]
    rows = [word.Row((entry.label, entry.text, entry.note)) for entry in notice.entries]
    paper.table(columns, rows, "対象期間の実績")
    paper.approval_boxes([word.Box("市 確認日"), word.Box("職氏名"), word.Box("確認印")])
    letter.paper_foot(paper, notice.head)
    return paper.finish()
