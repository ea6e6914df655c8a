"""What the exchange's counts may be, how they add up, which half hours a day has. Pure; no web, no database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from reports.figures import Figure
from reports.measures import MEASURE
from reports.tally import Tally, paired, total
from scheduling.intervals import MinuteRange

SLOT_MINUTES: Final = 30
LARGEST_COUNT: Final = 99_999
LARGEST_SECONDS: Final = 9_999_999
SOURCE_NAME_LENGTH: Final = 40
FILE_NAME_LENGTH: Final = 120
REASON_LENGTH: Final = 200
LARGEST_FILE: Final = 5 * 1024 * 1024
MANUAL_NAME: Final = "手入力"
TOKYO_ZONE: Final = "Asia/Tokyo"
ZONES: Final = ((TOKYO_ZONE, "日本時間（JST）"), ("UTC", "協定世界時（UTC）"))
"""What a page offers; a command takes any name of the IANA list."""


class SourceKind(StrEnum):
    """How a source's counts come in."""

    MANUAL = "manual"
    CSV = "csv"
    CDR = "cdr"

    @property
    def label(self) -> str:
        return KIND_LABELS[self]


KIND_LABELS: Final = {
    SourceKind.MANUAL: "手入力",
    SourceKind.CSV: "集計CSV",
    SourceKind.CDR: "通話明細（Asterisk CDR）",
}
DEFAULT_NAMES: Final = {SourceKind.CSV: "交換機の集計", SourceKind.CDR: "交換機の通話明細"}


class Counts(Struct, frozen=True):
    """What was counted of a stretch of time; None: not measured. Seconds are sums over the answered calls.

    `answered_within`: answered within `within_seconds`; both are there or neither is.
    """

    offered: int | None = None
    answered: int | None = None
    abandoned: int | None = None
    wait_seconds: int | None = None
    talk_seconds: int | None = None
    answered_within: int | None = None
    within_seconds: int | None = None

    @property
    def measured(self) -> bool:
        return self.offered is not None

    def __add__(self, other: Counts) -> Counts:
        return sum_of((self, other))

    def judged_by(self, seconds: int) -> Counts:
        """The same, its service level unmeasured where it was counted with other seconds than these."""
        if self.within_seconds in (None, seconds):
            return self
        return replace(self, answered_within=None, within_seconds=None)


ADDITIVE: Final = tuple(name for name in Counts.__struct_fields__ if name != "within_seconds")
NOTHING: Final = Counts(0, 0, 0, 0, 0)
UNMEASURED: Final = Counts()


def sum_of(parts: Iterable[Counts]) -> Counts:
    """Additive over many; an unmeasured part makes the whole unmeasured, and so do no parts at all.

    Answers within different seconds do not add up: such a sum is unmeasured too.
    """
    known = list(parts)
    sums: dict[str, Any] = {name: total(getattr(part, name) for part in known) for name in ADDITIVE}
    seconds = {part.within_seconds for part in known}
    if len(seconds) == 1:
        return Counts(**sums, within_seconds=seconds.pop())
    return Counts(**{**sums, "answered_within": None})


def zero_like(counts: Counts) -> Counts:
    """Nothing happened: 0 of all that `counts` measures."""
    zeros: dict[str, Any] = {name: None if getattr(counts, name) is None else 0 for name in ADDITIVE}
    return Counts(**zeros, within_seconds=counts.within_seconds)


def difference_of(counts: Counts, recorded_by_phone: int) -> Figure:
    """Answered less the phone records of the same time: the figure that the report prints."""
    tally = paired(Tally(answered=counts.answered, recorded_by_phone_in_hours=recorded_by_phone))
    return MEASURE["difference"].of(tally)


def slot_of(minute: int) -> int:
    """The start of the half hour a minute of the day lies in."""
    return minute - minute % SLOT_MINUTES


def slots_of(hours: MinuteRange | None) -> tuple[MinuteRange, ...]:
    """The half hours of the opening hours; the first and the last may be shorter (17:00–17:15). None when closed."""
    if hours is None:
        return ()
    starts = range(slot_of(hours.start), hours.end, SLOT_MINUTES)
    cut = (MinuteRange(start, start + SLOT_MINUTES).intersection(hours) for start in starts)
    return tuple(slot for slot in cut if slot is not None)


class SlotKey(Struct, frozen=True):
    """Where a count belongs: a half hour by its start, or the whole day (None), inside or outside opening hours."""

    local_on: date
    start_minute: int | None
    inside_hours: bool


MORE_WITHIN: Final = "秒数以内の応答数が、応答数（なければ着信数）を超えています。"


def is_more_within(within: int | None, answered: int | None, offered: int) -> bool:
    """Whether more were answered in time than were answered at all."""
    return (within or 0) > (offered if answered is None else answered)


def check_counts(counts: Counts) -> dict[str, str]:
    """What forbids a typed count, by field; empty when it may stand."""
    found: dict[str, str] = {}
    others = (counts.answered, counts.abandoned, counts.wait_seconds, counts.answered_within)
    if counts.offered is None:
        return {"offered": "着信数を入力してください。"} if any(value is not None for value in others) else found
    if (counts.answered or 0) + (counts.abandoned or 0) > counts.offered:
        found["offered"] = "応答数と放棄数の合計が着信数を超えています。"
    if is_more_within(counts.answered_within, counts.answered, counts.offered):
        found["answered_within"] = MORE_WITHIN
    if counts.wait_seconds and counts.answered == 0:
        found["wait_seconds"] = "応答がないときは、待ち時間の合計を0にしてください。"
    return found
