"""Which drafts are due by themselves, and that what was submitted or never recorded needs none."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from callcenter.clock import instant_of
from callcenter.jobs.ports import WantedJob
from callcenter.jobs.rules import JobKind
from callcenter.jobs.schedules import ask_due
from callcenter.reporting.periods.scheduling import DAYS_BACK, MONTHS_BACK, wanted_jobs
from callcenter.web.access import Role
from tests.centre import Centre
from tests.deliveries.factories import submitted as submitted_day
from tests.jobs.factories import bind_schedules
from tests.reporting.periods.june import JUNE, draft, recorded_june, submitted, work

TENTH = date(2026, 6, 10)
JUNES = WantedJob(JobKind.BUILD_MONTHLY, JUNE.from_on, JUNE.to_on)
CLOSING = 17 * 60 + 15


def _due(centre: Centre, at: datetime) -> list[WantedJob]:
    with centre.inside():
        return list(wanted_jobs(centre.contract_id, at))


def _day(on: date) -> WantedJob:
    return WantedJob(JobKind.BUILD_DAILY, on, on)


def test_nothing_is_due_where_nothing_was_ever_recorded(sqlite_centre: Centre) -> None:
    assert _due(sqlite_centre, instant_of(date(2026, 7, 1), 720)) == []


def test_a_days_draft_is_due_a_quarter_of_an_hour_after_closing(sqlite_centre: Centre) -> None:
    recorded_june(sqlite_centre)
    assert _day(TENTH) not in _due(sqlite_centre, instant_of(TENTH, CLOSING + 14))
    assert _due(sqlite_centre, instant_of(TENTH, CLOSING + 15)) == [_day(TENTH)]


def test_what_was_missed_is_made_up_for_within_five_open_days(sqlite_centre: Centre) -> None:
    recorded_june(sqlite_centre)
    fifth = date(2026, 6, 16)
    assert _day(TENTH) in _due(sqlite_centre, instant_of(fifth, CLOSING + 15))
    assert _day(TENTH) in _due(sqlite_centre, instant_of(fifth + timedelta(days=1), CLOSING + 14))
    assert _day(TENTH) not in _due(sqlite_centre, instant_of(fifth + timedelta(days=1), CLOSING + 15))


def test_a_deployment_that_learns_it_in_mid_year_builds_the_newest_and_not_the_whole_year(
    sqlite_centre: Centre,
) -> None:
    recorded_june(sqlite_centre)
    due = _due(sqlite_centre, instant_of(date(2027, 2, 10), 720))
    days = [one.period_from for one in due if one.kind is JobKind.BUILD_DAILY]
    months = [one.period_from for one in due if one.kind is JobKind.BUILD_MONTHLY]
    assert days == [date(2027, 2, on) for on in (3, 4, 5, 8, 9)]
    assert len(days) == DAYS_BACK
    assert months == [date(2026, 12, 1), date(2027, 1, 1)]
    assert len(months) == MONTHS_BACK


def test_of_several_years_the_last_is_made_up_for(sqlite_centre: Centre) -> None:
    centre = sqlite_centre
    with centre.inside():
        centre.contract_id = centre.new_contract("R8-10", ends_on=date(2029, 3, 31))
    recorded_june(centre)
    due = _due(centre, instant_of(date(2028, 4, 3), 720))
    assert [one.period_from for one in due if one.kind is JobKind.BUILD_ANNUAL] == [date(2027, 4, 1)]


def test_a_month_is_due_in_the_morning_of_the_next_open_day(sqlite_centre: Centre) -> None:
    recorded_june(sqlite_centre)
    assert JUNES not in _due(sqlite_centre, instant_of(date(2026, 7, 1), 449))
    assert JUNES in _due(sqlite_centre, instant_of(date(2026, 7, 1), 450))


def test_months_before_the_first_record_are_not_due(sqlite_centre: Centre) -> None:
    recorded_june(sqlite_centre)
    months = [one for one in _due(sqlite_centre, instant_of(date(2026, 7, 1), 450)) if one.kind is not _day(TENTH).kind]
    assert months == [JUNES]


def test_the_year_is_due_on_the_first_open_day_after_it(sqlite_centre: Centre) -> None:
    recorded_june(sqlite_centre)
    year = WantedJob(JobKind.BUILD_ANNUAL, date(2026, 4, 1), date(2027, 3, 31))
    assert year not in _due(sqlite_centre, instant_of(date(2027, 3, 31), 1439))
    assert year in _due(sqlite_centre, instant_of(date(2027, 4, 1), 450))


def test_what_was_submitted_needs_no_draft(sqlite_centre: Centre) -> None:
    supervisor = recorded_june(sqlite_centre)
    submitted_day(sqlite_centre, supervisor, on=TENTH)
    submitted(sqlite_centre, supervisor)
    due = _due(sqlite_centre, instant_of(date(2026, 7, 1), 720))
    assert JUNES not in due
    assert _day(TENTH) not in due
    assert _day(date(2026, 6, 30)) in due


def test_the_schedule_asks_once_and_the_worker_builds(centre: Centre) -> None:
    recorded_june(centre)
    centre.at(instant_of(TENTH, CLOSING + 15))
    bind_schedules(centre.app, wanted_jobs)
    assert ask_due(centre.app) == 1
    assert ask_due(centre.app) == 0
    assert work(centre) == 1
    centre.at(instant_of(date(2026, 7, 1), 450))
    assert ask_due(centre.app) > 0
    work(centre)
    assert draft(centre) is not None


def test_a_draft_of_the_schedule_is_no_persons_act(sqlite_centre: Centre) -> None:
    recorded_june(sqlite_centre)
    centre = sqlite_centre
    bind_schedules(centre.app, wanted_jobs)
    ask_due(centre.app)
    work(centre)
    page = centre.person(Role.SUPERVISOR).client().get("/reports/periods").text
    assert "点検して、承認してください" in page
