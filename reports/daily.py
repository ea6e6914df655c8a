"""The values of a day's performance report (日次実績報告書, 003 clause 10(1)②).

Days and minutes are local (Asia/Tokyo), minutes count from midnight, ranges are half-open. Instants are
aware. `None` in a count means "not measured", never zero. Construction checks that the parts agree with
each other, so that no sheet can print two different totals; it raises ValueError where they do not.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from enum import Enum

from msgspec import Struct

from reports.booking_counts import Counts
from reports.tally import total


class Edition(Enum):
    """Who the workbook is for: clause ウ demands names, 10(1)⑤ lets only data without them on the network."""

    HANDOVER = "handover"
    NETWORK = "network"

    @property
    def label(self) -> str:
        """The Japanese name printed on every page and in the file name."""
        return {"handover": "手渡し用", "network": "通信回線用"}[self.value]


class ReportStatus(Enum):
    """A draft is marked 案; a submitted report carries its approval."""

    DRAFT = "draft"
    SUBMITTED = "submitted"


class TimeRange(Struct, frozen=True):
    """Half-open minutes of the day; `end_minute` None: still going on when the data was cut off."""

    start_minute: int
    end_minute: int | None

    def __post_init__(self) -> None:
        if self.end_minute is not None and self.end_minute <= self.start_minute:
            raise ValueError(f"a range ends after it starts: {self.start_minute}–{self.end_minute}")

    @property
    def minutes(self) -> int:
        """Length; an open range counts nothing until it is closed."""
        return 0 if self.end_minute is None else self.end_minute - self.start_minute


class Person(Struct, frozen=True):
    """A member of staff. `name` None: withheld (the network edition shows the code)."""

    code: str
    name: str | None

    @property
    def shown(self) -> str:
        """The name where it may stand, else the staff code."""
        return self.name or self.code


class ContractFacts(Struct, frozen=True):
    """What the contract says of itself: 件名, city (甲), contractor (乙), place, responsible (業務責任者)."""

    title: str
    city: str
    contractor: str
    place: str
    responsible: Person


class Approval(Struct, frozen=True):
    """Who approved, when."""

    person: Person
    approved_at: datetime


class Version(Struct, frozen=True):
    """Number from 1; `change_note` says what changed against the version before."""

    number: int = 1
    change_note: str | None = None


class Timing(Struct, frozen=True):
    """When the workbook was built, and up to when records were counted."""

    built_at: datetime
    cutoff_at: datetime

    def __post_init__(self) -> None:
        if self.built_at.tzinfo is None or self.cutoff_at.tzinfo is None:
            raise ValueError("built_at and cutoff_at must be aware")


class ExchangeCounts(Struct, frozen=True):
    """What the telephone exchange counted. Each may be None: not measured."""

    offered: int | None = None
    answered: int | None = None
    abandoned: int | None = None

    @property
    def measured(self) -> bool:
        """True when at least one of the three was counted."""
        return not (self.offered is None and self.answered is None and self.abandoned is None)


class SlotCounts(Struct, frozen=True):
    """One interval of the opening hours (30 minutes; the last may be shorter).

    `recorded` counts every record that starts in it, `recorded_by_phone` those of incoming calls, which
    alone can be compared with the exchange.
    """

    start_minute: int
    end_minute: int
    exchange: ExchangeCounts
    recorded: int
    recorded_by_phone: int


class Exchange(Struct, frozen=True):
    """The exchange's day: where the figures come from, and its totals.

    `in_hours` None: the totals are the sums of the slots. Give it when the exchange was counted per day only.
    `source` None: the exchange was not read that day.
    """

    source: str | None = None
    in_hours: ExchangeCounts | None = None
    out_of_hours: ExchangeCounts = ExchangeCounts()


class OutOfHoursRecords(Struct, frozen=True):
    """Records that start outside the opening hours; in the day's total, not in any slot."""

    recorded: int = 0
    recorded_by_phone: int = 0


class GapReason(Struct, frozen=True):
    """Why exchange and records differ. `span` None: for the whole day."""

    span: TimeRange | None
    text: str | None


class Category(Struct, frozen=True):
    """One of the minor categories, by permanent code, under the names valid on the day."""

    major_code: str
    major_name: str
    code: str
    name: str


class CategoryCount(Struct, frozen=True):
    """A category and its records of the day; zero counts are given too, so that the table is whole."""

    category: Category
    count: int


class Inquiry(Struct, frozen=True):
    """One record of the day. `report_text` was written for the report; it is never the operator's note."""

    number: int
    start_minute: int
    channel: str
    category: Category | None
    disposition: str | None
    report_text: str | None
    complaint: bool = False
    difficult: bool = False

    @property
    def marks(self) -> tuple[str, ...]:
        """The marks set on the record, as the sheets show them."""
        shown = (("苦情", self.complaint), ("困難", self.difficult))
        return tuple(label for label, is_set in shown if is_set)


class Handling(Struct, frozen=True):
    """Times of the records whose talk and after-call times are both known; what counts as completed (完結)."""

    timed_calls: int = 0
    talk_seconds: int = 0
    after_seconds: int = 0
    completed_dispositions: tuple[str, ...] = ("完結", "予約処理", "他機関案内")


class StaffLine(Struct, frozen=True):
    """One person's day. `present`: the minutes known to be worked, breaks taken off, and `worked_minutes` their sum;
    `counts_to_minimum`: False for the supervisor; `standing`: where they stood at the cut-off of a running day."""

    person: Person
    role: str
    planned: tuple[TimeRange, ...] = ()
    actual: tuple[TimeRange, ...] = ()
    breaks: tuple[TimeRange, ...] = ()
    present: tuple[TimeRange, ...] = ()
    planned_minutes: int = 0
    counts_to_minimum: bool = True
    standing: str | None = None
    note: str | None = None

    @property
    def worked_minutes(self) -> int:
        return sum(part.minutes for part in self.present)


class Shortage(Struct, frozen=True):
    """A stretch in which fewer operators were present than the minimum (003 clause 6). `cause` is a word of a list,
    `detail` and `measure` are typed; None: not noted (yet)."""

    span: TimeRange
    present: int
    cause: str | None = None
    detail: str | None = None
    measure: str | None = None


class Staffing(Struct, frozen=True):
    """Who was there (003 clause 10(1)②ウ)."""

    minimum_operators: int
    lines: tuple[StaffLine, ...] = ()
    shortages: tuple[Shortage, ...] = ()

    @property
    def shortage_minutes(self) -> int:
        """Minutes of the opening hours below the minimum."""
        return sum(shortage.span.minutes for shortage in self.shortages)


class Matter(Struct, frozen=True):
    """Something the city needs to know (003 clause 10(1)②エ). `kind` comes from a list, `text` is free."""

    kind: str
    text: str | None
    start_minute: int | None = None
    inquiry_number: int | None = None


class Exclusion(Struct, frozen=True):
    """Records that were left out of every figure, by reason (取消した記録, 未保存の記録 …)."""

    label: str
    count: int


class Issue(Struct, frozen=True):
    """This rendition: whose, in which state, which version, when."""

    timing: Timing
    edition: Edition = Edition.HANDOVER
    status: ReportStatus = ReportStatus.DRAFT
    version: Version = Version()
    approval: Approval | None = None
    prepared_by: Person | None = None
    checked_by: Person | None = None
    free_texts_permitted: bool = False
    permission_reference: str | None = None

    def __post_init__(self) -> None:
        if self.status is ReportStatus.SUBMITTED and self.approval is None:
            raise ValueError("a submitted report names who approved it")


class DailyReport(Struct, frozen=True):
    """Everything the daily workbook prints. `notes` are sentences of the product (never typed); `reservations` None:
    nothing was ever reserved under this contract."""

    contract: ContractFacts
    on: date
    issue: Issue
    slots: tuple[SlotCounts, ...]
    exchange: Exchange
    categories: tuple[CategoryCount, ...]
    inquiries: tuple[Inquiry, ...]
    staffing: Staffing
    handling: Handling = Handling()
    open_ranges: tuple[TimeRange, ...] = ()
    day_note: str | None = None
    out_of_hours: OutOfHoursRecords = OutOfHoursRecords()
    matters: tuple[Matter, ...] = ()
    gap_reasons: tuple[GapReason, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    notes: tuple[str, ...] = ()
    reservations: Counts | None = None

    def __post_init__(self) -> None:
        _check_slots(self)
        _check_exchange(self)
        _check_records(self)
        _check_categories(self)

    @property
    def exchange_in_hours(self) -> ExchangeCounts:
        """The exchange's totals of the opening hours: as counted per day, else the sums of the slots."""
        return self.exchange.in_hours or _sum_of_slots(self)


def _sum_of_slots(report: DailyReport) -> ExchangeCounts:
    return ExchangeCounts(
        total(slot.exchange.offered for slot in report.slots),
        total(slot.exchange.answered for slot in report.slots),
        total(slot.exchange.abandoned for slot in report.slots),
    )


def _check_exchange(report: DailyReport) -> None:
    if report.exchange.in_hours is None:
        return
    for name in ("offered", "answered", "abandoned"):
        summed, given = getattr(_sum_of_slots(report), name), getattr(report.exchange.in_hours, name)
        if summed is not None and summed != given:
            raise ValueError(f"{name}: the slots hold {summed}, the day {given}")


def _check_slots(report: DailyReport) -> None:
    previous_end = 0
    for slot in report.slots:
        if not previous_end <= slot.start_minute < slot.end_minute:
            raise ValueError(f"slots are ascending and apart: {slot.start_minute}–{slot.end_minute}")
        if slot.recorded_by_phone > slot.recorded:
            raise ValueError(f"slot {slot.start_minute}: more phone records than records")
        previous_end = slot.end_minute


def _check_records(report: DailyReport) -> None:
    counted = sum(slot.recorded for slot in report.slots) + report.out_of_hours.recorded
    if counted != len(report.inquiries):
        raise ValueError(f"slots and out-of-hours hold {counted} records, the list {len(report.inquiries)}")


def _check_categories(report: DailyReport) -> None:
    listed = Counter(inquiry.category.code for inquiry in report.inquiries if inquiry.category)
    counted = {line.category.code: line.count for line in report.categories}
    for code in {*listed, *counted}:
        if listed[code] != counted.get(code, 0):
            raise ValueError(f"category {code} counts {counted.get(code, 0)}, the list holds {listed[code]}")
