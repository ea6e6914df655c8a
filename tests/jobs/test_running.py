from __future__ import annotations

import errno
import logging
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError

from callcenter.errors import InvalidInput, Unavailable
from callcenter.extensions import db, new_id
from callcenter.jobs import claims, service
from callcenter.jobs.models import Job
from callcenter.jobs.ports import Cancelled, Progress, RunningJob
from callcenter.jobs.queries import due_jobs
from callcenter.jobs.rules import CUT_OFF, DISK_FULL, FAULT, LEASE, MOST_TRIES, JobKind, JobState
from callcenter.jobs.running import ClaimLost, Worker, run_waiting
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.jobs.factories import A_SECOND, JUNE, MAY, Diary, Failing, Work, asked, bind, facts, wanted_mail

MONTHLY = JobKind.BUILD_MONTHLY
AFTER_LEASE = LEASE + A_SECOND


def _do(centre: Centre, work: Work) -> UUID:
    """Ask for the month of June and let `work` do it."""
    bind(centre.app, (MONTHLY, work))
    job_id = asked(centre)
    run_waiting(centre.app)
    return job_id


def _taken(centre: Centre, job_id: UUID, worker: str = "another") -> claims.Claim | None:
    with centre.inside(), transaction():
        return claims.take(centre.contract_id, job_id, worker, at=centre.now, lease=LEASE)


# --- done ---


def test_a_handler_gets_the_job_and_what_it_made_is_kept(centre: Centre) -> None:
    result, who = new_id(), centre.person(Role.SUPERVISOR)
    diary = Diary(result)
    bind(centre.app, (MONTHLY, diary))
    job_id = asked(centre, by=who.user_id)
    assert run_waiting(centre.app) == 1
    (job,) = diary.jobs
    assert (job.id, job.contract_id, job.kind, job.asked_by, job.tries) == (
        job_id,
        centre.contract_id,
        MONTHLY,
        who.user_id,
        1,
    )
    assert (job.period_from, job.period_to, job.subject) == (JUNE.period_from, JUNE.period_to, "")
    found = facts(centre, job_id)
    assert (found.state, found.percent, found.result_id, found.ended_at) == (JobState.DONE, 100, result, centre.now)


def test_jobs_are_done_in_the_order_in_which_they_were_asked_for(centre: Centre) -> None:
    diary = Diary()
    bind(centre.app, (MONTHLY, diary), (JobKind.SEND_MAIL, diary))
    wanted = [JUNE, wanted_mail(), MAY]
    for one in wanted:
        asked(centre, one)
        centre.at(centre.now + A_SECOND)
    assert run_waiting(centre.app) == 3
    assert [job.period_from for job in diary.jobs] == [one.period_from for one in wanted]


def test_progress_is_seen_while_the_job_runs(centre: Centre) -> None:
    seen = []

    def work(job: RunningJob, progress: Progress) -> None:
        progress(40, "集計しています")
        seen.append(facts(centre, job.id))
        progress(140, "あ" * 100)
        seen.append(facts(centre, job.id))

    _do(centre, work)
    assert [(one.state, one.percent, one.step) for one in seen] == [
        (JobState.RUNNING, 40, "集計しています"),
        (JobState.RUNNING, 100, "あ" * 60),
    ]


def test_a_handler_may_read_on_and_write_between_its_steps(centre: Centre) -> None:
    other = new_id()

    def work(job: RunningJob, progress: Progress) -> UUID:
        row = db.session.get(Job, (job.contract_id, job.id))
        progress(10, "一")
        assert row is not None
        with transaction():
            service.ask(MAY, contract_id=job.contract_id, asked_by=None, at=centre.now)
        progress(20, "二")
        return other

    bind(centre.app, (MONTHLY, work))
    job_id = asked(centre)
    with centre.app.app_context():
        due = due_jobs(centre.now)
    assert Worker(centre.app).run(*due[0])
    assert facts(centre, job_id).result_id == other


def test_progress_within_a_transaction_is_a_fault_of_ours(centre: Centre) -> None:
    raised = []

    def work(_job: RunningJob, progress: Progress) -> None:
        with transaction():
            try:
                progress(10, "一")
            except RuntimeError as error:
                raised.append(str(error))

    _do(centre, work)
    assert raised == ["progress is told outside transaction()"]


# --- once ---


def test_of_two_workers_that_meet_one_does_the_job(centre: Centre) -> None:
    together, diary = threading.Barrier(2), Diary()
    bind(centre.app, (MONTHLY, diary))
    job_id = asked(centre)

    def work() -> bool:
        worker = Worker(centre.app)
        together.wait(10)
        return worker.run(centre.contract_id, job_id)

    with ThreadPoolExecutor(2) as pool:
        found = [future.result() for future in [pool.submit(work) for _ in range(2)]]
    assert sorted(found) == [False, True]
    assert diary.finished == 1


def test_a_job_is_not_taken_while_another_worker_keeps_it(centre: Centre) -> None:
    job_id = asked(centre)
    claim = _taken(centre, job_id)
    assert claim is not None
    centre.at(centre.now + LEASE - A_SECOND)
    assert _taken(centre, job_id, "second") is None
    with centre.inside(), transaction():
        assert claims.keep(claim, until=centre.now + LEASE)
    centre.at(centre.now + LEASE)
    assert _taken(centre, job_id, "second") is None


def test_a_job_whose_worker_fell_silent_is_taken_over(centre: Centre) -> None:
    diary = Diary()
    bind(centre.app, (MONTHLY, diary))
    job_id = asked(centre)
    _taken(centre, job_id)
    assert run_waiting(centre.app) == 0
    centre.at(centre.now + AFTER_LEASE)
    assert run_waiting(centre.app) == 1
    assert diary.jobs[0].tries == 2
    assert facts(centre, job_id).state is JobState.DONE


def test_a_worker_that_lost_its_job_writes_nothing_of_it_any_more(centre: Centre) -> None:
    job_id = asked(centre)
    first = _taken(centre, job_id)
    assert first is not None
    centre.at(centre.now + AFTER_LEASE)
    assert _taken(centre, job_id, "second") is not None
    before = facts(centre, job_id)
    at = centre.now
    with centre.inside(), transaction():
        assert claims.advance(first, 90, "遅れて", until=at + LEASE) is None
        assert not claims.keep(first, until=at + LEASE)
        assert not claims.finish(first, new_id(), at=at)
        assert not claims.fail(first, "", at=at)
        assert not claims.retry(first, "", at=at)
        assert not claims.stop(first, at=at)
        assert not claims.give_back(first, at=at)
    assert facts(centre, job_id) == before


def test_the_same_workers_earlier_try_is_not_its_later_one(centre: Centre) -> None:
    job_id = asked(centre)
    first = _taken(centre, job_id)
    assert first is not None
    centre.at(centre.now + AFTER_LEASE)
    assert _taken(centre, job_id) is not None
    with centre.inside(), transaction():
        assert not claims.finish(first, None, at=centre.now)


def test_what_a_worker_gave_back_is_the_next_ones_though_it_is_the_same_try(centre: Centre) -> None:
    job_id = asked(centre)
    first = _taken(centre, job_id)
    assert first is not None
    with centre.inside(), transaction():
        assert claims.give_back(first, at=centre.now)
    second = _taken(centre, job_id, "second")
    assert second is not None
    assert (second.job.tries, second.round) == (first.job.tries, first.round)
    with centre.inside(), transaction():
        assert not claims.finish(first, None, at=centre.now)
        assert claims.finish(second, None, at=centre.now)


def test_a_handler_whose_job_was_taken_over_is_stopped_at_its_next_step(centre: Centre) -> None:
    stopped: list[Exception] = []

    def work(job: RunningJob, progress: Progress) -> None:
        centre.at(centre.now + AFTER_LEASE)
        assert _taken(centre, job.id) is not None
        try:
            progress(50, "続けています")
        except Cancelled as error:
            stopped.append(error)
            raise

    job_id = _do(centre, work)
    assert [type(error) for error in stopped] == [ClaimLost]
    assert facts(centre, job_id).state is JobState.RUNNING


def test_the_lease_is_renewed_while_a_handler_works_without_a_word(centre: Centre) -> None:
    def work(_job: RunningJob, _progress: Progress) -> None:
        until = time.monotonic() + 20
        first = _lease(centre)
        centre.at(centre.now + A_SECOND)
        while _lease(centre) == first and time.monotonic() < until:
            time.sleep(0.01)
        assert _lease(centre) > first

    bind(centre.app, (MONTHLY, work))
    job_id = asked(centre)
    assert Worker(centre.app, lease=timedelta(milliseconds=200)).run(centre.contract_id, job_id)
    assert facts(centre, job_id).state is JobState.DONE


def _lease(centre: Centre) -> float:
    with centre.inside():
        row = db.session.query(Job).one()
        assert row.lease_until is not None
        return row.lease_until.timestamp()


def test_a_job_that_no_worker_survives_is_given_up(centre: Centre) -> None:
    job_id = asked(centre)
    for number in range(MOST_TRIES):
        assert _taken(centre, job_id, f"worker {number}") is not None
        centre.at(centre.now + AFTER_LEASE)
    assert _taken(centre, job_id) is None
    found = facts(centre, job_id)
    assert (found.state, found.message) == (JobState.FAILED, CUT_OFF)


# --- cancelled ---


def test_a_job_cancelled_in_the_middle_stops_at_its_next_step(centre: Centre) -> None:
    who = centre.person(Role.SUPERVISOR)

    def cancel() -> None:
        with centre.app.app_context(), transaction():
            service.cancel(job_id, by=who.actor, at=centre.now)

    diary = Diary(new_id(), cancel)
    bind(centre.app, (MONTHLY, diary))
    job_id = asked(centre)
    run_waiting(centre.app)
    found = facts(centre, job_id)
    assert (found.state, found.result_id, found.ended_at) == (JobState.CANCELLED, None, centre.now)
    assert diary.finished == 0


def test_a_job_cancelled_while_its_worker_is_dead_is_not_done_again(centre: Centre) -> None:
    who, diary = centre.person(Role.SUPERVISOR), Diary()
    bind(centre.app, (MONTHLY, diary))
    job_id = asked(centre)
    _taken(centre, job_id)
    with centre.inside(), transaction():
        service.cancel(job_id, by=who.actor, at=centre.now)
    centre.at(centre.now + AFTER_LEASE)
    assert run_waiting(centre.app) == 0
    assert facts(centre, job_id).state is JobState.CANCELLED
    assert diary.jobs == []


def test_a_cancel_counts_more_than_another_try(centre: Centre) -> None:
    who = centre.person(Role.SUPERVISOR)

    def work(job: RunningJob, _progress: Progress) -> None:
        with transaction():
            service.cancel(job.id, by=who.actor, at=centre.now)
        raise RuntimeError

    assert facts(centre, _do(centre, work)).state is JobState.CANCELLED


# --- failing ---


def test_failing_three_times_then_succeeding_is_done(centre: Centre) -> None:
    work = Failing(*(RuntimeError() for _ in range(3)))
    job_id = _do(centre, work)
    for tries, pause in ((1, 30), (2, 120), (3, 600)):
        found = facts(centre, job_id)
        assert (found.state, found.tries, found.message) == (JobState.WAITING, tries, FAULT)
        assert found.not_before == centre.now + timedelta(seconds=pause)
        centre.at(found.not_before - A_SECOND)
        assert run_waiting(centre.app) == 0
        centre.at(found.not_before)
        assert run_waiting(centre.app) == 1
    found = facts(centre, job_id)
    assert (found.state, found.tries, found.message) == (JobState.DONE, 4, "")


def test_the_fourth_failure_is_the_last(centre: Centre) -> None:
    work = Failing(*(RuntimeError() for _ in range(9)))
    job_id = _do(centre, work)
    while facts(centre, job_id).active:
        centre.at(facts(centre, job_id).not_before)
        run_waiting(centre.app)
    assert work.tries == MOST_TRIES
    found = facts(centre, job_id)
    assert (found.state, found.message) == (JobState.FAILED, f"4回試しましたが、完了できませんでした。{FAULT}")


def test_a_refusal_of_the_product_is_said_and_not_tried_again(centre: Centre) -> None:
    work = Failing(InvalidInput("月がまだ終わっていません。"))
    found = facts(centre, _do(centre, work))
    assert (found.state, found.message, found.tries) == (JobState.FAILED, "月がまだ終わっていません。", 1)


def test_a_refusal_that_only_points_at_fields_says_what_is_wrong_with_them(centre: Centre) -> None:
    work = Failing(InvalidInput(errors={"to_on": ["契約期間の外です。"]}))
    assert facts(centre, _do(centre, work)).message == "契約期間の外です。"


def test_a_database_that_is_away_is_waited_for(centre: Centre) -> None:
    found = facts(centre, _do(centre, Failing(Unavailable())))
    assert (found.state, found.message) == (JobState.WAITING, Unavailable.default_message)


def _wrapped(error: Exception) -> Exception:
    outer = Unavailable("保存先の空き容量がありません。")
    outer.__cause__ = error
    return outer


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        sqlite3.OperationalError("database or disk is full"),
        OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full")),
        OperationalError("INSERT", {}, Exception("could not extend file: No space left on device")),
        _wrapped(OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))),
    ],
    ids=["file", "driver", "database", "postgresql", "transaction"],
)
def test_a_full_disk_is_said_so_and_tried_again(sqlite_centre: Centre, error: Exception) -> None:
    found = facts(sqlite_centre, _do(sqlite_centre, Failing(error)))
    assert (found.state, found.message) == (JobState.WAITING, DISK_FULL)


@pytest.mark.parametrize("error", [OSError(errno.EACCES, "x"), OperationalError("INSERT", {}, Exception("locked"))])
def test_another_fault_is_no_full_disk(sqlite_centre: Centre, error: Exception) -> None:
    assert facts(sqlite_centre, _do(sqlite_centre, Failing(error))).message == FAULT


def test_the_log_learns_the_class_of_an_error_and_none_of_its_words(
    sqlite_centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        _do(sqlite_centre, Failing(ValueError("見本 花子 090-0000-0000")))
    assert "ValueError" in caplog.text
    assert "花子" not in caplog.text
    assert not any(record.exc_info for record in caplog.records)


def test_a_job_without_a_handler_is_tried_again_later(sqlite_centre: Centre) -> None:
    bind(sqlite_centre.app)
    job_id = asked(sqlite_centre)
    run_waiting(sqlite_centre.app)
    assert facts(sqlite_centre, job_id).state is JobState.WAITING


def test_an_end_that_cannot_be_written_is_left_to_the_lease(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_about: object, **_more: object) -> bool:
        raise OSError(errno.ENOSPC, "No space left on device")

    diary = Diary()
    with monkeypatch.context() as patched:
        patched.setattr(claims, "finish", full)
        job_id = _do(centre, diary)
    assert facts(centre, job_id).state is JobState.RUNNING
    centre.at(centre.now + AFTER_LEASE)
    assert run_waiting(centre.app) == 1
    assert facts(centre, job_id).state is JobState.DONE


# --- stopping ---


def test_a_worker_that_has_to_stop_gives_its_job_back_at_the_next_step(centre: Centre) -> None:
    worker = Worker(centre.app)
    bind(centre.app, (MONTHLY, Diary(before_second_step=worker.stopping.set)))
    job_id = asked(centre)
    assert worker.run(centre.contract_id, job_id)
    found = facts(centre, job_id)
    assert (found.state, found.tries, found.percent) == (JobState.WAITING, 0, 0)
    assert not worker.run(centre.contract_id, job_id)
    assert run_waiting(centre.app) == 1
    assert facts(centre, job_id).tries == 1


def test_a_handler_that_takes_no_step_is_released(centre: Centre) -> None:
    worker = Worker(centre.app)

    def work(_job: RunningJob, _progress: Progress) -> UUID:
        assert worker.release()
        return new_id()

    bind(centre.app, (MONTHLY, work))
    job_id = asked(centre)
    worker.run(centre.contract_id, job_id)
    found = facts(centre, job_id)
    assert (found.state, found.result_id) == (JobState.WAITING, None)
    assert not worker.release()


def test_an_interrupted_handler_gives_the_job_back(centre: Centre) -> None:
    def work(_job: RunningJob, _progress: Progress) -> None:
        raise KeyboardInterrupt

    bind(centre.app, (MONTHLY, work))
    job_id = asked(centre)
    with pytest.raises(KeyboardInterrupt):
        run_waiting(centre.app)
    assert facts(centre, job_id).state is JobState.WAITING
