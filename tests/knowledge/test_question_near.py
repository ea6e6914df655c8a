"""Beside a question stand the FAQ and the questions that come near it, and one press puts two of them together."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from callcenter.knowledge import question_queries as reads
from callcenter.knowledge.search import live
from callcenter.web.access import Role
from tests.centre import Browser, Centre
from tests.knowledge.factories import published_entry
from tests.knowledge.question_factories import answered, asked

HINT = "「言い換え」に足すと"


@pytest.fixture(autouse=True)
def _index_of_its_own() -> Iterator[None]:
    live.forget()
    yield
    live.forget()


@pytest.fixture
def lead(sqlite_centre: Centre) -> Browser:
    return sqlite_centre.person(Role.SUPERVISOR).client()


@pytest.fixture
def officer(sqlite_centre: Centre) -> Browser:
    return sqlite_centre.person(Role.CITY_OFFICER).client()


def near(centre: Centre) -> str:
    """A FAQ much like the questions of `asked`, as the page links to it."""
    made = published_entry(centre, title="駐車場は何台分ありますか", body="10台分です。")
    return f'href="/knowledge/entries/{made.entry_id}"'


def page(browser: Browser, question: UUID) -> str:
    return str(browser.get(f"/knowledge/questions/{question}").text)


def test_the_faq_that_come_near_stand_beside_a_question(sqlite_centre: Centre, lead: Browser) -> None:
    address, question = near(sqlite_centre), asked(sqlite_centre)
    assert address in page(lead, question)
    assert HINT in page(lead, question)


def test_the_city_sees_them_too_but_writes_no_faq(sqlite_centre: Centre, officer: Browser) -> None:
    address, question = near(sqlite_centre), asked(sqlite_centre, to_city=True)
    assert address in page(officer, question)
    assert HINT not in page(officer, question)


def test_they_are_gone_once_the_city_has_answered(sqlite_centre: Centre, lead: Browser) -> None:
    address, question = near(sqlite_centre), answered(sqlite_centre)
    assert address not in page(lead, question)


def test_a_question_is_put_together_with_one_like_it_by_its_button(sqlite_centre: Centre, lead: Browser) -> None:
    first, second = asked(sqlite_centre), asked(sqlite_centre)
    shown = page(lead, second)
    assert 'name="with_number" value="1"' in shown
    assert "質問1にまとめる" in shown
    lead.post(f"/knowledge/questions/{second}/together", data={"with_number": "1"})
    with sqlite_centre.inside():
        assert reads.question(sqlite_centre.contract_id, second, sent_only=False).group_id == first
