"""What of manuals and FAQ waits for a person at the centre: read for the first page."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.extensions import db
from callcenter.knowledge import readings
from callcenter.knowledge.models import News
from callcenter.knowledge.news import ISSUER_LABELS, Issuer


class Unread(Struct, frozen=True):
    """Somebody who has not read everything that is in force."""

    name: str
    count: int


class OpenNotice(Struct, frozen=True):
    """A notice that is not done, and for how many days it has been there."""

    id: UUID
    issuer: str
    title: str
    age_days: int


def unread_people(contract_id: UUID, today: date) -> list[Unread]:
    """Who has something to read on a day, in the order of the reading of their names; nobody outside the term."""
    asked = [one.id for one in readings.asked(contract_id, today)]
    if not asked:
        return []
    return [Unread(one.user.name, one.missing) for one in readings.people(contract_id, asked) if one.missing]


def open_notices(contract_id: UUID, today: date) -> list[OpenNotice]:
    """The notices that wait, the longest waiting first."""
    rows = db.session.execute(
        select(News.id, News.issuer, News.title, News.received_on)
        .where(News.contract_id == contract_id, News.done_at.is_(None))
        .order_by(News.received_on, News.number)
    )
    return [OpenNotice(row.id, _issuer(row.issuer), row.title, (today - row.received_on).days) for row in rows]


def _issuer(value: str) -> str:
    return ISSUER_LABELS[Issuer(value)]
