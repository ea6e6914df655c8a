"""Which column of an exchange's report tells what: chosen by a person, suggested by headings, remembered."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, Self

from msgspec import Struct
from msgspec.structs import asdict

from callcenter.calls.exchange.csv_values import clean
from callcenter.errors import InvalidInput

HEADING_LENGTH: Final = 100
LONGEST_WITHIN: Final = 600

LABELS: Final[Mapping[str, str]] = {
    "date": "日付",
    "start": "時間帯",
    "offered": "着信数",
    "answered": "応答数",
    "abandoned": "放棄数",
    "wait_seconds": "待ち時間（秒）の合計",
    "answered_within": "n秒以内の応答数",
}
"""The columns a mapping can name, with their labels on screen."""

# One column may hold both; averages and maxima of waiting are left out on purpose, they do not add up.
_BOTH: Final = "日時 開始日時 集計日時 datetime timestamp"
_SYNONYMS: Final[Mapping[str, str]] = {
    "date": f"日付 年月日 対象日 集計日 受付日 月日 日 date day {_BOTH}",
    "start": f"時間帯 時間区分 開始時刻 開始時間 時刻 時間 開始 interval starttime start time hour {_BOTH}",
    "offered": "着信数 着信件数 総着信数 着信呼数 着信呼 着信 着呼数 入電数 入電件数 総入電数 "
    "受電数 受電件数 総呼数 呼数 offered callsoffered offeredcalls received incoming calls totalcalls",
    "answered": "応答数 応答件数 応答呼数 応答呼 応答 応対数 応対件数 完了呼数 完了呼 "
    "answered callsanswered answeredcalls handled connected",
    "abandoned": "放棄数 放棄件数 放棄呼数 放棄呼 放棄 途中放棄数 途中放棄 途中切断数 "
    "abandoned callsabandoned abandonedcalls abandons lost",
    "wait_seconds": "待ち時間合計 総待ち時間 合計待ち時間 待ち秒数合計 待ち秒数 待ち時間 待時間 "
    "waitseconds waitingseconds totalwait totalwaittime waittime wait",
    "answered_within": "秒以内応答数 秒以内応答件数 秒以内応答 秒以内の応答数 秒以内の応答件数 秒以内の応答 "
    "answeredwithin answeredwithins answeredwithinsec answeredwithinseconds answeredinsl withinservicelevel",
}
# A heading such as 20秒以内応答数 says itself what it counts.
_SECONDS: Final = re.compile(r"(\d{1,3})\s*(?:秒|s\b|sec)", re.ASCII | re.IGNORECASE)


class ColumnMapping(Struct, frozen=True):
    """Headings of the columns to read; None = not in the file. Without `start` the counts are per day."""

    date: str
    offered: str
    start: str | None = None
    answered: str | None = None
    abandoned: str | None = None
    wait_seconds: str | None = None
    answered_within: str | None = None

    @property
    def within_seconds(self) -> int | None:
        """The seconds that the heading of `answered_within` names; None: it names none."""
        found = _SECONDS.search(clean(self.answered_within or ""))
        return int(found[1]) if found and int(found[1]) <= LONGEST_WITHIN else None

    @property
    def per_day(self) -> bool:
        return self.start is None

    def chosen(self) -> dict[str, str]:
        """Field → heading, of the columns that are mapped."""
        return {key: heading for key, heading in asdict(self).items() if heading is not None}

    def as_dict(self) -> dict[str, str | None]:
        """What is remembered; `from_dict` reads it back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, source: Mapping[str, object]) -> Self:
        """A mapping as kept or as a form sends it. InvalidInput when a column is missing or used twice."""
        values = {name: _heading(source.get(name)) for name in cls.__struct_fields__}
        errors = {key: [f"{LABELS[key]}の列を選んでください。"] for key in ("date", "offered") if not values[key]}
        for key in _used_twice(values):
            errors.setdefault(key, []).append("同じ列を2つの項目に使うことはできません。")
        if errors:
            raise InvalidInput("列の対応を確認してください。", errors=errors)
        return cls(**values)  # type: ignore[arg-type]  # date and offered were checked above


def suggest_mapping(headings: Sequence[str]) -> ColumnMapping | None:
    """The mapping that Japanese or English headings suggest; None when date or offered is not among them."""
    by_name = {plain(heading): heading for heading in reversed(headings)}
    found = {key: _first(names.split(), by_name) for key, names in _SYNONYMS.items()}
    found["answered_within"] = _first(_SYNONYMS["answered_within"].split(), _without_digits(by_name))
    day, offered = found.pop("date"), found.pop("offered")
    return ColumnMapping(date=day, offered=offered, **found) if day and offered else None


def plain(heading: str) -> str:
    """A heading without units in brackets, spaces, marks and case: `Calls Offered`, `着信数（件）`."""
    bare = clean(heading).casefold().partition("(")[0].partition("[")[0]
    return "".join(letter for letter in bare if letter.isalnum())


def one_line(cell: str) -> str:
    """A cell cleaned, its line breaks taken out: exchanges fold their headings."""
    return "".join(clean(cell).splitlines())


def _without_digits(by_name: Mapping[str, str]) -> dict[str, str]:
    return {"".join(letter for letter in name if not letter.isdigit()): heading for name, heading in by_name.items()}


def _used_twice(values: Mapping[str, str | None]) -> list[str]:
    """Fields whose heading an earlier field has; date and time of day may share a column."""
    owner: dict[str | None, str] = {}
    found = []
    for key, heading in values.items():
        first = owner.setdefault(heading, key)
        if heading and first != key and {first, key} != {"date", "start"}:
            found.append(key)
    return found


def _first(names: Sequence[str], by_name: Mapping[str, str]) -> str | None:
    return next((by_name[name] for name in names if name in by_name), None)


def _heading(value: object) -> str | None:
    return one_line(value)[:HEADING_LENGTH] or None if isinstance(value, str) else None
