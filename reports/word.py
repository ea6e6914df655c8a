"""The only module that touches python-docx: a paper on A4 with our look, for those who file paper.

No text becomes a field or markup; the same calls give the same bytes; python-docx is loaded when a paper is begun, not
when this module is imported. Lengths are millimetres, sizes of type are points.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum
from io import BytesIO
from itertools import zip_longest
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from msgspec import Struct

from reports.cleaning import clean
from reports.styles import FONT, HEADING_TINT, INK, QUIET, RULE, STRONG_RULE, TINT

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SIZE = 10.0
MARGIN = 20.0
_SHORT_SIDE, _LONG_SIDE = 210.0, 297.0
_TWIPS = 1440 / 25.4
_PADDING = "85"
_OLDEST = (1980, 1, 1, 0, 0, 0)
_MOST_TITLE_CHARACTERS = 255
_SHORT_TABLE = 12  # so many rows stand on one page
_THUMBNAIL = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail"
Element = Any


class Align(Enum):
    """Where a text stands; the value is Word's."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class PaperFacts(Struct, frozen=True):
    """What the file says of itself, and its page. `header`, `footer`: left and right; the page number follows."""

    title: str
    created_at: datetime
    landscape: bool = False
    header: tuple[str, str] = ("", "")
    footer: tuple[str, str] = ("", "")


class Look(Struct, frozen=True):
    """How a paragraph looks. `before`, `after`: space in points; `keep_next`: on one page with what follows."""

    align: Align = Align.LEFT
    points: float = SIZE
    bold: bool = False
    quiet: bool = False
    before: float = 0
    after: float = 4
    indent: float = 0
    keep_next: bool = False


class Column(Struct, frozen=True):
    """A column of a table. `width`: its share, all shares together are the table's width."""

    heading: str
    width: float
    align: Align = Align.LEFT


class Row(Struct, frozen=True):
    """A row of a table; `strong`: a total."""

    cells: tuple[str, ...]
    strong: bool = False


class Box(Struct, frozen=True):
    """An approval box: what for, who, when."""

    label: str
    name: str = ""
    dated: str = ""


_PLAIN, _SMALL = Look(after=0), Look(points=9, after=0)
_CENTERED, _SMALL_CENTERED = Look(Align.CENTER, after=0), Look(Align.CENTER, 9, after=0)
_LABEL = Look(points=9, bold=True, after=0, keep_next=True)


class Paper:
    """A document under construction, written from top to bottom; `finish` returns its bytes."""

    def __init__(self, facts: PaperFacts) -> None:
        from docx import Document

        self._document: Any = Document()
        self._end: Element = self._document.element.body.sectPr
        long_side, short_side = (_SHORT_SIDE, _LONG_SIDE) if facts.landscape else (_LONG_SIDE, _SHORT_SIDE)
        self.width = short_side - 2 * MARGIN
        """Room for text and tables, in millimetres."""
        _set_properties(self._document, facts)
        _set_styles(self._document)
        _set_page(self._document.sections[0], (short_side, long_side), facts.landscape)
        self._header_and_footer(facts)

    def title(self, text: str) -> None:
        """The document's title, in the middle."""
        self._add(_paragraph(text, Look(Align.CENTER, 18, bold=True, before=4, after=4, keep_next=True), "Title"))

    def heading(self, text: str, level: int = 1) -> None:
        """A heading, kept with what follows; level 1 or 2."""
        points, before = {1: (12.5, 12), 2: (10.5, 8)}[level]
        look = Look(points=points, bold=True, before=before, after=3, keep_next=True)
        self._add(_paragraph(text, look, f"Heading{level}"))

    def paragraph(self, text: str, look: Look = Look()) -> None:
        """A paragraph; line ends in the text stay."""
        self._add(_paragraph(text, look))

    def facts(self, pairs: Sequence[tuple[str, str]], label_width: float = 36) -> None:
        """Names and what they are, in two columns with thin rules."""
        widths = (label_width, self.width - label_width)
        rows = [
            _row([_cell(label, widths[0], _PLAIN, TINT), _cell(value, widths[1], _PLAIN)], keep=True)
            for label, value in pairs
        ]
        self._table(widths, rows, _borders(RULE, ("top", "left", "bottom", "right", "insideH", "insideV")))

    def table(self, columns: Sequence[Column], rows: Sequence[Row], caption: str, points: float = 9) -> None:
        """A table whose headings stand on every page it runs over. `caption` is for those who hear it read."""
        share = self.width / sum(column.width for column in columns)
        widths = tuple(column.width * share for column in columns)
        looks = [Look(column.align, points, after=0) for column in columns]
        strong = [Look(column.align, points, bold=True, after=0) for column in columns]
        made = [_heading_row(columns, widths, strong)]
        for row, following in zip_longest(rows, rows[1:]):
            chosen, tint = (strong, TINT) if row.strong else (looks, "")
            cells = zip(row.cells, widths, chosen, strict=True)
            # A total never stands alone on a page, and a short table on no two.
            keep = following is not None and (following.strong or len(rows) <= _SHORT_TABLE)
            made.append(_row([_cell(text, width, look, tint) for text, width, look in cells], keep=keep))
        borders = _borders(STRONG_RULE, ("top", "bottom")) + _borders(RULE, ("insideH",))
        self._table(widths, made, borders, caption)

    def box(self, label: str, text: str) -> None:
        """A text in a box under its label, as long as it needs."""
        rows = [
            _row([_cell(label, self.width, _LABEL, TINT)]),
            _row([_cell(text, self.width, _PLAIN)], whole=False),
        ]
        self._table((self.width,), rows, _borders(RULE, ("top", "left", "bottom", "right", "insideH")))

    def approval_boxes(self, boxes: Sequence[Box], mark: str = "") -> None:
        """Boxes for signatures and seals at the right; `mark` (案) in a box of its own at the left."""
        each = 27.0
        gap = self.width - each * (len(boxes) + 1)
        widths = (each, gap, *(each for _ in boxes))
        parts = ([box.label for box in boxes], [box.name for box in boxes], [box.dated for box in boxes])
        looks, heights = (_SMALL_CENTERED, _CENTERED, _SMALL_CENTERED), (6.0, 15.0, 6.0)
        rows = []
        for number, (texts, look, height) in enumerate(zip(parts, looks, heights, strict=True)):
            cells = [_mark_cell(mark, each, first=number == 0), _cell("", gap, _PLAIN)]
            cells += [_boxed(_cell(text, each, look, TINT if number == 0 else "")) for text in texts]
            rows.append(_row(cells, height=height, keep=True))
        self._table(widths, rows, [])

    def page_break(self) -> None:
        """What follows begins a page."""
        self._add(_element("w:p", _element("w:r", _element("w:br", type="page"))))

    def finish(self) -> bytes:
        """The file's bytes."""
        buffer = BytesIO()
        self._document.save(buffer)
        return _without_clock(buffer)

    def _add(self, element: Element) -> None:
        self._end.addprevious(element)

    def _table(self, widths: Sequence[float], rows: list[Element], borders: list[Element], caption: str = "") -> None:
        properties = [
            _element("w:tblW", w=_twips(sum(widths)), type="dxa"),
            # Its rules stand where the text begins, not its cells' padding before it.
            _element("w:tblInd", w=_PADDING, type="dxa"),
            _element("w:tblBorders", *_in_order(borders)),
            _element("w:tblLayout", type="fixed"),
            _element("w:tblCellMar", *(_element(f"w:{side}", w=_PADDING, type="dxa") for side in ("left", "right"))),
        ]
        if caption:
            properties.append(_element("w:tblCaption", val=clean(caption)))
        grid = _element("w:tblGrid", *(_element("w:gridCol", w=_twips(width)) for width in widths))
        self._add(_element("w:tbl", _element("w:tblPr", *properties), grid, *rows))
        # Word joins tables that touch.
        self._add(_paragraph("", Look(points=4, after=0)))

    def _header_and_footer(self, facts: PaperFacts) -> None:
        section = self._document.sections[0]
        for part, texts, numbered in ((section.header, facts.header, False), (section.footer, facts.footer, True)):
            old = part.paragraphs[0]._p
            old.addprevious(_running_line(texts, self.width, numbered=numbered))
            old.getparent().remove(old)


def _element(tag: str, *children: Element, **attributes: str) -> Element:
    """An element with attributes of its own namespace."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made: Element = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    made.extend(children)
    return made


def _twips(millimetres: float) -> str:
    return str(round(millimetres * _TWIPS))


def _colour(value: str) -> str:
    return value.lstrip("#")


def _paragraph(text: str, look: Look, style: str = "") -> Element:
    properties = [_element("w:pStyle", val=style)] if style else []
    if look.keep_next:
        properties.append(_element("w:keepNext"))
    spacing = {"before": str(round(look.before * 20)), "after": str(round(look.after * 20))}
    properties.append(_element("w:spacing", **spacing))
    if look.indent:
        properties.append(_element("w:ind", left=_twips(look.indent)))
    properties.append(_element("w:jc", val=look.align.value))
    return _element("w:p", _element("w:pPr", *properties), _run(text, look))


def _run(text: str, look: Look) -> Element:
    size = str(round(look.points * 2))
    properties = [_element("w:b")] if look.bold else []
    if look.quiet:
        properties.append(_element("w:color", val=_colour(QUIET)))
    properties += [_element("w:sz", val=size), _element("w:szCs", val=size)]
    run = _element("w:r", _element("w:rPr", *properties))
    for number, line in enumerate(clean(text).split("\n")):
        if number:
            run.append(_element("w:br"))
        run.append(_words(line))
    return run


def _words(line: str) -> Element:
    made = _element("w:t")
    made.text = line
    made.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return made


def _cell(text: str, width: float, look: Look, tint: str = "") -> Element:
    properties = [_element("w:tcW", w=_twips(width), type="dxa")]
    if tint:
        properties.append(_element("w:shd", val="clear", color="auto", fill=_colour(tint)))
    properties.append(_element("w:vAlign", val="center"))
    padded = Look(look.align, look.points, look.bold, look.quiet, 2, 2, keep_next=look.keep_next)
    return _element("w:tc", _element("w:tcPr", *properties), _paragraph(text, padded))


def _row(
    cells: Sequence[Element], *, heading: bool = False, height: float = 0, keep: bool = False, whole: bool = True
) -> Element:
    """A row; `whole`: never over two pages; `keep`: on the page of the row that follows."""
    properties = [_element("w:cantSplit")] if whole else []
    if height:
        properties.append(_element("w:trHeight", val=_twips(height), hRule="atLeast"))
    if heading:
        properties.append(_element("w:tblHeader"))
    if keep or heading:
        for cell in cells:
            _keep_with_next(cell)
    return _element("w:tr", _element("w:trPr", *properties), *cells)


def _keep_with_next(cell: Element) -> None:
    for paragraph in cell.p_lst:
        if paragraph.pPr.keepNext is None:
            paragraph.pPr.insert(0, _element("w:keepNext"))


def _heading_row(columns: Sequence[Column], widths: Sequence[float], looks: Sequence[Look]) -> Element:
    parts = zip(columns, widths, looks, strict=True)
    return _row([_cell(one.heading, width, look, HEADING_TINT) for one, width, look in parts], heading=True)


def _mark_cell(mark: str, width: float, *, first: bool) -> Element:
    """The box of a mark over all rows of the approval boxes; no box without a mark."""
    cell = _cell(mark if first else "", width, Look(Align.CENTER, 20, bold=True, after=0))
    if not mark:
        return cell
    merge = _element("w:vMerge", val="restart") if first else _element("w:vMerge")
    cell.tcPr.insert(1, merge)
    return _boxed(cell)


def _boxed(cell: Element) -> Element:
    """The cell with a rule around it."""
    sides = _in_order(_borders(STRONG_RULE, ("top", "left", "bottom", "right")))
    width_or_merge = [child for child in cell.tcPr if child.tag.endswith(("}tcW", "}vMerge"))]
    width_or_merge[-1].addnext(_element("w:tcBorders", *sides))
    return cell


def _borders(colour: str, sides: Sequence[str]) -> list[Element]:
    return [_element(f"w:{side}", val="single", sz="4", space="0", color=_colour(colour)) for side in sides]


def _in_order(borders: list[Element]) -> list[Element]:
    """As the schema wants them."""
    order = ("top", "left", "bottom", "right", "insideH", "insideV")
    return sorted(borders, key=lambda one: order.index(one.tag.rpartition("}")[2]))


def _running_line(texts: tuple[str, str], width: float, *, numbered: bool) -> Element:
    """Left and right text of a header or footer, the page number after the right one."""
    tab = _element("w:tab", val="right", pos=_twips(width))
    properties = _element("w:pPr", _element("w:tabs", tab), _element("w:spacing", before="0", after="0"))
    look = Look(points=8.5, quiet=True)
    left, right = (text.replace("\n", " ") for text in texts)
    runs = [_run(left, look), _element("w:r", _element("w:tab")), _run(f"{right}　" if numbered else right, look)]
    if numbered:
        runs += [_field("PAGE", look), _run(" / ", look), _field("NUMPAGES", look)]
    return _element("w:p", properties, *runs)


def _field(name: str, look: Look) -> Element:
    return _element("w:fldSimple", _run("1", look), instr=name)


def _set_properties(document: Any, facts: PaperFacts) -> None:
    properties = document.core_properties
    properties.title = clean(facts.title)[:_MOST_TITLE_CHARACTERS]
    properties.author = properties.last_modified_by = properties.comments = properties.keywords = ""
    properties.revision = 1
    properties.created = properties.modified = facts.created_at.astimezone(UTC)
    # The picture of the template's first page, which is not ours.
    relations = document.part.package.rels
    for key in [key for key, relation in relations.items() if relation.reltype == _THUMBNAIL]:
        del relations[key]


def _set_styles(document: Any) -> None:
    from docx.oxml.ns import qn

    defaults = document.styles.element.find(qn("w:docDefaults"))
    for part in defaults.iter(qn("w:lang")):
        part.set(qn("w:eastAsia"), "ja-JP")
    for name in ("Normal", "Title", "Heading 1", "Heading 2"):
        _set_style(document.styles[name].element)


def _set_style(style: Element) -> None:
    """Our font and ink, and nothing of the template's but the place in the outline."""
    from docx.oxml.ns import qn

    level = style.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    for part in ("w:pPr", "w:rPr"):
        for old in style.findall(qn(part)):
            style.remove(old)
    fonts = dict.fromkeys(("ascii", "hAnsi", "eastAsia", "cs"), FONT)
    spacing = _element("w:spacing", before="0", after="80", line="264", lineRule="auto")
    style.append(_element("w:pPr", spacing, *([] if level is None else [level])))
    size = str(round(SIZE * 2))
    ink = _element("w:color", val=_colour(INK))
    sizes = (_element("w:sz", val=size), _element("w:szCs", val=size))
    style.append(_element("w:rPr", _element("w:rFonts", **fonts), ink, *sizes))


def _set_page(section: Any, size: tuple[float, float], landscape: bool) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    section.page_width, section.page_height = (Mm(side) for side in size)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN)
    section.header_distance = section.footer_distance = Mm(10)


def _without_clock(written: BytesIO) -> bytes:
    """The same file with one date on all of its parts, instead of the moment they were written."""
    buffer = BytesIO()
    with ZipFile(written) as old, ZipFile(buffer, "w", ZIP_DEFLATED) as new:
        for part in old.infolist():
            info = ZipInfo(part.filename, _OLDEST)
            info.compress_type, info.create_system = ZIP_DEFLATED, 0
            new.writestr(info, old.read(part))
    return buffer.getvalue()
