from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from callcenter.config import from_environment, prepare_home
from callcenter.demo.home import DemoHome, State
from callcenter.errors import Conflict
from callcenter.extensions import new_id
from callcenter.protection.keys import Keyring


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DemoHome:
    monkeypatch.setenv("CALLCENTER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CALLCENTER_DATABASE_URL", raising=False)
    return DemoHome(prepare_home(tmp_path / "home"))


def test_an_empty_home_may_become_a_demonstrations(home: DemoHome) -> None:
    assert DemoHome.claimed() == home
    assert home.state is State.ABSENT


def test_the_mark_gives_every_command_the_demonstrations_settings(home: DemoHome) -> None:
    home.write(State.READY, timedelta(hours=5))
    settings = from_environment()
    assert (settings.demonstration, settings.secure_cookies) == (True, False)
    assert settings.clock_offset == timedelta(hours=5)
    assert settings.database_url == f"sqlite:///{home.path}/callcenter.sqlite"


def test_without_the_mark_a_deployment_is_a_real_one(home: DemoHome) -> None:
    settings = from_environment()
    assert (settings.demonstration, settings.secure_cookies) == (False, True)
    assert settings.clock_offset == timedelta(0)


def test_the_mark_is_for_the_owner_only(home: DemoHome) -> None:
    home.write(State.BUILDING)
    assert home.mark.stat().st_mode & 0o777 == 0o600
    assert json.loads(home.mark.read_text())["state"] == "building"


def test_a_home_whose_keys_are_a_contracts_is_refused(home: DemoHome) -> None:
    Keyring.create(home.path / "keys" / "keyring.json").ensure_contract(new_id(), has_data=False)
    with pytest.raises(Conflict, match="実際のデータ"):
        DemoHome.claimed()


@pytest.mark.parametrize("table", ["contracts", "users"])
def test_a_home_whose_database_holds_somebodys_data_is_refused(home: DemoHome, table: str) -> None:
    connection = sqlite3.connect(home.path / "callcenter.sqlite")
    connection.execute(f"CREATE TABLE {table} (id)")
    connection.commit()
    assert DemoHome.claimed() == home  # nothing in it yet
    connection.execute(f"INSERT INTO {table} VALUES (1)")
    connection.commit()
    connection.close()
    with pytest.raises(Conflict, match="実際のデータ"):
        DemoHome.claimed()


def test_another_database_is_refused(home: DemoHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLCENTER_DATABASE_URL", "postgresql://somewhere/real")
    with pytest.raises(Conflict, match="CALLCENTER_DATABASE_URL"):
        DemoHome.claimed()


def test_clearing_takes_away_what_the_demonstration_made_and_nothing_else(home: DemoHome) -> None:
    home.write(State.READY)
    made = [home.path / name for name in ("callcenter.sqlite", "queue.sqlite", "keys/keyring.json", "reports/a.xlsx")]
    home.reports.mkdir()
    others = [home.path / "keys/cookie-secret", home.path / "notes.txt"]
    for file in (*made, *others):
        file.touch()
    home.clear()
    assert home.state is State.ABSENT
    assert not any(file.exists() for file in made)
    assert all(file.exists() for file in others)


def test_a_home_that_is_no_demonstrations_is_not_cleared(home: DemoHome) -> None:
    (home.path / "callcenter.sqlite").touch()
    with pytest.raises(Conflict):
        home.clear()
    assert (home.path / "callcenter.sqlite").exists()


def test_two_do_not_make_or_serve_it_at_the_same_time(home: DemoHome) -> None:
    with home.alone():
        with pytest.raises(Conflict, match="準備中か実行中"):
            with home.alone():
                pass
    with home.alone():
        pass
