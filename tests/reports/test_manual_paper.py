from __future__ import annotations

import re
import struct
import time
import zlib
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document

from reports.daily import Edition
from reports.manual import Heading, Image, Item, Manual, Paragraph, Span
from reports.manual_paper import manual_paper
from tests.reports.manual_sample import CHANGES, PNG, entry, manual


def opened(given: Manual) -> Any:
    return Document(BytesIO(manual_paper(given)))


def parts_of(given: Manual) -> str:
    with ZipFile(BytesIO(manual_paper(given))) as package:
        return package.read("word/document.xml").decode()


def test_the_same_edition_gives_the_same_bytes_whenever_it_is_written() -> None:
    first = manual_paper(manual())
    time.sleep(2.1)
    assert manual_paper(manual()) == first


def test_the_contents_lead_to_every_heading_they_name() -> None:
    xml = parts_of(manual())
    named = re.findall(r'<w:bookmarkStart w:id="\d+" w:name="(\w+)"', xml)
    pointed = re.findall(r'<w:hyperlink w:anchor="(\w+)"', xml)
    counted = re.findall(r"PAGEREF (\w+) ", xml)
    assert pointed == counted == named
    assert named == [
        "versions",
        *("chapters", "chapter0", "chapter1", "chapter2"),
        *("faq", "major02", "minor0201", "major06", "minor0601", "major"),
    ]


def test_page_numbers_of_the_contents_are_marked_as_not_yet_counted() -> None:
    xml = parts_of(manual())
    assert xml.count('w:dirty="true"') == len(re.findall("PAGEREF", xml))


def test_every_heading_of_the_contents_is_a_heading_of_the_outline() -> None:
    styles = [(one.style.name, one.text) for one in opened(manual()).paragraphs if one.style.name.startswith("Heading")]
    assert ("Heading 1", "版の一覧") in styles
    assert ("Heading 2", "第2章　電話応対の基本［内部］") in styles
    assert ("Heading 2", "02　交付・受取") in styles
    assert ("Heading 3", "0201　交付通知書") in styles
    assert ("Heading 3", "応対の流れ") in styles


def test_the_list_of_versions_has_a_row_for_every_entry() -> None:
    given = manual()
    (table,) = [one for one in opened(given).tables if one.cell(0, 1).text == "表題"]
    assert [row.cells[0].text for row in table.rows[1:]] == [one.label for one in given.entries]
    assert [cell.text for cell in table.rows[4].cells] == [
        *("FAQ 1", "受取りに必要なものは何ですか", "1", "公開", "R8.4.1", "R8.3.24 例田 職員", "R8.9.30")
    ]
    assert [cell.text for cell in table.rows[1].cells][3:6] == ["内部", "R8.4.1", "確認前"]


def test_the_cover_says_which_edition_this_is_and_what_changed() -> None:
    found = [one.text for one in opened(manual(changes=CHANGES, change_note="変更 30件", number=2)).paragraphs]
    assert "令和8年3月27日　第2版" in found
    assert "みなと架空市長　様" in found
    assert [one for one in found if one.startswith("・\t変更：")][-1] == "・\t変更：FAQ 12　項目12"
    assert "ほか18件（版の一覧の施行日を見てください）" in found


def test_a_draft_is_marked_and_signed_by_nobody() -> None:
    drafted = opened(manual(draft=True)).tables[0]
    assert drafted.cell(0, 0).text == "案"
    assert "試田 花子" not in [cell.text for row in drafted.rows for cell in row.cells]


def test_the_network_edition_names_nobody() -> None:
    by_hand, by_network = (parts_of(manual(edition=one)) for one in Edition)
    for name in ("試田 花子", "例田 職員"):
        assert name in by_hand
        assert name not in by_network


def test_bold_words_stay_bold_and_items_hang() -> None:
    found = opened(manual())
    (named,) = [one for one in found.paragraphs if one.text == "受けるときは名乗ってから用件を聞きます。"][:1]
    assert [(run.text, bool(run.bold)) for run in named.runs] == [
        ("受けるときは", False),
        ("名乗って", True),
        ("から用件を聞きます。", False),
    ]
    item = next(one for one in found.paragraphs if one.text.startswith("1.\t"))
    assert item.paragraph_format.first_line_indent < 0 < item.paragraph_format.left_indent


def test_a_picture_is_shown_no_wider_than_the_text_and_what_is_none_is_named() -> None:
    found = opened(manual())
    assert len(found.inline_shapes) == 3
    assert all(one.width.mm <= 170 for one in found.inline_shapes)
    assert [one.text for one in found.paragraphs].count("［図：見られない図］") == 3
    (part,) = [one for one in found.part.package.iter_parts() if str(one.partname).startswith("/word/media/")]
    assert part.blob == PNG


NO_SIZE = PNG[:16] + bytes(8) + PNG[24:]
NO_FRAME = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(20) + b"\xff\xd9"
CUT_SHORT = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0000b08ff")


@pytest.mark.parametrize(
    "content",
    [b"", b"RIFF\x00\x00\x00\x00WEBPVP8 ", PNG[:20], b"%PDF-1.7", NO_SIZE, NO_FRAME, CUT_SHORT],
    ids=["nothing", "webp", "torn png", "pdf", "png without size", "jpeg without frame", "torn jpeg"],
)
def test_a_file_that_word_cannot_show_does_not_stop_the_edition(content: bytes) -> None:
    broken = entry("第1章", "章", blocks=(Image("壊れた図", content),))
    assert "［図：壊れた図］" in [one.text for one in opened(Manual(manual().issue, (broken,), ())).paragraphs]


def test_a_wide_picture_becomes_as_wide_as_the_text() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 3000, 30, 8, 0, 0, 0, 0)
    wide = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 3001 * 30))
    shown = entry("第1章", "章", blocks=(Image("広い図", wide + chunk(b"IEND", b"")),))
    (shape,) = opened(Manual(manual().issue, (shown,), ())).inline_shapes
    assert round(shape.width.mm) == 170
    assert shape.height.mm < 2


def test_an_edition_of_nothing_but_faq_or_chapters_has_no_empty_part() -> None:
    given = manual()
    only_faq = [one.text for one in opened(Manual(given.issue, (), given.majors)).paragraphs]
    assert "第1部　マニュアル" not in only_faq
    assert "第2部　FAQ" not in [one.text for one in opened(Manual(given.issue, given.chapters, ())).paragraphs]


def test_words_that_look_like_markup_or_fields_stay_words() -> None:
    blocks = (Paragraph((Span("<w:p>&amp; { PAGE } =1+1"),)), Item("・", (Span("a\x00b"),)), Heading("<x>"))
    found = [
        one.text for one in opened(Manual(manual().issue, (entry("第1章", "<章>", blocks=blocks),), ())).paragraphs
    ]
    assert "<w:p>&amp; { PAGE } =1+1" in found
    assert "・\tab" in found
