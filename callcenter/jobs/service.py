"""Asking for jobs and cancelling them, in the act's own transaction. The row is the truth; workers are woken after."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite

from callcenter.audit.service import Act, record, system_actor
from callcenter.errors import Conflict, NotFound
from callcenter.extensions import db, new_id
from callcenter.jobs.models import Job
from callcenter.jobs.ports import WantedJob
from callcenter.jobs.queries import is_wanted
from callcenter.jobs.rules import ACTIVE, AGAIN, CANCELLED_BY_PERSON, JobKind, JobState
from callcenter.web.access import Actor
from callcenter.web.transaction import notes_of, writing

TO_WAKE = "jobs_to_wake"
"""The note of a transaction: (contract, job) for which a worker is woken once it is committed."""
_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def ask(wanted: WantedJob, *, contract_id: UUID, asked_by: UUID | None, at: datetime, scheduled: bool = False) -> UUID:
    """Let a job be done once this transaction is committed; returns its id. Within `transaction()`.

    There is one per key. One that waits or runs is the one asked for (its wait between two tries ends, and a cancel
    that it has not yet followed is taken back). One that has ended starts a new round, unless the schedule asks.
    """
    made = _insert(wanted, contract_id=contract_id, asked_by=asked_by, at=at, scheduled=scheduled)
    row = _locked(*is_wanted(contract_id, wanted))
    if not made:
        if scheduled:
            return row.id
        _ask_anew(row, asked_by, at)
    _wake(row)
    by = Actor(asked_by, "", frozenset(), contract_id) if asked_by else system_actor(contract_id)
    _note("job.asked", row, by, at, scheduled=scheduled)
    return row.id


def ask_again(job_id: UUID, *, by: Actor, at: datetime) -> None:
    """Let a job that failed or was cancelled be done anew. Raises `NotFound`; `Conflict` in any other state."""
    row = _locked(Job.contract_id == by.contract, Job.id == job_id)
    if JobState(row.state) not in AGAIN:
        raise Conflict("この処理は、失敗も中止もしていません。画面を読み直してください。")
    _ask_anew(row, by.person_id, at)
    _wake(row)
    _note("job.asked", row, by, at, scheduled=False)


def cancel(job_id: UUID, *, by: Actor, at: datetime) -> None:
    """Cancel a job: at once while it waits, at its next step while it runs. Raises `NotFound`; `Conflict` when it has
    ended already."""
    row = _locked(Job.contract_id == by.contract, Job.id == job_id)
    if JobState(row.state) not in ACTIVE:
        raise Conflict("この処理は、もう終わっています。")
    if row.state == JobState.WAITING:
        row.state, row.ended_at, row.message = JobState.CANCELLED.value, at, CANCELLED_BY_PERSON
    row.cancel_asked = True
    _note("job.cancelled", row, by, at)


def _insert(wanted: WantedJob, *, contract_id: UUID, asked_by: UUID | None, at: datetime, scheduled: bool) -> bool:
    """Whether the job is new. Two who ask for the same at once meet here, and the second finds the first's."""
    table = Job.__table__
    assert isinstance(table, Table)
    values = {
        "contract_id": contract_id,
        "id": new_id(),
        "kind": wanted.kind.value,
        "period_from": wanted.period_from,
        "period_to": wanted.period_to,
        "subject": wanted.subject,
        "state": JobState.WAITING.value,
        "round": 1,
        "tries": 0,
        "percent": 0,
        "step": "",
        "message": "",
        "scheduled": scheduled,
        "cancel_asked": False,
        "not_before": at,
        "worker": "",
        "asked_at": at,
        "asked_by": asked_by,
    }
    connection = writing()
    insert: Any = _INSERTS[connection.dialect.name]
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(table.c.id)
    return connection.execute(statement).first() is not None


def _locked(*conditions: Any) -> Job:
    row = db.session.execute(
        select(Job).where(*conditions).with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("この処理は見つかりませんでした。")
    return row


def _ask_anew(row: Job, asked_by: UUID | None, at: datetime) -> None:
    if JobState(row.state) not in ACTIVE:
        row.state, row.round, row.tries = JobState.WAITING.value, row.round + 1, 0
        row.percent, row.step, row.message = 0, "", ""
        row.started_at = row.ended_at = row.result_id = None
        row.asked_at, row.asked_by, row.scheduled = at, asked_by, False
    row.cancel_asked = False
    row.not_before = min(row.not_before, at) if row.state == JobState.RUNNING else at


def _wake(row: Job) -> None:
    db.session.flush()
    notes_of(db.session()).setdefault(TO_WAKE, []).append((row.contract_id, row.id))


def _note(action: str, row: Job, by: Actor, at: datetime, **more: Any) -> None:
    details = {
        "kind": JobKind(row.kind).value,
        "period_from": row.period_from.isoformat(),
        "period_to": row.period_to.isoformat(),
        **more,
    }
    record(Act(action, "job", str(row.id), details), by=by, at=at)
