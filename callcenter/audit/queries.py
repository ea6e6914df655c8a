"""Reading the log: verification and lists."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import func, select

from callcenter.audit.checkpoints import read_checkpoints
from callcenter.audit.models import AuditChain, AuditEntry
from callcenter.audit.rules import Entry, Verdict, chain_of, judge
from callcenter.audit.service import LogWriter
from callcenter.extensions import db
from callcenter.web.pagination import Page

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


@dataclass(frozen=True, slots=True)
class Verification:
    """The verdicts over all chains, and the damaged lines of the checkpoint file."""

    verdicts: tuple[Verdict, ...]
    damaged_lines: tuple[int, ...]

    @property
    def whole(self) -> bool:
        return not self.damaged_lines and all(verdict.whole for verdict in self.verdicts)


def verify() -> Verification:
    """Walk every chain against its hashes and checkpoints, in bounded memory."""
    writer: LogWriter = current_app.extensions["callcenter_log"]
    settings = current_app.extensions["callcenter_settings"]
    heads, damaged = read_checkpoints(settings.checkpoint_file, writer.key_of)
    chains = set(db.session.execute(select(AuditChain.chain)).scalars()) | set(heads)
    verdicts = tuple(_judged(chain, writer.key_of(chain), heads.get(chain, {})) for chain in sorted(chains))
    return Verification(verdicts, tuple(damaged))


def _judged(chain: str, key: bytes, heads: Mapping[int, bytes]) -> Verdict:
    with closing(_walk(chain)) as entries:
        return judge(chain, key, entries, heads)


def _walk(chain: str) -> Generator[tuple[Entry, bytes], None, None]:
    statement = select(*COLUMNS, AuditEntry.hash).where(AuditEntry.chain == chain).order_by(AuditEntry.seq)
    with db.session.execute(statement.execution_options(yield_per=2000)) as rows:
        for row in rows:
            yield Entry(*row[:-1]), row[-1]


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What a list of the log shows."""

    action: str = ""
    entity_id: str = ""
    user_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def page_of_entries(contract_id: UUID | None, wanted: LogFilter, page: Page) -> tuple[list[Entry], int]:
    """One page of a chain, newest first, and the number of entries in all."""
    conditions = _conditions(contract_id, wanted)
    total = db.session.execute(select(func.count()).select_from(AuditEntry).where(*conditions)).scalar_one()
    statement = (
        select(*COLUMNS)
        .where(*conditions)
        .order_by(AuditEntry.seq.desc())
        .limit(page.size)
        .offset(page.offset)
    )
    return [Entry(*row) for row in db.session.execute(statement)], total


def history_of(contract_id: UUID | None, entity: str, entity_id: str) -> list[Entry]:
    """Every entry about one thing, oldest first."""
    statement = (
        select(*COLUMNS)
        .where(
            AuditEntry.chain == chain_of(contract_id),
            AuditEntry.entity == entity,
            AuditEntry.entity_id == entity_id,
        )
        .order_by(AuditEntry.seq)
    )
    return [Entry(*row) for row in db.session.execute(statement)]


def _conditions(contract_id: UUID | None, wanted: LogFilter) -> list[Any]:
    conditions: list[Any] = [AuditEntry.chain == chain_of(contract_id)]
    if wanted.action:
        conditions.append(AuditEntry.action == wanted.action)
    if wanted.entity_id:
        conditions.append(AuditEntry.entity_id == wanted.entity_id)
    if wanted.user_id:
        conditions.append(AuditEntry.user_id == wanted.user_id)
    if wanted.since:
        conditions.append(AuditEntry.at >= wanted.since)
    if wanted.until:
        conditions.append(AuditEntry.at < wanted.until)
    return conditions
