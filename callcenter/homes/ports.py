"""What the homes need to know of reporting, which stands beside them; `app.py` binds it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from flask import current_app

CHANGED_REPORTS = "callcenter_changed_reports"
ChangedReports = Callable[[UUID, date, date, datetime], Sequence[date]]
"""The days of a range whose submitted report no longer says what the day says, at an instant."""
OPEN_REPORTS = "callcenter_open_reports"
READY_DRAFTS = "callcenter_ready_drafts"
ReadyDrafts = Callable[[UUID, Collection[date], datetime], Collection[date]]
"""Those of some days whose draft was built and says what the records say."""


class OpenReport(Protocol):
    """Something of a report over a period, a notice or an invoice that waits (`homes.points.OpenPoint`)."""

    @property
    def kind(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def endpoint(self) -> str: ...

    @property
    def arguments(self) -> tuple[tuple[str, str], ...]: ...

    @property
    def detail(self) -> str: ...

    @property
    def due_on(self) -> date | None: ...


OpenReports = Callable[[UUID, datetime], Sequence[OpenReport]]


def changed_reports(contract_id: UUID, from_on: date, to_on: date, at: datetime) -> Sequence[date]:
    bound: ChangedReports = current_app.extensions[CHANGED_REPORTS]
    return bound(contract_id, from_on, to_on, at)


def open_reports(contract_id: UUID, at: datetime) -> Sequence[OpenReport]:
    bound: OpenReports = current_app.extensions[OPEN_REPORTS]
    return bound(contract_id, at)


def ready_drafts(contract_id: UUID, days: Collection[date], at: datetime) -> Collection[date]:
    bound: ReadyDrafts = current_app.extensions[READY_DRAFTS]
    return bound(contract_id, days, at)
