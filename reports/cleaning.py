"""What a text must pass before it enters a cell: no control characters, nothing a spreadsheet would run."""

from __future__ import annotations

import re

_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")


def clean(text: str) -> str:
    """The text without control characters, lone surrogates and byte order marks; line ends become \\n."""
    if text.isalnum() or _FORBIDDEN.search(text) is None:
        return text
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def looks_like_formula(text: str) -> bool:
    """True where a spreadsheet may take the text for a formula, full-width signs included."""
    return text[:1] in _FORMULA_STARTS if text else False


def defused(text: str) -> str:
    """For CSV, which knows no types: an apostrophe before what looks like a formula."""
    return f"'{text}" if looks_like_formula(text.lstrip(" 　")) else text
