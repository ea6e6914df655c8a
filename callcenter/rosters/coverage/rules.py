"""Pure rules of the coverage proof (003 clause 6): stretches below the minimum, and which notes belong to them.

Minutes are minutes of the local day. A note belongs to a stretch by shared minutes, so that it stays with it when
punches are corrected later; where nothing is short any more the note stands alone, as 解消.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from callcenter.coded import Labelled
from callcenter.rosters.codes import ShortageCause
from callcenter.rosters.rules import Shortage
from scheduling.intervals import MinuteRange, union


class NoteState(Labelled):
    """Whether a stretch, or what was noted of one, still waits for somebody."""

    OPEN = "open", "未記入"
    NOTED = "noted", "記入済み"
    RESOLVED = "resolved", "解消"


class Note(Struct, frozen=True):
    """Cause and measure of a stretch, as noted. `superseded`: a later note of the same minutes stands in its place."""

    id: UUID
    on: date
    span: MinuteRange
    cause: ShortageCause
    detail: str
    measure: str
    recorded_at: datetime
    recorder: str
    superseded: bool = False


class Stretch(Struct, frozen=True):
    """Minutes on end below the minimum. `fewest`: operators at its worst; `over`: it can grow no longer."""

    span: MinuteRange
    fewest: int
    over: bool
    notes: tuple[Note, ...] = ()

    @property
    def state(self) -> NoteState:
        return NoteState.NOTED if self.notes else NoteState.OPEN

    @property
    def last(self) -> Note | None:
        """The note recorded last: what a form is filled in against."""
        return max(self.notes, key=_age, default=None)

    @property
    def unfinished(self) -> bool:
        """Over, and nobody has noted why."""
        return self.over and not self.notes


def stretches(
    shortages: Sequence[Shortage], judged: MinuteRange | None, hours: MinuteRange | None, notes: Sequence[Note] = ()
) -> tuple[Stretch, ...]:
    """The shortages of a day, neighbouring ones joined, each with its notes. `judged`: the part of the opening `hours`
    that is over; what reaches its end is going on unless the hours end there too."""
    if judged is None or hours is None:
        return ()
    running = None if judged.end == hours.end else judged.end
    return tuple(
        Stretch(whole, _fewest(whole, shortages), whole.end != running, notes_for(whole, notes))
        for whole in union(one.span for one in shortages)
    )


def _fewest(whole: MinuteRange, shortages: Iterable[Shortage]) -> int:
    return min(one.present for one in shortages if one.span.overlaps(whole))


def notes_for(span: MinuteRange, notes: Iterable[Note]) -> tuple[Note, ...]:
    """The notes that stand for these minutes, in their order: where two share any of them, the later one alone."""
    kept: list[tuple[MinuteRange, Note]] = []
    for note in sorted(notes, key=_age, reverse=True):
        part = None if note.superseded else note.span.intersection(span)
        if part is not None and not any(part.overlaps(other) for other, _ in kept):
            kept.append((part, note))
    return tuple(note for _, note in sorted(kept, key=lambda entry: entry[0]))


def _age(note: Note) -> tuple[datetime, UUID]:
    return note.recorded_at, note.id


def resolved(found: Iterable[Stretch], notes: Iterable[Note]) -> tuple[Note, ...]:
    """The standing notes of minutes that are not short any more."""
    short = [one.span for one in found]
    return tuple(note for note in notes if not note.superseded and not any(note.span.overlaps(one) for one in short))


def stretch_at(found: Iterable[Stretch], span: MinuteRange) -> Stretch | None:
    """The first stretch that shares a minute with these."""
    return next((one for one in found if one.span.overlaps(span)), None)
