"""What people decide about sending by mail (8③, 10(1)⑤): asking for it, settling what nobody knows, sending again,
taking back. Nothing here commits; a job does the sending (`sending.deliver`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from callcenter.audit.service import Act, record
from callcenter.deliveries import sending_queries as found_by
from callcenter.deliveries.models import DeliveryRecipient, DeliverySending
from callcenter.deliveries.rules import OBSTACLE_WORDS, REPEATABLE, Edition, Method, Reply, SendingState
from callcenter.deliveries.sending_queries import Leaving, Mailbox, Sending
from callcenter.deliveries.sending_rows import (
    lock_version,
    locked,
    sending_of_key,
    set_outcome,
    set_replies,
    set_state,
)
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.jobs import service as jobs
from callcenter.web.access import Actor


class MailRequest(Struct, frozen=True):
    """To which mailboxes a version is to be sent. `again`: also those that have it already; `key` makes a second
    send of the form the same sending."""

    version_id: UUID
    address_ids: Collection[UUID]
    again: bool = False
    key: UUID | None = None


def request_mail(new: MailRequest, *, by: Actor, at: datetime) -> UUID:
    """Note what is to be sent and let a job do it. Raises `Conflict` for what may not leave by mail (the first thing
    that stands against it), `InvalidInput` for mailboxes that are not on the list or have the version already."""
    lock_version(by.contract, new.version_id)
    same = sending_of_key(by.contract, new.key)
    if same is not None:
        return same
    leaving = found_by.leaving(by.contract, new.version_id, at)
    require_free_to_leave(leaving)
    chosen = _chosen(new, leaving.mailboxes, found_by.open_elsewhere(by.contract, new.version_id))
    row = _row(new, by, at)
    db.session.add(row)
    db.session.flush()
    db.session.add_all(_recipient(row, one) for one in chosen)
    details = {
        "version": str(new.version_id),
        "mailboxes": [str(one.id) for one in chosen],
        "sha256": {file.part.value: file.sha256 for file in leaving.files},
    }
    record(Act("sending.asked", "sending", str(row.id), details), by=by, at=at)
    _ask(by, new.version_id, row.id, at)
    return row.id


def _row(new: MailRequest, by: Actor, at: datetime) -> DeliverySending:
    return DeliverySending(
        contract_id=by.contract,
        id=new_id(),
        version_id=new.version_id,
        method=Method.EMAIL.value,
        edition=Edition.NETWORK.value,
        state=SendingState.WAITING.value,
        recorded_at=at,
        recorded_by=by.user_id,
        recorder_name=by.name,
        idempotency_key=new.key,
    )


def require_free_to_leave(leaving: Leaving) -> None:
    """Raises `Conflict` with the gravest thing that stands against sending by mail."""
    if leaving.obstacles:
        raise Conflict(OBSTACLE_WORDS[leaving.obstacles[0]])


def _chosen(new: MailRequest, known: Sequence[Mailbox], elsewhere: Mapping[UUID, Reply]) -> list[Mailbox]:
    chosen = [one for one in known if one.id in new.address_ids]
    if not new.address_ids:
        raise InvalidInput(errors={"address_ids": ["宛先を1つ以上選んでください。"]})
    if len(chosen) != len(set(new.address_ids)):
        raise InvalidInput(errors={"address_ids": ["一覧にない宛先があります。画面を読み直して選んでください。"]})
    for one in chosen:
        reply = elsewhere.get(one.id)
        if reply is Reply.ACCEPTED and not new.again:
            message = f"{one.owner}には、この版を送信済みです。もう一度送るときは、その旨の欄に印を付けてください。"
            raise InvalidInput(errors={"address_ids": [message]})
        if reply not in {None, Reply.ACCEPTED}:
            message = f"{one.owner}への送信が済んでいません。先に、その送信の結果を確かめてください。"
            raise InvalidInput(errors={"address_ids": [message]})
    return chosen


def _recipient(row: DeliverySending, to: Mailbox) -> DeliveryRecipient:
    return DeliveryRecipient(
        contract_id=row.contract_id,
        id=new_id(),
        sending_id=row.id,
        address_id=to.id,
        reply=Reply.WAITING.value,
        attempts=0,
    )


def _ask(by: Actor, version_id: UUID, sending_id: UUID, at: datetime) -> None:
    wanted = found_by.wanted_job(by.contract, version_id, sending_id)
    jobs.ask(wanted, contract_id=by.contract, asked_by=by.user_id, at=at)


# --- what a person decides afterwards ---


class Settlement(StrEnum):
    """What a person decides of a mailbox of which nobody knows whether it got the message."""

    ARRIVED = "arrived"
    AGAIN = "again"


def settle(sending_id: UUID, recipient_id: UUID, settlement: Settlement, *, by: Actor, at: datetime) -> None:
    """Decide one mailbox that is `begun`: it arrived, or it is to be sent again. Raises `NotFound`; `Conflict` when it
    is not open (any more), or may not be sent."""
    sending = locked(by.contract, sending_id)
    found = next((one for one in sending.recipients if one.id == recipient_id), None)
    if found is None:
        raise NotFound("宛先が見つかりませんでした。")
    if found.reply is not Reply.BEGUN or not sending.may_settle:
        raise Conflict("この宛先の送信は、確かめを待っていません。最新の内容を確認してください。")
    reply = Reply.ACCEPTED if settlement is Settlement.ARRIVED else Reply.WAITING
    set_replies(by.contract, [found.id], reply, at)
    details = {"version": str(sending.version_id), "mailboxes": [str(found.address_id)]}
    if settlement is Settlement.ARRIVED:
        set_outcome(by.contract, locked(by.contract, sending_id), at)
        record(Act("sending.arrived", "sending", str(sending_id), details), by=by, at=at)
    else:
        _start_over(sending, details, by, at)


def send_again(sending_id: UUID, *, by: Actor, at: datetime) -> None:
    """Send to the mailboxes that refused, could not take it, or were not tried; never to one that took it, here or
    in another sending. Raises `NotFound`, `Conflict`."""
    sending = locked(by.contract, sending_id)
    elsewhere = found_by.open_elsewhere(by.contract, sending.version_id, sending_id)
    left = [one for one in sending.recipients if one.reply in REPEATABLE and one.address_id not in elsewhere]
    if not sending.may_repeat or not left:
        raise Conflict("送り直す宛先がありません。最新の内容を確認してください。")
    set_replies(by.contract, [one.id for one in left], Reply.WAITING, None)
    details = {"version": str(sending.version_id), "mailboxes": [str(one.address_id) for one in left]}
    _start_over(sending, details, by, at)


def _start_over(sending: Sending, details: Mapping[str, object], by: Actor, at: datetime) -> None:
    require_free_to_leave(found_by.leaving(by.contract, sending.version_id, at))
    set_state(by.contract, sending.id, SendingState.WAITING)
    record(Act("sending.repeated", "sending", str(sending.id), details), by=by, at=at)
    _ask(by, sending.version_id, sending.id, at)


def withdraw(sending_id: UUID, *, by: Actor, at: datetime) -> UUID:
    """Take back a mail of which nothing has left, or a handing over that was recorded by mistake. Returns the
    version. Raises `NotFound`, `Conflict`."""
    sending = locked(by.contract, sending_id)
    if not sending.may_withdraw:
        raise Conflict("この送付は、もう取りやめられません。最新の内容を確認してください。")
    if sending.is_tried and sending.job is not None:
        jobs.cancel(sending.job.id, by=by, at=at)
    set_state(by.contract, sending_id, SendingState.WITHDRAWN)
    details = {"version": str(sending.version_id), "method": sending.method.value}
    record(Act("sending.withdrawn", "sending", str(sending_id), details), by=by, at=at)
    return sending.version_id
