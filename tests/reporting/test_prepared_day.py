"""The draft of a day that was prepared after closing: said on its page and on 今日, downloaded byte for byte."""

from __future__ import annotations

import re
from datetime import date

import pytest

from callcenter.audit import queries as log
from callcenter.clock import instant_of
from callcenter.deliveries.rules import Edition, Part
from callcenter.jobs.schedules import ask_due
from callcenter.reporting.periods import drafts
from callcenter.reporting.periods.scheduling import wanted_jobs
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from reports.period import Span
from tests.calls.factories import saved_call
from tests.centre import Centre, Person
from tests.deliveries.factories import submitted as submitted_day
from tests.jobs.factories import bind_schedules
from tests.reporting.periods.june import draft, period_of, recorded_june, work

TENTH = date(2026, 6, 10)
PAGE = "/reports/daily/2026-06-10"
READY = "案ができています"


def prepared_day(centre: Centre) -> Person:
    """Two calls of 10 June, and the draft that the schedule had built by half past five."""
    supervisor = recorded_june(centre)
    centre.at(instant_of(TENTH, 17 * 60 + 30))
    bind_schedules(centre.app, wanted_jobs)
    assert ask_due(centre.app) == 1
    assert work(centre) == 1
    return supervisor


def today_says(person: Person) -> str:
    return str(person.client().get("/today").text)


def test_the_page_says_that_the_draft_is_ready_and_today_does_too(centre: Centre) -> None:
    supervisor = prepared_day(centre)
    page = supervisor.client().get(PAGE).text
    assert READY in page
    assert "今の記録と同じ内容です" in page
    assert f"　{READY}。" in today_says(supervisor)


@pytest.mark.parametrize("edition", list(Edition))
def test_what_is_downloaded_is_what_was_built_byte_for_byte(centre: Centre, edition: Edition) -> None:
    supervisor = prepared_day(centre)
    browser = supervisor.client()
    (link,) = re.findall(rf'href="({PAGE}/prepared/{edition.value})"', browser.get(PAGE).text)
    day = period_of(centre, "daily", Span(TENTH, TENTH))
    with centre.inside(), transaction():
        kept = drafts.download(day, edition, Part.WORKBOOK, by=supervisor.actor, at=centre.now)
    first, second = browser.get(link), browser.get(link)
    assert first.data == second.data == kept.content
    assert first.data.startswith(b"PK")


def test_each_download_is_an_entry_of_the_log(sqlite_centre: Centre) -> None:
    supervisor = prepared_day(sqlite_centre)
    supervisor.client().get(f"{PAGE}/prepared/network")
    found = draft(sqlite_centre, "daily", Span(TENTH, TENTH))
    assert found is not None
    with sqlite_centre.inside():
        entries = log.history_of(sqlite_centre.contract_id, "report_build", str(found.id))
    assert "report.draft_downloaded" in {entry.action for entry in entries}


def test_a_record_that_came_later_makes_the_draft_old_and_it_is_not_called_ready(centre: Centre) -> None:
    supervisor = prepared_day(centre)
    centre.at(instant_of(TENTH, 17 * 60 + 40))
    saved_call(centre.person(Role.OPERATOR, name="仮山 二美").client())
    page = supervisor.client().get(PAGE).text
    assert READY not in page
    assert "案は古くなりました" in page
    assert READY not in today_says(supervisor)


def test_what_was_written_and_changed_nothing_that_is_shown_leaves_it_ready(centre: Centre) -> None:
    supervisor = prepared_day(centre)
    centre.at(instant_of(TENTH, 17 * 60 + 40))
    browser = supervisor.client()
    browser.post(f"{PAGE}/matters", data={"kind": "trouble", "text": "電話が聞こえにくかった"})
    assert READY not in today_says(supervisor)
    (matter,) = re.findall(r'action="(/reports/daily/matters/[^"]+/withdraw)"', browser.get(PAGE).text)
    browser.post(matter)
    assert READY in browser.get(PAGE).text
    assert READY in today_says(supervisor)


def test_a_day_that_was_submitted_shows_its_version_instead(sqlite_centre: Centre) -> None:
    supervisor = prepared_day(sqlite_centre)
    submitted_day(sqlite_centre, supervisor, on=TENTH)
    assert 'id="prepared"' not in supervisor.client().get(PAGE).text


def test_without_a_draft_there_is_nothing_to_download(sqlite_centre: Centre) -> None:
    browser = recorded_june(sqlite_centre).client()
    assert 'id="prepared"' not in browser.get(PAGE).text
    assert browser.get(f"{PAGE}/prepared/network").status_code == 404
    assert browser.get(f"{PAGE}/prepared/other").status_code == 404


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CITY_VIEWER, Role.CITY_OFFICER, Role.ADMINISTRATOR])
def test_only_who_leads_may_open_a_draft(sqlite_centre: Centre, role: Role) -> None:
    prepared_day(sqlite_centre)
    assert sqlite_centre.person(role).client().get(f"{PAGE}/prepared/network").status_code == 403
