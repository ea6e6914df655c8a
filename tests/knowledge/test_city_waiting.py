"""What the city's officers find beside the heading of their first page."""

from __future__ import annotations

import re

import pytest

from callcenter.web.access import Role
from tests.centre import Browser, Centre, Person
from tests.knowledge.factories import approved, draft, submitted
from tests.knowledge.question_factories import answered, asked, put_together

PAGE = "/knowledge/waiting"


def ways(browser: Browser) -> list[tuple[str, str]]:
    """Where each way leads, and what it says."""
    answer = browser.get(PAGE)
    assert answer.status_code == 200
    return re.findall(r'href="([^"]+)"[^>]*>([^<]+)</a>', answer.text)


def test_nothing_is_shown_when_nothing_waits(centre: Centre, officer: Person) -> None:
    asked(centre)
    answered(centre, officer=officer)
    approved(centre, draft(centre).version_id, officer=officer)
    draft(centre, title="書きかけの項目")
    assert ways(officer.client()) == []


def test_questions_and_versions_before_the_city_are_counted_with_the_way_to_them(
    centre: Centre, supervisor: Person, officer: Person
) -> None:
    asked(centre, to_city=True)
    put_together(centre, asked(centre), 1, by=supervisor)
    submitted(centre, draft(centre).version_id)
    browser = officer.client()
    assert ways(browser) == [
        ("/knowledge/questions", "質問に回答する（1件）"),
        ("/knowledge/reviews", "マニュアル・FAQを確認する（1件）"),
    ]
    assert "質問1" in browser.get("/knowledge/questions").text


def test_the_starting_set_waits_too(centre: Centre, officer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.knowledge.attention.confirmations.waiting", lambda *_: [object()] * 3)
    assert ways(officer.client()) == [("/knowledge/confirmations", "はじめの内容を確認する（3件）")]


def test_the_officers_first_page_asks_for_it_and_no_other(centre: Centre, officer: Person) -> None:
    assert f'hx-get="{PAGE}"' in officer.client().get("/documents").text
    for role in (Role.CITY_VIEWER, Role.SUPERVISOR):
        assert f'hx-get="{PAGE}"' not in centre.person(role).client().get("/documents").text


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CITY_OFFICER])
def test_it_is_the_officers_alone(sqlite_centre: Centre, role: Role) -> None:
    assert sqlite_centre.person(role).client().get(PAGE).status_code == 403
    assert sqlite_centre.browser().get(PAGE).status_code in {302, 401}
