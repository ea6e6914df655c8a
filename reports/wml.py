"""The elements of a Word file (WordprocessingML) with our look: what `word.Paper` puts together.

Loads python-docx when the first element is made. Lengths are millimetres, sizes of type are points.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from reports.cleaning import clean
from reports.styles import QUIET, RULE, STRONG_RULE

SIZE = 10.0
UNCOUNTED = "…"
_NUMBER_ROOM = 10.0
_TWIPS = 1440 / 25.4
Element = Any


class Align(Enum):
    """Where a text stands; the value is Word's."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Look(Struct, frozen=True):
    """How a paragraph looks. `before`, `after`: space in points; `keep_next`: on one page with what follows;
    `ruled`: a thin rule above; `new_page`: it begins a page."""

    align: Align = Align.LEFT
    points: float = SIZE
    bold: bool = False
    quiet: bool = False
    before: float = 0
    after: float = 4
    indent: float = 0
    keep_next: bool = False
    ruled: bool = False
    new_page: bool = False


def element(tag: str, *children: Element, **attributes: str) -> Element:
    """An element with attributes of its own namespace."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made: Element = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    made.extend(children)
    return made


def twips(millimetres: float) -> str:
    return str(round(millimetres * _TWIPS))


def colour(value: str) -> str:
    return value.lstrip("#")


class Span(Struct, frozen=True):
    """A part of a paragraph that looks alike."""

    text: str
    bold: bool = False


def paragraph(text: str, look: Look, style: str = "") -> Element:
    return paragraph_of([run(text, look)], look, style)


def paragraph_of(parts: Sequence[Element], look: Look, style: str = "", hanging: float = 0) -> Element:
    """A paragraph of runs; `hanging`: how far its first line stands before the others."""
    properties = [element("w:pStyle", val=style)] if style else []
    if look.keep_next:
        properties.append(element("w:keepNext"))
    if look.new_page:
        properties.append(element("w:pageBreakBefore"))
    if look.ruled:
        properties.append(element("w:pBdr", *borders(RULE, ("top",), "4")))
    spacing = {"before": str(round(look.before * 20)), "after": str(round(look.after * 20))}
    properties.append(element("w:spacing", **spacing))
    if look.indent:
        more = {"hanging": twips(hanging)} if hanging else {}
        properties.append(element("w:ind", left=twips(look.indent), **more))
    properties.append(element("w:jc", val=look.align.value))
    return element("w:p", element("w:pPr", *properties), *parts)


def spans(found: Sequence[Span], look: Look) -> list[Element]:
    """A run for each span."""
    return [run(one.text, replace(look, bold=look.bold or one.bold)) for one in found]


def marked(made: Element, name: str, number: int) -> Element:
    """The paragraph under a name that `page_of` can point to; `number` is the name's own in the file."""
    made.pPr.addnext(element("w:bookmarkStart", id=str(number), name=name))
    made.append(element("w:bookmarkEnd", id=str(number)))
    return made


def contents_line(text: str, name: str, width: float, look: Look) -> Element:
    """A line of the table of contents: dots from the text to the number of the page where `name` stands."""
    tab = element("w:tab", val="right", leader="dot", pos=twips(width))
    # A long text breaks before the numbers, not beneath them.
    room = {"left": twips(look.indent), "right": twips(_NUMBER_ROOM)}
    spacing = element("w:spacing", before=str(round(look.before * 20)), after=str(round(look.after * 20)))
    properties = element("w:pPr", element("w:tabs", tab), spacing, element("w:ind", **room))
    link = element("w:hyperlink", run(text, look), element("w:r", element("w:tab")), *page_of(name, look), anchor=name)
    return element("w:p", properties, link)


def page_of(name: str, look: Look) -> list[Element]:
    """A field that says on which page a name stands. Marked as stale, so that Word counts when it opens the file."""
    code = element("w:instrText")
    code.text = f" PAGEREF {name} \\h "
    begin = element("w:fldChar", fldCharType="begin", dirty="true")
    middle, end = (element("w:fldChar", fldCharType=kind) for kind in ("separate", "end"))
    parts = [element("w:r", one) for one in (begin, code, middle)]
    return [*parts, run(UNCOUNTED, look), element("w:r", end)]


def run(text: str, look: Look) -> Element:
    size = str(round(look.points * 2))
    properties = [element("w:b")] if look.bold else []
    if look.quiet:
        properties.append(element("w:color", val=colour(QUIET)))
    properties += [element("w:sz", val=size), element("w:szCs", val=size)]
    made = element("w:r", element("w:rPr", *properties))
    for number, line in enumerate(clean(text).split("\n")):
        if number:
            made.append(element("w:br"))
        made.append(words(line))
    return made


def words(line: str) -> Element:
    made = element("w:t")
    made.text = line
    made.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return made


def cell(text: str, width: float, look: Look, tint: str = "") -> Element:
    properties = [element("w:tcW", w=twips(width), type="dxa")]
    if tint:
        properties.append(element("w:shd", val="clear", color="auto", fill=colour(tint)))
    properties.append(element("w:vAlign", val="center"))
    padded = Look(look.align, look.points, look.bold, look.quiet, 2, 2, keep_next=look.keep_next)
    return element("w:tc", element("w:tcPr", *properties), paragraph(text, padded))


def row(
    cells: Sequence[Element], *, heading: bool = False, height: float = 0, keep: bool = False, whole: bool = True
) -> Element:
    """A row; `whole`: never over two pages; `keep`: on the page of the row that follows."""
    properties = [element("w:cantSplit")] if whole else []
    if height:
        properties.append(element("w:trHeight", val=twips(height), hRule="atLeast"))
    if heading:
        properties.append(element("w:tblHeader"))
    if keep or heading:
        for one in cells:
            keep_with_next(one)
    return element("w:tr", element("w:trPr", *properties), *cells)


def keep_with_next(made: Element) -> None:
    """Each paragraph of a cell on one page with what follows."""
    for one in made.p_lst:
        if one.pPr.keepNext is None:
            one.pPr.insert(0, element("w:keepNext"))


def boxed(made: Element) -> Element:
    """The cell with a rule around it."""
    sides = in_order(borders(STRONG_RULE, ("top", "left", "bottom", "right")))
    width_or_merge = [child for child in made.tcPr if child.tag.endswith(("}tcW", "}vMerge"))]
    width_or_merge[-1].addnext(element("w:tcBorders", *sides))
    return made


def borders(ink: str, sides: Sequence[str], space: str = "0") -> list[Element]:
    return [element(f"w:{side}", val="single", sz="4", space=space, color=colour(ink)) for side in sides]


def in_order(found: list[Element]) -> list[Element]:
    """As the schema wants them."""
    order = ("top", "left", "bottom", "right", "insideH", "insideV")
    return sorted(found, key=lambda one: order.index(one.tag.rpartition("}")[2]))


def field(name: str, look: Look) -> Element:
    return element("w:fldSimple", run("1", look), instr=name)
