"""What the letters to the city share: who writes to whom, their head and their foot, on a sheet and on paper.

Letters stand on A4 upright. The network edition (10(1)⑤) carries no person's name: `for_edition` takes them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from reports import word
from reports.daily import Edition, Person
from reports.fitting import line_count, row_points
from reports.wareki import wareki
from reports.workbook import Book, BookFacts, Page, Sheet

COLUMNS = 12
COLUMN_WIDTH = 7.0
LAST = COLUMNS - 1
LABEL_COLUMNS = 3
_SENDER_FROM = 6
_SENDER_INDENT = 92.0
SEAL = "印"
SPACE = "\u3000"


class Sender(Struct, frozen=True):
    """The contractor (乙). `representative` None: withheld; an empty text: not known."""

    name: str
    address: str = ""
    representative: str | None = ""
    phone: str = ""
    registration: str = ""


class Letterhead(Struct, frozen=True):
    """What stands at the head and the foot of a letter. `clerk`: who approved it; `draft`: marked 案."""

    form: str
    city: str
    subject: str
    sender: Sender
    dated: date
    clerk: Person
    written_at: datetime
    number: int = 1
    change_note: str = ""
    edition: Edition = Edition.HANDOVER
    draft: bool = False

    @property
    def title(self) -> str:
        return f"{self.form}（案）" if self.draft else self.form

    @property
    def version(self) -> str:
        return f"第{self.number}版{'（案）' if self.draft else ''}"

    @property
    def addressee(self) -> str:
        municipal = self.city.endswith(("都", "道", "府", "県", "市", "区", "町", "村"))
        return f"{self.city}長{SPACE}様" if municipal else f"{self.city}{SPACE}御中"

    @property
    def footer(self) -> tuple[str, str]:
        return self.subject, f"{self.version}{SPACE}{self.edition.label}"

    @property
    def edition_note(self) -> str:
        if self.edition is Edition.HANDOVER:
            return "手渡し用。氏名を記載しています。通信回線では送らないでください。"
        return "通信回線用。代表者・担当者などの氏名は記載していません（仕様書10(1)⑤）。"

    @property
    def sender_lines(self) -> list[str]:
        """The contractor's lines; what is not known or withheld is left out."""
        sender = self.sender
        named = f"代表者{SPACE}{sender.representative}" if sender.representative else ""
        phone = f"電話{SPACE}{sender.phone}" if sender.phone else ""
        registered = f"登録番号{SPACE}{sender.registration}" if sender.registration else ""
        return [line for line in (sender.address, sender.name, named, phone, registered) if line]


def for_edition(head: Letterhead, edition: Edition) -> Letterhead:
    """The head as an edition may show it. What changed is typed by a person, so that the network edition leaves it."""
    if edition is Edition.HANDOVER:
        return replace(head, edition=edition)
    return replace(
        head,
        edition=edition,
        sender=replace(head.sender, representative=None),
        clerk=replace(head.clerk, name=None),
        change_note="",
    )


def filename(head: Letterhead, month: date, suffix: str) -> str:
    """履行完了通知書_202606_第1版_手渡し用.xlsx"""
    draft = "案" if head.draft else ""
    return f"{head.form}_{month:%Y%m}_第{head.number}版{draft}_{head.edition.label}.{suffix}"


def ascii_filename(head: Letterhead, stem: str, month: date, suffix: str) -> str:
    """For clients that know only ASCII: completion-notice_202606_v1_handover.xlsx"""
    draft = "-draft" if head.draft else ""
    return f"{stem}_{month:%Y%m}_v{head.number}{draft}_{head.edition.value}.{suffix}"


# --- on a sheet ---


def begin_book(head: Letterhead) -> tuple[Book, Sheet]:
    """A book with the sheet of the letter, on one upright page."""
    book = Book(BookFacts(head.title, head.written_at))
    return book, book.sheet(head.form, (COLUMN_WIDTH,) * COLUMNS, Page(footer=head.footer, one_page=True))


def sheet_head(sheet: Sheet, head: Letterhead) -> int:
    """Date, addressee, contractor with the place of the seal, title. Returns the row that follows."""
    if head.draft:
        sheet.merge((0, 0, 1, 1), "案", sheet.style("draft"))
    sheet.merge((0, _SENDER_FROM, 0, LAST), wareki(head.dated), sheet.style("text", "right"))
    sheet.height(0, 20)
    sheet.merge((2, 0, 2, LAST), head.addressee, sheet.style("addressee"))
    sheet.height(2, 26)
    row = _sheet_sender(sheet, head, 4)
    sheet.merge((row, 0, row, LAST), head.form, sheet.style("title"))
    sheet.height(row, 46)
    return row + 1


def _sheet_sender(sheet: Sheet, head: Letterhead, row: int) -> int:
    lines = head.sender_lines
    sheet.merge((row - 1, _SENDER_FROM, row - 1, LAST), "受託者", sheet.style("quiet", "left"))
    for number, line in enumerate(lines):
        here = row + number
        sheet.merge((here, _SENDER_FROM, here, LAST - 1), line, sheet.style("left", "wrapped"))
        sheet.height(here, max(18.0, row_points(line_count(line, COLUMN_WIDTH * (LAST - _SENDER_FROM)))))
    sheet.merge((row, LAST, row + 1, LAST), SEAL, sheet.style("quiet", "center", "thin_box"))
    return row + max(len(lines), 2) + 1


def sheet_text(sheet: Sheet, row: int, text: str, *, centered: bool = False) -> int:
    """A paragraph over the whole width."""
    sheet.merge((row, 0, row, LAST), text, sheet.style("center") if centered else sheet.style("wrap"))
    sheet.height(row, max(20.0, row_points(line_count(text, COLUMN_WIDTH * COLUMNS))))
    return row + 1


def sheet_section(sheet: Sheet, row: int, text: str) -> int:
    """The heading of a part."""
    sheet.text(row, 0, text, sheet.style("section"))
    sheet.height(row, 24)
    return row + 1


def sheet_facts(sheet: Sheet, row: int, facts: Sequence[tuple[str, str]]) -> int:
    """Names and what they are, in two boxes each."""
    room = COLUMN_WIDTH * (COLUMNS - LABEL_COLUMNS)
    label = sheet.style("bold", "thin_box", "tint", "left", "indent")
    value = sheet.style("thin_box", "left", "indent", "wrapped")
    for name, text in facts:
        sheet.merge((row, 0, row, LABEL_COLUMNS - 1), name, label)
        sheet.merge((row, LABEL_COLUMNS, row, LAST), text, value)
        sheet.height(row, max(21.0, row_points(line_count(text, room))))
        row += 1
    return row


def sheet_foot(sheet: Sheet, head: Letterhead, row: int) -> int:
    """Who approved it, what changed, which edition this is."""
    changed = [("変更の内容", head.change_note)] if head.change_note else []
    row = sheet_facts(sheet, row, [("担当", clerk_line(head)), *changed, ("配布区分", head.edition_note)])
    sheet.print_area(row - 1, LAST)
    return row


def clerk_line(head: Letterhead) -> str:
    return "（提出のときに入ります）" if head.draft else f"{head.clerk.shown}{SPACE}{wareki(head.dated)} 承認"


# --- on paper ---


def begin_paper(head: Letterhead) -> word.Paper:
    """The letter's paper, written down to its title."""
    paper = word.Paper(word.PaperFacts(head.title, head.written_at, footer=head.footer))
    if head.draft:
        paper.paragraph("（案）", word.Look(points=16, bold=True))
    paper.paragraph(wareki(head.dated), word.Look(word.Align.RIGHT, after=10))
    paper.paragraph(head.addressee, word.Look(points=12, after=8))
    paper.paragraph("受託者", word.Look(points=9, quiet=True, indent=_SENDER_INDENT, after=0))
    for line in _sealed(head):
        paper.paragraph(line, word.Look(indent=_SENDER_INDENT, after=0))
    paper.paragraph("", word.Look(points=6, after=0))
    paper.title(head.form)
    return paper


def _sealed(head: Letterhead) -> list[str]:
    """The contractor's lines, the place of the seal behind the one who signs."""
    signs = f"代表者{SPACE}{head.sender.representative}" if head.sender.representative else head.sender.name
    return [f"{line}{SPACE * 2}㊞" if line == signs else line for line in head.sender_lines]


def paper_foot(paper: word.Paper, head: Letterhead) -> None:
    """Who approved it, what changed, which edition this is."""
    changed = [("変更の内容", head.change_note)] if head.change_note else []
    paper.facts([("担当", clerk_line(head)), *changed, ("配布区分", head.edition_note)])
