"""What of manuals and FAQ waits for a person, at the centre or at the city: read for their first pages."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.clock import local
from callcenter.extensions import db
from callcenter.knowledge import confirmations, queries, question_queries, readings
from callcenter.knowledge.models import News, Question
from callcenter.knowledge.news import ISSUER_LABELS, Issuer
from callcenter.knowledge.queries import Current
from callcenter.knowledge.rules import QuestionState, Stage
from callcenter.knowledge.sight import name_of


class Unread(Struct, frozen=True):
    """Somebody who has not read everything that is in force."""

    name: str
    count: int


class OpenNotice(Struct, frozen=True):
    """A notice that is not done, and for how many days it has been there."""

    id: UUID
    issuer: str
    title: str
    age_days: int


class WaitingQuestion(Struct, frozen=True):
    """A question, and for how many days it has stood where it stands. Its words stay sealed."""

    id: UUID
    number: int
    age_days: int


class WaitingVersion(Struct, frozen=True):
    """A version the city has approved or sent back; `comment`: what it said to that."""

    id: UUID
    name: str
    stage: Stage
    comment: str


class ForTheCity(Struct, frozen=True):
    """How much waits for the city: questions asked of it, versions before it, entries of the starting set."""

    questions: int
    versions: int
    starting: int


_SINCE = {
    QuestionState.OPEN: Question.asked_at,
    QuestionState.AT_THE_CITY: Question.sent_at,
    QuestionState.ANSWERED: Question.answered_at,
}


def waiting_questions(contract_id: UUID, state: QuestionState, today: date) -> list[WaitingQuestion]:
    """The questions that stand there, the longest waiting first; one for all that are put together."""
    since = _SINCE[state]
    rows = db.session.execute(
        select(Question.id, Question.number, since.label("since"))
        .where(Question.contract_id == contract_id, Question.state == state.value, Question.group_id.is_(None))
        .order_by(since, Question.number)
    )
    return [WaitingQuestion(row.id, row.number, (today - local(row.since).on).days) for row in rows]


def decided_versions(contract_id: UUID) -> list[WaitingVersion]:
    """The versions the city approved, or sent back, with which nobody has gone on, the longest waiting first."""
    found = queries.on_the_way(contract_id, (Stage.SENT_BACK, Stage.APPROVED))
    return [_waiting_version(one) for one in found]


def _waiting_version(one: Current) -> WaitingVersion:
    version = one.version
    return WaitingVersion(
        version.id, f"{name_of(one.entry)} 第{version.number}版", Stage(version.stage), version.comment
    )


def for_the_city(contract_id: UUID, today: date) -> ForTheCity:
    """What waits for the city on a day."""
    questions = question_queries.counts(contract_id, sent_only=True).get(QuestionState.AT_THE_CITY, 0)
    versions = len(queries.on_the_way(contract_id, (Stage.IN_REVIEW,)))
    return ForTheCity(questions, versions, unconfirmed(contract_id, today))


def unconfirmed(contract_id: UUID, today: date) -> int:
    """How many entries of the starting set the city has not confirmed."""
    return len(confirmations.waiting(contract_id, today))


def unread_people(contract_id: UUID, today: date) -> list[Unread]:
    """Who has something to read on a day, in the order of the reading of their names; nobody outside the term."""
    asked = [one.id for one in readings.asked(contract_id, today)]
    if not asked:
        return []
    return [Unread(one.user.name, one.missing) for one in readings.people(contract_id, asked) if one.missing]


def open_notices(contract_id: UUID, today: date) -> list[OpenNotice]:
    """The notices that wait, the longest waiting first."""
    rows = db.session.execute(
        select(News.id, News.issuer, News.title, News.received_on)
        .where(News.contract_id == contract_id, News.done_at.is_(None))
        .order_by(News.received_on, News.number)
    )
    return [OpenNotice(row.id, _issuer(row.issuer), row.title, (today - row.received_on).days) for row in rows]


def _issuer(value: str) -> str:
    return ISSUER_LABELS[Issuer(value)]
