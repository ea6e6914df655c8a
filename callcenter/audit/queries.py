"""Reading the log: verification and lists."""

from __future__ import annotations

import os
from collections.abc import Collection, Generator
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import current_app
from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select

from callcenter.audit.checkpoints import NotedHeads, noted_heads
from callcenter.audit.models import AuditChain, AuditEntry
from callcenter.audit.ports import chains_in_use
from callcenter.audit.rules import Chain, Checkpoint, Entry, Verdict, chain_of, judge, missing
from callcenter.audit.service import LogWriter
from callcenter.errors import AppError
from callcenter.extensions import db
from callcenter.web.pagination import Page
from callcenter.web.statements import Read
from callcenter.web.transaction import hold_read

UNREADABLE = "log.unreadable"
UNREADABLE_ERRORS = (ValueError, TypeError, AttributeError)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
COLUMNS = (
    AuditEntry.chain,
    AuditEntry.seq,
    AuditEntry.at,
    AuditEntry.action,
    AuditEntry.entity,
    AuditEntry.entity_id,
    AuditEntry.user_id,
    AuditEntry.session_id,
    AuditEntry.address,
    AuditEntry.channel,
    AuditEntry.details,
)


class Verification(Struct, frozen=True):
    """The verdicts over the chains, and what is wrong with the checkpoint file: numbers of forged or damaged lines,
    and how many lines a crash cut short (those are no breach)."""

    verdicts: tuple[Verdict, ...]
    damaged_lines: tuple[int, ...]
    torn_lines: int = 0

    @property
    def whole(self) -> bool:
        return not self.damaged_lines and all(verdict.whole for verdict in self.verdicts)

    @property
    def unprotected(self) -> int:
        return sum(verdict.unprotected for verdict in self.verdicts)


_HEAD = Read(select(AuditChain.head).where(AuditChain.chain == bindparam("wanted")))


def head_of(contract_id: UUID) -> bytes:
    """The hash of a contract's last entry: as long as it stands, nothing that is logged has happened. One statement."""
    found = _HEAD.first(db.session.connection(), {"wanted": chain_of(contract_id)})
    return found.head if found else b""


def verify(only: Collection[str] | None = None) -> Verification:
    """Walk every chain (or `only` those) against its hashes and checkpoints, in bounded memory.

    The checkpoints are read first: what is committed meanwhile is in the database too by the time it is read.
    """
    with _noted() as noted:
        heads = _snapshot_of_heads()
        chains = set(heads) | noted.chains()
        must_be = chains_in_use()
        wanted = chains | must_be if only is None else (chains | must_be) & set(only)
        verdicts = [_judged(name, heads.get(name), noted) for name in sorted(wanted)]
        told = tuple(missing(found) if found.chain in must_be else found for found in verdicts)
        return Verification(told, tuple(noted.damaged), noted.torn)


def unnoted() -> int:
    """How many newest entries no checkpoint covers, over all chains: quick, without walking them."""
    with _noted() as noted:
        return sum(max(0, head.seq - noted.newest(name)) for name, head in _snapshot_of_heads().items())


def checkpoint_state() -> tuple[bool, str]:
    """Whether the checkpoint file can be written and covers every entry, and what was found: for `doctor`."""
    path: Path = current_app.extensions["callcenter_settings"].checkpoint_file
    if path.exists() and not os.access(path, os.W_OK):
        return False, f"{path} に書き込めません"
    tail = unnoted()
    return tail == 0, f"控えのない末尾 {tail}件（次の記録のときに書かれます）" if tail else str(path)


def _noted() -> AbstractContextManager[NotedHeads]:
    writer: LogWriter = current_app.extensions["callcenter_log"]
    settings = current_app.extensions["callcenter_settings"]
    return noted_heads(settings.checkpoint_file, writer.key_of)


def _snapshot_of_heads() -> dict[str, Checkpoint]:
    """The heads the chains' rows state, in a read in which entries and rows stay of one moment."""
    hold_read(isolation="REPEATABLE READ")
    rows = db.session.execute(select(AuditChain.chain, AuditChain.seq, AuditChain.head))
    return {row.chain: Checkpoint(*row) for row in rows}


def _judged(name: str, head: Checkpoint | None, noted: NotedHeads) -> Verdict:
    writer: LogWriter = current_app.extensions["callcenter_log"]
    try:
        chain = Chain(name, writer.key_of(name), head)
    except (AppError, ValueError):
        return Verdict(name, 0, 1, "鍵がないため確かめられません")
    with closing(_walk(name)) as entries:
        return judge(chain, entries, noted.of(name))


_ENTRIES = Read(
    select(*COLUMNS, AuditEntry.hash).where(AuditEntry.chain == bindparam("wanted")).order_by(AuditEntry.seq)
)


def _walk(chain: str) -> Generator[tuple[Entry, bytes] | None]:
    """Every entry with its stored hash; None, and nothing after it, for a row that cannot even be read."""
    try:
        for row in _ENTRIES.stream(db.session.connection(), {"wanted": chain}):
            yield Entry(*row[:-1]), row[-1]
    except UNREADABLE_ERRORS:
        yield None


class LogFilter(Struct, frozen=True):
    """What a list of the log shows. `people` limits it to acts by them or about them (and nobody's); None: all.
    `without`: actions left out of sight."""

    contract_id: UUID | None
    action: str = ""
    entity: str = ""
    entity_id: str = ""
    user_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    people: frozenset[UUID] | None = None
    without: frozenset[str] = frozenset()


def page_of_entries(wanted: LogFilter, page: Page) -> tuple[list[Entry], int]:
    """One page of a chain, newest first, and the number of entries in all."""
    conditions = _conditions(wanted)
    total = db.session.execute(select(func.count()).select_from(AuditEntry).where(*conditions)).scalar_one()
    statement = select(*COLUMNS).where(*conditions).order_by(AuditEntry.seq.desc()).limit(page.size).offset(page.offset)
    return _entries(statement), total


def _entries(statement: Select[Any]) -> list[Entry]:
    """The rows as entries. One that cannot even be read stands there too, as `UNREADABLE`."""
    try:
        return [Entry(*row) for row in db.session.execute(statement)]
    except UNREADABLE_ERRORS:
        keys = db.session.execute(statement.with_only_columns(AuditEntry.chain, AuditEntry.seq)).all()
        return [_entry_at(row.chain, row.seq) for row in keys]


def _entry_at(chain: str, seq: int) -> Entry:
    statement = select(*COLUMNS).where(AuditEntry.chain == chain, AuditEntry.seq == seq)
    try:
        return Entry(*db.session.execute(statement).one())
    except UNREADABLE_ERRORS:
        return Entry(chain, seq, LONG_AGO, UNREADABLE, "audit", "-", None, None, "", "", {})


def actions_in(wanted: LogFilter) -> list[str]:
    """The actions that occur in a chain, to choose from."""
    statement = select(AuditEntry.action).where(*_conditions(wanted)).distinct().order_by(AuditEntry.action)
    return list(db.session.execute(statement).scalars())


def history_of(contract_id: UUID | None, entity: str, entity_id: str) -> list[Entry]:
    """Every entry about one thing, oldest first."""
    wanted = LogFilter(contract_id, entity=entity, entity_id=entity_id)
    statement = select(*COLUMNS).where(*_conditions(wanted)).order_by(AuditEntry.seq)
    return _entries(statement)


def _conditions(wanted: LogFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [AuditEntry.chain == chain_of(wanted.contract_id)]
    for column, value in (
        (AuditEntry.action, wanted.action),
        (AuditEntry.entity, wanted.entity),
        (AuditEntry.entity_id, wanted.entity_id),
        (AuditEntry.user_id, wanted.user_id),
    ):
        if value:
            conditions.append(column == value)
    if wanted.since:
        conditions.append(AuditEntry.at >= wanted.since)
    if wanted.until:
        conditions.append(AuditEntry.at < wanted.until)
    if wanted.without:
        conditions.append(AuditEntry.action.not_in(sorted(wanted.without)))
    if wanted.people is not None:
        conditions.append(_concerning(wanted.people))
    return conditions


def _concerning(people: frozenset[UUID]) -> ColumnElement[bool]:
    about = and_(AuditEntry.entity == "user", AuditEntry.entity_id.in_([str(who) for who in people]))
    nobodys = and_(AuditEntry.user_id.is_(None), AuditEntry.entity == "sign_in")
    return or_(AuditEntry.user_id.in_(people), about, nobodys)
