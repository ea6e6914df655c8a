"""`callcenter serve`, seen from outside: the web server and a worker beside it. Both stop with this process; a worker
that dies is started again; when the web server ends, all ends.

Nothing but the standard library is loaded here: the keeper stays as long as the service and should cost nothing.
"""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType

WORKER = (sys.executable, "-m", "callcenter.cli", "worker")
LOOK_SECONDS = 0.2
STOP_SECONDS = 30.0
PAUSES = (1.0, 5.0, 30.0)
"""Seconds before a worker that died is started again: the longer, the more often it died in a row."""
STEADY_SECONDS = 60.0
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1


class Keeper:
    """Keeps `web` and `worker` running until a signal or until `web` ends."""

    def __init__(self, web: Sequence[str], worker: Sequence[str] = WORKER, pauses: Sequence[float] = PAUSES) -> None:
        self._web, self._worker, self._pauses = web, worker, pauses
        self._stopping = threading.Event()

    def run(self) -> int:
        """Returns the exit code: the web server's where it ended by itself, 0 after a signal."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._stop)
        web, worker = _started(self._web), _Kept(self._worker, self._pauses)
        try:
            while web.poll() is None and not self._stopping.wait(LOOK_SECONDS):
                worker.look()
            asked = self._stopping.is_set()
        finally:
            _end([web, *worker.running()])
        return 0 if asked else abs(web.returncode)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping.set()


class _Kept:
    """A process that is started again when it ends."""

    def __init__(self, command: Sequence[str], pauses: Sequence[float]) -> None:
        self._command, self._pauses, self._ended = command, pauses, 0
        self._start()

    def _start(self) -> None:
        self._process, self._since, self._again_at = _started(self._command), time.monotonic(), 0.0

    def look(self) -> None:
        now = time.monotonic()
        if self._process.poll() is None:
            return
        if not self._again_at:
            steady = now - self._since > STEADY_SECONDS
            self._ended = 1 if steady else self._ended + 1
            self._again_at = now + self._pauses[min(self._ended, len(self._pauses)) - 1]
        elif now >= self._again_at:
            self._start()

    def running(self) -> list[subprocess.Popen[bytes]]:
        return [self._process]


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=_end_with_parent)  # noqa: PLW1509


def _end_with_parent() -> None:
    """On Linux: a keeper that is killed takes its two along, so that the port is free for the next one."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    until = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(until - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(Keeper(sys.argv[1:]).run())
