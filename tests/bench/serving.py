"""Servers under test: gunicorn on a free loopback port, in a process group of its own, surely ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from callcenter.deployment import gunicorn_options

ROOT = Path(__file__).parent.parent.parent
HOST = "127.0.0.1"
START_SECONDS = 60.0
STOP_SECONDS = 25.0
THREADS = 8


class ServerFailed(RuntimeError):
    """The server did not come up; the text ends with what it printed."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How a server is started: `application` is gunicorn's, None runs the product's own `callcenter serve`."""

    folder: Path
    environment: Mapping[str, str]
    application: str | None = None
    workers: int = 1

    def command(self, port: int) -> list[str]:
        if self.application is None:
            return [sys.executable, "-m", "callcenter.cli", "serve", f"--port={port}", f"--threads={THREADS}"]
        options = gunicorn_options(HOST, port, THREADS, self.workers)
        return [sys.executable, "-m", "gunicorn", *options, self.application]


@dataclass(slots=True)
class Server:
    """A running server. `kill` ends its whole process group at once, as a power cut would end it."""

    port: int
    _process: subprocess.Popen[bytes]
    _log: Path

    @classmethod
    def start(cls, launch: Launch) -> Server:
        """Start and wait until it answers. Raises `ServerFailed`."""
        port, log = free_port(), launch.folder / "server.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                launch.command(port),
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT), **launch.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        server = cls(port, process, log)
        server._await()
        return server

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        self._process.wait(STOP_SECONDS)

    def stop(self) -> None:
        """End it in order; what does not end in time is killed."""
        if self._process.poll() is None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        self.kill()

    def log(self) -> str:
        return self._log.read_text(errors="replace")[-4000:]

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _await(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            if answers(self.port):
                return
            time.sleep(0.05)
        self.kill()
        raise ServerFailed(self.log())


def answers(port: int) -> bool:
    """Whether an HTTP server speaks on the port, whatever it says."""
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(launches: Sequence[Launch]) -> Iterator[list[Server]]:
    """Several servers at once; all are stopped, whatever happens."""
    running: list[Server] = []
    try:
        for launch in launches:
            running.append(Server.start(launch))
        yield running
    finally:
        for server in running:
            server.stop()
