"""Recording an act, and writing the entries of a transaction as its last statements."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from flask import Flask, current_app
from msgspec import Struct, field
from sqlalchemy import Connection, Table, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from callcenter.audit.checkpoints import CheckpointFile, KeyOf
from callcenter.audit.models import AuditChain, AuditEntry
from callcenter.audit.rules import (
    GENESIS,
    Checkpoint,
    Entry,
    chain_of,
    link,
    require_storable,
    stored_details,
)
from callcenter.extensions import db
from callcenter.web.access import Actor, Channel
from callcenter.web.statements import Read, Write
from callcenter.web.transaction import Notes, notes_of, together_with_commit, writing

_CHAINS = cast(Table, AuditChain.__table__)
_HEAD = Read(select(_CHAINS.c.seq, _CHAINS.c.head).where(_CHAINS.c.chain == bindparam("wanted")).with_for_update())
_NEW_CHAIN = {
    "sqlite": sqlite.insert(AuditChain).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(AuditChain).on_conflict_do_nothing(),
}
_MOVE_HEAD = Write(
    update(_CHAINS)
    .where(_CHAINS.c.chain == bindparam("wanted"))
    .values(seq=bindparam("new_seq"), head=bindparam("new_head"))
)
_ENTRY = Write.into(cast(Table, AuditEntry.__table__))


class Act(Struct, frozen=True):
    """What was done to what. `details` holds ids, codes, counts and field names, never values."""

    action: str
    entity: str
    entity_id: str
    details: Mapping[str, Any] = field(default_factory=dict)
    system: bool = False


class LogWriter(Struct):
    """The log of one application: its keys and its checkpoint file."""

    key_of: KeyOf
    checkpoints: CheckpointFile


def init_app(app: Flask, writer: LogWriter) -> None:
    """Chain and write the pending entries just before each commit, note the heads just after it."""
    app.extensions["callcenter_log"] = writer
    keeper = app.extensions["callcenter_gate"]
    keeper.before_commit.append(write_pending)
    keeper.after_commit.append(note_heads)


def record(act: Act, *, by: Actor, at: datetime) -> None:
    """Put an entry into the running transaction. Raises `RuntimeError` outside `transaction()`, and `ValueError`
    for what the log cannot hold: an act that cannot be logged does not happen."""
    require_storable((act.action, 60), (act.entity, 40), (act.entity_id, 64))
    pending = notes_of(db.session()).setdefault("audit_pending", [])
    pending.append((chain_of(None if act.system else by.contract_id), act, by, at))


def write_pending(notes: Notes) -> None:
    pending: list[tuple[str, Act, Actor, datetime]] = notes.get("audit_pending", [])
    points = [
        _extend(notes, chain, [row[1:] for row in pending if row[0] == chain])
        for chain in sorted({row[0] for row in pending})
    ]
    notes["audit_points"] = points


def note_heads(notes: Notes) -> None:
    points: list[Checkpoint] = notes.get("audit_points", [])
    if points:
        writer: LogWriter = current_app.extensions["callcenter_log"]
        writer.checkpoints.append(points)


def _extend(notes: Notes, chain: str, acts: list[tuple[Act, Actor, datetime]]) -> Checkpoint:
    """Append `acts` to `chain`; returns the new head. The chain's row is locked until the commit."""
    writer: LogWriter = current_app.extensions["callcenter_log"]
    key = writer.key_of(chain)
    connection = writing()
    seq, head = _locked_head(connection, chain)
    rows = []
    for act, by, at in acts:
        seq += 1
        entry = _entry(chain, seq, act, by, at)
        head = link(key, head, entry)
        rows.append(_row(entry, head))
    moved = {"wanted": chain, "new_seq": seq, "new_head": head}
    together_with_commit(notes, lambda: _ENTRY.execute_all(connection, rows))
    together_with_commit(notes, lambda: _MOVE_HEAD.execute(connection, moved))
    return Checkpoint(chain, seq, head)


def _locked_head(connection: Connection, chain: str) -> tuple[int, bytes]:
    found = _HEAD.first(connection, {"wanted": chain})
    if found is None:
        # Two first writers may meet here; the one that comes second waits and takes the other's head.
        connection.execute(_NEW_CHAIN[connection.dialect.name], {"chain": chain, "seq": 0, "head": GENESIS})
        (found,) = _HEAD.all(connection, {"wanted": chain})
    return found.seq, found.head


def _entry(chain: str, seq: int, act: Act, by: Actor, at: datetime) -> Entry:
    return Entry(
        chain=chain,
        seq=seq,
        at=at,
        action=act.action,
        entity=act.entity,
        entity_id=act.entity_id,
        user_id=by.user_id,
        session_id=by.session_id,
        address=_printable(by.address, 64),
        channel=by.channel.value,
        details=stored_details(act.details),
    )


def _printable(text: str, longest: int) -> str:
    """What comes from outside is made fit to be kept; the hash covers the result."""
    return "".join(letter for letter in text if letter.isprintable())[:longest]


def _row(entry: Entry, head: bytes) -> dict[str, Any]:
    return {
        "chain": entry.chain,
        "seq": entry.seq,
        "at": entry.at,
        "action": entry.action,
        "entity": entry.entity,
        "entity_id": entry.entity_id,
        "user_id": entry.user_id,
        "session_id": entry.session_id,
        "address": entry.address,
        "channel": entry.channel,
        "details": entry.details,
        "hash": head,
    }


def system_actor(contract_id: UUID | None = None, *, name: str = "システム") -> Actor:
    """The product itself, for commands and the demonstration."""
    return Actor(user_id=None, name=name, roles=frozenset(), contract_id=contract_id, channel=Channel.COMMAND)
