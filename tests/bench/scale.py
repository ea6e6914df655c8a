"""What a year's report costs as its calls grow: ten times on SQLite, a hundred times on PostgreSQL.

SQLite: the whole job (read, checked, both editions in Excel and Word, sealed, kept) of 250,000 calls over that of
25,000, each in a fresh process; peak memory is that of the process. PostgreSQL: the summary bundle (every sheet but the
list of cases) of 2,500,000 calls over the same counts by statements written by hand, and its memory over that of a few.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from callcenter.config import prepare_home
from tests.bench import scale_rows
from tests.bench.desks import Deployment, centre_of
from tests.bench.measuring import Comparison, Target
from tests.bench.serving import ROOT
from tests.postgres import PostgresServer

FEW, MANY, MOST = 25_000, 250_000, 2_500_000
PEAK, CPU, SUMMARY = Target(1.3, 1.2, at_most=True), Target(12, 10, at_most=True), Target(1.3, 1.2, at_most=True)
MOST_ROUNDS, MOST_SECONDS = 3, 1_800
MEGABYTE = 1_000_000


def compare(rounds: int) -> list[Comparison]:
    """Few rounds: each takes minutes. Raises `RuntimeError` when the counts of the two ways differ."""
    rounds = min(rounds, MOST_ROUNDS)
    with TemporaryDirectory(prefix="callcenter-bench-") as scratch:
        found = _on_sqlite(Path(scratch), rounds)
        with PostgresServer.start() as server:
            return found + _on_postgres(Path(scratch), server, rounds)


def _on_sqlite(folder: Path, rounds: int) -> list[Comparison]:
    peak = Comparison(f"a year's job, {MANY:,} calls over {FEW:,}, peak", "MB", PEAK)
    cpu = Comparison(f"a year's job, {MANY:,} calls over {FEW:,}, CPU", "s", CPU)
    with _filled(folder / "few", None, FEW) as few, _filled(folder / "many", None, MANY) as many:
        for _ in range(rounds):
            for side, peaks, cpus in ((many, peak.ours, cpu.ours), (few, peak.bare, cpu.bare)):
                found = measured(side, "build")
                peaks.append(found["peak"] / MEGABYTE)
                cpus.append(found["cpu"])
    return [peak, cpu]


def _on_postgres(folder: Path, server: PostgresServer, rounds: int) -> list[Comparison]:
    speed = Comparison(f"summary of {MOST:,} calls over bare SQL", "s", SUMMARY)
    peak = Comparison(f"summary of {MOST:,} calls over {FEW:,}, peak", "MB", PEAK)
    used: list[float] = []
    with (
        _filled(folder / "pg-few", server.create_database("few"), FEW) as few,
        _filled(folder / "pg-most", server.create_database("most"), MOST) as most,
    ):
        for _ in range(rounds):
            ours, bare, small = (measured(*one) for one in ((most, "summary"), (most, "bare"), (few, "summary")))
            if ours["counts"] != bare["counts"]:
                raise RuntimeError(f"{ours['counts']} are not {bare['counts']}")
            speed.ours.append(ours["seconds"])
            speed.bare.append(bare["seconds"])
            peak.ours.append(ours["peak"] / MEGABYTE)
            peak.bare.append(small["peak"] / MEGABYTE)
            used.append(ours["cpu"])
    speed.note = f"({max(used):.1f} s of it in the product itself, the rest in the database)"
    return [speed, peak]


Side = tuple[Deployment, UUID]


@contextmanager
def _filled(folder: Path, url: str | None, count: int) -> Iterator[Side]:
    """A deployment after its year, with a contract that has so many calls in it."""
    folder.mkdir()
    made = deployment_after(folder, url or f"sqlite:///{folder}/calls.sqlite")
    with centre_of(made) as centre:
        with centre.inside():
            scale_rows.fill(centre.contract_id, count)
        yield made, centre.contract_id


def deployment_after(folder: Path, url: str) -> Deployment:
    """A deployment whose clock shows a day after the year."""
    offset = (scale_rows.AFTER - datetime.now(UTC)).total_seconds()
    names = {"HOME": prepare_home(folder / "home"), "DATABASE_URL": url, "CLOCK_OFFSET_SECONDS": offset}
    return Deployment(folder, {f"CALLCENTER_{name}": str(value) for name, value in names.items()})


def measured(side: Side, work: str) -> dict[str, Any]:
    """What a piece of work costs in a process of its own."""
    made, contract_id = side
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.scale_child", work, str(contract_id)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **made.environment},
        timeout=MOST_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found
