"""Reads of the desk: one's own open calls, what a save needs, a caller's earlier contacts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Table, bindparam, func, select

from callcenter.accounts.models import User
from callcenter.calls.drafts import StoredDraft
from callcenter.calls.models import IS_OPEN, Call, CallCategoryName
from callcenter.calls.rules import CallState, CategoryVersion
from callcenter.calls.sealing import DRAFT, opened, opened_json
from callcenter.errors import NotFound
from callcenter.extensions import db
from callcenter.protection.keys import ContractKeys
from callcenter.web.access import Actor
from callcenter.web.statements import Read

HISTORY_SHOWN = 10


class OpenRow(Struct, frozen=True):
    """An open call of the desk. `draft` is None as long as nothing was typed."""

    id: UUID
    version: int
    opened_at: datetime
    edited_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    talk_seconds: int | None
    acw_seconds: int | None
    draft: bytes | None

    def stored(self, keys: ContractKeys) -> StoredDraft:
        """The draft opened. Raises `Unreadable`."""
        if self.draft is None:
            return StoredDraft()
        return StoredDraft.from_json(opened_json(keys, DRAFT, self.id, self.draft))


_OPEN_COLUMNS = (
    Call.id,
    Call.version,
    Call.opened_at,
    Call.edited_at,
    Call.started_at,
    Call.ended_at,
    Call.talk_seconds,
    Call.acw_seconds,
    Call.draft,
)
_OWNER = bindparam("wanted_owner", type_=Call.operator_id.type)


def _owned(column: Any, *, by_person: bool) -> ColumnElement[bool]:
    """Said so that the index of open calls is used: PostgreSQL has none for IS NOT DISTINCT FROM."""
    owned: ColumnElement[bool] = column == _OWNER if by_person else column.is_(None)
    return owned


def _open_of(*, by_person: bool) -> Any:
    return (
        select(*_OPEN_COLUMNS)
        .where(
            Call.contract_id == bindparam("wanted_contract"),
            _owned(Call.operator_id, by_person=by_person),
            Call.state == IS_OPEN,
        )
        .order_by(Call.opened_at, Call.id)
    )


_OPEN_OF = {by_person: _open_of(by_person=by_person) for by_person in (True, False)}


def open_calls_of(by: Actor) -> list[OpenRow]:
    """An operator's open calls, the oldest first. One statement."""
    owner = by.person_id
    rows = db.session.execute(_OPEN_OF[owner is not None], {"wanted_contract": by.contract, "wanted_owner": owner})
    return [OpenRow(*row) for row in rows]


def latest(rows: Iterable[OpenRow]) -> OpenRow | None:
    """The one last typed in."""
    return max(rows, key=lambda row: (row.edited_at, row.id), default=None)


class Target(Struct, frozen=True):
    """The call that a draft or a save is for, in whatever state it is by now."""

    state: CallState
    number: int | None
    saved_at: datetime | None
    save_key: UUID | None
    next_empty_id: UUID | None
    row: OpenRow
    versions: tuple[CategoryVersion, ...]
    """Versions of the category the save names; empty for an unknown code."""


# Plain tables and the connection itself: every draft and every save reads this.
_CALLS, _NAMES = cast(Table, Call.__table__), cast(Table, CallCategoryName.__table__)


def _next_empty(*, by_person: bool) -> Any:
    other = _CALLS.alias("other")
    return (
        select(other.c.id)
        .where(
            other.c.contract_id == bindparam("wanted_contract"),
            _owned(other.c.operator_id, by_person=by_person),
            other.c.state == IS_OPEN,
            other.c.draft.is_(None),
            other.c.started_at.is_(None),
            other.c.id != bindparam("wanted_call"),
        )
        .order_by(other.c.edited_at.desc())
        .limit(1)
        .scalar_subquery()
    )


def _target_of(*, by_person: bool) -> Any:
    return (
        select(
            *(_CALLS.c[column.key] for column in _OPEN_COLUMNS),
            _CALLS.c.state,
            _CALLS.c.number,
            _CALLS.c.saved_at,
            _CALLS.c.save_key,
            _next_empty(by_person=by_person).label("next_empty_id"),
            _NAMES.c.name,
            _NAMES.c.valid_from,
            _NAMES.c.retired_on,
        )
        .select_from(_CALLS)
        .outerjoin(_NAMES, (_NAMES.c.contract_id == _CALLS.c.contract_id) & (_NAMES.c.code == bindparam("wanted_code")))
        .where(
            _CALLS.c.contract_id == bindparam("wanted_contract"),
            _CALLS.c.id == bindparam("wanted_call"),
            _owned(_CALLS.c.operator_id, by_person=by_person),
        )
    )


_TARGET_OF = {by_person: Read(_target_of(by_person=by_person)) for by_person in (True, False)}


def target(call_id: UUID, category_code: str, *, by: Actor) -> Target:
    """One's own call for a draft or a save, with the names of a category: one statement.

    Raises `NotFound` for another operator's call too: an open call is its operator's alone.
    """
    owner = by.person_id
    wanted = {
        "wanted_contract": by.contract,
        "wanted_call": call_id,
        "wanted_owner": owner,
        "wanted_code": category_code,
    }
    rows = _TARGET_OF[owner is not None].all(db.session.connection(), wanted)
    if not rows:
        raise NotFound("この通話は見つかりませんでした。")
    versions = tuple(
        CategoryVersion(category_code, row.name, row.valid_from, row.retired_on) for row in rows if row.name is not None
    )
    return _target(rows[0], versions)


def _target(row: Any, versions: tuple[CategoryVersion, ...]) -> Target:
    return Target(
        state=CallState.of(row.state),
        number=row.number,
        saved_at=row.saved_at,
        save_key=row.save_key,
        next_empty_id=row.next_empty_id,
        row=OpenRow(*row[: len(_OPEN_COLUMNS)]),
        versions=versions,
    )


def opened_before(open_key: UUID, *, by: Actor) -> UUID | None:
    """The call that was opened with this key, if it was one's own. Raises `NotFound` for somebody else's."""
    row = db.session.execute(
        select(Call.id, Call.operator_id).where(Call.contract_id == by.contract, Call.open_key == open_key)
    ).first()
    if row is not None and row.operator_id != by.person_id:
        raise NotFound("この通話は見つかりませんでした。")
    return row.id if row else None


class Contact(Struct, frozen=True):
    """An earlier call of the same number. Free notes are not here: they are shown on demand, logged."""

    id: UUID
    number: int
    started_at: datetime
    local_on: date
    category_code: str
    disposition: str
    report_text: str
    complaint: bool
    difficult: bool
    operator_name: str


def contacts_of(keys: ContractKeys, phone_key: bytes) -> tuple[list[Contact], int]:
    """The newest saved calls of a number, and how many there are. One statement."""
    statement = (
        select(
            Call.id,
            Call.number,
            Call.started_at,
            Call.local_on,
            Call.category_code,
            Call.disposition,
            Call.report_text,
            Call.complaint,
            Call.difficult,
            User.display_name,
            func.count().over().label("total"),
        )
        .outerjoin(User, User.id == Call.operator_id)
        .where(
            Call.contract_id == keys.contract_id,
            Call.phone_key == phone_key,
            Call.state == CallState.SAVED.value,
        )
        .order_by(Call.local_on.desc(), Call.number.desc())
        .limit(HISTORY_SHOWN)
    )
    rows: Sequence[Any] = db.session.execute(statement).all()
    return [_contact(keys, row) for row in rows], rows[0].total if rows else 0


def _contact(keys: ContractKeys, row: Any) -> Contact:
    return Contact(
        id=row.id,
        number=row.number,
        started_at=row.started_at,
        local_on=row.local_on,
        category_code=row.category_code,
        disposition=row.disposition,
        report_text=opened(keys, "report_text", row.id, row.report_text),
        complaint=row.complaint,
        difficult=row.difficult,
        operator_name=row.display_name or "",
    )
