"""Reads of editions: what was submitted, what the city has asked for, what of both waits for the centre."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.contracts import queries as contracts
from callcenter.deliveries import queries as delivered
from callcenter.deliveries.queries import VersionFacts
from callcenter.deliveries.rules import Kind, State
from callcenter.extensions import db
from callcenter.knowledge import queries
from callcenter.knowledge.models import EditionRequest
from callcenter.web.pagination import Page
from reports.wareki import moment, wareki_weekday

SHOWN_REQUESTS = 20


class RequestFacts(Struct, frozen=True):
    """A request of the city for the latest edition; `delivery_version_id`: what answered it."""

    id: UUID
    asked_at: datetime
    asker_name: str
    note: str
    answered_at: datetime | None
    delivery_version_id: UUID | None


_REQUEST = tuple(getattr(EditionRequest, name) for name in RequestFacts.__struct_fields__)


def requests(contract_id: UUID, most: int = SHOWN_REQUESTS) -> list[RequestFacts]:
    """The requests of the city, the newest first."""
    return _requests(EditionRequest.contract_id == contract_id, most=most)


def open_requests(contract_id: UUID) -> list[RequestFacts]:
    """What the city waits for, the newest first."""
    return _requests(EditionRequest.contract_id == contract_id, EditionRequest.answered_at.is_(None))


def _requests(*conditions: Any, most: int | None = None) -> list[RequestFacts]:
    newest = (EditionRequest.asked_at.desc(), EditionRequest.id.desc())
    rows = db.session.execute(select(*_REQUEST).where(*conditions).order_by(*newest).limit(most))
    return [RequestFacts(*row) for row in rows]


def submitted(contract_id: UUID, page: Page) -> tuple[list[VersionFacts], int]:
    """The newest version of each day's edition, the latest day first, and how many days there are."""
    return delivered.newest_versions(contract_id, delivered.Wanted(kind=Kind.MANUAL), page)


def newest(contract_id: UUID) -> VersionFacts | None:
    """The edition that was submitted last."""
    found, _ = submitted(contract_id, Page(size=1))
    return found[0] if found else None


def content_day(contract_id: UUID, today: date) -> date:
    """The day whose content an edition of today holds: today's, before the contract starts that of its first day."""
    return max(today, contracts.contract(contract_id).starts_on)


# --- what waits for the centre ---


class Waiting(Struct, frozen=True):
    """Something to do about the edition. `kind`: `edition_asked`, `edition_back` or `edition_due`."""

    kind: str
    name: str
    detail: str = ""


def waiting(contract_id: UUID, today: date) -> Sequence[Waiting]:
    """What of the edition waits for the centre on a day."""
    return list(_waiting(contract_id, today))


def _waiting(contract_id: UUID, today: date) -> Iterator[Waiting]:
    for one in open_requests(contract_id):
        yield Waiting("edition_asked", f"{moment(one.asked_at)}の求め", f"{one.asker_name}（市）")
    last = newest(contract_id)
    if last is None:
        starts_on = contracts.contract(contract_id).starts_on
        if queries.ruling_on(contract_id, max(today, starts_on)):
            yield Waiting("edition_due", "契約の始まりに出す版", f"期日は{wareki_weekday(starts_on)}の前まで")
    elif last.state is State.SENT_BACK:
        yield Waiting("edition_back", f"{wareki_weekday(last.period_from)}提出の版", f"：{last.comment}")
