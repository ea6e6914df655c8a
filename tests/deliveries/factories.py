"""Submitted documents for tests."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from callcenter.deliveries import service
from callcenter.deliveries.rules import Edition, Kind
from callcenter.web.transaction import transaction
from tests.centre import Centre, Person

MONDAY = date(2026, 6, 1)


def built(edition: Edition, content: bytes = b"workbook") -> service.BuiltFile:
    return service.BuiltFile(
        edition, f"日報_{edition.value}.xlsx", f"daily_{edition.value}.xlsx", "text/plain", content
    )


def submission(centre: Centre, *, number: int = 1, on: date = MONDAY, note: str = "") -> service.Submission:
    return service.Submission(
        kind=Kind.DAILY,
        period_from=on,
        period_to=on,
        number=number,
        figures={"recorded": {"label": "対応件数", "state": "counted", "value": 3, "text": "3"}},
        marks={},
        cutoff_at=centre.now,
        change_note=note,
        files=[built(edition, f"{edition.value} {number}".encode()) for edition in Edition],
    )


def submitted(centre: Centre, supervisor: Person, *, number: int = 1, on: date = MONDAY, note: str = "") -> UUID:
    """A version that stands before the city; needs no app context."""
    with centre.inside(), transaction():
        return service.submit(submission(centre, number=number, on=on, note=note), by=supervisor.actor, at=centre.now)
