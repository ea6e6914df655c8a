"""The Markdown of an entry as the plain blocks that reports put on paper. Pure: pictures are handed in by address."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from markdown_it.token import Token
from msgspec import Struct

from callcenter.knowledge import texts
from reports.manual import Block, Heading, Image, Item, Paragraph, Span, Table

BULLET = "・"
Pictures = Callable[[str], bytes]
"""The content behind a picture's address; nothing where there is none."""


def no_pictures(_address: str) -> bytes:
    """For whoever shows words only."""
    return b""


def blocks_of(body: str, pictures: Pictures = no_pictures) -> tuple[Block, ...]:
    """The blocks of a body. Headings keep their order of rank and begin at level 1."""
    tokens = texts.tokens(body)
    highest = min((_rank(token) for token in tokens if token.type == "heading_open"), default=1)
    return tuple(_Reader(tokens, highest, pictures).blocks())


def _rank(token: Token) -> int:
    return int(token.tag[1:])


class _List(Struct):
    """A list that is open: the number of its next item, None for bullets; `marker` until it was written."""

    number: int | None
    marker: str = ""

    def next_marker(self) -> None:
        self.marker = BULLET if self.number is None else f"{self.number}."
        self.number = None if self.number is None else self.number + 1

    def take_marker(self) -> str:
        marker, self.marker = self.marker, ""
        return marker


class _Reader:
    """Goes through the tokens of a body once."""

    def __init__(self, tokens: Sequence[Token], highest: int, pictures: Pictures) -> None:
        self._tokens, self._highest, self._pictures = tokens, highest, pictures
        self._lists: list[_List] = []
        self._quotes = 0
        self._heading = 0
        self._rows: list[list[str]] | None = None

    def blocks(self) -> Iterator[Block]:
        for token in self._tokens:
            if token.type == "inline":
                yield from self._inline(token)
            elif token.type in ("fence", "code_block"):
                yield Paragraph((Span(token.content.rstrip("\n")),), quoted=True)
            elif token.type == "table_close" and self._rows:
                yield _table(self._rows)
                self._rows = None
            else:
                self._step(token)

    def _step(self, token: Token) -> None:
        """What opens and closes around the words."""
        match token.type:
            case "bullet_list_open":
                self._lists.append(_List(None))
            case "ordered_list_open":
                self._lists.append(_List(int(token.attrGet("start") or 1)))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._lists[-1].next_marker()
            case "heading_open":
                self._heading = _rank(token) - self._highest + 1
            case "blockquote_open" | "blockquote_close":
                self._quotes += token.nesting
            case "table_open" | "tr_open":
                self._rows = [*(self._rows or []), *([[]] if token.type == "tr_open" else [])]

    def _inline(self, token: Token) -> Iterator[Block]:
        spans = tuple(_spans(token.children or []))
        if self._rows is not None:
            self._rows[-1].append("".join(span.text for span in spans))
            return
        if spans:
            yield self._words(spans)
        for child in token.children or []:
            if child.type == "image":
                yield Image(child.content or "図", self._pictures(str(child.attrGet("src") or "")))

    def _words(self, spans: tuple[Span, ...]) -> Block:
        if self._heading:
            level, self._heading = self._heading, 0
            return Heading("".join(span.text for span in spans), level)
        if self._lists:
            return Item(self._lists[-1].take_marker(), spans, len(self._lists) - 1)
        return Paragraph(spans, quoted=self._quotes > 0)


def _table(rows: Sequence[Sequence[str]]) -> Table:
    headings, *others = (tuple(row) for row in rows)
    return Table(headings, tuple(others))


def _spans(children: Sequence[Token]) -> Iterator[Span]:
    """The words of a paragraph; a link to another host is followed by its address, which paper cannot hide."""
    bold, link, said = 0, "", ""
    for child in children:
        if child.type in ("strong_open", "strong_close"):
            bold += child.nesting
        elif child.type == "link_open":
            link, said = str(child.attrGet("href") or ""), ""
        elif child.type == "link_close" and link.startswith("http") and link != said:
            yield Span(f"（{link}）")
        elif words := _words(child):
            said += words
            yield Span(words, bold > 0)


def _words(child: Token) -> str:
    if child.type in ("softbreak", "hardbreak"):
        return "\n"
    return child.content if child.type in ("text", "code_inline") else ""
