"""No Individual Number enters in a file: Word, Excel, PowerPoint and PDF are read before they are kept."""

from __future__ import annotations

import io
import time
import zipfile

import docx
import pytest
import xlsxwriter

from callcenter.protection import attachments
from callcenter.protection.attachments import Unreadable, require_clean_file, words_of
from callcenter.protection.mynumber import check_digit
from callcenter.protection.scan import IndividualNumberRefused

NUMBER = f"12345678901{check_digit('12345678901')}"
HARMLESS = f"12345678901{(check_digit('12345678901') + 1) % 10}"


def word(*parts: str) -> bytes:
    """A document with one paragraph whose parts are runs of their own, and a table of one cell."""
    document, kept = docx.Document(), io.BytesIO()
    paragraph = document.add_paragraph()
    for part in parts:
        paragraph.add_run(part).bold = len(part) % 2 == 0
    document.add_table(1, 1).cell(0, 0).text = "表"
    document.save(kept)
    return kept.getvalue()


def excel(*cells: str | float) -> bytes:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as book:
        book.add_worksheet().write_row(0, 0, cells)
    return kept.getvalue()


def slide(text: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as packed:
        packed.writestr("ppt/slides/slide1.xml", f"<p:sld><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>")
    return kept.getvalue()


def pdf(text: str) -> bytes:
    """A page that says this in Latin letters."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    made, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table) + end


def archive(**parts: str) -> bytes:
    """Parts by name (`__` stands for a slash, `_xml` for its end)."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_docx", ".docx"), text)
    return kept.getvalue()


def with_a_document_in_it(held: bytes) -> bytes:
    kept = io.BytesIO(archive(word__document_xml="<w:t>表</w:t>"))
    with zipfile.ZipFile(kept, "a") as packed:
        packed.writestr("word/embeddings/inner.docx", held)
    return kept.getvalue()


def locked(content: bytes) -> bytes:
    """The archive as if its parts needed a password."""
    made = bytearray(content)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(mark)
        while at >= 0:
            made[at + flags] |= 1
            at = made.find(mark, at + 4)
    return bytes(made)


def torn(content: bytes) -> bytes:
    """The archive with other bytes in its first part."""
    made = bytearray(content)
    at = made.find(b"word/document.xml") + len("word/document.xml")
    made[at : at + 8] = b"\xff" * 8
    return bytes(made)


def shortened(content: bytes) -> bytes:
    """The archive that says its first part was one byte long: what follows would not be looked at."""
    made = bytearray(content)
    at = made.find(b"PK\x01\x02")
    made[at + 24 : at + 28] = (1).to_bytes(4, "little")
    return bytes(made)


LONG = archive(word__document_xml="<w:t>" + "長い文です。" * 200 + NUMBER + "</w:t>")
UNOPENED = {
    "no archive": b"PK\x03\x04 rest",
    "locked": locked(LONG),
    "torn": torn(LONG),
    "shortened": shortened(LONG),
}

WITH_A_NUMBER = {
    "word": word(f"番号は{NUMBER}です"),
    "word in runs": word("番号は", NUMBER[:5], NUMBER[5:9], NUMBER[9:]),
    "word grouped": word("1234 5678 90", NUMBER[10:]),
    "excel as text": excel("番号", NUMBER),
    "excel as number": excel("番号", int(NUMBER)),
    "powerpoint": slide(NUMBER),
    "pdf": pdf(f"No. {NUMBER}"),
    "what is said of a picture": archive(word__document_xml=f'<wp:docPr id="1" descr="番号 {NUMBER}"/>'),
    "the name of a sheet": archive(xl__workbook_xml=f'<sheet name="{NUMBER}" sheetId="1"/>'),
    "the file's own title": archive(word__document_xml="<x/>", docProps__core_xml=f"<dc:title>{NUMBER}</dc:title>"),
    "data bound to fields": archive(word__document_xml="<x/>", customXml__item1_xml=f"<a>{NUMBER}</a>"),
    "a part in capitals": archive(WORD__DOCUMENT_xml=f"<w:t>{NUMBER}</w:t>"),
    "a file in the file": with_a_document_in_it(word(NUMBER)),
}
WITHOUT = {
    "word": word("番号は", HARMLESS),
    "excel in two cells": excel(NUMBER[:6], NUMBER[6:]),
    "word in two paragraphs": word(f"{NUMBER[:6]}\n", NUMBER[6:]),
    "pdf": pdf(HARMLESS),
    "picture": b"\x89PNG\r\n\x1a\n" + NUMBER.encode(),
    "no pdf": b"%PDF-1.7\n%%EOF\n",
    "a torn pdf": pdf(HARMLESS)[:200],
}


@pytest.mark.parametrize("content", WITH_A_NUMBER.values(), ids=WITH_A_NUMBER)
def test_a_file_with_an_individual_number_is_refused_and_the_refusal_quotes_none(content: bytes) -> None:
    with pytest.raises(IndividualNumberRefused) as refusal:
        require_clean_file(content)
    assert refusal.value.errors == {"file": [attachments.REFUSED]}
    assert NUMBER not in repr((refusal.value.masked, refusal.value.findings, refusal.value.args))
    assert [one.field for one in refusal.value.findings] == ["file"]


@pytest.mark.parametrize("content", WITHOUT.values(), ids=WITHOUT)
def test_other_files_pass(content: bytes) -> None:
    require_clean_file(content)


def test_the_words_of_a_pdf_and_of_every_cell_are_read() -> None:
    assert "Hello" in "".join(words_of(pdf("Hello")))
    assert {"持ち物", "印鑑"} <= set("\n".join(words_of(excel("持ち物", "印鑑"))).split("\n"))


def test_what_unpacks_to_more_than_can_be_judged_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    content = word("あ")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        size = sum(one.file_size for one in packed.infolist() if one.filename.startswith("word/"))
    monkeypatch.setattr(attachments, "MOST_BYTES", 100)
    assert size > 100
    with pytest.raises(Unreadable, match="大きすぎて"):
        require_clean_file(content)


def test_a_pdf_of_more_pages_than_are_read_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MOST_PAGES", 0)
    with pytest.raises(Unreadable):
        require_clean_file(pdf("Hello"))


@pytest.mark.parametrize("content", UNOPENED.values(), ids=UNOPENED)
def test_what_cannot_be_opened_cannot_be_judged_and_is_not_taken(content: bytes) -> None:
    with pytest.raises(Unreadable, match="開けません"):
        require_clean_file(content)


def test_a_small_file_of_open_brackets_is_read_in_a_moment() -> None:
    content = archive(word__document_xml="<" * 300_000)
    begun = time.monotonic()
    require_clean_file(content)
    assert time.monotonic() - begun < 5


def test_more_digits_than_can_be_looked_through_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MOST_DIGITS", 10)
    require_clean_file(archive(word__document_xml="1234567890"))
    with pytest.raises(Unreadable):
        require_clean_file(archive(word__document_xml="123456", word__footer_xml="78901"))


def test_a_pdf_that_draws_too_much_or_too_long_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as changed:
        changed.setattr(attachments, "MOST_BYTES", 20)
        with pytest.raises(Unreadable):
            require_clean_file(pdf("Hello"))
    monkeypatch.setattr(attachments, "MOST_SECONDS", -1.0)
    with pytest.raises(Unreadable):
        require_clean_file(pdf("Hello"))
