"""Rules of the papers beside the staff list: what is valid on a day, what an agreement may say. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from callcenter.coded import Labelled
from callcenter.rosters.codes import AgreementKind
from reports.wareki import length

ENDING_DAYS: Final = 30
"""So many days before its end a paper is said to end soon."""
MONTH_MOST: Final = {AgreementKind.OVERTIME: 45 * 60, AgreementKind.OVERTIME_SPECIAL: 100 * 60 - 1}
"""Minutes of overtime a month an agreement may allow (Labour Standards Act 36(4), 36(6): under 100 hours)."""
YEAR_MOST: Final = {AgreementKind.OVERTIME: 360 * 60, AgreementKind.OVERTIME_SPECIAL: 720 * 60}
"""Minutes of overtime a year (36(4), 36(5))."""
IMPOSSIBLE_WITHOUT: Final = {
    AgreementKind.OVERTIME: "1日8時間・1週40時間を超える勤務はできません（労働基準法36条1項）。",
    AgreementKind.OVERTIME_SPECIAL: "月45時間・年360時間を超える時間外労働はできません（労働基準法36条5項）。",
    AgreementKind.STAGGERED_BREAKS: "休憩の時刻が人により違う勤務表は公開できません（労働基準法34条2項）。",
}


class Standing(Labelled):
    """How a person stands with a paper on a day."""

    VALID = "valid", "有効"
    ENDING = "ending", "期限切れ間近"
    EXPIRED = "expired", "期限切れ"
    NONE = "none", "未登録"

    @property
    def badge(self) -> str:
        """The badge: colour and shape."""
        return {"valid": "ok", "ending": "warn"}.get(self.value, "bad")


class Period(Struct, frozen=True):
    """Days from `from_on` to `until`, both included; `until` None: without end."""

    from_on: date
    until: date | None = None

    def covers(self, on: date) -> bool:
        return self.from_on <= on and (self.until is None or on <= self.until)


Periods = Sequence[Period]


def covered(periods: Iterable[Period], on: date) -> bool:
    """Whether any of the periods holds the day."""
    return any(period.covers(on) for period in periods)


def covered_until(periods: Iterable[Period], on: date) -> date | None:
    """The last day of the unbroken cover that holds `on`; None when it has no end. ValueError when nothing covers."""
    last: date | None = None
    for period in sorted(periods, key=lambda one: one.from_on):
        if period.from_on > (last or on) + timedelta(days=1 if last else 0):
            break
        if period.until is None:
            return None
        if period.until >= on:
            last = period.until if last is None else max(last, period.until)
    if last is None:
        raise ValueError(f"nothing covers {on}")
    return last


def standing(periods: Periods, on: date) -> Standing:
    """Valid, ending within 30 days without another that follows, expired, or never there by that day."""
    if covered(periods, on):
        last = covered_until(periods, on)
        return Standing.VALID if last is None or (last - on).days > ENDING_DAYS else Standing.ENDING
    return Standing.EXPIRED if any(period.from_on <= on for period in periods) else Standing.NONE


class AgreementTerms(Struct, frozen=True):
    """What an agreement says; limits in minutes, None where the law's hold."""

    kind: AgreementKind
    period: tuple[date, date]
    concluded_on: date
    month_limit: int | None = None
    year_limit: int | None = None


def agreement_faults(new: AgreementTerms, overtime: Periods, today: date) -> dict[str, list[str]]:
    """Why an agreement cannot be recorded, by field. `overtime`: the periods of the standing overtime agreements, in
    which a special clause has to lie (Labour Standards Act 36(5))."""
    from_on, to_on = new.period
    errors: dict[str, list[str]] = {}
    if to_on < from_on:
        errors["to_on"] = ["終わりの日は、始まりの日以後にしてください。"]
    if new.concluded_on > min(from_on, today):
        errors["concluded_on"] = ["締結日は、今日まで、かつ有効期間の始まりの日までの日にしてください。"]
    if new.kind is AgreementKind.OVERTIME_SPECIAL and not errors and not _within(overtime, from_on, to_on):
        errors["from_on"] = ["特別条項は、登録済みの36協定の有効期間の中で登録してください（労働基準法36条5項）。"]
    return errors | _limit_faults(new)


def _within(periods: Periods, from_on: date, to_on: date) -> bool:
    if not covered(periods, from_on):
        return False
    last = covered_until(periods, from_on)
    return last is None or last >= to_on


def _limit_faults(new: AgreementTerms) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    limits = (("month_limit", new.month_limit, MONTH_MOST), ("year_limit", new.year_limit, YEAR_MOST))
    for name, minutes, most in limits:
        if minutes is None:
            continue
        if new.kind not in most:
            errors[name] = ["一斉休憩の協定には、時間外労働の上限はありません。空欄にしてください。"]
        elif minutes > most[new.kind]:
            errors[name] = [f"{length(most[new.kind])}までにしてください（労働基準法36条）。"]
    return errors
