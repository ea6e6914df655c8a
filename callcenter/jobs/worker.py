"""The worker process: huey's consumer with one thread, woken by messages, looking around each minute by itself."""

from __future__ import annotations

import logging
import os
import signal
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Flask

from callcenter.config import Settings
from callcenter.jobs import queue
from callcenter.jobs.rules import LEASE
from callcenter.jobs.running import Worker, run_waiting
from callcenter.jobs.schedules import ask_due

if TYPE_CHECKING:
    from huey import Huey

LONGEST_SLEEP = 1.0
"""Seconds between two looks into an empty queue."""
STOP_SECONDS = 20.0
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def look_around(app: Flask, worker: Worker) -> None:
    """What happens each minute: ask the schedules, then do all that is due, also what no message told of."""
    try:
        ask_due(app)
        run_waiting(app, worker)
    except Exception as error:
        logging.getLogger("callcenter.jobs").warning("a look around failed: %s", type(error).__name__)


def work(app: Flask, *, lease: timedelta = LEASE, stop_seconds: float = STOP_SECONDS) -> None:
    """Work until SIGTERM, SIGINT or SIGHUP. A running job then stops at its next step and waits for another worker;
    one that takes no step within `stop_seconds` is given back as it is, and the process ends."""
    settings: Settings = app.extensions["callcenter_settings"]
    queue.prepare(settings)
    found = queue.opened(settings)
    consumer = _consumer(found, stop_seconds)
    worker = Worker(app, lease=lease, stopping=consumer.stop_flag)
    _declare_tasks(found, app, worker)
    consumer.run()
    found.storage.close()
    if worker.release():
        # The handler's thread must not finish what another worker may begin.
        os._exit(0)


def _declare_tasks(found: Huey, app: Flask, worker: Worker) -> None:
    from huey import crontab

    @found.task(name="wake_up")  # type: ignore[untyped-decorator]
    def wake_up(contract_id: str, job_id: str) -> None:
        worker.run(UUID(contract_id), UUID(job_id))

    @found.periodic_task(crontab(), name="each_minute")  # type: ignore[untyped-decorator]
    def each_minute() -> None:
        look_around(app, worker)


def _consumer(found: Huey, stop_seconds: float) -> Any:
    from huey.consumer import Consumer

    consumer = Consumer(found, workers=1, max_delay=LONGEST_SLEEP, shutdown_timeout=stop_seconds)
    consumer._signal_actions = dict.fromkeys(STOP_SIGNALS, (False, True))
    return consumer
