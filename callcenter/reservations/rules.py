"""What a reservation may be: its states, its key (notice number and birth date), who may do what until when. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from callcenter.coded import Labelled

MOST_PEOPLE = 8
NAME_LENGTH, KANA_LENGTH, REMARKS_LENGTH, REASON_LENGTH = 60, 80, 500, 200
NOTICE_LENGTH = 40
OLDEST_BIRTH = date(1900, 1, 1)


class State(Labelled):
    """`held`: seats are kept for minutes, there is no number yet. `booked`. `rebook`: its day was closed, the visitor
    has to be called. The rest is over."""

    HELD = "held", "仮押さえ"
    BOOKED = "booked", "予約中"
    REBOOK = "rebook", "要再予約"
    ATTENDED = "attended", "来庁"
    LATE = "late", "遅刻来庁"
    NO_SHOW = "no_show", "来庁なし"
    CANCELLED = "cancelled", "取消"


LIVE = frozenset({State.BOOKED, State.REBOOK})
"""Still to come: a second one for the same notice number is shown first."""
VISITS = frozenset({State.ATTENDED, State.LATE, State.NO_SHOW})
NEXT_STATES: Mapping[State, frozenset[State]] = {
    State.HELD: frozenset({State.BOOKED}),
    State.BOOKED: frozenset({State.BOOKED, State.REBOOK, State.CANCELLED}) | VISITS,
    State.REBOOK: frozenset({State.BOOKED, State.CANCELLED}),
    State.ATTENDED: VISITS - {State.ATTENDED},
    State.LATE: VISITS - {State.LATE},
    State.NO_SHOW: VISITS - {State.NO_SHOW},
    State.CANCELLED: frozenset(),
}


def may_follow(state: State, following: State) -> bool:
    """Whether a reservation in `state` may become `following`. Nothing returns from `cancelled`."""
    return following in NEXT_STATES[state]


class Channel(Labelled):
    """Through what a reservation is made; a slot may keep seats for one."""

    PHONE = "phone", "電話"
    WEB = "web", "Web"
    COUNTER = "counter", "窓口"


class Visitor(Labelled):
    """Who comes (来庁者区分)."""

    SELF = "self", "本人"
    GUARDIAN = "guardian", "法定代理人が同行"
    PROXY = "proxy", "任意代理人"


class Asker(Labelled):
    """Who asked for a change or a cancellation."""

    SELF = "self", "本人"
    FAMILY = "family", "家族"
    PROXY = "proxy", "代理人"
    CITY = "city", "市"
    CENTRE = "centre", "センター"


class CancelReason(Labelled):
    """Why a reservation was cancelled."""

    SCHEDULE = "schedule", "都合が悪くなった"
    ILLNESS = "illness", "体調"
    DONE_ELSEWHERE = "done_elsewhere", "別の方法で済んだ"
    MISTAKE = "mistake", "予約の間違い・重複"
    CLOSED = "closed", "会場の都合"
    OTHER = "other", "その他"


class EventKind(Labelled):
    """A step in a reservation's history."""

    BOOKED = "booked", "予約"
    MOVED = "moved", "変更"
    CANCELLED = "cancelled", "取消"
    REBOOK = "rebook", "要再予約"
    ATTENDED = "attended", "来庁"
    LATE = "late", "遅刻来庁"
    NO_SHOW = "no_show", "来庁なし"


ENTERED_KINDS = (EventKind.BOOKED, EventKind.MOVED, EventKind.CANCELLED)
"""What has to be entered in the city's own system too, where that is the way of working (003 clause 8②)."""


class Mode(Labelled):
    """Where the appointments are kept: here, or in the city's system with this ledger beside it."""

    OWN = "own", "このシステムで予約を管理する"
    LEDGER = "ledger", "市の予約システムに入力し、ここに控える"


class WaitState(Labelled):
    """A place on the waiting list."""

    WAITING = "waiting", "待機中"
    OFFERED = "offered", "案内中"
    ACCEPTED = "accepted", "予約済み"
    EXPIRED = "expired", "期限切れ"
    WITHDRAWN = "withdrawn", "取下げ"


Messages = dict[str, list[str]]


# --- the number people see ---

_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_NUMBER = re.compile(r"[0-9]{7,9}", re.ASCII)


def _damm(digits: str) -> int:
    found = 0
    for digit in digits:
        found = _DAMM[found][int(digit)]
    return found


def number_of(serial: int) -> str:
    """`000-1043`: the serial with a check digit, so that a digit misheard on the phone names no other reservation."""
    digits = f"{serial:06d}"
    whole = f"{digits}{_damm(digits)}"
    return f"{whole[:-4]}-{whole[-4:]}"


def serial_of(typed: str) -> int | None:
    """The serial of a number as typed (full width, with or without the dash); None for what is none."""
    digits = re.sub(r"[\s\-‐‑–—―−ー]", "", unicodedata.normalize("NFKC", typed))
    if not _NUMBER.fullmatch(digits) or _damm(digits):
        return None
    return int(digits[:-1])


# --- the key: notice number and birth date ---

_DASHES = re.compile(r"[‐‑‒–—―−ーｰ]")
STANDARD_NOTICE_PATTERN = r"[A-Z0-9]{3}-?[0-9]{6}"


def notice_number(typed: str) -> str:
    """A notice number in its one form: half width, capital letters, ASCII dashes, no spaces."""
    folded = unicodedata.normalize("NFKC", typed).upper()
    return _DASHES.sub("-", re.sub(r"\s", "", folded))


def check_notice_number(number: str, pattern: str) -> str:
    """What is wrong with a folded notice number under the contract's pattern; "" when it fits."""
    if not number:
        return "交付通知書の番号を入力してください。"
    if len(number) > NOTICE_LENGTH or not re.fullmatch(pattern, number):
        return "交付通知書の番号の形が違います。通知書の右上の番号を確かめてください。"
    return ""


_ERAS = {"大正": date(1912, 7, 30), "昭和": date(1926, 12, 25), "平成": date(1989, 1, 8), "令和": date(2019, 5, 1)}
_ERA_ENDS = {"大正": date(1926, 12, 25), "昭和": date(1989, 1, 7), "平成": date(2019, 4, 30), "令和": date.max}
_ERA_NAMES = {
    "T": "大正",
    "S": "昭和",
    "H": "平成",
    "R": "令和",
    "大": "大正",
    "昭": "昭和",
    "平": "平成",
    "令": "令和",
}
_ERA_DATE = re.compile(
    r"(大正|昭和|平成|令和|[TSHR大昭平令])\.?(元|[0-9]{1,2})[年./\-]?([0-9]{1,2})[月./\-]?([0-9]{1,2})日?"
)
_ERA_SOLID = re.compile(r"(大正|昭和|平成|令和|[TSHR大昭平令])([0-9]{2})([0-9]{2})([0-9]{2})")
_WESTERN = re.compile(r"([0-9]{4})[年./\-]([0-9]{1,2})[月./\-]([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2})")
UNREADABLE_BIRTH = "生年月日を確認してください（例：昭和50年4月3日、S50.4.3、1975-04-03）。"


class BirthDateRefused(ValueError):
    """What was typed is no birth date; the message is for the screen."""


def birth_date(typed: str, today: date) -> date:
    """A birth date in western or Japanese form. Raises `BirthDateRefused` for no date, before 1900, after today, or a
    year that its era did not have."""
    folded = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed)).upper()
    found = _read_birth(_DASHES.sub("-", folded))
    if found < OLDEST_BIRTH:
        raise BirthDateRefused("生年月日が1900年より前になっています。確認してください。")
    if found > today:
        raise BirthDateRefused("生年月日が未来の日付になっています。確認してください。")
    return found


def _read_birth(folded: str) -> date:
    solid = _ERA_SOLID.fullmatch(folded)
    era = solid or _ERA_DATE.fullmatch(folded)
    if era:
        return _of_era(*era.groups())
    western = _WESTERN.fullmatch(folded)
    if not western:
        raise BirthDateRefused(UNREADABLE_BIRTH)
    return _date(*(int(part) for part in western.groups() if part is not None))


def _of_era(name: str, year: str, month: str, day: str) -> date:
    name = _ERA_NAMES.get(name, name)
    number = 1 if year == "元" else int(year)
    found = _date(_ERAS[name].year + number - 1, int(month), int(day))
    if number < 1 or not _ERAS[name] <= found <= _ERA_ENDS[name]:
        raise BirthDateRefused(f"{name}にその年月日はありません。元号を確認してください。")
    return found


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise BirthDateRefused(UNREADABLE_BIRTH) from None


# --- who comes ---


class Applicant(Struct, frozen=True):
    """One person of a reservation, as judged: the one who needs the slot's time."""

    notice_number: str
    name: str
    kana: str
    birth_on: date

    def age_on(self, on: date) -> int:
        """By the law on calculating age one grows older with the end of the day before the birthday; for the counter
        the birthday itself decides."""
        before = (on.month, on.day) < (self.birth_on.month, self.birth_on.day)
        return on.year - self.birth_on.year - before


GUARDIAN_BELOW = 15
"""Below this age a legal guardian comes along (15歳未満は法定代理人が同行)."""


def needs_guardian(applicants: tuple[Applicant, ...], on: date) -> bool:
    return any(one.age_on(on) < GUARDIAN_BELOW for one in applicants)


def units_of(units_per_person: int, people: int) -> int:
    """How many slots a party takes: a family takes its units side by side."""
    return units_per_person * people
