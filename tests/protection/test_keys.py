"""The key file: private, whole, and never silently made anew."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from threading import Thread
from uuid import UUID

import pytest

from callcenter.errors import Conflict, Unavailable
from callcenter.protection.keys import KeyFileUnusable, Keyring, KeysMissing
from tests.protection.factories import CONTRACT, OTHER_CONTRACT


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secret" / "keys.json"


def test_a_new_key_file_and_its_directory_are_private(path: Path) -> None:
    Keyring.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_an_existing_key_file_is_never_overwritten(path: Path) -> None:
    first = Keyring.create(path).system_log_key
    with pytest.raises(Conflict):
        Keyring.create(path)
    assert Keyring.load(path).system_log_key == first


def test_what_is_written_is_read_again(path: Path) -> None:
    made = Keyring.create(path).ensure_contract(CONTRACT, has_data=False)
    assert Keyring.load(path).for_contract(CONTRACT) == made
    assert Keyring.load(path).contract_ids() == [CONTRACT]


def test_every_key_is_its_own(path: Path) -> None:
    ring = Keyring.create(path)
    one, two = (ring.ensure_contract(id_, has_data=False) for id_ in (CONTRACT, OTHER_CONTRACT))
    secrets = [ring.system_log_key, one.data[1], one.index, one.log, two.data[1], two.index, two.log]
    assert len(set(secrets)) == 7
    assert {len(secret) for secret in secrets} == {32}


def test_ensuring_twice_gives_the_same_keys(path: Path) -> None:
    ring = Keyring.create(path)
    made = ring.ensure_contract(CONTRACT, has_data=False)
    assert ring.ensure_contract(CONTRACT, has_data=True) == made


def test_a_lost_key_of_a_contract_with_data_is_an_error_and_stays_one(path: Path) -> None:
    ring = Keyring.create(path)
    for _ in range(2):
        with pytest.raises(KeysMissing):
            ring.ensure_contract(CONTRACT, has_data=True)
        with pytest.raises(KeysMissing):
            ring.for_contract(CONTRACT)
    assert Keyring.load(path).contract_ids() == []


def test_a_missing_file_is_an_error_and_is_not_made(path: Path) -> None:
    with pytest.raises(KeysMissing) as caught:
        Keyring.load(path)
    assert isinstance(caught.value, Unavailable)
    assert caught.value.status == 503
    ring = Keyring.create(path)
    path.unlink()
    with pytest.raises(KeysMissing):
        ring.ensure_contract(CONTRACT, has_data=False)
    assert not path.exists()


def test_another_process_sees_a_contract_added_later(path: Path) -> None:
    Keyring.create(path)
    first, second = Keyring.load(path), Keyring.load(path)
    made = first.ensure_contract(CONTRACT, has_data=False)
    assert second.for_contract(CONTRACT) == made


def test_two_writers_lose_nothing(path: Path) -> None:
    Keyring.create(path)
    ids = [UUID(int=number) for number in range(1, 13)]
    threads = [
        Thread(target=Keyring.load(path).ensure_contract, args=(id_,), kwargs={"has_data": False}) for id_ in ids
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Keyring.load(path).contract_ids() == ids


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_file_that_others_can_read_is_refused(path: Path, mode: int) -> None:
    Keyring.create(path)
    path.chmod(mode)
    with pytest.raises(KeyFileUnusable, match="権限"):
        Keyring.load(path)


def test_a_directory_that_others_can_enter_is_refused(path: Path) -> None:
    Keyring.create(path)
    path.parent.chmod(0o755)
    with pytest.raises(KeyFileUnusable):
        Keyring.load(path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format": 2}',
        '{"format": 1}',
        '{"format":1,"system_log":"AAAA","contracts":{}}',
        "\x00",
    ],
)
def test_a_damaged_file_is_refused_without_showing_it(path: Path, content: str) -> None:
    Keyring.create(path)
    path.write_text(content)
    with pytest.raises(KeyFileUnusable) as caught:
        Keyring.load(path)
    assert caught.value.__cause__ is None


def test_a_file_whose_current_key_is_gone_is_refused(path: Path) -> None:
    Keyring.create(path).ensure_contract(CONTRACT, has_data=False)
    content = json.loads(path.read_text())
    content["contracts"][str(CONTRACT)]["current"] = 2
    path.write_text(json.dumps(content))
    with pytest.raises(KeyFileUnusable):
        Keyring.load(path)


def test_rotation_keeps_the_old_key_and_the_index(path: Path) -> None:
    ring = Keyring.create(path)
    before = ring.ensure_contract(CONTRACT, has_data=False)
    after = ring.rotate_data_key(CONTRACT)
    assert (after.current, set(after.data)) == (2, {1, 2})
    assert after.data[1] == before.data[1]
    assert (after.index, after.log) == (before.index, before.log)
    assert Keyring.load(path).for_contract(CONTRACT) == after
    with pytest.raises(KeysMissing):
        ring.rotate_data_key(OTHER_CONTRACT)


def test_a_failed_write_leaves_file_and_memory_as_they_were(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Keyring.create(path)
    before = path.read_bytes()

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("callcenter.protection.keys.os.fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        ring.ensure_contract(CONTRACT, has_data=False)
    assert path.read_bytes() == before
    assert ring.contract_ids() == []
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["keys.json", "keys.json.lock"]


def test_printing_keys_shows_none(path: Path) -> None:
    keys = Keyring.create(path).ensure_contract(CONTRACT, has_data=False)
    assert repr(keys) == f"ContractKeys({CONTRACT}, current=1)"
