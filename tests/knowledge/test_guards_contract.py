"""Two contracts in one database: whatever a neighbour has is not listed, not found, not counted and not touched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs
from sqlalchemy import func, select

from callcenter.errors import InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.knowledge import (
    approval,
    attention,
    completeness,
    confirmations,
    edition_queries,
    files,
    news,
    news_queries,
    queries,
    question_queries,
    questions,
    readings,
    requests,
    starting,
    synonyms,
    uses,
    writing,
)
from callcenter.knowledge.confirmations import Seen
from callcenter.knowledge.content import seeds
from callcenter.knowledge.models import Use
from callcenter.knowledge.news import Issuer, NewNotice
from callcenter.knowledge.rules import EntryKind, QuestionState, Stage
from callcenter.knowledge.search import live, store
from callcenter.web.access import Role
from callcenter.web.pagination import Page
from callcenter.web.transaction import transaction
from tests.calls.factories import opened_call
from tests.centre import Centre, Person
from tests.knowledge.factories import content, draft
from tests.knowledge.neighbour_factories import FEW, KEY, TODAY, UPLOAD, Neighbour
from tests.knowledge.neighbour_factories import neighbour as made_neighbour


@pytest.fixture
def neighbour(sqlite_centre: Centre) -> Neighbour:
    live.forget()
    return made_neighbour(sqlite_centre)


@pytest.fixture
def leader(sqlite_centre: Centre) -> Person:
    """Somebody of a contract that has nothing yet."""
    return sqlite_centre.person(Role.SUPERVISOR, Role.CITY_OFFICER, name="見本 責任者")


# --- what is listed and counted ---

Reads = Callable[[UUID, Neighbour], Any]
LISTS: dict[str, Reads] = {
    "entries": lambda here, _: queries.entries(here),
    "what is in force": lambda here, _: queries.ruling_on(here, TODAY),
    "what says what is in force": lambda here, _: queries.in_force_on(here, TODAY),
    "what is on its way": lambda here, _: queries.on_the_way(here, list(Stage)),
    "versions of an entry": lambda here, there: queries.versions(here, there.ruling.entry_id),
    "versions by their ids": lambda here, there: queries.versions_by_id(here, [there.ruling.version_id]),
    "changes for the search": lambda here, _: queries.revision(here),
    "who names an entry": lambda here, there: approval.linking_to(here, there.waiting.entry_id, TODAY),
    "entries by their numbers": lambda here, _: _numbered(here),
    "files of an entry": lambda here, there: files.of_entry(here, there.ruling.entry_id),
    "questions": lambda here, _: question_queries.listed(here, list(QuestionState), Page(), sent_only=False)[0],
    "how many questions": lambda here, _: question_queries.listed(here, list(QuestionState), Page(), sent_only=True)[1],
    "questions by state": lambda here, _: question_queries.counts(here, sent_only=False),
    "what follows a question": lambda here, there: question_queries.following(here, there.question),
    "questions that wait": lambda here, _: attention.waiting_questions(here, QuestionState.AT_THE_CITY, TODAY),
    "notices": lambda here, _: news_queries.listed(here, news_queries.Wanted())[0],
    "how many notices": lambda here, _: news_queries.listed(here, news_queries.Wanted())[1],
    "notices that wait": lambda here, _: attention.open_notices(here, TODAY),
    "requests": lambda here, _: edition_queries.requests(here),
    "requests that wait": lambda here, _: edition_queries.open_requests(here),
    "what the city has to confirm": lambda here, _: confirmations.waiting(here, TODAY),
    "what the city confirmed": lambda here, _: confirmations.progress(here, []).confirmed,
    "what asks to be read": lambda here, _: readings.asked(here, TODAY),
    "who has something to read": lambda here, _: attention.unread_people(here, TODAY),
    "who read a version": lambda here, there: readings.readings_of(here, [there.ruling.version_id]).popitem()[1],
    "groups of words": lambda here, _: synonyms.groups(here),
    "words of the search": lambda here, _: live.synonyms(here),
    "notes of the search": lambda here, _: store.notes(here),
    "what is prepared": lambda here, there: store.kept(here, [there.begun_with]),
    "what the search finds": lambda here, _: live.search(here, "駐車場はありますか", TODAY),
}


def _numbered(contract_id: UUID) -> list[UUID]:
    try:
        return news.ids_numbered(contract_id, EntryKind.FAQ, [1])
    except InvalidInput:
        return []


def _something(contract_id: UUID, neighbour: Neighbour) -> set[str]:
    return {name for name, read in LISTS.items() if read(contract_id, neighbour)}


def test_lists_and_counts_hold_nothing_of_a_neighbour(
    sqlite_centre: Centre, neighbour: Neighbour, leader: Person
) -> None:
    with sqlite_centre.inside():
        assert _something(neighbour.contract_id, neighbour) == LISTS.keys()
        assert _something(sqlite_centre.contract_id, neighbour) == set()


def test_numbers_begin_anew_in_each_contract(sqlite_centre: Centre, neighbour: Neighbour, leader: Person) -> None:
    made = draft(sqlite_centre, leader)
    call = UUID(opened_call(leader.client()))
    with sqlite_centre.inside(), transaction():
        asked = questions.NewQuestion(call, "駐輪場はありますか", "", False, new_id())
        number = questions.ask(asked, by=leader.actor, at=sqlite_centre.now).number
        notice = news.record_notice(NewNotice(Issuer.CITY, "通知", TODAY), by=leader.actor, at=sqlite_centre.now)
    with sqlite_centre.inside():
        entry = queries.entry(sqlite_centre.contract_id, made.entry_id).number
        assert (entry, number, news_queries.notice(sqlite_centre.contract_id, notice).number) == (1, 1, 1)


def test_the_starting_set_of_a_neighbour_is_missing_here(
    sqlite_centre: Centre, neighbour: Neighbour, leader: Person
) -> None:
    with sqlite_centre.inside():
        assert len(starting.missing(sqlite_centre.contract_id)) == len(seeds())
        with transaction():
            loaded = starting.load(starting.prepared(FEW), by=leader.actor, at=sqlite_centre.now)
    assert (loaded.entries, loaded.synonyms > 0) == (len(FEW), True)


# --- what is asked for by its id ---

Acts = Callable[[Neighbour, dict[str, Any]], Any]
ACTS: dict[str, Acts] = {
    "an entry": lambda there, who: queries.entry(who["by"].contract, there.ruling.entry_id),
    "a version": lambda there, who: queries.version(who["by"].contract, there.ruling.version_id),
    "editing": lambda there, who: writing.edit(there.waiting.version_id, content(), 2, **who),
    "beginning a version": lambda there, who: writing.new_version(there.ruling.entry_id, **who),
    "withdrawing": lambda there, who: writing.withdraw(there.waiting.version_id, **who),
    "placing": lambda there, who: writing.place(there.ruling.entry_id, 3, **who),
    "deciding": lambda there, who: approval.decide(there.waiting.version_id, approval.Decision(Stage.APPROVED), **who),
    "taking back": lambda there, who: approval.take_back(there.waiting.version_id, **who),
    "retiring": lambda there, who: approval.retire(there.ruling.entry_id, approval.Retirement(TODAY, "廃止"), **who),
    "a file": lambda there, who: files.facts(who["by"].contract, there.file),
    "what a file holds": lambda there, who: files.content(who["by"].contract, there.file),
    "adding a file": lambda there, who: files.add(there.ruling.entry_id, UPLOAD, **who),
    "a notice": lambda there, who: news_queries.notice(who["by"].contract, there.notice),
    "the file of a notice": lambda there, who: news.file_of(there.notice, **who),
    "what a notice touches": lambda there, who: news.touch(there.notice, [there.ruling.entry_id], **who),
    "finishing a notice": lambda there, who: news.finish(there.notice, "済み", **who),
    "a question": lambda there, who: question_queries.question(who["by"].contract, there.question, sent_only=False),
    "answering": lambda there, who: questions.answer(there.question, "20台分あります。", **who),
    "a group of words": lambda _, who: synonyms.group(who["by"].contract, KEY),
    "changing a group": lambda _, who: synonyms.change(KEY, synonyms.Wanted(("甲", "乙")), 1, **who),
    "removing a group": lambda _, who: synonyms.remove(KEY, 1, **who),
    "confirming": lambda there, who: confirmations.confirm([Seen(there.begun_with, 1)], **who),
    "reading": lambda there, who: readings.confirm(there.ruling.version_id, **who),
    "reading together": lambda there, who: readings.confirm_first([there.begun_with], **who),
    "using": lambda there, who: uses.note_use(_use_of(there), "", **who),
}


def _use_of(there: Neighbour) -> uses.NewUse:
    return uses.NewUse(there.call, there.ruling.entry_id, there.ruling.version_id, 1)


def _is_found(centre: Centre, act: Acts, neighbour: Neighbour, by: Person) -> bool:
    try:
        with transaction():
            act(neighbour, {"by": by.actor, "at": centre.now})
    except NotFound:
        return False
    return True


def test_what_a_neighbour_has_is_not_found(sqlite_centre: Centre, neighbour: Neighbour, leader: Person) -> None:
    with sqlite_centre.inside():
        assert [name for name, act in ACTS.items() if _is_found(sqlite_centre, act, neighbour, leader)] == []


def test_a_text_may_not_name_a_file_of_a_neighbour(sqlite_centre: Centre, neighbour: Neighbour) -> None:
    body = f"![図](/knowledge/files/{neighbour.file})"
    with sqlite_centre.inside():
        assert completeness.broken_files(neighbour.contract_id, body) == []
        assert len(completeness.broken_files(sqlite_centre.contract_id, body)) == 1


# --- what is done here ---


def test_the_key_of_a_form_is_each_contracts_own(sqlite_centre: Centre, neighbour: Neighbour, leader: Person) -> None:
    who: dict[str, Any] = {"by": leader.actor, "at": sqlite_centre.now}
    call = UUID(opened_call(leader.client()))
    with sqlite_centre.inside():
        with transaction():
            asked = questions.ask(questions.NewQuestion(call, "駐輪場はありますか", "", False, KEY), **who)
            notice = news.record_notice(NewNotice(Issuer.CITY, "通知", TODAY, key=KEY), **who)
            requests.ask(requests.NewRequest("お願いします", KEY), **who)
            synonyms.add(synonyms.Wanted(("甲", "乙")), KEY, **who)
        here = sqlite_centre.contract_id
        assert (asked.id == neighbour.question, notice == neighbour.notice) == (False, False)
        assert [one.note for one in edition_queries.requests(here)] == ["お願いします"]
        assert [one.words for one in synonyms.groups(here)] == [["甲", "乙"]]
        assert [one.words for one in synonyms.groups(neighbour.contract_id)] == [["はがき", "通知"]]


def test_the_key_of_a_new_entry_is_each_contracts_own(
    sqlite_centre: Centre, neighbour: Neighbour, leader: Person
) -> None:
    new = writing.NewEntry(EntryKind.FAQ, content(), key=KEY)
    made = []
    for by in (leader.actor, structs.replace(leader.actor, contract_id=neighbour.contract_id)):
        with sqlite_centre.inside(), transaction():
            made.append(writing.create_entry(new, by=by, at=sqlite_centre.now))
    assert made[0] != made[1]


def test_what_is_done_here_changes_nothing_at_a_neighbour(
    sqlite_centre: Centre, neighbour: Neighbour, leader: Person
) -> None:
    with sqlite_centre.inside():
        before, used = queries.revision(neighbour.contract_id), _uses()
        with transaction():
            store.changed(sqlite_centre.contract_id)
            answered = requests.answer_open(new_id(), by=leader.actor, at=sqlite_centre.now)
            uses.forget_call(None, contract_id=sqlite_centre.contract_id, call_id=neighbour.call)
        assert (answered, len(edition_queries.open_requests(neighbour.contract_id))) == (0, 1)
        assert (queries.revision(neighbour.contract_id), queries.revision(sqlite_centre.contract_id)) == (before, 1)
        assert (used, _uses()) == (3, 3)


def _uses() -> int:
    """In whichever contract."""
    return db.session.execute(select(func.count()).select_from(Use)).scalar_one()
