"""What features bind to jobs in `app.py`: handlers by kind, and schedules that say what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from callcenter.jobs.rules import JobKind

HANDLERS = "callcenter_job_handlers"
"""`app.extensions` key: `dict[JobKind, Handler]`."""
SCHEDULES = "callcenter_job_schedules"
"""`app.extensions` key: a sequence of `Schedule`."""


class WantedJob(Struct, frozen=True):
    """The key of a job: what is to be done for which period; `subject` an id, where the period does not say it all."""

    kind: JobKind
    period_from: date
    period_to: date
    subject: str = ""


class RunningJob(Struct, frozen=True):
    """A job as its handler gets it. `asked_by` None: the schedule asked."""

    id: UUID
    contract_id: UUID
    kind: JobKind
    period_from: date
    period_to: date
    subject: str
    asked_by: UUID | None
    tries: int


class Cancelled(Exception):
    """Raised by `Progress` when a person cancelled the job: the handler lets it through, nothing half made stays."""


class Progress(Protocol):
    """Says how far the job is (0–100, and the step in Japanese), keeps it the worker's own, raises `Cancelled`."""

    def __call__(self, percent: int, step: str) -> None: ...


Handler = Callable[[RunningJob, Progress], UUID | None]
"""Does the work in transactions of its own and returns the id of what was made. An `AppError` fails the job with its
message at once; anything else is tried again."""
Schedule = Callable[[UUID, datetime], Iterable[WantedJob]]
"""What is due for a contract at an instant; asked every minute, also for what was missed. A job that exists is not
asked for twice."""
