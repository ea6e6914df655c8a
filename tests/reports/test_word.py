from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.styles import FONT
from reports.word import Align, Box, Column, Look, Paper, PaperFacts, Row

AT = datetime(2026, 7, 1, 1, 5, tzinfo=UTC)
FACTS = PaperFacts("履行完了通知書", AT, header=("履行完了通知書", "令和8年6月"), footer=("契約の件名", "第1版"))
COLUMNS = (Column("項目", 2), Column("件数", 1, Align.RIGHT))


def _whole(facts: PaperFacts = FACTS) -> bytes:
    """A paper with everything on it."""
    paper = Paper(facts)
    paper.approval_boxes((Box("起案", "例山　太郎"), Box("承認", "試田　花子", "7月1日")), "案")
    paper.title("履行完了通知書")
    paper.paragraph("一行目\n二行目", Look(Align.RIGHT, 12, bold=True, quiet=True, indent=5))
    paper.heading("章")
    paper.heading("節", 2)
    paper.facts([("件名", "架空の業務"), ("金額", "1,234円")])
    paper.table(COLUMNS, [Row(("応対", "10")), Row(("計", "10"), strong=True)], "件数の表")
    paper.box("所見", "本文")
    paper.page_break()
    return paper.finish()


def _read(content: bytes) -> Any:
    return Document(BytesIO(content))


def _part(content: bytes, name: str) -> str:
    with ZipFile(BytesIO(content)) as package:
        return package.read(name).decode()


def _with(paper: Paper) -> Any:
    return _read(paper.finish())


# --- the file ---


def test_the_same_calls_give_the_same_bytes_whenever_they_are_made() -> None:
    assert _whole() == _whole()
    with ZipFile(BytesIO(_whole())) as package:
        assert {part.date_time for part in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {part.create_system for part in package.infolist()} == {0}


def test_the_file_says_what_it_was_told_of_itself_and_nothing_else() -> None:
    tokyo = AT.astimezone(timezone(timedelta(hours=9)))
    content = _whole(PaperFacts("題" * 300, tokyo))
    known = _read(content).core_properties
    assert known.title == "題" * 255
    assert (known.created, known.modified) == (AT, AT)
    assert (known.author, known.last_modified_by, known.comments, known.keywords) == ("", "", "", "")
    assert "python-docx" not in _part(content, "docProps/core.xml")
    with ZipFile(BytesIO(content)) as package:
        assert "docProps/thumbnail.jpeg" not in package.namelist()
        assert "thumbnail" not in package.read("_rels/.rels").decode()


def test_importing_the_module_does_not_load_the_writer() -> None:
    code = "import sys, reports.word; sys.exit('docx' in sys.modules or 'lxml' in sys.modules)"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


# --- the page ---


@pytest.mark.parametrize(("landscape", "width", "height"), [(False, 210, 297), (True, 297, 210)])
def test_the_page_is_a4(landscape: bool, width: int, height: int) -> None:
    paper = Paper(PaperFacts("題", AT, landscape=landscape))
    assert paper.width == width - 40
    section = _with(paper).sections[0]
    assert abs(section.page_width - Mm(width)) < Mm(0.1)
    assert abs(section.page_height - Mm(height)) < Mm(0.1)
    assert (section.orientation == 1) == landscape
    assert abs(section.left_margin - Mm(20)) < Mm(0.1)


def test_header_and_footer_name_the_paper_and_number_its_pages() -> None:
    section = _read(_whole()).sections[0]
    assert section.header.paragraphs[0].text == "履行完了通知書\t令和8年6月"
    footer = section.footer.paragraphs[0]
    assert footer.text.startswith("契約の件名\t第1版　")
    fields = [field.get(qn("w:instr")) for field in footer._p.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]


@pytest.mark.parametrize("style", ["Normal", "Title", "Heading 1", "Heading 2"])
def test_every_style_has_the_font_for_both_scripts_and_none_of_the_template(style: str) -> None:
    found = _read(_whole()).styles[style].element.rPr
    fonts = found.find(qn("w:rFonts")).attrib
    assert {name.rpartition("}")[2]: value for name, value in fonts.items()} == dict.fromkeys(
        ("ascii", "hAnsi", "eastAsia", "cs"), FONT
    )
    assert found.find(qn("w:color")).get(qn("w:val")) == "1A1A1A"


# --- what stands on it ---


def test_headings_are_headings_and_stay_with_what_follows() -> None:
    paragraphs = {one.text: one for one in _read(_whole()).paragraphs}
    assert paragraphs["履行完了通知書"].style.name == "Title"
    assert [paragraphs[text].style.name for text in ("章", "節")] == ["Heading 1", "Heading 2"]
    assert all(paragraphs[text].paragraph_format.keep_with_next for text in ("履行完了通知書", "章", "節"))


def test_a_paragraph_keeps_its_lines_and_looks_as_told() -> None:
    found = next(one for one in _read(_whole()).paragraphs if "二行目" in one.text)
    assert found.text == "一行目\n二行目"
    assert found.alignment == 2
    run = found.runs[0]
    assert (run.bold, run.font.size.pt, str(run.font.color.rgb)) == (True, 12.0, "595959")
    assert abs(found.paragraph_format.left_indent - Mm(5)) < Mm(0.1)


def test_a_table_has_its_headings_on_every_page_and_its_numbers_at_the_right() -> None:
    table = next(one for one in _read(_whole()).tables if one.cell(0, 0).text == "項目")
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["項目", "件数"], ["応対", "10"], ["計", "10"]]
    assert [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows] == [True, False, False]
    assert {cell.paragraphs[0].alignment for cell in table.columns[1].cells} == {2}
    assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == "件数の表"
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def test_a_total_is_bold_and_never_alone_on_a_page() -> None:
    table = next(one for one in _read(_whole()).tables if one.cell(0, 0).text == "項目")
    assert [row.cells[0].paragraphs[0].runs[0].bold for row in table.rows] == [True, None, True]
    assert [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in table.rows] == [True, True, None]


@pytest.mark.parametrize(("rows", "together"), [(2, True), (12, True), (13, False)])
def test_a_short_table_stands_on_one_page(rows: int, together: bool) -> None:
    paper = Paper(FACTS)
    paper.table(COLUMNS, [Row((f"行{number}", "1")) for number in range(rows)], "件数の表")
    _first, *middle, last = _read(paper.finish()).tables[0].rows
    kept = [bool(row.cells[0].paragraphs[0].paragraph_format.keep_with_next) for row in (*middle, last)]
    assert kept == [*([together] * (rows - 1)), False]


def test_the_columns_share_the_whole_width() -> None:
    table = next(one for one in _read(_whole()).tables if one.cell(0, 0).text == "項目")
    first, second = (int(column.get(qn("w:w"))) for column in table._tbl.tblGrid)
    assert abs(first - 2 * second) <= 2
    assert abs(first + second - 170 * 1440 / 25.4) <= 2


def test_tables_that_follow_each_other_stay_two() -> None:
    paper = Paper(FACTS)
    paper.facts([("あ", "い")])
    paper.facts([("う", "え")])
    body = [child.tag.rpartition("}")[2] for child in _with(paper).element.body]
    assert body == ["tbl", "p", "tbl", "p", "sectPr"]


def test_the_approval_boxes_stand_beside_the_mark_of_a_draft() -> None:
    table = _read(_whole()).tables[0]
    assert [[cell.text for cell in row.cells][2:] for row in table.rows] == [
        ["起案", "承認"],
        ["例山　太郎", "試田　花子"],
        ["", "7月1日"],
    ]
    assert table.cell(0, 0).text == "案"
    assert table.cell(2, 0)._tc is table.cell(0, 0)._tc


def test_without_a_mark_there_is_no_box_for_it() -> None:
    paper = Paper(FACTS)
    paper.approval_boxes((Box("承認"),))
    cells = _with(paper).tables[0].rows[0].cells
    assert [cell._tc.tcPr.find(qn("w:tcBorders")) is not None for cell in cells] == [False, False, True]


def test_a_row_that_does_not_fit_its_columns_is_a_fault() -> None:
    with pytest.raises(ValueError, match="zip"):
        Paper(FACTS).table(COLUMNS, [Row(("ひとつ",))], "表")


# --- typed text ---


@given(st.text())
@settings(max_examples=50, deadline=None)
def test_whatever_was_typed_stays_text(text: str) -> None:
    paper = Paper(PaperFacts(text, AT, header=(text, ""), footer=("", text)))
    paper.paragraph(text)
    paper.facts([(text, text)])
    paper.table((Column(text, 1),), [Row((text,))], text)
    paper.box(text, text)
    found = _with(paper)
    assert found.tables[1].cell(1, 0).text == found.paragraphs[0].text


@pytest.mark.parametrize("text", ["<w:br/>&amp;", "=1+1", "{ PAGE }", "\ud800\x0b\ufffe", "a\r\nb", "絵文字😀"])
def test_markup_and_formulas_are_only_words(text: str) -> None:
    paper = Paper(FACTS)
    paper.paragraph(text)
    found = _with(paper).paragraphs[0].text
    assert found == {"\ud800\x0b\ufffe": "", "a\r\nb": "a\nb"}.get(text, text)
