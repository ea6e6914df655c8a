"""What somebody is to work: a shift with its breaks, and who works which shift on which day."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from scheduling.intervals import MinuteRange, subtract, total_minutes


class ShiftTimes(Struct, frozen=True, order=True):
    """A shift with its breaks, minutes of one local day."""

    span: MinuteRange
    breaks: tuple[MinuteRange, ...] = ()

    @property
    def worked_minutes(self) -> int:
        """Length in minutes, breaks taken off."""
        return self.span.minutes - total_minutes(self.breaks)

    @property
    def work(self) -> tuple[MinuteRange, ...]:
        """The minutes at work, breaks taken off."""
        return subtract([self.span], self.breaks)


class Assignment(Struct, frozen=True, order=True):
    """A shift of a person (by key) on a local day. One person may have several on a day, which do not overlap."""

    person: str
    on: date
    shift: ShiftTimes
