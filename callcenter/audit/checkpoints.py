"""The checkpoint file: each chain's head, outside the database, one keyed line per commit.

A line is `chain seq head mac`. Lines are appended after each commit and fsynced at most a minute later, and when the
process ends. A commit stands whether or not its line could be written: the next line of the chain covers it too.
"""

from __future__ import annotations

import atexit
import hashlib
import hmac
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from weakref import WeakSet

from msgspec import Struct, field

from callcenter.audit.rules import Checkpoint
from callcenter.errors import AppError

FSYNC_SECONDS = 60.0
LONGEST_LINE = 400
# What ends a line that a crash cut short, so that the next one stands alone and the cut one is told from a forgery.
TORN = b"#torn\n"
KeyOf = Callable[[str], bytes]
log = logging.getLogger("callcenter")


def _mac(key: bytes, point: Checkpoint) -> str:
    text = f"{point.chain} {point.seq} {point.head.hex()}"
    return hmac.new(key, b"checkpoint " + text.encode(), hashlib.sha256).hexdigest()[:32]


class CheckpointFile:
    """Appends heads; several processes may share the file (each append is one O_APPEND write)."""

    def __init__(self, path: Path, key_of: KeyOf) -> None:
        self._path, self._key_of = path, key_of
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._timer: threading.Timer | None = None
        self._process = os.getpid()
        _open_files.add(self)

    def append(self, points: Iterable[Checkpoint]) -> bool:
        """Note heads; False, and a line in the service's log, when the file cannot be written."""
        lines = (
            f"{point.chain} {point.seq} {point.head.hex()} {_mac(self._key_of(point.chain), point)}\n"
            for point in points
        )
        payload = "".join(lines).encode()
        with self._lock:
            try:
                self._write(payload)
            except OSError as error:
                log.error("the checkpoint file cannot be written: %s", error.strerror)
                self._let_go()
                return False
            self._sync_soon()
        return True

    def sync(self) -> None:
        """Force what was appended to the disk."""
        with self._lock:
            self._sync()

    def close(self) -> None:
        with self._lock:
            self._sync()
            self._let_go()

    def _write(self, payload: bytes) -> None:
        written = os.write(self._opened(), payload)
        if written < len(payload):
            raise OSError(0, "the disk is full")

    def _opened(self) -> int:
        """The descriptor, opened anew after a fork or when another file (or none) stands at the path."""
        if self._process != os.getpid():
            self._process, self._timer = os.getpid(), None
        if self._descriptor is not None and not self._is_at_path(self._descriptor):
            self._let_go()
        if self._descriptor is None:
            self._descriptor = _open(self._path)
        return self._descriptor

    def _is_at_path(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self._path.stat())
        except FileNotFoundError:
            return False

    def _let_go(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _sync_soon(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(FSYNC_SECONDS, self.sync)
            self._timer.daemon = True
            self._timer.start()

    def _sync(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._descriptor is None:
            return
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            log.error("the checkpoint file cannot be forced to the disk: %s", error.strerror)


_open_files: WeakSet[CheckpointFile] = WeakSet()


@atexit.register
def _sync_all() -> None:
    for file in list(_open_files):
        file.sync()


def _open(path: Path) -> int:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            os.write(descriptor, TORN)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


class NotedHeads(Struct):
    """What the checkpoint file says, sorted in a temporary file of its own: memory stays bounded.

    `damaged` are the numbers of forged or damaged lines (the first hundred), `torn` counts lines cut by a crash.
    """

    _sorted: sqlite3.Connection
    damaged: list[int] = field(default_factory=list)
    torn: int = 0

    def chains(self) -> set[str]:
        return {row[0] for row in self._sorted.execute("SELECT DISTINCT chain FROM noted")}

    def of(self, chain: str) -> Iterator[Checkpoint]:
        """The noted heads of one chain in order; a seq that was noted twice comes twice."""
        rows = self._sorted.execute("SELECT seq, head FROM noted WHERE chain = ? ORDER BY seq", (chain,))
        return (Checkpoint(chain, seq, head) for seq, head in rows)

    def newest(self, chain: str) -> int:
        """The last seq noted of a chain, 0 when none is."""
        found = self._sorted.execute("SELECT max(seq) FROM noted WHERE chain = ?", (chain,)).fetchone()
        return found[0] or 0

    def note_damage(self, number: int) -> None:
        if len(self.damaged) < 100:
            self.damaged.append(number)


@contextmanager
def noted_heads(path: Path, key_of: KeyOf) -> Iterator[NotedHeads]:
    """Read the checkpoint file. Lines that do not bear their chain's mark are damage, not heads."""
    with closing(sqlite3.connect("")) as connection:
        connection.execute("CREATE TABLE noted (chain TEXT, seq INTEGER, head BLOB)")
        heads = NotedHeads(connection)
        connection.executemany("INSERT INTO noted VALUES (?, ?, ?)", _rows(path, key_of, heads))
        connection.execute("CREATE INDEX by_chain ON noted (chain, seq)")
        yield heads


def _rows(path: Path, key_of: KeyOf, heads: NotedHeads) -> Iterator[tuple[str, int, bytes]]:
    if not path.exists():
        return
    with path.open("rb") as stream:
        for number, line in enumerate(iter(lambda: stream.readline(LONGEST_LINE), b""), 1):
            point = _parse(line, key_of)
            if point is not None:
                yield point.chain, point.seq, point.head
            elif line.endswith(TORN) or (not line.endswith(b"\n") and len(line) < LONGEST_LINE):
                heads.torn += 1
            else:
                heads.note_damage(number)


def _parse(line: bytes, key_of: KeyOf) -> Checkpoint | None:
    try:
        chain, seq, head, mac = line.decode("ascii").split()
        point = Checkpoint(chain, int(seq), bytes.fromhex(head))
        return point if hmac.compare_digest(mac, _mac(key_of(chain), point)) else None
    except (ValueError, AppError):
        return None
