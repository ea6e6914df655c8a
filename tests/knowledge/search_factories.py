"""Entries put in as the services leave them, without the way they take there."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from callcenter.extensions import db, new_id
from callcenter.knowledge import queries
from callcenter.knowledge.models import Entry, Version
from callcenter.knowledge.rules import EntryKind, Stage
from callcenter.knowledge.search import store
from callcenter.web.transaction import transaction
from tests.centre import Centre

TODAY = date(2026, 6, 1)


def published(centre: Centre, title: str, *, entry_id: UUID | None = None, from_on: date = TODAY) -> UUID:
    """A version in force from a day, of a new entry or of one that is there."""
    with centre.inside(), transaction():
        number = 1
        if entry_id is None:
            entry_id = _entry(centre)
        else:
            number += len(queries.versions(centre.contract_id, entry_id))
        db.session.add(_version(centre, entry_id, number, title, from_on))
        db.session.flush()
        store.changed(centre.contract_id)
    return entry_id


def _entry(centre: Centre) -> UUID:
    number = queries.next_number(centre.contract_id, EntryKind.FAQ)
    row = Entry(contract_id=centre.contract_id, id=new_id(), kind="faq", number=number, created_at=centre.now)
    db.session.add(row)
    db.session.flush()
    return row.id


def _version(centre: Centre, entry_id: UUID, number: int, title: str, from_on: date) -> Version:
    told = {"title": title, "body": "", "said_as": [], "related": [], "audience": "public", "source_kind": "own"}
    when = {"edited_at": centre.now, "effective_on": from_on, "published_at": centre.now}
    return Version(
        contract_id=centre.contract_id,
        id=new_id(),
        entry_id=entry_id,
        number=number,
        stage=Stage.PUBLISHED.value,
        author_name="見本",
        **told,
        **when,
    )
