"""What the homes need to know of reporting, which stands beside them; `app.py` binds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from uuid import UUID

from flask import current_app

CHANGED_REPORTS = "callcenter_changed_reports"
ChangedReports = Callable[[UUID, date, date, datetime], Sequence[date]]
"""The days of a range whose submitted report no longer says what the day says, at an instant."""


def changed_reports(contract_id: UUID, from_on: date, to_on: date, at: datetime) -> Sequence[date]:
    bound: ChangedReports = current_app.extensions[CHANGED_REPORTS]
    return bound(contract_id, from_on, to_on, at)
