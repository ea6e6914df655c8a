"""The tables of a period made of its counts: categories, half hours of the week, attributes, cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from uuid import UUID

from callcenter.calls import period_queries as calls
from callcenter.calls.category_queries import Names
from callcenter.calls.exchange.day import DayExchange, DayTotals
from callcenter.calls.exchange.rules import slot_of, slots_of
from callcenter.calls.rules import Channel, Disposition, Language, Relation, version_on
from callcenter.coded import Labelled
from callcenter.reporting.periods.counting import Counted
from reports.daily import Category
from reports.period import Attribute, Case, CategoryLine, Cell, Span
from reports.wareki import wareki
from scheduling.calendar import DayStatus

Known = Mapping[str, int] | None
"""Records by category of a period that is compared with; None: not known."""


# --- categories ---


def category_lines(
    names: Names, counted: Counted, span: Span, compared: tuple[Known, Known]
) -> tuple[CategoryLine, ...]:
    """Every minor category that could be chosen in the period, or has records in it or in what it is compared with;
    under the names of the period's last day."""
    minors = [code for code in names.codes() if len(code) == 4]
    lines = (_category_line(names, code, counted.categories.get(code, {}), span, compared) for code in minors)
    return tuple(line for line in lines if _belongs(names, line, span))


def _category_line(
    names: Names, code: str, by_day: Mapping[date, int], span: Span, compared: tuple[Known, Known]
) -> CategoryLine:
    previous, year_ago = (None if known is None else known.get(code, 0) for known in compared)
    last = version_on(names.versions(code), code, span.to_on)
    retired_on = last.retired_on if last else None
    return CategoryLine(
        category=category_of(names, code, span.to_on),
        by_day=dict(by_day),
        previous=previous,
        year_ago=year_ago,
        retired_on=retired_on if retired_on and retired_on <= span.to_on else None,
    )


def category_of(names: Names, code: str, on: date) -> Category:
    """A minor category under the names of a day."""
    return Category(code[:2], names.label(code[:2], on), code, names.label(code, on))


def _belongs(names: Names, line: CategoryLine, span: Span) -> bool:
    if line.by_day or line.previous or line.year_ago:
        return True
    begun = version_on(names.versions(line.category.code), line.category.code, span.to_on) is not None
    return begun and (line.retired_on is None or line.retired_on > span.from_on)


def category_notes(names: Names, span: Span) -> Iterator[str]:
    """What became of categories within the period, in sentences."""
    for code in names.codes():
        versions = sorted(names.versions(code), key=lambda one: one.valid_from)
        for index, one in enumerate(versions):
            called = f"分類{code}「{one.name}」"
            if _within(one.valid_from, span):
                before = versions[index - 1].name if index else None
                if before is None:
                    yield f"{called}は、{wareki(one.valid_from)}に加わりました。"
                elif before != one.name:
                    yield f"{called}は、{wareki(one.valid_from)}に名称が変わりました（以前の名称「{before}」）。"
            if one.retired_on and _within(one.retired_on, span):
                yield f"{called}は、{wareki(one.retired_on)}から使われていません。それまでの件数は含まれています。"


def _within(on: date, span: Span) -> bool:
    """A change on the first day is none within the period."""
    return span.from_on < on <= span.to_on


# --- half hours of the week ---

Key = tuple[int, int | None]
"""Weekday and half hour; None: outside the hours."""


def cells(counted: Counted, inside: Mapping[date, DayExchange]) -> tuple[Cell, ...]:
    """Records and offered calls by weekday and half hour; one cell of each weekday for what lies outside the hours.
    Offered: of the days whose half hours were all counted (`inside`), and of those counted outside the hours."""
    hours = {one.on: one.hours for one in counted.past}
    recorded: dict[Key, int] = dict.fromkeys(_keys(counted.past), 0)
    for one in counted.stretches:
        opened = hours[one.on]
        start = slot_of(one.start_minute) if opened is not None and one.start_minute in opened else None
        recorded[one.on.weekday(), start] += one.recorded
    offered = _offered(inside, counted.exchange)
    return tuple(
        Cell(weekday, start, count, offered.get((weekday, start)))
        for (weekday, start), count in sorted(recorded.items(), key=_in_order)
    )


def _keys(past: Iterable[DayStatus]) -> Iterator[Key]:
    for one in past:
        yield one.on.weekday(), None
        yield from ((one.on.weekday(), slot_of(slot.start)) for slot in slots_of(one.hours))


def _in_order(item: tuple[Key, int]) -> tuple[int, int]:
    (weekday, start), _ = item
    return weekday, 1440 if start is None else start


def _offered(inside: Mapping[date, DayExchange], totals: Mapping[date, DayTotals]) -> dict[Key, int]:
    found: dict[Key, int] = defaultdict(int)
    for on, day in inside.items():
        counts = [slot.counts.offered for slot in day.slots]
        for slot, number in zip(day.slots, counts, strict=True):
            if number is not None and None not in counts:
                found[on.weekday(), slot_of(slot.start_minute)] += number
    for on, total in totals.items():
        if total.out_of_hours.offered is not None:
            found[on.weekday(), None] += total.out_of_hours.offered
    return dict(found)


# --- attributes ---

_ATTRIBUTES: tuple[tuple[str, str, type[Labelled]], ...] = (
    ("channel", "経路", Channel),
    ("relation", "問合せ者", Relation),
    ("language", "言語", Language),
    ("disposition", "結果", Disposition),
)


def attributes(counted: Mapping[str, Mapping[str, int]]) -> tuple[Attribute, ...]:
    """Records by each coded attribute, every value of it."""
    return tuple(
        Attribute(heading, tuple((one.label, counted.get(name, {}).get(one.value, 0)) for one in coded))
        for name, heading, coded in _ATTRIBUTES
    )


# --- cases ---

MOST_CASES = 20_000
"""Nobody reads a longer list, and it would be the one part of a report that grows with the calls."""


def case_lines(contract_id: UUID, period: tuple[date, date], names: Names) -> list[calls.CaseLine]:
    """The cases of a period, at most `MOST_CASES`."""
    return calls.cases(contract_id, period, names, MOST_CASES)


def case_of(line: calls.CaseLine) -> Case:
    """A case as the sheet lists it."""
    return Case(
        number=line.number,
        on=line.local_on,
        start_minute=line.local_minute,
        channel=Channel.of(line.channel).label,
        relation=Relation.of(line.relation).label,
        category=Category(line.category_code[:2], line.major_name, line.category_code, line.category_name),
        disposition=Disposition.of(line.disposition).label,
        marks=tuple(_marks(line)),
        text=line.report_text or None,
    )


def _marks(line: calls.CaseLine) -> Iterator[str]:
    if line.disposition == Disposition.ESCALATED.value:
        yield "エスカレーション"
    if line.complaint:
        yield "苦情"
    if line.difficult:
        yield "困難"
