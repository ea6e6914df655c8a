from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from callcenter.cli import cli
from callcenter.config import from_environment
from callcenter.demo.cli import require_free
from callcenter.demo.company import PASSWORD
from callcenter.demo.home import DemoHome, State
from callcenter.errors import Conflict
from tests.accounts.factories import cheap_hashing


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DemoHome]:
    for name in [name for name in os.environ if name.startswith("CALLCENTER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CALLCENTER_HOME", str(tmp_path / "home"))
    with cheap_hashing():
        yield DemoHome(tmp_path / "home")


def demo(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, ["demo", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def rows(home: DemoHome, statement: str) -> list[Any]:
    with sqlite3.connect(home.path / "callcenter.sqlite") as connection:
        found = connection.execute(statement).fetchall()
    connection.close()
    return found


def made_contracts(home: DemoHome) -> list[Any]:
    return rows(home, "SELECT id, created_at FROM contracts")


def test_no_serve_makes_the_demonstration_and_the_reports_of_its_last_complete_day(home: DemoHome) -> None:
    result = demo("--no-serve", "--days", "1")
    assert home.state is State.READY
    assert "令和9年3月30日（火） 10:12" in result.output
    files = sorted(file.name for file in home.reports.iterdir())
    assert [name.rpartition("_")[2] for name in files] == ["handover.xlsx", "network.xlsx"]
    assert all("20270329" in name and name in result.output for name in files)


def test_a_second_time_keeps_what_is_there_and_goes_on_later(home: DemoHome) -> None:
    demo("--no-serve", "--days", "1")
    before = made_contracts(home)
    result = demo("--no-serve", "--days", "1")
    assert made_contracts(home) == before
    assert "令和9年3月30日（火） 10:13" in result.output


def test_an_interrupted_one_is_made_anew(home: DemoHome) -> None:
    demo("--no-serve", "--days", "0")
    before = made_contracts(home)
    home.write(State.BUILDING)
    demo("--no-serve", "--days", "0")
    assert home.state is State.READY
    assert len(made_contracts(home)) == 1
    assert made_contracts(home) != before


def test_a_failure_while_making_leaves_a_mark_that_says_so(home: DemoHome, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("callcenter.demo.loader.play", fails)
    assert CliRunner().invoke(cli, ["demo", "--no-serve", "--days", "0"]).exit_code != 0
    assert home.state is State.BUILDING


def test_reset_makes_it_anew(home: DemoHome) -> None:
    demo("--no-serve", "--days", "0")
    before = made_contracts(home)
    demo("--no-serve", "--days", "0", "--reset")
    assert made_contracts(home) != before


def test_other_commands_in_its_home_are_on_its_clock(home: DemoHome, tmp_path: Path) -> None:
    demo("--no-serve", "--days", "1")
    assert from_environment().demonstration
    built = ["reports", "build", "daily", "--date", "2027-03-29", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(cli, built, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_serving_says_where_and_with_which_sign_in_and_starts_the_one_server(
    home: DemoHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, arguments: started.append(arguments))
    monkeypatch.setenv("TMPDIR", str(home.path))
    result = demo("--days", "0", "--port", str(free_port()))
    for login in ("operator1", "supervisor", "manager", "officer", "viewer", "admin", PASSWORD):
        assert login in result.output
    assert "/today" in result.output
    assert "gunicorn" in started[0]


def test_nothing_is_made_when_the_port_is_taken(home: DemoHome) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = CliRunner().invoke(cli, ["demo", "--port", str(port)])
        assert isinstance(result.exception, Conflict)
        assert f"127.0.0.1:{port}" in result.exception.message
        assert "\n" not in result.exception.message
    assert home.state is State.ABSENT


def test_an_address_that_is_not_ours_is_said_so() -> None:
    with pytest.raises(Conflict, match="待ち受けられません"):
        require_free("192.0.2.1", 8000)


def test_a_demonstration_that_is_being_served_is_not_served_twice(home: DemoHome) -> None:
    demo("--no-serve", "--days", "0")
    with home.alone():
        result = CliRunner().invoke(cli, ["demo", "--port", str(free_port())])
        assert isinstance(result.exception, Conflict)
        demo("--no-serve")  # reads only, and says the addresses of the reports again


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_second_contract_does_not_keep_the_demonstration_from_starting(home: DemoHome) -> None:
    demo("--no-serve", "--days", "1")
    term = ["--from", "2027-04-01", "--to", "2028-03-31"]
    words = ["--code", "B2", "--title", "次の契約", "--city", "見本市", "--contractor", "見本社", "--place", "市役所"]
    made = CliRunner().invoke(cli, ["contracts", "create", *term, *words], catch_exceptions=False)
    assert made.exit_code == 0, made.output
    assert "準備ができました" in demo("--no-serve", "--days", "1").output
