"""What a day's opening is described by: the readings of 003 clause 4, reasons, opening hours, exceptions."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from msgspec import Struct

from scheduling.holidays import HolidayKind
from scheduling.intervals import MinuteRange

MONDAY_TO_FRIDAY = frozenset(range(5))


class Reading(StrEnum):
    """How 「国民の祝日を含まない」 (003 clause 4) is read."""

    LISTED = "listed"
    LITERAL = "literal"
    LISTED_AND_YEAR_END = "year-end"


class ReadingText(Struct, frozen=True):
    """What a reading is called, and the sentence that says what choosing it means."""

    name: str
    consequence: str


READINGS: Mapping[Reading, ReadingText] = {
    Reading.LISTED: ReadingText(
        "祝日・休日の一覧にある日をすべて閉庁（標準）",
        "振替休日と国民の休日も閉庁日になります。12月29日〜31日は、土日を除き開庁日になります。",
    ),
    Reading.LITERAL: ReadingText(
        "国民の祝日だけを閉庁",
        "振替休日と国民の休日は開庁日になります。12月29日〜31日も、土日を除き開庁日になります。",
    ),
    Reading.LISTED_AND_YEAR_END: ReadingText(
        "祝日・休日の一覧にある日と年末年始を閉庁",
        "振替休日と国民の休日に加え、12月29日〜1月3日も閉庁日になります。",
    ),
}


class Why(StrEnum):
    """Why a day is open or closed; ``label`` is the Japanese word."""

    WEEKDAY = "weekday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    REGULAR_CLOSURE = "regular_closure"
    NATIONAL_HOLIDAY = HolidayKind.NATIONAL.value
    SUBSTITUTE_HOLIDAY = HolidayKind.SUBSTITUTE.value
    CITIZENS_HOLIDAY = HolidayKind.CITIZENS.value
    UNNAMED_HOLIDAY = HolidayKind.UNNAMED.value
    YEAR_END = "year_end"
    CLOSURE = "closure"
    EXTRA_OPENING = "extra_opening"

    @property
    def label(self) -> str:
        """The field's word for it."""
        return _WHY_LABELS[self]


_WHY_LABELS = {
    Why.WEEKDAY: "平日",
    Why.SATURDAY: "土曜日",
    Why.SUNDAY: "日曜日",
    Why.REGULAR_CLOSURE: "定休日",
    **{Why(kind.value): kind.label for kind in HolidayKind},
    Why.YEAR_END: "年末年始",
    Why.CLOSURE: "閉庁日",
    Why.EXTRA_OPENING: "臨時開庁",
}


class DayStatus(Struct, frozen=True):
    """Whether a date is open, why, and its opening hours (None when closed).

    ``detail`` is the holiday's name, or the reason of a closure or an extra opening; it may be empty.
    """

    on: date
    open: bool
    why_code: Why
    detail: str
    hours: MinuteRange | None

    @property
    def why(self) -> str:
        """The reason in Japanese: 平日, 祝日（憲法記念日）, 閉庁日（停電工事）."""
        return f"{self.why_code.label}（{self.detail}）" if self.detail else self.why_code.label


def check_weekdays(weekdays: frozenset[int]) -> None:
    """Raise ValueError unless each is a day of the week, 0 (Monday) to 6 (Sunday)."""
    if not weekdays <= frozenset(range(7)):
        raise ValueError(f"weekdays are 0 (Monday) to 6 (Sunday): {sorted(weekdays)}")


class HoursFrom(Struct, frozen=True):
    """Opening hours that hold from a date until the next such entry.

    ``weekdays`` (Monday is 0) are the days open from then on; None leaves the calendar's own.
    Raises ValueError for minutes outside the day or an unknown weekday.
    """

    from_on: date
    start_minute: int
    end_minute: int
    weekdays: frozenset[int] | None = None

    def __post_init__(self) -> None:
        MinuteRange(self.start_minute, self.end_minute)
        check_weekdays(self.weekdays or frozenset())

    @property
    def hours(self) -> MinuteRange:
        """The same as a range."""
        return MinuteRange(self.start_minute, self.end_minute)


class ExtraOpening(Struct, frozen=True):
    """A date that is open against the rule, or at other hours, and why.

    Raises ValueError for minutes outside the day or an empty reason.
    """

    reason: str
    start_minute: int
    end_minute: int

    def __post_init__(self) -> None:
        MinuteRange(self.start_minute, self.end_minute)
        if not self.reason.strip():
            raise ValueError("an extra opening needs a reason")

    @property
    def hours(self) -> MinuteRange:
        """The same as a range."""
        return MinuteRange(self.start_minute, self.end_minute)


CLAUSE_4_HOURS = (HoursFrom(date.min, 510, 1035),)
