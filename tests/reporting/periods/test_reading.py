"""A period as it is read: the same as its days, what is not known said so, few statements however many calls."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from msgspec.structs import asdict

from callcenter.calls import history
from callcenter.calls.exchange import queries as exchange
from callcenter.clock import instant_of
from callcenter.deliveries.rules import Kind
from callcenter.reporting import daily
from callcenter.reporting import service as reporting
from callcenter.reporting.periods import reading
from callcenter.reporting.periods.rules import checks_of
from callcenter.reporting.rules import MatterKind
from callcenter.rosters.timebook.totals import month_book
from callcenter.web.access import Role
from callcenter.web.transaction import end_read, transaction
from reports import daily as values
from reports.figures import EMPTY, NOT_MEASURED
from reports.period import PeriodKind, Span, Verdict, month_span
from reports.totals import day_tally
from tests.calls.factories import counted
from tests.centre import Centre
from tests.reporting.periods.chance import RawCall, RawCount
from tests.reporting.periods.settled import JUNE, built, check_named, choose, codes, host_zone, settled, submit
from tests.reporting.periods.world import STARTS_ON, World
from tests.rosters.papers.factories import instruct

# --- the same as elsewhere ---


@pytest.mark.parametrize("seed", [21, 22])
def test_each_day_counts_what_its_daily_report_counts(sqlite_centre: Centre, seed: int) -> None:
    world = World.of(Random(seed), JUNE)
    world.settle(sqlite_centre)
    report = world.report(sqlite_centre)
    with sqlite_centre.inside():
        for line in report.days:
            day = daily.build(
                daily.read_day(sqlite_centre.contract_id, line.on, world.now),
                values.Issue(values.Timing(world.now, world.now)),
            )
            known = {name: value for name, value in asdict(day_tally(day)).items() if value}
            assert {name: getattr(line.tally, name) for name in known} == known, line.on
            shown = {key: figure.text for key, figure in report.figures_of(line.tally).items()}
            figures = {key: figure.text for key, figure in report.figures_of(day_tally(day)).items()}
            same = (
                "offered",
                "answer_rate",
                "recorded",
                "difference",
                "completion_rate",
                "average_handling",
                "complaints",
            )
            assert {key: shown[key] for key in same} == {key: figures[key] for key in same}


def test_the_days_with_unexplained_gaps_are_those_each_day_tells(sqlite_centre: Centre) -> None:
    world = World.of(Random(23), JUNE)
    world.settle(sqlite_centre)
    facts = world.read(sqlite_centre)
    with sqlite_centre.inside():
        days = [line.on for line in facts.days]
        expected = [on for on in days if exchange.unexplained_gaps(sqlite_centre.contract_id, on)]
    assert expected
    assert list(reading.state(facts).gaps) == expected


def test_everybody_s_hours_are_those_of_the_attendance_book(sqlite_centre: Centre) -> None:
    world = World.of(Random(24), JUNE)
    world.settle(sqlite_centre)
    facts = world.read(sqlite_centre)
    with sqlite_centre.inside():
        book = month_book(sqlite_centre.contract_id, JUNE, world.now)
    assert [(one.person.code, one.days, one.planned_minutes, one.worked_minutes) for one in facts.people] == [
        (one.member.code, one.totals.worked_days, one.totals.planned, one.totals.worked) for one in book.people
    ]
    assert facts.responsible == values.Person("S1", "架空 S1")


def test_breaks_are_no_operator_hours_even_where_they_count_towards_the_minimum(sqlite_centre: Centre) -> None:
    world = World.of(Random(24), JUNE)
    world.settle(sqlite_centre)
    before = built(world.read(sqlite_centre))
    choose(sqlite_centre, "floor_during_breaks", "いいえ", STARTS_ON)
    after = built(world.read(sqlite_centre))
    assert after.tally.operator_minutes == before.tally.operator_minutes
    assert after.tally.shortage_minutes < before.tally.shortage_minutes


# --- the turn of the fiscal year ---


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_call_before_and_one_after_midnight_of_the_last_of_march_fall_apart(sqlite_centre: Centre, zone: str) -> None:
    world = settled(sqlite_centre, month=date(2027, 3, 1))
    last, first = date(2027, 3, 31), date(2027, 4, 1)
    calls = [
        history.HistoryCall(instant_of(on, minute), 30, 5, "0401", "completed", None)
        for on, minute in ((last, 1439), (first, 1), (first, 2))
    ]
    person = sqlite_centre.person(Role.SUPERVISOR)
    with host_zone(zone):
        with sqlite_centre.inside(), transaction():
            history.load_history(calls, by=person.actor, at=world.now)
        spans = {
            "day": (PeriodKind.TERM, Span(last, last)),
            "month": (PeriodKind.MONTHLY, month_span(last)),
            "year": (PeriodKind.ANNUAL, Span(date(2026, 4, 1), last)),
            "next day": (PeriodKind.TERM, Span(first, first)),
            "next month": (PeriodKind.MONTHLY, month_span(first)),
        }
        found = {
            name: world.report(sqlite_centre, kind, span).figures["recorded"].value
            for name, (kind, span) in spans.items()
        }
    assert found == {"day": 1, "month": 1, "year": 1, "next day": 2, "next month": 2}


# --- repeated calls ---


@pytest.mark.parametrize(
    ("days", "phone", "category", "repeated", "solved"),
    [(7, 1, "0401", 1, 1), (8, 1, "0401", 0, 2), (0, 1, "0401", 1, 1), (3, 2, "0401", 0, 2), (3, 1, "0402", 0, 2)],
)
def test_a_call_repeats_one_of_the_same_phone_and_category_within_seven_days(
    centre: Centre, days: int, phone: int, category: str, repeated: int, solved: int
) -> None:
    on = date(2026, 6, 10)
    world = settled(
        centre,
        RawCall(on, 600, phone=1),
        RawCall(on + timedelta(days=days), 601, phone=phone, category=category),
        RawCall(on, 599),
    )
    tally = world.report(centre).tally
    assert (tally.numbered, tally.repeated, tally.solved_at_first) == (2, repeated, solved)


def test_a_repeat_is_seen_over_both_ends_of_the_month_but_never_of_a_voided_call(sqlite_centre: Centre) -> None:
    world = settled(
        sqlite_centre,
        RawCall(date(2026, 5, 29), 600, phone=1),
        RawCall(date(2026, 6, 3), 600, phone=1),
        RawCall(date(2026, 6, 29), 600, phone=2),
        RawCall(date(2026, 7, 3), 600, phone=2),
        RawCall(date(2026, 6, 15), 600, phone=3, state="voided"),
        RawCall(date(2026, 6, 16), 600, phone=3),
    )
    tally = world.report(sqlite_centre).tally
    assert (tally.numbered, tally.repeated, tally.solved_at_first) == (3, 1, 2)


# --- what is not known ---


def test_a_month_without_a_call_says_so_and_divides_by_nothing(centre: Centre) -> None:
    world = settled(centre)
    facts = world.read(centre)
    shown = {key: figure.text for key, figure in built(facts).figures.items()}
    assert (shown["recorded"], shown["completion_rate"], shown["first_contact_rate"]) == ("0", EMPTY, EMPTY)
    assert (shown["offered"], shown["answer_rate"], shown["incidents"]) == (NOT_MEASURED,) * 3
    assert facts.previous is None
    assert facts.year_ago is None
    assert facts.reservations is None
    assert "no_records" in codes(facts)
    assert [
        check.code for check in (one.check for one in checks_of(reading.state(facts))) if check.weight == "stop"
    ] == []


def test_days_to_come_carry_no_counts_and_are_no_open_days_yet(sqlite_centre: Centre) -> None:
    world = settled(sqlite_centre, RawCall(date(2026, 6, 2), 600))
    with sqlite_centre.inside():
        now = instant_of(date(2026, 6, 3), 720)
        facts = reading.read(sqlite_centre.contract_id, PeriodKind.MONTHLY, world.span, now)
        end_read()
    report = built(facts)
    assert len(report.days) == 30
    assert report.figures["open_days"].value == 3
    assert codes(facts)[0] == "not_over"
    assert check_named(facts, "unreported").days == (date(2026, 6, 2),)


def test_a_month_that_has_not_begun_counts_nothing(sqlite_centre: Centre) -> None:
    world = settled(sqlite_centre, RawCall(date(2026, 6, 2), 600))
    report = world.report(sqlite_centre, span=month_span(date(2026, 9, 1)))
    assert (report.figures["open_days"].value, report.figures["recorded"].value) == (0, 0)
    assert len(report.days) == 30


def test_what_some_days_counted_is_never_divided_by_what_others_did_not(sqlite_centre: Centre) -> None:
    monday, tuesday = date(2026, 6, 1), date(2026, 6, 2)
    source = "交換機の集計"
    counts = [
        RawCount(monday, source, None, True, 10, 9, 1, 90, 8),
        RawCount(tuesday, source, None, True, 40, None, None, None, None),
    ]
    world = settled(sqlite_centre, counts=counts, ruling={monday: source, tuesday: source})
    report = world.report(sqlite_centre)
    shown = {key: figure.text for key, figure in report.figures.items()}
    assert (shown["offered"], shown["answered"], shown["answer_rate"]) == ("50", "9", "90.0%")
    assert (shown["service_level"], shown["average_wait"], shown["measured_days"]) == ("80.0%", "0:10", "2")
    assert report.sources == (source,)
    verdicts = {target.key: verdict for target, _, verdict in report.judged()}
    assert (verdicts["answer_rate"], verdicts["service_level"]) == (Verdict.MET, Verdict.MET)
    assert any("1日の合計だけで数えた日は6月1日、6月2日です" in note for note in report.notes)


@pytest.mark.parametrize("order", [1, -1])
def test_what_was_counted_outside_the_hours_is_no_gap_to_the_records_within(sqlite_centre: Centre, order: int) -> None:
    on, source = date(2026, 6, 2), "交換機の集計"
    counts = [RawCount(on, source, None, True, 1, 1, 0, 5, 1), RawCount(on, source, None, False, 8, 0, 8, 0, 0)]
    world = settled(sqlite_centre, RawCall(on, 600), counts=counts[::order], ruling={on: source})
    assert reading.state(world.read(sqlite_centre)).gaps == ()


# --- daily reports in time ---


@pytest.mark.parametrize(
    ("read_on", "delay", "due", "on_time"),
    [
        (date(2026, 6, 8), 0, 0, 0),
        (date(2026, 6, 9), 0, 1, 1),
        (date(2026, 6, 9), 3 * 1440 + 389, 1, 1),
        (date(2026, 6, 9), 3 * 1440 + 390, 1, 0),
        (date(2026, 6, 9), None, 1, 0),
    ],
)
def test_a_daily_report_is_due_once_the_next_open_day_is_over(
    sqlite_centre: Centre, read_on: date, delay: int | None, due: int, on_time: int
) -> None:
    friday = date(2026, 6, 5)
    submitted = {} if delay is None else {friday: [delay]}
    settled(sqlite_centre, RawCall(friday, 600), submitted=submitted)
    with sqlite_centre.inside():
        span = Span(JUNE, friday)
        facts = reading.read(sqlite_centre.contract_id, PeriodKind.TERM, span, instant_of(read_on, 5))
        end_read()
    tally = built(facts).tally
    assert (tally.reports_due, tally.reports_on_time) == (due, on_time)


# --- checks ---


def test_everything_open_is_told_with_its_days(sqlite_centre: Centre) -> None:
    world = World.of(Random(25), JUNE)
    world.settle(sqlite_centre)
    facts = world.read(sqlite_centre)
    found = {one.check.code: one for one in checks_of(reading.state(facts), 2)}
    assert found["personal_data"].check.weight == "stop"
    unreported = [line.on for line in facts.days if line.open and line.on not in world.submitted]
    assert list(found["unreported"].days) == unreported
    assert {line.on for line in facts.days if line.report == "未提出"} == set(unreported)
    assert list(found["open_calls"].days) == sorted(
        {one.on for one in world.calls if one.draft and one.on in world.span}
    )
    assert found["attendance_not_closed"].links == [("令和8年6月", {"month": "2026-06"})]
    endpoints = set(sqlite_centre.app.view_functions)
    assert {one.check.endpoint for one in found.values() if one.check.endpoint} <= endpoints
    report = built(facts)
    assert len(report.checks) == len(found) - 1
    assert any(text.startswith("日次実績報告書を提出していない開庁日が") and "6月" in text for text in report.checks)


def test_a_day_corrected_after_its_report_is_told(sqlite_centre: Centre) -> None:
    on = date(2026, 6, 2)
    world = settled(sqlite_centre, RawCall(on, 600))
    person = sqlite_centre.person(Role.SUPERVISOR, name="見本 責任者")
    with sqlite_centre.inside(), transaction():
        submit(sqlite_centre, person.actor, Kind.DAILY, Span(on, on), marks={"inquiries": "another"})
        matter = reporting.NewMatter(on, MatterKind.PROPOSAL, None, "案内文を見直したい。")
        reporting.add_matter(matter, by=person.actor, at=world.now + timedelta(hours=1))
    facts = world.read(sqlite_centre)
    assert check_named(facts, "changed").days == (on,)
    assert any("日報の提出後に記録が変わった日は6月2日です" in note for note in facts.notes)
    assert [(one.on, one.kind, one.text) for one in facts.matters] == [(on, "改善提案", "案内文を見直したい。")]


def test_instructions_of_the_city_stand_until_they_are_done(sqlite_centre: Centre) -> None:
    world = settled(sqlite_centre, RawCall(date(2026, 6, 2), 600))
    instruct(sqlite_centre, received_on=date(2026, 5, 11))
    instruct(sqlite_centre, received_on=date(2026, 7, 1))
    assert [(one.number, one.received_on) for one in world.read(sqlite_centre).instructions] == [(1, date(2026, 5, 11))]


# --- what it costs ---

A_MONTH = 116
"""With the month before and the same month of the year before, which are counted alike."""


def test_the_statements_are_few_and_the_same_for_many_calls_and_nearly_for_many_days(sqlite_centre: Centre) -> None:
    world = World.of(Random(30), date(2027, 4, 1), busy=1)
    world.settle(sqlite_centre)
    with counted(sqlite_centre) as few:
        world.read(sqlite_centre)
    more = [
        history.HistoryCall(instant_of(date(2027, 4, 1 + turn % 28), 600), 30, 5, "0401", "completed", None)
        for turn in range(600)
    ]
    person = sqlite_centre.person(Role.SUPERVISOR)
    with sqlite_centre.inside(), transaction():
        history.load_history(more, by=person.actor, at=world.now)
    with counted(sqlite_centre) as many:
        world.read(sqlite_centre)
    with counted(sqlite_centre) as year:
        world.read(sqlite_centre, PeriodKind.ANNUAL, Span(date(2026, 4, 1), date(2027, 3, 31)))
    assert len(few) <= A_MONTH, len(few)
    assert len(many) == len(few)
    assert len(year) <= len(few)
