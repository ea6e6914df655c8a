"""The save endpoint against a bare insert: throughput, and the slowest hundredth beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.client import CONNECTIONS, MOST_SECONDS, LoadFailed, loaded, percentile
from tests.bench.deployments import bare_launch, database_urls, subfolder
from tests.bench.desks import body_of, centre_of, deployment_in, desks_in
from tests.bench.measuring import Comparison, Target
from tests.bench.serving import Server, serving

WARM_UP, SAVES = 400, 600
TARGETS = {"sqlite": Target(0.5, 0.65), "postgresql": Target(0.3, 0.45)}


@dataclass(slots=True)
class Side:
    """One of the two: its server, and the desks as the last round left them."""

    server: Server
    desks: list[dict[str, Any]]

    def round(self, requests: int) -> dict[str, Any]:
        """Send `requests` saves; returns the outcome. Raises `LoadFailed`."""
        bounds = {"requests": requests, "most_seconds": MOST_SECONDS}
        found = loaded({"kind": "save", "port": self.server.port, "desks": self.desks, **bounds})
        numbers = {number for _, number in found["saved"]}
        if len(numbers) != requests:
            raise LoadFailed(f"{len(numbers)} numbers for {requests} saves")
        self.desks = found["desks"]
        return found


def compare(database: str, folder: Path, rounds: int) -> list[Comparison]:
    """Rounds of ours and bare in turn; throughput (with its target) and p99."""
    speed = Comparison(f"save, {database}", "saves/s", TARGETS[database])
    slowest = Comparison(f"save, {database}, p99", "ms")
    with _sides(database, folder) as sides:
        for side in sides:
            side.round(WARM_UP)
        for _ in range(rounds):
            for side, speeds, slow in zip(sides, (speed.ours, speed.bare), (slowest.ours, slowest.bare), strict=True):
                found = side.round(SAVES)
                speeds.append(SAVES / found["seconds"])
                slow.append(percentile(found["milliseconds"], 0.99))
    return [speed, slowest]


@contextmanager
def _sides(database: str, folder: Path) -> Iterator[list[Side]]:
    with database_urls(database, folder) as (ours_url, bare_url):
        made = deployment_in(subfolder(folder, "ours"), ours_url)
        with centre_of(made) as centre:
            desks = desks_in(centre, CONNECTIONS)
        bare = {"url": "", "headers": {"Content-Type": "application/json"}, "bodies": [body_of(n) for n in range(20)]}
        with serving([made.launch(), bare_launch(subfolder(folder, "bare"), bare_url, "saving", made)]) as servers:
            yield [Side(servers[0], desks), Side(servers[1], [bare] * CONNECTIONS)]
