"""The words inside a file that is to be kept, so that no Individual Number (番号法) enters in one either.

Words of Word and Excel files are read from their parts, those of a PDF by pypdf. A picture, a scanned page and a locked
PDF have no words: what they show cannot be judged here; nor can the binary files of Office before 2007.
"""

from __future__ import annotations

import html
import logging
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO

from callcenter.protection.scan import FieldKind, IndividualNumberRefused, RefusedSpan, spans_in

MOST_BYTES = 60_000_000
"""Of the unpacked parts of a file: what unpacks to more is not read."""
MOST_PAGES = 300
REFUSED = "ファイルの中に個人番号（マイナンバー）らしい番号があります。番号を消してから取り込んでください。"
TOO_MUCH = "ファイルの中が大きすぎて確かめられません。分けてから取り込んでください。"
_PARTS = re.compile(r"(?:word|xl|ppt)/.+\.xml$")
_BREAKS = re.compile(r"</w:p>|</w:tc>|<w:br[ />]|<w:tab[ />]|</c>|</si>|</is>|</a:p>|</a:t>|</text>")
_APART = "\n・欄・\n"
"""A word between two cells: signs and line ends alone are looked through."""
_TAGS = re.compile(r"<[^>]*>")


class Unreadable(ValueError):
    """What a file holds is too much to be judged."""


def require_clean_file(content: bytes, field: str = "file") -> None:
    """Raise `IndividualNumberRefused` where the words of a file hold an Individual Number, `Unreadable` where they are
    too many to tell."""
    found = [span for words in words_of(content) for span in spans_in(words, FieldKind.TEXT)]
    if found:
        spans = [RefusedSpan(field, span.end - span.start, span.rule) for span in found]
        raise IndividualNumberRefused({field: ""}, spans, REFUSED)


def words_of(content: bytes) -> Iterator[str]:
    """The words of a file, part by part; nothing of what has none."""
    if content.startswith(b"PK\x03\x04"):
        yield from _office(content)
    elif content.startswith(b"%PDF-"):
        yield from _pages(content)


def _office(content: bytes) -> Iterator[str]:
    with suppress(zipfile.BadZipFile, NotImplementedError, EOFError), zipfile.ZipFile(BytesIO(content)) as packed:
        parts = [one for one in packed.infolist() if _PARTS.match(one.filename)]
        if sum(one.file_size for one in parts) > MOST_BYTES:
            raise Unreadable(TOO_MUCH)
        for one in parts:
            yield _plain(packed.read(one).decode("utf-8", "replace"))


def _plain(xml: str) -> str:
    """A number may be cut over several runs: only the ends of paragraphs and cells part words, and figures in a table
    side by side are no number."""
    return html.unescape(_TAGS.sub("", _BREAKS.sub(_APART, xml)))


def _pages(content: bytes) -> Iterator[str]:
    # Loaded with the first PDF: no page needs it before.
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it would quote what it stumbles over
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted:
            return
        if len(reader.pages) > MOST_PAGES:
            raise Unreadable(TOO_MUCH)
        for page in reader.pages:
            yield page.extract_text()
    except Unreadable:
        raise
    except (PyPdfError, RecursionError, KeyError, TypeError, ValueError, AttributeError, IndexError):
        return  # what a reader of PDF cannot read has no words
