"""The checkpoint file: each chain's head, outside the database, one keyed line per commit.

A line is `chain seq head mac`. Lines are appended after each commit and fsynced at most a minute later.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from callcenter.audit.rules import Checkpoint

FSYNC_SECONDS = 60.0
KeyOf = Callable[[str], bytes]


def _mac(key: bytes, point: Checkpoint) -> str:
    text = f"{point.chain} {point.seq} {point.head.hex()}"
    return hmac.new(key, b"checkpoint " + text.encode(), hashlib.sha256).hexdigest()[:32]


class CheckpointFile:
    """Appends heads; several processes may share the file (each line is one O_APPEND write)."""

    def __init__(self, path: Path, key_of: KeyOf) -> None:
        self._path, self._key_of = path, key_of
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._timer: threading.Timer | None = None

    def append(self, points: Iterable[Checkpoint]) -> None:
        lines = (
            f"{point.chain} {point.seq} {point.head.hex()} {_mac(self._key_of(point.chain), point)}\n"
            for point in points
        )
        payload = "".join(lines).encode()
        with self._lock:
            os.write(self._open(), payload)
            self._sync_soon()

    def sync(self) -> None:
        """Force what was appended to the disk."""
        with self._lock:
            self._sync()

    def close(self) -> None:
        with self._lock:
            self._sync()
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None

    def _open(self) -> int:
        if self._descriptor is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return self._descriptor

    def _sync_soon(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(FSYNC_SECONDS, self.sync)
            self._timer.daemon = True
            self._timer.start()

    def _sync(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._descriptor is not None:
            os.fsync(self._descriptor)


def read_checkpoints(path: Path, key_of: KeyOf) -> tuple[Mapping[str, Mapping[int, bytes]], list[int]]:
    """The noted heads per chain, and the numbers of the lines that are damaged or forged."""
    heads: dict[str, dict[int, bytes]] = defaultdict(dict)
    damaged: list[int] = []
    if not path.exists():
        return heads, damaged
    with path.open(encoding="ascii", errors="replace") as stream:
        for number, line in enumerate(stream, 1):
            point = _parse(line, key_of)
            if point is None:
                damaged.append(number)
            else:
                heads[point.chain][point.seq] = point.head
    return heads, damaged


def _parse(line: str, key_of: KeyOf) -> Checkpoint | None:
    try:
        chain, seq, head, mac = line.split()
        point = Checkpoint(chain, int(seq), bytes.fromhex(head))
        return point if hmac.compare_digest(mac, _mac(key_of(chain), point)) else None
    except (ValueError, LookupError):
        return None
