"""The choice of sheets and columns as it stands in the editor: read from the form, moved, checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from msgspec import Struct

from callcenter.errors import InvalidInput
from reports.period import Bundle, PeriodKind, SheetChoice
from reports.period_bundle import MEASURE_CHOICES, SheetDef, columns_for, proposal, sheets_for

FIRST = "cover"
"""The sheet that stands in front, whatever else is chosen."""


class Form(Protocol):
    """What was sent: every value of a field."""

    def getlist(self, name: str, /) -> list[str]: ...


class SheetLine(Struct, frozen=True):
    """A line of the editor: a sheet, whether it is chosen, and which of its columns."""

    sheet: SheetDef
    chosen: bool
    columns: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.sheet.key

    @property
    def movable(self) -> bool:
        return self.key != FIRST

    @property
    def of_measures(self) -> bool:
        """Whether what is chosen are figures (指標) rather than columns."""
        return self.sheet.columns == MEASURE_CHOICES

    @property
    def whole(self) -> bool:
        """Whether everything the sheet offers is chosen."""
        return len(self.columns) == len(self.sheet.columns)

    @property
    def labels(self) -> list[str]:
        """The headings of the chosen columns."""
        return [column.label for column in self.sheet.columns if column.key in self.columns]


def lines_of(kind: PeriodKind, bundle: Bundle | None) -> list[SheetLine]:
    """The lines of a bundle (None: the proposal) in its order, then the sheets it leaves out."""
    choices = {choice.key: choice for choice in (bundle or proposal(kind)).sheets}
    known = {sheet.key: sheet for sheet in sheets_for(kind)}
    taken = [SheetLine(known[key], True, columns_for(choice)) for key, choice in choices.items() if key in known]
    others = [_line(sheet, chosen=False) for key, sheet in known.items() if key not in choices]
    return _in_front([*taken, *others])


def _line(sheet: SheetDef, *, chosen: bool) -> SheetLine:
    return SheetLine(sheet, chosen, columns_for(SheetChoice(sheet.key)))


def lines_in(kind: PeriodKind, form: Form) -> list[SheetLine]:
    """The lines as they stand in the form: `order` once a sheet, `sheet` for each that is chosen, `column-…` for each
    column. What is no sheet or column of this report is left out; a sheet that was not sent is not chosen."""
    known = {sheet.key: sheet for sheet in sheets_for(kind)}
    order = [key for key in dict.fromkeys(form.getlist("order")) if key in known]
    chosen = {*form.getlist("sheet"), *(key for key, sheet in known.items() if sheet.required)}
    keys = [*order, *(key for key in known if key not in order)]
    return _in_front([SheetLine(known[key], key in chosen, _columns_in(known[key], form)) for key in keys])


def _columns_in(sheet: SheetDef, form: Form) -> tuple[str, ...]:
    sent = set(form.getlist(f"column-{sheet.key}"))
    return tuple(column.key for column in sheet.columns if column.key in sent)


def _in_front(lines: Iterable[SheetLine]) -> list[SheetLine]:
    return sorted(lines, key=lambda line: line.movable)


def moved(lines: Sequence[SheetLine], key: str, *, up: bool) -> list[SheetLine]:
    """The lines with one of them a place further up or down; as they were where it cannot go further."""
    found = list(lines)
    place = next((at for at, line in enumerate(found) if line.key == key), None)
    if place is None:
        return found
    other = place - 1 if up else place + 1
    if 0 <= other < len(found):
        found[place], found[other] = found[other], found[place]
    return _in_front(found)


def chosen(lines: Iterable[SheetLine]) -> tuple[SheetChoice, ...]:
    """The choice to keep, every column by name: what the product proposes later must not change it. Raises
    `InvalidInput` for a sheet of columns without one."""
    taken = [line for line in lines if line.chosen]
    bare = [line for line in taken if line.sheet.columns and not line.columns]
    if bare:
        message = "列を1つ以上選ぶか、シートを外してください。"
        raise InvalidInput(errors={f"column-{line.key}": [message] for line in bare})
    return tuple(SheetChoice(line.key, line.columns) for line in taken)
