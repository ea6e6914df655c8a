"""The worker's side of a job's row: taking it, keeping it, giving it back, ending it. Each within `transaction()`.

A claim is worker, round and try: whatever a worker writes names it, so that one whose lease ran out, or whose job was
asked for anew meanwhile, writes nothing any more.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from msgspec import Struct
from sqlalchemy import CursorResult, Table, and_, update

from callcenter.audit.service import Act, record, system_actor
from callcenter.jobs.models import Job
from callcenter.jobs.ports import RunningJob
from callcenter.jobs.queries import may_be_taken
from callcenter.jobs.rules import (
    CANCELLED_BY_PERSON,
    CUT_OFF,
    GIVEN_UP,
    MOST_TRIES,
    JobKind,
    JobState,
    retry_at,
)
from callcenter.web.transaction import writing

_JOBS = cast(Table, Job.__table__)
_OF_JOB = (_JOBS.c.id, _JOBS.c.contract_id, _JOBS.c.kind, _JOBS.c.period_from, _JOBS.c.period_to)
LONGEST_MESSAGE, LONGEST_STEP = 300, 60


class Claim(Struct, frozen=True):
    """A job taken by a worker: its try of its round."""

    job: RunningJob
    worker: str
    round: int

    def is_held(self) -> Any:
        """The condition under which this worker may still write."""
        return and_(
            _JOBS.c.contract_id == self.job.contract_id,
            _JOBS.c.id == self.job.id,
            _JOBS.c.state == JobState.RUNNING.value,
            _JOBS.c.worker == self.worker,
            _JOBS.c.round == self.round,
            _JOBS.c.tries == self.job.tries,
        )


def take(contract_id: UUID, job_id: UUID, worker: str, *, at: datetime, lease: timedelta) -> Claim | None:
    """Take a job that is due; None when there is nothing to do (another worker has it, it was cancelled, it ended).

    One conditional statement: of several workers one wins. A job whose worker fell silent is taken over as its next
    try; one that was cancelled meanwhile, or fell silent too often, ends here.
    """
    which = and_(_JOBS.c.contract_id == contract_id, _JOBS.c.id == job_id)
    if _end_forsaken(which, at):
        return None
    statement = (
        update(_JOBS)
        .where(which, may_be_taken(at))
        .values(
            state=JobState.RUNNING.value,
            tries=_JOBS.c.tries + 1,
            worker=worker,
            lease_until=at + lease,
            percent=0,
            step="",
            message="",
            started_at=at,
            ended_at=None,
        )
        .returning(*_OF_JOB, _JOBS.c.subject, _JOBS.c.asked_by, _JOBS.c.tries, _JOBS.c.round)
    )
    row = writing().execute(statement).first()
    return _as_claim(row, worker) if row is not None else None


def _as_claim(row: Any, worker: str) -> Claim:
    job = RunningJob(
        id=row.id,
        contract_id=row.contract_id,
        kind=JobKind(row.kind),
        period_from=row.period_from,
        period_to=row.period_to,
        subject=row.subject,
        asked_by=row.asked_by,
        tries=row.tries,
    )
    return Claim(job, worker, row.round)


def _end_forsaken(which: Any, at: datetime) -> bool:
    """End a job whose worker fell silent, and which nobody wants, or which too many workers did not survive."""
    silent = and_(which, _JOBS.c.state == JobState.RUNNING.value, _JOBS.c.lease_until < at)
    unwanted = and_(silent, _JOBS.c.cancel_asked.is_(True))
    hopeless = and_(silent, _JOBS.c.tries >= MOST_TRIES)
    return _ended(unwanted, JobState.CANCELLED, CANCELLED_BY_PERSON, at) or _ended(
        hopeless, JobState.FAILED, CUT_OFF, at
    )


def advance(claim: Claim, percent: int, step: str, *, until: datetime) -> bool | None:
    """Say how far the job is and keep it until `until`. Whether a person cancelled it; None: it is not ours."""
    values = {"percent": max(0, min(percent, 100)), "step": step[:LONGEST_STEP], "lease_until": until}
    statement = update(_JOBS).where(claim.is_held()).values(**values).returning(_JOBS.c.cancel_asked)
    row = writing().execute(statement).first()
    return None if row is None else bool(row.cancel_asked)


def keep(claim: Claim, *, until: datetime) -> bool:
    """Keep the job until an instant; whether it is still ours."""
    return _changed(update(_JOBS).where(claim.is_held()).values(lease_until=until))


def give_back(claim: Claim, *, at: datetime) -> bool:
    """Let the job wait again, as if this try had not begun: its worker has to stop."""
    values = {**_WAITING, "not_before": at, "tries": _JOBS.c.tries - 1}
    return _changed(update(_JOBS).where(claim.is_held()).values(**values))


def finish(claim: Claim, result_id: UUID | None, *, at: datetime) -> bool:
    """The job is done; whether it was still ours."""
    return _ended(claim.is_held(), JobState.DONE, "", at, percent=100, step="", result_id=result_id)


def stop(claim: Claim, *, at: datetime) -> bool:
    """The handler stopped as a person had asked; where the cancel was taken back meanwhile, the job waits again."""
    wanted = and_(claim.is_held(), _JOBS.c.cancel_asked.is_(True))
    return _ended(wanted, JobState.CANCELLED, CANCELLED_BY_PERSON, at) or give_back(claim, at=at)


def fail(claim: Claim, message: str, *, at: datetime) -> bool:
    """The job has failed for good."""
    return _ended(claim.is_held(), JobState.FAILED, message, at)


def retry(claim: Claim, message: str, *, at: datetime) -> bool:
    """Try again later, or fail when it was tried often enough; a person's cancel counts more than another try."""
    cancelled = and_(claim.is_held(), _JOBS.c.cancel_asked.is_(True))
    if _ended(cancelled, JobState.CANCELLED, CANCELLED_BY_PERSON, at):
        return True
    later = retry_at(claim.job.tries, at)
    if later is None:
        return fail(claim, f"{GIVEN_UP.format(count=claim.job.tries)}{message}", at=at)
    values = {**_WAITING, "not_before": later, "message": message[:LONGEST_MESSAGE]}
    return _changed(update(_JOBS).where(claim.is_held()).values(**values))


_WAITING: dict[str, Any] = {
    "state": JobState.WAITING.value,
    "lease_until": None,
    "worker": "",
    "percent": 0,
    "step": "",
}


def _ended(which: Any, state: JobState, message: str, at: datetime, **more: Any) -> bool:
    values = {"state": state.value, "lease_until": None, "ended_at": at, "message": message[:LONGEST_MESSAGE], **more}
    statement = update(_JOBS).where(which).values(**values).returning(*_OF_JOB, _JOBS.c.tries)
    row = writing().execute(statement).first()
    if row is None:
        return False
    details = {"kind": row.kind, "period_from": row.period_from.isoformat(), "period_to": row.period_to.isoformat()}
    act = Act("job.ended", "job", str(row.id), {**details, "state": state.value, "tries": row.tries})
    record(act, by=system_actor(row.contract_id), at=at)
    return True


def _changed(statement: Any) -> bool:
    result = cast("CursorResult[Any]", writing().execute(statement))
    return result.rowcount == 1
