"""A paper on A4 with our look, for those who file paper. Only this module and `wml` below it touch python-docx.

No text becomes a field or markup; the same calls give the same bytes; python-docx is loaded when a paper is begun, not
when this module is imported. Lengths are millimetres, sizes of type are points.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from itertools import zip_longest
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from msgspec import Struct

from reports import wml
from reports.cleaning import clean
from reports.styles import FONT, HEADING_TINT, INK, RULE, STRONG_RULE, TINT
from reports.wml import SIZE, Element
from reports.wml import Align as Align
from reports.wml import Look as Look
from reports.wml import Span as Span

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MARGIN = 20.0
_SHORT_SIDE, _LONG_SIDE = 210.0, 297.0
_PADDING = "85"
_OLDEST = (1980, 1, 1, 0, 0, 0)
_MOST_TITLE_CHARACTERS = 255
_SHORT_TABLE = 12  # so many rows stand on one page
_THUMBNAIL = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail"


class PaperFacts(Struct, frozen=True):
    """What the file says of itself, and its page. `header`, `footer`: left and right; the page number follows."""

    title: str
    created_at: datetime
    landscape: bool = False
    header: tuple[str, str] = ("", "")
    footer: tuple[str, str] = ("", "")


class Column(Struct, frozen=True):
    """A column of a table. `width`: its share, all shares together are the table's width."""

    heading: str
    width: float
    align: Align = Align.LEFT


class Row(Struct, frozen=True):
    """A row of a table; `strong`: a total."""

    cells: tuple[str, ...]
    strong: bool = False


class Contents(Struct, frozen=True):
    """A line of the table of contents: level 1 to 3, and the name its heading was given."""

    text: str
    name: str
    level: int = 1


class Box(Struct, frozen=True):
    """An approval box: what for, who, when."""

    label: str
    name: str = ""
    dated: str = ""


_HANGING = 5.0
_CONTENTS = {1: (0, 8, 1, 10.5, True), 2: (4, 1.5, 0.5, SIZE, False), 3: (8, 0, 0, 9, False)}
"""Level → indent, space before and after, size, bold."""
_TALLEST_PICTURE = 160.0
_PICTURE = Look(Align.CENTER, before=4, after=2, keep_next=True)
_PICTURE_NAME = Look(Align.CENTER, 9, quiet=True, after=6)
_PLAIN, _SMALL = Look(after=0), Look(points=9, after=0)
_CENTERED, _SMALL_CENTERED = Look(Align.CENTER, after=0), Look(Align.CENTER, 9, after=0)
_LABEL = Look(points=9, bold=True, after=0, keep_next=True)


class Paper:
    """A document under construction, written from top to bottom; `finish` returns its bytes."""

    def __init__(self, facts: PaperFacts) -> None:
        from docx import Document

        self._document: Any = Document()
        self._end: Element = self._document.element.body.sectPr
        self._names = 0
        long_side, short_side = (_SHORT_SIDE, _LONG_SIDE) if facts.landscape else (_LONG_SIDE, _SHORT_SIDE)
        self.width = short_side - 2 * MARGIN
        """Room for text and tables, in millimetres."""
        _set_properties(self._document, facts)
        _set_styles(self._document)
        _set_page(self._document.sections[0], (short_side, long_side), facts.landscape)
        self._header_and_footer(facts)

    def title(self, text: str) -> None:
        """The document's title, in the middle."""
        self._add(wml.paragraph(text, Look(Align.CENTER, 18, bold=True, before=4, after=4, keep_next=True), "Title"))

    def heading(self, text: str, level: int = 1, name: str = "", look: Look | None = None) -> None:
        """A heading, kept with what follows; level 1 to 3. `name`: what `contents` points to; `look`: another one than
        the level's."""
        points, before = {1: (12.5, 12), 2: (10.5, 8), 3: (10, 6)}[level]
        usual = Look(points=points, bold=True, before=before, after=3, keep_next=True)
        self._named(wml.paragraph(text, look or usual, f"Heading{level}"), name)

    def paragraph(self, text: str, look: Look = Look()) -> None:
        """A paragraph; line ends in the text stay."""
        self._add(wml.paragraph(text, look))

    def prose(self, spans: Sequence[Span], look: Look = Look(), marker: str = "") -> None:
        """A paragraph of parts; `marker` (・, 1.) hangs before it."""
        parts = wml.spans(spans, look)
        if marker:
            parts = [wml.run(marker, look), wml.element("w:r", wml.element("w:tab")), *parts]
        self._add(wml.paragraph_of(parts, look, hanging=_HANGING if marker else 0))

    def contents(self, lines: Sequence[Contents]) -> None:
        """A table of contents: what `heading` was given a name for, with the page it stands on."""
        for one in lines:
            indent, before, after, points, bold = _CONTENTS[one.level]
            look = Look(points=points, bold=bold, before=before, after=after, indent=indent)
            self._add(wml.contents_line(one.text, one.name, self.width, look))

    def picture(self, content: bytes, name: str) -> bool:
        """A picture with its name below, no wider than the text; False when it is none that Word can show."""
        from docx.shared import Mm

        try:
            found = self._document.part.new_pic_inline(BytesIO(content))
            most = min(Mm(self.width) / found.extent.cx, Mm(_TALLEST_PICTURE) / found.extent.cy, 1)
        except Exception:
            # python-docx lets a broken picture raise anything, `Exception` itself too: one would stop every edition.
            return False
        for extent in (found.extent, found.graphic.graphicData.pic.spPr.xfrm.ext):
            extent.cx, extent.cy = round(extent.cx * most), round(extent.cy * most)
        self._add(wml.paragraph_of([wml.element("w:r", wml.element("w:drawing", found))], _PICTURE))
        self.paragraph(name, _PICTURE_NAME)
        return True

    def facts(self, pairs: Sequence[tuple[str, str]], label_width: float = 36) -> None:
        """Names and what they are, in two columns with thin rules."""
        widths = (label_width, self.width - label_width)
        rows = [
            wml.row([wml.cell(label, widths[0], _PLAIN, TINT), wml.cell(value, widths[1], _PLAIN)], keep=True)
            for label, value in pairs
        ]
        self._table(widths, rows, wml.borders(RULE, ("top", "left", "bottom", "right", "insideH", "insideV")))

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
            made.append(wml.row([wml.cell(text, width, look, tint) for text, width, look in cells], keep=keep))
        borders = wml.borders(STRONG_RULE, ("top", "bottom")) + wml.borders(RULE, ("insideH",))
        self._table(widths, made, borders, caption)

    def box(self, label: str, text: str) -> None:
        """A text in a box under its label, as long as it needs."""
        rows = [
            wml.row([wml.cell(label, self.width, _LABEL, TINT)]),
            wml.row([wml.cell(text, self.width, _PLAIN)], whole=False),
        ]
        self._table((self.width,), rows, wml.borders(RULE, ("top", "left", "bottom", "right", "insideH")))

    def approval_boxes(self, boxes: Sequence[Box], mark: str = "") -> None:
        """Boxes for signatures and seals at the right; `mark` (案) in a box of its own at the left."""
        each = 27.0
        gap = self.width - each * (len(boxes) + 1)
        widths = (each, gap, *(each for _ in boxes))
        parts = ([box.label for box in boxes], [box.name for box in boxes], [box.dated for box in boxes])
        looks, heights = (_SMALL_CENTERED, _CENTERED, _SMALL_CENTERED), (6.0, 15.0, 6.0)
        rows = []
        for number, (texts, look, height) in enumerate(zip(parts, looks, heights, strict=True)):
            cells = [_mark_cell(mark, each, first=number == 0), wml.cell("", gap, _PLAIN)]
            cells += [wml.boxed(wml.cell(text, each, look, TINT if number == 0 else "")) for text in texts]
            rows.append(wml.row(cells, height=height, keep=True))
        self._table(widths, rows, [])

    def page_break(self) -> None:
        """What follows begins a page."""
        self._add(wml.element("w:p", wml.element("w:r", wml.element("w:br", type="page"))))

    def finish(self) -> bytes:
        """The file's bytes."""
        buffer = BytesIO()
        self._document.save(buffer)
        return _without_clock(buffer)

    def _add(self, element: Element) -> None:
        self._end.addprevious(element)

    def _named(self, made: Element, name: str) -> None:
        if name:
            self._names += 1
            made = wml.marked(made, name, self._names)
        self._add(made)

    def _table(self, widths: Sequence[float], rows: list[Element], borders: list[Element], caption: str = "") -> None:
        properties = [
            wml.element("w:tblW", w=wml.twips(sum(widths)), type="dxa"),
            # Its rules stand where the text begins, not its cells' padding before it.
            wml.element("w:tblInd", w=_PADDING, type="dxa"),
            wml.element("w:tblBorders", *wml.in_order(borders)),
            wml.element("w:tblLayout", type="fixed"),
            wml.element(
                "w:tblCellMar", *(wml.element(f"w:{side}", w=_PADDING, type="dxa") for side in ("left", "right"))
            ),
        ]
        if caption:
            properties.append(wml.element("w:tblCaption", val=clean(caption)))
        grid = wml.element("w:tblGrid", *(wml.element("w:gridCol", w=wml.twips(width)) for width in widths))
        self._add(wml.element("w:tbl", wml.element("w:tblPr", *properties), grid, *rows))
        # Word joins tables that touch.
        self._add(wml.paragraph("", Look(points=4, after=0)))

    def _header_and_footer(self, facts: PaperFacts) -> None:
        section = self._document.sections[0]
        for part, texts, numbered in ((section.header, facts.header, False), (section.footer, facts.footer, True)):
            old = part.paragraphs[0]._p
            old.addprevious(_running_line(texts, self.width, numbered=numbered))
            old.getparent().remove(old)


def _heading_row(columns: Sequence[Column], widths: Sequence[float], looks: Sequence[Look]) -> Element:
    parts = zip(columns, widths, looks, strict=True)
    return wml.row([wml.cell(one.heading, width, look, HEADING_TINT) for one, width, look in parts], heading=True)


def _mark_cell(mark: str, width: float, *, first: bool) -> Element:
    """The box of a mark over all rows of the approval boxes; no box without a mark."""
    cell = wml.cell(mark if first else "", width, Look(Align.CENTER, 20, bold=True, after=0))
    if not mark:
        return cell
    merge = wml.element("w:vMerge", val="restart") if first else wml.element("w:vMerge")
    cell.tcPr.insert(1, merge)
    return wml.boxed(cell)


def _running_line(texts: tuple[str, str], width: float, *, numbered: bool) -> Element:
    """Left and right text of a header or footer, the page number after the right one."""
    tab = wml.element("w:tab", val="right", pos=wml.twips(width))
    properties = wml.element("w:pPr", wml.element("w:tabs", tab), wml.element("w:spacing", before="0", after="0"))
    look = Look(points=8.5, quiet=True)
    left, right = (text.replace("\n", " ") for text in texts)
    runs = [
        wml.run(left, look),
        wml.element("w:r", wml.element("w:tab")),
        wml.run(f"{right}　" if numbered else right, look),
    ]
    if numbered:
        runs += [wml.field("PAGE", look), wml.run(" / ", look), wml.field("NUMPAGES", look)]
    return wml.element("w:p", properties, *runs)


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
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3"):
        _set_style(document.styles[name].element)


def _set_style(style: Element) -> None:
    """Our font and ink, and nothing of the template's but the place in the outline."""
    from docx.oxml.ns import qn

    level = style.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    for part in ("w:pPr", "w:rPr"):
        for old in style.findall(qn(part)):
            style.remove(old)
    fonts = dict.fromkeys(("ascii", "hAnsi", "eastAsia", "cs"), FONT)
    spacing = wml.element("w:spacing", before="0", after="80", line="264", lineRule="auto")
    style.append(wml.element("w:pPr", spacing, *([] if level is None else [level])))
    size = str(round(SIZE * 2))
    ink = wml.element("w:color", val=wml.colour(INK))
    sizes = (wml.element("w:sz", val=size), wml.element("w:szCs", val=size))
    style.append(wml.element("w:rPr", wml.element("w:rFonts", **fonts), ink, *sizes))


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
