"""The demonstration's home: marked as one, made anew when half made, and never a real deployment's."""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from shutil import rmtree
from typing import Final

from msgspec import Struct

from callcenter.config import DEMONSTRATION, home_from, prepare_home
from callcenter.errors import Conflict
from callcenter.protection.keys import Keyring

DATABASE: Final = "callcenter.sqlite"
QUEUE: Final = "queue.sqlite"
REPORTS: Final = "reports"
_MADE: Final = (
    *(f"{database}{part}" for database in (DATABASE, QUEUE) for part in ("", "-wal", "-shm")),
    *("keys/keyring.json", "audit/checkpoints.log", DEMONSTRATION),  # the mark goes last
)
REAL_DATA: Final = "{home} には実際のデータがあるため、デモを作りません。CALLCENTER_HOME に別の場所を指定してください。"
OTHER_DATABASE: Final = (
    "デモは専用の組込みデータベースで動きます。CALLCENTER_DATABASE_URL の指定を外してから実行してください。"
)
IN_USE: Final = "{home} のデモは、ほかで準備中か実行中です。そちらを終了してから実行してください。"


class State(StrEnum):
    """How far a demonstration has got."""

    ABSENT = "absent"
    BUILDING = "building"
    READY = "ready"


class DemoHome(Struct, frozen=True):
    """A folder that belongs to a demonstration, or to nobody yet."""

    path: Path

    @classmethod
    def claimed(cls) -> DemoHome:
        """The folder of `CALLCENTER_HOME`. Raises `Conflict` when it, or the environment, is a real deployment's."""
        if os.environ.get("CALLCENTER_DATABASE_URL"):
            raise Conflict(OTHER_DATABASE)
        home = cls(prepare_home(home_from(os.environ)))
        if home.state is State.ABSENT and home._holds_real_data():
            raise Conflict(REAL_DATA.format(home=home.path))
        return home

    @property
    def mark(self) -> Path:
        return self.path / DEMONSTRATION

    @property
    def reports(self) -> Path:
        return self.path / REPORTS

    @property
    def state(self) -> State:
        if not self.mark.exists():
            return State.ABSENT
        return State(json.loads(self.mark.read_text(encoding="utf-8"))["state"])

    def write(self, state: State, offset: timedelta = timedelta(0)) -> None:
        """Note how far it has got, and the settings that every command in this home runs with."""
        content = {
            "state": state.value,
            "CALLCENTER_DEMONSTRATION": "1",
            "CALLCENTER_SECURE_COOKIES": "0",  # a browser keeps no secure cookie of http://127.0.0.1
            "CALLCENTER_CLOCK_OFFSET_SECONDS": f"{offset.total_seconds():.0f}",
        }
        fresh = self.path / "tmp" / DEMONSTRATION
        fresh.write_text(json.dumps(content, indent=1), encoding="utf-8")
        fresh.chmod(0o600)
        fresh.replace(self.mark)

    def clear(self) -> None:
        """Take away what a demonstration made. Raises `Conflict` when none did."""
        if self.state is State.ABSENT:
            raise Conflict(REAL_DATA.format(home=self.path))
        self.write(State.BUILDING)  # so that half of it gone is no demonstration either
        rmtree(self.reports, ignore_errors=True)
        for name in _MADE:
            (self.path / name).unlink(missing_ok=True)

    def _holds_real_data(self) -> bool:
        keys = self.path / "keys" / "keyring.json"
        return (keys.exists() and bool(Keyring.load(keys).contract_ids())) or _has_rows(self.path / DATABASE)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else makes or serves this demonstration meanwhile: a server started within keeps the lock.

        Raises `Conflict` when somebody does.
        """
        with (self.path / "demonstration.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Conflict(IN_USE.format(home=self.path)) from error
            os.set_inheritable(lock.fileno(), True)
            yield


def _has_rows(database: Path) -> bool:
    """Whether somebody keeps contracts or people here."""
    if not database.exists():
        return False
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        wanted = sorted(tables & {"contracts", "users"})
        return any(connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone() for name in wanted)  # noqa: S608
