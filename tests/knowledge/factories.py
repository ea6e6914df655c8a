"""Entries as the services make them: written, approved by the city, published."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from callcenter.clock import local
from callcenter.knowledge import approval, writing
from callcenter.knowledge.rules import EntryKind, SourceKind, Stage
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Centre, Person

TITLE, BODY = "カードの受取りに必要なもの", "通知書と本人確認書類を**お持ちください**。"
LEGAL = "番号利用法第17条"


class Made(NamedTuple):
    """An entry and one version of it."""

    entry_id: UUID
    version_id: UUID


def content(**changes: Any) -> writing.Content:
    """What the city could approve."""
    given: dict[str, Any] = {
        "title": TITLE,
        "body": BODY,
        "category_code": "0101",
        "reason": "問合せが多いため",
        "source_kind": SourceKind.LAW,
        "law": LEGAL,
        "review_by_on": date(2027, 3, 31),
    }
    return writing.Content(**{**given, **changes})


def draft(
    centre: Centre,
    by: Person | None = None,
    *,
    kind: EntryKind = EntryKind.FAQ,
    at: datetime | None = None,
    **more: Any,
) -> Made:
    """An entry with its first draft; `more` is its content."""
    author, at = by or supervisor(centre), at or centre.now
    with centre.inside(), transaction():
        return Made(*writing.create_entry(writing.NewEntry(kind, content(**more)), by=author.actor, at=at))


def published_entry(
    centre: Centre,
    *,
    title: str = TITLE,
    body: str = BODY,
    said_as: tuple[str, ...] = (),
    category: str = "0101",
    kind: EntryKind = EntryKind.FAQ,
    on: date | None = None,
    by: Person | None = None,
    officer: Person | None = None,
    at: datetime | None = None,
    **more: Any,
) -> Made:
    """An entry in force from `on` (today): written, put before the city, approved and published at `at` (now).
    Nothing is prepared for the search; whoever searches has it prepared then."""
    author = by or supervisor(centre)
    made = draft(
        centre, author, kind=kind, at=at, title=title, body=body, said_as=said_as, category_code=category, **more
    )
    publish(centre, made.version_id, on=on, by=author, officer=officer, at=at)
    return made


def revised(
    centre: Centre,
    entry_id: UUID,
    *,
    on: date | None = None,
    by: Person | None = None,
    officer: Person | None = None,
    at: datetime | None = None,
    **changes: Any,
) -> UUID:
    """A further published version of an entry, with these fields changed."""
    author, at = by or supervisor(centre), at or centre.now
    version_id = second_draft(centre, entry_id, by=author, at=at, **changes)
    publish(centre, version_id, on=on, by=author, officer=officer, at=at)
    return version_id


def second_draft(
    centre: Centre, entry_id: UUID, *, by: Person | None = None, at: datetime | None = None, **changes: Any
) -> UUID:
    """A further version of an entry, as a draft."""
    from msgspec import structs

    from callcenter.knowledge import queries

    author, at = by or supervisor(centre), at or centre.now
    with centre.inside():
        with transaction():
            version_id = writing.new_version(entry_id, by=author.actor, at=at)
        held = queries.version(centre.contract_id, version_id)
        given = {"reason": "制度が変わったため", **changes}
        with transaction():
            wanted = structs.replace(writing.content_of(held), **given)
            writing.edit(version_id, wanted, held.row_version, by=author.actor, at=at)
    return version_id


def submitted(centre: Centre, version_id: UUID, *, by: Person | None = None, at: datetime | None = None) -> None:
    """Put a draft before the city."""
    from callcenter.knowledge import queries

    author, at = by or supervisor(centre), at or centre.now
    with centre.inside():
        held = queries.version(centre.contract_id, version_id)
        with transaction():
            approval.submit(version_id, held.row_version, by=author.actor, at=at)


def approved(
    centre: Centre,
    version_id: UUID,
    *,
    by: Person | None = None,
    officer: Person | None = None,
    at: datetime | None = None,
) -> None:
    """Put a draft before the city and let the city approve it."""
    submitted(centre, version_id, by=by, at=at)
    city = officer or centre.person(Role.CITY_OFFICER, name="例田 職員")
    with centre.inside(), transaction():
        approval.decide(version_id, approval.Decision(Stage.APPROVED), by=city.actor, at=at or centre.now)


def publish(
    centre: Centre,
    version_id: UUID,
    *,
    on: date | None = None,
    by: Person | None = None,
    officer: Person | None = None,
    at: datetime | None = None,
) -> None:
    """Bring a draft into force."""
    author, at = by or supervisor(centre), at or centre.now
    approved(centre, version_id, by=author, officer=officer, at=at)
    with centre.inside(), transaction():
        wanted = approval.Publication(on or local(at).on)
        approval.publish(version_id, wanted, by=author.actor, at=at)


def retired(centre: Centre, entry_id: UUID, *, on: date | None = None, by: Person | None = None) -> None:
    """Let an entry be in force no more, from tomorrow or `on`."""
    author = by or supervisor(centre)
    wanted = approval.Retirement(on or local(centre.now).on + timedelta(days=1), "制度がなくなったため", confirmed=True)
    with centre.inside(), transaction():
        approval.retire(entry_id, wanted, by=author.actor, at=centre.now)


def supervisor(centre: Centre) -> Person:
    """Someone who writes entries."""
    return centre.person(Role.SUPERVISOR, name="見本 責任者")
