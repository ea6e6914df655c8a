"""Markdown of entries: as HTML that can carry no script, and as plain text for the search and for sheets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

_BREAKS = frozenset({"paragraph_close", "heading_close", "list_item_close", "tr_close", "fence", "code_block", "hr"})
_OWN_FILE = re.compile(r"/knowledge/files/[0-9a-f-]{36}")
_SPACES = re.compile(r"\n{3,}")


@cache
def _markdown() -> MarkdownIt:
    """CommonMark with tables; HTML is text, and a link leads to a web page, an address within or nowhere."""
    made = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
    made.validateLink = _may_link  # type: ignore[method-assign]
    made.add_render_rule("image", _image)
    return made


def _image(renderer: Any, parts: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """Pictures come from our own files only: another host would see who reads what, and when."""
    token = parts[at]
    if _OWN_FILE.fullmatch(str(token.attrGet("src") or "")):
        return str(renderer.image(parts, at, options, env))
    words = str(renderer.renderInlineAsText(token.children or [], options, env))
    return str(escape(f"（画像：{words}）" if words else "（画像）"))


def _may_link(url: str) -> bool:
    return re.match(r"(?:https?://|/knowledge/|#)", url.strip(), re.IGNORECASE) is not None


def html(body: str) -> Markup:
    """Safe HTML of a body."""
    return Markup(_markdown().render(body))  # noqa: S704


def tokens(body: str) -> list[Token]:
    """The parts of a body, for whoever puts them on paper."""
    return _markdown().parse(body)


def plain(body: str) -> str:
    """The words of a body, a line for each paragraph, item or row."""
    parts: list[str] = []
    for token in tokens(body):
        if token.type == "inline":
            parts.append(_words(token))
        elif token.type in _BREAKS:
            parts.append(f"{token.content}\n" if token.content else "\n")
        elif token.type in ("td_close", "th_close"):
            parts.append("　")
    return _SPACES.sub("\n\n", "".join(parts)).strip()


def spoken(body: str) -> str:
    """A body as it is told to a caller and stands in a record: a line for each paragraph, item or row, and items keep
    their mark or number."""
    lines, line, depth = [], "", 0
    for token in tokens(body):
        if token.type.endswith(("_list_open", "_list_close")):
            depth += token.nesting
        elif token.type == "list_item_open":
            lines.append(line)
            line = "　" * (depth - 1) + (f"{token.info}. " if token.info else "・")
        elif token.type == "inline":
            line += _words(token)
        elif token.type in _BREAKS:
            lines.append(line + token.content)
            line = ""
        elif token.type in ("td_close", "th_close"):
            line += "　"
    return "\n".join(one.rstrip() for one in (*lines, line) if one.strip())


def _words(token: Token) -> str:
    children: list[Any] = token.children or []
    return "".join("\n" if one.type in ("softbreak", "hardbreak") else one.content for one in children)
