"""Workers as processes of their own: woken, racing, killed in the middle, told to stop; and beside the web server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from callcenter.extensions import db
from callcenter.jobs import queue
from callcenter.jobs.cli import NICENESS
from callcenter.jobs.rules import JobState
from tests.bench.desks import Deployment, centre_of, deployment_in
from tests.bench.serving import ROOT, Launch, Server
from tests.centre import Centre
from tests.jobs.factories import asked, facts, wanted_mail
from tests.postgres import PostgresServer
from tests.system.working import Journal

WAIT_SECONDS = 120.0
SHORT_LEASE, LONG_LEASE = 0.5, 600.0


@dataclass
class Workers:
    """A deployment, its centre within this process, and worker processes, all ended at the end."""

    made: Deployment
    centre: Centre
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def journal(self) -> Journal:
        return Journal(self.made.folder)

    def start(self, *options: str, lease: float = LONG_LEASE, stop_seconds: float = 20.0) -> subprocess.Popen[bytes]:
        numbers = (str(lease), str(stop_seconds))
        command = [sys.executable, "-m", "tests.system.working", str(self.made.folder), *numbers, *options]
        with (self.made.folder / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT), **self.made.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.running.append(process)
        return process

    def ask(self, subject: str) -> UUID:
        self.centre.at(self.made.now)
        return asked(self.centre, wanted_mail(subject))

    def state(self, job_id: UUID) -> JobState:
        return facts(self.centre, job_id).state

    def until(self, holds: Callable[[], bool]) -> None:
        until = time.monotonic() + WAIT_SECONDS
        while not holds():
            if time.monotonic() > until:
                log = (self.made.folder / "worker.log").read_text(errors="replace")[-2000:]
                pytest.fail(f"it did not come to pass; the journal: {self.journal.lines()}; the log: {log}")
            time.sleep(0.02)

    def begun(self, count: int = 1) -> bool:
        return [line[0] for line in self.journal.lines()].count("begin") >= count

    def go(self) -> None:
        (self.made.folder / "go").touch()

    def end(self) -> None:
        for process in self.running:
            with suppress(ProcessLookupError):
                process.kill()
            process.wait(WAIT_SECONDS)


@pytest.fixture(params=["sqlite", "postgresql"])
def workers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workers]:
    with ExitStack() as stack:
        if request.param == "sqlite":
            made = deployment_in(tmp_path, f"sqlite:///{tmp_path}/jobs.sqlite")
        else:
            server: PostgresServer = request.getfixturevalue("postgres_server")
            name = f"workers_{uuid4().hex}"
            made = deployment_in(tmp_path, server.create_database(name))
            stack.callback(server.drop_database, name)
        found = Workers(made, stack.enter_context(centre_of(made)))
        stack.callback(found.end)
        yield found


def queue_stands(workers: Workers) -> bool:
    """Whether the worker has made PostgreSQL's tables: before, nobody could be told."""
    if workers.made.on_sqlite:
        return True
    with workers.centre.inside():
        statement = text("SELECT 1 FROM pg_tables WHERE schemaname = 'huey' AND tablename = 'task'")
        return db.session.execute(statement).first() is not None


def test_a_worker_is_woken_by_a_message(workers: Workers) -> None:
    workers.start("told")
    workers.until(lambda: queue_stands(workers))
    job_id = workers.ask("quick")
    workers.until(lambda: workers.state(job_id) is JobState.DONE)


def test_a_worker_does_what_no_message_told_of(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "wake", lambda *_: None)
    job_id = workers.ask("quick")
    workers.start()
    workers.until(lambda: workers.state(job_id) is JobState.DONE)


def test_of_several_workers_each_job_is_done_by_one(workers: Workers) -> None:
    for _ in range(3):
        workers.start()
    found = [workers.ask(f"quick-{number}") for number in range(30)]
    workers.until(lambda: all(workers.state(job_id) is JobState.DONE for job_id in found))
    counted = Counter((word, subject) for word, subject, _tries, _pid in workers.journal.lines())
    assert set(counted.values()) == {1}
    assert len(counted) == 60


def test_the_job_of_a_killed_worker_is_taken_over_when_its_lease_has_run_out(workers: Workers) -> None:
    killed = workers.start(lease=SHORT_LEASE)
    job_id = workers.ask("silent")
    workers.until(workers.begun)
    killed.send_signal(signal.SIGKILL)
    killed.wait(WAIT_SECONDS)
    assert workers.state(job_id) is JobState.RUNNING
    time.sleep(SHORT_LEASE)
    workers.go()
    workers.start(lease=SHORT_LEASE)
    workers.until(lambda: workers.state(job_id) is JobState.DONE)
    assert [(word, tries) for word, _subject, tries, _pid in workers.journal.lines()] == [
        ("begin", "1"),
        ("begin", "2"),
        ("end", "2"),
    ]


def test_a_job_is_kept_by_a_worker_that_works_longer_than_its_lease(workers: Workers) -> None:
    for _ in range(2):
        workers.start(lease=SHORT_LEASE)
    job_id = workers.ask("silent")
    workers.until(workers.begun)
    time.sleep(4 * SHORT_LEASE)
    workers.start(lease=SHORT_LEASE)
    other = workers.ask("quick")
    workers.until(lambda: workers.state(other) is JobState.DONE)
    workers.go()
    workers.until(lambda: workers.state(job_id) is JobState.DONE)
    assert facts(workers.centre, job_id).tries == 1


def test_a_worker_that_is_told_to_stop_gives_its_job_to_the_next(workers: Workers) -> None:
    first = workers.start()
    job_id = workers.ask("steps")
    workers.until(workers.begun)
    first.terminate()
    assert first.wait(WAIT_SECONDS) == 0
    found = facts(workers.centre, job_id)
    assert (found.state, found.tries) == (JobState.WAITING, 0)
    workers.go()
    workers.start()
    workers.until(lambda: workers.state(job_id) is JobState.DONE)
    assert [line[0] for line in workers.journal.lines()] == ["begin", "begin", "end"]


@pytest.mark.parametrize("workers", ["sqlite"], indirect=True)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP], ids=lambda one: one.name)
def test_the_other_ways_to_end_a_program_are_told_to_stop_too(workers: Workers, number: signal.Signals) -> None:
    worker = workers.start()
    job_id = workers.ask("steps")
    workers.until(workers.begun)
    worker.send_signal(number)
    assert worker.wait(WAIT_SECONDS) == 0
    assert workers.state(job_id) is JobState.WAITING


def test_a_handler_that_does_not_hear_is_cut_off_and_its_job_given_back(workers: Workers) -> None:
    first = workers.start(stop_seconds=0.2)
    job_id = workers.ask("silent")
    workers.until(workers.begun)
    first.terminate()
    assert first.wait(WAIT_SECONDS) == 0
    assert workers.state(job_id) is JobState.WAITING
    assert [line[0] for line in workers.journal.lines()] == ["begin"]


# --- beside the web server ---


def _children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(word) for word in found.stdout.split()]


def _worker_of(keeper: int) -> int | None:
    for pid in _children(keeper):
        with suppress(OSError):
            if b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                return pid
    return None


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def _served(workers: Workers) -> Server:
    return Server.start(Launch(workers.made.folder, workers.made.environment))


@pytest.mark.parametrize("workers", ["sqlite"], indirect=True)
def test_serving_starts_a_worker_starts_it_again_and_stops_both(workers: Workers) -> None:
    server = _served(workers)
    try:
        keeper = server._process.pid
        first = _worker_of(keeper)
        assert first is not None
        os.kill(first, signal.SIGKILL)
        workers.until(lambda: _worker_of(keeper) not in {None, first})
        second = _worker_of(keeper)
        assert second is not None
        workers.until(lambda: os.getpriority(os.PRIO_PROCESS, second) == NICENESS)
        children = _children(keeper)
        server._process.terminate()
        assert server._process.wait(WAIT_SECONDS) == 0
        assert all(_gone(pid) for pid in children)
    finally:
        server.kill()


@pytest.mark.parametrize("workers", ["sqlite"], indirect=True)
def test_a_keeper_that_is_killed_takes_both_along(workers: Workers) -> None:
    server = _served(workers)
    try:
        children = _children(server._process.pid)
        assert len(children) == 2
        os.kill(server._process.pid, signal.SIGKILL)
        workers.until(lambda: all(_gone(pid) for pid in children))
    finally:
        server.kill()
