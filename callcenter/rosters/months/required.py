"""How many operators the forecast wants, for the solver and the screen of a month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

Required = Mapping[date, Mapping[int, int]]
"""Required operators of each day by the minute a quarter of an hour starts at; days without a forecast missing."""


def required_operators(contract_id: UUID, days: Sequence[date], at: datetime) -> Required:
    """Empty while the history is too short for a forecast. Loads numpy when first asked."""
    from callcenter.rosters.staffing.forecasting import required_operators as wanted

    return wanted(contract_id, days, at)
