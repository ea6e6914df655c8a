"""What the pages around the punches share: the month that is shown."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from callcenter.clock import local
from callcenter.contracts.queries import contract
from callcenter.errors import InvalidInput
from callcenter.rosters.timebook.rules import first_of_month, months_between
from callcenter.rosters.timebook.schemas import month_of
from reports.wareki import wareki_month


class PageMonth(Struct, frozen=True):
    """The month a page shows, inside the contract, and those beside it."""

    first: date
    previous: date | None
    following: date | None
    choices: tuple[tuple[str, str], ...]

    @property
    def key(self) -> str:
        """2026-06"""
        return f"{self.first:%Y-%m}"

    @property
    def label(self) -> str:
        """令和8年6月"""
        return wareki_month(self.first)


def page_month(contract_id: UUID, raw: str | None, at: datetime) -> PageMonth:
    """The month asked for, else that of today. Raises `InvalidInput` outside the contract."""
    term = contract(contract_id)
    months = months_between(term.starts_on, term.ends_on)
    today = min(max(first_of_month(local(at).on), months[0]), months[-1])
    first = month_of(raw, today)
    if first not in months:
        raise InvalidInput(f"{wareki_month(first)}は契約期間の外です。")
    index = months.index(first)
    return PageMonth(
        first,
        months[index - 1] if index else None,
        months[index + 1] if index + 1 < len(months) else None,
        tuple((f"{month:%Y-%m}", wareki_month(month)) for month in months),
    )
