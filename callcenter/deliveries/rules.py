"""Rules of deliveries, without a database: states, and what may follow."""

from __future__ import annotations

from enum import StrEnum

from callcenter.errors import Conflict, InvalidInput

NOTE_LENGTH = 500


class Kind(StrEnum):
    """What is delivered."""

    DAILY = "daily"
    MONTHLY = "monthly"
    ANNUAL = "annual"
    TERM = "term"
    NOTICE = "notice"
    INVOICE = "invoice"


KIND_LABELS = {
    Kind.DAILY: "日次実績報告書",
    Kind.MONTHLY: "月次実績報告書",
    Kind.ANNUAL: "完了報告書",
    Kind.TERM: "契約期間実績報告書",
    Kind.NOTICE: "履行完了通知書",
    Kind.INVOICE: "請求書",
}


class State(StrEnum):
    """Where a submitted version stands with the city."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    SENT_BACK = "sent_back"


STATE_LABELS = {State.SUBMITTED: "提出済み", State.ACCEPTED: "受領", State.SENT_BACK: "差戻し"}
STATE_BADGES = {State.SUBMITTED: "info", State.ACCEPTED: "ok", State.SENT_BACK: "bad"}


class Edition(StrEnum):
    """Who a file is for: handed over by hand, or sent by network without personal data (10(1)⑤)."""

    HANDOVER = "handover"
    NETWORK = "network"


class Part(StrEnum):
    """Which file of an edition: the workbook, or the paper (Word) with the same figures."""

    WORKBOOK = "workbook"
    PAPER = "paper"


PART_LABELS = {Part.WORKBOOK: "Excel", Part.PAPER: "Word"}


class Method(StrEnum):
    """How a version was handed over besides the portal, where every submitted version stands (003 8③, 10(1)⑤)."""

    EMAIL = "email"
    HAND = "hand"
    OTHER = "other"


METHOD_LABELS = {Method.EMAIL: "電子メール", Method.HAND: "手渡し", Method.OTHER: "その他の方法"}


class SendingState(StrEnum):
    """Where a handing over stands: `waiting` for the mailer, `done`, `partly` (some mailboxes refused), `failed`,
    `unsure` (the connection broke after the message was handed to the server), `withdrawn`."""

    WAITING = "waiting"
    DONE = "done"
    PARTLY = "partly"
    FAILED = "failed"
    UNSURE = "unsure"
    WITHDRAWN = "withdrawn"


class Reply(StrEnum):
    """What became of one mailbox: not tried, begun (no answer known), accepted, refused for good, refused for now."""

    WAITING = "waiting"
    BEGUN = "begun"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DEFERRED = "deferred"


EDITION_LABELS = {Edition.HANDOVER: "手渡し用", Edition.NETWORK: "通信回線用"}


def check_next_version(latest: int, change_note: str) -> int:
    """The number of the version after `latest` (0: none). From the second on it says what changed; else
    `InvalidInput`."""
    if latest > 0 and not change_note.strip():
        raise InvalidInput(errors={"change_note": ["前の版から何を変えたかを入力してください。"]})
    return latest + 1


def check_decision(state: State, *, is_latest: bool, decision: State, comment: str) -> None:
    """A city officer decides once, on the newest version; sending back says why."""
    if not is_latest:
        raise Conflict("新しい版が提出されています。新しい版を確認してください。")
    if state is not State.SUBMITTED:
        raise Conflict(f"この版は「{STATE_LABELS[state]}」になっています。")
    if decision is State.SENT_BACK and not comment.strip():
        raise InvalidInput(errors={"comment": ["差し戻す理由を入力してください。"]})
