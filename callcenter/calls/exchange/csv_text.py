"""Bytes of a CSV file to text, and the account of lines that were not taken. Shared by the two importers."""

from __future__ import annotations

import codecs

from msgspec import Struct

from callcenter.errors import InvalidInput

_UNREADABLE = "文字コードを判別できません。UTF-8またはShift_JISのCSVで保存し直してください。"
_WORKBOOK = "Excelブックのようです。CSV形式で保存し直してください。"
_EMPTY = "ファイルが空です。"
# What cp932 makes of bytes that no Shift_JIS text contains.
_NOT_SHIFT_JIS = frozenset("\x80\xa0\uf8f0\uf8f1\uf8f2\uf8f3")


class Refusal(Struct, frozen=True):
    """A line that was not taken and why (Japanese). `line` counts physical lines from 1."""

    line: int
    reason: str


class SourceText(Struct, frozen=True):
    """Text with the encoding it was found in: `utf-8-sig`, `utf-8` or `cp932`."""

    text: str
    encoding: str


def decode(content: bytes, field: str = "file") -> SourceText:
    """Reads UTF-8 (marked or not) or Shift_JIS. InvalidInput on `field` for all else, or for nothing."""
    _check_container(content, field)
    source = _decoded(content)
    if source is None:
        raise refused(field, _UNREADABLE)
    if not source.text.strip():
        raise refused(field, _EMPTY)
    return source


def machine_text(content: bytes, field: str = "file") -> str:
    """A machine's record whose fields of interest are all ASCII, whatever surrounds them.

    An exchange cuts a caller's name at a number of bytes, in the middle of a character: no strict reading
    would take the file. In UTF-8 and Shift_JIS no part of a character looks like a comma, a quotation mark or
    a line end.
    """
    _check_container(content, field)
    return content.removeprefix(codecs.BOM_UTF8).decode("latin-1")


def refused(field: str, reason: str) -> InvalidInput:
    """The whole file is not taken."""
    return InvalidInput("ファイルを取り込めませんでした。", errors={field: [reason]})


def _check_container(content: bytes, field: str) -> None:
    if not content.removeprefix(codecs.BOM_UTF8).strip():
        raise refused(field, _EMPTY)
    if content.startswith(b"PK\x03\x04"):
        raise refused(field, _WORKBOOK)
    if b"\x00" in content:
        raise refused(field, _UNREADABLE)


def _decoded(content: bytes) -> SourceText | None:
    marked = content.startswith(codecs.BOM_UTF8)
    for encoding in ("utf-8-sig",) if marked else ("utf-8", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "cp932" or _NOT_SHIFT_JIS.isdisjoint(text):
            return SourceText(text, encoding)
    return None
