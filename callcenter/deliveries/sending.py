"""The job that sends a submitted version to the city's mailboxes (8③, 10(1)⑤), never twice.

What a mailbox's server said is written down. Before anything is handed to the server each mailbox is marked `begun`
and that is committed: whatever breaks afterwards, no program sends there again; a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct, structs
from sqlalchemy import update

from callcenter.audit.service import Act, record, system_actor
from callcenter.clock import now
from callcenter.deliveries import sending_queries as found_by
from callcenter.deliveries.mail_requests import require_free_to_leave
from callcenter.deliveries.mailing import message_of
from callcenter.deliveries.models import DeliveryRecipient
from callcenter.deliveries.rules import UNSENT, Reply, SendingState
from callcenter.deliveries.sending_queries import Recipient
from callcenter.deliveries.sending_rows import locked, set_outcome, set_replies, state_of
from callcenter.errors import Conflict
from callcenter.extensions import db
from callcenter.jobs import mail
from callcenter.jobs.ports import Progress, RunningJob
from callcenter.jobs.rules import MOST_TRIES
from callcenter.web.access import Actor
from callcenter.web.transaction import end_read, transaction

OUTCOME_WORDS = {
    SendingState.PARTLY: "一部の宛先に送れませんでした。報告書の送付の画面で確認してください。",
    SendingState.FAILED: "どの宛先にも送れませんでした。報告書の送付の画面で確認してください。",
    SendingState.UNSURE: "届いたかどうか分からない宛先があります。報告書の送付の画面で確認してください。",
}
"""What the list of jobs says of a sending that did not simply succeed."""


class MailPostponed(Exception):
    """Some mailboxes could not take it for now; the job tries those again by itself."""


class MailGivenUp(Conflict):
    """Nothing could be handed to the mail server, to the last try."""


class _Attempt(Struct, frozen=True):
    """The mailboxes that one try is for, marked `begun`. Their `attempts` tell its answers from another try's."""

    sending_id: UUID
    recipients: Sequence[Recipient]


def deliver(job: RunningJob, progress: Progress) -> UUID | None:
    """Send what `job.subject` names, to each mailbox once; returns the sending. Opens transactions of its own.

    Raises `MailUnavailable` or `MailPostponed` for what is worth another try, and an `AppError` that says how it ended
    when not every mailbox took it.
    """
    sending_id, by = UUID(job.subject), structs.replace(system_actor(job.contract_id), user_id=job.asked_by)
    progress(10, "送るファイルを準備しています")
    message = message_of(job.contract_id, sending_id, now())
    end_read()
    progress(30, "メールサーバーに送っています")
    with transaction():
        attempt = _begin(job.contract_id, sending_id, by, now())
    is_last = job.tries >= MOST_TRIES
    answers = _handed_to_server(attempt, message, by, is_last=is_last)
    with transaction():
        _write_answers(attempt, answers, by, now())
        state = _conclude(by.contract, sending_id, is_last=is_last, at=now())
    if state is SendingState.WAITING:
        raise MailPostponed
    if state is not SendingState.DONE:
        raise Conflict(OUTCOME_WORDS[state])
    return sending_id


def _begin(contract_id: UUID, sending_id: UUID, by: Actor, at: datetime) -> _Attempt:
    """Mark those that are to be sent to. What is `begun` already was left by a try that broke: it is not touched."""
    sending = locked(contract_id, sending_id)
    state = state_of(contract_id, sending_id)
    if state is SendingState.DONE:
        return _Attempt(sending_id, ())
    if state is not SendingState.WAITING:
        raise Conflict("この送信は終わっています。送り直すときは、報告書の送付の画面から操作してください。")
    pending = [one for one in sending.recipients if one.reply in UNSENT]
    if not pending:
        return _Attempt(sending_id, ())
    leaving = found_by.leaving(contract_id, sending.version_id, at)
    require_free_to_leave(leaving)
    live = {one.id for one in leaving.mailboxes}
    set_replies(contract_id, [one.id for one in pending if one.address_id not in live], Reply.REFUSED, at)
    recipients = [structs.replace(one, attempts=one.attempts + 1) for one in pending if one.address_id in live]
    _mark_begun(contract_id, recipients)
    details = {"version": str(sending.version_id), "mailboxes": [str(one.address_id) for one in recipients]}
    record(Act("sending.begun", "sending", str(sending_id), details), by=by, at=at)
    return _Attempt(sending_id, recipients)


def _mark_begun(contract_id: UUID, recipients: Sequence[Recipient]) -> None:
    for one in recipients:
        db.session.execute(
            update(DeliveryRecipient)
            .where(DeliveryRecipient.contract_id == contract_id, DeliveryRecipient.id == one.id)
            .values(reply=Reply.BEGUN.value, reply_code=None, attempts=one.attempts)
        )


def _handed_to_server(
    attempt: _Attempt, message: mail.Message, by: Actor, *, is_last: bool
) -> Mapping[str, mail.Answer]:
    """The server's answer for each mailbox. When it was not reached, nothing has left and the marks are taken back."""
    if not attempt.recipients:
        return {}
    try:
        server = found_by.mail_server()
        if server is None:
            raise mail.MailUnavailable(mail.Cause.UNREACHABLE)
        return mail.send(message, [one.address for one in attempt.recipients], server)
    except mail.MailUnavailable as error:
        with transaction():
            for one in attempt.recipients:
                _answer(by.contract, one, Reply.WAITING, None, None)
            state = _conclude(by.contract, attempt.sending_id, is_last=is_last, at=now())
            details = {"reason": error.cause.value, "state": state.value}
            record(Act("sending.unreachable", "sending", str(attempt.sending_id), details), by=by, at=now())
        if is_last:
            words = f"{mail.CAUSE_WORDS[error.cause]}{MOST_TRIES}回試しましたが、送れませんでした。"
            raise MailGivenUp(words) from None
        raise


_REPLIES = {
    mail.AnswerKind.ACCEPTED: Reply.ACCEPTED,
    mail.AnswerKind.REFUSED: Reply.REFUSED,
    mail.AnswerKind.DEFERRED: Reply.DEFERRED,
    mail.AnswerKind.UNSURE: Reply.BEGUN,
}


def _write_answers(attempt: _Attempt, answers: Mapping[str, mail.Answer], by: Actor, at: datetime) -> None:
    if not attempt.recipients:
        return
    replies = {one: _REPLIES[answers[one.address].kind] for one in attempt.recipients}
    for one, reply in replies.items():
        _answer(by.contract, one, reply, answers[one.address].code, None if reply is Reply.BEGUN else at)
    details = {
        reply.value: [str(one.address_id) for one, its in replies.items() if its is reply]
        for reply in Reply
        if reply in replies.values()
    }
    record(Act("sending.answered", "sending", str(attempt.sending_id), details), by=by, at=at)


def _answer(contract_id: UUID, one: Recipient, reply: Reply, code: int | None, at: datetime | None) -> None:
    """Only while it still is this try's: meanwhile a person may have decided."""
    db.session.execute(
        update(DeliveryRecipient)
        .where(
            DeliveryRecipient.contract_id == contract_id,
            DeliveryRecipient.id == one.id,
            DeliveryRecipient.reply == Reply.BEGUN.value,
            DeliveryRecipient.attempts == one.attempts,
        )
        .values(reply=reply.value, reply_code=code, answered_at=at)
    )


def _conclude(contract_id: UUID, sending_id: UUID, *, is_last: bool, at: datetime) -> SendingState:
    """Where it stands after a try: it goes on waiting while some may be tried again by itself."""
    sending = locked(contract_id, sending_id)
    if not is_last and any(one.reply in UNSENT for one in sending.recipients):
        return SendingState.WAITING
    return set_outcome(contract_id, sending, at)
