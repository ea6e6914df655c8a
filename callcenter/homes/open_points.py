"""Where the points come from: reporting's own, mails that nobody can be sure of, jobs that failed, what of manuals and
FAQ is unread or waits, questions that no FAQ answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from callcenter.clock import local
from callcenter.deliveries import attention as deliveries
from callcenter.deliveries.rules import KIND_LABELS
from callcenter.homes.points import OpenPoint
from callcenter.homes.ports import open_reports
from callcenter.jobs import queries as jobs
from callcenter.jobs.rules import JobKind, period_label
from callcenter.knowledge import attention as knowledge
from callcenter.knowledge import edition_queries as editions
from callcenter.knowledge.rules import QuestionState, Stage

REMEMBERED: Final = timedelta(days=7)
"""How long a failed job is told."""
TOLD_BY_THEMSELVES: Final = frozenset({JobKind.SUBMIT_PERIOD, JobKind.SEND_MAIL})
"""An approval and a mail that failed are told as such."""
QUESTIONS: Final = {
    QuestionState.OPEN: ("question", "受付"),
    QuestionState.ANSWERED: ("question_answered", "回答"),
}
"""The states that wait for the centre: as which point, and what happened then."""
VERSIONS: Final = {Stage.SENT_BACK: "version_back", Stage.APPROVED: "version_approved"}
"""What the city has decided, and nobody has gone on with, is which point."""


def open_points(contract_id: UUID, now: datetime) -> list[OpenPoint]:
    """Everything that waits under a contract at an instant."""
    reports = (
        OpenPoint(str(one.kind), one.name, one.endpoint, one.arguments, one.detail, one.due_on)
        for one in open_reports(contract_id, now)
    )
    today = local(now).on
    manual = (*_questions(contract_id, today), *_versions(contract_id), *_knowledge(contract_id, today))
    return [*reports, *_mails(contract_id), *_jobs(contract_id, now), *manual]


def _mails(contract_id: UUID) -> Iterator[OpenPoint]:
    for one in deliveries.unsettled(contract_id):
        version = one.version
        name = f"{period_label(version.period_from, version.period_to)}の{KIND_LABELS[version.kind]}"
        where = (("version_id", str(version.id)),)
        yield OpenPoint("mail", name, "sendings.handing_over", where, one.sending.state_label)


def _jobs(contract_id: UUID, now: datetime) -> Iterator[OpenPoint]:
    kinds = [kind for kind in JobKind if kind not in TOLD_BY_THEMSELVES]
    for job in jobs.failed(contract_id, kinds, now - REMEMBERED):
        yield OpenPoint("job", f"{job.label} {job.period_label}", "jobs.overview", (), job.message)


def _questions(contract_id: UUID, today: date) -> Iterator[OpenPoint]:
    for state, (kind, done) in QUESTIONS.items():
        for one in knowledge.waiting_questions(contract_id, state, today):
            where = (("question_id", str(one.id)),)
            age = f"{one.age_days}日前に{done}" if one.age_days else f"今日{done}"
            yield OpenPoint(kind, f"質問{one.number}", "knowledge_questions.question", where, age)


def _versions(contract_id: UUID) -> Iterator[OpenPoint]:
    for one in knowledge.decided_versions(contract_id):
        where = (("version_id", str(one.id)),)
        yield OpenPoint(VERSIONS[one.stage], one.name, "knowledge.version", where, one.comment)


def _knowledge(contract_id: UUID, today: date) -> Iterator[OpenPoint]:
    for person in knowledge.unread_people(contract_id, today):
        yield OpenPoint("unread", person.name, "knowledge_readings.overview", (), f"未読 {person.count:,}件")
    for one in editions.waiting(contract_id, today):
        yield OpenPoint(one.kind, one.name, "knowledge_edition.overview", (), one.detail)
    for notice in knowledge.open_notices(contract_id, today):
        where = (("news_id", str(notice.id)),)
        age = f"受領から{notice.age_days}日" if notice.age_days else "今日受領"
        yield OpenPoint("news", f"{notice.issuer}「{notice.title}」", "knowledge_news.notice", where, age)
