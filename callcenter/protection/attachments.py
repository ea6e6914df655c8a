"""The words inside a file that is to be kept, so that no Individual Number (番号法) enters in one either.

Words of Word and Excel files are read from their parts, those of a PDF by pypdf. A picture, a scanned page and a locked
PDF have no words: what they show cannot be judged here; nor can the binary files of Office before 2007.
"""

from __future__ import annotations

import html
import logging
import re
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from callcenter.protection.scan import FieldKind, IndividualNumberRefused, RefusedSpan, spans_in

MOST_BYTES = 30_000_000
"""Of the unpacked parts of a file: what unpacks to more is not read."""
MOST_DIGITS = 300_000
"""Of all words of a file: looking through more would take minutes."""
MOST_PAGES = 300
MOST_SECONDS = 20.0
"""For the pages of a PDF: a small file can ask for hours of drawing."""
REFUSED = "ファイルの中に個人番号（マイナンバー）らしい番号があります。番号を消してから取り込んでください。"
TOO_MUCH = "ファイルの中が大きすぎて確かめられません。分けてから取り込んでください。"
BROKEN = "ファイルを開けません。パスワードを外すか、もう一度保存してから取り込んでください。"
_PARTS = re.compile(r".+\.xml$", re.IGNORECASE)
_EMBEDDED = re.compile(r".+/embeddings/.+\.(?:xlsx|docx|pptx)$", re.IGNORECASE)
_BREAKS = re.compile(r"</w:p>|</w:tc>|<w:br[ />]|<w:tab[ />]|</c>|</si>|</is>|</a:p>|</a:t>|</text>")
_APART = "\n・欄・\n"
"""A word between two cells: signs and line ends alone are looked through."""
_TAGS = re.compile(r"<[^<>]*>")
_SAID = re.compile(r"""\s(?:descr|title|name)=["']([^"'<>]*)["']""")
"""What is said of a picture, and what a sheet is called."""
_DIGITS = re.compile(r"\d")
_TORN = (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, zlib.error, struct.error)
"""What a torn or locked archive raises: RuntimeError asks for its password."""


class Unreadable(ValueError):
    """What a file holds is too much to be judged, or cannot be opened."""


def require_clean_file(content: bytes, field: str = "file") -> None:
    """Raise `IndividualNumberRefused` where the words of a file hold an Individual Number, `Unreadable` where they are
    too many to tell."""
    found, digits = list[Any](), 0
    for words in words_of(content):
        digits += sum(1 for _ in _DIGITS.finditer(words))
        if digits > MOST_DIGITS:
            raise Unreadable(TOO_MUCH)
        found += spans_in(words, FieldKind.TEXT)
    if found:
        spans = [RefusedSpan(field, span.end - span.start, span.rule) for span in found]
        raise IndividualNumberRefused({field: ""}, spans, REFUSED)


def words_of(content: bytes) -> Iterator[str]:
    """The words of a file, part by part; nothing of what has none."""
    if content.startswith(b"PK\x03\x04"):
        yield from _office(content)
    elif content.startswith(b"%PDF-"):
        yield from _pages(content)


def _office(content: bytes, *, within: bool = False) -> Iterator[str]:
    """The words of its parts, and of the files that lie in it; `within`: it lies in another one itself."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            held = [one for one in packed.infolist() if _EMBEDDED.match(one.filename) and not within]
            parts = [one for one in packed.infolist() if _PARTS.match(one.filename)]
            if sum(one.file_size for one in (*parts, *held)) > MOST_BYTES:
                raise Unreadable(TOO_MUCH)
            for one in parts:
                yield _plain(_text(packed.read(one)))
            for one in held:
                yield from _office(packed.read(one), within=True)
    except _TORN as error:
        raise Unreadable(BROKEN) from error


def _text(part: bytes) -> str:
    wide = part.startswith((b"\xff\xfe", b"\xfe\xff"))
    return part.decode("utf-16" if wide else "utf-8", "replace")


def _plain(xml: str) -> str:
    """A number may be cut over several runs: only the ends of paragraphs and cells part words, and figures in a table
    side by side are no number."""
    said = _APART.join(_SAID.findall(xml))
    return html.unescape(f"{_TAGS.sub('', _BREAKS.sub(_APART, xml))}{_APART}{said}")


def _pages(content: bytes) -> Iterator[str]:
    # Loaded with the first PDF: no page needs it before.
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it would quote what it stumbles over
    broken = (PyPdfError, RuntimeError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
    in_time, drawn = _within(MOST_SECONDS), 0
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted:
            return
        if len(reader.pages) > MOST_PAGES:
            raise Unreadable(TOO_MUCH)
        for page in reader.pages:
            drawn += _size_of(page)
            if drawn > MOST_BYTES:
                raise Unreadable(TOO_MUCH)
            yield page.extract_text(visitor_operand_before=in_time)
    except Unreadable:
        raise
    except (*broken, AssertionError, zlib.error, struct.error):
        return  # what a reader of PDF cannot read has no words


def _size_of(page: Any) -> int:
    """Bytes that draw a page."""
    drawn = page.get_contents()
    return len(drawn.get_data()) if drawn is not None else 0


def _within(seconds: float) -> Callable[..., None]:
    """What raises `Unreadable` when it is called later than in so many seconds."""
    until = time.monotonic() + seconds

    def check(*_given: object) -> None:
        if time.monotonic() > until:
            raise Unreadable(TOO_MUCH)

    return check
