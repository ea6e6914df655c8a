"""Two people at the same thing at the same moment, on both databases: the second waits and sees what the first did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

from callcenter.errors import AppError, Conflict
from callcenter.extensions import db
from callcenter.knowledge import approval, news, queries, questions, starting, synonyms, writing
from callcenter.knowledge.news import Issuer, NewNotice
from callcenter.knowledge.rules import EntryKind, Stage
from callcenter.web.transaction import transaction
from tests.calls.factories import opened_call
from tests.centre import Centre, Person
from tests.knowledge.factories import approved, content, draft, published_entry, second_draft, submitted
from tests.knowledge.neighbour_factories import FEW
from tests.knowledge.question_factories import asked

TODAY = date(2026, 6, 1)
PATIENCE = 0.5
"""Seconds in which the second gets as far as it can; where it has to wait, it gets nowhere."""
Act = Callable[[dict[str, Any]], Any]


def together(centre: Centre, by: Person, first: Act, second: Act) -> tuple[Any, Any]:
    """What both acts answer when the second begins while the first is not committed; a refusal is an answer."""
    who = {"by": by.actor, "at": centre.now}
    answers: list[Any] = []

    def act() -> None:
        try:
            with centre.inside(), transaction():
                answers.append(second(who))
        except AppError as error:
            answers.append(error)

    thread = Thread(target=act)
    with centre.inside(), transaction():
        done = first(who)
        thread.start()
        thread.join(PATIENCE)
    thread.join()
    return done, answers[0]


# --- numbers, and what may be there once ---


def test_two_new_entries_have_two_numbers(centre: Centre, supervisor: Person) -> None:
    def create(who: dict[str, Any]) -> UUID:
        return writing.create_entry(writing.NewEntry(EntryKind.FAQ, content()), **who)[0]

    made = together(centre, supervisor, create, create)
    with centre.inside():
        assert [queries.entry(centre.contract_id, one).number for one in made] == [1, 2]


def test_two_notices_have_two_numbers(centre: Centre, supervisor: Person) -> None:
    def note(who: dict[str, Any]) -> UUID:
        return news.record_notice(NewNotice(Issuer.STATE, "通知", TODAY), **who)

    assert all(isinstance(one, UUID) for one in together(centre, supervisor, note, note))


def test_two_questions_have_two_numbers(centre: Centre, supervisor: Person) -> None:
    calls = [UUID(opened_call(supervisor.client())) for _ in range(2)]

    def ask(who: dict[str, Any]) -> int:
        new = questions.NewQuestion(calls.pop(), "駐車場はありますか", "", False, uuid4())
        return questions.ask(new, **who).number

    assert together(centre, supervisor, ask, ask) == (1, 2)


def test_the_starting_set_is_loaded_once(centre: Centre, supervisor: Person) -> None:
    with centre.inside():
        ready = starting.prepared(FEW)
    found = together(centre, supervisor, *[lambda who: starting.load(ready, **who).entries] * 2)
    assert found == (len(FEW), 0)


def test_the_same_words_are_kept_once(centre: Centre, supervisor: Person) -> None:
    first, second = (lambda who: synonyms.add(synonyms.Wanted(("はがき", "通知")), uuid4(), **who) for _ in range(2))
    assert isinstance(together(centre, supervisor, first, second)[1], Conflict)


# --- what follows on what ---


def test_what_was_taken_back_is_not_approved(centre: Centre, supervisor: Person) -> None:
    made = draft(centre, supervisor)
    submitted(centre, made.version_id, by=supervisor)
    _, answer = together(
        centre,
        supervisor,
        lambda who: approval.take_back(made.version_id, **who),
        lambda who: approval.decide(made.version_id, approval.Decision(Stage.APPROVED), **who),
    )
    assert isinstance(answer, Conflict)


def test_nothing_is_published_beyond_the_end_of_its_entry(centre: Centre, supervisor: Person) -> None:
    made = published_entry(centre, by=supervisor)
    waiting = second_draft(centre, made.entry_id, by=supervisor)
    approved(centre, waiting, by=supervisor)
    _, answer = together(
        centre,
        supervisor,
        lambda who: _retired_tomorrow(centre, made.entry_id, who),
        lambda who: approval.publish(waiting, approval.Publication(TODAY + timedelta(days=2)), **who),
    )
    assert isinstance(answer, Conflict)


def _retired_tomorrow(centre: Centre, entry_id: UUID, who: dict[str, Any]) -> None:
    """As a retirement leaves the entry that was registered before the version was begun."""
    row = writing.lock_entry(centre.contract_id, entry_id)
    row.retired_on, row.retired_because = TODAY + timedelta(days=1), "廃止"
    row.retired_at, row.retired_by = who["at"], who["by"].person_id
    db.session.flush()


def test_a_notice_that_is_done_touches_nothing_more(centre: Centre, supervisor: Person) -> None:
    made = published_entry(centre, by=supervisor)
    with centre.inside(), transaction():
        notice = news.record_notice(NewNotice(Issuer.STATE, "通知", TODAY), by=supervisor.actor, at=centre.now)

    def finish(who: dict[str, Any]) -> None:
        news.finish(notice, "対象なし", **who)
        db.session.flush()

    _, answer = together(centre, supervisor, finish, lambda who: news.touch(notice, [made.entry_id], **who))
    assert isinstance(answer, Conflict)


def test_a_question_does_not_follow_one_that_is_done(centre: Centre, supervisor: Person) -> None:
    first, second = asked(centre), asked(centre)
    _, answer = together(
        centre,
        supervisor,
        lambda who: questions.settle(first, **who),
        lambda who: questions.put_together(second, 1, **who),
    )
    assert isinstance(answer, Conflict)


def test_of_two_who_change_a_group_the_second_is_told(centre: Centre, supervisor: Person) -> None:
    key = uuid4()
    with centre.inside(), transaction():
        synonyms.add(synonyms.Wanted(("はがき", "通知")), key, by=supervisor.actor, at=centre.now)

    def change(word: str) -> Act:
        return lambda who: synonyms.change(key, synonyms.Wanted(("はがき", word)), 1, **who)

    assert isinstance(together(centre, supervisor, change("手紙"), change("封筒"))[1], Conflict)
