"""What is sealed is bound to its place: the permanent label, the contract and its own row, said here as literals.

A label that changes in the code would leave everything that is kept unreadable; a row that is not bound would let one
text stand in for another.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from callcenter.extensions import db
from callcenter.knowledge import files, news
from callcenter.knowledge.models import EntryFile, News, Question
from callcenter.knowledge.news import Issuer, NewFile, NewNotice
from callcenter.protection.cipher import open_sealed_bytes
from callcenter.protection.deployment import keys_for
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.knowledge.factories import draft, supervisor
from tests.knowledge.neighbour_factories import TODAY
from tests.knowledge.question_factories import answered

PLAN = b"%PDF-1.7 plan"


def opened(centre: Centre, column: Any, label: str, row_id: UUID) -> bytes:
    """What a row holds, opened with the label that it was once sealed under."""
    with centre.inside():
        sealed = db.session.execute(select(column).where(column.class_.id == row_id)).scalar_one()
        return open_sealed_bytes(keys_for(centre.contract_id), label, centre.contract_id, row_id, sealed)


def test_a_file_of_an_entry(sqlite_centre: Centre) -> None:
    author = supervisor(sqlite_centre)
    made = draft(sqlite_centre, author)
    with sqlite_centre.inside(), transaction():
        upload = files.Upload("図.pdf", files.PDF, PLAN)
        file_id = files.add(made.entry_id, upload, by=author.actor, at=sqlite_centre.now)
    assert opened(sqlite_centre, EntryFile.sealed, "knowledge.file", file_id) == PLAN


def test_the_file_of_a_notice(sqlite_centre: Centre) -> None:
    new = NewNotice(Issuer.STATE, "通知", TODAY, file=NewFile("通知.pdf", files.PDF, PLAN))
    leader = supervisor(sqlite_centre)
    with sqlite_centre.inside(), transaction():
        notice = news.record_notice(new, by=leader.actor, at=sqlite_centre.now)
    assert opened(sqlite_centre, News.sealed, "knowledge.news_file", notice) == PLAN


def test_a_question_and_its_answer(sqlite_centre: Centre) -> None:
    question = answered(sqlite_centre)
    asked = opened(sqlite_centre, Question.text, "knowledge.question", question)
    said = opened(sqlite_centre, Question.answer, "knowledge.answer", question)
    assert (asked.decode(), said.decode()) == ("駐車場は何台分ありますか", "20台分あります。")
