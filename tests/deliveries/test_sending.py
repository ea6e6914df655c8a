"""Sending a version by mail: who may get what, every answer of a real mail server, and nothing ever sent twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from msgspec import structs
from sqlalchemy import update

from callcenter.audit import queries as log
from callcenter.contracts import service as contracts
from callcenter.deliveries import addresses, mail_requests, sending, sending_queries, service
from callcenter.deliveries.mail_requests import Settlement
from callcenter.deliveries.models import DeliveryFile
from callcenter.deliveries.rules import Obstacle, Reply, SendingState, State
from callcenter.deliveries.sending_rows import set_replies
from callcenter.errors import AppError, Conflict, InvalidInput, NotFound
from callcenter.extensions import db
from callcenter.jobs import mail, queries, running
from callcenter.jobs import service as jobs
from callcenter.jobs.ports import Cancelled
from callcenter.jobs.queries import JobFacts
from callcenter.jobs.rules import MOST_TRIES, JobState
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Centre, Person
from tests.deliveries.factories import submitted
from tests.deliveries.mail_server import PATIENCE_SECONDS, Behaviour, nobody_there, serving
from tests.deliveries.sending_factories import (
    A,
    B,
    C,
    acts,
    as_it_stands,
    asked,
    equipped,
    listed,
    no_progress,
    permitted,
    replies,
    worked_off,
)
from tests.deliveries.sending_factories import running as running_job

DONE, PARTLY, FAILED, UNSURE, WAITING = (
    SendingState.DONE,
    SendingState.PARTLY,
    SendingState.FAILED,
    SendingState.UNSURE,
    SendingState.WAITING,
)


@pytest.fixture
def supervisor(centre: Centre) -> Person:
    return centre.person(Role.SUPERVISOR, name="見本 責任者")


@pytest.fixture
def manager(centre: Centre) -> Person:
    return centre.person(Role.CONTRACT_MANAGER, name="見本 契約")


@pytest.fixture
def city(centre: Centre) -> Iterator[Behaviour]:
    """The city's mail server, as the deployment knows it."""
    with serving(behaviour := Behaviour()) as server:
        equipped(centre, server)
        yield behaviour


@pytest.fixture
def version(centre: Centre, supervisor: Person, manager: Person) -> UUID:
    """A submitted version under the city's permission."""
    permitted(centre, manager)
    return submitted(centre, supervisor)


def job_of(centre: Centre, sending_id: UUID) -> JobFacts:
    found = as_it_stands(centre, sending_id).job
    assert found is not None
    return found


def obstacles(centre: Centre, version: UUID) -> list[Obstacle]:
    with centre.inside():
        return list(sending_queries.leaving(centre.contract_id, version, centre.now).obstacles)


# --- the way it should be ---


def test_a_version_reaches_every_mailbox_chosen_with_exactly_what_was_submitted(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    a, _b, c = listed(centre, supervisor, A, B, C)
    sent = asked(centre, supervisor, version, [a, c])
    assert as_it_stands(centre, sent).state is WAITING
    assert worked_off(centre) == 1
    found = as_it_stands(centre, sent)
    assert (found.state, replies(centre, sent)) == (DONE, {A: "accepted", C: "accepted"})
    assert found.handed_at == centre.now
    (taken,) = city.taken
    assert taken.recipients == [A, C]
    assert taken.message["Subject"] == "【みなと架空市】日次実績報告書 令和8年6月1日（月） 第1版"
    (file,) = taken.message.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("日報_network.xlsx", "network 1")
    assert job_of(centre, sent).state is JobState.DONE
    assert acts(centre, sent) == ["sending.asked", "sending.begun", "sending.answered"]


def test_the_message_holds_coded_facts_and_no_name_or_address_on_the_web(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    asked(centre, supervisor, version, listed(centre, supervisor, A))
    worked_off(centre)
    body = city.taken[0].message.get_body()
    assert body is not None
    words = body.get_content()
    assert "日次実績報告書" in words
    assert "第1版" in words
    assert supervisor.name not in words
    assert "://" not in words


def test_the_log_says_what_left_by_digest_and_to_whom_by_id(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    (a,) = listed(centre, supervisor, A)
    sent = asked(centre, supervisor, version, [a])
    worked_off(centre)
    with centre.inside():
        entries = log.history_of(centre.contract_id, "sending", str(sent))
        (file,) = sending_queries.leaving(centre.contract_id, version, centre.now).files
    assert entries[0].details["sha256"] == {"workbook": file.sha256}
    assert entries[0].details["mailboxes"] == [str(a)]
    assert entries[-1].details == {"accepted": [str(a)]}
    assert A not in str([entry.details for entry in entries])
    assert city.sent_to == [A]


# --- what may not leave ---


def test_without_the_citys_permission_nothing_leaves(centre: Centre, supervisor: Person, city: Behaviour) -> None:
    version = submitted(centre, supervisor)
    ids = listed(centre, supervisor, A)
    with pytest.raises(Conflict, match="市の許可"):
        asked(centre, supervisor, version, ids)
    assert worked_off(centre) == 0
    assert city.commands == []


def test_a_permission_that_ended_is_none(centre: Centre, supervisor: Person, manager: Person, city: Behaviour) -> None:
    permission = permitted(centre, manager)
    version = submitted(centre, supervisor)
    ids = listed(centre, supervisor, A)
    sent = asked(centre, supervisor, version, ids)
    with centre.inside(), transaction():
        contracts.end_permission(permission, centre.now.date(), by=manager.actor, at=centre.now)
    centre.at(centre.now + timedelta(days=1))
    worked_off(centre)
    assert city.commands == []
    assert as_it_stands(centre, sent).state is FAILED
    assert "市の許可" in job_of(centre, sent).message


def test_texts_that_the_city_no_longer_permits_do_not_leave(
    centre: Centre, supervisor: Person, manager: Person, city: Behaviour
) -> None:
    permitted(centre, manager)
    texts = permitted(centre, manager, "network_texts")
    version = submitted(centre, supervisor)
    ids = listed(centre, supervisor, A)
    assert obstacles(centre, version) == []
    with centre.inside(), transaction():
        contracts.end_permission(texts, centre.now.date(), by=manager.actor, at=centre.now)
    centre.at(centre.now + timedelta(days=1))
    assert obstacles(centre, version) == [Obstacle.TEXTS_ENDED]
    with pytest.raises(Conflict):
        asked(centre, supervisor, version, ids)
    assert city.commands == []


def test_an_older_version_does_not_leave_even_when_it_was_asked_for_before(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    ids = listed(centre, supervisor, A)
    sent = asked(centre, supervisor, version, ids)
    submitted(centre, supervisor, number=2, note="直した")
    worked_off(centre)
    assert city.commands == []
    assert as_it_stands(centre, sent).state is FAILED
    with pytest.raises(Conflict, match="新しい版"):
        asked(centre, supervisor, version, ids)


def test_a_version_that_was_sent_back_does_not_leave(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    officer = centre.person(Role.CITY_OFFICER)
    ids = listed(centre, supervisor, A)
    with centre.inside(), transaction():
        service.decide(version, State.SENT_BACK, "合計が違います", by=officer.actor, at=centre.now)
    with pytest.raises(Conflict, match="差し戻した"):
        asked(centre, supervisor, version, ids)
    assert city.commands == []


def test_without_a_mail_server_or_a_mailbox_it_says_so(centre: Centre, version: UUID) -> None:
    equipped(centre, None)
    assert obstacles(centre, version) == [Obstacle.NO_SERVER, Obstacle.NO_MAILBOX]


def test_bytes_that_were_changed_do_not_leave(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    sent = asked(centre, supervisor, version, listed(centre, supervisor, A))
    with centre.inside(), transaction():
        db.session.execute(update(DeliveryFile).values(sha256="0" * 64))
    worked_off(centre)
    assert city.commands == []
    assert (as_it_stands(centre, sent).state, replies(centre, sent)) == (FAILED, {A: "waiting"})
    assert "一致しません" in job_of(centre, sent).message


# --- the mailboxes ---


def test_a_mailbox_that_is_not_on_the_list_cannot_be_chosen(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    (a,) = listed(centre, supervisor, A)
    with centre.inside():
        other = centre.new_contract("OTHER")
    stranger = centre.person(Role.CONTRACT_MANAGER, contract_id=other)
    theirs = structs.replace(stranger.actor, contract_id=other)
    with centre.inside(), transaction():
        foreign = addresses.add_address(addresses.NewAddress(B, "他市"), by=theirs, at=centre.now)
    for ids in ([a, uuid4()], [foreign], []):
        with pytest.raises(InvalidInput) as refused:
            asked(centre, supervisor, version, ids)
        assert "address_ids" in refused.value.errors
    assert worked_off(centre) == 0
    assert city.commands == []


def test_a_mailbox_taken_off_the_list_meanwhile_gets_nothing(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    a, b = listed(centre, supervisor, A, B)
    sent = asked(centre, supervisor, version, [a, b])
    with centre.inside(), transaction():
        addresses.withdraw_address(b, by=supervisor.actor, at=centre.now)
    worked_off(centre)
    assert city.sent_to == [A]
    assert (as_it_stands(centre, sent).state, replies(centre, sent)) == (PARTLY, {A: "accepted", B: "refused"})


def test_the_form_sent_twice_is_one_sending(centre: Centre, supervisor: Person, version: UUID, city: Behaviour) -> None:
    ids, key = listed(centre, supervisor, A), uuid4()
    first, second = (asked(centre, supervisor, version, ids, key=key) for _ in range(2))
    assert first == second
    worked_off(centre)
    assert city.sent_to == [A]


def test_one_who_has_it_gets_it_again_only_when_that_is_meant(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    ids = listed(centre, supervisor, A)
    asked(centre, supervisor, version, ids)
    with pytest.raises(InvalidInput, match=r".*"):
        asked(centre, supervisor, version, ids)
    worked_off(centre)
    with pytest.raises(InvalidInput) as refused:
        asked(centre, supervisor, version, ids)
    assert "送信済み" in refused.value.errors["address_ids"][0]
    asked(centre, supervisor, version, ids, again=True)
    worked_off(centre)
    assert city.sent_to == [A, A]


# --- what servers answer ---


def test_a_refused_mailbox_leaves_a_part_and_only_that_part_is_sent_again(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    city.rcpt = {B: "550 no such user"}
    sent = asked(centre, supervisor, version, listed(centre, supervisor, A, B))
    worked_off(centre)
    found = as_it_stands(centre, sent)
    assert (found.state, replies(centre, sent)) == (PARTLY, {A: "accepted", B: "refused"})
    assert [one.code for one in found.recipients] == [250, 550]
    assert "一部の宛先" in job_of(centre, sent).message
    city.rcpt = {}
    with centre.inside(), transaction():
        mail_requests.send_again(sent, by=supervisor.actor, at=centre.now)
    worked_off(centre)
    assert city.sent_to == [A, B]
    assert as_it_stands(centre, sent).state is DONE


def test_a_deferred_mailbox_is_tried_again_by_itself_and_the_other_is_not(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    city.rcpt = {B: "451 greylisted"}
    sent = asked(centre, supervisor, version, listed(centre, supervisor, A, B))
    worked_off(centre)
    assert (as_it_stands(centre, sent).state, replies(centre, sent)) == (WAITING, {A: "accepted", B: "deferred"})
    city.rcpt = {}
    worked_off(centre, minutes=20)
    assert as_it_stands(centre, sent).state is DONE
    assert city.sent_to == [A, B]


def test_a_mailbox_that_stays_deferred_is_given_up_in_the_end(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    city.rcpt = {B: "451 full"}
    sent = asked(centre, supervisor, version, listed(centre, supervisor, A, B))
    assert [worked_off(centre, minutes=20) for _ in range(MOST_TRIES + 1)] == [1] * MOST_TRIES + [0]
    assert (as_it_stands(centre, sent).state, replies(centre, sent)) == (PARTLY, {A: "accepted", B: "deferred"})
    assert city.sent_to == [A]


def test_a_message_that_the_server_does_not_want_is_refused_for_all(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    city.data = "554 no"
    sent = asked(centre, supervisor, version, listed(centre, supervisor, A, B))
    worked_off(centre, minutes=0)
    assert (as_it_stands(centre, sent).state, replies(centre, sent)) == (FAILED, {A: "refused", B: "refused"})
    assert "どの宛先にも" in job_of(centre, sent).message


def test_a_server_that_is_down_is_tried_again_and_said_plainly_in_the_end(
    centre: Centre, supervisor: Person, version: UUID
) -> None:
    equipped(centre, nobody_there())
    sent = asked(centre, supervisor, version, listed(centre, supervisor, A))
    for _ in range(MOST_TRIES - 1):
        assert worked_off(centre, minutes=20) == 1
        assert (as_it_stands(centre, sent).state, replies(centre, sent)) == (WAITING, {A: "waiting"})
    worked_off(centre, minutes=20)
    assert (as_it_stands(centre, sent).state, replies(centre, sent)) == (FAILED, {A: "waiting"})
    assert "メールサーバーに接続できませんでした" in job_of(centre, sent).message
    with serving(city := Behaviour()) as server:
        equipped(centre, server)
        with centre.inside(), transaction():
            mail_requests.send_again(sent, by=supervisor.actor, at=centre.now)
        worked_off(centre)
    assert as_it_stands(centre, sent).state is DONE
    assert city.sent_to == [A]


def test_a_server_that_comes_back_gets_it_once(centre: Centre, supervisor: Person, version: UUID) -> None:
    equipped(centre, nobody_there())
    sent = asked(centre, supervisor, version, listed(centre, supervisor, A))
    worked_off(centre)
    with serving(city := Behaviour()) as server:
        equipped(centre, server)
        worked_off(centre, minutes=20)
        worked_off(centre, minutes=20)
    assert as_it_stands(centre, sent).state is DONE
    assert city.sent_to == [A]


# --- nobody knows ---


def test_an_answer_that_never_came_is_not_sent_again_by_itself(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    city.drop, city.rcpt = True, {B: "550 no"}
    sent = asked(centre, supervisor, version, listed(centre, supervisor, A, B))
    worked_off(centre)
    assert (as_it_stands(centre, sent).state, replies(centre, sent)) == (UNSURE, {A: "begun", B: "refused"})
    assert "分からない宛先" in job_of(centre, sent).message
    city.drop = False
    assert worked_off(centre, minutes=60) == 0
    assert city.sent_to == [A]


def test_a_worker_that_dies_after_it_began_is_not_repeated(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = mail.send

    def killed(*about: object) -> object:
        really(*about)  # type: ignore[arg-type]
        raise MemoryError

    sent = asked(centre, supervisor, version, listed(centre, supervisor, A))
    monkeypatch.setattr(mail, "send", killed)
    worked_off(centre)
    monkeypatch.undo()
    assert replies(centre, sent) == {A: "begun"}
    for _ in range(MOST_TRIES):
        worked_off(centre, minutes=20)
    assert as_it_stands(centre, sent).state is UNSURE
    assert city.sent_to == [A]


def test_answers_that_could_not_be_written_are_not_repeated(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_about: object) -> None:
        raise OSError(28, "No space left on device")

    sent = asked(centre, supervisor, version, listed(centre, supervisor, A))
    monkeypatch.setattr(sending, "_write_answers", full)
    worked_off(centre)
    monkeypatch.undo()
    for _ in range(MOST_TRIES):
        worked_off(centre, minutes=20)
    assert as_it_stands(centre, sent).state is UNSURE
    assert city.sent_to == [A]


def test_a_person_who_made_sure_that_it_arrived_ends_it(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    city.drop = True
    sent = asked(centre, supervisor, version, listed(centre, supervisor, A, B))
    worked_off(centre)
    first, second = as_it_stands(centre, sent).recipients
    with centre.inside(), transaction():
        mail_requests.settle(sent, first.id, Settlement.ARRIVED, by=supervisor.actor, at=centre.now)
    assert as_it_stands(centre, sent).state is UNSURE
    with centre.inside(), transaction():
        mail_requests.settle(sent, second.id, Settlement.ARRIVED, by=supervisor.actor, at=centre.now)
    found = as_it_stands(centre, sent)
    assert found.state is DONE
    assert all(one.settled_by_person for one in found.recipients)
    assert acts(centre, sent)[-2:] == ["sending.arrived", "sending.arrived"]
    assert worked_off(centre, minutes=60) == 0


def test_a_person_may_have_one_sent_again_and_the_other_is_left_alone(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    city.drop = True
    sent = asked(centre, supervisor, version, listed(centre, supervisor, A, B))
    worked_off(centre)
    city.drop = False
    (first, _second) = as_it_stands(centre, sent).recipients
    with centre.inside(), transaction():
        mail_requests.settle(sent, first.id, Settlement.AGAIN, by=supervisor.actor, at=centre.now)
    assert "sending.repeated" in acts(centre, sent)
    worked_off(centre)
    assert city.sent_to == [A, B, A]
    assert (as_it_stands(centre, sent).state, replies(centre, sent)) == (UNSURE, {A: "accepted", B: "begun"})
    # It bears the id of the first: a mail program can tell that it is the same.
    assert len({one.message["Message-ID"] for one in city.taken}) == 1


def test_only_what_is_open_can_be_settled(centre: Centre, supervisor: Person, version: UUID, city: Behaviour) -> None:
    sent = asked(centre, supervisor, version, listed(centre, supervisor, A))
    (one,) = as_it_stands(centre, sent).recipients
    for after in (False, True):
        if after:
            worked_off(centre)
        with centre.inside(), pytest.raises(Conflict), transaction():
            mail_requests.settle(sent, one.id, Settlement.AGAIN, by=supervisor.actor, at=centre.now)
    with centre.inside(), pytest.raises(NotFound), transaction():
        mail_requests.settle(sent, uuid4(), Settlement.ARRIVED, by=supervisor.actor, at=centre.now)
    assert city.sent_to == [A]


def test_what_was_taken_is_never_sent_again(centre: Centre, supervisor: Person, version: UUID, city: Behaviour) -> None:
    sent = asked(centre, supervisor, version, listed(centre, supervisor, A))
    worked_off(centre)
    with centre.inside(), pytest.raises(Conflict), transaction():
        mail_requests.send_again(sent, by=supervisor.actor, at=centre.now)
    with centre.inside():
        assert sending.deliver(running_job(centre, sent), no_progress) == sent
    assert city.sent_to == [A]


def test_sending_again_leaves_out_who_got_it_from_another_sending(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    (a,) = listed(centre, supervisor, A)
    city.data = "554 no"
    refused = asked(centre, supervisor, version, [a])
    worked_off(centre)
    city.data = "250 OK"
    asked(centre, supervisor, version, [a])
    worked_off(centre)
    with centre.inside(), pytest.raises(Conflict), transaction():
        mail_requests.send_again(refused, by=supervisor.actor, at=centre.now)
    assert city.sent_to == [A]


# --- two at once ---


def test_two_handlers_at_once_send_once_and_the_first_says_how_it_went(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    city.hold = threading.Event()
    sent = asked(centre, supervisor, version, listed(centre, supervisor, A))
    first = threading.Thread(target=running.run_waiting, args=(centre.app,))
    first.start()
    assert city.reached.wait(PATIENCE_SECONDS)
    with centre.inside(), pytest.raises(AppError):
        sending.deliver(running_job(centre, sent, tries=2), no_progress)
    city.hold.set()
    first.join()
    assert city.sent_to == [A]
    assert (as_it_stands(centre, sent).state, replies(centre, sent)) == (DONE, {A: "accepted"})


def test_an_answer_that_comes_after_a_person_decided_changes_nothing(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, sent = mail.send, asked(centre, supervisor, version, listed(centre, supervisor, A))

    def decided_meanwhile(*about: object) -> object:
        found = really(*about)  # type: ignore[arg-type]
        (one,) = as_it_stands(centre, sent).recipients
        with centre.inside(), transaction():
            set_replies(centre.contract_id, [one.id], Reply.WAITING, None)
        return found

    monkeypatch.setattr(mail, "send", decided_meanwhile)
    with centre.inside(), pytest.raises(sending.MailPostponed):
        sending.deliver(running_job(centre, sent), no_progress)
    assert replies(centre, sent) == {A: "waiting"}
    assert city.sent_to == [A]


def test_an_answer_of_a_try_is_not_taken_for_the_next_trys(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, sent = mail.send, asked(centre, supervisor, version, listed(centre, supervisor, A))

    def begun_anew_meanwhile(*about: object) -> object:
        found = really(*about)  # type: ignore[arg-type]
        with centre.inside(), transaction():
            (one,) = sending_queries.sending(centre.contract_id, sent).recipients
            set_replies(centre.contract_id, [one.id], Reply.WAITING, None)
            sending._begin(centre.contract_id, sent, supervisor.actor, centre.now)
        return found

    monkeypatch.setattr(mail, "send", begun_anew_meanwhile)
    with centre.inside(), pytest.raises(Conflict):
        sending.deliver(running_job(centre, sent), no_progress)
    (one,) = as_it_stands(centre, sent).recipients
    assert (one.reply, one.attempts, one.code) == (Reply.BEGUN, 2, None)
    assert city.sent_to == [A]


# --- taking back, cancelling ---


def test_what_has_not_left_can_be_taken_back(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    sent = asked(centre, supervisor, version, listed(centre, supervisor, A))
    with centre.inside(), transaction():
        mail_requests.withdraw(sent, by=supervisor.actor, at=centre.now)
    assert worked_off(centre) == 0
    assert as_it_stands(centre, sent).state is SendingState.WITHDRAWN
    with centre.inside(), pytest.raises(Conflict):
        sending.deliver(running_job(centre, sent), no_progress)
    assert city.commands == []


@pytest.mark.parametrize("drop", [False, True])
def test_what_has_left_or_may_have_cannot_be_taken_back(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour, drop: bool
) -> None:
    city.drop = drop
    sent = asked(centre, supervisor, version, listed(centre, supervisor, A))
    worked_off(centre)
    with centre.inside(), pytest.raises(Conflict), transaction():
        mail_requests.withdraw(sent, by=supervisor.actor, at=centre.now)


def test_a_job_cancelled_before_it_began_has_sent_nothing_and_says_so(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    sent = asked(centre, supervisor, version, listed(centre, supervisor, A))

    def cancelled(percent: int, step: str) -> None:
        raise Cancelled(percent, step)

    with centre.inside(), pytest.raises(Cancelled):
        sending.deliver(running_job(centre, sent), cancelled)
    with centre.inside(), transaction():
        jobs.cancel(job_of(centre, sent).id, by=supervisor.actor, at=centre.now)
    found = as_it_stands(centre, sent)
    assert (found.state, found.may_repeat, found.may_withdraw) == (FAILED, True, True)
    assert city.commands == []


# --- scope ---


def test_another_contracts_sending_is_never_found(
    centre: Centre, supervisor: Person, version: UUID, city: Behaviour
) -> None:
    ids = listed(centre, supervisor, A)
    sent = asked(centre, supervisor, version, ids)
    with centre.inside():
        other = centre.new_contract("OTHER")
    stranger = structs.replace(centre.person(Role.SUPERVISOR, contract_id=other).actor, contract_id=other)
    with centre.inside():
        with pytest.raises(NotFound), transaction():
            mail_requests.withdraw(sent, by=stranger, at=centre.now)
        with pytest.raises(NotFound), transaction():
            mail_requests.request_mail(mail_requests.MailRequest(version, frozenset(ids)), by=stranger, at=centre.now)
        with pytest.raises(NotFound):
            sending.deliver(structs.replace(running_job(centre, sent), contract_id=other), no_progress)
        assert queries.job_of(other, sending_queries.wanted_job(centre.contract_id, version, sent)) is None
    assert city.commands == []
