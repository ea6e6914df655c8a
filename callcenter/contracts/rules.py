"""Rules of contracts, without a database: terms, hours, days, readings' words, settings that exist."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,29}", re.ASCII)
LONGEST_TERM_DAYS = 10 * 366
FIRST_ON, LAST_ON = date(2000, 1, 1), date(2099, 3, 31)
MOST_PEOPLE = 999
Faults = dict[str, list[str]]


class PermissionKind(StrEnum):
    """What the city permits to be sent by network (003 clause 10(1)⑤)."""

    NETWORK_DATA = "network_data"
    NETWORK_TEXTS = "network_texts"


PERMISSION_KINDS: Mapping[str, str] = {
    PermissionKind.NETWORK_DATA: "個人情報のないデータの送信",
    PermissionKind.NETWORK_TEXTS: "問合せ内容の要旨を含むデータの送信",
}


class ExceptionKind(StrEnum):
    """What makes a date other than the rule says."""

    CLOSED = "closed"
    OPEN = "open"


EXCEPTION_KINDS: Mapping[str, str] = {ExceptionKind.CLOSED: "閉庁日", ExceptionKind.OPEN: "臨時開庁"}


def term_faults(starts_on: date, ends_on: date) -> Faults:
    """Why a term cannot be; empty when it can."""
    if not FIRST_ON <= starts_on <= LAST_ON:
        return {"starts_on": ["2000年から2099年までの日付にしてください。"]}
    if ends_on < starts_on:
        return {"ends_on": ["終了日は開始日以後にしてください。"]}
    if ends_on > LAST_ON or (ends_on - starts_on).days > LONGEST_TERM_DAYS:
        return {"ends_on": ["契約期間は10年以内にしてください。"]}
    return {}


def code_faults(code: str) -> Faults:
    if CODE.fullmatch(code):
        return {}
    return {"code": ["契約コードは30文字以内の英数字と - _ で入力してください。"]}


def hours_faults(opens_minute: int | None, closes_minute: int | None) -> Faults:
    """Why opening hours (minutes of day) cannot be; empty when they can."""
    if opens_minute is None or closes_minute is None:
        return {"opens": ["開始と終了の時刻を入力してください。"]}
    if not 0 <= opens_minute < closes_minute <= 1440:
        return {"closes": ["終了時刻は開始時刻より後にしてください。"]}
    return {}


def people_faults(minimum_operators: int, approved_headcount: int) -> Faults:
    """The headcount the city approved (9(1)) must at least cover the minimum (clause 6)."""
    if not 0 <= minimum_operators <= MOST_PEOPLE:
        return {"minimum_operators": [f"0から{MOST_PEOPLE}までの数字にしてください。"]}
    if not minimum_operators <= approved_headcount <= MOST_PEOPLE:
        return {"approved_headcount": ["承認された人員は、最少人数以上にしてください。"]}
    return {}


class SettingSpec(Struct, frozen=True):
    """A setting that exists: its words on the screen, and how its text becomes the value that is kept.
    `standard` holds until a value is set; `lines_hint` is for one of several lines, each an entry; `wide` for a name
    or an address; `yen` for an amount of money."""

    name: str
    label: str
    hint: str
    read: Callable[[str], list[str]]
    standard: tuple[str, ...] = ()
    lines_hint: str = ""
    wide: bool = False
    yen: bool = False

    def shown(self, value: Sequence[str]) -> str:
        """A value as it is read: 4,180,000円, 東京都、…"""
        return "、".join(f"{int(one):,}円" if self.yen else one for one in value)


def settings_by_name(*specs: SettingSpec) -> Mapping[str, SettingSpec]:
    return {spec.name: spec for spec in specs}
