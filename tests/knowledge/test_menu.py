"""The group's tabs: few enough for one line, in the order of their use, with ways to the pages that have none."""

from __future__ import annotations

import re

import pytest

from callcenter.web.access import Role
from tests.centre import Centre
from tests.knowledge.factories import draft, submitted

TABS = re.compile(r'<nav class="tabs" aria-label="この分野の画面">(.*?)</nav>', re.S)
HEADING = re.compile(r'<div class="page-head">(.*?)</div>\s*</div>', re.S)
UNREAD, RECORD = "/knowledge/unread", "/knowledge/readings"
REVIEWS, CONFIRMATIONS = "/knowledge/reviews", "/knowledge/confirmations"
USAGE, WORDS = "/knowledge/usage", "/knowledge/synonyms"


def page(centre: Centre, url: str, *roles: Role) -> str:
    answer = centre.person(*roles).client().get(url)
    assert answer.status_code == 200
    return str(answer.text)


def tabs(text: str) -> list[str]:
    found = TABS.search(text)
    return re.findall(r">([^<>]+)</a>", found.group(1)) if found else []


def current(text: str) -> list[str]:
    found = TABS.search(text)
    return re.findall(r'aria-current="page">([^<>]+)</a>', found.group(1)) if found else []


def leads_to(text: str) -> set[str]:
    """Where the links beside the page's heading go."""
    found = HEADING.search(text)
    assert found
    return set(re.findall(r'href="([^"#]+)', found.group(1)))


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.OPERATOR, "一覧 未読 マニュアルを読む"),
        (Role.SUPERVISOR, "一覧 未読 確認・公開待ち 該当なし マニュアルを読む 国・県等の動向 市への提出 利用状況"),
        (
            Role.CONTRACT_MANAGER,
            "一覧 既読の記録 確認・公開待ち 該当なし マニュアルを読む 国・県等の動向 市への提出 利用状況",
        ),
        (Role.CITY_OFFICER, "一覧 確認・公開待ち 該当なし マニュアルを読む 国・県等の動向 市への提出 利用状況"),
        (Role.CITY_VIEWER, "一覧 確認・公開待ち マニュアルを読む 市への提出 利用状況"),
    ],
    ids=lambda given: given.value if isinstance(given, Role) else "",
)
def test_each_role_has_few_tabs_and_the_list_first(sqlite_centre: Centre, role: Role, expected: str) -> None:
    assert tabs(page(sqlite_centre, "/knowledge/entries", role)) == expected.split()


def test_the_menu_leads_to_the_list(sqlite_centre: Centre) -> None:
    text = page(sqlite_centre, "/knowledge/usage", Role.SUPERVISOR)
    assert '<a href="/knowledge/entries" aria-current="page">マニュアル・FAQ</a>' in text


@pytest.mark.parametrize(
    ("role", "url", "tab"),
    [
        (Role.SUPERVISOR, RECORD, "未読"),
        (Role.CONTRACT_MANAGER, RECORD, "既読の記録"),
        (Role.SUPERVISOR, CONFIRMATIONS, "確認・公開待ち"),
        (Role.CITY_VIEWER, CONFIRMATIONS, "確認・公開待ち"),
        (Role.SUPERVISOR, WORDS, "利用状況"),
    ],
)
def test_a_page_without_a_tab_marks_the_one_it_is_reached_from(
    sqlite_centre: Centre, role: Role, url: str, tab: str
) -> None:
    assert current(page(sqlite_centre, url, role)) == [tab]


@pytest.mark.parametrize(("one", "other"), [(UNREAD, RECORD), (REVIEWS, CONFIRMATIONS), (USAGE, WORDS)])
def test_both_pages_of_a_tab_lead_to_each_other(sqlite_centre: Centre, one: str, other: str) -> None:
    assert other in leads_to(page(sqlite_centre, one, Role.SUPERVISOR))
    assert one in leads_to(page(sqlite_centre, other, Role.SUPERVISOR))


@pytest.mark.parametrize(
    ("role", "url", "closed"),
    [
        (Role.OPERATOR, UNREAD, RECORD),
        (Role.CONTRACT_MANAGER, RECORD, UNREAD),
        (Role.CONTRACT_MANAGER, USAGE, WORDS),
        (Role.CITY_OFFICER, USAGE, WORDS),
    ],
)
def test_nobody_is_led_to_a_closed_door(sqlite_centre: Centre, role: Role, url: str, closed: str) -> None:
    person = sqlite_centre.person(role).client()
    assert closed not in leads_to(person.get(url).text)
    assert person.get(closed).status_code == 403


def test_the_starting_set_is_told_where_reviews_wait_only_while_it_waits(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted(centre, draft(centre).version_id)
    browser = centre.person(Role.CITY_VIEWER).client()
    assert "はじめの内容のうち" not in browser.get(REVIEWS).text
    monkeypatch.setattr("callcenter.knowledge.attention.confirmations.waiting", lambda *_: [object()] * 3)
    assert "はじめの内容のうち3件" in browser.get(REVIEWS).text
