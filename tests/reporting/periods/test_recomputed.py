"""Every figure of a period, counted a second time: plain loops over the raw rows, none of the product's counting."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any

import msgspec
import pytest

from reports.figures import State
from reports.period import PeriodKind, PeriodReport, Span, month_span
from tests.centre import Centre
from tests.reporting.periods.recount import Recount, days, expected, is_open
from tests.reporting.periods.settled import host_zone
from tests.reporting.periods.world import RENAMED, RETIRED, STARTS_ON, World

MONTHS = (
    date(2026, 5, 1),
    date(2026, 6, 1),
    date(2026, 9, 1),
    date(2027, 2, 1),
    date(2027, 3, 1),
    date(2027, 4, 1),
)


def _check_figures(figures: dict[str, Any], counts: dict[str, int | None]) -> None:
    wanted = expected(counts)
    assert set(figures) == set(wanted)
    for key, (upper, lower) in wanted.items():
        figure = figures[key]
        if upper is None or lower is None:
            assert figure.state is State.NOT_MEASURED, key
        elif lower == 0:
            assert figure.state is State.EMPTY, key
        else:
            exact = upper / lower
            rounded = figure.unit.name == "SECONDS"
            assert figure.value == pytest.approx(int(exact + 0.5) if rounded else exact), key


def _check_days(report: PeriodReport, recount: Recount) -> None:
    for line in report.days:
        counted = msgspec.structs.asdict(line.tally)
        expected = recount.day(line.on)
        assert {name: counted[name] for name in expected} == expected, line.on
        assert line.open == is_open(line.on)


def _check_categories(report: PeriodReport, recount: Recount) -> None:
    counted = Counter((one.category, one.on) for one in recount.saved if one.on in report.span)
    found = {(line.category.code, on): count for line in report.categories for on, count in line.by_day.items()}
    assert found == dict(counted)
    assert sum(line.total for line in report.categories) == report.figures["recorded"].value
    before = month_span(report.span.from_on - timedelta(days=1))
    earlier = Counter(one.category for one in recount.saved if one.on in before)
    if report.previous:
        assert {one.category.code: one.previous for one in report.categories if one.previous} == dict(earlier)


def _check_cells(report: PeriodReport, recount: Recount) -> None:
    recorded: Counter[tuple[int, int | None]] = Counter()
    offered: Counter[tuple[int, int | None]] = Counter()
    for one in recount.saved:
        if one.on in report.span:
            start = one.minute - one.minute % 30 if recount.inside(one.on, one.minute) else None
            recorded[one.on.weekday(), start] += 1
    for on in days(report.span):
        inside, _ = recount.rows(on)
        by_halves = [row for row in inside if row.start is not None]
        if is_open(on) and on in recount.world.ruling and len(by_halves) == recount.halves(on):
            for row in by_halves:
                offered[on.weekday(), row.start] += row.offered
        offered[on.weekday(), None] += recount.exchange(on)["out_of_hours_offered"] or 0
    assert {(c.weekday, c.start_minute): c.recorded for c in report.cells if c.recorded} == dict(recorded)
    assert {(c.weekday, c.start_minute): c.offered for c in report.cells if c.offered} == dict(+offered)


def _check_attributes(report: PeriodReport, recount: Recount) -> None:
    mine = [one for one in recount.saved if one.on in report.span]
    for attribute, name in zip(report.attributes, ("channel", "relation", "language", "disposition"), strict=True):
        counted = sorted(Counter(getattr(one, name) for one in mine).values())
        assert sorted(count for _, count in attribute.lines if count) == counted, name
    cases = [one for one in mine if one.complaint or one.difficult or one.disposition == "escalated"]
    found = [(case.number, case.on, case.start_minute, case.text) for case in report.cases]
    assert found == sorted(
        ((one.number, one.on, one.minute, one.text or None) for one in cases), key=lambda case: (*case[1:3], case[0])
    )


def _check_the_rest(report: PeriodReport, recount: Recount) -> None:
    world = recount.world
    mine = [one for one in world.calls if one.on in report.span]
    voided, unsaved = sum(one.state == "voided" for one in mine), sum(one.draft for one in mine)
    assert [line.count for line in report.exclusions] == [voided, unsaved]
    if world.events:
        steps = Counter(one.kind for one in world.events if one.on in report.span)
        assert report.reservations is not None
        assert sum(report.reservations.totals) == sum(steps.values())
    else:
        assert report.reservations is None
    _check_documents(report, world)
    short = [
        on
        for on in days(report.span)
        if (day := recount.people(on))["shortage_minutes"] or day["planned_shortage_minutes"]
    ]
    assert [line.on for line in report.coverage] == short
    for person, raw in zip(
        sorted(report.people, key=lambda one: one.person.code),
        sorted(world.staff, key=lambda one: one.code),
        strict=True,
    ):
        worked = [recount.at_work(raw, on) for on in days(report.span)]
        assert person.worked_minutes == sum(len(day) for day in worked)
        assert person.days == sum(bool(recount.marks(raw, on)) for on in days(report.span))
        assert person.planned_minutes == sum(len(recount.planned(raw, on)) for on in days(report.span))
    papers = sorted((day, title) for one in world.staff for _, title, day in one.papers if day in report.span)
    assert sorted((one.on, one.title) for one in report.trainings) == papers


def _check_documents(report: PeriodReport, world: World) -> None:
    span, use = report.span, report.documents
    if not any(version.on <= span.to_on for one in world.faq.entries for version in one.versions):
        assert use is None
        return
    assert use is not None
    assert [(one.name, one.records) for one in use.entries] == world.faq.used(span)
    assert {one.category[:4]: (one.asked, one.different) for one in use.unanswered} == world.faq.asked(span)
    assert {one.name: one.days_late for one in use.overdue} == world.faq.overdue(span.to_on)


def check(world: World, report: PeriodReport) -> None:
    """The whole report against the raw rows."""
    recount = Recount(world)
    _check_days(report, recount)
    _check_figures(report.figures, recount.period(report.span))
    _check_categories(report, recount)
    _check_cells(report, recount)
    _check_attributes(report, recount)
    _check_the_rest(report, recount)
    before = month_span(report.span.from_on - timedelta(days=1))
    if before.from_on >= STARTS_ON:
        assert report.previous is not None
        _check_figures(dict(report.previous.figures), recount.period(before))


def _one(centre: Centre, seed: int) -> None:
    random = Random(seed)
    world = World.of(random, random.choice(MONTHS))
    world.settle(centre)
    check(world, world.report(centre))


@pytest.mark.parametrize("seed", range(10))
def test_a_month_is_what_its_raw_rows_say(sqlite_centre: Centre, seed: int) -> None:
    _one(sqlite_centre, seed)


@pytest.mark.parametrize("seed", [100, 101])
def test_a_month_is_the_same_on_both_databases(centre: Centre, seed: int) -> None:
    _one(centre, seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1_000, 1_200))
def test_two_hundred_months_are_what_their_raw_rows_say(sqlite_centre: Centre, seed: int) -> None:
    _one(sqlite_centre, seed)


def test_a_fiscal_year_and_a_span_are_what_their_raw_rows_say(sqlite_centre: Centre) -> None:
    world = World.of(Random(5), date(2027, 4, 1))
    world.settle(sqlite_centre)
    recount = Recount(world)
    for kind, span in (
        (PeriodKind.ANNUAL, Span(date(2026, 4, 1), date(2027, 3, 31))),
        (PeriodKind.TERM, Span(date(2027, 3, 20), date(2027, 4, 9))),
    ):
        report = world.report(sqlite_centre, kind, span)
        _check_categories(report, recount)
        _check_cells(report, recount)
        _check_attributes(report, recount)
        assert report.figures["recorded"].value == sum(one.on in span for one in recount.saved)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati"])
def test_the_host_s_time_zone_changes_nothing(sqlite_centre: Centre, zone: str) -> None:
    world = World.of(Random(11), date(2027, 3, 1))
    with host_zone(zone):
        world.settle(sqlite_centre)
        report = world.report(sqlite_centre)
        check(world, report)
    assert report.days[-1].on == date(2027, 3, 31)


def test_a_category_retired_or_renamed_within_the_month_keeps_its_records(sqlite_centre: Centre) -> None:
    world = World.of(Random(3), date(2026, 6, 1))
    world.settle(sqlite_centre)
    report = world.report(sqlite_centre)
    lines = {line.category.code: line for line in report.categories}
    assert lines[RETIRED].retired_on == world.retired_on
    assert lines[RETIRED].total == sum(
        one.category == RETIRED and one.state == "saved" and one.on in world.span for one in world.calls
    )
    assert lines[RENAMED].category.name == "本体の更新（改称）"
    assert any(f"分類{RETIRED}" in note and "使われていません" in note for note in report.notes)
    assert any(f"分類{RENAMED}" in note and "名称が変わりました" in note for note in report.notes)
