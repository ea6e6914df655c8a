"""The rules a roster has to keep, each with its law or clause. Every one can be named in a conflict."""

from __future__ import annotations

from enum import StrEnum

DAY_LIMIT_MINUTES = 480
"""Work of one day without an overtime agreement (Labour Standards Act, Art. 32(2))."""
REST_DAY_WEEK = 7
"""In each calendar week at least one day without work (Art. 35(1))."""


class RuleCode(StrEnum):
    """A hard rule."""

    FLOOR = "floor"
    """Contract clause 6: at least the minimum of counting operators at every opening minute."""
    LEADER = "leader"
    """Clause 6: a supervisor or deputy at work on every open day; at every minute when the settings require it."""
    ONE_SHIFT = "one_shift"
    """At most one shift per person and day."""
    AVAILABLE = "available"
    """Only on days on which the person is assigned, certified and not on leave (clause 9)."""
    FIXED = "fixed"
    """Fixed cells stay exactly as they are."""
    KINDS = "kinds"
    """Only the kinds of shift the person may work."""
    DAY_MINUTES = "day_minutes"
    """At most 8 hours of work a day (Art. 32(2))."""
    WEEK_MINUTES = "week_minutes"
    """At most the person's minutes of work in a calendar week: 40 hours (Art. 32(1)) unless agreed shorter."""
    REST_DAY = "rest_day"
    """One day without work in each calendar week (Art. 35(1))."""
    CONSECUTIVE = "consecutive"
    """No more days of work in a row than the settings allow."""
    CONTRACT_HOURS = "contract_hours"
    """The minutes of the period lie within the person's own contract."""
    BREAK = "break"
    """Whoever works a kind of shift with a break takes exactly one, at an allowed start (Art. 34(1))."""
    SAME_BREAK = "same_break"
    """Without a written agreement all breaks of a day start together (Art. 34(2))."""

    @property
    def label(self) -> str:
        """The rule in the words of the people who plan."""
        return _LABELS[self]


_LABELS = {
    RuleCode.FLOOR: "窓口の最低人数",
    RuleCode.LEADER: "業務責任者・副責任者の配置",
    RuleCode.ONE_SHIFT: "1人1日1勤務",
    RuleCode.AVAILABLE: "従事できる日（配置期間・研修・休暇）",
    RuleCode.FIXED: "固定した勤務",
    RuleCode.KINDS: "従事できる勤務の種類",
    RuleCode.DAY_MINUTES: "1日の労働時間の上限（8時間）",
    RuleCode.WEEK_MINUTES: "1週の労働時間の上限",
    RuleCode.REST_DAY: "週1日の休日",
    RuleCode.CONSECUTIVE: "連続勤務日数の上限",
    RuleCode.CONTRACT_HOURS: "期間の契約労働時間",
    RuleCode.BREAK: "休憩",
    RuleCode.SAME_BREAK: "休憩の一斉付与（労使協定なし）",
}
