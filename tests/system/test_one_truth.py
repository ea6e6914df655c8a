"""One truth everywhere: what plain loops over the raw rows count stands on every screen and in every file.

Months are built by the job, approved on the page and submitted, as people do it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pytest

from callcenter.deliveries.queries import VersionFacts
from callcenter.deliveries.rules import Edition, Kind, Part
from callcenter.web.access import Role
from reports.period import PeriodKind, Span, month_span
from reports.wareki import WEEKDAYS
from tests.calls.factories import saved_call
from tests.centre import Browser, Centre, Person
from tests.reporting.periods.june import approve, draft_file, seen, versions, work
from tests.reporting.periods.recount import Recount, days, is_open
from tests.reporting.periods.world import World, instant
from tests.system import places
from tests.system.places import Texts, texts_of

ROOT = Path(__file__).parents[2]
MARCH, APRIL = month_span(date(2027, 3, 1)), month_span(date(2027, 4, 1))
FISCAL_2026 = Span(date(2026, 4, 1), date(2027, 3, 31))
FISCAL_2027 = Span(date(2027, 4, 1), date(2028, 3, 31))
MONTHS = (date(2026, 6, 1), date(2027, 3, 1), date(2027, 4, 1))
SUBMITTED_DAYS = 2
EDGE = "test_calls_around_midnight_fall_into_their_own_day_month_and_fiscal_year"
IN_A_ZONE = """
import sys, time, pytest
assert time.localtime(1_800_000_000).tm_gmtoff == int(sys.argv[1]), time.tzname
sys.exit(pytest.main(["-n", "0", "-p", "no:cacheprovider", sys.argv[2]]))
"""


def page_of(kind: PeriodKind, span: Span) -> str:
    return f"/reports/periods/{kind.value}/{span.from_on}/{span.to_on}"


def submit_days(world: World, browser: Browser) -> list[date]:
    """Hand over some open days' reports on the page, now, those at the ends of the month among them."""
    opened = [on for on in days(world.span) if is_open(on)]
    chosen = [*opened[: SUBMITTED_DAYS // 2], *opened[-SUBMITTED_DAYS // 2 :]]
    for on in chosen:
        page = f"/reports/daily/{on}"
        answer = browser.post(f"{page}/submit", data={"seen": seen(browser, page), "consent": "1"})
        assert answer.status_code == 303, answer.text
        world.submitted[on] = [round((world.now - instant(on, 1050)).total_seconds() / 60)]
    return chosen


def submitted(centre: Centre, world: World, browser: Browser) -> VersionFacts:
    """From the records to the version before the city."""
    page = page_of(PeriodKind.MONTHLY, world.span)
    assert browser.post(f"{page}/build").status_code == 303
    work(centre)
    answer = approve(browser, page)
    assert answer.status_code == 303, answer.text
    work(centre)
    return versions(centre, Kind.MONTHLY, world.span)[0]


def files_of(officer: Browser, version: VersionFacts, part: Part) -> Iterator[bytes]:
    """Both editions, as the city downloads them."""
    for edition in Edition:
        answer = officer.get(f"/documents/{version.id}/files/{edition.value}/{part.value}")
        assert answer.status_code == 200
        yield answer.data


def check_days(found: dict[str, Texts], recount: Recount, span: Span) -> None:
    """Every figure of every day; a closed day without anything stays empty."""
    assert len(found) == len(days(span)) + 1
    for on in days(span):
        counts = recount.day(on)
        wanted, got = texts_of(counts), found[f"{on.month}月{on.day}日"]
        assert {key: wanted[key] for key in got} == got, on
        assert bool(got) or not (is_open(on) or counts["recorded"] or counts["offered"])
    whole = texts_of(recount.period(span))
    assert {key: whole[key] for key in found["合計"]} == found["合計"]


def check_breakdowns(content: bytes, recount: Recount, span: Span) -> None:
    mine = [one for one in recount.saved if one.on in span]
    assert places.categories_in_workbook(content) == Counter((str(one.category), one.on.day) for one in mine)
    halves = (one.minute - one.minute % 30 if recount.inside(one.on, one.minute) else None for one in mine)
    weekdays = (WEEKDAYS[one.on.weekday()] for one in mine)
    assert places.hours_in_workbook(content) == Counter(zip(weekdays, halves, strict=True))


def check_word(content: bytes, wanted: Texts) -> None:
    found = places.in_word(content)
    assert {key for key, _ in found} == wanted.keys()
    assert [pair for pair in found if wanted[pair[0]] != pair[1]] == []


def check_everywhere(centre: Centre, world: World, supervisor: Person) -> None:
    browser, officer = supervisor.client(), centre.person(Role.CITY_OFFICER).client()
    handed_over = submit_days(world, browser)
    version = submitted(centre, world, browser)
    recount, span = Recount(world), world.span
    wanted = texts_of(recount.period(span))
    page = browser.get(page_of(PeriodKind.MONTHLY, span)).text
    assert places.on_page(page) == wanted
    check_days(places.days_on_page(page), recount, span)
    assert places.on_document(officer.get(f"/documents/{version.id}").text) == wanted
    assert places.in_interface(centre, version) == wanted
    for content in files_of(officer, version, Part.WORKBOOK):
        assert places.in_workbook(content) == wanted
        check_days(places.days_in_workbook(content), recount, span)
        check_breakdowns(content, recount, span)
    for content in files_of(officer, version, Part.PAPER):
        check_word(content, wanted)
    counted = {on: recount.records(on)["recorded"] for on in handed_over}
    assert places.in_open_data(officer, span.from_on, span.to_on) == counted


def _one(centre: Centre, seed: int) -> None:
    world = World.of(Random(seed), MONTHS[seed % len(MONTHS)])
    world.submitted.clear()
    world.settle(centre)
    check_everywhere(centre, world, centre.person(Role.SUPERVISOR, name="見本 責任者"))


@pytest.mark.parametrize("seed", [21, 22])
def test_a_month_is_the_same_on_every_screen_and_in_every_file(sqlite_centre: Centre, seed: int) -> None:
    _one(sqlite_centre, seed)


@pytest.mark.parametrize("seed", [23])
def test_and_on_both_databases(centre: Centre, seed: int) -> None:
    _one(centre, seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2_000, 2_040))
def test_forty_months_are_the_same_everywhere(sqlite_centre: Centre, seed: int) -> None:
    _one(sqlite_centre, seed)


def _around_midnight(centre: Centre) -> World:
    """One call at 23:59 on 31 March 2027, one at 00:01 on 1 April, saved at the desk; both years are over now."""
    world = World(APRIL.from_on)
    world.settle(centre)
    for on, minute, second in ((31, 14 * 60 + 59, 30), (31, 15 * 60 + 1, 30)):
        centre.at(datetime(2027, 3, on, minute // 60, minute % 60, second, tzinfo=UTC))
        desk = centre.person(Role.OPERATOR).client()
        saved_call(desk, timing={"started_ms_ago": 1_000, "talk_seconds": 1, "acw_seconds": 0})
    centre.at(datetime(2028, 4, 20, 1, 0, tzinfo=UTC))
    return world


def test_calls_around_midnight_fall_into_their_own_day_month_and_fiscal_year(sqlite_centre: Centre) -> None:
    world = _around_midnight(sqlite_centre)
    browser = sqlite_centre.person(Role.SUPERVISOR, name="見本 責任者").client()
    for kind, span, day in (
        (PeriodKind.MONTHLY, MARCH, "3月31日"),
        (PeriodKind.MONTHLY, APRIL, "4月1日"),
        (PeriodKind.ANNUAL, FISCAL_2026, "3月31日"),
        (PeriodKind.ANNUAL, FISCAL_2027, "4月1日"),
    ):
        page = page_of(kind, span)
        assert browser.post(f"{page}/build").status_code == 303
        work(sqlite_centre)
        screen = browser.get(page).text
        book = draft_file(browser, Edition.NETWORK, Part.WORKBOOK, page).data
        word = dict(places.in_word(draft_file(browser, Edition.NETWORK, Part.PAPER, page).data))
        assert {found["recorded"] for found in (places.on_page(screen), places.in_workbook(book), word)} == {"1"}
        for found in (places.days_on_page(screen), places.days_in_workbook(book)):
            recorded = {on: texts["recorded"] for on, texts in found.items() if texts.get("recorded", "0") != "0"}
            assert recorded == {day: "1", "合計": "1"}
    _check_handed_over(sqlite_centre, world, browser)


def _check_handed_over(centre: Centre, april: World, browser: Browser) -> None:
    """The interface and the open data of both months."""
    officer = centre.person(Role.CITY_OFFICER).client()
    for world, on in ((World(MARCH.from_on), MARCH.to_on), (april, APRIL.from_on)):
        assert on in submit_days(world, browser)
        version = submitted(centre, world, browser)
        assert places.in_interface(centre, version)["recorded"] == "1"
        assert places.on_document(officer.get(f"/documents/{version.id}").text)["recorded"] == "1"
        counted = places.in_open_data(officer, world.span.from_on, world.span.to_on)
        assert {day: count for day, count in counted.items() if count} == {on: 1}


@pytest.mark.parametrize(("zone", "offset_hours"), [("America/Los_Angeles", -8), ("Pacific/Kiritimati", 14)])
def test_the_host_s_time_zone_changes_nothing(zone: str, offset_hours: int) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-c", IN_A_ZONE, str(offset_hours * 3600), f"{Path(__file__)}::{EDGE}"]
    done = subprocess.run(
        command, env={**environment, "TZ": zone}, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.count("1 passed")) == (0, 1), done.stdout + done.stderr
