"""An edition of manual and FAQ as a workbook: cover, list of versions, the FAQ to filter, the chapters as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reports import manual as values
from reports.columns import Column, Kind
from reports.fitting import line_count, pieces, row_points
from reports.manual import Entry, Manual
from reports.tables import Value, list_sheet
from reports.wareki import wareki
from reports.workbook import Book, BookFacts, Page, Sheet

COVER, VERSIONS, FAQ, CHAPTERS = "表紙", "版の一覧", "FAQ", "マニュアル"
_LABEL, _ROOM = 18.0, 66.0
_ANSWER, _SECTION = 52.0, 92.0
_MOST_CHANGES = 20
_VERSION_COLUMNS = (
    Column("label", "番号", Kind.TEXT, 11),
    Column("kind", "種類", Kind.TEXT, 13),
    Column("title", "表題", Kind.LONG_TEXT, 56),
    Column("version", "版", Kind.SERIAL, 7),
    Column("audience", "区分", Kind.TEXT, 9),
    Column("effective_on", "施行日", Kind.DATE, 13),
    Column("confirmed_on", "市の確認日", Kind.DATE, 13),
    Column("confirmer", "市の確認者", Kind.TEXT, 18),
    Column("review_by_on", "見直し期限", Kind.DATE, 15),
)
_FAQ_COLUMNS = (
    Column("label", "番号", Kind.TEXT, 10),
    Column("category", "分類", Kind.LONG_TEXT, 16),
    Column("title", "質問", Kind.LONG_TEXT, 25),
    Column("answer", "回答", Kind.LONG_TEXT, _ANSWER),
    Column("audience", "区分", Kind.TEXT, 8),
    Column("said_as", "別の聞き方", Kind.LONG_TEXT, 21),
    Column("source", "出典", Kind.LONG_TEXT, 18),
    Column("law", "根拠", Kind.LONG_TEXT, 11),
    Column("verify", "市への確認事項", Kind.LONG_TEXT, 18),
    Column("effective_on", "施行日", Kind.DATE, 11),
    Column("review_by_on", "見直し期限", Kind.DATE, 14),
    Column("confirmed", "市の確認", Kind.LONG_TEXT, 14),
)
_FAQ_PRINTED = 6
"""Up to 別の聞き方: with all of them a page would be printed at half its size. The others are for the screen."""
_CHAPTER_COLUMNS = (
    Column("label", "番号", Kind.TEXT, 9),
    Column("title", "章", Kind.LONG_TEXT, 28),
    Column("section", "見出し", Kind.LONG_TEXT, 26),
    Column("text", "内容", Kind.LONG_TEXT, _SECTION),
    Column("audience", "区分", Kind.TEXT, 8),
)


def manual_workbook(manual: Manual) -> bytes:
    """The edition as an xlsx file; the same edition gives the same bytes."""
    shown = values.for_edition(manual, manual.issue.edition)
    book = Book(BookFacts(f"{values.TITLE}　{wareki(shown.issue.submitted_on)}", shown.issue.built_at))
    _cover(book, shown)
    list_sheet(book, VERSIONS, _VERSION_COLUMNS, _versions(shown), _page(shown, VERSIONS))
    list_sheet(book, FAQ, _FAQ_COLUMNS, _questions(shown), _page(shown, FAQ), _FAQ_PRINTED)
    list_sheet(book, CHAPTERS, _CHAPTER_COLUMNS, _sections(shown.chapters), _page(shown, CHAPTERS))
    return book.finish()


def _page(manual: Manual, name: str) -> Page:
    return Page((f"{values.TITLE}　{name}", _as_of(manual)), _footer(manual), landscape=True, repeat_rows=(0, 0))


def _as_of(manual: Manual) -> str:
    return f"{wareki(manual.issue.as_of)}　現在"


def _footer(manual: Manual) -> tuple[str, str]:
    return manual.issue.contract, f"{manual.issue.version}　{manual.issue.edition.label}"


def _cover(book: Book, manual: Manual) -> None:
    issue = manual.issue
    sheet = book.sheet(COVER, (_LABEL, _ROOM), Page(footer=_footer(manual), one_page=True))
    if issue.draft:
        sheet.text(0, 0, "案", sheet.style("draft"))
        sheet.height(0, 34)
    sheet.merge((1, 0, 1, 1), values.TITLE, sheet.style("title"))
    sheet.height(1, 60)
    sheet.merge((2, 0, 2, 1), f"{wareki(issue.submitted_on)}　{issue.version}", sheet.style("day"))
    sheet.height(2, 30)
    sheet.merge((4, 0, 4, 1), issue.addressee, sheet.style("addressee"))
    sheet.merge((5, 0, 5, 1), "最新のマニュアル及びFAQを、次のとおり提出します（仕様書8⑤）。", sheet.style("left"))
    sheet.height(5, 26)
    approved = [] if issue.draft else [("承認", f"{issue.approver.shown}　{wareki(issue.submitted_on)}")]
    row = _pairs(sheet, 6, [*manual.facts, *approved])
    row = _listed(sheet, row + 1, "この冊子のシート", _sheets(manual))
    row = _listed(sheet, row + 1, "前回の提出からの変更", _cut(issue.changes))
    sheet.print_area(row - 1, 1)


def _sheets(manual: Manual) -> list[str]:
    counts = manual.counts
    return [
        f"{VERSIONS}：{counts['chapters'] + counts['faq']:,}件の番号・版・施行日・市の確認",
        f"{FAQ}：{counts['faq']:,}件の質問と回答（分類・区分などで絞り込めます。印刷は「別の聞き方」まで）",
        f"{CHAPTERS}：{counts['chapters']:,}章の内容（書式のある冊子はWordのファイルです）",
    ]


def _cut(changes: Sequence[str]) -> list[str]:
    left = len(changes) - _MOST_CHANGES
    return [*changes[:_MOST_CHANGES], *([f"ほか{left}件"] if left > 0 else [])]


def _pairs(sheet: Sheet, row: int, pairs: Iterable[tuple[str, str]]) -> int:
    label, value = sheet.style("bold", "thin_box", "tint", "left", "indent"), sheet.style("thin_box", "wrap")
    for name, text in pairs:
        sheet.text(row, 0, name, label)
        sheet.text(row, 1, text, value)
        sheet.height(row, max(21.0, row_points(line_count(text, _ROOM))))
        row += 1
    return row


def _listed(sheet: Sheet, row: int, title: str, sentences: Sequence[str]) -> int:
    if not sentences:
        return row
    sheet.text(row, 0, title, sheet.style("section"))
    sheet.height(row, 24)
    for sentence in sentences:
        row += 1
        sheet.merge((row, 0, row, 1), f"・{sentence}", sheet.style("wrap"))
        sheet.lines(row, line_count(sentence, _LABEL + _ROOM - 2))
    return row + 1


Rows = Iterable[Mapping[str, Value]]


def _versions(manual: Manual) -> Rows:
    for place, entry in enumerate(manual.entries):
        confirmed = entry.confirmed
        yield {
            "label": entry.label,
            "kind": CHAPTERS if place < len(manual.chapters) else FAQ,
            "title": entry.title,
            "version": entry.version,
            "audience": entry.audience,
            "effective_on": entry.effective_on,
            "confirmed_on": confirmed.on if confirmed else None,
            "confirmer": (confirmed.name or "") if confirmed else values.UNCONFIRMED,
            "review_by_on": entry.review_by_on,
        }


def _questions(manual: Manual) -> Rows:
    """A row for each FAQ; an answer that no row could show goes on in the next."""
    for entry in manual.faq:
        first, *others = pieces(entry.text, _ANSWER)
        yield {
            "label": entry.label,
            "category": entry.category,
            "title": entry.title,
            "answer": first,
            "said_as": "\n".join(entry.said_as),
            "audience": entry.audience,
            "source": entry.source,
            "law": entry.law,
            "verify": entry.verify,
            "effective_on": entry.effective_on,
            "review_by_on": entry.review_by_on,
            "confirmed": entry.confirmation,
        }
        for more in others:
            yield {"label": entry.label, "category": entry.category, "title": "（続き）", "answer": more}


def _sections(chapters: Sequence[Entry]) -> Rows:
    for entry in chapters:
        for heading, text in values.sections_of(entry):
            for piece in pieces(text, _SECTION):
                row = {"section": heading, "text": piece, "audience": entry.audience}
                yield {"label": entry.label, "title": entry.title, **row}
