"""The menu: an entry for each group, and tabs between the pages of a group."""

from __future__ import annotations

import re

import pytest

from callcenter.web.access import Role
from tests.centre import Centre

CURRENT = re.compile(r'<a href="[^"]*" aria-current="page">([^<]+)</a>')


def page(centre: Centre, url: str, role: Role = Role.SUPERVISOR) -> str:
    found: str = centre.person(role).client().get(url).get_data(as_text=True)
    return found


def tabs(text: str) -> list[str]:
    found = re.search(r'<nav class="tabs" aria-label="この分野の画面">(.*?)</nav>', text, re.S)
    return re.findall(r">([^<>]+)</a>", found.group(1)) if found else []


@pytest.mark.parametrize(
    ("url", "entry", "tab"),
    [
        ("/attendance", "出退勤", "打刻・1日の状況"),
        ("/attendance/month", "出退勤", "月の集計"),
        ("/attendance/kiosk/devices", "出退勤", "打刻端末"),
        ("/coverage", "出退勤", "最少配置の証明"),
        ("/roster/month", "シフト", "月のシフト表"),
        ("/roster/leave", "シフト", "休みと交替"),
        ("/roster/day", "シフト", "1日の予定"),
        ("/staffing", "シフト", "必要人数"),
        ("/staff/agreements", "業務従事者", "労使協定"),
    ],
)
def test_a_page_of_a_group_marks_its_entry_and_its_tab(sqlite_centre: Centre, url: str, entry: str, tab: str) -> None:
    assert {entry, tab} <= set(CURRENT.findall(page(sqlite_centre, url)))


def test_a_group_stands_once_in_the_menu(sqlite_centre: Centre) -> None:
    menu = re.search(r'<nav class="top-nav".*?</nav>', page(sqlite_centre, "/today"), re.S)
    assert menu
    words = re.findall(r"<a [^>]*>([^<]+)</a>", menu.group(0))
    assert words.count("シフト") == 1
    assert "必要人数" not in words


def test_a_page_that_stands_alone_has_no_tabs(sqlite_centre: Centre) -> None:
    assert tabs(page(sqlite_centre, "/today")) == []


def test_an_operator_sees_only_the_tabs_that_are_theirs(sqlite_centre: Centre) -> None:
    assert tabs(page(sqlite_centre, "/attendance", Role.OPERATOR)) == ["打刻・1日の状況", "月の集計", "個人コード"]


def test_a_group_of_one_page_has_no_tabs(sqlite_centre: Centre) -> None:
    assert tabs(page(sqlite_centre, "/roster/mine", Role.OPERATOR)) == []
