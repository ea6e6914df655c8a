"""The limits of overtime of Art. 36, held against what a person worked or is to work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import accumulate

from msgspec import Struct

from scheduling.labour.law import OvertimeCap, rules_on
from scheduling.labour.overtime import (
    agreement_year,
    grouped,
    month_of,
    months_back,
    overtime_by_day,
    rest_day_work,
    sum_within,
)
from scheduling.labour.values import (
    Agreement,
    AgreementKind,
    Interval,
    LabourSettings,
    Level,
    Violation,
    ViolationCode,
    in_force,
)

AGREED_BY = "労働基準法第36条第1項"  # also what a limit of the agreement itself, lower than the law's, rests on
_CEILING = "労働基準法第36条第4項"
_SPECIAL = "労働基準法第36条第5項"
_MONTH_TOTAL = "労働基準法第36条第6項第2号"
_AVERAGE = "労働基準法第36条第6項第3号"


class _Limit(Struct, frozen=True):
    """At most ``allowed`` minutes of ``counted`` in the span, on average over ``months``; the clause may lift it."""

    code: ViolationCode
    law: str
    span: Interval
    allowed: int
    counted: Mapping[date, int]
    months: int = 1
    lifted_by_clause: bool = False


class _Case(Struct, frozen=True):
    """One person's overtime, and overtime with rest-day work, and by what it is judged."""

    person: str
    period: Interval
    agreements: tuple[Agreement, ...]
    settings: LabourSettings
    overtime: Mapping[date, int]
    resting: Mapping[date, int]
    total: Mapping[date, int]

    def cap(self, span: Interval) -> OvertimeCap | None:
        """The law's cap for a span: none for one that began before the cap did."""
        return rules_on(span.from_on, small_employer=self.settings.small_employer).cap

    def has_clause(self, span: Interval) -> bool:
        return any(_overlaps(one, AgreementKind.SPECIAL_CLAUSE, span) for one in self.agreements)

    def agreed(self, kind: AgreementKind, span: Interval, yearly: bool = False) -> Iterator[int]:
        """The limits of the agreements in force in some part of the span."""
        for one in self.agreements:
            limit = one.yearly_minutes if yearly else one.monthly_minutes
            if limit is not None and _overlaps(one, kind, span):
                yield limit


def _overlaps(agreement: Agreement, kind: AgreementKind, span: Interval) -> bool:
    return agreement.kind is kind and agreement.from_on <= span.to_on and span.from_on <= agreement.to_on


def overtime_findings(
    person: str,
    worked: Mapping[date, int],
    period: Interval,
    agreements: tuple[Agreement, ...] = (),
    settings: LabourSettings = LabourSettings(),
) -> list[Violation]:
    """What the months and years touched by the period show up to its last day, by Art. 36.

    Errors: work without an agreement on its day; more overtime than 45 hours a month or 360 hours a year (or the
    agreement's limits), where the special clause is not in force on the day that passes it; and, clause or not, 100
    hours of overtime and rest-day work in a month or more than 80 on average of 2 to 6 months (the worst span is
    told); with the clause 720 hours of overtime a year and a seventh month over 45. Warnings: from the share of a
    limit that the settings name, or past a limit that the clause lifts.

    A finding needs work that counts on a day of the period; its interval is the whole month, span of months or year.
    ``worked`` should reach back over five months and to the start of the year, and may go past the period.
    """
    overtime, resting = overtime_by_day(worked, settings), rest_day_work(worked, settings)
    case = _Case(person, period, agreements, settings, overtime, resting, overtime | resting)
    months = list(grouped(period.days(), month_of))
    years = {agreement_year(month.to_on, agreements): None for month in months}
    found = [one for month in months for one in _of_month(case, month)]
    return found + [one for year in years for one in _of_year(case, year)]


def _of_month(case: _Case, month: Interval) -> Iterator[Violation]:
    unagreed = (ViolationCode.UNAGREED_OVERTIME, AgreementKind.OVERTIME, case.overtime)
    unagreed_rest = (ViolationCode.UNAGREED_REST_DAY_WORK, AgreementKind.REST_DAY_WORK, case.resting)
    for code, kind, counted in (unagreed, unagreed_rest):
        yield from _without_agreement(
            case,
            month,
            code,
            {on: minutes for on, minutes in counted.items() if not in_force(case.agreements, kind, on)},
        )
    cap = case.cap(month)
    if cap is not None:
        yield from _judged(case, _month_limits(case, cap, month))
        yield from _worst(_judged(case, _average_limits(case, cap, month)))


def _without_agreement(
    case: _Case, month: Interval, code: ViolationCode, counted: Mapping[date, int]
) -> Iterator[Violation]:
    days = sorted(on for on in counted if on in case.period and on in month)
    if days:
        found = sum(counted[on] for on in days)
        yield Violation(code, AGREED_BY, case.person, Interval(days[0], days[-1]), found=found)


def _month_limits(case: _Case, cap: OvertimeCap, month: Interval) -> Iterator[_Limit]:
    allowed = min([cap.month, *case.agreed(AgreementKind.OVERTIME, month)])
    law = _CEILING if allowed == cap.month else AGREED_BY
    yield _Limit(ViolationCode.MONTH_OVERTIME, law, month, allowed, case.overtime, lifted_by_clause=True)
    below = cap.month_total_below - 1
    allowed = min([below, *case.agreed(AgreementKind.SPECIAL_CLAUSE, month)])
    law = _MONTH_TOTAL if allowed == below else AGREED_BY
    yield _Limit(ViolationCode.MONTH_TOTAL, law, month, allowed, case.total)


def _average_limits(case: _Case, cap: OvertimeCap, month: Interval) -> Iterator[_Limit]:
    for count in cap.average_spans:
        span = months_back(month, count)
        if case.cap(span) is not None:
            yield _Limit(ViolationCode.AVERAGE_TOTAL, _AVERAGE, span, cap.average_total, case.total, months=count)


def _of_year(case: _Case, year: Interval) -> Iterator[Violation]:
    cap = case.cap(year)
    if cap is None:
        return
    yield from _judged(case, _year_limits(case, cap, year))
    if case.has_clause(year):
        yield from _months_over(case, cap, year)


def _year_limits(case: _Case, cap: OvertimeCap, year: Interval) -> Iterator[_Limit]:
    allowed = min([cap.year, *case.agreed(AgreementKind.OVERTIME, year, yearly=True)])
    law = _CEILING if allowed == cap.year else AGREED_BY
    yield _Limit(ViolationCode.YEAR_OVERTIME, law, year, allowed, case.overtime, lifted_by_clause=True)
    if case.has_clause(year):
        allowed = min([cap.special_year, *case.agreed(AgreementKind.SPECIAL_CLAUSE, year, yearly=True)])
        law = _SPECIAL if allowed == cap.special_year else AGREED_BY
        yield _Limit(ViolationCode.SPECIAL_YEAR, law, year, allowed, case.overtime)


def _months_over(case: _Case, cap: OvertimeCap, year: Interval) -> Iterator[Violation]:
    until = year.within(Interval(year.from_on, case.period.to_on))
    by_month = grouped((on for on in case.overtime if on in until), month_of)
    over = [month for month in by_month if sum_within(case.overtime, month.within(until)) > cap.month]
    level = _level(case, len(over), cap.months_over, breached=len(over) > cap.months_over)
    if level is not None and any(on in case.period for on in by_month[over[-1]]):
        code = ViolationCode.MONTHS_OVER
        yield Violation(code, _SPECIAL, case.person, year, level, len(over), cap.months_over)


def _judged(case: _Case, limits: Iterable[_Limit]) -> Iterator[Violation]:
    for limit in limits:
        days = sorted(on for on in limit.counted if on in limit.span and on <= case.period.to_on)
        if days and days[-1] in case.period:
            total = sum(limit.counted[on] for on in days)
            level = _level(case, total, limit.allowed * limit.months, breached=_breached(case, limit, days))
            if level is not None:
                found = -(-total // limit.months)  # rounded up: a minute over the average must show
                yield Violation(
                    limit.code, limit.law, case.person, limit.span, level, found, limit.allowed, limit.months
                )


def _breached(case: _Case, limit: _Limit, days: list[date]) -> bool:
    """Whether work on a day of the period goes past the limit with no clause in force that day to lift it."""
    running = accumulate(limit.counted[on] for on in days)
    passing = (on for on, total in zip(days, running, strict=True) if total > limit.allowed * limit.months)
    clause = AgreementKind.SPECIAL_CLAUSE
    return any(
        on in case.period and not (limit.lifted_by_clause and in_force(case.agreements, clause, on)) for on in passing
    )


def _level(case: _Case, found: int, allowed: int, *, breached: bool) -> Level | None:
    if breached:
        return Level.ERROR
    return Level.WARNING if found and found * 100 >= allowed * case.settings.warn_percent else None


def _worst(findings: Iterable[Violation]) -> list[Violation]:
    """The highest average, which is also the gravest; of equal ones that of the shortest span."""
    return sorted(findings, key=lambda one: one.found, reverse=True)[:1]
