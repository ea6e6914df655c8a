"""The list of holidays: reading it, telling kinds apart, and the seam to the rule library."""

import hashlib
import subprocess
import sys
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from holidays import country_holidays

import scheduling
from scheduling.holidays import (
    FIRST_YEAR,
    LAST_YEAR,
    Holiday,
    HolidayKind,
    HolidayList,
    parse_syukujitsu,
    published_holidays,
)

HEADING = "国民の祝日・休日月日,国民の祝日・休日名称"
GOLDEN_WEEK = ["2026/5/3,憲法記念日", "2026/5/4,みどりの日", "2026/5/5,こどもの日", "2026/5/6,休日"]
# The same days, otherwise named: the published list on the left, the library on the right.
OTHERWISE_NAMED = {
    date(2019, 5, 1): ("休日（祝日扱い）", "天皇の即位の日"),
    date(2019, 10, 14): ("体育の日（スポーツの日）", "体育の日"),
    date(2019, 10, 22): ("休日（祝日扱い）", "即位礼正殿の儀が行われる日"),
}


def a_file(*lines: str, encoding: str = "cp932", end: str = "\r\n") -> bytes:
    return "".join(line + end for line in (HEADING, *lines)).encode(encoding)


def a_list(*lines: str) -> HolidayList:
    return parse_syukujitsu(a_file(*lines))


def kinds(holidays: HolidayList) -> dict[str, HolidayKind]:
    return {f"{entry.on:%m-%d}": entry.kind for entry in holidays.entries}


class TestReadingAList:
    @pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
    @pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
    def test_encodings_and_line_ends_that_offices_use(self, encoding: str, end: str) -> None:
        assert parse_syukujitsu(a_file(*GOLDEN_WEEK, encoding=encoding, end=end)) == a_list(*GOLDEN_WEEK)

    def test_dates_may_be_saved_again_by_a_spreadsheet(self) -> None:
        assert a_list("2026-05-03,憲法記念日", "2026/05/04, みどりの日 ,").entries == (
            Holiday(date(2026, 5, 3), "憲法記念日", HolidayKind.NATIONAL),
            Holiday(date(2026, 5, 4), "みどりの日", HolidayKind.NATIONAL),
        )

    def test_a_list_without_heading_loses_no_line(self) -> None:
        assert len(parse_syukujitsu("2026/1/1,元日\n2026/1/12,成人の日\n".encode()).entries) == 2

    def test_a_byte_order_mark_does_not_hide_the_first_line(self) -> None:
        assert len(parse_syukujitsu("2026/1/1,元日\n".encode("utf-8-sig")).entries) == 1

    def test_blank_lines_are_passed_over(self) -> None:
        assert len(a_list("", "2026/1/1,元日", ",", "").entries) == 1

    def test_entries_come_out_in_order(self) -> None:
        assert a_list(*reversed(GOLDEN_WEEK)) == a_list(*GOLDEN_WEEK)

    def test_the_last_date_is_that_of_the_last_entry(self) -> None:
        holidays = a_list(*reversed(GOLDEN_WEEK))
        assert (holidays.first_on, holidays.last_on) == (date(2026, 5, 3), date(2026, 5, 6))

    @pytest.mark.parametrize(
        ("line", "says"),
        [
            ("2026/1/12", "line 3: not a date and a name"),
            ("2026/1/12,", "line 3: not a date and a name"),
            ("2026/1/12,成人の日,月曜日", "line 3: not a date and a name"),
            ("2026/1/12,成人\t\x07の日", "line 3: not a date and a name"),
            ('2026/1/12,"成人の日', "line 3: not a date and a name"),
            ("成人の日,2026/1/12", "line 3: not a date such as"),
            ("令和8年1月12日,成人の日", "line 3: not a date such as"),
            ("２０２６/1/12,成人の日", "line 3: not a date such as"),
            ("26/1/12,成人の日", "line 3: not a date such as"),
            ("2026/2/29,成人の日", "line 3: there is no such day"),
            ("2026/1/1,成人の日", "line 3: 2026-01-01 was already given on line 2"),
            ("1948/1/1,元日", "line 3: the year is not within"),
            ("2100/1/1,元日", "line 3: the year is not within"),
            ("2062/1/12,成人の日", "line 3: no holiday between 2026-01-01 and 2062-01-12"),
        ],
    )
    def test_an_unreadable_line_is_named(self, line: str, says: str) -> None:
        with pytest.raises(ValueError, match=says):
            a_list("2026/1/1,元日", line)

    def test_an_unreadable_first_line_is_not_taken_for_a_heading(self) -> None:
        with pytest.raises(ValueError, match="line 1"):
            parse_syukujitsu("2026.1.1,元日\n2026/1/12,成人の日\n".encode())

    def test_the_first_slip_in_a_year_is_named_on_its_own_line(self) -> None:
        with pytest.raises(ValueError, match="line 2: no holiday between"):
            a_list("2028/1/1,元日", "2026/1/1,元日")

    @pytest.mark.parametrize("content", [b"", a_file(), b"\r\n\r\n"])
    def test_an_empty_list_is_refused(self, content: bytes) -> None:
        with pytest.raises(ValueError, match="no holidays"):
            parse_syukujitsu(content)

    def test_another_encoding_is_refused_with_its_line(self) -> None:
        with pytest.raises(ValueError, match="line 3: neither UTF-8 nor Shift_JIS"):
            parse_syukujitsu(a_file("2026/1/1,元日") + b"2026/1/12,\x81\r\n")

    def test_a_utf_16_file_is_refused(self) -> None:
        with pytest.raises(ValueError, match="line 1"):
            parse_syukujitsu(a_file(*GOLDEN_WEEK, encoding="utf-16"))


class TestTellingKindsApart:
    def test_a_rest_day_after_a_sunday_holiday_substitutes_for_it(self) -> None:
        assert kinds(a_list("2027/3/21,春分の日", "2027/3/22,休日"))["03-22"] is HolidayKind.SUBSTITUTE

    def test_the_substitute_may_be_days_after_the_sunday(self) -> None:
        assert kinds(a_list(*GOLDEN_WEEK))["05-06"] is HolidayKind.SUBSTITUTE

    def test_a_rest_day_between_two_holidays_is_the_citizens_holiday(self) -> None:
        between = a_list("2026/9/21,敬老の日", "2026/9/22,休日", "2026/9/23,秋分の日")
        assert kinds(between)["09-22"] is HolidayKind.CITIZENS

    def test_a_substitute_that_also_lies_between_two_holidays_stays_a_substitute(self) -> None:
        old_law = a_list("1987/5/3,憲法記念日", "1987/5/4,休日", "1987/5/5,こどもの日")
        assert kinds(old_law)["05-04"] is HolidayKind.SUBSTITUTE

    def test_the_accession_of_2019_made_two_citizens_holidays_and_a_substitute(self) -> None:
        found = kinds(
            a_list(
                "2019/4/29,昭和の日",
                "2019/4/30,休日",
                "2019/5/1,休日（祝日扱い）",
                "2019/5/2,休日",
                "2019/5/3,憲法記念日",
                "2019/5/4,みどりの日",
                "2019/5/5,こどもの日",
                "2019/5/6,休日",
            )
        )
        assert found["04-30"] is found["05-02"] is HolidayKind.CITIZENS
        assert found["05-01"] is HolidayKind.NATIONAL
        assert found["05-06"] is HolidayKind.SUBSTITUTE

    def test_kinds_spelled_out_are_believed(self) -> None:
        found = kinds(a_list("2026/5/6,振替休日", "2026/9/22,国民の休日"))
        assert found == {"05-06": HolidayKind.SUBSTITUTE, "09-22": HolidayKind.CITIZENS}

    def test_a_rest_day_that_no_rule_explains_keeps_its_bare_name(self) -> None:
        assert kinds(a_list("2026/6/10,休日"))["06-10"] is HolidayKind.UNNAMED

    def test_only_one_day_substitutes_for_a_sunday(self) -> None:
        found = kinds(a_list("2027/3/21,春分の日", "2027/3/22,休日", "2027/3/23,休日"))
        assert found["03-23"] is HolidayKind.UNNAMED

    def test_a_rest_day_beside_a_single_holiday_is_not_the_citizens_holiday(self) -> None:
        found = kinds(a_list("2026/4/29,昭和の日", "2026/4/30,休日", "2026/8/10,休日", "2026/8/11,山の日"))
        assert found["04-30"] is found["08-10"] is HolidayKind.UNNAMED


class TestAList:
    def test_refuses_a_date_twice(self) -> None:
        new_year = Holiday(date(2026, 1, 1), "元日", HolidayKind.NATIONAL)
        with pytest.raises(ValueError, match="each date once"):
            HolidayList((new_year, new_year), date(2026, 12, 31))

    def test_refuses_to_be_empty(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            HolidayList((), date(2026, 12, 31))

    def test_refuses_an_entry_after_its_last_date(self) -> None:
        new_year = Holiday(date(2026, 1, 1), "元日", HolidayKind.NATIONAL)
        with pytest.raises(ValueError, match="after the list's last date"):
            HolidayList((new_year,), date(2025, 12, 31))

    def test_is_the_truth_within_its_span_even_against_the_law(self) -> None:
        holidays = a_list("2026/1/1,元日", "2026/12/1,市制記念日")
        assert holidays.get(date(2026, 5, 5)) is None
        assert holidays.get(date(2026, 12, 1)) is not None

    def test_answers_on_its_first_and_on_its_last_date(self) -> None:
        holidays = a_list("2026/6/10,市制記念日", "2026/12/1,開庁記念日")
        assert holidays.get(date(2026, 6, 10)) is not None
        assert holidays.get(date(2026, 12, 1)) is not None

    def test_leaves_dates_before_and_after_to_the_rules(self) -> None:
        holidays = a_list("2026/1/1,元日", "2026/12/1,市制記念日")
        assert not holidays.answers(date(2025, 12, 31))
        assert not holidays.answers(date(2026, 12, 2))
        assert holidays.get(date(2025, 11, 24)) == Holiday(date(2025, 11, 24), "振替休日", HolidayKind.SUBSTITUTE)
        assert holidays.get(date(2027, 1, 1)) == Holiday(date(2027, 1, 1), "元日", HolidayKind.NATIONAL)

    def test_known_complete_to_the_end_of_its_year_answers_until_then(self) -> None:
        new_year = Holiday(date(2026, 1, 1), "元日", HolidayKind.NATIONAL)
        holidays = HolidayList((new_year,), date(2026, 12, 31))
        assert holidays.get(date(2026, 11, 3)) is None

    def test_equal_lists_are_one_key(self) -> None:
        assert len({a_list(*GOLDEN_WEEK), a_list(*GOLDEN_WEEK)}) == 1
        assert a_list(*GOLDEN_WEEK) != a_list(*GOLDEN_WEEK[:3])

    def test_gives_the_holidays_of_a_range_both_ends_included(self) -> None:
        found = a_list(*GOLDEN_WEEK).between(date(2026, 5, 4), date(2026, 5, 6))
        assert [f"{holiday.on:%m-%d} {holiday.name}" for holiday in found] == [
            "05-04 みどりの日",
            "05-05 こどもの日",
            "05-06 休日",
        ]


class TestThePublishedList:
    def test_is_shipped_byte_for_byte(self) -> None:
        content = files("scheduling").joinpath("data", "syukujitsu.csv").read_bytes()
        assert hashlib.sha256(content).hexdigest() == (
            "cec37a743c96995cdb9cb52b685c9003634682a9b0e1a640a6b9b96881fe964a"
        )

    def test_reaches_from_1955_to_2027(self) -> None:
        published = published_holidays()
        assert (published.first_on, published.last_on) == (date(1955, 1, 1), date(2027, 11, 23))
        assert len(published.entries) == 1067

    def test_leaves_no_rest_day_unexplained(self) -> None:
        assert all(entry.kind is not HolidayKind.UNNAMED for entry in published_holidays().entries)

    @pytest.mark.parametrize(
        ("on", "kind"),
        [
            (date(1973, 2, 12), None),  # a Monday after a Sunday holiday, before the law knew substitutes
            (date(1973, 4, 30), HolidayKind.SUBSTITUTE),  # the first one
            (date(1985, 5, 4), None),
            (date(1988, 5, 4), HolidayKind.CITIZENS),  # the first one on a weekday
            (date(1992, 5, 4), HolidayKind.SUBSTITUTE),
            (date(2008, 5, 6), HolidayKind.SUBSTITUTE),  # the first one not on a Monday
            (date(2009, 9, 22), HolidayKind.CITIZENS),
            (date(2020, 7, 24), HolidayKind.NATIONAL),  # moved for the Olympic Games
            (date(2021, 8, 9), HolidayKind.SUBSTITUTE),
        ],
    )
    def test_oddities_of_the_law(self, on: date, kind: HolidayKind | None) -> None:
        holiday = published_holidays().get(on)
        assert (holiday and holiday.kind) == kind

    @pytest.mark.parametrize("year", range(2000, 2028))
    def test_agrees_with_the_rule_library(self, year: int) -> None:
        published = {entry.on: entry for entry in published_holidays().entries if entry.on.year == year}
        ruled = dict(country_holidays("JP", years=year, language="ja").items())
        assert published.keys() == ruled.keys()
        for on, entry in published.items():
            named = entry.kind.label if entry.name == "休日" else entry.name
            assert (named, ruled[on]) == OTHERWISE_NAMED.get(on, (named, named))


class TestTheRuleLibrary:
    @pytest.mark.parametrize(
        ("on", "name", "kind"),
        [
            (date(2028, 1, 1), "元日", HolidayKind.NATIONAL),
            (date(2028, 3, 20), "春分の日", HolidayKind.NATIONAL),
            (date(2029, 2, 12), "振替休日", HolidayKind.SUBSTITUTE),
            (date(2032, 9, 21), "国民の休日", HolidayKind.CITIZENS),
        ],
    )
    def test_answers_beyond_the_list_in_japanese(self, on: date, name: str, kind: HolidayKind) -> None:
        assert published_holidays().get(on) == Holiday(on, name, kind)

    def test_knows_no_holiday_in_december_2027(self) -> None:
        assert list(published_holidays().between(date(2027, 11, 24), date(2027, 12, 31))) == []

    @pytest.mark.parametrize("year", [FIRST_YEAR - 1, LAST_YEAR + 1])
    def test_is_not_asked_for_years_it_does_not_know(self, year: int) -> None:
        with pytest.raises(ValueError, match=f"no rule for the holidays of {year}"):
            published_holidays().get(date(year, 1, 1))

    def test_knows_every_year_between(self) -> None:
        for year in (FIRST_YEAR, LAST_YEAR):
            assert published_holidays().get(date(year, 1, 1)) is not None

    def test_is_not_imported_before_it_is_needed(self) -> None:
        program = (
            "import sys; from datetime import date; from scheduling.calendar import BusinessCalendar;"
            "calendar = BusinessCalendar(); calendar.day(date(2027, 11, 23));"
            "early = 'holidays' in sys.modules; calendar.day(date(2027, 11, 24));"
            "print(early, 'holidays' in sys.modules)"
        )
        root = Path(scheduling.__file__).parents[1]
        command = [sys.executable, "-c", program]
        ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
        assert ran.stdout.split() == ["False", "True"]
