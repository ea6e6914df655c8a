"""The guide says what the screens say, for every role."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from callcenter.web.access import Role
from tests.centre import Centre

GUIDE = "/knowledge/guide"
ROOT = Path(__file__).parents[2]
SCREENS = (
    "templates/knowledge",
    "templates/deliveries",
    "callcenter/knowledge",
    "callcenter/homes",
    "callcenter/calls",
)
PARTS = {
    "/knowledge/unread": "readings",
    "/knowledge/readings": "readings",
    "/knowledge/manual": "readings",
    "/knowledge/reviews": "write",
    "/knowledge/confirmations": "write",
    "/knowledge/questions": "questions",
    "/knowledge/news": "news",
    "/knowledge/usage": "usage",
    "/knowledge/synonyms": "usage",
    "/knowledge/edition": "edition",
}


@pytest.mark.parametrize("role", list(Role))
def test_everybody_may_read_the_guide_and_finds_it_in_the_sheet(sqlite_centre: Centre, role: Role) -> None:
    browser = sqlite_centre.person(role).client()
    answer = browser.get(GUIDE)
    assert answer.status_code == 200
    sheet = re.search(r'<dialog id="keys-dialog".*?</dialog>', answer.text, re.S)
    assert sheet
    assert f'<a href="{GUIDE}">マニュアル・FAQの使い方</a>' in sheet.group(0)


def test_it_is_not_for_strangers(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.browser()
    assert browser.get(GUIDE).status_code in {302, 401}
    assert GUIDE not in browser.get("/sign-in").text


def test_what_it_quotes_is_written_on_the_screens(sqlite_centre: Centre) -> None:
    text = sqlite_centre.person(Role.SUPERVISOR).client().get(GUIDE).text
    quoted = set(re.findall("「([^」]+)」", text))
    folders = (ROOT / folder for folder in SCREENS)
    written = "".join(
        one.read_text() for folder in folders for one in folder.rglob("*") if one.suffix in {".py", ".html"}
    )
    assert len(quoted) > 40
    assert {words for words in quoted if words not in written} == set()


@pytest.mark.parametrize(("url", "part"), PARTS.items())
def test_each_page_leads_to_its_part(sqlite_centre: Centre, url: str, part: str) -> None:
    browser = sqlite_centre.person(Role.SUPERVISOR).client()
    assert f'href="{GUIDE}#{part}"' in browser.get(url).text
    assert f'id="{part}"' in browser.get(GUIDE).text


def test_the_list_leads_to_the_guide_and_back(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person(Role.OPERATOR).client()
    assert f'href="{GUIDE}"' in browser.get("/knowledge/entries").text.split('<div class="page-head">')[1]
    assert 'href="/knowledge/entries"' in browser.get(GUIDE).text
    assert 'href="/knowledge/entries"' not in sqlite_centre.person(Role.ADMINISTRATOR).client().get(GUIDE).text
