"""A worker: takes a job, lets its handler do the work, keeps the lease meanwhile, and writes how it ended."""

from __future__ import annotations

import errno
import logging
import os
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from uuid import UUID

from flask import Flask
from sqlalchemy.exc import DBAPIError

from callcenter.errors import AppError, Unavailable
from callcenter.extensions import db, new_id
from callcenter.jobs import claims
from callcenter.jobs.claims import Claim
from callcenter.jobs.ports import HANDLERS, Cancelled, Handler
from callcenter.jobs.queries import due_jobs
from callcenter.jobs.rules import DISK_FULL, FAULT, LEASE, JobKind
from callcenter.web.transaction import transaction

Ending = Callable[[datetime], bool]
"""Writes how a job ended, at an instant; whether it was still the worker's to say."""
BEATS_PER_LEASE = 4
JOIN_SECONDS = 30
FULL = ("database or disk is full", "no space left", "disk full")
log = logging.getLogger("callcenter.jobs")


class GivenBack(Cancelled):
    """The worker has to stop: the job waits for the next one."""


class ClaimLost(Cancelled):
    """The job is another worker's by now, or was asked for anew: nothing of it is ours to write."""


class Worker:
    """One at a time. `lease`: how long a silent worker keeps its job; `stopping` is set when it has to end."""

    def __init__(self, app: Flask, *, lease: timedelta = LEASE, stopping: threading.Event | None = None) -> None:
        self.app, self.lease = app, lease
        self.stopping = stopping or threading.Event()
        self.name = f"{socket.gethostname()[:20]}:{os.getpid()}:{new_id().hex[-12:]}"
        self.claim: Claim | None = None

    def now(self) -> datetime:
        instant: datetime = self.app.extensions["callcenter_clock"].now()
        return instant

    def run(self, contract_id: UUID, job_id: UUID) -> bool:
        """Do a job if it is due and nobody else has it; whether it was taken."""
        if self.stopping.is_set():
            return False
        self.claim = claim = self._take(contract_id, job_id)
        if claim is None:
            return False
        try:
            with _Heartbeat(self, claim) as beat:
                ending = self._done(claim, Steps(self, claim, beat.lost))
            self._conclude(ending)
        finally:
            self.claim = None
        return True

    def release(self) -> bool:
        """Give back a job that is still being done; whether there was one."""
        claim = self.claim
        return claim is not None and self._conclude(lambda at: claims.give_back(claim, at=at))

    @contextmanager
    def writes(self) -> Iterator[None]:
        """A transaction of the worker's own, beside whatever the handler has open."""
        with self.app.app_context(), transaction():
            yield

    def _take(self, contract_id: UUID, job_id: UUID) -> Claim | None:
        try:
            with self.writes():
                return claims.take(contract_id, job_id, self.name, at=self.now(), lease=self.lease)
        except Exception as error:
            log.warning("a job could not be taken: %s", type(error).__name__)
            return None

    def _done(self, claim: Claim, steps: Steps) -> Ending:
        handler = self._handler(claim.job.kind)
        try:
            with self.app.app_context():
                result = handler(claim.job, steps)
        except Exception as error:
            return ending_after(claim, error)
        except BaseException:
            self._conclude(lambda at: claims.give_back(claim, at=at))
            raise
        return lambda at: claims.finish(claim, result, at=at)

    def _handler(self, kind: JobKind) -> Handler:
        handlers: dict[JobKind, Handler] = self.app.extensions.get(HANDLERS, {})
        return handlers.get(kind, _unbound)

    def _conclude(self, ending: Ending) -> bool:
        """What cannot be written (the disk is full) is left to the lease: the job is taken over when it runs out."""
        try:
            with self.writes():
                return ending(self.now())
        except Exception as error:
            log.warning("the end of a job could not be written: %s", type(error).__name__)
            return False


def _unbound(*_about: object) -> UUID | None:
    raise LookupError("no handler is bound for this kind of job")


class Steps:
    """The `Progress` of a running job."""

    def __init__(self, worker: Worker, claim: Claim, lost: threading.Event) -> None:
        self._worker, self._claim, self._lost = worker, claim, lost

    def __call__(self, percent: int, step: str) -> None:
        """Raises `Cancelled`; `RuntimeError` within `transaction()`, whose lock would be waited for in vain."""
        if "writing" in db.session().info:
            raise RuntimeError("progress is told outside transaction()")
        if self._worker.stopping.is_set():
            raise GivenBack()
        if self._lost.is_set():
            raise ClaimLost()
        with self._worker.writes():
            until = self._worker.now() + self._worker.lease
            cancelled = claims.advance(self._claim, percent, step, until=until)
        if cancelled is None:
            raise ClaimLost()
        if cancelled:
            raise Cancelled()


class _Heartbeat:
    """Keeps the lease while a handler works long without a word. `lost`: the job is not ours any more."""

    def __init__(self, worker: Worker, claim: Claim) -> None:
        self.lost = threading.Event()
        self._worker, self._claim = worker, claim
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="job-heartbeat", daemon=True)

    def __enter__(self) -> _Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join(JOIN_SECONDS)

    def _beat(self) -> None:
        while not self._ended.wait(self._worker.lease.total_seconds() / BEATS_PER_LEASE):
            try:
                with self._worker.writes():
                    kept = claims.keep(self._claim, until=self._worker.now() + self._worker.lease)
            except Exception as error:
                log.warning("a lease could not be renewed: %s", type(error).__name__)
                continue
            if not kept:
                self.lost.set()
                return


def ending_after(claim: Claim, error: Exception) -> Ending:
    """What becomes of a job whose handler raised. The log learns the class only: a message may quote what was typed."""
    if isinstance(error, ClaimLost):
        return lambda _at: False
    if isinstance(error, GivenBack):
        return lambda at: claims.give_back(claim, at=at)
    if isinstance(error, Cancelled):
        return lambda at: claims.stop(claim, at=at)
    log.warning("a job of kind %s failed: %s", claim.job.kind.value, type(error).__name__)
    if is_disk_full(error):
        return lambda at: claims.retry(claim, DISK_FULL, at=at)
    if isinstance(error, AppError) and not isinstance(error, Unavailable):
        return lambda at: claims.fail(claim, sentence_of(error), at=at)
    message = error.message if isinstance(error, Unavailable) else FAULT
    return lambda at: claims.retry(claim, message, at=at)


def sentence_of(error: AppError) -> str:
    """Its message; where that only points at fields, what is said of them."""
    details = " ".join(text for texts in error.errors.values() for text in texts)
    return details if details and error.message == error.default_message else error.message


def is_disk_full(error: BaseException) -> bool:
    """Whether no space was left, however deep the error says so."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, OSError) and found.errno in {errno.ENOSPC, errno.EDQUOT}:
            return True
        if isinstance(found, sqlite3.Error | DBAPIError) and any(words in str(found).lower() for words in FULL):
            return True
        found = found.__cause__ or found.__context__
    return False


def run_waiting(app: Flask, worker: Worker | None = None) -> int:
    """Do every job that is due, in this process, until none is; returns how many were taken."""
    worker, taken = worker or Worker(app), 0
    while True:
        with app.app_context():
            due = due_jobs(worker.now())
        count = sum(map(partial(_run_one, worker), due))
        if not count:
            return taken
        taken += count


def _run_one(worker: Worker, key: tuple[UUID, UUID]) -> bool:
    return worker.run(*key)
