"""Clients that all want the same seat at the same moment: a process of its own, standard library and raw sockets.

    python -m tests.reservations.racers < plan.json > outcome.json

In each round every client sends one booking for the round's time; what came back is counted by status.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from typing import Any
from uuid import uuid4

from tests.bench.load import Wire, message

PATH = "/api/v1/reservations"


class Race:
    """All clients over all rounds."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.counts: list[Counter[str]] = [Counter() for _ in plan["rounds"]]
        self.accepted_ms: list[float] = []
        self.failures: list[str] = []
        self._start = threading.Barrier(plan["clients"])
        self._lock = threading.Lock()

    def run(self) -> dict[str, Any]:
        threads = [threading.Thread(target=self._client, args=(number,)) for number in range(self.plan["clients"])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return {"counts": self.counts, "failures": self.failures, "accepted_ms": self.accepted_ms}

    def _client(self, number: int) -> None:
        wire = Wire(self.plan["port"])
        try:
            for place, body in enumerate(self.plan["rounds"]):
                self._start.wait(120)
                self._book(wire, place, {**body, "people": [self._person(place * 1000 + number)]})
        except (OSError, threading.BrokenBarrierError) as error:
            self._start.abort()
            self.failures.append(f"{type(error).__name__}: {error}")
        finally:
            wire.close()

    def _person(self, serial: int) -> dict[str, str]:
        number = f"Z{serial // 1_000_000:02d}-{serial % 1_000_000:06d}"
        return {"notice_number": number, "name": "競争 太郎", "birth": "1975-04-03"}

    def _book(self, wire: Wire, place: int, body: dict[str, Any]) -> None:
        headers = {**self.plan["headers"], "Idempotency-Key": str(uuid4())}
        content = json.dumps(body).encode()
        begun = time.perf_counter()
        status, answer = wire.exchange(message("POST", PATH, headers, content))
        took = (time.perf_counter() - begun) * 1000
        with self._lock:
            self.counts[place][str(status)] += 1
            if status == 201:
                self.accepted_ms.append(took)
            elif status != 409:
                self.failures.append(f"{status}: {answer[:300].decode(errors='replace')}")


def main() -> None:
    json.dump(Race(json.load(sys.stdin)).run(), sys.stdout)


if __name__ == "__main__":
    main()
