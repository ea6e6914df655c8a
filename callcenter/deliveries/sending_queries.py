"""Reads of handing over: the city's mailboxes, what was sent or handed over and where it stands, what stands against
sending by mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask import current_app
from msgspec import Struct, structs
from sqlalchemy import select

from callcenter.clock import local
from callcenter.config import MailServer, Settings
from callcenter.contracts import queries as contracts
from callcenter.contracts.rules import PermissionKind
from callcenter.deliveries import queries
from callcenter.deliveries.models import DeliveryAddress, DeliveryRecipient, DeliverySending
from callcenter.deliveries.rules import (
    EDITION_LABELS,
    METHOD_LABELS,
    REPEATABLE,
    REPLY_BADGES,
    REPLY_LABELS,
    SENDING_BADGES,
    SENDING_LABELS,
    UNSENT,
    Edition,
    MailFacts,
    Method,
    Obstacle,
    Reply,
    SendingState,
    obstacles,
    standing,
)
from callcenter.errors import NotFound
from callcenter.extensions import db
from callcenter.jobs.ports import WantedJob
from callcenter.jobs.queries import JobFacts, job_of
from callcenter.jobs.rules import JobKind
from callcenter.protection.cipher import open_sealed
from callcenter.protection.deployment import keys_for
from callcenter.web.access import LEADERSHIP, Actor, Role

AGREEMENT_LABEL = "delivery.sending.agreement"
RECIPIENT_LABEL = "delivery.sending.recipient"
RECEIPT_LABEL = "delivery.sending.receipt"
HANDED = frozenset({SendingState.DONE, SendingState.PARTLY})


class Mailbox(Struct, frozen=True):
    """A mailbox of the city. Withdrawn ones stay readable."""

    id: UUID
    address: str
    owner: str
    added_at: datetime
    withdrawn_at: datetime | None


class Recipient(Struct, frozen=True):
    """A mailbox of a sending. `code` is the mail server's; `answered_at` also when a person settled it."""

    id: UUID
    address_id: UUID
    address: str
    owner: str
    reply: Reply
    code: int | None
    attempts: int
    answered_at: datetime | None

    @property
    def reply_label(self) -> str:
        return REPLY_LABELS[self.reply]

    @property
    def reply_badge(self) -> str:
        return REPLY_BADGES[self.reply]

    @property
    def settled_by_person(self) -> bool:
        """Somebody made sure that it had arrived: the server itself would have said so with a code."""
        return self.reply is Reply.ACCEPTED and self.code is None


class Sending(Struct, frozen=True):
    """One handing over. `state` is where it stands for a person; `recipient` and `receipt` are None where they are
    not to be shown, `has_receipt` says whether there is one. `job` is the mailer's, also when it has ended."""

    id: UUID
    version_id: UUID
    method: Method
    edition: Edition
    state: SendingState
    agreement: str
    recipient: str | None
    receipt: str | None
    has_receipt: bool
    handed_at: datetime | None
    recorded_at: datetime
    recorder_name: str
    recipients: Sequence[Recipient] = ()
    job: JobFacts | None = None

    @property
    def method_label(self) -> str:
        return METHOD_LABELS[self.method]

    @property
    def edition_label(self) -> str:
        return EDITION_LABELS[self.edition]

    @property
    def state_label(self) -> str:
        return SENDING_LABELS[self.state]

    @property
    def state_badge(self) -> str:
        return SENDING_BADGES[self.state]

    @property
    def may_be_received(self) -> bool:
        """It was handed to a person, and nobody has said yet that it was received."""
        return self.method is not Method.EMAIL and self.state is SendingState.DONE and not self.has_receipt

    @property
    def is_tried(self) -> bool:
        """The mailer is at it, or will be."""
        return self.job is not None and self.job.active

    @property
    def may_settle(self) -> bool:
        """Nobody knows whether it arrived, and nobody is about to learn it."""
        return any(one.reply is Reply.BEGUN for one in self.recipients) and not self.is_tried

    @property
    def may_repeat(self) -> bool:
        """Something is left that was not taken, and nobody tries any more."""
        ended = self.state in {SendingState.PARTLY, SendingState.FAILED, SendingState.UNSURE}
        return ended and not self.is_tried and any(one.reply in REPEATABLE for one in self.recipients)

    @property
    def may_withdraw(self) -> bool:
        """Nothing of a mail has left; or a person recorded a handing over that was not one."""
        if self.method is not Method.EMAIL:
            return self.state is SendingState.DONE
        nothing_left = all(one.reply in REPEATABLE for one in self.recipients)
        return nothing_left and self.state in {SendingState.WAITING, SendingState.FAILED}


class HandingOver(Struct, frozen=True):
    """How a version was handed over besides the portal, the newest first."""

    sendings: Sequence[Sending]
    for_city: bool
    may_receive: bool = False

    @property
    def unsure(self) -> bool:
        """A person has to find out whether something arrived."""
        return any(one.state is SendingState.UNSURE for one in self.sendings)


def mailboxes(contract_id: UUID, *, live: bool = True) -> list[Mailbox]:
    """The city's mailboxes by owner and address; those in use, or all with the withdrawn ones last."""
    statement = (
        select(
            DeliveryAddress.id,
            DeliveryAddress.address,
            DeliveryAddress.owner,
            DeliveryAddress.added_at,
            DeliveryAddress.withdrawn_at,
        )
        .where(DeliveryAddress.contract_id == contract_id)
        .order_by(DeliveryAddress.owner, DeliveryAddress.address, DeliveryAddress.added_at)
    )
    if live:
        statement = statement.where(DeliveryAddress.withdrawn_at.is_(None))
    found = [Mailbox(*row) for row in db.session.execute(statement)]
    return sorted(found, key=lambda one: one.withdrawn_at is not None)


def handed_over(who: Actor, version_id: UUID) -> HandingOver:
    """What somebody may read of how a version was handed over."""
    found = handing_over(who.contract, version_id, for_city=not who.has(*LEADERSHIP))
    return structs.replace(found, may_receive=who.has(Role.CITY_OFFICER, *LEADERSHIP))


def handing_over(contract_id: UUID, version_id: UUID, *, for_city: bool = True) -> HandingOver:
    """Every handing over of a version. The city reads how and when; only the centre reads who, and what failed."""
    statement = (
        select(DeliverySending)
        .where(DeliverySending.contract_id == contract_id, DeliverySending.version_id == version_id)
        .order_by(DeliverySending.recorded_at.desc(), DeliverySending.id.desc())
        .execution_options(populate_existing=True)
    )
    rows = list(db.session.execute(statement).scalars())
    recipients = _recipients(contract_id, [row.id for row in rows])
    found = [_sending(row, recipients.get(row.id, []), for_city=for_city) for row in rows]
    return HandingOver([one for one in found if not for_city or one.state in HANDED], for_city)


def open_elsewhere(contract_id: UUID, version_id: UUID, sending_id: UUID | None = None) -> dict[UUID, Reply]:
    """The mailboxes that another sending of the version has reached or may reach yet, with what is known."""
    found: dict[UUID, Reply] = {}
    for one in handing_over(contract_id, version_id, for_city=False).sendings:
        if one.id == sending_id or one.state is SendingState.WITHDRAWN:
            continue
        reached = {Reply.ACCEPTED, Reply.BEGUN} | (UNSENT if one.is_tried else frozenset())
        found |= {to.address_id: to.reply for to in one.recipients if to.reply in reached}
    return found


def sending(contract_id: UUID, sending_id: UUID) -> Sending:
    """One handing over with everything the centre may read. Raises `NotFound`."""
    row = db.session.get(DeliverySending, (contract_id, sending_id), populate_existing=True)
    if row is None:
        raise NotFound("送付の記録が見つかりませんでした。")
    return _sending(row, _recipients(contract_id, [row.id]).get(row.id, []), for_city=False)


def _sending(row: DeliverySending, recipients: list[Recipient], *, for_city: bool) -> Sending:
    method, state = Method(row.method), SendingState(row.state)
    job = None
    if method is Method.EMAIL and not for_city:
        job = job_of(row.contract_id, wanted_job(row.contract_id, row.version_id, row.id))
        state = standing(state, [one.reply for one in recipients], is_tried=job is not None and job.active)
    return Sending(
        id=row.id,
        version_id=row.version_id,
        method=method,
        edition=Edition(row.edition),
        state=state,
        agreement=_opened(row, AGREEMENT_LABEL, row.agreement),
        recipient=None if for_city else _opened(row, RECIPIENT_LABEL, row.recipient),
        receipt=None if for_city else _opened(row, RECEIPT_LABEL, row.receipt),
        has_receipt=row.receipt is not None,
        handed_at=row.handed_at,
        recorded_at=row.recorded_at,
        recorder_name="" if for_city else row.recorder_name,
        recipients=() if for_city else recipients,
        job=job,
    )


def wanted_job(contract_id: UUID, version_id: UUID, sending_id: UUID) -> WantedJob:
    """The job that sends: of the document's period, about the sending."""
    version = queries.version(contract_id, version_id)
    return WantedJob(JobKind.SEND_MAIL, version.period_from, version.period_to, str(sending_id))


def _opened(row: DeliverySending, label: str, sealed: bytes | None) -> str:
    if sealed is None:
        return ""
    return open_sealed(keys_for(row.contract_id), label, row.contract_id, row.id, sealed)


def _recipients(contract_id: UUID, sending_ids: Sequence[UUID]) -> dict[UUID, list[Recipient]]:
    """By sending, in the order of the mailing list."""
    statement = (
        select(
            DeliveryRecipient.sending_id,
            DeliveryRecipient.id,
            DeliveryRecipient.address_id,
            DeliveryAddress.address,
            DeliveryAddress.owner,
            DeliveryRecipient.reply,
            DeliveryRecipient.reply_code.label("code"),
            DeliveryRecipient.attempts,
            DeliveryRecipient.answered_at,
        )
        .join(
            DeliveryAddress,
            (DeliveryAddress.contract_id == DeliveryRecipient.contract_id)
            & (DeliveryAddress.id == DeliveryRecipient.address_id),
        )
        .where(DeliveryRecipient.contract_id == contract_id, DeliveryRecipient.sending_id.in_(sending_ids))
        .order_by(DeliveryAddress.owner, DeliveryAddress.address)
    )
    found: dict[UUID, list[Recipient]] = {}
    for row in db.session.execute(statement):
        values = {**row._asdict(), "reply": Reply(row.reply)}
        found.setdefault(values.pop("sending_id"), []).append(Recipient(**values))
    return found


class Leaving(Struct, frozen=True):
    """What would leave by mail: the files of the network edition, and everything that stands against it."""

    version: queries.VersionFacts
    newest_id: UUID
    files: Sequence[queries.FileFacts]
    mailboxes: Sequence[Mailbox]
    obstacles: Sequence[Obstacle]


def leaving(contract_id: UUID, version_id: UUID, at: datetime) -> Leaving:
    """What sending a version by mail would mean now. Raises `NotFound`."""
    version = queries.version(contract_id, version_id)
    newest = queries.versions_of(contract_id, version.delivery_id)[0]
    files = [one for one in queries.files_of(contract_id, version_id) if one.edition is Edition.NETWORK]
    known = mailboxes(contract_id)
    facts = MailFacts(
        state=version.state,
        is_latest=newest.id == version.id,
        has_file=bool(files),
        permitted=_permits(contract_id, PermissionKind.NETWORK_DATA, at),
        texts_permitted_then=_permits(contract_id, PermissionKind.NETWORK_TEXTS, version.submitted_at),
        texts_permitted_now=_permits(contract_id, PermissionKind.NETWORK_TEXTS, at),
        has_server=mail_server() is not None,
        has_mailbox=bool(known),
    )
    return Leaving(version, newest.id, files, known, obstacles(facts))


def _permits(contract_id: UUID, kind: PermissionKind, at: datetime) -> bool:
    return contracts.permits(contract_id, kind.value, local(at).on) is not None


def mail_server() -> MailServer | None:
    """The deployment's mail server; None: mail cannot be sent."""
    settings: Settings = current_app.extensions["callcenter_settings"]
    return settings.mail
