"""Questions that nothing answered: asked at the desk, put together, answered by the city, made into a FAQ. Sealed.

States: open → at_the_city → answered → done; an open or answered one may be done without more. What is put together
with another question moves with it; the city answers once. None of it commits.
"""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, or_, select

from callcenter.audit.service import Act, record
from callcenter.clock import local
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.knowledge import uses, writing
from callcenter.knowledge.models import Question
from callcenter.knowledge.rules import QUESTION_LABELS, EntryKind, QuestionState
from callcenter.protection.cipher import seal
from callcenter.protection.deployment import keys_for
from callcenter.web.access import Actor

LABEL, ANSWER_LABEL = "knowledge.question", "knowledge.answer"
TEXT_LENGTH, ANSWER_LENGTH = 4_000, 4_000
GONE = "この質問は見つかりませんでした。"
_CODE = re.compile(r"[0-9]{4}", re.ASCII)
_FOLLOWS = {
    QuestionState.OPEN: {QuestionState.AT_THE_CITY, QuestionState.DONE},
    QuestionState.AT_THE_CITY: {QuestionState.ANSWERED},
    QuestionState.ANSWERED: {QuestionState.DONE},
    QuestionState.DONE: set(),
}


class NewQuestion(Struct, frozen=True):
    """A question as asked in a call, cleaned, without personal data. `key` makes a second send the same question;
    `to_city`: it is to be at the city at once."""

    call_id: UUID
    text: str
    category_code: str
    to_city: bool
    key: UUID


class Asked(Struct, frozen=True):
    """Under which number a question is kept, and where it stands."""

    id: UUID
    number: int
    state: QuestionState


def code_of(typed: str) -> str:
    """A category's code; "" for what can be none."""
    return typed if _CODE.fullmatch(typed) else ""


def ask(new: NewQuestion, *, by: Actor, at: datetime) -> Asked:
    """Keep a question, and that nothing fitted the call. Sent again with `to_city` it goes to the city then.

    Raises `Conflict` for a key of another call.
    """
    writing.hold_still(by.contract)
    row = _of_key(by.contract, new.key) or _add(new, by=by, at=at)
    if row.call_id != new.call_id:
        raise Conflict()
    uses.note_missing(new.call_id, by=by, at=at)
    if new.to_city and row.state == QuestionState.OPEN.value:
        _send(row, by=by, at=at)
    return Asked(row.id, row.number, QuestionState(row.state))


def _add(new: NewQuestion, *, by: Actor, at: datetime) -> Question:
    row_id = new_id()
    row = Question(
        contract_id=by.contract,
        id=row_id,
        number=_next_number(by.contract),
        call_id=new.call_id,
        state=QuestionState.OPEN.value,
        category_code=new.category_code,
        text=seal(keys_for(by.contract), LABEL, by.contract, row_id, new.text),
        local_on=local(at).on,
        asked_at=at,
        asked_by=uses.person(by),
        asker_name=by.name,
        answerer_name="",
        idempotency_key=new.key,
    )
    db.session.add(row)
    db.session.flush()
    details = {"number": row.number, "fields": ["question"]}
    record(Act("question.asked", "knowledge_question", str(row.id), details), by=by, at=at)
    return row


def _send(row: Question, *, by: Actor, at: datetime) -> None:
    for one in _together(row):
        one.state, one.sent_at = QuestionState.AT_THE_CITY.value, at
    db.session.flush()
    record(Act("question.sent", "knowledge_question", str(row.id), {"number": row.number}), by=by, at=at)


def send(question_id: UUID, *, by: Actor, at: datetime) -> None:
    """Put a question, and what is put together with it, before the city. Raises `NotFound`, `Conflict`."""
    row = _leading(by.contract, question_id)
    _check_step(row, QuestionState.AT_THE_CITY)
    _send(row, by=by, at=at)


def answer(question_id: UUID, text: str, *, by: Actor, at: datetime) -> None:
    """What the city says. Raises `NotFound`, `InvalidInput` for nothing, `Conflict` when it was answered before."""
    row = _leading(by.contract, question_id)
    _check_step(row, QuestionState.ANSWERED)
    if not text:
        raise InvalidInput(errors={"answer": ["回答を入力してください。"]})
    row.answer = seal(keys_for(by.contract), ANSWER_LABEL, by.contract, row.id, text)
    for one in _together(row):
        one.state, one.answered_at, one.answerer_name = QuestionState.ANSWERED.value, at, by.name
    db.session.flush()
    details = {"number": row.number, "fields": ["answer"]}
    record(Act("question.answered", "knowledge_question", str(row.id), details), by=by, at=at)


def settle(question_id: UUID, *, by: Actor, at: datetime) -> None:
    """Nothing more is to be done about a question. Raises `NotFound`, `Conflict` while it is at the city."""
    row = _leading(by.contract, question_id)
    _check_step(row, QuestionState.DONE)
    _settle(row, None, at)
    record(Act("question.settled", "knowledge_question", str(row.id), {"number": row.number}), by=by, at=at)


def _settle(row: Question, entry_id: UUID | None, at: datetime) -> None:
    for one in _together(row):
        one.state, one.settled_at, one.entry_id = QuestionState.DONE.value, at, entry_id
    db.session.flush()


def make_entry(question_id: UUID, content: writing.Content, *, by: Actor, at: datetime) -> UUID:
    """The draft of a FAQ from a question that the city answered, or that the centre can answer itself: the city sees it
    before it is published all the same. A second time the same entry, as it is by then.

    Raises `NotFound`, `Conflict` while the city is asked.
    """
    row = _leading(by.contract, question_id)
    if row.entry_id is not None:
        return row.entry_id
    if row.state == QuestionState.AT_THE_CITY.value:
        raise Conflict("市の回答がまだないので、FAQの下書きを作れません。")
    entry_id, _ = writing.create_entry(writing.NewEntry(EntryKind.FAQ, content, key=row.id), by=by, at=at)
    _settle(row, entry_id, at)
    details = {"number": row.number}
    record(Act("question.made_entry", "knowledge_question", str(row.id), details), by=by, at=at)
    return entry_id


# --- put together ---


def put_together(question_id: UUID, with_number: int, *, by: Actor, at: datetime) -> None:
    """Let an open question, and what it leads, follow another one, as far as that has come.

    Raises `NotFound`, `InvalidInput` for a number that is none or its own, `Conflict` when one of them is too far on.
    """
    row = _leading(by.contract, question_id)
    if row.state != QuestionState.OPEN.value:
        raise Conflict("まとめられるのは、未整理の質問だけです。")
    leader = _leader(by.contract, with_number)
    if leader is None or leader.id == row.id:
        raise InvalidInput(errors={"with_number": ["ほかの質問の番号を入力してください。"]})
    if leader.state == QuestionState.DONE.value:
        raise Conflict(f"質問{leader.number}は整理済みなので、まとめられません。")
    for one in _together(row):
        one.group_id, one.state = leader.id, leader.state
        one.sent_at, one.answered_at, one.answerer_name = leader.sent_at, leader.answered_at, leader.answerer_name
    db.session.flush()
    details = {"number": row.number, "to": leader.number}
    record(Act("question.put_together", "knowledge_question", str(row.id), details), by=by, at=at)


def take_out(question_id: UUID, *, by: Actor, at: datetime) -> None:
    """Let a question stand for itself again; it is open then. Raises `NotFound`, `Conflict` once it is done."""
    row = _lock(by.contract, question_id)
    if row.group_id is None or row.state == QuestionState.DONE.value:
        raise Conflict("この質問は、ほかの質問とまとめられていません。")
    row.group_id, row.state = None, QuestionState.OPEN.value
    row.sent_at, row.answered_at, row.answerer_name = None, None, ""
    db.session.flush()
    record(Act("question.taken_out", "knowledge_question", str(row.id), {"number": row.number}), by=by, at=at)


def _leader(contract_id: UUID, number: int) -> Question | None:
    """The question of this number, or the one that leads it."""
    found = _first(contract_id, Question.number == number)
    return found if found is None or found.group_id is None else _first(contract_id, Question.id == found.group_id)


def _together(row: Question) -> list[Question]:
    """A question and those that follow it."""
    statement = select(Question).where(
        Question.contract_id == row.contract_id, or_(Question.id == row.id, Question.group_id == row.id)
    )
    return list(db.session.scalars(statement))


# --- rows ---


def _check_step(row: Question, then: QuestionState) -> None:
    now = QuestionState(row.state)
    if then not in _FOLLOWS[now]:
        raise Conflict(f"この質問は「{QUESTION_LABELS[now]}」なので、「{QUESTION_LABELS[then]}」にできません。")


def _leading(contract_id: UUID, question_id: UUID) -> Question:
    """Raises `NotFound`, and `Conflict` for a question that follows another one."""
    row = _lock(contract_id, question_id)
    if row.group_id is not None:
        raise Conflict("この質問は、ほかの質問とまとめられています。まとめ先の質問で操作してください。")
    return row


def _lock(contract_id: UUID, question_id: UUID) -> Question:
    """Raises `NotFound`. Questions of a contract are worked on one at a time: they move in groups."""
    writing.hold_still(contract_id)
    row = _first(contract_id, Question.id == question_id)
    if row is None:
        raise NotFound(GONE)
    return row


def _of_key(contract_id: UUID, key: UUID) -> Question | None:
    return _first(contract_id, Question.idempotency_key == key)


def _first(contract_id: UUID, condition: object) -> Question | None:
    statement = select(Question).where(Question.contract_id == contract_id, condition)  # type: ignore[arg-type]
    return db.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()


def _next_number(contract_id: UUID) -> int:
    highest = db.session.execute(
        select(func.max(Question.number)).where(Question.contract_id == contract_id)
    ).scalar_one()
    return (highest or 0) + 1
