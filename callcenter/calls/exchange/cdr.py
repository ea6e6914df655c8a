"""Calls out of an Asterisk detail record (`cdr_csv` with unique id, linked id and sequence: 21 columns).

One call leaves several legs that share the linked id: a forked `Dial` leaves one row per ringing phone,
`Local/` channels add their own, an announcement that hangs up leaves one row marked ANSWERED although nobody
spoke. Caller numbers are read by nobody: a `Leg` holds no more than what its call is judged by.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import asdict

from callcenter.calls.exchange.csv_text import Refusal, machine_text, refused
from callcenter.clock import local

COLUMNS: Final = 21
HALF_HOUR_MINUTES: Final = 30

_TO_CHANNEL, _APP, _START, _ANSWER, _END = 6, 7, 9, 10, 11
_DURATION, _BILLED, _DISPOSITION, _UNIQUE_ID, _LINKED_ID, _SEQUENCE = 12, 13, 14, 16, 19, 20
_OPERATOR_APPS = frozenset({"dial", "queue"})
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_SECONDS = re.compile(r"[0-9]{1,7}")
_MACHINE_ID = re.compile(r"[A-Za-z0-9_.:-]{1,80}")


@dataclass(frozen=True, slots=True)
class Leg:
    """One row. `answered_at` is set only when a person spoke on a real phone; then `talk_seconds` > 0."""

    unique_id: str
    sequence: int
    linked_id: str
    started_at: datetime
    to_operators: bool
    answered_at: datetime | None
    talk_seconds: int
    line: int = field(default=0, compare=False)


class CdrFile(Struct, frozen=True):
    """A file read: its legs without repetitions, and the account of what was not taken."""

    legs: tuple[Leg, ...]
    refusals: tuple[Refusal, ...]
    duplicates: int


@dataclass(frozen=True, slots=True)
class ExchangeCall:
    """One call as the exchange saw it; not offered means that the caller heard an announcement only.

    `line` is where the file first tells of it (0: not from a file).
    """

    linked_id: str
    started_at: datetime
    offered: bool
    answered: bool
    wait_seconds: int | None
    talk_seconds: int | None
    line: int = field(default=0, compare=False)

    @property
    def abandoned(self) -> bool:
        return self.offered and not self.answered

    def answered_within(self, seconds: int) -> bool:
        """Answered no later than after that many seconds: 20 seconds are within 20 seconds."""
        return self.answered and (self.wait_seconds or 0) <= seconds


class CdrSummary(Struct, frozen=True):
    """Counts of one file: `calls` = `offered` + `announcement_only`, `offered` = `answered` + `abandoned`."""

    legs: int
    calls: int
    offered: int
    answered: int
    abandoned: int
    announcement_only: int

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


class IntervalCount(Struct, frozen=True):
    """Additive counts of offered calls by start: local date, half hour, inside or outside opening hours.

    `wait_seconds` and `talk_seconds` are sums over the answered calls; `answered_within` is None where nobody told
    within how many seconds.
    """

    local_on: date
    start_minute: int
    inside_hours: bool
    offered: int
    answered: int
    abandoned: int
    wait_seconds: int
    talk_seconds: int
    answered_within: int | None = None


def read_cdr(content: bytes, zone: str) -> CdrFile:
    """Reads a file whose times are in `zone` (an IANA name such as `UTC` or `Asia/Tokyo`).

    InvalidInput for an unknown zone, an empty file or one that is no text; a bad line is refused alone.
    """
    tz = zone_of(zone)
    reading = _Reading(tz)
    for number, line in enumerate(machine_text(content).split("\n"), start=1):
        if line.strip():
            reading.take(number, line.rstrip("\r"))
    return CdrFile(tuple(reading.legs.values()), tuple(reading.refusals), reading.duplicates)


def calls_of(legs: Iterable[Leg]) -> list[ExchangeCall]:
    """The calls that the legs make, by start and linked id."""
    grouped: defaultdict[str, list[Leg]] = defaultdict(list)
    for leg in legs:
        grouped[leg.linked_id].append(leg)
    calls = [_call(linked_id, own) for linked_id, own in grouped.items()]
    return sorted(calls, key=lambda call: (call.started_at, call.linked_id))


def summary(calls: Sequence[ExchangeCall], legs: Sequence[Leg]) -> CdrSummary:
    """The six counts of a file."""
    offered = sum(call.offered for call in calls)
    answered = sum(call.answered for call in calls)
    return CdrSummary(
        legs=len(legs),
        calls=len(calls),
        offered=offered,
        answered=answered,
        abandoned=offered - answered,
        announcement_only=len(calls) - offered,
    )


def interval_counts(
    calls: Iterable[ExchangeCall],
    is_open: Callable[[date, int], bool],
    seconds_on: Callable[[date], int] | None = None,
) -> list[IntervalCount]:
    """Offered calls by local half hour; `is_open(date, minute of day)` tells opening hours by the minute, `seconds_on`
    within how many seconds an answer counts for the service level of a date.

    A half hour that the closing time cuts (17:00-17:30) gives two rows. Announcements alone are in none.
    """
    grouped: defaultdict[tuple[date, int, bool], list[ExchangeCall]] = defaultdict(list)
    for call in calls:
        if call.offered:
            moment = local(call.started_at)
            slot = moment.minute - moment.minute % HALF_HOUR_MINUTES
            grouped[moment.on, slot, is_open(moment.on, moment.minute)].append(call)
    return [_interval(key, grouped[key], seconds_on(key[0]) if seconds_on else None) for key in sorted(grouped)]


class _BadLine(Exception):
    """A line that cannot be taken; its argument is the reason, in Japanese, without the line's content."""


class _Reading(Struct):
    zone: ZoneInfo
    legs: dict[tuple[str, int], Leg] = {}
    refusals: list[Refusal] = []
    duplicates: int = 0

    def take(self, number: int, line: str) -> None:
        try:
            leg = _leg(number, line, self.zone)
        except _BadLine as bad:
            self.refusals.append(Refusal(number, str(bad)))
            return
        key = (leg.unique_id, leg.sequence)
        self.duplicates += key in self.legs
        self.legs.setdefault(key, leg)


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name. InvalidInput on `zone`."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise refused("zone", "時刻の基準（UTC、Asia/Tokyoなど）を選んでください。") from error


def _leg(number: int, line: str, zone: ZoneInfo) -> Leg:
    # Asterisk writes one record a line: read alone, a stray quotation mark spoils its own line only.
    try:
        row = next(csv.reader((line,), strict=True))
    except csv.Error as error:
        raise _BadLine('引用符（"）の対応が正しくありません。') from error
    if len(row) != COLUMNS:
        raise _BadLine(f"列の数が{COLUMNS}ではありません（{len(row)}列）。")
    started_at = _instant(row[_START], zone, "開始時刻")
    if _instant(row[_END], zone, "終了時刻") < started_at:
        raise _BadLine("終了時刻が開始時刻より前です。")
    duration, billed = _seconds(row[_DURATION], "所要秒数"), _seconds(row[_BILLED], "通話秒数")
    answered_at = None
    if _is_person(row, billed):
        answered_at = _answered_at(row[_ANSWER], zone, started_at + timedelta(seconds=duration - billed))
    return Leg(
        unique_id=_machine_id(row[_UNIQUE_ID], "識別番号"),
        sequence=_seconds(row[_SEQUENCE], "連番"),
        linked_id=_machine_id(row[_LINKED_ID], "通話の識別番号"),
        started_at=started_at,
        to_operators=row[_APP].strip().casefold() in _OPERATOR_APPS,
        answered_at=answered_at,
        talk_seconds=billed if answered_at else 0,
        line=number,
    )


def _is_person(row: Sequence[str], billed: int) -> bool:
    channel = row[_TO_CHANNEL].strip()
    is_phone = bool(channel) and not channel.startswith("Local/")
    return is_phone and billed > 0 and row[_DISPOSITION].strip().upper() == "ANSWERED"


def _answered_at(text: str, zone: ZoneInfo, otherwise: datetime) -> datetime:
    return _instant(text, zone, "応答時刻") if text.strip() else otherwise


def _instant(text: str, zone: ZoneInfo, label: str) -> datetime:
    try:
        return _utc(text, zone)
    except (ValueError, OverflowError) as error:
        raise _BadLine(f"{label}を読み取れません。") from error


@lru_cache(maxsize=1024)  # the legs of a call share their times
def _utc(text: str, zone: ZoneInfo) -> datetime:
    if not _INSTANT.fullmatch(text):
        raise ValueError("not a time of the record")
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def _seconds(text: str, label: str) -> int:
    if not _SECONDS.fullmatch(text):
        raise _BadLine(f"{label}が0以上の整数ではありません。")
    return int(text)


def _machine_id(text: str, label: str) -> str:
    if not _MACHINE_ID.fullmatch(text):
        raise _BadLine(f"{label}の形が正しくありません。")
    return text


def _call(linked_id: str, legs: Sequence[Leg]) -> ExchangeCall:
    started_at = min(leg.started_at for leg in legs)
    line = min(leg.line for leg in legs)
    offered = any(leg.to_operators for leg in legs)
    spoken = [(leg.answered_at, leg.talk_seconds) for leg in legs if leg.answered_at]
    if not (offered and spoken):
        return ExchangeCall(linked_id, started_at, offered, False, None, None, line)
    answered_at, talk_seconds = min(spoken)
    return ExchangeCall(linked_id, started_at, True, True, _wait(started_at, answered_at), talk_seconds, line)


def _wait(started_at: datetime, answered_at: datetime) -> int:
    return max(0, int((answered_at - started_at).total_seconds()))


def merged(known: ExchangeCall, found: ExchangeCall) -> ExchangeCall:
    """One call of two tellings: a file that was cut between the legs of a call tells it in two parts.

    The same in any order, and nothing new when both tell the same.
    """
    started_at = min(known.started_at, found.started_at)
    spoken = [
        (call.started_at + timedelta(seconds=call.wait_seconds or 0), call.talk_seconds or 0)
        for call in (known, found)
        if call.answered
    ]
    offered = known.offered or found.offered
    if not spoken:
        return ExchangeCall(known.linked_id, started_at, offered, False, None, None, known.line)
    answered_at, talk_seconds = min(spoken)
    wait = _wait(started_at, answered_at)
    return ExchangeCall(known.linked_id, started_at, True, True, wait, talk_seconds, known.line)


def in_zone(call: ExchangeCall, old: str, new: str) -> ExchangeCall:
    """The call as it would be had the file's times been in another zone. InvalidInput for an unknown one."""
    written = call.started_at.astimezone(zone_of(old)).replace(tzinfo=zone_of(new))
    return replace(call, started_at=written.astimezone(UTC))


def _interval(key: tuple[date, int, bool], calls: Sequence[ExchangeCall], seconds: int | None) -> IntervalCount:
    answered = sum(call.answered for call in calls)
    return IntervalCount(
        *key,
        offered=len(calls),
        answered=answered,
        abandoned=len(calls) - answered,
        wait_seconds=sum(call.wait_seconds or 0 for call in calls),
        talk_seconds=sum(call.talk_seconds or 0 for call in calls),
        answered_within=None if seconds is None else sum(call.answered_within(seconds) for call in calls),
    )
