"""Raw rows by chance for `world.World`: calls, counts of an exchange, shifts and punches, submissions, reservations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from callcenter.calls.rules import Channel, Disposition, Language, Relation
from callcenter.reservations.rules import CancelReason, EventKind
from callcenter.reservations.rules import Channel as BookingChannel

CATEGORIES = ("0101", "0202", "0301", "0305", "0401", "0402", "1202", "1203")
HALVES = tuple(range(510, 1035, 30))


@dataclass
class RawCall:
    """A row of `calls`. `phone`: which made-up phone, None for none."""

    on: date
    minute: int
    state: str = "saved"
    number: int | None = None
    channel: str = "phone"
    relation: str = "self"
    language: str = "ja"
    disposition: str | None = "completed"
    category: str | None = "0401"
    complaint: bool = False
    difficult: bool = False
    talk: int | None = 60
    after: int | None = 20
    phone: int | None = None
    draft: bool = False
    text: str = ""


@dataclass
class RawCount:
    """A row of `exchange_counts`; `start` None: the whole day."""

    on: date
    source: str
    start: int | None
    inside: bool
    offered: int
    answered: int | None
    abandoned: int | None
    wait: int | None
    within: int | None
    within_seconds: int = 20
    replaced: bool = False


@dataclass
class RawStaff:
    """A person: papers (kind, title, day), shifts (day, from, to, break), punches (day, kind, minute, voided)."""

    code: str
    role: str
    papers: list[tuple[str, str, date]] = field(default_factory=list)
    shifts: list[tuple[date, int, int, tuple[int, int] | None]] = field(default_factory=list)
    punches: list[tuple[date, str, int, bool]] = field(default_factory=list)


@dataclass
class RawEvent:
    """A row of `reservation_events`."""

    on: date
    kind: str
    channel: str
    reason: str = ""


def days(from_on: date, to_on: date, after: int = 0) -> Iterator[date]:
    """Every date from one to another, and some after."""
    on = from_on
    while on <= to_on + timedelta(days=after):
        yield on
        on += timedelta(days=1)


def calls(random: Random, on_days: Sequence[date], busy: int, edges: tuple[date, date]) -> list[RawCall]:
    """Calls on weekdays and, few, at weekends; and the minutes around midnight at both edges of the month."""
    found = [
        _call(random, on, _minute(random))
        for on in on_days
        for _ in range(random.randrange(busy * 2 + 1) if on.weekday() < 5 else random.randrange(2))
    ]
    first, last = edges
    around = ((first, 1), (first, 0), (last, 1439), (last + timedelta(days=1), 1))
    found += [_call(random, on, minute, state="saved") for on, minute in around]
    if first - timedelta(days=1) in on_days:
        found.append(_call(random, first - timedelta(days=1), 1439, state="saved"))
    random.shuffle(found)
    numbered = [one for one in found if one.state != "open"]
    for number, one in enumerate(numbered, 1):
        one.number = number
    return found


def _minute(random: Random) -> int:
    """Mostly within the hours, often where they begin and end."""
    if random.random() < 0.15:
        return random.choice((0, 509, 510, 549, 550, 551, 1019, 1020, 1034, 1035, 1439))
    return random.randrange(500, 1045)


def _call(random: Random, on: date, minute: int, state: str | None = None) -> RawCall:
    state = state or random.choices(("saved", "voided", "open"), (90, 6, 4))[0]
    timed = random.random()
    is_open = state == "open"
    return RawCall(
        on=on,
        minute=minute,
        state=state,
        channel=random.choices(list(Channel), (80, 5, 5, 5, 5))[0].value,
        relation=random.choice(list(Relation)).value,
        language=random.choices(list(Language), (86, 2, 2, 2, 2, 2, 2, 2))[0].value,
        disposition=None if is_open else random.choice(list(Disposition)).value,
        category=None if is_open else random.choice(CATEGORIES),
        complaint=random.random() < 0.05,
        difficult=random.random() < 0.04,
        talk=random.randrange(900) if timed < 0.9 else None,
        after=random.randrange(300) if timed < 0.95 else None,
        phone=random.randrange(12) if random.random() < 0.6 else None,
        draft=is_open and random.random() < 0.5,
        text="報告用の要旨" if random.random() < 0.2 else "",
    )


def exchange(random: Random, on_days: Sequence[date], names: tuple[str, str]) -> tuple[list[RawCount], dict[date, str]]:
    """Counts of each day by half hours, as a whole, with holes, or none; which source rules which day."""
    found: list[RawCount] = []
    ruling: dict[date, str] = {}
    for on in on_days:
        way = random.choices(("halves", "day", "hole", "none"), (60, 12, 8, 20))[0]
        if way == "none":
            continue
        name, other = names if random.random() < 0.7 else names[::-1]
        ruling[on] = name
        starts: Sequence[int | None] = [None] if way == "day" else HALVES[:-1] if way == "hole" else HALVES
        found += [_count(random, on, name, start) for start in starts]
        if random.random() < 0.3:
            found.append(_count(random, on, name, random.choice((0, 480, 1050, None)), inside=False))
        if random.random() < 0.2:
            found += [_count(random, on, other, start) for start in HALVES]
        if random.random() < 0.2:
            found.append(_count(random, on, name, 600, replaced=True))
    return found, ruling


def _count(
    random: Random, on: date, source: str, start: int | None, inside: bool = True, replaced: bool = False
) -> RawCount:
    offered = random.randrange(12)
    answered = random.randrange(offered + 1) if random.random() < 0.97 else None
    abandoned = random.randrange(offered - (answered or 0) + 1) if random.random() < 0.97 else None
    known = answered is not None and random.random() < 0.97
    return RawCount(
        on=on,
        source=source,
        start=start,
        inside=inside,
        offered=offered,
        answered=answered,
        abandoned=abandoned,
        wait=(answered or 0) * random.randrange(1, 40) if known else None,
        within=random.randrange((answered or 0) + 1) if known else None,
        replaced=replaced,
    )


def staff(random: Random, on_days: Sequence[date], month: date) -> list[RawStaff]:
    """A supervisor and four operators, one of whom finishes the training within the month."""
    begun = date(2026, 3, 23)
    found = [RawStaff("S1", "supervisor", [("training", "着任時研修", begun)])]
    for number in range(1, 5):
        on = month + timedelta(days=random.randrange(20)) if number == 4 else begun
        papers = [("training", "着任時研修", on)]
        if random.random() < 0.5:
            papers.append(("pledge", "誓約書", month + timedelta(days=random.randrange(20))))
        found.append(RawStaff(f"A{number}", "operator", papers))
    for one in found:
        for on in on_days:
            if on.weekday() < 5 and random.random() < 0.75:
                _work(random, one, on)
    return found


def _work(random: Random, one: RawStaff, on: date) -> None:
    start, end = random.choice(((510, 1035), (500, 1040), (540, 960)))
    rest = random.choice((None, (720, 780), (760, 805)))
    if random.random() < 0.9:
        one.shifts.append((on, start, end, rest))
    came = random.random()
    if came < 0.1:
        return
    late = random.choice((0, 0, 0, 12, 75))
    marks = [("in", start + late, False)]
    if rest and random.random() < 0.9:
        marks += [("break_start", rest[0], False), ("break_end", rest[1] + random.choice((0, 0, 9)), False)]
    if came < 0.95:
        marks.append(("out", end + random.choice((0, -30, 5)), False))
    if random.random() < 0.1:
        marks.append(("out", 1200, True))
    one.punches += [(on, kind, minute, voided) for kind, minute, voided in marks]


def submissions(random: Random) -> list[int]:
    """Minutes after 17:30 of the day at which each version of its report was submitted."""
    first = random.choice((5, 60, 390 - 1, 390, 1000, 1440, 2880 + 389, 3 * 1440 + 400, 5 * 1440))
    return [first, first + 3000] if random.random() < 0.2 else [first]


def events(random: Random, on_days: Sequence[date]) -> list[RawEvent]:
    """Steps of reservations; in some worlds nothing is reserved."""
    if random.random() < 0.3:
        return []
    found = []
    for on in on_days:
        for _ in range(random.randrange(4)):
            kind = random.choice(list(EventKind)).value
            reason = random.choice(list(CancelReason)).value if kind == "cancelled" else ""
            found.append(RawEvent(on, kind, random.choice(list(BookingChannel)).value, reason))
    return found
