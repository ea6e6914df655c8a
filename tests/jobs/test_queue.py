from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text

from callcenter.extensions import db
from callcenter.jobs import queue, service
from callcenter.jobs.rules import JobState
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.jobs.factories import JUNE, MAY, asked, facts


@contextmanager
def _opened(centre: Centre) -> Iterator[Any]:
    queue.prepare(centre.settings)
    found = queue.opened(centre.settings)
    try:
        yield found
    finally:
        found.storage.close()


def _messages(centre: Centre) -> list[Any]:
    with _opened(centre) as found:
        return [json.loads(message) for message in found.storage.enqueued_items()]


def test_a_worker_is_told_of_the_job_by_its_ids_and_nothing_else(centre: Centre) -> None:
    with _opened(centre):
        job_id = asked(centre)
    (message,) = _messages(centre)
    named = [part for part in message[1:] if part not in (None, {})]
    assert named == [queue.WAKE_UP, [str(centre.contract_id), str(job_id)]]


def test_no_worker_is_told_of_what_was_rolled_back(centre: Centre) -> None:
    with _opened(centre):
        pass
    with centre.inside():
        with pytest.raises(ZeroDivisionError), transaction():
            service.ask(JUNE, contract_id=centre.contract_id, asked_by=None, at=centre.now)
            raise ZeroDivisionError
    assert _messages(centre) == []


def test_each_job_of_a_transaction_is_told_of_once_it_is_committed(centre: Centre) -> None:
    with _opened(centre), centre.inside(), transaction():
        for wanted in (JUNE, MAY):
            service.ask(wanted, contract_id=centre.contract_id, asked_by=None, at=centre.now)
    assert len(_messages(centre)) == 2


def test_what_only_a_schedule_repeats_wakes_nobody(centre: Centre) -> None:
    with _opened(centre):
        asked(centre, scheduled=True)
        asked(centre, scheduled=True)
    assert len(_messages(centre)) == 1


def test_a_queue_that_cannot_be_reached_loses_no_job(
    centre: Centre, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(_settings: object) -> None:
        raise OSError("no such place")

    monkeypatch.setattr(queue, "opened", away)
    with caplog.at_level(logging.WARNING):
        job_id = asked(centre)
    assert "OSError" in caplog.text
    assert "such place" not in caplog.text
    assert facts(centre, job_id).state is JobState.WAITING


def test_on_postgresql_the_queue_stands_in_a_schema_of_its_own(centre: Centre) -> None:
    for _ in range(2):
        queue.prepare(centre.settings)
    if centre.settings.on_sqlite:
        assert (centre.settings.home / queue.FILE).exists() is False
        return
    with centre.inside():
        rows = db.session.execute(text("SELECT schemaname, tablename FROM pg_tables WHERE tablename = 'task'")).all()
    assert [tuple(row) for row in rows] == [("huey", "task")]


def test_the_queue_of_sqlite_is_read_by_nobody_else(sqlite_centre: Centre) -> None:
    asked(sqlite_centre)
    file = sqlite_centre.settings.home / queue.FILE
    assert file.exists()
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_message_that_is_a_pickle_is_not_opened(sqlite_centre: Centre) -> None:
    import pickle

    with _opened(sqlite_centre) as found:
        found.storage.enqueue(pickle.dumps(["x"]), None)
        with pytest.raises(ValueError):  # noqa: PT011
            found.dequeue()


def test_asking_on_a_page_wakes_a_worker_too(sqlite_centre: Centre) -> None:
    centre = sqlite_centre
    who = centre.person(Role.SUPERVISOR)
    job_id = asked(centre)
    browser = who.client()
    assert browser.post(f"/jobs/{job_id}/cancel").status_code == 303
    assert browser.post(f"/jobs/{job_id}/again").status_code == 303
    assert len(_messages(centre)) == 2
