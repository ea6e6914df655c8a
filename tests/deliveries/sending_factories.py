"""A centre that may send: the city's permission, its mailboxes, a mail server, and the job's handler."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from msgspec import structs

from callcenter.audit import queries as log
from callcenter.config import MailServer
from callcenter.contracts import service as contracts
from callcenter.deliveries import addresses, mail_requests, sending, sending_queries
from callcenter.deliveries.sending_queries import Sending
from callcenter.jobs.ports import HANDLERS, RunningJob
from callcenter.jobs.rules import JobKind
from callcenter.jobs.running import run_waiting
from callcenter.web.transaction import transaction
from tests.centre import Centre, Person
from tests.deliveries.factories import MONDAY

A, B, C = "a@city.example.jp", "b@city.example.jp", "c@city.example.jp"


def equipped(centre: Centre, server: MailServer | None) -> None:
    """The mail server of the deployment, and the handler as the application binds it."""
    settings = structs.replace(centre.settings, mail=server)
    centre.app.extensions["callcenter_settings"] = settings
    centre.app.extensions[HANDLERS] = {JobKind.SEND_MAIL: sending.deliver}


def permitted(centre: Centre, manager: Person, kind: str = "network_data", **more: Any) -> UUID:
    with centre.inside(), transaction():
        new = contracts.NewPermission(kind, MONDAY, "例田 課長", **more)
        return contracts.record_permission(new, by=manager.actor, at=centre.now)


def listed(centre: Centre, person: Person, *found: str) -> list[UUID]:
    """The mailboxes, put on the list; their owners are named after them."""
    with centre.inside(), transaction():
        return [
            addresses.add_address(addresses.NewAddress(one, f"{one[0].upper()}担当"), by=person.actor, at=centre.now)
            for one in found
        ]


def asked(centre: Centre, person: Person, version: UUID, ids: Sequence[UUID], **more: Any) -> UUID:
    with centre.inside(), transaction():
        new = mail_requests.MailRequest(version, frozenset(ids), **{"key": uuid4(), **more})
        return mail_requests.request_mail(new, by=person.actor, at=centre.now)


def worked_off(centre: Centre, *, minutes: int = 0) -> int:
    """Every job that is due after some minutes, done."""
    centre.at(centre.now + timedelta(minutes=minutes))
    return run_waiting(centre.app)


def as_it_stands(centre: Centre, sending_id: UUID) -> Sending:
    with centre.inside():
        return sending_queries.sending(centre.contract_id, sending_id)


def replies(centre: Centre, sending_id: UUID) -> dict[str, str]:
    return {one.address: one.reply.value for one in as_it_stands(centre, sending_id).recipients}


def acts(centre: Centre, sending_id: UUID) -> list[str]:
    """What the log says of a sending, the oldest first."""
    with centre.inside():
        return [entry.action for entry in log.history_of(centre.contract_id, "sending", str(sending_id))]


def running(centre: Centre, sending_id: UUID, *, tries: int = 1) -> RunningJob:
    """The job as its handler gets it."""
    return RunningJob(uuid4(), centre.contract_id, JobKind.SEND_MAIL, MONDAY, MONDAY, str(sending_id), None, tries)


def no_progress(percent: int, step: str) -> None:
    """Nobody watches."""
    assert (0 <= percent <= 100, bool(step)) == (True, True)
