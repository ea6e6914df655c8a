from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.calls.exchange.cdr import ExchangeCall, calls_of, in_zone, merged, read_cdr
from callcenter.calls.exchange.columns import suggest_mapping
from callcenter.calls.exchange.csv_file import preview, read_counts, read_table
from callcenter.calls.exchange.intake import (
    Choices,
    Taken,
    Term,
    record_counts,
    take_report,
    within_term,
    without_individual_numbers,
)
from callcenter.calls.exchange.rules import NOTHING, Counts, SlotKey
from callcenter.clock import LocalMoment, instant_of
from callcenter.errors import InvalidInput
from callcenter.protection.mynumber import check_digit
from scheduling.intervals import MinuteRange
from tests.calls.exchange.factories import FRIDAY, MONDAY, SATURDAY, cdr_call, content, report

NUMBER = "12345678901" + str(check_digit("12345678901"))


def hours_on(on: date) -> MinuteRange | None:
    return MinuteRange(510, 1035) if on.weekday() < 5 else None


def term(on: date = MONDAY, minute: int = 1080) -> Term:
    return Term(date(2026, 4, 1), date(2027, 3, 31), LocalMoment(on, minute), hours_on)


def taken(*lines: str, choices: Choices | None = None, now: Term | None = None) -> Taken:
    table = without_individual_numbers(read_table(report(*lines)))
    mapping = preview(table).suggestion
    assert mapping is not None
    return take_report(read_counts(table, mapping), choices or Choices(), now or term())


@pytest.mark.parametrize(
    ("start", "slot", "inside"),
    [
        ("8:15", 480, False),
        ("8:30", 510, True),
        ("17:00", 1020, True),
        ("17:15", 1020, False),
        ("17:30", 1050, False),
        ("0:00", 0, False),
        ("23:45", 1410, False),
    ],
)
def test_an_interval_lies_where_it_starts(start: str, slot: int, inside: bool) -> None:
    found = taken(f"2026/06/01,{start},3,2,1", f"2026/05/29,{start},1,1,0", "2026/05/29,10:30,1,1,0")
    assert found.counts[SlotKey(MONDAY, slot, inside)] == Counts(3, 2, 1)


def test_quarters_of_an_hour_add_up_to_the_half_hour() -> None:
    found = taken("2026/06/01,8:30,3,2,1", "2026/06/01,8:45,4,4,0")
    assert found.counts == {SlotKey(MONDAY, 510, True): Counts(7, 6, 1)}
    assert (found.grain_minutes, found.taken_lines) == (15, 2)


def test_the_quarters_around_the_closing_time_go_to_either_side() -> None:
    found = taken("2026/06/01,17:00,3,2,1", "2026/06/01,17:15,4,0,4")
    assert found.counts == {
        SlotKey(MONDAY, 1020, True): Counts(3, 2, 1),
        SlotKey(MONDAY, 1020, False): Counts(4, 0, 4),
    }


def test_an_hour_counts_to_the_opening_hours_it_reaches_into() -> None:
    found = taken(*(f"2026/06/01,{hour}時台,1,1,0" for hour in (7, 8, 9, 17, 18)))
    assert found.grain_minutes == 60
    assert sorted((key.start_minute, key.inside_hours) for key in found.counts) == [
        (420, False),
        (510, True),
        (540, True),
        (1020, True),
        (1080, False),
    ]


def test_a_closed_day_is_counted_outside_the_opening_hours() -> None:
    found = taken("2026/05/30,10:00,2,0,2", "2026/05/29,10:30,1,1,0")
    assert found.counts[SlotKey(SATURDAY, 600, False)] == Counts(2, 0, 2)
    per_day = take_report(
        read_counts(
            read_table(report("2026/05/30,2", "2026/05/29,9", headings="日付,着信数")),
            suggest_mapping(("日付", "着信数")),  # type: ignore[arg-type]
        ),
        Choices(),
        term(),
    )
    assert per_day.counts == {SlotKey(SATURDAY, None, False): Counts(2), SlotKey(FRIDAY, None, True): Counts(9)}


def test_days_outside_the_contract_and_days_to_come_are_refused_line_by_line() -> None:
    found = taken("2026/03/31,9:00,1,1,0", "2026/06/01,9:00,1,1,0", "2026/06/02,9:00,1,1,0", "2027/04/01,9:00,1,1,0")
    assert [(item.line, item.reason) for item in found.refusals] == [
        (2, "契約期間外の日付です。"),
        (4, "未来の日付です。"),
        (5, "契約期間外の日付です。"),
    ]
    assert found.days == [MONDAY]


def test_times_of_another_zone_move_to_the_day_they_are_here() -> None:
    found = taken(
        "2026/05/31,23:30,5,5,0", "2026/06/01,15:00,1,0,1", choices=Choices(zone="UTC"), now=term(date(2026, 6, 2))
    )
    assert found.counts == {
        SlotKey(MONDAY, 510, True): Counts(5, 5, 0),
        SlotKey(date(2026, 6, 2), 0, False): Counts(1, 0, 1),
    }


def test_days_counted_in_another_zone_are_no_days_of_ours() -> None:
    table = read_table(report("2026/06/01,5", headings="日付,着信数"))
    file = read_counts(table, preview(table).suggestion)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as refused:
        take_report(file, Choices(zone="UTC"), term())
    assert set(refused.value.errors) == {"zone"}


def test_a_half_hour_without_a_row_is_not_measured_unless_a_person_says_it_was_none() -> None:
    assert len(taken("2026/06/01,9:00,3,2,1").counts) == 1
    found = taken("2026/06/01,9:00,3,2,1", choices=Choices(zero_missing=True))
    assert len(found.counts) == 18
    assert found.counts[SlotKey(MONDAY, 510, True)] == Counts(0, 0, 0)


def test_what_is_not_over_is_not_filled() -> None:
    found = taken("2026/06/01,9:00,3,2,1", choices=Choices(zero_missing=True), now=term(minute=600))
    assert {key.start_minute for key in found.counts} == {510, 540, 570}


def test_a_line_with_an_individual_number_is_barred_and_only_its_mask_is_kept() -> None:
    table = without_individual_numbers(
        read_table(
            report(
                f"2026/06/01,9:00,3,2,1,{NUMBER}",
                "2026/06/01,9:30,4,4,0,",
                headings="日付,時間帯,着信数,応答数,放棄数,備考",
            )
        )
    )
    assert NUMBER not in str(table)
    mapping = preview(table).suggestion
    assert mapping is not None
    found = take_report(read_counts(table, mapping), Choices(), term())
    assert [(item.line, "個人番号" in item.reason) for item in found.refusals] == [(2, True)]
    assert found.counts == {SlotKey(MONDAY, 570, True): Counts(4, 4, 0)}


def call(start: datetime, linked: str = "1.1", wait: int | None = 8, talk: int | None = 50) -> ExchangeCall:
    return ExchangeCall(linked, start, True, wait is not None, wait, talk)


@pytest.mark.parametrize(
    ("minute", "second", "inside"),
    [(509, 59, False), (510, 0, True), (1034, 59, True), (1035, 0, False), (0, 0, False), (1439, 59, False)],
)
def test_a_call_lies_inside_by_the_minute_it_starts(minute: int, second: int, inside: bool) -> None:
    started = instant_of(MONDAY, minute).replace(second=second)
    counts = record_counts([call(started)], [MONDAY], term())
    assert counts[SlotKey(MONDAY, minute - minute % 30, inside)].offered == 1


def test_a_detail_record_tells_of_every_half_hour_that_is_over() -> None:
    counts = record_counts([call(instant_of(MONDAY, 540))], [MONDAY], term(minute=600))
    assert counts == {
        SlotKey(MONDAY, 510, True): NOTHING,
        SlotKey(MONDAY, 540, True): Counts(1, 1, 0, 8, 50),
        SlotKey(MONDAY, 570, True): NOTHING,
    }


def test_calls_outside_the_contract_are_refused_with_their_line() -> None:
    file = read_cdr(content(cdr_call("9.1", "2026-03-31 14:59:00"), cdr_call("9.2", "2026-03-31 15:00:00")), "UTC")
    kept, refusals = within_term(calls_of(file.legs), term())
    assert [c.linked_id for c in kept] == ["9.2"]
    assert [(item.line, item.reason) for item in refusals] == [(1, "契約期間外の日付です。")]


def test_the_same_times_read_in_another_zone_are_nine_hours_apart() -> None:
    read_as_utc = call(datetime(2026, 6, 1, 0, 30, tzinfo=UTC))
    moved = in_zone(read_as_utc, "UTC", "Asia/Tokyo")
    assert moved.started_at == datetime(2026, 5, 31, 15, 30, tzinfo=UTC)
    assert in_zone(moved, "Asia/Tokyo", "UTC") == read_as_utc


@settings(max_examples=50)
@given(st.data())
def test_a_call_told_in_parts_is_the_same_call_in_any_order(data: st.DataObject) -> None:
    starts = st.integers(0, 600).map(lambda second: datetime(2026, 6, 1, 1, second // 60, second % 60, tzinfo=UTC))
    waits = st.none() | st.integers(0, 60)
    parts = [
        call(data.draw(starts), wait=wait, talk=None if wait is None else data.draw(st.integers(1, 99)))
        for wait in data.draw(st.lists(waits, min_size=3, max_size=3))
    ]
    first, second, third = parts
    assert merged(first, second) == merged(second, first)
    assert merged(merged(first, second), third) == merged(first, merged(second, third))
    assert merged(merged(first, second), second) == merged(first, second)
