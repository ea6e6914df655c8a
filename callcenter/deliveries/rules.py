"""Rules of deliveries, without a database: states, and what may follow."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from callcenter.config import MAILBOX
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
    MANUAL = "manual"


KIND_LABELS = {
    Kind.DAILY: "日次実績報告書",
    Kind.MONTHLY: "月次実績報告書",
    Kind.ANNUAL: "完了報告書",
    Kind.TERM: "契約期間実績報告書",
    Kind.NOTICE: "履行完了通知書",
    Kind.INVOICE: "請求書",
    Kind.MANUAL: "マニュアル・FAQ",
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


SENDING_LABELS = {
    SendingState.WAITING: "送信待ち",
    SendingState.DONE: "完了",
    SendingState.PARTLY: "一部のみ送信",
    SendingState.FAILED: "送信できず",
    SendingState.UNSURE: "到着不明",
    SendingState.WITHDRAWN: "取りやめ",
}
SENDING_BADGES = {
    SendingState.WAITING: "info",
    SendingState.DONE: "ok",
    SendingState.PARTLY: "warn",
    SendingState.FAILED: "bad",
    SendingState.UNSURE: "warn",
    SendingState.WITHDRAWN: "mute",
}
REPLY_LABELS = {
    Reply.WAITING: "未送信",
    Reply.BEGUN: "到着不明",
    Reply.ACCEPTED: "送信済み",
    Reply.REFUSED: "受取拒否",
    Reply.DEFERRED: "一時的に受取不可",
}
REPLY_BADGES = {
    Reply.WAITING: "mute",
    Reply.BEGUN: "warn",
    Reply.ACCEPTED: "ok",
    Reply.REFUSED: "bad",
    Reply.DEFERRED: "warn",
}
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


class Obstacle(StrEnum):
    """Why a version cannot be sent by mail."""

    NOT_LATEST = "not_latest"
    SENT_BACK = "sent_back"
    NO_FILE = "no_file"
    NO_PERMISSION = "no_permission"
    TEXTS_ENDED = "texts_ended"
    NO_SERVER = "no_server"
    NO_MAILBOX = "no_mailbox"


OBSTACLE_WORDS = {
    Obstacle.NOT_LATEST: "新しい版が提出されています。新しい版を送ってください。",
    Obstacle.SENT_BACK: "市が差し戻した版です。直した版を提出してから送ってください。",
    Obstacle.NO_FILE: "この報告書には、通信回線用のファイルがありません。",
    Obstacle.NO_PERMISSION: "個人情報のないデータを送ることへの市の許可（仕様書10(1)⑤）が記録されていません。",
    Obstacle.TEXTS_ENDED: "この版には問合せ内容の要旨が含まれることがあり、その送信への市の許可は終わっています。",
    Obstacle.NO_SERVER: "メールサーバーが設定されていません。システム管理者に連絡してください。",
    Obstacle.NO_MAILBOX: "市のメールアドレスが登録されていません。",
}


class MailFacts(Struct, frozen=True):
    """What decides whether a version may leave by mail. `texts_permitted_then` and `_now`: the city's permission for
    report texts on the day of the submission (the file was made under it) and today."""

    state: State
    is_latest: bool
    has_file: bool
    permitted: bool
    texts_permitted_then: bool
    texts_permitted_now: bool
    has_server: bool
    has_mailbox: bool


def obstacles(facts: MailFacts) -> list[Obstacle]:
    """Everything that stands against sending by mail (10(1)⑤), the gravest first; nothing: it may be sent."""
    found = {
        Obstacle.NOT_LATEST: not facts.is_latest,
        Obstacle.SENT_BACK: facts.state is State.SENT_BACK,
        Obstacle.NO_FILE: not facts.has_file,
        Obstacle.NO_PERMISSION: not facts.permitted,
        Obstacle.TEXTS_ENDED: facts.texts_permitted_then and not facts.texts_permitted_now,
        Obstacle.NO_SERVER: not facts.has_server,
        Obstacle.NO_MAILBOX: not facts.has_mailbox,
    }
    return [one for one, stands in found.items() if stands]


UNSENT = frozenset({Reply.WAITING, Reply.DEFERRED})
"""What the mailer may try: nothing of it was taken by a server."""
REPEATABLE = UNSENT | {Reply.REFUSED}
"""What a person may have sent again. Never what was accepted; what is `begun` only after a decision of its own."""


def outcome(replies: Sequence[Reply]) -> SendingState:
    """Where a sending by mail stands once nobody tries any more."""
    if Reply.BEGUN in replies:
        return SendingState.UNSURE
    accepted = sum(reply is Reply.ACCEPTED for reply in replies)
    if accepted == len(replies):
        return SendingState.DONE
    return SendingState.PARTLY if accepted else SendingState.FAILED


def standing(state: SendingState, replies: Sequence[Reply], *, is_tried: bool) -> SendingState:
    """Where a sending stands for a person: one that waits although its job ended (cancelled, or its worker died at
    the last try) waits for nobody."""
    return outcome(replies) if state is SendingState.WAITING and not is_tried else state


def check_handed_at(handed_at: datetime, *, submitted_at: datetime, now: datetime) -> None:
    """A version is handed over after it was submitted and not in the future (to the minute); else `InvalidInput`."""
    if handed_at > now:
        raise InvalidInput(errors={"handed_on": ["渡した日時は、今までの日時にしてください。"]})
    if handed_at < submitted_at.replace(second=0, microsecond=0):
        raise InvalidInput(errors={"handed_on": ["渡した日時は、この版の提出より後にしてください。"]})


def mailbox(written: str) -> str:
    """The address as it is kept: half-width, in lower case. Raises `InvalidInput` for anything but a plain one."""
    found = unicodedata.normalize("NFKC", written).lower()
    if not found.isascii() or not MAILBOX.fullmatch(found):
        message = "メールアドレスを name@city.example.jp の形で入力してください。"
        raise InvalidInput(errors={"address": [message]})
    return found
