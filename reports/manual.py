"""The values of an edition of manual and FAQ as it goes to the city (003 clause 8⑤): plain blocks, nothing counted.

A chapter or an answer is a sequence of blocks; who made them of what is not known here. The network edition (10(1)⑤)
carries no person's name: `for_edition` takes them out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from reports.daily import Edition, Person
from reports.wareki import wareki, wareki_weekday

TITLE = "電話応対マニュアル・FAQ"
INTERNAL = "内部"
UNCONFIRMED = "確認前"
NO_CATEGORY = "分類なし"


class Span(Struct, frozen=True):
    """Words that look alike."""

    text: str
    bold: bool = False


class Heading(Struct, frozen=True):
    """A heading within a chapter or an answer; `level` from 1."""

    text: str
    level: int = 1


class Paragraph(Struct, frozen=True):
    """A paragraph; `quoted`: what is said, set apart."""

    spans: tuple[Span, ...]
    quoted: bool = False


class Item(Struct, frozen=True):
    """An item of a list behind its `marker` (・, 1.); `depth` from 0."""

    marker: str
    spans: tuple[Span, ...]
    depth: int = 0


class Table(Struct, frozen=True):
    """A table: every row has as many cells as there are headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Image(Struct, frozen=True):
    """A picture; no `content`: it cannot be shown, only named."""

    name: str
    content: bytes = b""


Block = Heading | Paragraph | Item | Table | Image


class Confirmation(Struct, frozen=True):
    """That the city confirmed a version. `name` None: withheld."""

    on: date
    name: str | None = ""

    @property
    def text(self) -> str:
        return f"{short(self.on)} {self.name}" if self.name else short(self.on)


class Entry(Struct, frozen=True):
    """A FAQ or a chapter as it is in force. `label`: what people call it; `version`: which of its versions."""

    label: str
    title: str
    blocks: tuple[Block, ...]
    version: int
    effective_on: date
    internal: bool
    source: str
    confirmed: Confirmation | None = None
    category: str = ""
    said_as: tuple[str, ...] = ()
    law: str = ""
    verify: str = ""
    review_by_on: date | None = None

    @property
    def text(self) -> str:
        """The words of its blocks, a line for each."""
        return "\n".join(text_of(block) for block in self.blocks)

    @property
    def confirmation(self) -> str:
        return self.confirmed.text if self.confirmed else UNCONFIRMED

    def is_overdue(self, on: date) -> bool:
        """Whether a day is past its review-by date."""
        return self.review_by_on is not None and self.review_by_on < on

    @property
    def audience(self) -> str:
        return INTERNAL if self.internal else "公開"


class Group(Struct, frozen=True):
    """The FAQ of a minor category."""

    code: str
    name: str
    entries: tuple[Entry, ...]


class Major(Struct, frozen=True):
    """A major category with those of its minors that have FAQ."""

    code: str
    name: str
    groups: tuple[Group, ...]

    @property
    def count(self) -> int:
        return sum(len(group.entries) for group in self.groups)


class Issue(Struct, frozen=True):
    """Which edition this is. `as_of`: the day on which its content rules; `changes`: a sentence each of what the one
    before said otherwise; `draft`: looked at before it is submitted."""

    contract: str
    city: str
    contractor: str
    submitted_on: date
    as_of: date
    number: int
    built_at: datetime
    approver: Person
    change_note: str = ""
    changes: Sequence[str] = ()
    edition: Edition = Edition.HANDOVER
    draft: bool = False

    @property
    def version(self) -> str:
        return f"第{self.number}版{'（案）' if self.draft else ''}"

    @property
    def addressee(self) -> str:
        municipal = self.city.endswith(("都", "道", "府", "県", "市", "区", "町", "村"))
        return f"{self.city}長　様" if municipal else f"{self.city}　御中"

    @property
    def edition_note(self) -> str:
        if self.edition is Edition.HANDOVER:
            return "手渡し用。確認した人・承認した人の氏名を記載しています。"
        return "通信回線用。確認した人・承認した人の氏名は記載していません（仕様書10(1)⑤）。"


class Manual(Struct, frozen=True):
    """Everything an edition prints."""

    issue: Issue
    chapters: tuple[Entry, ...]
    majors: tuple[Major, ...]

    @property
    def faq(self) -> list[Entry]:
        return [entry for major in self.majors for group in major.groups for entry in group.entries]

    @property
    def entries(self) -> list[Entry]:
        """Chapters, then FAQ, in the order in which they are printed."""
        return [*self.chapters, *self.faq]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The cover's table."""
        issue, counts = self.issue, self.counts
        found = [
            ("件名", issue.contract),
            ("受託者", issue.contractor),
            ("版", f"{wareki(issue.submitted_on)}提出　{issue.version}"),
            ("基準日", f"{wareki_weekday(issue.as_of)}に有効な内容"),
            ("内容", f"マニュアル {counts['chapters']:,}章、FAQ {counts['faq']:,}件"),
            ("うち内部", f"{counts['internal']:,}件（住民に示さないもの。「{INTERNAL}」と表示しています）"),
            ("市の確認", f"確認済み {counts['confirmed']:,}件、確認前 {counts['unconfirmed']:,}件"),
            ("見直し期限", f"基準日に過ぎているもの {counts['overdue']:,}件"),
        ]
        if issue.change_note:
            found.append(("変更の内容", issue.change_note))
        return [*found, ("配布区分", issue.edition_note)]

    @property
    def counts(self) -> dict[str, int]:
        """How much of what the edition holds."""
        entries = self.entries
        confirmed = sum(entry.confirmed is not None for entry in entries)
        return {
            "chapters": len(self.chapters),
            "faq": len(entries) - len(self.chapters),
            "internal": sum(entry.internal for entry in entries),
            "confirmed": confirmed,
            "unconfirmed": len(entries) - confirmed,
            "overdue": sum(
                entry.review_by_on is not None and entry.review_by_on < self.issue.as_of for entry in entries
            ),
        }


COUNT_LABELS = {
    "chapters": ("マニュアル", "章"),
    "faq": ("FAQ", "件"),
    "internal": ("うち内部", "件"),
    "confirmed": ("市の確認済み", "件"),
    "unconfirmed": ("市の確認前", "件"),
    "overdue": ("見直し期限を過ぎたもの", "件"),
}


def for_edition(manual: Manual, edition: Edition) -> Manual:
    """The manual as an edition may show it."""
    issue = replace(manual.issue, edition=edition)
    if edition is Edition.HANDOVER:
        return replace(manual, issue=issue)
    return Manual(
        replace(issue, approver=replace(issue.approver, name=None)),
        tuple(_nameless(entry) for entry in manual.chapters),
        tuple(
            replace(major, groups=tuple(_nameless_group(group) for group in major.groups)) for major in manual.majors
        ),
    )


def _nameless_group(group: Group) -> Group:
    return replace(group, entries=tuple(_nameless(entry) for entry in group.entries))


def _nameless(entry: Entry) -> Entry:
    return entry if entry.confirmed is None else replace(entry, confirmed=replace(entry.confirmed, name=None))


def short(on: date) -> str:
    """R8.4.1, as an office writes dates in lists; written out before 令和."""
    year, _, day = wareki(on).partition("年")
    if not year.startswith("令和"):
        return wareki(on)
    return f"R{year[2:].replace('元', '1')}.{day.replace('月', '.').rstrip('日')}"


def text_of(block: Block) -> str:
    """The words of a block."""
    match block:
        case Heading(text=text):
            return f"■ {text}"
        case Paragraph(spans=spans):
            return "".join(span.text for span in spans)
        case Item(marker=marker, spans=spans, depth=depth):
            return f"{'　' * depth}{marker} {''.join(span.text for span in spans)}"
        case Table():
            return "\n".join(" ｜ ".join(row) for row in (block.headings, *block.rows))
        case Image(name=name):
            return f"［図：{name}］"


def sections_of(entry: Entry) -> Iterator[tuple[str, str]]:
    """(heading, words) of the parts of a chapter, in order; what stands before its first heading has none."""
    heading, lines = "", list[str]()
    for block in entry.blocks:
        if isinstance(block, Heading):
            if heading or lines:
                yield heading, "\n".join(lines)
            heading, lines = block.text, []
        else:
            lines.append(text_of(block))
    if heading or lines:
        yield heading, "\n".join(lines)


def filename(issue: Issue, suffix: str) -> str:
    """マニュアル・FAQ_20260327_第1版_手渡し用.docx"""
    draft = "案" if issue.draft else ""
    return f"マニュアル・FAQ_{issue.submitted_on:%Y%m%d}_第{issue.number}版{draft}_{issue.edition.label}.{suffix}"


def ascii_filename(issue: Issue, suffix: str) -> str:
    """For clients that know only ASCII: manual-faq_20260327_v1_handover.docx"""
    draft = "-draft" if issue.draft else ""
    return f"manual-faq_{issue.submitted_on:%Y%m%d}_v{issue.number}{draft}_{issue.edition.value}.{suffix}"
