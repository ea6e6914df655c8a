"""Reads of questions that nothing answered, opened for whoever may see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from callcenter.errors import NotFound
from callcenter.extensions import db
from callcenter.knowledge.models import Question
from callcenter.knowledge.questions import ANSWER_LABEL, GONE, LABEL
from callcenter.knowledge.rules import QuestionState
from callcenter.knowledge.search.words import content_words
from callcenter.protection.cipher import opener
from callcenter.protection.deployment import keys_for
from callcenter.web.pagination import Page

MOST_COMPARED, MOST_ALIKE = 200, 5
_COLUMNS = ("id", "number", "state", "category_code", "local_on", "asked_at", "asker_name", "sent_at", "answered_at")
_MORE = ("answerer_name", "settled_at", "group_id", "entry_id", "call_id")
SENT_STATES = (QuestionState.AT_THE_CITY, QuestionState.ANSWERED, QuestionState.DONE)


class Asked(Struct, frozen=True):
    """A question as it stands. `together`: how many follow it."""

    id: UUID
    number: int
    state: QuestionState
    category_code: str
    local_on: date
    asked_at: datetime
    asker_name: str
    sent_at: datetime | None
    answered_at: datetime | None
    answerer_name: str
    settled_at: datetime | None
    group_id: UUID | None
    entry_id: UUID | None
    call_id: UUID | None
    text: str
    answer: str
    together: int


def listed(
    contract_id: UUID, states: Sequence[QuestionState], page: Page, *, sent_only: bool
) -> tuple[list[Asked], int]:
    """The questions that lead, in these states, the longest waiting first; and how many there are in all.
    `sent_only`: those that were before the city."""
    conditions = [*_leading(contract_id, sent_only=sent_only), Question.state.in_([one.value for one in states])]
    total = db.session.execute(select(func.count()).select_from(Question).where(*conditions)).scalar_one()
    statement = _select().where(*conditions).order_by(Question.asked_at, Question.number)
    rows = db.session.execute(statement.offset(page.offset).limit(page.size)).all()
    return _opened(contract_id, rows), total


def counts(contract_id: UUID, *, sent_only: bool) -> dict[QuestionState, int]:
    """How many questions that lead stand where."""
    statement = select(Question.state, func.count()).where(*_leading(contract_id, sent_only=sent_only))
    return {QuestionState(state): number for state, number in db.session.execute(statement.group_by(Question.state))}


def _leading(contract_id: UUID, *, sent_only: bool) -> list[Any]:
    conditions: list[Any] = [Question.contract_id == contract_id, Question.group_id.is_(None)]
    return [*conditions, Question.sent_at.is_not(None)] if sent_only else conditions


def question(contract_id: UUID, question_id: UUID, *, sent_only: bool) -> Asked:
    """Raises `NotFound`; with `sent_only` also for one that was never before the city."""
    rows = db.session.execute(_select().where(Question.contract_id == contract_id, Question.id == question_id)).all()
    if not rows or (sent_only and rows[0].sent_at is None):
        raise NotFound(GONE)
    return _opened(contract_id, rows)[0]


def following(contract_id: UUID, question_id: UUID) -> list[Asked]:
    """What is put together with a question, in the order of the asking."""
    statement = _select().where(Question.contract_id == contract_id, Question.group_id == question_id)
    return _opened(contract_id, db.session.execute(statement.order_by(Question.number)).all())


def alike(asked: Asked, contract_id: UUID) -> list[Asked]:
    """Questions not yet done whose words are most like those of this one: candidates for putting together."""
    conditions = [*_leading(contract_id, sent_only=False), Question.id != asked.id]
    statement = _select().where(*conditions, Question.state != QuestionState.DONE.value)
    rows = db.session.execute(statement.order_by(Question.number.desc()).limit(MOST_COMPARED)).all()
    own = Counter(content_words(asked.text))
    weighed = [(_likeness(own, Counter(content_words(one.text))), one) for one in _opened(contract_id, rows)]
    near = sorted((pair for pair in weighed if pair[0] > 0), key=lambda pair: (-pair[0], pair[1].number))
    return [one for _, one in near[:MOST_ALIKE]]


def _likeness(own: Counter[str], other: Counter[str]) -> float:
    """Words in common as a share of all, from two words in common on."""
    common = sum((own & other).values())
    return common / sum((own | other).values()) if common >= 2 else 0.0


def _select() -> Any:
    member = aliased(Question)
    together = (
        select(func.count())
        .where(member.contract_id == Question.contract_id, member.group_id == Question.id)
        .correlate(Question)
        .scalar_subquery()
        .label("together")
    )
    columns = [getattr(Question, name) for name in (*_COLUMNS, *_MORE, "text", "answer")]
    return select(*columns, together)


def _opened(contract_id: UUID, rows: Sequence[Any]) -> list[Asked]:
    """Raises `Unreadable`."""
    if not rows:
        return []
    keys = keys_for(contract_id)
    text_of, answer_of = opener(keys, LABEL), opener(keys, ANSWER_LABEL)
    found = []
    for row in rows:
        plain = {name: getattr(row, name) for name in (*_COLUMNS, *_MORE)} | {"state": QuestionState(row.state)}
        answer = answer_of(row.id, row.answer) if row.answer is not None else ""
        found.append(Asked(**plain, text=text_of(row.id, row.text), answer=answer, together=row.together))
    return found
