"""What keeps the web server and the worker: here, two small programs in their place."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from callcenter.jobs import keeper
from callcenter.jobs.keeper import Keeper

WAIT_SECONDS = 60.0
ROOT = Path(__file__).parents[2]


def _program(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def _noting(file: Path, then: str) -> list[str]:
    return _program(f"import sys, time; open({str(file)!r}, 'a').write('x'); {then}")


def _starts(file: Path) -> int:
    return len(file.read_text()) if file.exists() else 0


def _until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not holds() and time.monotonic() < until:
        time.sleep(0.02)
    assert holds()


@pytest.fixture
def no_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread of a test may not set them."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)


def _run(keeping: Keeper) -> tuple[threading.Thread, list[int]]:
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(keeping.run()))
    thread.start()
    return thread, codes


@pytest.mark.usefixtures("no_signals")
def test_when_the_web_server_ends_all_ends_with_its_code(tmp_path: Path) -> None:
    worker = _noting(tmp_path / "worker", "time.sleep(600)")
    web = _program(
        f"import sys, time, os\nwhile not os.path.exists({str(tmp_path / 'worker')!r}): time.sleep(0.02)\nsys.exit(3)"
    )
    thread, codes = _run(Keeper(web, worker))
    thread.join(WAIT_SECONDS)
    assert codes == [3]
    assert _starts(tmp_path / "worker") == 1


@pytest.mark.usefixtures("no_signals")
def test_a_worker_that_dies_is_started_again_and_again(tmp_path: Path) -> None:
    keeping = Keeper(_program("import time; time.sleep(600)"), _noting(tmp_path / "worker", "sys.exit(1)"), (0.0,))
    thread, codes = _run(keeping)
    _until(lambda: _starts(tmp_path / "worker") >= 3)
    keeping._stop(15, None)
    thread.join(WAIT_SECONDS)
    assert codes == [0]


@pytest.mark.usefixtures("no_signals")
def test_what_does_not_end_in_time_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "STOP_SECONDS", 0.1)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    web = _program(f"import time; {deaf} open({str(tmp_path / 'web')!r}, 'a').write('x'); time.sleep(600)")
    keeping = Keeper(web, _noting(tmp_path / "worker", "time.sleep(600)"))
    thread, codes = _run(keeping)
    _until(lambda: _starts(tmp_path / "web") == 1)
    keeping._stop(15, None)
    thread.join(WAIT_SECONDS)
    assert codes == [0]


def test_the_pause_before_a_worker_is_started_again_grows_while_it_keeps_dying(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, started = [1000.0], list[float]()

    class Dead:
        def poll(self) -> int:
            return 1

    monkeypatch.setattr(time, "monotonic", lambda: clock[0])

    def start(_command: object) -> Dead:
        started.append(clock[0])
        return Dead()

    monkeypatch.setattr(keeper, "_started", start)
    kept = keeper._Kept(["worker"], (1.0, 5.0, 30.0))
    for _ in range(80):
        kept.look()
        clock[0] += 1
    # A death is seen a look later, but for the first one.
    assert [later - earlier for earlier, later in pairwise(started)] == [1, 6, 31, 31]


def test_the_keeper_loads_nothing_of_the_application() -> None:
    heavy = ("flask", "sqlalchemy", "huey")
    code = f"import sys, callcenter.jobs.keeper; sys.exit(any(name in sys.modules for name in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_the_application_does_not_load_the_queue() -> None:
    code = "import sys, callcenter.app; sys.exit(any(name in sys.modules for name in ('huey', 'peewee')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
