"""Typed text made safe to keep: one Unicode form, no control characters, no more than a stated length."""

from __future__ import annotations

import re
import unicodedata

from callcenter.errors import InvalidInput

_NEWLINES = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # C0 and C1 without tab and the line ends
    "\u200b\u200e\u200f\u061c\u2060-\u2064\u2066-\u206f\u202a-\u202e\ufeff"  # zero width and bidi
    "\ufff9-\ufffb\ufdd0-\ufdef\ud800-\udfff"  # annotations, noncharacters, lone surrogates
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
    + "]"
)
_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
# Beyond this multiple of the limit nothing is cleaned first: a 10 MB note must not cost 10 MB of work.
_HOPELESS = 4


def clean_text(value: object, *, max_length: int, field: str = "") -> str:
    """Text of several lines in NFC with LF, without control characters, trimmed.

    Emoji, rare kanji and variation selectors stay. Raises InvalidInput naming the limit (in characters).
    """
    raw = _checked(value, max_length, field)
    text = unicodedata.normalize("NFC", _UNWANTED.sub("", _NEWLINES.sub("\n", raw))).strip()
    _require_length(len(text), max_length, field)
    return text


def clean_line(value: object, *, max_length: int, field: str = "") -> str:
    """Text of one line: line ends and tabs become a space; otherwise like `clean_text`."""
    raw = _checked(value, max_length, field)
    line = _UNWANTED.sub("", _NEWLINES.sub(" ", raw).replace("\t", " "))
    text = unicodedata.normalize("NFC", line).strip()
    _require_length(len(text), max_length, field)
    return text


def normalise_for_search(value: str) -> str:
    """NFKC, lower case, katakana folded to hiragana: the one form in which texts are compared."""
    folded = unicodedata.normalize("NFKC", value).casefold()
    return folded.translate(_KATAKANA_TO_HIRAGANA)


def _checked(value: object, max_length: int, field: str) -> str:
    if not isinstance(value, str):
        raise _refusal("文字で入力してください。", field)
    if len(value) > max_length * _HOPELESS + 64:
        _require_length(len(value), max_length, field)
    return value


def _require_length(length: int, max_length: int, field: str) -> None:
    if length > max_length:
        raise _refusal(f"{max_length:,}文字以内で入力してください（いま{length:,}文字）。", field)


def _refusal(message: str, field: str) -> InvalidInput:
    return InvalidInput(message, errors={field: [message]} if field else None)
