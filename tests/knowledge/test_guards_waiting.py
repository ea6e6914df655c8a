"""What waits is what stands there, and nothing beside it: each list against a row that must not be in it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from callcenter.errors import NotFound
from callcenter.knowledge import attention, news, news_queries, question_queries, questions
from callcenter.knowledge.news import Issuer, NewNotice
from callcenter.knowledge.rules import QuestionState
from callcenter.web.access import Role
from callcenter.web.pagination import Page
from callcenter.web.transaction import transaction
from tests.calls.factories import opened_call
from tests.centre import Centre, Person
from tests.knowledge.factories import draft, published_entry, second_draft, supervisor
from tests.knowledge.question_factories import asked, put_together

TODAY = date(2026, 6, 1)


@pytest.fixture
def author(sqlite_centre: Centre) -> Person:
    return supervisor(sqlite_centre)


def numbers(centre: Centre, state: QuestionState) -> list[int]:
    with centre.inside():
        return [one.number for one in attention.waiting_questions(centre.contract_id, state, TODAY)]


def test_the_city_sees_a_question_once_it_was_sent(sqlite_centre: Centre) -> None:
    here, there = asked(sqlite_centre), asked(sqlite_centre, to_city=True)
    with sqlite_centre.inside():
        assert question_queries.question(sqlite_centre.contract_id, there, sent_only=True).id == there
        with pytest.raises(NotFound):
            question_queries.question(sqlite_centre.contract_id, here, sent_only=True)


def number_of(centre: Centre, question_id: UUID) -> int:
    with centre.inside():
        return question_queries.question(centre.contract_id, question_id, sent_only=False).number


def test_a_question_waits_where_it_stands_and_once_for_all_that_follow_it(
    sqlite_centre: Centre, author: Person
) -> None:
    here, there, follower = asked(sqlite_centre), asked(sqlite_centre, to_city=True), asked(sqlite_centre)
    put_together(sqlite_centre, follower, number_of(sqlite_centre, there), by=author)
    assert numbers(sqlite_centre, QuestionState.OPEN) == [number_of(sqlite_centre, here)]
    assert numbers(sqlite_centre, QuestionState.AT_THE_CITY) == [number_of(sqlite_centre, there)]
    assert numbers(sqlite_centre, QuestionState.ANSWERED) == []
    contract_id = sqlite_centre.contract_id
    with sqlite_centre.inside():
        read = [question_queries.question(contract_id, one, sent_only=False) for one in (here, there, follower)]
        followers = [question_queries.following(contract_id, one.id) for one in read]
    assert [one.together for one in read] == [0, 1, 0]
    assert [[one.id for one in found] for found in followers] == [[], [follower], []]


def test_two_words_in_common_make_questions_alike_and_one_does_not(sqlite_centre: Centre) -> None:
    calls = [UUID(opened_call(sqlite_centre.person(Role.OPERATOR).client())) for _ in range(3)]
    by, at = sqlite_centre.person(Role.OPERATOR).actor, sqlite_centre.now
    ids = []
    for call, text in zip(calls, ("料金の時間", "時間 料金 窓口", "料金"), strict=True):
        with sqlite_centre.inside(), transaction():
            ids.append(questions.ask(questions.NewQuestion(call, text, "", False, uuid4()), by=by, at=at).id)
    with sqlite_centre.inside():
        read = question_queries.question(sqlite_centre.contract_id, ids[0], sent_only=False)
        found = question_queries.alike(read, sqlite_centre.contract_id)
    assert [one.id for one in found] == [ids[1]]


def test_what_is_done_is_no_candidate_for_putting_together(sqlite_centre: Centre, author: Person) -> None:
    first, second, done = asked(sqlite_centre), asked(sqlite_centre), asked(sqlite_centre)
    with sqlite_centre.inside():
        with transaction():
            questions.settle(done, by=author.actor, at=sqlite_centre.now)
        read = question_queries.question(sqlite_centre.contract_id, first, sent_only=False)
        found = question_queries.alike(read, sqlite_centre.contract_id)
    assert [one.id for one in found] == [second]


def test_a_notice_names_its_own_entries_as_they_were_last_published(sqlite_centre: Centre, author: Person) -> None:
    ruling, unpublished = published_entry(sqlite_centre, title="手数料", by=author), draft(sqlite_centre, author)
    second_draft(sqlite_centre, ruling.entry_id, by=author, title="まだ書きかけ")
    who: dict[str, Any] = {"by": author.actor, "at": sqlite_centre.now}
    found = []
    for entry_id in (ruling.entry_id, unpublished.entry_id):
        with sqlite_centre.inside():
            with transaction():
                notice = news.record_notice(NewNotice(Issuer.STATE, "通知", TODAY), **who)
                news.touch(notice, [entry_id], **who)
            facts = news_queries.notice(sqlite_centre.contract_id, notice)
            found.append([one.title for one in news_queries.touched(sqlite_centre.contract_id, facts)])
    assert found == [["手数料"], [news_queries.UNPUBLISHED]]


def test_a_page_of_notices_is_a_part_of_them(sqlite_centre: Centre, author: Person) -> None:
    for title in ("一", "二"):
        with sqlite_centre.inside(), transaction():
            news.record_notice(NewNotice(Issuer.STATE, title, TODAY), by=author.actor, at=sqlite_centre.now)
    with sqlite_centre.inside():
        found, total = news_queries.listed(sqlite_centre.contract_id, news_queries.Wanted(), Page(size=1))
    assert ([one.title for one in found], total) == (["二"], 2)
