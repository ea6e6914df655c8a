"""マニュアル・FAQ: how many versions came into force, how the FAQ was used, what nothing answered, what is overdue
(003 clauses 8⑤, 10(1)③)."""

from __future__ import annotations

from collections.abc import Sequence

from reports.columns import Column, Kind
from reports.figures import NOT_MEASURED
from reports.period import DocumentUse, EntryUse, PeriodReport, SheetChoice
from reports.period_bundle import SHEET
from reports.sheets.period import counted, frame, lists
from reports.sheets.period.counted import WIDTHS
from reports.workbook import Book, Sheet

KEY = "documents"
NO_RECORDS = f"まだ記録がありません（{NOT_MEASURED}）。"
MOST_USED = 15
"""How many of the most used are named."""
MOST_UNUSED = 60
"""How many of those that were never used are named; a new contract has hundreds."""
_KEYS = ("documents_updated", "faq_used", "faq_missing")
_NAME = lists.Place(Column("name", "番号", Kind.CODE), 0, 0)
_USED = (
    _NAME,
    lists.Place(Column("category", "分類", Kind.LONG_TEXT), 1, 2),
    lists.Place(Column("records", "使われた記録", Kind.COUNT), 3, 3),
    lists.Place(Column("title", "項目", Kind.LONG_TEXT), 4, 5),
)
_UNUSED = (_NAME, _USED[1], lists.Place(_USED[3].column, 3, 5))
_UNANSWERED = (
    lists.Place(Column("category", "分類", Kind.LONG_TEXT), 0, 2),
    lists.Place(Column("asked", "件数", Kind.COUNT), 3, 3),
    lists.Place(Column("different", "まとめた後の件数", Kind.COUNT), 4, 4),
)
_OVERDUE = (
    _NAME,
    lists.Place(Column("review_by_on", "見直し期限", Kind.DATE), 1, 1),
    lists.Place(Column("late", "過ぎた日数", Kind.COUNT), 2, 2),
    lists.Place(Column("title", "項目", Kind.LONG_TEXT), 3, 5),
)


def write(book: Book, report: PeriodReport, _choice: SheetChoice) -> None:
    """Write the sheet; it says so while there is no manual and no FAQ."""
    sheet = book.sheet(SHEET[KEY].name, WIDTHS, frame.page(report, rows=None))
    use = report.documents
    frame.opening(sheet, f"マニュアル・FAQ　{report.span.label}", _note(use) if use else NO_RECORDS)
    row = counted.write(sheet, frame.HEADING_ROW, report, _KEYS)
    if use:
        row = _tables(sheet, row + 1, use)
    frame.close(sheet, report, KEY, row, WIDTHS)


def _note(use: DocumentUse) -> str:
    return f"施行中のFAQ {len(use.entries)}件　使われたもの {len(use.used)}件　使われなかったもの {len(use.unused)}件"


def _tables(sheet: Sheet, row: int, use: DocumentUse) -> int:
    """What was used most, what nothing answered, what is overdue, what was never used: the longest last."""
    used = [(one.name, one.category, one.records, one.title) for one in use.used[:MOST_USED]]
    row = _table(sheet, row, _title("よく使われたFAQ", use.used, MOST_USED), _USED, used)
    asked = [(one.category or "分類なし", one.asked, one.different) for one in use.unanswered]
    row = _table(sheet, row + 1, "FAQで答えられなかった問合せ", _UNANSWERED, asked)
    late = [(one.name, one.review_by_on, one.days_late, one.title) for one in use.overdue]
    row = _table(sheet, row + 1, "見直し期限を過ぎた項目", _OVERDUE, late)
    unused = [(one.name, one.category, one.title) for one in use.unused[:MOST_UNUSED]]
    return _table(sheet, row + 1, _title("使われなかったFAQ", use.unused, MOST_UNUSED), _UNUSED, unused)


def _title(words: str, found: Sequence[EntryUse], most: int) -> str:
    return f"{words}（{len(found):,}件のうち{most}件）" if len(found) > most else words


def _table(sheet: Sheet, row: int, title: str, places: tuple[lists.Place, ...], lines: Sequence[lists.Line]) -> int:
    row = lists.section(sheet, row, title)
    return lists.write(sheet, row, lists.Table(places, WIDTHS, "ありません。"), lines)
