"""The values of a report over a period: a month, a fiscal year or any span of the contract (003 clauses 8③, 10(1)③④).

Everything a sheet, the Word summary, the page, the API and a CSV print comes from one `PeriodReport`. Days are local
(Asia/Tokyo), both ends of a span are included. `None` in a count: not measured, never zero. Free texts are `None` where
an edition must not carry them (`reports.editions`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import Enum
from functools import cached_property

import msgspec
from msgspec import Struct

from reports.booking_counts import Counts
from reports.daily import Category, ContractFacts, Exclusion, Issue, Person
from reports.figures import Figure, Measure
from reports.measures import Definitions, figures, period_measures
from reports.tally import Tally, over_days
from reports.wareki import wareki, wareki_month, wareki_year


class PeriodKind(Enum):
    """Which report it is; the values are those of the delivered documents."""

    MONTHLY = "monthly"
    ANNUAL = "annual"
    TERM = "term"

    @property
    def label(self) -> str:
        return {"monthly": "月次実績報告書", "annual": "完了報告書", "term": "契約期間実績報告書"}[self.value]

    @property
    def file_stem(self) -> str:
        """For clients that know only ASCII."""
        return {"monthly": "monthly-report", "annual": "annual-report", "term": "term-report"}[self.value]


class Span(Struct, frozen=True):
    """Days from one to another, both included. Raises ValueError the wrong way round."""

    from_on: date
    to_on: date

    def __post_init__(self) -> None:
        if self.to_on < self.from_on:
            raise ValueError(f"a span ends after it begins: {self.from_on}–{self.to_on}")

    def __contains__(self, on: date) -> bool:
        return self.from_on <= on <= self.to_on

    @property
    def days(self) -> int:
        return (self.to_on - self.from_on).days + 1

    @property
    def whole_month(self) -> bool:
        return self == month_span(self.from_on)

    @property
    def fiscal_year(self) -> bool:
        """Whether it is April to March."""
        return self == Span(date(self.from_on.year, 4, 1), date(self.from_on.year + 1, 3, 31))

    @property
    def label(self) -> str:
        """令和8年6月, 令和8年度, 令和8年6月1日～令和8年8月31日."""
        if self.whole_month:
            return wareki_month(self.from_on)
        if self.fiscal_year:
            return f"{wareki_year(self.from_on)}度"
        return f"{wareki(self.from_on)}～{wareki(self.to_on)}"

    def months(self) -> tuple[Span, ...]:
        """Its calendar months in order; the first and the last may be part of one."""
        found, first = [], self.from_on
        while first <= self.to_on:
            last = min(month_span(first).to_on, self.to_on)
            found.append(Span(first, last))
            first = last + timedelta(days=1)
        return tuple(found)


def month_span(on: date) -> Span:
    """The calendar month a day lies in."""
    first = on.replace(day=1)
    return Span(first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1))


class DayLine(Struct, frozen=True):
    """A day of the period. `why_closed`: empty on an open day; `report`: where its daily report stands, in words."""

    on: date
    why_closed: str
    tally: Tally
    report: str = ""

    @property
    def open(self) -> bool:
        return not self.why_closed


class CategoryLine(Struct, frozen=True):
    """A minor category: its records by day (only days that have any), and in the periods compared with (None: that
    period is not known). `retired_on`: the first day it could not be chosen any more."""

    category: Category
    by_day: Mapping[date, int]
    previous: int | None = None
    year_ago: int | None = None
    retired_on: date | None = None

    @property
    def total(self) -> int:
        return sum(self.by_day.values())

    def within(self, span: Span) -> int:
        return sum(count for on, count in self.by_day.items() if on in span)


class Cell(Struct, frozen=True):
    """A half hour of a weekday (Monday 0), or every half hour outside the hours of one (`start_minute` None)."""

    weekday: int
    start_minute: int | None
    recorded: int = 0
    offered: int | None = None


class Attribute(Struct, frozen=True):
    """Records by one coded attribute: its heading, and (value in words, records) in the order of the list."""

    heading: str
    lines: tuple[tuple[str, int], ...]


class Case(Struct, frozen=True):
    """An escalation, a complaint or a difficult case, by coded fields; `text` is its report text."""

    number: int
    on: date
    start_minute: int
    channel: str
    relation: str
    category: Category
    disposition: str
    marks: tuple[str, ...]
    text: str | None = None


class CoverageDay(Struct, frozen=True):
    """A day with minutes below the minimum: planned or in fact, with causes and measures that were noted."""

    on: date
    minimum: int
    planned_below: int
    below: int
    causes: tuple[str, ...] = ()
    measures: str | None = None


class StaffTotal(Struct, frozen=True):
    """One person's period; minutes at work, breaks taken off."""

    person: Person
    role: str
    days: int
    planned_minutes: int
    worked_minutes: int


class Training(Struct, frozen=True):
    """A training or pledge that was completed: day, kind in words, title, who."""

    on: date
    kind: str
    title: str
    person: Person


class Instruction(Struct, frozen=True):
    """An instruction of the city and what was done (003 clauses 1(3), 6, 9(1))."""

    number: int
    received_on: date
    kind: str
    content: str | None
    response: str | None
    done_on: date | None


class Matter(Struct, frozen=True):
    """A matter that was reported on a day (10(1)②エ): proposals, trouble, equipment, others. `kind` in words."""

    on: date
    kind: str
    text: str | None


class EntryUse(Struct, frozen=True):
    """An FAQ entry in force and in how many records it was used: what people call it, its title, its category in words
    (empty: none)."""

    name: str
    title: str
    category: str
    records: int


class Unanswered(Struct, frozen=True):
    """Questions of a category in words that no FAQ answered: how many, and how many once put together."""

    category: str
    asked: int
    different: int


class EntryDue(Struct, frozen=True):
    """An entry, manual or FAQ, past the date by which it had to be looked at again."""

    name: str
    title: str
    review_by_on: date
    days_late: int


class DocumentUse(Struct, frozen=True):
    """Manuals and FAQ as of the period's last day (`on`), or of today within it: the FAQ in force with their use, the
    most used first; what nothing answered; what is past its review date."""

    on: date
    entries: tuple[EntryUse, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()
    overdue: tuple[EntryDue, ...] = ()

    @property
    def used(self) -> tuple[EntryUse, ...]:
        return tuple(one for one in self.entries if one.records)

    @property
    def unused(self) -> tuple[EntryUse, ...]:
        return tuple(one for one in self.entries if not one.records)


class Comparison(Struct, frozen=True):
    """What the period is compared with. `source` says where the figures come from: our records, or the version that was
    delivered then."""

    label: str
    span: Span
    figures: Mapping[str, Figure]
    source: str


class Target(Struct, frozen=True):
    """A target of a measure (KPI). `at_least` False: the value must not exceed it. `near`: how far off still counts as
    near, in the measure's unit."""

    key: str
    value: float
    at_least: bool = True
    near: float = 0.0


class Verdict(Enum):
    """How a figure stands against its target, in colour, shape and word."""

    MET = "met"
    NEAR = "near"
    MISSED = "missed"
    OPEN = "open"

    @property
    def label(self) -> str:
        return {"met": "達成", "near": "あと少し", "missed": "未達", "open": "判定なし"}[self.value]

    @property
    def sign(self) -> str:
        return {"met": "○", "near": "△", "missed": "×", "open": "―"}[self.value]


def verdict(figure: Figure, target: Target) -> Verdict:
    """Whether a figure meets its target. A figure without a value is not judged."""
    if figure.value is None:
        return Verdict.OPEN
    behind = target.value - figure.value if target.at_least else figure.value - target.value
    # A ratio is a division of whole numbers: 0.9 and 9 ÷ 10 are the same.
    if behind <= 1e-9:
        return Verdict.MET
    return Verdict.NEAR if behind <= target.near + 1e-9 else Verdict.MISSED


class Comment(Struct, frozen=True):
    """What a person remarks on a section. `section` is a key of `reports.period_bundle.SECTIONS`."""

    section: str
    text: str | None


class SheetChoice(Struct, frozen=True):
    """A sheet of the bundle and the columns chosen for it; none chosen: all that the sheet offers."""

    key: str
    columns: tuple[str, ...] = ()


class Bundle(Struct, frozen=True):
    """The items the city asked for (甲の指示する内容), in order. `number` 0: the proposal of the product."""

    number: int = 0
    sheets: tuple[SheetChoice, ...] = ()
    instructed_by: str = ""
    instructed_on: date | None = None


class PeriodReport(msgspec.Struct, frozen=True, dict=True):
    """Everything a report over a period prints. `checks`: what was open when it was built, in words (also printed).

    `notes` are sentences of the product, never typed. `reservations` None: nothing had ever been reserved.
    `documents` None: no manual or FAQ was in force.
    """

    kind: PeriodKind
    span: Span
    contract: ContractFacts
    issue: Issue
    bundle: Bundle
    definitions: Definitions
    days: tuple[DayLine, ...]
    categories: tuple[CategoryLine, ...] = ()
    cells: tuple[Cell, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    cases: tuple[Case, ...] = ()
    coverage: tuple[CoverageDay, ...] = ()
    people: tuple[StaffTotal, ...] = ()
    trainings: tuple[Training, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    matters: tuple[Matter, ...] = ()
    reservations: Counts | None = None
    documents: DocumentUse | None = None
    previous: Comparison | None = None
    year_ago: Comparison | None = None
    targets: tuple[Target, ...] = ()
    comments: tuple[Comment, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    checks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @cached_property
    def tally(self) -> Tally:
        """The whole period."""
        return over_days(line.tally for line in self.days)

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        return period_measures(self.definitions)

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """Every figure of the period by key: what page, sheets, Word, API and snapshot show."""
        return self.figures_of(self.tally)

    def figures_of(self, tally: Tally) -> dict[str, Figure]:
        """The figures of a part of the period, under the same definitions."""
        return figures(tally, self.measures)

    def tally_of(self, span: Span) -> Tally:
        return over_days(line.tally for line in self.days if line.on in span)

    def judged(self) -> Sequence[tuple[Target, Figure, Verdict]]:
        """Each target beside its figure."""
        known = self.figures
        return [(one, known[one.key], verdict(known[one.key], one)) for one in self.targets if one.key in known]

    def comment_on(self, section: str) -> str | None:
        return next((one.text for one in self.comments if one.section == section), None)
