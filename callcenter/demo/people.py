"""An invented city, its contractor, their people, and callers. Every name shows that it is invented.

Telephone numbers cannot reach anyone: no mobile number in Japan has a 0 after 080 or 090, and the land
lines stand in a block kept for examples (073-555-01xx).
"""

from __future__ import annotations

import random
from datetime import date
from enum import StrEnum
from itertools import product
from typing import Final

from msgspec import Struct

CITY: Final = "みなと架空市"
DEPARTMENT: Final = "市民課（架空）"
COMPANY: Final = "株式会社見本コンタクト（架空）"
CONTRACT_TITLE: Final = "マイナンバーカードコールセンター運営業務（デモ用の架空の契約）"
CALLERS: Final = 18_000
"""How many different callers a year has; some call again."""


class Duty(StrEnum):
    """What a person is in the contract, in the words of the report (003 clauses 6 and 10(1)②ウ)."""

    LEADER = "業務責任者"
    DEPUTY = "副責任者"
    OPERATOR = "業務従事者"
    MANAGER = "契約管理者"
    CITY = "市職員"
    ADMINISTRATOR = "システム管理者"


class DemoPerson(Struct, frozen=True):
    """Someone who signs in. `code` stands for the name where names may not go; empty outside the desk."""

    login: str
    code: str
    name: str
    kana: str
    role: str
    duty: Duty

    @property
    def at_desk(self) -> bool:
        return bool(self.code)


class Caller(Struct, frozen=True):
    """An invented caller; the same number always bears the same name."""

    name: str
    kana: str
    phone: str


SUPERVISOR: Final = DemoPerson("supervisor", "S01", "見本 あおい", "みほん あおい", "supervisor", Duty.LEADER)
DEPUTY: Final = DemoPerson("deputy", "S02", "例田 みどり", "れいだ みどり", "supervisor", Duty.DEPUTY)
OPERATORS: Final[tuple[DemoPerson, ...]] = tuple(
    DemoPerson(f"operator{number}", f"P{number:02d}", name, kana, "operator", Duty.OPERATOR)
    for number, (name, kana) in enumerate(
        (
            ("仮山 いちか", "かりやま いちか"),
            ("試野 ふたば", "ためしの ふたば"),
            ("架空 みつき", "かくう みつき"),
            ("模擬川 しのぶ", "もぎかわ しのぶ"),
            ("雛形 いつき", "ひながた いつき"),
            ("作例 むつみ", "さくれい むつみ"),
        ),
        start=1,
    )
)
OTHERS: Final = (
    DemoPerson("manager", "", "契約 かなめ", "けいやく かなめ", "contract_manager", Duty.MANAGER),
    DemoPerson("viewer", "", "閲覧 まなぶ", "えつらん まなぶ", "city_viewer", Duty.CITY),
    DemoPerson("officer", "", "承認 つかさ", "しょうにん つかさ", "city_officer", Duty.CITY),
    DemoPerson("admin", "", "管理 まもる", "かんり まもる", "administrator", Duty.ADMINISTRATOR),
)
DESK: Final = (SUPERVISOR, DEPUTY, *OPERATORS)
STAFF: Final = (*DESK, *OTHERS)

TRAINING: Final = "着任前業務研修（制度・個人情報保護・電話応対）"
TRAINED_ON: Final = date(2026, 3, 18)
PLEDGE: Final = "個人情報の取扱いに関する誓約書"
PLEDGED_ON: Final = date(2026, 3, 23)
QUALIFICATION: Final = "電話応対の資格（架空）"
QUALIFIED: Final[dict[str, tuple[date, date]]] = {
    "supervisor": (date(2025, 10, 1), date(2028, 9, 30)),
    "operator2": (date(2024, 4, 20), date(2027, 4, 19)),
}
"""Who holds the qualification, since when and until when."""

_FAMILY_NAMES: Final = (
    *(("見本", "みほん"), ("例田", "れいだ"), ("仮山", "かりやま"), ("試野", "ためしの"), ("架空", "かくう")),
    *(("模擬川", "もぎかわ"), ("雛形", "ひながた"), ("作例", "さくれい"), ("某野", "ぼうの"), ("例沢", "れいざわ")),
    *(("仮森", "かりもり"), ("例文", "れいぶん"), ("空想", "くうそう"), ("見本谷", "みほんや"), ("仮村", "かりむら")),
    *(("試作", "しさく"), ("想定", "そうてい"), ("例原", "れいはら"), ("仮置", "かりおき"), ("無実", "むじつ")),
)
_GIVEN_NAMES: Final = (
    *(("一郎", "いちろう"), ("二郎", "じろう"), ("三郎", "さぶろう"), ("太郎", "たろう"), ("花子", "はなこ")),
    *(("一子", "かずこ"), ("二葉", "ふたば"), ("三枝", "みえ"), ("四季", "しき"), ("五月", "さつき")),
    *(("六花", "りっか"), ("七海", "ななみ"), ("八重", "やえ"), ("九美", "くみ"), ("十和", "とわ")),
)
_NAMES: Final = tuple(product(_FAMILY_NAMES, _GIVEN_NAMES))
_LAND_LINE_EVERY: Final = 180
_SCATTER: Final = 7_919  # shares no factor with 10,000: neighbours in number are no neighbours in name


def caller_at(index: int) -> Caller:
    """The caller of that index (0 to `CALLERS` - 1). ValueError outside."""
    if not 0 <= index < CALLERS:
        raise ValueError(f"no caller {index}")
    (family, family_kana), (given, given_kana) = _NAMES[index % len(_NAMES)]
    return Caller(f"{family} {given}", f"{family_kana} {given_kana}", _phone(index))


def caller(rng: random.Random) -> Caller:
    """Somebody; over a year about half of the callers are heard more than once."""
    return caller_at(int(rng.random() * CALLERS))


def _phone(index: int) -> str:
    if index % _LAND_LINE_EVERY == 0:
        return f"073-555-01{index // _LAND_LINE_EVERY:02d}"
    block, number = divmod(index, 10_000)
    return f"0{'98'[block]}0-0000-{number * _SCATTER % 10_000:04d}"
