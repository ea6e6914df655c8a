"""Texts that try to be more than texts: nothing in them runs, leads elsewhere than it may, or keeps a page waiting."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest

from callcenter.knowledge import texts
from callcenter.knowledge.blocks import blocks_of

HARMLESS = frozenset(
    (
        *("p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a", "img"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
    )
)
OURS = "/knowledge/files/01a22d28-53d3-7450-b852-08b8a25d326d"
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](java&Tab;script:alert(1))",
    "[a](vbscript:x)",
    "[a](data:text/html;base64,PHN2Zz4=)",
    "[a](//evil.example)",
    "[a](/\\\\evil.example)",
    "[a](https:evil)",
    "<javascript:alert(1)>",
    "[a]\n\n[a]: javascript:alert(1)",
    "![a](data:image/svg+xml;base64,PHN2Zz4=)",
    "![a](https://evil.example/a.png)",
    f'![a]({OURS}"onerror=alert(1))',
    f'![x" onerror="alert(1)]({OURS})',
    f'![a]({OURS} "t\\" onerror=alert(1)")',
    '[a](https://e.example "t\\" onclick=alert(1)")',
    '[a](#"onclick=alert(1))',
    "[<img src=x onerror=alert(1)>](https://e.example)",
    "```\n<script>alert(1)</script>\n```",
    '~~~ "><script>alert(1)</script>\nx\n~~~',
    "| <svg onload=alert(1)> |\n|-|\n| <script> |",
]


class Strict(HTMLParser):
    """Remembers what it would be dangerous to show."""

    def __init__(self, shown: str) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.feed(shown)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in HARMLESS:
            self.bad.append(tag)
        for name, value in attrs:
            leads = name in ("href", "src")
            allowed = r"https?://|/knowledge/|#" if tag == "a" else r"/knowledge/files/[0-9a-f-]{36}$"
            if name.startswith("on") or name == "style" or (leads and not re.match(allowed, value or "")):
                self.bad.append(f"{name}={value}")


@pytest.mark.parametrize("body", HOSTILE)
def test_nothing_in_a_text_runs_or_leads_where_it_may_not(body: str) -> None:
    assert Strict(str(texts.html(body))).bad == []


def test_what_would_be_dangerous_is_seen() -> None:
    assert Strict('<a href="javascript:x" onclick="y"></a><script></script>').bad == [
        "href=javascript:x",
        "onclick=y",
        "script",
    ]


@pytest.mark.parametrize("mark", [">", "> ", "[", "![", "- ", "*a ", "`", "<", "|"])
def test_ten_thousand_marks_keep_nobody_waiting(mark: str) -> None:
    body, begun = mark * (10_000 // len(mark)), time.monotonic()
    texts.html(body)
    blocks_of(body)
    texts.plain(body)
    assert time.monotonic() - begun < 5
