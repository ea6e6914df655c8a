"""An edition of manual and FAQ on paper (Word): cover, contents, list of versions, chapters, the FAQ by category."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from reports import manual as values
from reports.manual import Block, Entry, Group, Heading, Image, Item, Major, Manual, Paragraph, Table, short
from reports.wareki import local, wareki
from reports.word import Align, Box, Column, Contents, Look, Paper, PaperFacts, Row, Span

VERSIONS, CHAPTERS, FAQ = "版の一覧", "第1部　マニュアル", "第2部　FAQ"
_NOTE = Look(points=8, quiet=True, after=4)
_PART = Look(points=17, bold=True, after=3, keep_next=True, new_page=True)
_CHAPTER = Look(points=13, bold=True, before=12, after=3, keep_next=True)
_NEXT_CHAPTER = replace(_CHAPTER, new_page=True, before=0)
_CATEGORY = Look(points=11.5, bold=True, before=8, after=3, keep_next=True)
_SECTION = Look(points=10.5, bold=True, before=8, after=3, keep_next=True)
_CONTENTS = Look(points=13, bold=True, after=4, keep_next=True, new_page=True)
_QUESTION = Look(points=10.5, bold=True, before=8, after=3, keep_next=True, ruled=True)
_QUOTED = Look(indent=6, after=5)
_TEXT = Look(after=5)
_DENSE = 8.0
_MOST_CHANGES = 12


def manual_paper(manual: Manual) -> bytes:
    """The edition as a docx file; the same edition gives the same bytes."""
    shown = values.for_edition(manual, manual.issue.edition)
    paper = Paper(_facts_of(shown))
    _cover(paper, shown)
    _contents(paper, shown)
    _versions(paper, shown)
    _chapters(paper, shown.chapters)
    _faq(paper, shown.majors)
    return paper.finish()


def _facts_of(manual: Manual) -> PaperFacts:
    issue = manual.issue
    return PaperFacts(
        f"{values.TITLE}　{wareki(issue.submitted_on)}",
        issue.built_at,
        header=(values.TITLE, f"{wareki(issue.as_of)}　現在"),
        footer=(issue.contract, f"{issue.version}　{issue.edition.label}"),
    )


def _cover(paper: Paper, manual: Manual) -> None:
    issue = manual.issue
    paper.approval_boxes(_boxes(manual), "案" if issue.draft else "")
    paper.paragraph("", Look(points=40))
    paper.title(values.TITLE)
    paper.paragraph(f"{wareki(issue.submitted_on)}　{issue.version}", Look(Align.CENTER, 14, after=40))
    paper.paragraph(issue.addressee, Look(points=12, after=6))
    paper.paragraph("最新のマニュアル及びFAQを、次のとおり提出します（仕様書8⑤）。", Look(after=6))
    paper.facts(manual.facts)
    _changes(paper, issue.changes)


def _boxes(manual: Manual) -> tuple[Box, ...]:
    issue = manual.issue
    on = local(issue.built_at)
    approved = Box(
        "承認", "" if issue.draft else issue.approver.shown, "" if issue.draft else f"{on.month}月{on.day}日"
    )
    return Box("市　受領"), Box("市　確認"), approved


def _changes(paper: Paper, changes: Sequence[str]) -> None:
    if not changes:
        return
    paper.heading("前回の提出からの変更", 2)
    for sentence in changes[:_MOST_CHANGES]:
        paper.prose([Span(sentence)], Look(after=1, indent=5), "・")
    if len(changes) > _MOST_CHANGES:
        paper.paragraph(f"ほか{len(changes) - _MOST_CHANGES}件（版の一覧の施行日を見てください）", Look(indent=5))


def _contents(paper: Paper, manual: Manual) -> None:
    paper.paragraph("目次", _CONTENTS)
    paper.contents(list(contents_of(manual)))


def contents_of(manual: Manual) -> Iterator[Contents]:
    """What the table of contents lists."""
    yield Contents(VERSIONS, "versions")
    if manual.chapters:
        yield Contents(CHAPTERS, "chapters")
    for place, entry in enumerate(manual.chapters):
        yield Contents(_titled(entry), f"chapter{place}", 2)
    if manual.majors:
        yield Contents(FAQ, "faq")
    for major in manual.majors:
        yield Contents(_coded(major), f"major{major.code}", 2)
        for group in _coded_groups(major):
            yield Contents(f"{_coded(group)}（{len(group.entries)}件）", f"minor{group.code}", 3)


def _coded(category: Major | Group) -> str:
    return f"{category.code}　{category.name}".strip("　")


def _coded_groups(major: Major) -> list[Group]:
    """What stands under a heading of its own: entries without a category have that of their major already."""
    return [group for group in major.groups if group.code]


def _titled(entry: Entry) -> str:
    return f"{entry.label}　{entry.title}{_mark(entry)}"


def _mark(entry: Entry) -> str:
    return f"［{values.INTERNAL}］" if entry.internal else ""


def _versions(paper: Paper, manual: Manual) -> None:
    paper.heading(VERSIONS, 1, "versions", _NEXT_CHAPTER)
    columns = (
        Column("番号", 15),
        Column("表題", 72),
        Column("版", 7, Align.RIGHT),
        Column("区分", 9, Align.CENTER),
        Column("施行日", 16),
        Column("市の確認", 33),
        Column("見直し期限", 18),
    )
    paper.table(columns, [_version(entry) for entry in manual.entries], VERSIONS, _DENSE)


def _version(entry: Entry) -> Row:
    return Row(
        (
            entry.label,
            entry.title,
            str(entry.version),
            entry.audience,
            short(entry.effective_on),
            entry.confirmation,
            short(entry.review_by_on) if entry.review_by_on else "",
        )
    )


def _chapters(paper: Paper, chapters: Sequence[Entry]) -> None:
    for place, entry in enumerate(chapters):
        if place == 0:
            paper.heading(CHAPTERS, 1, "chapters", _PART)
        paper.heading(_titled(entry), 2, f"chapter{place}", _NEXT_CHAPTER if place else _CHAPTER)
        _written(paper, entry)


def _faq(paper: Paper, majors: Sequence[Major]) -> None:
    for place, major in enumerate(majors):
        if place == 0:
            paper.heading(FAQ, 1, "faq", _PART)
        paper.heading(
            f"{major.code}　{major.name}".strip("　"), 2, f"major{major.code}", _NEXT_CHAPTER if place else _CHAPTER
        )
        for group in major.groups:
            if group.code:
                paper.heading(_coded(group), 3, f"minor{group.code}", _CATEGORY)
            for entry in group.entries:
                paper.paragraph(_titled(entry), _QUESTION)
                _written(paper, entry)


def _written(paper: Paper, entry: Entry) -> None:
    """Its blocks, and below what they rest on."""
    for block in entry.blocks:
        _block(paper, entry, block)
    paper.paragraph(_basis(entry), _NOTE)


def _basis(entry: Entry) -> str:
    """What an entry rests on and until when it is trusted, in a line or two."""
    rests = [
        f"出典：{entry.source}" if entry.source else "",
        f"根拠：{entry.law}" if entry.law else "",
        f"市に確認すること：{entry.verify}" if entry.verify else "",
    ]
    stands = [
        f"第{entry.version}版　{short(entry.effective_on)} 施行",
        f"市の確認：{entry.confirmation}",
        f"見直し期限：{short(entry.review_by_on)}" if entry.review_by_on else "",
    ]
    lines = ("　／　".join(part for part in parts if part) for parts in (rests, stands))
    return "\n".join(line for line in lines if line)


def _block(paper: Paper, entry: Entry, block: Block) -> None:
    match block:
        case Heading():
            paper.heading(block.text, 3, look=_SECTION if block.level == 1 else None)
        case Paragraph():
            paper.prose(_spans(block.spans), _QUOTED if block.quoted else _TEXT)
        case Item():
            paper.prose(_spans(block.spans), Look(after=2, indent=5 + 6 * block.depth), block.marker)
        case Table():
            shares = _shares(block)
            columns = [Column(heading, share) for heading, share in zip(block.headings, shares, strict=True)]
            paper.table(columns, [Row(row) for row in block.rows], f"{entry.title}の表")
        case Image():
            if not (block.content and paper.picture(block.content, block.name)):
                paper.paragraph(f"［図：{block.name}］", _NOTE)


def _spans(found: Sequence[values.Span]) -> list[Span]:
    return [Span(one.text, one.bold) for one in found]


def _shares(table: Table) -> list[float]:
    """Wider columns for longer texts, none narrower than a few characters."""
    longest = [max(len(cell) for cell in column) for column in zip(table.headings, *table.rows, strict=True)]
    return [float(min(max(length, 6), 40)) for length in longest]
