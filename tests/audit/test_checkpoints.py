from __future__ import annotations

import errno
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from callcenter.audit import checkpoints as module
from callcenter.audit import queries
from callcenter.audit.checkpoints import CheckpointFile, noted_heads
from callcenter.audit.rules import Checkpoint
from callcenter.audit.service import Act, record, system_actor
from callcenter.web.transaction import transaction
from tests.centre import Centre

KEY = b"k" * 32


def _key_of(chain: str) -> bytes:
    return KEY


def _point(seq: int, chain: str = "system") -> Checkpoint:
    return Checkpoint(chain, seq, bytes([seq % 256]) * 32)


def _file(folder: Path) -> CheckpointFile:
    return CheckpointFile(folder / "audit" / "checkpoints.log", _key_of)


def _seqs(folder: Path) -> list[int]:
    with noted_heads(folder / "audit" / "checkpoints.log", _key_of) as noted:
        assert noted.damaged == []
        return [point.seq for point in noted.of("system")]


def test_what_is_appended_is_read_back_in_order(tmp_path: Path) -> None:
    file = _file(tmp_path)
    file.append([_point(2), _point(1)])
    file.append([_point(3)])
    file.close()
    assert _seqs(tmp_path) == [1, 2, 3]


def test_the_file_is_private(tmp_path: Path) -> None:
    file = _file(tmp_path)
    file.append([_point(1)])
    file.close()
    assert (tmp_path / "audit" / "checkpoints.log").stat().st_mode & 0o777 == 0o600


def test_a_line_cut_short_by_a_crash_does_not_spoil_the_next(tmp_path: Path) -> None:
    file = _file(tmp_path)
    file.append([_point(1), _point(2)])
    file.close()
    path = tmp_path / "audit" / "checkpoints.log"
    path.write_bytes(path.read_bytes()[:-9])
    again = _file(tmp_path)
    again.append([_point(3)])
    again.close()
    assert _seqs(tmp_path) == [1, 3]
    with noted_heads(path, _key_of) as noted:
        assert noted.torn == 1


def test_a_file_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    file = _file(tmp_path)
    file.append([_point(1)])
    (tmp_path / "audit" / "checkpoints.log").rename(tmp_path / "old")
    file.append([_point(2)])
    file.close()
    assert _seqs(tmp_path) == [2]


def test_a_file_that_cannot_be_written_is_said_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    file, write = _file(tmp_path), os.write

    def full(descriptor: int, data: bytes) -> int:
        write(descriptor, data[:20])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with caplog.at_level(logging.ERROR, "callcenter"):
        assert not file.append([_point(1)])
    assert "cannot be written" in caplog.text
    monkeypatch.undo()
    assert file.append([_point(2)])
    file.close()
    assert _seqs(tmp_path) == [2]


def test_a_short_write_is_a_failure_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, write = _file(tmp_path), os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:10]))
    assert not file.append([_point(1)])
    monkeypatch.undo()
    file.append([_point(2)])
    file.close()
    assert _seqs(tmp_path) == [2]


def test_it_is_forced_to_the_disk_without_further_appends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    forced = threading.Event()
    monkeypatch.setattr(module, "FSYNC_SECONDS", 0.01)
    monkeypatch.setattr(os, "fsync", lambda _descriptor: forced.set())
    file = _file(tmp_path)
    file.append([_point(1)])
    assert forced.wait(30)
    file.close()


def test_a_disk_that_refuses_is_no_crash_of_the_timer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    file = _file(tmp_path)
    file.append([_point(1)])
    monkeypatch.setattr(os, "fsync", refuse)
    with caplog.at_level(logging.ERROR, "callcenter"):
        file.sync()
    assert "cannot be forced" in caplog.text
    monkeypatch.undo()
    file.close()


def test_it_is_forced_to_the_disk_when_the_process_ends(tmp_path: Path) -> None:
    script = f"""
import os
from pathlib import Path
from callcenter.audit import checkpoints
from callcenter.audit.rules import Checkpoint
real = os.fsync
checkpoints.os.fsync = lambda descriptor: (real(descriptor), Path({str(tmp_path / "forced")!r}).touch())
file = checkpoints.CheckpointFile(Path({str(tmp_path / "audit" / "checkpoints.log")!r}), lambda chain: b"k" * 32)
file.append([Checkpoint("system", 1, bytes([1]) * 32)])
"""
    subprocess.run([sys.executable, "-c", script], check=True)
    assert (tmp_path / "forced").exists()
    assert _seqs(tmp_path) == [1]


def test_several_processes_append_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "audit" / "checkpoints.log"
    script = f"""
import sys
from pathlib import Path
from callcenter.audit.checkpoints import CheckpointFile
from callcenter.audit.rules import Checkpoint
file = CheckpointFile(Path({str(path)!r}), lambda chain: b"k" * 32)
for seq in range(int(sys.argv[1]), 900, 3):
    file.append([Checkpoint("system", seq, bytes([seq % 256]) * 32)])
"""
    running = [subprocess.Popen([sys.executable, "-c", script, str(start)]) for start in (0, 1, 2)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert _seqs(tmp_path) == list(range(900))


def _note(centre: Centre, name: str) -> None:
    with transaction():
        record(Act("test.noted", "thing", name), by=system_actor(centre.contract_id), at=centre.now)


def test_the_commit_stands_when_its_checkpoint_cannot_be_written(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with centre.inside():
        _note(centre, "a")
        monkeypatch.setattr(os, "write", full)
        _note(centre, "b")
        assert len(queries.history_of(centre.contract_id, "thing", "b")) == 1
        found = queries.verify()
        assert found.whole
        assert found.unprotected == 1
        assert queries.checkpoint_state()[0] is False
        monkeypatch.undo()
        _note(centre, "c")
        assert queries.checkpoint_state()[0] is True
        assert queries.verify().unprotected == 0
