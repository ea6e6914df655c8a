"""What a call record may be: its attributes, its states, what a save must hold. Pure; no web, no database.

The category is one axis; everything else about a call is a separate attribute (`Channel`, `Relation`,
`Language`, `Disposition`, two marks), otherwise the tree of categories explodes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from callcenter.coded import Labelled

NOTE_LENGTH = 4_000
REPORT_TEXT_LENGTH = 200
NAME_LENGTH = 100
PHONE_LENGTH = 40
DURATION_LIMIT_SECONDS = 24 * 60 * 60
CLOCK_SKEW = timedelta(minutes=2)
"""How far ahead of the server a start may lie: two clocks never agree to the second."""
TALK_SLACK_SECONDS = 60
"""How much longer than since its start a talk may seem, by the clock of the screen."""


class Channel(Labelled):
    """How the inquiry came."""

    PHONE = "phone", "電話"
    FAX = "fax", "FAX"
    EMAIL = "email", "メール"
    COUNTER = "counter", "来庁取次"
    CALLBACK = "callback", "折返し発信"


class Relation(Labelled):
    """Who asks, seen from the person the inquiry is about (問合せ者)."""

    SELF = "self", "本人"
    FAMILY = "family", "家族"
    PROXY = "proxy", "代理人"
    SUPPORTER = "supporter", "施設・支援者"
    BUSINESS = "business", "事業者"
    CITY_STAFF = "city_staff", "庁内"
    UNKNOWN = "unknown", "不明"


class Language(Labelled):
    """The language the call was held in; keys are ISO 639-1."""

    JAPANESE = "ja", "日本語"
    ENGLISH = "en", "英語"
    CHINESE = "zh", "中国語"
    KOREAN = "ko", "韓国語"
    SPANISH = "es", "スペイン語"
    PORTUGUESE = "pt", "ポルトガル語"
    VIETNAMESE = "vi", "ベトナム語"
    OTHER = "other", "その他"


class Disposition(Labelled):
    """How the call ended (結果)."""

    COMPLETED = "completed", "完結"
    BOOKING = "booking", "予約処理"
    REFERRED = "referred", "他機関案内"
    TRANSFERRED = "transferred", "転送"
    ESCALATED = "escalated", "市へエスカレーション"
    CALLBACK_PROMISED = "callback_promised", "折返し約束"
    DISCONNECTED = "disconnected", "途中切断"


class CallState(Labelled):
    """`open`: a draft without a number. `saved`: numbered and counted. `voided`: kept, not counted."""

    OPEN = "open", "入力中"
    SAVED = "saved", "保存済み"
    VOIDED = "voided", "取消し"


NEXT_STATES: Mapping[CallState, frozenset[CallState]] = {
    CallState.OPEN: frozenset({CallState.SAVED, CallState.VOIDED}),
    CallState.SAVED: frozenset({CallState.VOIDED}),
    CallState.VOIDED: frozenset(),
}


def may_follow(state: CallState, following: CallState) -> bool:
    """Whether a call in `state` may become `following`. Nothing returns from `voided`."""
    return following in NEXT_STATES[state]


def may_correct(state: CallState) -> bool:
    """A correction (with reason, keeping the number) is for saved calls; an open one is simply typed on."""
    return state is CallState.SAVED


def is_counted(state: CallState) -> bool:
    """Whether a call enters any figure."""
    return state is CallState.SAVED


class CategoryVersion(Struct, frozen=True):
    """The name a code bears from `valid_from` until its next version; `retired_on`: first day without it."""

    code: str
    name: str
    valid_from: date
    retired_on: date | None = None


CategoryLookup = Callable[[str], Sequence[CategoryVersion]]
"""All versions of one code, in any order; empty when the code is unknown."""


def version_on(versions: Iterable[CategoryVersion], code: str, on_date: date) -> CategoryVersion | None:
    """The version in force on a date; None for an unknown code or a date before its first version."""
    begun = [item for item in versions if item.code == code and item.valid_from <= on_date]
    return max(begun, key=lambda item: item.valid_from, default=None)


def label_on(versions: Iterable[CategoryVersion], code: str, on_date: date) -> str:
    """The name to print for a call of that date: last year's report keeps last year's name, retired or not.

    Before its first version a code bears the first name it was given. LookupError for an unknown code.
    """
    own = [item for item in versions if item.code == code]
    if not own:
        raise LookupError(f"unknown category code: {code}")
    found = version_on(own, code, on_date) or min(own, key=lambda item: item.valid_from)
    return found.name


def is_selectable(versions: Iterable[CategoryVersion], code: str, on_date: date) -> bool:
    """Whether a call of that date may be given this category."""
    found = version_on(versions, code, on_date)
    return found is not None and (found.retired_on is None or on_date < found.retired_on)


class CallValues(Struct, frozen=True):
    """What a save brings. Instants are aware; `local_on` is the Asia/Tokyo date of `started_at`.

    Coded fields arrive as typed (`str`), because refusing an unknown key is part of the rules.
    """

    started_at: datetime | None
    local_on: date | None
    ended_at: datetime | None = None
    saved_at: datetime | None = None
    talk_seconds: int | None = None
    acw_seconds: int | None = None
    channel: str = Channel.PHONE.value
    relation: str = Relation.UNKNOWN.value
    language: str = Language.JAPANESE.value
    disposition: str = ""
    category_code: str = ""
    caller_name: str = ""
    phone: str = ""
    question: str = ""
    answer: str = ""
    report_text: str = ""


Messages = dict[str, list[str]]

_CODED: tuple[tuple[str, type[Labelled], str], ...] = (
    ("channel", Channel, "受付方法"),
    ("relation", Relation, "問合せ者"),
    ("language", Language, "言語"),
    ("disposition", Disposition, "結果"),
)
_TEXTS: tuple[tuple[str, str, int, bool], ...] = (
    ("caller_name", "氏名", NAME_LENGTH, False),
    ("phone", "電話番号", PHONE_LENGTH, False),
    ("question", "問合せ内容", NOTE_LENGTH, True),
    ("answer", "回答内容", NOTE_LENGTH, True),
    ("report_text", "報告用要旨", REPORT_TEXT_LENGTH, True),
)
_DURATIONS = (("talk_seconds", "通話時間"), ("acw_seconds", "後処理時間"))
# NUL and its kin are refused by PostgreSQL and by workbooks; a lone surrogate cannot be written as UTF-8.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_BREAK = re.compile(r"[\r\n\u2028\u2029]")
_CODE = re.compile(r"[0-9]{4}")


def check_call(
    values: CallValues,
    *,
    contract_start: date,
    contract_end: date,
    now: datetime,
    find_category: CategoryLookup,
) -> Messages:
    """Everything that forbids saving, as messages by field; empty when the call may be saved.

    `contract_start` and `contract_end` are both days of the contract (003 clause 3).
    """
    found: Messages = {}
    _check_instants(values, now, found)
    _check_day(values.local_on, contract_start, contract_end, found)
    _check_durations(values, found)
    _check_coded(values, found)
    _check_category(values, find_category, found)
    _check_texts(values, found)
    return found


def warn_call(values: CallValues) -> Messages:
    """What does not forbid saving but should be seen (003 10(1)②イ: each inquiry's content is reported)."""
    found: Messages = {}
    if not values.report_text.strip():
        _add(found, "report_text", "報告用要旨がありません。日報には分類だけが載ります。")
    if not values.question.strip():
        _add(found, "question", "問合せ内容が空のままです。")
    return found


def check_talk(talk_seconds: int | None, known: timedelta) -> Messages:
    """A talk cannot have lasted longer than it is since the call began. A start to come is another fault."""
    found: Messages = {}
    seconds = int(known.total_seconds())
    if talk_seconds is not None and 0 <= seconds < talk_seconds - TALK_SLACK_SECONDS:
        _add(
            found,
            "talk_seconds",
            f"通話時間が、開始から今まで（{seconds // 60}:{seconds % 60:02d}）より長くなっています。",
        )
    return found


def check_reason(reason: str) -> Messages:
    """A correction or voiding states why, in at most 200 characters."""
    found: Messages = {}
    if not reason.strip():
        _add(found, "reason", "理由を入力してください。")
    _check_text(found, "reason", reason, ("理由", REPORT_TEXT_LENGTH, True))
    return found


def _add(found: Messages, field: str, message: str) -> None:
    found.setdefault(field, []).append(message)


def _check_instants(values: CallValues, now: datetime, found: Messages) -> None:
    started, ended, saved = values.started_at, values.ended_at, values.saved_at
    if started is None:
        _add(found, "started_at", "開始時刻を入力してください。")
    elif started > now + CLOCK_SKEW:
        _add(found, "started_at", "開始時刻が未来になっています。")
    if started and ended and ended < started:
        _add(found, "ended_at", "終了時刻は開始時刻より後にしてください。")
    if ended and ended > now + CLOCK_SKEW:
        _add(found, "ended_at", "終了時刻が未来になっています。")
    latest = ended or started
    if latest and saved and saved < latest - CLOCK_SKEW:
        _add(found, "saved_at", "保存時刻が終了時刻より前になっています。")


def _check_day(local_on: date | None, first: date, last: date, found: Messages) -> None:
    if local_on is not None and not first <= local_on <= last:
        _add(found, "started_at", "契約期間外の日付です。開始時刻を確認してください。")


def _check_durations(values: CallValues, found: Messages) -> None:
    for field, label in _DURATIONS:
        seconds: int | None = getattr(values, field)
        if seconds is not None and not 0 <= seconds <= DURATION_LIMIT_SECONDS:
            _add(found, field, f"{label}は0秒から24時間までで入力してください。")


def _check_coded(values: CallValues, found: Messages) -> None:
    for field, choices, label in _CODED:
        value: str = getattr(values, field)
        if not choices.has(value):
            _add(found, field, f"{label}を一覧から選んでください。")


def _check_category(values: CallValues, find_category: CategoryLookup, found: Messages) -> None:
    code = values.category_code
    if not code:
        _add(found, "category_code", "分類を選んでください。")
    elif not _CODE.fullmatch(code):
        _add(found, "category_code", "分類は4桁の番号で指定してください。")
    elif not (versions := find_category(code)):
        _add(found, "category_code", f"分類{code}はありません。一覧から選んでください。")
    elif values.local_on is not None and not is_selectable(versions, code, values.local_on):
        _add(found, "category_code", f"分類{code}は、この日には使えません。ほかの分類を選んでください。")


def _check_texts(values: CallValues, found: Messages) -> None:
    for field, label, limit, multiline in _TEXTS:
        _check_text(found, field, getattr(values, field), (label, limit, multiline))


def _check_text(found: Messages, field: str, text: str, rule: tuple[str, int, bool]) -> None:
    label, limit, multiline = rule
    if len(text) > limit:
        _add(found, field, f"{label}は{limit:,}文字以内で入力してください（現在{len(text):,}文字）。")
    if _UNSTORABLE.search(text):
        _add(found, field, f"{label}に、使えない文字（制御文字）が含まれています。")
    if not multiline and _LINE_BREAK.search(text):
        _add(found, field, f"{label}は1行で入力してください。")
