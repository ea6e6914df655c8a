"""The chain's arithmetic, without a database: what an entry's hash covers and how a chain is judged."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

SYSTEM_CHAIN = "system"
GENESIS = b"\x00" * 32


def chain_of(contract_id: UUID | None) -> str:
    """The chain an act belongs to: its contract's, or the system's (sign-in, settings)."""
    return SYSTEM_CHAIN if contract_id is None else str(contract_id)


class Entry(Struct, frozen=True):
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


def stored_details(details: Mapping[str, Any]) -> dict[str, Any]:
    """The details as the database will give them back (keys are text, no NaN): only these may be hashed.

    Raises `ValueError` or `TypeError` for what JSON does not hold: a programming fault.
    """
    kept: dict[str, Any] = json.loads(json.dumps(dict(details), allow_nan=False))
    return kept


def require_storable(*texts: tuple[str, int]) -> None:
    """Raise `ValueError` for a text too long for its column or holding control characters: databases differ in
    what they make of it, and the hash must cover exactly what is kept."""
    for text, longest in texts:
        if len(text) > longest or not text.isprintable():
            raise ValueError(f"not fit for the log: {len(text)} characters, at most {longest}, printable")


def link(key: bytes, previous: bytes, entry: Entry) -> bytes:
    """The hash of `entry` after `previous` under the chain's key: HMAC-SHA256, 32 bytes."""
    return hmac.new(key, previous + entry.canonical(), hashlib.sha256).digest()


class Checkpoint(Struct, frozen=True):
    """The head of a chain as it was noted outside the database."""

    chain: str
    seq: int
    head: bytes


class Chain(Struct, frozen=True):
    """What is needed to judge a chain: its name, its key, and the head its own row states."""

    name: str
    key: bytes
    head: Checkpoint | None = None


class Verdict(Struct, frozen=True):
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


def missing(found: Verdict) -> Verdict:
    """The verdict over a chain that must hold entries: none at all is a log that was taken away."""
    if found.entries or not found.whole:
        return found
    return Verdict(found.chain, 0, 1, "記録が1件もありません")


def judge(chain: Chain, entries: Iterable[tuple[Entry, bytes] | None], checkpoints: Iterable[Checkpoint]) -> Verdict:
    """Walk a chain in order of `seq`; name the first entry that is edited, unreadable (None), missing, moved or cut.

    `checkpoints` come in order of `seq`. An entry re-hashed by someone who holds the key but not the file still
    differs from its checkpoint; so does one written after the tail was cut, where the same seq was noted before.
    """
    noted = iter(checkpoints)
    point = next(noted, None)
    previous, count, last_noted = GENESIS, 0, 0
    for found in entries:
        if found is None or (fault := _fault(chain, count, previous, found)):
            return Verdict(chain.name, count, count + 1, fault if found else "記録の内容を読み取れません")
        entry, stored = found
        while point is not None and point.seq <= entry.seq:
            if not hmac.compare_digest(point.head, stored):
                return Verdict(chain.name, count, entry.seq, "控え（チェックポイント）と一致しません")
            last_noted, point = entry.seq, next(noted, None)
        previous, count = stored, entry.seq
    if point is not None:
        newest = max((later.seq for later in noted), default=point.seq)
        return Verdict(chain.name, count, count + 1, f"末尾が切り取られています（控えは{newest}件目まであります）")
    return _judged_head(chain, count, previous) or _judged_cover(chain, count, last_noted)


def _fault(chain: Chain, count: int, previous: bytes, found: tuple[Entry, bytes]) -> str:
    """What is wrong with the entry after the first `count`, or nothing."""
    entry, stored = found
    if entry.seq != count + 1:
        return "記録が抜けているか、順番が入れ替わっています"
    if not hmac.compare_digest(stored, link(chain.key, previous, entry)):
        return "記録の内容が書き換えられています"
    return ""


def _judged_cover(chain: Chain, count: int, last_noted: int) -> Verdict:
    """A tail without checkpoints is stated; a chain without any has lost them, since each commit makes one."""
    if count and not last_noted:
        return Verdict(chain.name, count, 1, "控え（チェックポイント）が1件もありません")
    return Verdict(chain.name, count, unprotected=count - last_noted)


def _judged_head(chain: Chain, count: int, last: bytes) -> Verdict | None:
    """The chain's own row says how long it is: a tail cut without touching it shows even where nothing was noted."""
    if chain.head is None or chain.head == Checkpoint(chain.name, count, last):
        return None
    broken_at = max(1, count) if chain.head.seq == count else min(chain.head.seq, count) + 1
    return Verdict(chain.name, count, broken_at, f"最新の位置の記録（{chain.head.seq}件目）と一致しません")
