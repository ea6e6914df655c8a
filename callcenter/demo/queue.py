"""What the demonstration's people let the queue do: done at once, at the hour of the story."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import current_app

from callcenter.clock import app_clock
from callcenter.jobs.running import run_waiting


@contextmanager
def standing_at(at: datetime) -> Iterator[None]:
    """What works by the application's own clock, such as a job, works at that instant."""
    clock = app_clock()
    before, clock.fixed = clock.fixed, at
    try:
        yield
    finally:
        clock.fixed = before


def work_off() -> None:
    """Do every job that waits."""
    run_waiting(current_app._get_current_object())  # type: ignore[attr-defined]
