"""The blueprint of the month's roster, and what its pages share: the month asked for, the rosters there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, request
from msgspec import Struct

from callcenter.clock import local, now
from callcenter.contracts.queries import contract
from callcenter.errors import Conflict, InvalidInput
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.rosters.codes import RosterState
from callcenter.rosters.months import schemas
from callcenter.rosters.months.board import Board, DayCoverage, board, day_coverage
from callcenter.rosters.months.facts import MonthFacts, month_facts
from callcenter.rosters.months.publishing import shortage_words
from callcenter.rosters.months.queries import Version, cells_of, in_state, live_cells, versions
from callcenter.rosters.months.required import required_operators
from callcenter.rosters.months.rules import Cell, Change, differences
from callcenter.web.access import actor
from reports.wareki import wareki_month

blueprint = Blueprint("months", __name__)
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)


def asked_month(raw: str | None = None) -> date:
    """The first day of the month of the address (or of `raw`), else today's, as near to the contract as can be."""
    given = raw if raw is not None else request.values.get("month")
    first = schemas.month_of(given, local(now()).on)
    if given:
        return first
    term = contract(actor().contract)
    return min(max(first, term.starts_on.replace(day=1)), term.ends_on.replace(day=1))


def month_choices(contract_id: UUID) -> list[tuple[str, str]]:
    """Every month of the contract: 2026-06 and 令和8年6月's words."""
    term, found = contract(contract_id), []
    first = term.starts_on.replace(day=1)
    while first <= term.ends_on:
        found.append((f"{first:%Y-%m}", wareki_month(first)))
        first = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return found


class MonthView(Struct, frozen=True):
    """A month as a page shows it: the draft where there is one (and the plan was not asked for), else the plan."""

    facts: MonthFacts
    versions: Sequence[Version]
    draft: Version | None
    published: Version | None
    editing: bool
    cells: tuple[Cell, ...]
    live: tuple[Cell, ...]

    @property
    def first(self) -> date:
        return self.facts.month.first

    @property
    def title(self) -> str:
        return wareki_month(self.first)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What publishing the draft would change in the plan."""
        if not self.editing:
            return ()
        return tuple(one for one in differences(self.live, self.cells) if one.on >= self.facts.today)


def month_view(first: date, *, live: bool = False) -> MonthView:
    """Read a month. Raises `InvalidInput` outside the contract."""
    contract_id = actor().contract
    facts, known = month_facts(contract_id, first, now()), versions(contract_id, first)
    planned = live_cells(contract_id, facts.month.from_on, facts.month.to_on)
    draft = in_state(known, RosterState.DRAFT)
    editing = draft is not None and not live
    cells = cells_of(contract_id, draft.id) if draft is not None and editing else planned
    return MonthView(facts, known, draft, in_state(known, RosterState.PUBLISHED), editing, cells, planned)


def selected_day(view: MonthView, raw: str | None) -> date:
    """The day whose coverage is shown: the one asked for, today, else the first open day of the month."""
    days = view.facts.month.days
    asked = next((day.on for day in days if day.on.isoformat() == raw), None)
    if asked is not None:
        return asked
    coming = [day.on for day in days if day.hours is not None and day.on >= view.facts.today]
    return coming[0] if coming else days[-1].on


def live_part(view: MonthView, day: str | None) -> dict[str, Any]:
    """What the part of the page that changes with every cell is drawn from."""
    on = selected_day(view, day)
    found: Board = board(view.facts, view.cells)
    required = required_operators(actor().contract, [on], now())
    covered: DayCoverage | None = day_coverage(view.facts, view.cells, on, required)
    lines = [shortage_words(one) for one in found.shortages]
    return {"view": view, "board": found, "selected": on, "covered": covered, "shortage_lines": lines}
