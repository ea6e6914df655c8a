"""What the list of documents is narrowed by: kind, where it stands, a fiscal year or a month. Coded; no typed words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from msgspec import Struct

from callcenter.deliveries.queries import Wanted
from callcenter.deliveries.rules import Kind, State
from callcenter.errors import InvalidInput
from callcenter.web.forms import FIRST_YEAR, LAST_YEAR
from reports.period import Span, month_span

_PERIOD = re.compile(r"(\d{4})(?:-(\d{2}))?", re.ASCII)
Coded = TypeVar("Coded", bound=StrEnum)


class Filter(Struct, frozen=True):
    """The filter of a list as it stands in an address. `period`: `2026` is the fiscal year, `2026-06` the month."""

    kind: Kind | None = None
    state: State | None = None
    period: str = ""

    @property
    def wanted(self) -> Wanted:
        span = span_of(self.period) if self.period else None
        return Wanted(self.kind, self.state, span.from_on if span else None, span.to_on if span else None)

    @property
    def of_all_kinds(self) -> Filter:
        return Filter(None, self.state, self.period)

    def arguments(self) -> dict[str, str]:
        """What stands in an address, without what is not chosen."""
        values = {"kind": self.kind, "state": self.state, "period": self.period}
        return {name: str(value) for name, value in values.items() if value}


def filter_from(given: Mapping[str, str]) -> Filter:
    """Read the filter of an address or a form. Raises `InvalidInput` naming the field."""
    period = given.get("period", "").strip()
    if period:
        span_of(period)
    return Filter(
        _coded(Kind, given.get("kind", ""), "kind", "種類を選び直してください。"),
        _coded(State, given.get("state", ""), "state", "状態を選び直してください。"),
        period,
    )


def _coded(of: type[Coded], value: str, field: str, message: str) -> Coded | None:
    try:
        return of(value) if value else None
    except ValueError as error:
        raise InvalidInput(errors={field: [message]}) from error


def span_of(period: str) -> Span:
    """The days of a fiscal year (`2026`) or a month (`2026-06`). Raises `InvalidInput`."""
    found = _PERIOD.fullmatch(period)
    if found and FIRST_YEAR < int(found[1]) < LAST_YEAR:
        year = int(found[1])
        if not found[2]:
            return Span(date(year, 4, 1), date(year + 1, 3, 31))
        if 1 <= int(found[2]) <= 12:
            return month_span(date(year, int(found[2]), 1))
    raise InvalidInput(errors={"period": ["期間を選び直してください。"]})


class YearChoice(Struct, frozen=True):
    """A fiscal year that may be chosen, and its months: (code, label), the latest first."""

    code: str
    label: str
    months: list[tuple[str, str]]


def choices_of(covered: tuple[date, date] | None) -> list[YearChoice]:
    """The fiscal years and months that documents cover, the latest first."""
    found: dict[str, YearChoice] = {}
    for month in reversed(Span(*covered).months() if covered else ()):
        on = month.from_on
        code = str(on.year - (on.month < 4))
        year = found.setdefault(code, YearChoice(code, span_of(code).label, []))
        year.months.append((f"{on:%Y-%m}", month_span(on).label))
    return list(found.values())
