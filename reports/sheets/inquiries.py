"""問合せ一覧: every record of the day with its category and the text written for the report (イ 内容)."""

from __future__ import annotations

from reports.cleaning import clean
from reports.columns import Column, Kind
from reports.daily import Category, DailyReport, Inquiry
from reports.editions import texts_withheld
from reports.figures import EMPTY
from reports.fitting import line_count, pieces
from reports.sheets import frame
from reports.workbook import Book, Sheet, table_sheet

NAME = "問合せ一覧"
_TEXT = Column("text", "内容（報告用）", Kind.LONG_TEXT, 52)
COLUMNS = (
    Column("number", "番号", Kind.SERIAL, 8),
    Column("start", "受付", Kind.CLOCK, 7),
    Column("channel", "受付方法", Kind.TEXT, 11),
    Column("code", "コード", Kind.CODE, 8),
    Column("major", "大分類", Kind.LONG_TEXT, 23),
    Column("minor", "小分類", Kind.LONG_TEXT, 28),
    Column("disposition", "結果", Kind.LONG_TEXT, 13),
    Column("marks", "印", Kind.LONG_TEXT, 6),
    _TEXT,
)
_NARROW = tuple(column for column in COLUMNS if column is not _TEXT)


def write(book: Book, report: DailyReport) -> None:
    """Write the sheet; without the text column where this edition must not carry it."""
    with_texts = not texts_withheld(report)
    columns = COLUMNS if with_texts else _NARROW
    sheet = table_sheet(book, NAME, columns, frame.page(report, landscape=with_texts))
    frame.opening(sheet, "イ　問合せの内容（一覧）", _note(report, with_texts))
    sheet.headings(frame.HEADING_ROW, columns)
    row = frame.FIRST_ROW
    lines = _Lines(sheet, with_texts)
    for inquiry in report.inquiries:
        row = lines.write(row, inquiry)
    if not report.inquiries:
        sheet.text(row, 0, "この日の記録はありません。", sheet.style("left"))
        row += 1
    sheet.filters((frame.HEADING_ROW, 0, row - 1, len(columns) - 1))
    sheet.print_area(row - 1, len(columns) - 1)


def _note(report: DailyReport, with_texts: bool) -> str:
    where = "" if with_texts else "　内容は手渡し用に記載しています。"
    return f"{len(report.inquiries)}件。受付の順。氏名・電話番号は記載しません。{where}"


class _Lines:
    """Writes one inquiry after the other; what repeats (styles, categories, results) is prepared once."""

    def __init__(self, sheet: Sheet, with_texts: bool) -> None:
        self._sheet = sheet
        self._with_texts = with_texts
        kinds = ("serial", "clock", "text", "code", "wrap")
        self._serial, self._clock, self._text, self._code, self._wrap = (sheet.style(kind, "line") for kind in kinds)
        self._categories: dict[Category | None, tuple[str, str, str, int]] = {}
        self._results: dict[str | None, tuple[str, int]] = {}

    def write(self, row: int, inquiry: Inquiry) -> int:
        """Write an inquiry from this row on; the row after it."""
        if not self._with_texts:
            self._sheet.lines(row, self._facts(row, inquiry))
            return row + 1
        for number, text in enumerate(pieces(clean(inquiry.report_text or EMPTY), _TEXT.width)):
            shown = f"（続き）{text}" if number else text
            self._sheet.raw_text(row, 8, shown, self._wrap)
            self._sheet.lines(row, max(self._facts(row, inquiry), line_count(shown, _TEXT.width)))
            row += 1
        return row

    def _facts(self, row: int, inquiry: Inquiry) -> int:
        """The columns before the text; how many lines they need."""
        sheet, raw_text = self._sheet, self._sheet.raw_text
        code, major, minor, category_lines = self._category(inquiry.category)
        result, result_lines = self._result(inquiry.disposition)
        marks = "\n".join(inquiry.marks)
        sheet.number(row, 0, inquiry.number, self._serial)
        sheet.number(row, 1, inquiry.start_minute / 1440, self._clock)
        sheet.text(row, 2, inquiry.channel, self._text)
        raw_text(row, 3, code, self._code)
        raw_text(row, 4, major, self._wrap)
        raw_text(row, 5, minor, self._wrap)
        raw_text(row, 6, result, self._wrap)
        raw_text(row, 7, marks, self._wrap)
        return max(category_lines, result_lines, len(inquiry.marks))

    def _category(self, category: Category | None) -> tuple[str, str, str, int]:
        found = self._categories.get(category)
        if found is None:
            found = self._categories[category] = _shown_category(category)
        return found

    def _result(self, disposition: str | None) -> tuple[str, int]:
        found = self._results.get(disposition)
        if found is None:
            text = clean(disposition or EMPTY)
            found = self._results[disposition] = (text, line_count(text, COLUMNS[6].width))
        return found


def _shown_category(category: Category | None) -> tuple[str, str, str, int]:
    """Code, names and the lines they need."""
    if category is None:
        return EMPTY, "未分類", EMPTY, 1
    major, minor = clean(category.major_name), clean(category.name)
    lines = max(line_count(major, COLUMNS[4].width), line_count(minor, COLUMNS[5].width))
    return clean(category.code), major, minor, lines
