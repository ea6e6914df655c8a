"""Pure rules around the punches: personal codes and their throttle, adherence, totals of a month."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from msgspec import Struct

from callcenter.rosters.rules import Cut, Record, Remark, RemarkCode, break_minutes
from scheduling.intervals import MinuteRange, intersect, total_minutes

SHORTEST_CODE: Final = 4
LONGEST_CODE: Final = 8
WRONG_TRIES: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
TRIVIAL: Final = "推測されやすい番号です。同じ数字、続き番号、くり返しは使えません。"


# --- personal codes ---


def plain_code(typed: str) -> str:
    """A personal code in the one form it is kept in: full-width typing makes no difference."""
    return unicodedata.normalize("NFKC", typed).strip()


def code_faults(code: str, staff_code: str) -> list[str]:
    """Why a personal code (plain) cannot be given to the person with that code on the list; empty when it can."""
    if not (code.isascii() and code.isdigit() and SHORTEST_CODE <= len(code) <= LONGEST_CODE):
        return [f"{SHORTEST_CODE}〜{LONGEST_CODE}桁の数字で入力してください。"]
    if _runs(code) or _repeats(code):
        return [TRIVIAL]
    if code == _digits(staff_code).zfill(len(code)):
        return ["名簿の記号と同じ番号は使えません。"]
    return []


def _runs(code: str) -> bool:
    """Whether each digit is the one before plus 0, 1 or -1, always the same step; after 9 comes 0."""
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(code)}
    return len(steps) == 1 and steps <= {0, 1, 9}


def _repeats(code: str) -> bool:
    """Whether a shorter piece makes up the whole: 1212, 123123."""
    return code in (code + code)[1:-1]


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and letter.isdigit())


class Throttle(Struct, frozen=True):
    """The wrong tries at a person's code since the last right one, and until when no further one is heard."""

    wrong: int = 0
    locked_until: datetime | None = None

    def locked_at(self, at: datetime) -> bool:
        """At exactly `locked_until` the lock has ended."""
        return self.locked_until is not None and at < self.locked_until


def counted_try(throttle: Throttle, at: datetime) -> Throttle:
    """The throttle with one more try, held for wrong until it is known to be right: the fifth wrong one locks for 15
    minutes, after which the count begins anew. Raises `ValueError` while locked."""
    if throttle.locked_at(at):
        raise ValueError("no try is heard while locked")
    before = 0 if throttle.locked_until is not None else throttle.wrong
    wrong = before + 1
    return Throttle(wrong, at + LOCKED_FOR if wrong >= WRONG_TRIES else None)


# --- months ---


def first_of_month(on: date) -> date:
    return on.replace(day=1)


def last_of_month(on: date) -> date:
    return next_month(on) - timedelta(days=1)


def next_month(on: date) -> date:
    """The first day of the month after that of `on`."""
    return date(on.year + on.month // 12, on.month % 12 + 1, 1)


def months_between(first: date, last: date) -> list[date]:
    """The first day of each month from that of `first` to that of `last`."""
    found, month = [], first_of_month(first)
    while month <= last:
        found.append(month)
        month = next_month(month)
    return found


# --- adherence ---


class Kept(Struct, frozen=True):
    """Adherence (スケジュール遵守率) as additive minutes: `kept` worked within planned work, `due` of the planned work
    that is over."""

    kept: int = 0
    due: int = 0

    @property
    def ratio(self) -> float | None:
        """Σ kept ÷ Σ due; None when nothing was planned."""
        return self.kept / self.due if self.due else None

    def __add__(self, other: Kept) -> Kept:
        return Kept(self.kept + other.kept, self.due + other.due)


def kept_of(planned_work: Iterable[MinuteRange], record: Record, cut: Cut) -> Kept:
    """How a day's planned work (breaks taken off) was kept, as far as the day is over."""
    if cut.minute <= 0:
        return Kept()
    due = intersect(planned_work, [MinuteRange(0, cut.minute)])
    return Kept(total_minutes(intersect(due, record.present)), total_minutes(due))


def sum_kept(parts: Iterable[Kept]) -> Kept:
    return sum(parts, Kept())


# --- totals ---


class DayFigures(Struct, frozen=True):
    """What a person's day adds to the totals; minutes. `overtime` is 法定時間外労働, `rest_day` 法定休日労働."""

    planned: int = 0
    worked: int = 0
    breaks: int = 0
    overtime: int = 0
    rest_day: int = 0
    kept: Kept = Kept()
    planned_days: int = 0
    worked_days: int = 0
    remarks: tuple[Remark, ...] = ()


def day_figures(planned: int, record: Record, cut: Cut, remarks: tuple[Remark, ...], kept: Kept) -> DayFigures:
    """The figures of a day without what only the week can tell (overtime)."""
    return DayFigures(
        planned=planned,
        worked=record.worked_minutes,
        breaks=break_minutes(record, cut),
        kept=kept,
        planned_days=int(planned > 0),
        worked_days=int(bool(record.actual)),
        remarks=remarks,
    )


class Totals(Struct, frozen=True):
    """Sums over days of one person, or of one day over people."""

    planned: int
    worked: int
    breaks: int
    overtime: int
    rest_day: int
    kept: Kept
    planned_days: int
    worked_days: int
    counts: dict[RemarkCode, int]
    minutes: dict[RemarkCode, int]

    @property
    def forgotten(self) -> int:
        """How often a last punch is missing."""
        return self.counts[RemarkCode.FORGOTTEN_OUT] + self.counts[RemarkCode.FORGOTTEN_BREAK_END]

    def count(self, code: str) -> int:
        return self.counts[RemarkCode(code)]

    def minute(self, code: str) -> int:
        return self.minutes[RemarkCode(code)]


def totals(days: Sequence[DayFigures]) -> Totals:
    """Additive sums; remarks by how often and by how many minutes."""
    remarks = [remark for day in days for remark in day.remarks]
    return Totals(
        planned=sum(day.planned for day in days),
        worked=sum(day.worked for day in days),
        breaks=sum(day.breaks for day in days),
        overtime=sum(day.overtime for day in days),
        rest_day=sum(day.rest_day for day in days),
        kept=sum_kept(day.kept for day in days),
        planned_days=sum(day.planned_days for day in days),
        worked_days=sum(day.worked_days for day in days),
        counts={code: sum(one.code is code for one in remarks) for code in RemarkCode},
        minutes={code: sum(one.minutes or 0 for one in remarks if one.code is code) for code in RemarkCode},
    )
