"""What happens besides the calls: matters to report, forgotten punches, double records, the city's decisions.

Days are told by how many open days lie between them and the demonstration's today: 1 is yesterday. The recent ones
are chosen so that every state a report can have stands on the screen, and something is left to do this morning.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from callcenter.demo.attendance import PersonDay
from callcenter.demo.shape import DayShape

SUBMITTED_DAYS: Final = range(2, 11)
"""Reports are handed over up to the day before yesterday; yesterday's is this morning's work."""
AWAITS_CITY: Final = 2
SENT_BACK: Final = 5
SENT_BACK_COMMENT: Final = (
    "午前中に電話がつながりにくかったとの声が市に届いています。状況を報告事項に書き加えてください。"
)
CHANGE_NOTE: Final = "午前中の応答状況を報告事項に追記しました。"
LEFT_OPEN: Final = 1
"""The day whose forgotten punch and whose differences nobody has looked at yet."""
VOID_REASON: Final = "同じ通話を二重に記録したため。"
PUNCH_REASON: Final = "退勤の打刻を忘れたため、本人の申告と入退室の記録を確認して訂正しました。"
NEXT_SLOT: Final = "時間帯の変わり目に着信し、次の時間帯に応答したため。"
HANGS_UP: Final = "応答した直後に切れ、記録する内容がなかったため。"


class MatterKey(StrEnum):
    """The kinds of a matter, as reporting names them."""

    DIFFICULT = "difficult"
    TROUBLE = "trouble"
    EQUIPMENT = "equipment"
    PROPOSAL = "proposal"
    OTHER = "other"


class Told(Struct, frozen=True):
    """A matter to report."""

    kind: MatterKey
    minute: int | None
    text: str


ADDED_AFTER_SENDING_BACK: Final = Told(
    MatterKey.OTHER,
    570,
    "9時30分から10時30分まで着信が集中し、待ち時間が長くなりました。"
    "翌日から昼休みの交替を早め、応答できる人数を増やします。",
)
_MATTER_EVERY: Final = 8
_VOID_EVERY: Final = 13
_FORGET_EVERY: Final = 29


def matter_of(open_days_ahead: int) -> Told | None:
    """The matter of that day, if there is one."""
    number, rest = divmod(open_days_ahead, _MATTER_EVERY)
    return _matters()[number % len(_matters())] if rest == 3 else None


@cache
def _matters() -> tuple[Told, ...]:
    source = files("callcenter.demo") / "data" / "matters.csv"
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines())
    return tuple(
        Told(MatterKey(row["kind"]), int(row["minute"]) if row["minute"] else None, row["text"]) for row in rows
    )


def voids_a_call(open_days_ahead: int) -> bool:
    return open_days_ahead % _VOID_EVERY == 6


def forgetful(open_days_ahead: int) -> bool:
    """Whether someone left without punching out that day."""
    return open_days_ahead % _FORGET_EVERY == LEFT_OPEN


def with_forgotten(people: tuple[PersonDay, ...], open_days_ahead: int) -> tuple[PersonDay, ...]:
    """The same people; on a forgetful day the last of the operators did not punch out."""
    if not forgetful(open_days_ahead):
        return people
    *others, last = people
    return (*others, replace(last, marks=last.marks[:-1]))


class Gap(Struct, frozen=True):
    """A half hour in which the exchange answered `difference` more than was recorded, and why."""

    start_minute: int
    difference: int
    reason: str


def gaps_of(day: DayShape) -> Iterator[Gap]:
    """Where exchange and records differ: mostly a call that rang in one half hour and was answered in the next."""
    recorded = [call.start_second // 1800 * 30 for call in day.calls if call.by_exchange]
    rang = [call.offered_second // 1800 * 30 for call in day.calls if call.by_exchange]
    for interval in day.intervals:
        minute = interval.start_minute
        difference = interval.answered - recorded.count(minute)
        if difference:
            unrecorded = interval.answered != rang.count(minute)
            yield Gap(minute, difference, HANGS_UP if unrecorded else NEXT_SLOT)


class LeftOpen(Struct, frozen=True):
    """A call that its operator has begun to note and not saved."""

    desk: int
    minute: int
    phone: str
    question: str


def left_open(open_days_ahead: int) -> tuple[LeftOpen, ...]:
    """Yesterday's forgotten one, and the one somebody is on the phone with right now."""
    return _LEFT_OPEN.get(open_days_ahead, ())


_LEFT_OPEN: Final = {
    LEFT_OPEN: (LeftOpen(1, 1027, "080-0000-1027", "交付通知書が届いたが、受取りに行ける日が平日にない。"),),
    0: (LeftOpen(2, 608, "090-0000-0608", "引越しの届出とあわせてカードの住所を変えたい。"),),
}
