"""Open data of the city: how many inquiries each day had, as it was handed over (受付年月日 … 備考).

What is published is what was delivered: only days whose daily report was submitted, with the count that its newest
version prints. Closed days have no report and are absent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from msgspec import Struct

from callcenter.contracts.queries import ContractFacts, contract, setting
from callcenter.contracts.settings import PREFECTURES
from callcenter.deliveries.queries import VersionFacts, states_between
from callcenter.deliveries.rules import Kind
from callcenter.errors import InvalidInput
from reports.columns import Column
from reports.delimited import Encoding, table_csv
from reports.tables import Row

ENCODINGS = {"utf-8": ("UTF-8", Encoding.UTF_8), "shift_jis": ("Shift_JIS", Encoding.SHIFT_JIS)}
"""What an address names → what a person and the writer call it."""

COUNTED = "recorded"
COLUMNS = (
    Column("on", "受付年月日"),
    Column("code", "全国地方公共団体コード"),
    Column("prefecture", "都道府県名"),
    Column("city", "市区町村名"),
    Column("count", "相談件数"),
    Column("note", "備考"),
)


class Municipality(Struct, frozen=True):
    """Whose data it is. An empty code or prefecture: the contract's settings do not name it."""

    code: str
    prefecture: str
    name: str


def municipality(contract_id: UUID, on: date) -> Municipality:
    """The municipality as the contract's settings name it on a day, where they do not from its code and its city."""
    facts = contract(contract_id)
    code = _word(contract_id, "city_code", on)
    prefecture = _word(contract_id, "prefecture_name", on) or (PREFECTURES[int(code[:2]) - 1] if code else "")
    return Municipality(code, prefecture, _word(contract_id, "city_only_name", on) or _city_of(facts, prefecture))


def _word(contract_id: UUID, name: str, on: date) -> str:
    value: list[str] = setting(contract_id, name, on, [])
    return value[0] if value else ""


def _city_of(facts: ContractFacts, prefecture: str) -> str:
    return facts.city_name.removeprefix(prefecture) if prefecture else facts.city_name


class Wanted(Struct, frozen=True):
    """Which days are wanted, both included, and how the file is encoded (a key of `ENCODINGS`)."""

    from_on: date
    to_on: date
    encoding: str = "utf-8"


def check_wanted(wanted: Wanted) -> None:
    """Raises `InvalidInput` naming the field."""
    if wanted.to_on < wanted.from_on:
        raise InvalidInput(errors={"to": ["終わりの日は、はじめの日以後にしてください。"]})
    if wanted.encoding not in ENCODINGS:
        raise InvalidInput(errors={"encoding": ["文字コードを選び直してください。"]})


def rows(contract_id: UUID, wanted: Wanted, whose: Municipality) -> list[Row]:
    """One row a day, by date; keys are those of `columns`."""
    found = states_between(contract_id, Kind.DAILY, wanted.from_on, wanted.to_on)
    return [
        {
            "on": on.isoformat(),
            "code": whose.code,
            "prefecture": whose.prefecture,
            "city": whose.name,
            "count": count,
            "note": f"訂正後の件数（第{version.number}版）" if version.number > 1 else "",
        }
        for on, version in sorted(found.items())
        if (count := _count(version)) is not None
    ]


def _count(version: VersionFacts) -> int | None:
    value = version.figures.get(COUNTED, {}).get("value")
    return None if value is None else int(value)


def csv(found: list[Row], encoding: str) -> Iterator[bytes]:
    """The file, UTF-8 with BOM or Shift_JIS; no cell can begin a formula."""
    return table_csv(COLUMNS, found, ENCODINGS[encoding][1])
