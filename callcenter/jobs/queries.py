"""Reads of jobs: one, the list, what is due, and what a schedule has asked for already."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, case, func, or_, select

from callcenter.errors import NotFound
from callcenter.extensions import db
from callcenter.jobs.models import Job
from callcenter.jobs.ports import WantedJob
from callcenter.jobs.rules import (
    ACTIVE,
    AGAIN,
    KIND_LABELS,
    STATE_BADGES,
    STATE_LABELS,
    JobKind,
    JobState,
    period_label,
)
from callcenter.web.labels import datetime_label, time_label
from callcenter.web.pagination import Page

_READ = (
    Job.id,
    Job.kind,
    Job.period_from,
    Job.period_to,
    Job.subject,
    Job.state,
    Job.round,
    Job.tries,
    Job.percent,
    Job.step,
    Job.message,
    Job.scheduled,
    Job.cancel_asked,
    Job.not_before,
    Job.asked_at,
    Job.asked_by,
    Job.started_at,
    Job.ended_at,
    Job.result_id,
)


class JobFacts(Struct, frozen=True):
    """A job as a page shows it. `percent` 0–100; `asked_by` None: the schedule; `result_id`: what was made."""

    id: UUID
    kind: JobKind
    period_from: date
    period_to: date
    subject: str
    state: JobState
    round: int
    tries: int
    percent: int
    step: str
    message: str
    scheduled: bool
    cancel_asked: bool
    not_before: datetime
    asked_at: datetime
    asked_by: UUID | None
    started_at: datetime | None
    ended_at: datetime | None
    result_id: UUID | None

    @property
    def active(self) -> bool:
        return self.state in ACTIVE

    @property
    def may_be_asked_again(self) -> bool:
        return self.state in AGAIN

    @property
    def label(self) -> str:
        """月報の作成"""
        return KIND_LABELS[self.kind]

    @property
    def period_label(self) -> str:
        """令和8年6月"""
        return period_label(self.period_from, self.period_to)

    @property
    def state_label(self) -> str:
        """Its state in a word; a running job that was cancelled is about to stop."""
        return "中止しています" if self.active and self.cancel_asked else STATE_LABELS[self.state]

    @property
    def may_be_cancelled(self) -> bool:
        return self.active and not self.cancel_asked

    @property
    def note(self) -> str:
        """The line below its bar: the step of a running job, when it is tried again, what became of an ended one."""
        if self.state is JobState.RUNNING:
            return self.step or "始めました。"
        if self.state is JobState.WAITING:
            again = f"{self.message}次は{time_label(self.not_before)}に試します。"
            return again if self.message else "順番を待っています。"
        if self.state is JobState.DONE and self.ended_at:
            return f"{datetime_label(self.ended_at)}に終わりました。"
        return self.message

    @property
    def state_badge(self) -> str:
        return STATE_BADGES[self.state]


def job(contract_id: UUID, job_id: UUID) -> JobFacts:
    """Raises `NotFound`."""
    found = _first(Job.contract_id == contract_id, Job.id == job_id)
    if found is None:
        raise NotFound("この処理は見つかりませんでした。")
    return found


def job_of(contract_id: UUID, wanted: WantedJob) -> JobFacts | None:
    """The job of a key, None when it was never asked for."""
    return _first(*is_wanted(contract_id, wanted))


def is_wanted(contract_id: UUID, wanted: WantedJob) -> tuple[ColumnElement[bool], ...]:
    """The conditions of a job's key."""
    return (
        Job.contract_id == contract_id,
        Job.kind == wanted.kind.value,
        Job.period_from == wanted.period_from,
        Job.period_to == wanted.period_to,
        Job.subject == wanted.subject,
    )


def jobs(contract_id: UUID, page: Page) -> tuple[list[JobFacts], int]:
    """Those that wait or run first, then the newest; and how many there are."""
    count = db.session.execute(select(func.count()).where(Job.contract_id == contract_id)).scalar_one()
    ended = case((Job.state.in_([state.value for state in ACTIVE]), 0), else_=1)
    statement = (
        select(*_READ)
        .where(Job.contract_id == contract_id)
        .order_by(ended, Job.asked_at.desc(), Job.id.desc())
        .limit(page.size)
        .offset(page.offset)
    )
    return [_as_facts(row) for row in db.session.execute(statement)], count


def newest_of(contract_id: UUID, kind: JobKind) -> JobFacts | None:
    """The job of a kind that was asked for last."""
    statement = select(*_READ).where(Job.contract_id == contract_id, Job.kind == kind.value)
    row = db.session.execute(statement.order_by(Job.asked_at.desc(), Job.id.desc()).limit(1)).first()
    return _as_facts(row) if row is not None else None


def failed(contract_id: UUID, kinds: Collection[JobKind], since: datetime) -> list[JobFacts]:
    """The jobs of some kinds that failed since an instant and were not asked for anew, by period."""
    statement = (
        select(*_READ)
        .where(
            Job.contract_id == contract_id,
            Job.state == JobState.FAILED.value,
            Job.kind.in_([kind.value for kind in kinds]),
            Job.ended_at >= since,
        )
        .order_by(Job.period_from, Job.kind)
    )
    return [_as_facts(row) for row in db.session.execute(statement)]


def due_jobs(at: datetime) -> list[tuple[UUID, UUID]]:
    """(contract, id) of every job that a worker may take at an instant, in the order in which they were asked for."""
    statement = select(Job.contract_id, Job.id).where(may_be_taken(at)).order_by(Job.asked_at, Job.id)
    return [(row.contract_id, row.id) for row in db.session.execute(statement)]


def may_be_taken(at: datetime) -> ColumnElement[bool]:
    """Waiting and its time has come, or running with a worker that has been silent for too long."""
    waits = and_(Job.state == JobState.WAITING.value, Job.not_before <= at)
    return or_(waits, and_(Job.state == JobState.RUNNING.value, Job.lease_until < at))


def not_yet_asked(contract_id: UUID, wanted: Iterable[WantedJob]) -> list[WantedJob]:
    """Those of `wanted` without a job, each once, in their order. One statement."""
    columns = (Job.kind, Job.period_from, Job.period_to, Job.subject)
    rows = db.session.execute(select(*columns).where(Job.contract_id == contract_id))
    known = {WantedJob(JobKind(row.kind), row.period_from, row.period_to, row.subject) for row in rows}
    return [one for one in dict.fromkeys(wanted) if one not in known]


def _first(*conditions: ColumnElement[bool]) -> JobFacts | None:
    row = db.session.execute(select(*_READ).where(*conditions)).first()
    return _as_facts(row) if row is not None else None


def _as_facts(row: Any) -> JobFacts:
    values = row._asdict()
    return JobFacts(**{**values, "kind": JobKind(values["kind"]), "state": JobState(values["state"])})
