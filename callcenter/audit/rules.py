"""The chain's arithmetic, without a database: what an entry's hash covers and how a chain is judged."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

SYSTEM_CHAIN = "system"
GENESIS = b"\x00" * 32


def chain_of(contract_id: UUID | None) -> str:
    """The chain an act belongs to: its contract's, or the system's (sign-in, settings)."""
    return SYSTEM_CHAIN if contract_id is None else str(contract_id)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is hashed. `details` holds ids, codes, counts and field names, never values."""

    chain: str
    seq: int
    at: datetime
    action: str
    entity: str
    entity_id: str
    user_id: UUID | None
    session_id: UUID | None
    address: str
    channel: str
    details: Mapping[str, Any]

    def canonical(self) -> bytes:
        """The bytes under the hash: unambiguous, the same on every database."""
        fields = (
            self.chain,
            self.seq,
            self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            self.action,
            self.entity,
            self.entity_id,
            str(self.user_id or ""),
            str(self.session_id or ""),
            self.address,
            self.channel,
            self.details,
        )
        return json.dumps(fields, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()


def link(key: bytes, previous: bytes, entry: Entry) -> bytes:
    """The hash of `entry` after `previous` under the chain's key: HMAC-SHA256, 32 bytes."""
    return hmac.new(key, previous + entry.canonical(), hashlib.sha256).digest()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a chain as it was noted outside the database."""

    chain: str
    seq: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in one chain. `broken_at` names the first entry that does not hold; `unprotected` counts
    the newest entries that no checkpoint covers yet."""

    chain: str
    entries: int
    broken_at: int | None = None
    reason: str = ""
    unprotected: int = 0

    @property
    def whole(self) -> bool:
        return self.broken_at is None


def judge(
    chain: str, key: bytes, entries: Iterable[tuple[Entry, bytes]], checkpoints: Mapping[int, bytes]
) -> Verdict:
    """Walk a chain in order of `seq`; name the first entry that is edited, missing, moved or cut.

    `checkpoints` maps the noted seq to the noted head. An entry re-hashed by someone who holds the key but not
    the file still differs from its checkpoint.
    """
    previous, count, last_noted = GENESIS, 0, 0
    for entry, stored in entries:
        expected = count + 1
        if entry.seq != expected:
            return Verdict(chain, count, expected, "記録が抜けているか、順番が入れ替わっています")
        if not hmac.compare_digest(stored, link(key, previous, entry)):
            return Verdict(chain, count, entry.seq, "記録の内容が書き換えられています")
        noted = checkpoints.get(entry.seq)
        if noted is not None:
            if not hmac.compare_digest(noted, stored):
                return Verdict(chain, count, entry.seq, "控え（チェックポイント）と一致しません")
            last_noted = entry.seq
        previous, count = stored, entry.seq
    newest = max(checkpoints, default=0)
    if newest > count:
        return Verdict(
            chain, count, count + 1, f"末尾が切り取られています（控えは {newest} 件目まであります）"
        )
    return Verdict(chain, count, unprotected=count - last_noted)
