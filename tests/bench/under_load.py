"""Saves at fifty a second, at rest and while a month's bundle is built over and over by the worker beside the server.

Both sides are the product as `callcenter serve` runs it, on SQLite. A save counts from the moment it was due, so that
what waits behind a slow one is slow too.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from callcenter.web.access import Role
from reports.period import Span
from tests.bench import scale_rows
from tests.bench.client import CONNECTIONS, LoadFailed, loaded, percentile
from tests.bench.desks import centre_of, deployment_in, desks_in, headers_of
from tests.bench.measuring import Comparison, Target
from tests.bench.serving import HOST, Server, serving

PER_SECOND, SECONDS, WARM_UP_SECONDS = 50, 15, 4
TARGET = Target(2.5, 2.0, at_most=True)
MAY, CALLS = Span(date(2026, 5, 1), date(2026, 5, 31)), 2_741
"""The month before the measured Monday, as busy as the busiest."""
PERIODS = (MAY, *(Span(MAY.from_on, MAY.to_on - timedelta(days=less)) for less in (1, 2, 3)))
"""The month, and spans of it: several wait at a time, so that the worker never does."""
LOOK_SECONDS, MOST_SECONDS = 0.02, 120.0
SETTLING_SECONDS = 3.0
ACTIVE, SEE_OTHER = ("waiting", "running"), 303


def compare(rounds: int) -> list[Comparison]:
    """Milliseconds while bundles are built (ours) and at rest (bare), in turn."""
    slowest = Comparison("saves at 50/s, bundles being built, p99", "ms", TARGET)
    usual = Comparison("saves at 50/s, bundles being built, p50", "ms")
    with TemporaryDirectory(prefix="callcenter-bench-") as scratch, _side(Path(scratch)) as side:
        side.saves(WARM_UP_SECONDS)
        for _ in range(rounds):
            quiet, busy = side.saves(SECONDS), side.saves_while_building(SECONDS)
            for measured, part in ((slowest, 0.99), (usual, 0.5)):
                measured.bare.append(percentile(quiet, part))
                measured.ours.append(percentile(busy, part))
        slowest.note = f"(bare: at rest) {side.builds} bundles of {CALLS:,} calls built in {rounds * SECONDS} s"
    return [slowest, usual]


@dataclass(slots=True)
class Side:
    """A server with its worker, the desks as the last round left them, and a supervisor who asks for bundles."""

    server: Server
    database: Path
    desks: list[dict[str, Any]]
    asking: Mapping[str, str]
    builds: int = 0

    def saves(self, seconds: int) -> list[float]:
        """Milliseconds of each save. Raises `LoadFailed`."""
        bounds = {"requests": PER_SECOND * seconds, "per_second": PER_SECOND, "most_seconds": MOST_SECONDS}
        found = loaded({"kind": "save", "port": self.server.port, "desks": self.desks, **bounds})
        self.desks = found["desks"]
        milliseconds: list[float] = found["milliseconds"]
        return milliseconds

    def saves_while_building(self, seconds: int) -> list[float]:
        """The same, the worker having something to build all the while. Raises `LoadFailed`."""
        stop = threading.Event()
        with ThreadPoolExecutor(1) as beside:
            builds = beside.submit(self._keep_building, stop)
            try:
                found = self.saves(seconds)
            finally:
                stop.set()
            self.builds += builds.result()
        self.rest()
        return found

    def rest(self) -> None:
        """Wait until nothing is left to do. Raises `LoadFailed`."""
        until = time.monotonic() + MOST_SECONDS
        while any(state in ACTIVE for state in self._states().values()):
            if time.monotonic() > until:
                raise LoadFailed(self.server.log())
            time.sleep(LOOK_SECONDS)

    def _keep_building(self, stop: threading.Event) -> int:
        """Ask for each period as soon as its last one is done; how many were done."""
        wire, asked, built = HTTPConnection(HOST, self.server.port, timeout=30), set[str](), 0
        while not stop.wait(LOOK_SECONDS):
            states = self._states()
            for url, key in URLS.items():
                if states.get(key) in ACTIVE:
                    continue
                built += url in asked
                asked.add(url)
                self._ask(wire, url)
        wire.close()
        return built

    def _ask(self, wire: HTTPConnection, url: str) -> None:
        wire.request("POST", url, headers=dict(self.asking))
        answer = wire.getresponse()
        answer.read()
        if answer.status != SEE_OTHER:
            raise LoadFailed(f"{answer.status} {url}")

    def _states(self) -> dict[tuple[str, str], str]:
        """(kind, last day) → state; read from the file itself, which disturbs nobody. Raises `LoadFailed`."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT kind, period_to, state, message FROM jobs").fetchall()
        failed = [f"{kind} {until}: {message}" for kind, until, state, message in rows if state == "failed"]
        if failed:
            raise LoadFailed("; ".join(failed))
        return {(kind, until): state for kind, until, state, _ in rows}


def _address(span: Span) -> tuple[str, tuple[str, str]]:
    """Where a period is asked for, and its job."""
    kind = "monthly" if span.whole_month else "term"
    url = f"/reports/periods/{kind}/{span.from_on}/{span.to_on}/build"
    return url, (f"build_{kind}", span.to_on.isoformat())


URLS = dict(map(_address, PERIODS))


@contextmanager
def _side(folder: Path) -> Iterator[Side]:
    database = folder / "calls.sqlite"
    made = deployment_in(folder, f"sqlite:///{database}")
    with centre_of(made) as centre:
        with centre.inside():
            scale_rows.fill(centre.contract_id, CALLS, MAY)
        asking = headers_of(centre.person(Role.SUPERVISOR, name="見本 責任者").client())
        desks = desks_in(centre, CONNECTIONS)
    # What the log's own file and the schedule's first look cost is over before anything is measured.
    with serving([made.launch(None)]) as servers:
        side = Side(servers[0], database, desks, {**asking, "Content-Length": "0"})
        time.sleep(SETTLING_SECONDS)
        side.rest()
        yield side
