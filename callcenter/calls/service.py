"""Use cases of recording: open, keep a draft, save, discard, void. None of them commits.

What is slow (scanning, sealing) is in the `prepare_…` functions, which touch no database: the lock is held for the
statements alone. The statements of a save are built once; conditions on state and version make each of them happen
at most once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Table, bindparam, update

from callcenter.audit.service import Act, record
from callcenter.calls.desk_queries import OpenRow, Target
from callcenter.calls.drafts import Kept, StoredDraft
from callcenter.calls.forms import Judged, Times, Typed
from callcenter.calls.models import Call, CallSerial
from callcenter.calls.rules import CallState, Channel, Language, Relation
from callcenter.calls.sealing import DRAFT, sealed, sealed_columns, sealed_json
from callcenter.clock import local
from callcenter.errors import Conflict
from callcenter.events import call_discarded
from callcenter.extensions import new_id
from callcenter.protection.keys import ContractKeys
from callcenter.web.access import Actor
from callcenter.web.statements import Write
from callcenter.web.transaction import writing

_CALLS = cast(Table, Call.__table__)
_SERIALS = cast(Table, CallSerial.__table__)
SAVED_COLUMNS = (
    "number",
    "state",
    "edited_at",
    "started_at",
    "ended_at",
    "saved_at",
    "local_on",
    "local_minute",
    "channel",
    "relation",
    "language",
    "disposition",
    "category_code",
    "complaint",
    "difficult",
    "talk_seconds",
    "acw_seconds",
    "save_key",
    "draft",
    "phone",
    "phone_key",
    "caller_name",
    "question",
    "answer",
    "report_text",
    "tokens",
)
DRAFT_COLUMNS = ("edited_at", "started_at", "ended_at", "talk_seconds", "acw_seconds", "draft")


def guarded_update(columns: tuple[str, ...]) -> Write:
    """An UPDATE of one call that happens only in the stated state and version."""
    values: dict[str, Any] = {name: bindparam(f"new_{name}", type_=_CALLS.c[name].type) for name in columns}
    return Write(
        update(_CALLS)
        .where(
            _CALLS.c.contract_id == bindparam("wanted_contract"),
            _CALLS.c.id == bindparam("wanted_call"),
            _CALLS.c.state == bindparam("wanted_state"),
            _CALLS.c.version == bindparam("wanted_version"),
        )
        .values(version=_CALLS.c.version + 1, **values)
    )


_SAVE = guarded_update(SAVED_COLUMNS)
_KEEP = guarded_update(DRAFT_COLUMNS)
_VOID = guarded_update(("state", "voided_at", "draft", "void_reason"))
_NOTE_BOOKING = Write(
    update(_CALLS)
    .where(
        _CALLS.c.contract_id == bindparam("wanted_contract", type_=_CALLS.c.contract_id.type),
        _CALLS.c.id == bindparam("wanted_call", type_=_CALLS.c.id.type),
    )
    .values(booking=bindparam("new_booking"))
)
_NEW = Write.into(_CALLS)
_NEW_SERIAL = Write.into(_SERIALS)
_NEXT_NUMBER = Write(
    update(_SERIALS)
    .where(_SERIALS.c.contract_id == bindparam("wanted_contract"))
    .values(next_number=_SERIALS.c.next_number + bindparam("taken"))
    .returning(_SERIALS.c.next_number)
)


class Changed(Conflict):
    """The call is no longer in the state and version that was read. The edge reads again and decides."""


class Place(Struct, frozen=True):
    """Which call, as it was when it was read."""

    call_id: UUID
    version: int
    state: CallState = CallState.OPEN


def guarded(statement: Write, place: Place, values: Mapping[str, Any], *, by: Actor) -> None:
    """Execute a guarded update. Raises `Changed` when the call has moved on meanwhile."""
    wanted = {
        "wanted_contract": by.contract,
        "wanted_call": place.call_id,
        "wanted_state": place.state.value,
        "wanted_version": place.version,
    }
    new = {f"new_{name}": value for name, value in values.items()}
    if statement.execute(writing(), {**wanted, **new}) != 1:
        raise Changed()


def start_serial(contract_id: UUID) -> None:
    """A new contract's calls are numbered from 1."""
    _NEW_SERIAL.execute(writing(), {"contract_id": contract_id, "next_number": 1})


def next_numbers(contract_id: UUID, count: int = 1) -> int:
    """Take `count` numbers from the contract's serial; returns the first. The serial moves only with the commit."""
    taken = {"wanted_contract": contract_id, "taken": count}
    following: int = _NEXT_NUMBER.returning(writing(), taken)
    return following - count


def open_call(open_key: UUID, *, by: Actor, at: datetime) -> UUID:
    """Make the row of a new call: state `open`, no number, counted nowhere. A draft is no entry in the log."""
    row = new_row(open_key, by=by, at=at)
    _NEW.execute(writing(), row)
    call_id: UUID = row["id"]
    return call_id


def new_row(open_key: UUID, *, by: Actor, at: datetime) -> dict[str, Any]:
    """The columns of a call that was just opened."""
    return {
        "contract_id": by.contract,
        "id": new_id(),
        "state": CallState.OPEN.value,
        "version": 1,
        "opened_at": at,
        "edited_at": at,
        "local_on": local(at).on,
        "channel": Channel.PHONE.value,
        "relation": Relation.SELF.value,
        "language": Language.JAPANESE.value,
        "complaint": False,
        "difficult": False,
        "operator_id": by.person_id,
        "open_key": open_key,
    }


class PreparedDraft(Struct, frozen=True):
    """A draft sealed and ready to be written over the one that was read."""

    place: Place
    columns: Mapping[str, Any]

    @property
    def version(self) -> int:
        """The call's version once this is written."""
        return self.place.version + 1


def prepare_draft(
    keys: ContractKeys, row: OpenRow, draft: StoredDraft, times: Times | None, at: datetime
) -> PreparedDraft:
    """Seal a draft. An empty call keeps none, so that it can be taken for the next one."""
    content = None if draft.typed.is_empty() else sealed_json(keys, DRAFT, row.id, draft.as_json())
    columns = {
        "edited_at": at,
        "started_at": times.started_at if times else None,
        "ended_at": times.ended_at if times else None,
        "talk_seconds": times.talk_seconds if times else None,
        "acw_seconds": times.acw_seconds if times else None,
        "draft": content,
    }
    return PreparedDraft(Place(row.id, row.version), columns)


def keep_draft(prepared: PreparedDraft, *, by: Actor) -> None:
    """Write a draft. Raises `Changed`."""
    guarded(_KEEP, prepared.place, prepared.columns, by=by)


def refused_draft(keys: ContractKeys, row: OpenRow, kept: Kept, at: datetime) -> PreparedDraft:
    """The draft that is left when a save was refused: the number masked, older drafts of it overwritten."""
    times = Times(row.started_at, row.ended_at, row.talk_seconds, row.acw_seconds) if row.started_at else None
    stored = replace(row.stored(keys), typed=kept.typed)
    return prepare_draft(keys, row, stored, times, at)


class PreparedCall(Struct, frozen=True):
    """A call judged and sealed: all columns but its number."""

    place: Place
    columns: Mapping[str, Any]
    filled: tuple[str, ...]


def prepare_call(keys: ContractKeys, place: Place, judged: Judged, save_key: UUID | None, at: datetime) -> PreparedCall:
    """Seal the texts and index them. Slow on purpose; holds no lock."""
    columns = {
        "state": CallState.SAVED.value,
        "edited_at": at,
        "saved_at": at,
        "save_key": save_key,
        "draft": None,
        **plain_columns(judged.typed, judged.times),
        **sealed_columns(keys, place.call_id, judged.texts, judged.e164),
    }
    return PreparedCall(place, columns, filled_fields(judged.typed))


def plain_columns(typed: Typed, times: Times) -> dict[str, Any]:
    """The coded and measured columns of a saved call."""
    return {
        "started_at": times.started_at,
        "ended_at": times.ended_at,
        "local_on": times.local_on,
        "local_minute": times.local_minute,
        "channel": typed.channel,
        "relation": typed.relation,
        "language": typed.language,
        "disposition": typed.disposition,
        "category_code": typed.category_code,
        "complaint": typed.complaint,
        "difficult": typed.difficult,
        "talk_seconds": times.talk_seconds,
        "acw_seconds": times.acw_seconds,
    }


def filled_fields(typed: Typed) -> tuple[str, ...]:
    """Names of the fields that hold something: what the log may say about a call's content."""
    return tuple(name for name in Typed.__struct_fields__ if getattr(typed, name))


class SavedCall(Struct, frozen=True):
    """What a save answers: the number people see, and the operator's next call."""

    number: int
    saved_at: datetime
    next_id: UUID | None = None


def save_call(prepared: PreparedCall, *, by: Actor, at: datetime) -> SavedCall:
    """Give the call its number and store it. Raises `Changed`: then nothing happened, the number included."""
    number = next_numbers(by.contract)
    guarded(_SAVE, prepared.place, {**prepared.columns, "number": number}, by=by)
    _record_saved(prepared, number, by=by, at=at)
    return SavedCall(number, at)


def insert_saved(prepared: PreparedCall, opened: Mapping[str, Any], *, by: Actor, at: datetime) -> SavedCall:
    """Open and save in one: a call that a machine brings whole."""
    number = next_numbers(by.contract)
    _NEW.execute(writing(), {**opened, **prepared.columns, "number": number})
    _record_saved(prepared, number, by=by, at=at)
    return SavedCall(number, at)


def _record_saved(prepared: PreparedCall, number: int, *, by: Actor, at: datetime) -> None:
    details = {"number": number, "fields": list(prepared.filled)}
    record(Act("call.saved", "call", str(prepared.place.call_id), details), by=by, at=at)


def discard_call(target: Target, version: int, *, by: Actor, at: datetime, dropped: Sequence[str] = ()) -> None:
    """Close an open call; `dropped` names the filled fields that go with it, which is an entry. Raises `Changed`."""
    place = Place(target.row.id, version)
    closed = {"state": CallState.VOIDED.value, "voided_at": at, "draft": None, "void_reason": None}
    guarded(_VOID, place, closed, by=by)
    call_discarded.send(None, contract_id=by.contract, call_id=place.call_id)
    if dropped:
        record(Act("call.dropped", "call", str(place.call_id), {"fields": list(dropped)}), by=by, at=at)


def void_call(keys: ContractKeys, place: Place, reason: str, *, by: Actor, at: datetime) -> None:
    """Take a saved call out of every figure; it keeps its number and can still be read. Raises `Changed`."""
    values = {
        "state": CallState.VOIDED.value,
        "voided_at": at,
        "draft": None,
        "void_reason": sealed(keys, "call.void_reason", place.call_id, reason),
    }
    guarded(_VOID, place, values, by=by)
    record(Act("call.voided", "call", str(place.call_id)), by=by, at=at)


def note_booking(call_id: UUID, kind: str, *, contract_id: UUID) -> None:
    """Note what was done to a reservation in a call. Its version stays: nothing that is typed is touched."""
    _NOTE_BOOKING.execute(writing(), {"wanted_contract": contract_id, "wanted_call": call_id, "new_booking": kind})
