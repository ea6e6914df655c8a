"""Jobs for tests: what is asked for, and handlers that write down what they were given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Flask

from callcenter.extensions import new_id
from callcenter.jobs import queries, service
from callcenter.jobs.ports import HANDLERS, SCHEDULES, Progress, RunningJob, Schedule, WantedJob
from callcenter.jobs.queries import JobFacts
from callcenter.jobs.rules import JobKind
from callcenter.web.transaction import transaction
from tests.centre import Centre

JUNE = WantedJob(JobKind.BUILD_MONTHLY, date(2026, 6, 1), date(2026, 6, 30))
MAY = WantedJob(JobKind.BUILD_MONTHLY, date(2026, 5, 1), date(2026, 5, 31))
A_SECOND = timedelta(seconds=1)
Work = Callable[[RunningJob, Progress], UUID | None]


def wanted_mail(subject: str = "") -> WantedJob:
    return WantedJob(JobKind.SEND_MAIL, date(2026, 6, 1), date(2026, 6, 1), subject or str(new_id()))


def asked(centre: Centre, wanted: WantedJob = JUNE, *, by: UUID | None = None, scheduled: bool = False) -> UUID:
    """Ask for a job in a transaction of its own."""
    with centre.inside(), transaction():
        return service.ask(wanted, contract_id=centre.contract_id, asked_by=by, at=centre.now, scheduled=scheduled)


def facts(centre: Centre, job_id: UUID) -> JobFacts:
    with centre.inside():
        return queries.job(centre.contract_id, job_id)


def bind(app: Flask, *works: tuple[JobKind, Work]) -> None:
    """Handlers in place of the product's own."""
    app.extensions[HANDLERS] = dict(works)


def bind_schedules(app: Flask, *schedules: Schedule) -> None:
    app.extensions[SCHEDULES] = schedules


class Diary:
    """A handler that notes what it did, with steps at 10 and 60 per cent."""

    def __init__(self, result: UUID | None = None, before_second_step: Callable[[], Any] = lambda: None) -> None:
        self.result, self._before = result, before_second_step
        self.jobs: list[RunningJob] = []
        self.finished = 0

    def __call__(self, job: RunningJob, progress: Progress) -> UUID | None:
        self.jobs.append(job)
        progress(10, "読み取っています")
        self._before()
        progress(60, "シートを書いています")
        self.finished += 1
        return self.result


class Failing:
    """A handler that raises some errors in turn, then succeeds."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)
        self.tries = 0

    def __call__(self, _job: RunningJob, _progress: Progress) -> UUID | None:
        self.tries += 1
        if self._errors:
            raise self._errors.pop(0)
        return None
