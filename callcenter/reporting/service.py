"""Use cases of reporting: matters of a day, confirmed findings. None of them commits."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.audit.service import Act, record
from callcenter.errors import Forbidden, NotFound
from callcenter.extensions import db, new_id
from callcenter.protection.cipher import seal
from callcenter.protection.deployment import keys_for
from callcenter.reporting.models import FindingConfirmation, Matter
from callcenter.reporting.rules import MatterKind
from callcenter.web.access import Actor

MATTER_LABEL = "report.matter"


class NewMatter(Struct, frozen=True):
    """A matter to report of a day; `local_minute` when it happened, if that matters. Text is clean and scanned."""

    local_on: date
    kind: MatterKind
    local_minute: int | None
    text: str


def add_matter(new: NewMatter, *, by: Actor, at: datetime) -> UUID:
    row = Matter(
        contract_id=by.contract,
        id=new_id(),
        local_on=new.local_on,
        kind=new.kind.value,
        local_minute=new.local_minute,
        created_at=at,
        created_by=_person(by),
    )
    row.text = seal(keys_for(by.contract), MATTER_LABEL, by.contract, row.id, new.text)
    db.session.add(row)
    details = {"on": new.local_on.isoformat(), "kind": new.kind.value}
    record(Act("matter.added", "report_matter", str(row.id), details), by=by, at=at)
    return row.id


def withdraw_matter(matter_id: UUID, *, by: Actor, at: datetime) -> date:
    """Take a matter back; it stays in the tables. Returns its day."""
    row = db.session.get(Matter, (by.contract, matter_id))
    if row is None or row.withdrawn_at is not None:
        raise NotFound()
    row.withdrawn_at = at
    record(Act("matter.withdrawn", "report_matter", str(matter_id)), by=by, at=at)
    return row.local_on


def confirm_finding(on: date, mark: bytes, *, by: Actor, at: datetime) -> None:
    """A person looked at one finding and lets it stand. Confirming twice is the same as once."""
    known = db.session.execute(
        select(FindingConfirmation.id).where(
            FindingConfirmation.contract_id == by.contract,
            FindingConfirmation.local_on == on,
            FindingConfirmation.mark == mark,
        )
    ).first()
    if known:
        return
    row = FindingConfirmation(
        contract_id=by.contract,
        id=new_id(),
        local_on=on,
        mark=mark,
        confirmed_at=at,
        confirmed_by=_person(by),
    )
    db.session.add(row)
    record(Act("finding.confirmed", "report_finding", str(row.id), {"on": on.isoformat()}), by=by, at=at)


def _person(by: Actor) -> UUID:
    if by.user_id is None:
        raise Forbidden()
    return by.user_id
