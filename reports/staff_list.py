"""The values of the staff list (業務従事者名簿, 003 clause 9) as of a day, and its workbook for the city."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from reports.columns import Column, Kind, widths
from reports.fitting import line_count
from reports.wareki import moment, wareki_weekday
from reports.workbook import Book, BookFacts, Page, Sheet, serial

NAME = "業務従事者名簿"
NONE = "―"


class Line(Struct, frozen=True):
    """One person. `trained_on` and `pledged_on` None: not on file."""

    code: str
    name: str
    name_kana: str
    role: str
    employment: str
    starts_on: date
    ends_on: date | None = None
    trained_on: date | None = None
    pledged_on: date | None = None
    note: str = ""


class Change(Struct, frozen=True):
    """Somebody who came or left; `on` is the first or the last day."""

    came: bool
    on: date
    line: Line


class Approval(Struct, frozen=True):
    """The headcount the city approved, since when, and where that is written."""

    headcount: int
    since: date
    source: str


class StaffList(Struct, frozen=True):
    """The list as of `on`, in printed order. `since` None: without the changes since an earlier day."""

    contract: str
    city: str
    contractor: str
    place: str
    on: date
    built_at: datetime
    lines: tuple[Line, ...]
    operators: int
    approval: Approval | None = None
    since: date | None = None
    changes: tuple[Change, ...] = ()

    @property
    def headcount_line(self) -> str:
        """従事者 8名（うちオペレーター 6名）"""
        return f"{len(self.lines)}名（うちオペレーター {self.operators}名）"

    @property
    def approval_line(self) -> str:
        """8名（令和8年4月1日（水）から、市の承認 第1号）"""
        if self.approval is None:
            return "承認の記録なし"
        return f"{self.approval.headcount}名（{wareki_weekday(self.approval.since)}から、{self.approval.source}）"


COLUMNS = (
    Column("code", "番号", Kind.CODE, 8),
    Column("name", "氏名", Kind.LONG_TEXT, 18),
    Column("name_kana", "ふりがな", Kind.LONG_TEXT, 22),
    Column("role", "職種", Kind.TEXT, 14),
    Column("employment", "雇用形態", Kind.TEXT, 12),
    Column("starts_on", "従事開始日", Kind.DATE, 13),
    Column("ends_on", "終了日", Kind.DATE, 13),
    Column("trained_on", "業務研修\n修了日", Kind.DATE, 13),
    Column("pledged_on", "誓約書\n提出日", Kind.DATE, 13),
    Column("note", "備考", Kind.LONG_TEXT, 30),
)
CHANGE_COLUMNS = (
    Column("what", "区分", Kind.TEXT, 14),
    Column("on", "日付", Kind.DATE, 13),
    Column("code", "番号", Kind.CODE, 8),
    Column("name", "氏名", Kind.LONG_TEXT, 20),
    Column("name_kana", "ふりがな", Kind.LONG_TEXT, 24),
    Column("role", "職種", Kind.TEXT, 14),
    Column("employment", "雇用形態", Kind.TEXT, 12),
    Column("note", "備考", Kind.LONG_TEXT, 40),
)
LAST = len(COLUMNS) - 1
_BOXES = ("起案", "確認", "承認")
_FIRST_BOX = 6
_HEADING_ROW = 10


def workbook(found: StaffList) -> bytes:
    """The list as an xlsx file, A4 landscape; the same list gives the same bytes."""
    book = Book(BookFacts(NAME, found.built_at))
    _list(book, found)
    if found.since is not None:
        _changes(book, found, found.since)
    return book.finish()


def _page(found: StaffList, heading_row: int) -> Page:
    return Page(
        header=(NAME, f"{wareki_weekday(found.on)}現在"),
        footer=(found.contract, ""),
        landscape=True,
        repeat_rows=(heading_row, heading_row),
    )


def _list(book: Book, found: StaffList) -> None:
    sheet = book.sheet(NAME, widths(COLUMNS), _page(found, _HEADING_ROW))
    _head(sheet, found)
    _facts(sheet, found)
    sheet.headings(_HEADING_ROW, COLUMNS, 32)
    for row, line in enumerate(found.lines, _HEADING_ROW + 1):
        _line(sheet, row, line)
    last = _HEADING_ROW + max(1, len(found.lines))
    if not found.lines:
        sheet.text(last, 0, "この日の従事者はいません。", sheet.style("left"))
    sheet.filters((_HEADING_ROW, 0, last, LAST))
    sheet.print_area(last, LAST)


def _head(sheet: Sheet, found: StaffList) -> None:
    sheet.merge((0, 0, 1, _FIRST_BOX - 1), NAME, sheet.style("title", "left"))
    sheet.merge((2, 0, 2, _FIRST_BOX - 1), f"{wareki_weekday(found.on)}現在", sheet.style("day", "left"))
    for column, label in enumerate(_BOXES, _FIRST_BOX):
        sheet.text(0, column, label, sheet.style("small", "center", "boxed", "tint"))
        sheet.blank(1, column, None, sheet.style("boxed"))
        sheet.blank(2, column, None, sheet.style("boxed"))
    for row, points in enumerate((17, 40, 20)):
        sheet.height(row, points)


def _facts(sheet: Sheet, found: StaffList) -> None:
    facts = (
        ("委託者", found.city),
        ("件名", found.contract),
        ("受託者", f"{found.contractor}　（履行場所 {found.place}）"),
        ("市の承認人員", found.approval_line),
        ("従事者", f"{found.headcount_line}　作成 {moment(found.built_at)}"),
    )
    for row, (label, value) in enumerate(facts, 4):
        sheet.merge((row, 0, row, 1), label, sheet.style("bold", "thin_box", "tint", "left", "indent"))
        sheet.merge((row, 2, row, LAST), value, sheet.style("thin_box", "left", "indent"))


def _line(sheet: Sheet, row: int, line: Line) -> None:
    style = sheet.style
    sheet.text(row, 0, line.code, style("code", "line"))
    _texts(sheet, row, ((1, line.name), (2, line.name_kana), (3, line.role), (4, line.employment), (9, line.note)))
    for column, on in enumerate((line.starts_on, line.ends_on, line.trained_on, line.pledged_on), 5):
        _date(sheet, (row, column), on, "" if column == 6 else NONE)
    sheet.lines(row, max(line_count(text, COLUMNS[at].width) for at, text in ((1, line.name), (9, line.note))))


def _texts(sheet: Sheet, row: int, cells: tuple[tuple[int, str], ...]) -> None:
    for column, text in cells:
        sheet.text(row, column, text, sheet.style("wrap", "line"))


def _date(sheet: Sheet, cell: tuple[int, int], on: date | None, without: str) -> None:
    if on is None and not without:
        sheet.blank(*cell, None, sheet.style("date", "line"))
    elif on is None:
        sheet.text(*cell, without, sheet.style("center", "line"))
    else:
        sheet.number(*cell, serial(on), sheet.style("date", "line"))


def _changes(book: Book, found: StaffList, since: date) -> None:
    sheet = book.sheet("異動", widths(CHANGE_COLUMNS), _page(found, 2))
    sheet.text(0, 0, "従事者の異動", sheet.style("sheet_title"))
    sheet.height(0, 24)
    sheet.text(1, 0, f"{wareki_weekday(since)}から{wareki_weekday(found.on)}まで", sheet.style("quiet"))
    sheet.headings(2, CHANGE_COLUMNS)
    for row, change in enumerate(found.changes, 3):
        _change(sheet, row, change)
    last = 2 + max(1, len(found.changes))
    if not found.changes:
        sheet.text(last, 0, "この間に異動はありません。", sheet.style("left"))
    sheet.print_area(last, len(CHANGE_COLUMNS) - 1)


def _change(sheet: Sheet, row: int, change: Change) -> None:
    line = change.line
    what = "従事開始" if change.came else "従事終了"
    named = ((3, line.name), (4, line.name_kana), (5, line.role), (6, line.employment), (7, line.note))
    _texts(sheet, row, ((0, what), *named))
    _date(sheet, (row, 1), change.on, NONE)
    sheet.text(row, 2, line.code, sheet.style("code", "line"))
    sheet.lines(row, max(line_count(text, CHANGE_COLUMNS[at].width) for at, text in named))
