"""What waits to be settled today belongs to no month: it makes none of them "changed"."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from callcenter.reporting.periods.changed import mark_of_period
from reports.period import PeriodReport
from tests.reports import period_sample


def _with(report: PeriodReport, **counts: object) -> PeriodReport:
    assert report.reservations is not None
    return replace(report, reservations=replace(report.reservations, **counts))


@pytest.mark.parametrize("waiting", ["to_rebook", "differences"])
def test_what_waits_today_changes_no_month_that_is_over(waiting: str) -> None:
    report = period_sample.month()
    assert mark_of_period(_with(report, **{waiting: 99})) == mark_of_period(report)


def test_what_was_entered_in_the_citys_system_afterwards_changes_none_either() -> None:
    report = _with(period_sample.month(), entries=(40, 3, 7))
    assert mark_of_period(_with(report, entries=(40, 0, 0))) == mark_of_period(report)
    assert mark_of_period(_with(report, entries=(41, 3, 7))) != mark_of_period(report)


def test_what_was_booked_in_the_month_does() -> None:
    report = period_sample.month()
    assert mark_of_period(_with(report, cancel_reasons=(("その他", 99),))) != mark_of_period(report)


def test_a_month_without_reservations_has_a_mark_too() -> None:
    report = replace(period_sample.month(), reservations=None)
    assert mark_of_period(report) != mark_of_period(period_sample.month())


def test_putting_questions_together_afterwards_changes_no_month_but_one_more_of_them_does() -> None:
    report = period_sample.month()
    use = report.documents
    assert use is not None
    together = tuple(replace(one, different=1) for one in use.unanswered)
    more = tuple(replace(one, asked=one.asked + 1) for one in use.unanswered)
    assert mark_of_period(replace(report, documents=replace(use, unanswered=together))) == mark_of_period(report)
    assert mark_of_period(replace(report, documents=replace(use, unanswered=more))) != mark_of_period(report)
    assert mark_of_period(replace(report, documents=None)) != mark_of_period(report)
