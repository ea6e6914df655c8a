from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from callcenter.clock import instant_of
from callcenter.jobs.ports import WantedJob
from callcenter.jobs.rules import JobKind, JobState
from callcenter.jobs.running import run_waiting
from callcenter.jobs.schedules import ask_due
from callcenter.jobs.worker import look_around
from tests.centre import Centre
from tests.jobs.factories import JUNE, MAY, Diary, asked, bind, bind_schedules, facts

A_DAY = timedelta(days=1)


def _both(_contract_id: UUID, _at: datetime) -> list[WantedJob]:
    return [MAY, JUNE, MAY]


def _faulty(_contract_id: UUID, _at: datetime) -> Iterable[WantedJob]:
    raise ValueError("見本 花子")


def test_what_is_due_is_asked_for_once_however_often_one_looks(centre: Centre) -> None:
    bind_schedules(centre.app, _both)
    assert [ask_due(centre.app) for _ in range(3)] == [2, 0, 0]
    with centre.inside():
        from callcenter.jobs import queries

        found = queries.job_of(centre.contract_id, JUNE)
    assert found is not None
    assert (found.scheduled, found.asked_by, found.state) == (True, None, JobState.WAITING)


def test_what_was_done_or_failed_is_not_asked_for_again(centre: Centre) -> None:
    diary = Diary()
    bind(centre.app, (JobKind.BUILD_MONTHLY, diary))
    bind_schedules(centre.app, _both)
    for _ in range(3):
        ask_due(centre.app)
        run_waiting(centre.app)
        centre.at(centre.now + timedelta(minutes=1))
    assert diary.finished == 2


def test_a_person_who_asked_first_is_not_followed_by_the_schedule(centre: Centre) -> None:
    job_id = asked(centre, JUNE)
    bind_schedules(centre.app, _both)
    assert ask_due(centre.app) == 1
    assert not facts(centre, job_id).scheduled


def test_a_faulty_schedule_holds_no_other_up(sqlite_centre: Centre, caplog: pytest.LogCaptureFixture) -> None:
    bind_schedules(sqlite_centre.app, _faulty, _both)
    assert ask_due(sqlite_centre.app) == 2
    assert "ValueError" in caplog.text
    assert "花子" not in caplog.text


@pytest.mark.parametrize(
    ("today", "is_asked"),
    [
        (date(2026, 3, 31), False),
        (date(2026, 4, 1), True),
        (date(2027, 5, 30), True),
        (date(2027, 5, 31), False),
    ],
)
def test_schedules_are_asked_in_the_term_and_a_while_after(sqlite_centre: Centre, today: date, is_asked: bool) -> None:
    seen: list[UUID] = []

    def schedule(contract_id: UUID, _at: datetime) -> list[WantedJob]:
        seen.append(contract_id)
        return []

    bind_schedules(sqlite_centre.app, schedule)
    sqlite_centre.at(instant_of(today, 12 * 60))
    ask_due(sqlite_centre.app)
    assert seen == [sqlite_centre.contract_id] * is_asked


def test_each_contract_is_asked_for_by_itself(centre: Centre) -> None:
    with centre.inside():
        other = centre.new_contract("R8B")
    bind_schedules(centre.app, lambda contract_id, _at: [JUNE] if contract_id == other else [])
    assert ask_due(centre.app) == 1
    with centre.inside():
        from callcenter.jobs import queries

        assert queries.job_of(other, JUNE) is not None
        assert queries.job_of(centre.contract_id, JUNE) is None


def test_the_look_around_asks_and_does_what_no_message_told_of(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    from callcenter.jobs import queue
    from callcenter.jobs.running import Worker

    monkeypatch.setattr(queue, "wake", lambda *_: None)
    diary = Diary()
    bind(centre.app, (JobKind.BUILD_MONTHLY, diary))
    bind_schedules(centre.app, lambda _contract_id, _at: [MAY])
    job_id = asked(centre, JUNE)
    look_around(centre.app, Worker(centre.app))
    assert {job.period_from for job in diary.jobs} == {JUNE.period_from, MAY.period_from}
    assert facts(centre, job_id).state is JobState.DONE


def test_a_look_around_survives_a_database_that_is_away(
    sqlite_centre: Centre, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from callcenter.jobs import worker
    from callcenter.jobs.running import Worker

    def away(_app: object) -> int:
        raise OSError("gone")

    monkeypatch.setattr(worker, "ask_due", away)
    with caplog.at_level(logging.WARNING):
        look_around(sqlite_centre.app, Worker(sqlite_centre.app))
    assert "OSError" in caplog.text
