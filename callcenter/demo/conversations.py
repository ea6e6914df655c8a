"""What is said in the demonstration year: notes as a desk would take them, and how such a call ends.

The texts (`data/conversations.csv`) keep to what the field's public pages say; weights and profiles
(`data/mix.csv`) are a proposal, not a survey. Report texts hold no personal data and no telephone number.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import Final, TypeVar

from msgspec import Struct

from callcenter.calls.rules import Channel, Disposition, Language, Relation

Mix = Mapping[str, float]
T = TypeVar("T")


class Variant(Struct, frozen=True):
    """One way a call of a category goes."""

    question: str
    answer: str
    report_text: str


class Script(Struct, frozen=True):
    """A category's share of all calls (`weight`, relative), how its calls end (`profile`), what is said."""

    code: str
    weight: int
    profile: str
    variants: tuple[Variant, ...]


class Conversation(Struct, frozen=True):
    """The content of one call record."""

    category_code: str
    question: str
    answer: str
    report_text: str
    disposition: Disposition
    relation: Relation
    channel: Channel
    language: Language
    is_complaint: bool
    is_difficult: bool


DISPOSITIONS: Final[Mapping[str, Mapping[Disposition, float]]] = {
    "inform": {
        Disposition.COMPLETED: 89,
        Disposition.REFERRED: 3,
        Disposition.TRANSFERRED: 3,
        Disposition.ESCALATED: 2,
        Disposition.CALLBACK_PROMISED: 2,
        Disposition.DISCONNECTED: 1,
    },
    "booking": {
        Disposition.BOOKING: 96,
        Disposition.ESCALATED: 2,
        Disposition.CALLBACK_PROMISED: 1,
        Disposition.DISCONNECTED: 1,
    },
    "refer": {
        Disposition.REFERRED: 76,
        Disposition.COMPLETED: 16,
        Disposition.TRANSFERRED: 7,
        Disposition.DISCONNECTED: 1,
    },
    "city": {
        Disposition.COMPLETED: 48,
        Disposition.ESCALATED: 30,
        Disposition.TRANSFERRED: 14,
        Disposition.CALLBACK_PROMISED: 8,
    },
    "request": {
        Disposition.COMPLETED: 66,
        Disposition.ESCALATED: 20,
        Disposition.TRANSFERRED: 8,
        Disposition.CALLBACK_PROMISED: 6,
    },
    "nuisance": {Disposition.COMPLETED: 40, Disposition.DISCONNECTED: 60},
}
COMPLAINT_RATES: Final[Mix] = {"request": 0.55, "city": 0.05, "booking": 0.006, "nuisance": 0.0}
DIFFICULT_RATES: Final[Mix] = {"request": 0.08, "city": 0.06, "nuisance": 0.03}
_USUAL_COMPLAINT: Final = 0.01
_USUAL_DIFFICULT: Final = 0.004

RELATIONS: Final[Mapping[Relation, float]] = {
    Relation.SELF: 68,
    Relation.FAMILY: 22,
    Relation.PROXY: 2.5,
    Relation.SUPPORTER: 3,
    Relation.BUSINESS: 1.5,
    Relation.CITY_STAFF: 2,
    Relation.UNKNOWN: 1,
}
LANGUAGES: Final[Mapping[Language, float]] = {
    Language.JAPANESE: 97.2,
    Language.ENGLISH: 0.9,
    Language.CHINESE: 0.6,
    Language.VIETNAMESE: 0.6,
    Language.PORTUGUESE: 0.25,
    Language.KOREAN: 0.2,
    Language.SPANISH: 0.15,
    Language.OTHER: 0.1,
}
OFF_EXCHANGE: Final[Mapping[Channel, float]] = {
    Channel.COUNTER: 46,
    Channel.CALLBACK: 34,
    Channel.FAX: 14,
    Channel.EMAIL: 6,
}
"""What came by another way than the telephone exchange's count."""

# Said after the usual answer, so that the words agree with the way the call ended.
_ENDINGS: Final[Mapping[Disposition, tuple[str, str]]] = {
    Disposition.ESCALATED: ("個別の確認が必要なため、市へ照会した。", "市へ照会。"),
    Disposition.CALLBACK_PROMISED: ("確認のうえ、折り返しお電話することを約束した。", "折返しを約束。"),
    Disposition.TRANSFERRED: ("詳しくお聞きになりたいとのことで、担当へ転送した。", "担当へ転送。"),
    Disposition.DISCONNECTED: ("説明の途中で通話が切れた。", "途中で切断。"),
    Disposition.REFERRED: ("あわせて担当機関の連絡先を案内。", ""),
}
_SILENT_PROFILE: Final = "nuisance"


@cache
def scripts() -> Mapping[str, Script]:
    """Every category's script by code, in order."""
    variants: dict[str, list[Variant]] = {}
    for row in _rows("conversations.csv"):
        said = Variant(row["question"], row["answer"], row["report_text"])
        variants.setdefault(row["code"], []).append(said)
    return {
        row["code"]: Script(row["code"], int(row["weight"]), row["profile"], tuple(variants[row["code"]]))
        for row in _rows("mix.csv")
    }


def draw(rng: random.Random, *, by_exchange: bool = True) -> Conversation:
    """One call's content. `by_exchange=False`: it came by counter, fax, mail or was a call back."""
    script = _draw_script(rng)
    variant = rng.choice(script.variants)
    disposition = _pick(rng, DISPOSITIONS[script.profile])
    answer, report_text = _ended(variant, script.profile, disposition)
    return Conversation(
        category_code=script.code,
        question=variant.question,
        answer=answer,
        report_text=report_text,
        disposition=disposition,
        relation=Relation.UNKNOWN if script.profile == _SILENT_PROFILE else _pick(rng, RELATIONS),
        channel=Channel.PHONE if by_exchange else _pick(rng, OFF_EXCHANGE),
        language=_pick(rng, LANGUAGES),
        is_complaint=rng.random() < COMPLAINT_RATES.get(script.profile, _USUAL_COMPLAINT),
        is_difficult=rng.random() < DIFFICULT_RATES.get(script.profile, _USUAL_DIFFICULT),
    )


def _draw_script(rng: random.Random) -> Script:
    codes, weights = _cumulative()
    return scripts()[rng.choices(codes, cum_weights=weights)[0]]


@cache
def _cumulative() -> tuple[tuple[str, ...], Sequence[int]]:
    return tuple(scripts()), list(accumulate(script.weight for script in scripts().values()))


def _pick(rng: random.Random, mix: Mapping[T, float]) -> T:
    return rng.choices(tuple(mix), tuple(mix.values()))[0]


def _ended(variant: Variant, profile: str, disposition: Disposition) -> tuple[str, str]:
    spoken, reported = _ENDINGS.get(disposition, ("", ""))
    if profile in (_SILENT_PROFILE, "refer") and disposition in (Disposition.REFERRED, Disposition.DISCONNECTED):
        return variant.answer, variant.report_text
    return variant.answer + spoken, variant.report_text + reported


def _rows(name: str) -> Iterator[dict[str, str]]:
    source = files("callcenter.demo") / "data" / name
    yield from csv.DictReader(source.read_text(encoding="utf-8").splitlines())
