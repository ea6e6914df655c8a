"""The city's list: read whatever its columns, compared with ours."""

from __future__ import annotations

from datetime import date

import pytest

from callcenter.errors import InvalidInput
from callcenter.reservations.city_list import CityRow, Kind, OurRow, compare, read

TODAY, ON, BIRTH = date(2026, 6, 1), date(2026, 6, 10), date(1975, 4, 3)
ROW = "A12-345678,架空 太郎,昭和50年4月3日,2026/6/10,9:00,Y1"
HEAD = "交付通知書番号,氏名,生年月日,予約日,時間,予約番号"


def our(**more: object) -> OurRow:
    values = {
        "reservation_id": "1",
        "city_number": "Y1",
        "notice_numbers": ("A12-345678",),
        "names": ("架空　太郎",),
        "births": (BIRTH,),
        "on": ON,
        "minute": 540,
        **more,
    }
    return OurRow(**values)  # type: ignore[arg-type]


def their(**more: object) -> CityRow:
    values = {
        "line": 2,
        "city_number": "Y1",
        "notice_number": "A12-345678",
        "name": "架空太郎",
        "birth_on": BIRTH,
        "on": ON,
        "minute": 540,
        **more,
    }
    return CityRow(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_list_is_read_in_every_usual_encoding(encoding: str) -> None:
    assert read(f"{HEAD}\r\n{ROW}\r\n".encode(encoding), TODAY) == [their()]


def test_columns_may_stand_in_any_order_under_a_title() -> None:
    text = "予約一覧（6月）\n\n時刻,状態,番号,予約日,備考,氏名\n09時00分,確定,Y1,令和8,,x\n"
    with pytest.raises(InvalidInput, match="4行目"):
        read(text.encode(), TODAY)
    found = read(text.replace("令和8", "2026年6月10日").encode(), TODAY)
    assert (found[0].on, found[0].minute, found[0].city_number) == (ON, 540, "Y1")


def test_date_and_time_may_share_a_column_and_tabs_divide() -> None:
    found = read("予約番号\t予約日時\nY1\t2026-06-10 13:30\n".encode("cp932"), TODAY)
    assert (found[0].on, found[0].minute) == (ON, 810)


def test_cancelled_rows_are_left_out() -> None:
    text = f"{HEAD},状態\n{ROW},キャンセル済\n{ROW},確定\n"
    assert len(read(text.encode(), TODAY)) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [("氏名,住所\nx,y", "見出し"), (f"{HEAD}\n{ROW.replace('6/10', '6/31')}", "2行目"), ("", "見出し")],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read(text.encode(), TODAY)


def test_a_file_that_is_no_text_or_too_large_is_refused() -> None:
    for content in (b"\x00\x01", b"a" * 2_000_001):
        with pytest.raises(InvalidInput):
            read(content, TODAY)


@pytest.mark.parametrize(
    ("ours", "theirs", "kinds"),
    [
        ([our()], [their()], []),
        ([our()], [], [Kind.MISSING]),
        ([], [their()], [Kind.EXTRA]),
        ([our()], [their(minute=555)], [Kind.TIME]),
        ([our()], [their(on=date(2026, 6, 11))], [Kind.TIME]),
        ([our()], [their(notice_number="A12-999999", name="別人", birth_on=date(1980, 1, 1))], [Kind.PERSON]),
        ([our(city_number="")], [their(notice_number="A12345678")], []),
        ([our(city_number="")], [their(city_number="Y9", notice_number="B00-000000")], [Kind.MISSING, Kind.EXTRA]),
        ([our()], [their(name="", birth_on=None, notice_number="")], []),
        ([our()], [their(minute=555, name="別人", birth_on=date(1980, 1, 1))], [Kind.TIME, Kind.PERSON]),
        ([our()], [their(), their(line=3)], [Kind.EXTRA]),
    ],
)
def test_differences_are_of_four_kinds(ours: list[OurRow], theirs: list[CityRow], kinds: list[Kind]) -> None:
    found = compare(ours, theirs)
    assert [one.kind for one in found.differences] == kinds
