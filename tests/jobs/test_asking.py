from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from callcenter.audit.models import AuditEntry
from callcenter.errors import Conflict, NotFound
from callcenter.extensions import db, new_id
from callcenter.jobs import claims, queries, service
from callcenter.jobs.models import Job
from callcenter.jobs.rules import CANCELLED_BY_PERSON, LEASE, JobKind, JobState
from callcenter.jobs.running import run_waiting
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Centre, Person
from tests.jobs.factories import JUNE, MAY, Diary, Failing, asked, bind, facts, wanted_mail


def _rows(centre: Centre) -> int:
    with centre.inside():
        return db.session.execute(select(func.count(Job.id))).scalar_one()


def _running(centre: Centre, job_id: UUID) -> claims.Claim:
    with centre.inside(), transaction():
        claim = claims.take(centre.contract_id, job_id, "another", at=centre.now, lease=LEASE)
    assert claim is not None
    return claim


def _cancel(centre: Centre, job_id: UUID, who: Person) -> None:
    with centre.inside(), transaction():
        service.cancel(job_id, by=who.actor, at=centre.now)


def _actions(centre: Centre, job_id: UUID) -> list[str]:
    with centre.inside():
        statement = select(AuditEntry.action).where(AuditEntry.entity_id == str(job_id)).order_by(AuditEntry.seq)
        return list(db.session.execute(statement).scalars())


def test_a_job_that_was_asked_for_waits(centre: Centre) -> None:
    who = centre.person(Role.SUPERVISOR)
    found = facts(centre, asked(centre, by=who.user_id))
    assert (found.state, found.round, found.tries, found.percent) == (JobState.WAITING, 1, 0, 0)
    assert (found.asked_by, found.scheduled, found.not_before) == (who.user_id, False, centre.now)


def test_what_is_about_something_else_is_another_job(centre: Centre) -> None:
    found = {asked(centre, one) for one in (JUNE, MAY, wanted_mail("a"), wanted_mail("b"))}
    assert len(found) == 4


def test_three_editions_asked_for_at_once_are_one_job(centre: Centre) -> None:
    together = threading.Barrier(3)

    def ask() -> UUID:
        together.wait(10)
        return asked(centre)

    with ThreadPoolExecutor(3) as pool:
        found = {future.result() for future in [pool.submit(ask) for _ in range(3)]}
    assert len(found) == 1
    assert _rows(centre) == 1


def test_one_that_runs_is_the_one_asked_for(centre: Centre) -> None:
    job_id = asked(centre)
    _running(centre, job_id)
    assert asked(centre) == job_id
    assert facts(centre, job_id).state is JobState.RUNNING
    assert facts(centre, job_id).round == 1


def test_one_that_has_ended_starts_a_new_round(centre: Centre) -> None:
    result = new_id()
    bind(centre.app, (JobKind.BUILD_MONTHLY, Diary(result)))
    job_id = asked(centre)
    run_waiting(centre.app)
    assert facts(centre, job_id).result_id == result
    centre.at(centre.now + timedelta(hours=1))
    assert asked(centre) == job_id
    found = facts(centre, job_id)
    assert (found.state, found.round, found.tries, found.percent) == (JobState.WAITING, 2, 0, 0)
    assert (found.result_id, found.ended_at, found.asked_at) == (None, None, centre.now)


def test_a_schedule_never_asks_twice(centre: Centre) -> None:
    bind(centre.app, (JobKind.BUILD_MONTHLY, Diary()))
    job_id = asked(centre, scheduled=True)
    run_waiting(centre.app)
    assert asked(centre, scheduled=True) == job_id
    assert facts(centre, job_id).state is JobState.DONE
    assert _actions(centre, job_id) == ["job.asked", "job.ended"]


def test_asking_ends_the_pause_between_two_tries(centre: Centre) -> None:
    bind(centre.app, (JobKind.BUILD_MONTHLY, Failing(RuntimeError())))
    job_id = asked(centre)
    run_waiting(centre.app)
    assert facts(centre, job_id).not_before > centre.now
    asked(centre)
    assert facts(centre, job_id).not_before == centre.now


def test_a_waiting_job_is_cancelled_at_once(centre: Centre) -> None:
    who, diary = centre.person(Role.SUPERVISOR), Diary()
    bind(centre.app, (JobKind.BUILD_MONTHLY, diary))
    job_id = asked(centre)
    _cancel(centre, job_id, who)
    found = facts(centre, job_id)
    assert (found.state, found.message, found.ended_at) == (JobState.CANCELLED, CANCELLED_BY_PERSON, centre.now)
    assert run_waiting(centre.app) == 0
    assert diary.jobs == []
    assert _actions(centre, job_id) == ["job.asked", "job.cancelled"]


def test_a_running_job_is_asked_to_stop(centre: Centre) -> None:
    who = centre.person(Role.SUPERVISOR)
    job_id = asked(centre)
    _running(centre, job_id)
    _cancel(centre, job_id, who)
    found = facts(centre, job_id)
    assert (found.state, found.cancel_asked, found.state_label) == (JobState.RUNNING, True, "中止しています")


def test_asking_anew_takes_a_cancel_back(centre: Centre) -> None:
    who = centre.person(Role.SUPERVISOR)
    job_id = asked(centre)
    claim = _running(centre, job_id)
    _cancel(centre, job_id, who)
    asked(centre)
    assert not facts(centre, job_id).cancel_asked
    # The handler had seen the cancel already, and stopped.
    with centre.inside(), transaction():
        claims.stop(claim, at=centre.now)
    assert facts(centre, job_id).state is JobState.WAITING


def test_a_job_that_has_ended_cannot_be_cancelled(centre: Centre) -> None:
    who = centre.person(Role.SUPERVISOR)
    bind(centre.app, (JobKind.BUILD_MONTHLY, Diary()))
    job_id = asked(centre)
    run_waiting(centre.app)
    with pytest.raises(Conflict):
        _cancel(centre, job_id, who)


def test_only_a_job_that_failed_or_was_cancelled_is_done_again(centre: Centre) -> None:
    who = centre.person(Role.SUPERVISOR)
    job_id = asked(centre)
    with centre.inside():
        with pytest.raises(Conflict), transaction():
            service.ask_again(job_id, by=who.actor, at=centre.now)
    _cancel(centre, job_id, who)
    with centre.inside(), transaction():
        service.ask_again(job_id, by=who.actor, at=centre.now)
    found = facts(centre, job_id)
    assert (found.state, found.cancel_asked, found.round, found.message) == (JobState.WAITING, False, 2, "")


def test_another_contracts_job_is_not_found(centre: Centre) -> None:
    with centre.inside():
        other = centre.new_contract("R7")
    stranger = centre.person(Role.SUPERVISOR, contract_id=other)
    job_id = asked(centre)
    by = stranger.actor.__class__(stranger.user_id, "", stranger.roles, other)
    with centre.inside():
        for act in (service.cancel, service.ask_again):
            with pytest.raises(NotFound), transaction():
                act(job_id, by=by, at=centre.now)
        with pytest.raises(NotFound):
            queries.job(other, job_id)
        assert queries.job_of(other, JUNE) is None
    assert facts(centre, job_id).state is JobState.WAITING


def test_what_is_rolled_back_was_never_asked_for(centre: Centre) -> None:
    with centre.inside():
        with pytest.raises(ZeroDivisionError), transaction():
            service.ask(JUNE, contract_id=centre.contract_id, asked_by=None, at=centre.now)
            raise ZeroDivisionError
    assert _rows(centre) == 0
