"""Which dates are holidays in Japan, and of which kind.

``data/syukujitsu.csv`` is the list 「国民の祝日・休日」 as the Cabinet Office publishes it (government open
data, https://www8.cao.go.jp/chosei/shukujitsu/gaiyou.html), byte for byte: cp932, CRLF, 1955-01-01 to
2027-11-23, snapshot of 2026-08-21. A list is the truth from its first date to its last. The seam: a date
outside that span is answered by the rule library ``holidays``, which computes what today's law implies and
knows nothing of a law still to come. It is imported at the first such question only.

The list says 「休日」 both for 振替休日 and for 国民の休日; the kind is found from the neighbouring days
(国民の祝日に関する法律 3条2項, 3項). Days that a law of their own made holidays (「休日（祝日扱い）」,
結婚の儀 and the like) have the standing of 国民の祝日.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files

from msgspec import Struct

FIRST_YEAR, LAST_YEAR = 1949, 2099  # the first full year of the law; how far the rule library reckons
_UNNAMED = "休日"
_DATE = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})", re.ASCII)
_LINE_END = re.compile(r"\r\n|\r|\n")
_ONE_DAY = timedelta(days=1)
_LONGEST_GAP = timedelta(days=366)
_SUNDAY = 6


class HolidayKind(StrEnum):
    """What makes a date a holiday; ``label`` is its Japanese name."""

    NATIONAL = "national_holiday"
    SUBSTITUTE = "substitute_holiday"
    CITIZENS = "citizens_holiday"
    UNNAMED = "unnamed_holiday"

    @property
    def label(self) -> str:
        """The field's word for it."""
        return _LABELS[self]


_LABELS = {
    HolidayKind.NATIONAL: "祝日",
    HolidayKind.SUBSTITUTE: "振替休日",
    HolidayKind.CITIZENS: "国民の休日",
    HolidayKind.UNNAMED: _UNNAMED,
}


class Holiday(Struct, frozen=True, order=True):
    """One holiday: its date, the name as published, and its kind."""

    on: date
    name: str
    kind: HolidayKind


@dataclass(frozen=True, slots=True)
class HolidayList:
    """Holidays that are the truth from the first of them to ``last_on``; outside, the rule library answers.

    ``last_on`` may lie after the last entry (a list known to be complete to the end of its year).
    Raises ValueError for no entries, a date given twice, or an entry after ``last_on``.
    """

    entries: tuple[Holiday, ...] = field(hash=False)
    last_on: date
    _by_date: dict[date, Holiday] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_date = {entry.on: entry for entry in sorted(self.entries)}
        if not by_date or len(by_date) < len(self.entries):
            raise ValueError("a list of holidays needs at least one entry, and each date once")
        if max(by_date) > self.last_on:
            raise ValueError(f"the entry of {max(by_date)} is after the list's last date {self.last_on}")
        object.__setattr__(self, "entries", tuple(by_date.values()))
        object.__setattr__(self, "_by_date", by_date)

    @property
    def first_on(self) -> date:
        """The first date for which the list answers."""
        return self.entries[0].on

    def answers(self, on: date) -> bool:
        """Whether the list itself knows about the date, rather than the rule library."""
        return self.first_on <= on <= self.last_on

    def get(self, on: date) -> Holiday | None:
        """The holiday on this date, None if it is none.

        Raises ValueError where neither the list nor the rule library (1949 to 2099) knows.
        """
        if self.answers(on):
            return self._by_date.get(on)
        return _rule_holidays(on.year).get(on)

    def between(self, from_on: date, to_on: date) -> Iterator[Holiday]:
        """The holidays from the first date to the last, both included; raises ValueError as ``get``."""
        for ordinal in range(from_on.toordinal(), to_on.toordinal() + 1):
            holiday = self.get(date.fromordinal(ordinal))
            if holiday is not None:
                yield holiday


@cache
def published_holidays() -> HolidayList:
    """The Cabinet Office's list that comes with the package, read at the first call."""
    return parse_syukujitsu(files("scheduling").joinpath("data", "syukujitsu.csv").read_bytes())


def parse_syukujitsu(content: bytes) -> HolidayList:
    """Read a list in the Cabinet Office's form: a heading, then a date and a name on each line.

    UTF-8 (with or without BOM) or cp932, any line ends, dates 2026/5/6 or 2026-05-06, blank lines and any
    order of dates allowed. Raises ValueError, naming the line, for an unreadable line, a date given twice,
    a year outside 1949 to 2099, or more than a year without a holiday (a slip in a year would
    otherwise stretch the list over years that it knows nothing about).
    """
    lines: dict[date, int] = {}
    names: dict[date, str] = {}
    for number, (on, name) in _rows(_decode(content)):
        if on in names:
            raise ValueError(f"line {number}: {on} was already given on line {lines[on]}")
        lines[on], names[on] = number, name
    if not names:
        raise ValueError("line 1: the list has no holidays")
    _refuse_gaps(lines)
    return _classified(names)


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp932")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise ValueError(f"line {number}: neither UTF-8 nor Shift_JIS (cp932)") from None


def _rows(text: str) -> Iterator[tuple[int, tuple[date, str]]]:
    for number, line in enumerate(_LINE_END.split(text), start=1):
        is_heading = number == 1 and not any(character.isdigit() for character in line)
        if not is_heading and line.strip(" \t,"):
            yield number, _row(number, line)


def _row(number: int, line: str) -> tuple[date, str]:
    try:
        first, name, *rest = (cell.strip() for cell in next(csv.reader([line], strict=True)))
    except (csv.Error, ValueError):
        raise ValueError(f"line {number}: not a date and a name") from None
    if any(rest) or not name or not name.isprintable():
        raise ValueError(f"line {number}: not a date and a name")
    return _date(number, first), name


def _date(number: int, written: str) -> date:
    match = _DATE.fullmatch(written)
    if match is None:
        raise ValueError(f"line {number}: not a date such as 2026/5/6")
    try:
        on = date(*map(int, match.groups()))
    except ValueError:
        raise ValueError(f"line {number}: there is no such day: {written}") from None
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise ValueError(f"line {number}: the year is not within {FIRST_YEAR} to {LAST_YEAR}: {written}")
    return on


def _refuse_gaps(lines: Mapping[date, int]) -> None:
    previous = min(lines)
    for on in sorted(lines):
        if on - previous > _LONGEST_GAP:
            raise ValueError(f"line {lines[on]}: no holiday between {previous} and {on}")
        previous = on


def _classified(names: Mapping[date, str]) -> HolidayList:
    entries = (Holiday(on, name, _kind(on, names)) for on, name in names.items())
    return HolidayList(tuple(entries), last_on=max(names))


def _kind(on: date, names: Mapping[date, str]) -> HolidayKind:
    spelled = _spelled_kind(names[on])
    if spelled is not HolidayKind.UNNAMED:
        return spelled
    if _makes_up_for_a_sunday(on, names):
        return HolidayKind.SUBSTITUTE
    if all(_is_national(day, names) for day in (on - _ONE_DAY, on + _ONE_DAY)):
        return HolidayKind.CITIZENS
    return HolidayKind.UNNAMED


def _spelled_kind(name: str) -> HolidayKind:
    for kind in (HolidayKind.SUBSTITUTE, HolidayKind.CITIZENS):
        if kind.label in name:
            return kind
    return HolidayKind.UNNAMED if name == _UNNAMED else HolidayKind.NATIONAL


def _is_national(on: date, names: Mapping[date, str]) -> bool:
    return on in names and _spelled_kind(names[on]) is HolidayKind.NATIONAL


def _makes_up_for_a_sunday(on: date, names: Mapping[date, str]) -> bool:
    """Whether the unbroken 国民の祝日 before this day reach back to one on a Sunday (5 May 2026 to 3 May)."""
    day = on - _ONE_DAY
    while _is_national(day, names) and day.weekday() != _SUNDAY:
        day -= _ONE_DAY
    return _is_national(day, names)


@cache
def _rule_holidays(year: int) -> Mapping[date, Holiday]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"no rule for the holidays of {year}: known are {FIRST_YEAR} to {LAST_YEAR}")
    from holidays import country_holidays  # slow to import and seldom needed

    named: Iterable[tuple[date, str]] = country_holidays("JP", years=year, language="ja").items()
    return {on: Holiday(on, name, _spelled_kind(name)) for on, name in named}
