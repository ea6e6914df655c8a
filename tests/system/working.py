"""A worker as `callcenter worker` runs it, with handlers of a test: `python -m tests.system.working FOLDER LEASE STOP`;
with `told` it does not look around by itself and does only what messages tell of.

What a handler does is the job's subject: `quick`, `steps` (goes on, step by step, until the file `go` is there) or
`silent` (the same without a step). Each writes a line when it begins and when it ends.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

from callcenter.app import create_app
from callcenter.jobs import worker
from callcenter.jobs.ports import HANDLERS, Progress, RunningJob
from callcenter.jobs.rules import JobKind

PATIENCE_SECONDS = 60.0


class Journal:
    """Lines of all workers in one file; appending a short line is one write."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "journal"

    def write(self, word: str, job: RunningJob) -> None:
        with self.file.open("a") as stream:
            stream.write(f"{word} {job.subject} {job.tries} {os.getpid()}\n")

    def lines(self) -> list[list[str]]:
        return [line.split() for line in self.file.read_text().splitlines()] if self.file.exists() else []


def handler(journal: Journal, job: RunningJob, progress: Progress) -> None:
    journal.write("begin", job)
    until = time.monotonic() + PATIENCE_SECONDS
    while not job.subject.startswith("quick") and not (journal.folder / "go").exists() and time.monotonic() < until:
        if job.subject.startswith("steps"):
            progress(50, "続けています")
        time.sleep(0.02)
    journal.write("end", job)


def main(folder: Path, lease: float, stop_seconds: float) -> None:
    app, journal = create_app(), Journal(folder)
    app.extensions[HANDLERS] = {JobKind.SEND_MAIL: lambda job, progress: handler(journal, job, progress)}
    worker.work(app, lease=timedelta(seconds=lease), stop_seconds=stop_seconds)


if __name__ == "__main__":
    if "told" in sys.argv:
        worker.look_around = lambda *_: None
    main(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
