"""The client: a process of its own that sends requests over keep-alive connections and checks every answer.

    python -m tests.bench.load < plan.json > outcome.json

Standard library only and as lean as it can be, so that what is measured is the server: raw sockets, bodies made
beforehand. A connection keeps to one desk: each save names the call that the answer before told it to take next.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import randrange
from typing import Any
from uuid import uuid4

HOST = "127.0.0.1"
ANSWER_SECONDS = 60.0
PATIENCE_SECONDS = 0.02
Maker = Callable[[dict[str, Any], int], bytes]


@dataclass(slots=True)
class Outcome:
    """What came back. `saved` are the acknowledged saves (address of the call, number) in the order of arrival;
    `refused` are answers that a patient plan goes on after."""

    milliseconds: list[float] = field(default_factory=list)
    saved: list[tuple[str, int | str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Wire:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((HOST, port), timeout=ANSWER_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def exchange(self, request: bytes) -> tuple[int, bytes]:
        """Send a request; returns the answer's status and body. Raises `OSError` when the server goes away."""
        self._socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._receive()
        head, _, body = received.partition(b"\r\n\r\n")
        wanted = _length(head)
        while len(body) < wanted:
            body += self._receive()
        return int(head[9:12]), body

    def _receive(self) -> bytes:
        part = self._socket.recv(65536)
        if not part:
            raise ConnectionResetError("the server closed the connection")
        return part

    def close(self) -> None:
        self._socket.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ConnectionResetError("an answer without a length")


def message(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The bytes of one request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode() + body


def save_of(desk: dict[str, Any], turn: int) -> bytes:
    """The save of the desk's current call."""
    body = {**desk["bodies"][turn % len(desk["bodies"])], "save_key": str(uuid4())}
    body["fields"] = {**body["fields"], "phone": f"073-4{turn % 90 + 10}-{randrange(10_000):04d}"}
    content = json.dumps(body, ensure_ascii=False).encode()
    return message("POST", f"{desk['url']}/save", desk["headers"], content)


def page_of(desk: dict[str, Any], _turn: int) -> bytes:
    return message("GET", desk["url"], desk["headers"])


def booking_of(desk: dict[str, Any], turn: int) -> bytes:
    """The booking of one person, at a time that has seats left."""
    body = {**desk["bodies"][turn % len(desk["bodies"])], "people": [_visitor()]}
    headers = {**desk["headers"], "Idempotency-Key": str(uuid4())}
    return message("POST", desk["url"], headers, json.dumps(body, ensure_ascii=False).encode())


def _visitor() -> dict[str, str]:
    serial = randrange(1_000_000_000)
    return {
        "notice_number": f"{serial // 1_000_000:03d}-{serial % 1_000_000:06d}",
        "name": "見本 花子",
        "birth": "1975-04-03",
    }


MAKERS: dict[str, Maker] = {"save": save_of, "page": page_of, "book": booking_of}


class Load:
    """The connections, which share a bounded number of requests."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan, self._make = plan, MAKERS[plan["kind"]]
        self._until = time.monotonic() + plan["most_seconds"]
        self._turn, self._lock = 0, threading.Lock()
        self._gate = threading.Barrier(len(plan["desks"]) + 1)
        self._begun = 0.0
        self.outcome = Outcome()

    def run(self) -> Outcome:
        threads = [threading.Thread(target=self._sit, args=(desk,)) for desk in self._plan["desks"]]
        for thread in threads:
            thread.start()
        self._begun = time.perf_counter()
        self._gate.wait()
        for thread in threads:
            thread.join()
        self.outcome.seconds = time.perf_counter() - self._begun
        return self.outcome

    def _next_turn(self) -> int | None:
        with self._lock:
            if self._turn >= self._plan["requests"] or self.outcome.failures or time.monotonic() > self._until:
                return None
            self._turn += 1
            return self._turn

    def _sit(self, desk: dict[str, Any]) -> None:
        wire = Wire(self._plan["port"])
        self._gate.wait()
        try:
            while (turn := self._next_turn()) is not None:
                self._ask(wire, desk, turn)
        except OSError as error:
            self.outcome.failures.append(f"{type(error).__name__}: {error}")
        finally:
            wire.close()

    def _ask(self, wire: Wire, desk: dict[str, Any], turn: int) -> None:
        request = self._make(desk, turn)
        begun = self._moment(turn)
        status, body = wire.exchange(request)
        self.outcome.milliseconds.append((time.perf_counter() - begun) * 1000)
        if status not in (200, 201):
            self._refuse(f"{status}: {body[:300].decode(errors='replace')}")
        elif self._plan["kind"] == "book":
            self.outcome.saved.append((desk["url"], json.loads(body)["number"]))
        elif self._plan["kind"] == "save":
            answer = json.loads(body)
            self.outcome.saved.append((desk["url"], answer["number"]))
            desk["url"] = answer.get("next") or desk["url"]
        elif self._plan["marker"].encode() not in body:
            self.outcome.failures.append("the page is not the one that was asked for")

    def _moment(self, turn: int) -> float:
        """When the request is sent. A paced plan (`per_second`) waits for its turn; what is late counts from there, as
        somebody who waits would count."""
        rate = self._plan.get("per_second")
        now = time.perf_counter()
        if not rate:
            return now
        due: float = self._begun + turn / rate
        time.sleep(max(0.0, due - now))
        return due

    def _refuse(self, what: str) -> None:
        if not self._plan.get("patient"):
            self.outcome.failures.append(what)
            return
        self.outcome.refused.append(what)
        time.sleep(PATIENCE_SECONDS)


def main() -> None:
    load = Load(json.load(sys.stdin))
    found = load.run()
    known = {name: getattr(found, name) for name in Outcome.__dataclass_fields__}
    json.dump({**known, "desks": load._plan["desks"]}, sys.stdout)


if __name__ == "__main__":
    main()
