from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.calls.exchange.csv_file import ColumnMapping, CountFile, Preview, read_table, suggest_mapping
from callcenter.calls.exchange.csv_file import preview as preview_of
from callcenter.calls.exchange.csv_file import read_counts as counts_of
from callcenter.calls.exchange.csv_values import read_count, read_date, read_seconds, read_start_minute
from callcenter.errors import InvalidInput

SJIS = (Path(__file__).parent / "data" / "exchange-intervals-cp932.csv").read_bytes()
DAILY = ColumnMapping(date="日付", offered="着信数", answered="応答数", abandoned="放棄数", wait_seconds="待ち時間")
HALF_HOURLY = ColumnMapping(date="日付", start="時間帯", offered="着信数")
JUNE_1 = date(2026, 6, 1)


def preview(content: bytes) -> Preview:
    return preview_of(read_table(content))


def read_counts(content: bytes, mapping: ColumnMapping) -> CountFile:
    return counts_of(read_table(content), mapping)


def daily(*lines: str) -> CountFile:
    return read_counts("\n".join(("日付,着信数,応答数,放棄数,待ち時間", *lines)).encode(), DAILY)


def half_hourly(*lines: str) -> CountFile:
    return read_counts("\n".join(("日付,時間帯,着信数", *lines)).encode(), HALF_HOURLY)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2026/06/01",
            "2026/6/1",
            "2026-06-01",
            "2026.6.1",
            "20260601",
            "2026年6月1日",
            "２０２６／０６／０１",
        ),
        *("令和8年6月1日", "令和８年６月１日（月）", "R8.6.1", "r08/06/01", "R8-6-1", "令8.6.1"),
        *("2026/06/01 08:30", "2026-06-01T08:30:00", "2026/6/1(月)", "2026/06/01(Mon)", " 2026/06/01 "),
    ],
)
def test_a_date_is_read_as_people_write_it(text: str) -> None:
    assert read_date(text) == JUNE_1


def test_the_first_year_of_reiwa_is_2019() -> None:
    assert read_date("令和元年5月1日") == read_date("R1.5.1") == date(2019, 5, 1)


@pytest.mark.parametrize(
    "text", ["", "6/1", "2026/02/29", "2026/13/01", "6/1/2026", "平成30年1月1日", "合計", "0000/1/1"]
)
def test_what_is_no_date_is_not_guessed(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "8:30",
            "08:30",
            "08:30:00",
            "8:30-9:00",
            "08:30～09:00",
            "8:30〜9:00",
            "8:30 - 9:00",
            "8時30分",
            "８：３０",
        ),
        *("8時30分～9時00分", "8時30分から9時まで", "8:30~", "0830", "2026/06/01 8:30", "08:30–09:00"),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str) -> None:
    assert read_start_minute(text) == 510


def test_an_hour_and_the_edges_of_a_day_are_read() -> None:
    assert read_start_minute("9時台") == read_start_minute("9時") == read_start_minute("9:00-10:00") == 540
    assert read_start_minute("0:00") == 0
    assert read_start_minute("23:45-24:00") == 1425


@pytest.mark.parametrize(
    "text", ["", "8", "24:00", "8:60", "8:31", "8:30:15", "9:00-8:30", "9:00-9:00", "午前", "a 8:30"]
)
def test_what_is_no_interval_on_the_grid_is_not_guessed(text: str) -> None:
    assert read_start_minute(text) is None


@pytest.mark.parametrize(("text", "count"), [("0", 0), ("1,234", 1234), ("１２件", 12), (" 12.0 ", 12)])
def test_a_count_is_read_as_people_write_it(text: str, count: int) -> None:
    assert read_count(text) == count


@pytest.mark.parametrize("text", ["", "-1", "1.5", "12,34", "約10", "1e3", "一二", "9" * 12])
def test_what_is_no_count_is_not_guessed(text: str) -> None:
    assert read_count(text) is None


def test_waiting_is_seconds_or_hours_minutes_and_seconds() -> None:
    assert read_seconds("754") == read_seconds("0:12:34") == read_seconds("754秒") == 754
    assert read_seconds("12:34") is None


def test_a_shift_jis_report_with_title_lines_is_understood() -> None:
    seen = preview(SJIS)
    assert (seen.encoding, seen.delimiter) == ("cp932", ",")
    assert seen.headings[0] == "日付"
    assert len(seen.rows) == 4
    assert seen.suggestion == ColumnMapping(
        date="日付",
        start="時間帯",
        offered="着信数(件)",
        answered="応答数(件)",
        abandoned="放棄呼数(件)",
        wait_seconds="待ち時間合計(秒)",
    )


def test_what_is_suggested_can_be_read_and_totals_are_said_to_be_passed_over() -> None:
    mapping = preview(SJIS).suggestion
    assert mapping is not None
    file = read_counts(SJIS, mapping)
    assert [(r.line, r.local_on, r.start_minute, r.offered, r.abandoned, r.wait_seconds) for r in file.rows] == [
        (4, date(2026, 7, 6), 510, 12, 1, 143),
        (5, date(2026, 7, 6), 540, 15, 0, 98),
        (7, date(2026, 7, 7), 510, 1004, 2, 88),
    ]
    assert [(item.line, "合計" in item.reason) for item in file.skipped] == [(6, True)]
    assert file.refusals == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encoding_and_delimiter_are_found(encoding: str, delimiter: str, end: str) -> None:
    lines = ["日付,着信数,応答数", "2026/06/01,10,9", "2026/06/02,11,9"]
    content = (end.join(lines) + end).replace(",", delimiter).encode(encoding)
    seen = preview(content)
    assert (seen.encoding, seen.delimiter) == (encoding, delimiter)
    assert seen.suggestion == ColumnMapping(date="日付", offered="着信数", answered="応答数")
    assert [row.offered for row in read_counts(content, seen.suggestion).rows] == [10, 11]


def test_thousands_with_commas_do_not_pass_for_columns_of_a_tab_file() -> None:
    assert preview("日付\t着信数\n2026/06/01\t1,234\n2026/06/02\t1,235\n".encode()).delimiter == "\t"


def test_english_headings_are_understood() -> None:
    headings = ("Date", "Interval", "Calls Offered", "Calls Answered", "Abandoned", "Wait Seconds", "Notes")
    mapping = suggest_mapping(headings)
    assert mapping is not None
    assert mapping.chosen() == dict(
        zip(("date", "start", "offered", "answered", "abandoned", "wait_seconds"), headings[:6], strict=True)
    )


def test_one_column_may_hold_date_and_time() -> None:
    mapping = suggest_mapping(("日時", "着信数"))
    assert mapping is not None
    assert mapping.date == mapping.start == "日時"
    file = read_counts("日時,着信数\n2026/06/01 8:30,5\n".encode(), mapping)
    assert [(r.local_on, r.start_minute) for r in file.rows] == [(JUNE_1, 510)]


def test_an_average_waiting_time_is_not_taken_for_a_sum() -> None:
    mapping = suggest_mapping(("日付", "着信数", "平均待ち時間", "最大待ち時間"))
    assert mapping is not None
    assert mapping.wait_seconds is None


def test_without_a_date_or_an_offered_column_nothing_is_suggested() -> None:
    assert suggest_mapping(("日付", "件名")) is None
    assert suggest_mapping(("着信数", "応答数")) is None
    assert preview(b"a,b\n1,2\n").suggestion is None


def test_a_mapping_is_remembered_as_it_was() -> None:
    for mapping in (DAILY, HALF_HOURLY):
        assert ColumnMapping.from_dict(mapping.as_dict()) == mapping
    assert DAILY.per_day
    assert not HALF_HOURLY.per_day


@pytest.mark.parametrize(
    ("source", "fields"),
    [
        ({}, {"date", "offered"}),
        ({"date": "日付", "offered": " "}, {"offered"}),
        ({"date": "日付", "offered": 3}, {"offered"}),
        ({"date": "日付", "offered": "日付"}, {"offered"}),
        ({"date": "日付", "offered": "着信数", "answered": "着信数"}, {"answered"}),
        ({"date": "日付", "offered": "着信数", "start": "着信数"}, {"start"}),
    ],
)
def test_an_incomplete_or_doubled_mapping_is_refused(source: dict[str, object], fields: set[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        ColumnMapping.from_dict(source)
    assert set(refused.value.errors) == fields


def test_columns_are_found_by_heading_wherever_they_stand() -> None:
    content = "備考,着信数,日付,時間帯\nx,7,2026/06/01,8:30\n".encode()
    assert [r.offered for r in read_counts(content, HALF_HOURLY).rows] == [7]


def test_a_file_without_a_mapped_column_is_refused_by_its_name() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_counts("日付,着信\n2026/06/01,3\n".encode(), HALF_HOURLY)
    assert refused.value.errors == {"file": ["「着信数」の列がありません。", "「時間帯」の列がありません。"]}


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidInput, match="取り込めません") as refused:
        read_counts("日付,時間帯,着信数,着信数\n".encode(), HALF_HOURLY)
    assert "2つ以上" in refused.value.errors["file"][0]


@pytest.mark.parametrize("content", [b"", b" \n", b"PK\x03\x04", "日付".encode("utf-16"), b"\x93\xfa\xff,1\n"])
def test_a_file_that_cannot_be_read_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        preview(content)
    assert refused.value.errors["file"][0].endswith("。")


def test_a_file_in_another_encoding_lacks_its_columns() -> None:
    with pytest.raises(InvalidInput):
        read_counts("日付,時間帯,着信数\n2026/06/01,8:30,3\n".encode("euc-jp"), HALF_HOURLY)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("6月1日,10,9,1,30", "日付を読み取れません。"),
        (",10,9,1,30", "日付を読み取れません。"),
        ("2026/06/01,,9,1,30", "着信数がありません。"),
        ("2026/06/01,-3,0,0,0", "着信数が負の数です。"),
        ("2026/06/01,10,△1,0,0", "応答数が負の数です。"),
        ("2026/06/01,10,9,多数,0", "放棄数が数として読み取れません。"),
        ("2026/06/01,10,9,1,1:30", "待ち時間（秒）の合計が数として読み取れません。"),
        ("2026/06/01,10,9,2,30", "応答数と放棄数の合計が着信数を超えています。"),
        ("2026/06/01,10", "列が足りません（応答数がありません）。"),
        ('2026/06/01,"1"0,9,1,30', '引用符（"）の対応が正しくないため、この行を読めません。'),
    ],
)
def test_a_bad_line_is_refused_with_its_reason_and_the_next_is_taken(line: str, reason: str) -> None:
    file = daily(line, "2026/06/02,10,9,1,30")
    assert [(item.line, item.reason) for item in file.refusals] == [(2, reason)]
    assert [(row.line, row.local_on) for row in file.rows] == [(3, date(2026, 6, 2))]


def test_answered_and_abandoned_may_be_fewer_than_offered_but_equal_is_the_limit() -> None:
    assert [r.offered for r in daily("2026/06/01,10,9,1,0", "2026/06/02,10,5,1,0").rows] == [10, 10]


def test_an_interval_that_comes_twice_is_refused_with_the_first_line() -> None:
    file = half_hourly("2026/06/01,8:30,3", "R8.6.1,08:30-09:00,4", "2026/06/01,9:00,5")
    assert [row.offered for row in file.rows] == [3, 5]
    assert [(item.line, item.reason) for item in file.refusals] == [(3, "2行目と同じ日付・時間帯です。")]


def test_a_refused_line_does_not_take_the_place_of_a_good_one() -> None:
    assert [row.offered for row in half_hourly("2026/06/01,8:30,x", "2026/06/01,8:30,4").rows] == [4]


def test_an_interval_off_the_grid_is_refused() -> None:
    assert "時間帯" in half_hourly("2026/06/01,8:31,3").refusals[0].reason


@pytest.mark.parametrize("label", ["合計", "総計", "小 計", "計", "Total", "月計（件）"])
def test_a_total_row_is_passed_over_and_said_so(label: str) -> None:
    file = half_hourly(f"{label},,30", f"2026/06/01,{label},30", "2026/06/01,8:30,30")
    assert [item.line for item in file.skipped] == [2, 3]
    assert [row.line for row in file.rows] == [4]


def test_what_the_file_does_not_tell_stays_unknown() -> None:
    (row,) = half_hourly("2026/06/01,8:30,3").rows
    assert (row.answered, row.abandoned, row.wait_seconds) == (None, None, None)
    (row,) = daily("2026/06/01,3,,,").rows
    assert (row.start_minute, row.answered, row.abandoned, row.wait_seconds) == (None, None, None, None)


def test_blank_rows_say_nothing_and_lines_still_count() -> None:
    file = half_hourly("", ",,", "2026/06/01,8:30,3")
    assert (file.refusals, [row.line for row in file.rows]) == ((), [4])


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_any_end_of_line_is_one(end: str) -> None:
    content = end.join(("日付,時間帯,着信数", "2026/06/01,8:30,3", "2026/06/01,9:00,x")).encode()
    file = read_counts(content, HALF_HOURLY)
    assert [row.line for row in file.rows] == [2]
    assert [item.line for item in file.refusals] == [3]


def test_a_heading_folded_in_its_cell_is_one_heading() -> None:
    content = '日付,"着信\n数",時間帯\n2026/06/01,3,8:30\n'.encode()
    assert [(row.line, row.offered) for row in read_counts(content, HALF_HOURLY).rows] == [(3, 3)]


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["utf-8", "cp932", "utf-16"]))
def test_any_text_is_taken_or_refused_in_words(text: str, encoding: str) -> None:
    content = ("日付,時間帯,着信数\n" + text).encode(encoding, errors="ignore")
    with suppress(InvalidInput):
        assert all(row.offered >= 0 for row in read_counts(content, HALF_HOURLY).rows)


@settings(max_examples=50)
@given(st.text(max_size=30))
def test_no_reader_fails_on_any_cell(text: str) -> None:
    for reader in (read_date, read_start_minute, read_count, read_seconds):
        reader(text)


@settings(max_examples=50)
@given(st.dates(date(2019, 5, 1), date(2099, 12, 31)))
def test_every_date_of_the_era_is_read_in_each_form(day: date) -> None:
    era = day.year - 2018
    forms = (
        f"令和{era}年{day.month}月{day.day}日",
        f"R{era}.{day.month}.{day.day}",
        f"{day:%Y/%m/%d}",
        f"{day:%Y%m%d}",
    )
    assert {read_date(form) for form in forms} == {day}
