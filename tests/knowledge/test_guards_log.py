"""Every act is an entry of the log, once and in its order: what an auditor reads is what was done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from callcenter.audit.models import AuditEntry
from callcenter.extensions import db
from callcenter.knowledge import (
    approval,
    confirmations,
    files,
    news,
    queries,
    question_queries,
    questions,
    readings,
    starting,
    synonyms,
    uses,
    writing,
)
from callcenter.knowledge.confirmations import Seen
from callcenter.knowledge.news import Issuer, NewFile, NewNotice, Settlement
from callcenter.knowledge.rules import EntryKind, Stage
from callcenter.web.transaction import transaction
from tests.calls.factories import opened_call
from tests.centre import Centre, Person
from tests.knowledge.factories import content, published_entry, revised, supervisor
from tests.knowledge.neighbour_factories import FEW, UPLOAD

TODAY = date(2026, 6, 1)
OURS = ("knowledge", "question", "edition_request")
Do = Callable[..., Any]


@pytest.fixture
def author(sqlite_centre: Centre) -> Person:
    return supervisor(sqlite_centre)


@pytest.fixture
def do(sqlite_centre: Centre, author: Person) -> Do:
    """Do something as the author, in a transaction of its own."""

    def act(service: Callable[..., Any], *given: Any) -> Any:
        with sqlite_centre.inside(), transaction():
            return service(*given, by=author.actor, at=sqlite_centre.now)

    return act


def logged(centre: Centre) -> list[str]:
    """What stands in the log of the contract about manuals and FAQ, in its order."""
    with centre.inside():
        found = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)).all()
    return [action for action in found if action.startswith(OURS)]


def seen(centre: Centre, version_id: UUID) -> int:
    with centre.inside():
        return queries.version(centre.contract_id, version_id).row_version


def test_the_life_of_a_version(sqlite_centre: Centre, do: Do) -> None:
    _, version_id = do(writing.create_entry, writing.NewEntry(EntryKind.FAQ, content()))
    do(writing.edit, version_id, content(title="直した"), 1)
    do(approval.submit, version_id, 2)
    do(approval.take_back, version_id)
    do(approval.submit, version_id, 4)
    do(approval.decide, version_id, approval.Decision(Stage.SENT_BACK, "直してください"))
    do(approval.submit, version_id, 6)
    do(approval.decide, version_id, approval.Decision(Stage.APPROVED))
    do(approval.publish, version_id, approval.Publication(TODAY))
    life = ["edited", "submitted", "taken_back", "submitted", "sent_back", "submitted", "approved", "published"]
    assert logged(sqlite_centre) == ["knowledge_entry.created", *(f"knowledge_version.{one}" for one in life)]


def test_the_life_of_an_entry(sqlite_centre: Centre, author: Person, do: Do) -> None:
    made = published_entry(sqlite_centre, by=author, kind=EntryKind.CHAPTER)
    before = len(logged(sqlite_centre))
    do(writing.withdraw, do(writing.new_version, made.entry_id))
    do(writing.place, made.entry_id, 9)
    do(files.add, made.entry_id, UPLOAD)
    do(files.add, made.entry_id, UPLOAD)
    do(approval.retire, made.entry_id, approval.Retirement(TODAY + timedelta(days=1), "廃止"))
    do(approval.keep_on, made.entry_id)
    assert logged(sqlite_centre)[before:] == [
        "knowledge_version.begun",
        "knowledge_version.withdrawn",
        "knowledge_entry.placed",
        "knowledge_file.added",
        "knowledge_entry.retired",
        "knowledge_entry.retirement_cancelled",
    ]


def test_what_becomes_of_a_notice(sqlite_centre: Centre, author: Person, do: Do) -> None:
    made = published_entry(sqlite_centre, by=author)
    file = NewFile("通知.pdf", files.PDF, b"%PDF-1.7 notice")
    notice = do(news.record_notice, NewNotice(Issuer.STATE, "通知", TODAY, file=file))
    do(news.file_of, notice)
    do(news.touch, notice, [made.entry_id])
    do(news.touch, notice, [made.entry_id])
    answer = revised(sqlite_centre, made.entry_id, by=author)
    do(news.settle, notice, Settlement(made.entry_id, answer))
    do(news.finish, notice, "")
    do(news.reopen, notice)
    acts = ["recorded", "file_downloaded", "touched", "settled", "finished", "reopened"]
    found = [one for one in logged(sqlite_centre) if one.startswith("knowledge_news")]
    assert found == [f"knowledge_news.{one}" for one in acts]


def test_what_becomes_of_a_question(sqlite_centre: Centre, author: Person, do: Do) -> None:
    def asked() -> tuple[UUID, int]:
        call = UUID(opened_call(author.client()))
        found = do(questions.ask, questions.NewQuestion(call, "駐車場はありますか", "", False, uuid4()))
        return found.id, found.number

    (first, number), (second, _), (third, _) = asked(), asked(), asked()
    do(questions.put_together, second, number)
    do(questions.take_out, second)
    do(questions.settle, second)
    do(questions.send, first)
    do(questions.answer, first, "20台分あります。")
    do(questions.make_entry, first, content())
    acts = [*["asked"] * 3, "put_together", "taken_out", "settled", "sent", "answered", "made_entry"]
    found = [one for one in logged(sqlite_centre) if one.startswith("question.")]
    assert found == [f"question.{one}" for one in acts]
    with sqlite_centre.inside():
        assert question_queries.question(sqlite_centre.contract_id, third, sent_only=False).sent_at is None


def test_what_the_city_confirms_of_the_starting_set(sqlite_centre: Centre, do: Do) -> None:
    with sqlite_centre.inside():
        ready = starting.prepared(FEW)
    do(starting.load, ready)
    do(starting.load, ready)
    with sqlite_centre.inside():
        first, second = (one.version.id for one in confirmations.waiting(sqlite_centre.contract_id, TODAY))
    do(confirmations.comment, Seen(first, 1), "名前が違います。")
    do(confirmations.confirm, [Seen(first, 2), Seen(second, 1)])
    confirmed = ["knowledge_version.confirmed"] * 2
    assert logged(sqlite_centre) == ["knowledge.started", "knowledge_version.commented", *confirmed]
    assert (seen(sqlite_centre, first), seen(sqlite_centre, second)) == (3, 2)


def test_who_read_and_who_used(sqlite_centre: Centre, author: Person, do: Do) -> None:
    with sqlite_centre.inside():
        ready = starting.prepared(FEW)
    do(starting.load, ready)
    made = published_entry(sqlite_centre, by=author, title="あとから")
    call = UUID(opened_call(author.client()))
    with sqlite_centre.inside():
        asked = readings.asked(sqlite_centre.contract_id, TODAY)
        first = [one.id for one in asked if one.id != made.version_id]
    before = len(logged(sqlite_centre))
    for _ in range(2):
        do(readings.confirm, made.version_id)
        do(readings.confirm_first, first)
        do(uses.note_use, uses.NewUse(call, made.entry_id, made.version_id, 1), "")
    assert logged(sqlite_centre)[before:] == ["knowledge.read", "knowledge.read_together", "knowledge_entry.used"]


def test_words_that_mean_the_same(sqlite_centre: Centre, do: Do) -> None:
    key = uuid4()
    do(synonyms.add, synonyms.Wanted(("はがき", "通知")), key)
    do(synonyms.add, synonyms.Wanted(("はがき", "通知")), key)
    do(synonyms.change, key, synonyms.Wanted(("はがき", "手紙")), 1)
    do(synonyms.remove, key, 2)
    assert logged(sqlite_centre) == [f"knowledge_synonyms.{one}" for one in ("added", "changed", "removed")]
