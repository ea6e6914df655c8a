from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callcenter.contracts.cli import group
from callcenter.errors import InvalidInput, NotFound
from callcenter.protection.mynumber import check_digit
from callcenter.protection.scan import IndividualNumberRefused
from tests.centre import Centre

YEAR = ("days", "--from", "2026-04-01", "--to", "2027-03-31")


def _run(centre: Centre | None, *arguments: str) -> Result:
    return CliRunner().invoke(group, list(arguments), obj=(lambda: centre.app) if centre else None)


@pytest.mark.parametrize(
    ("options", "count"),
    [([], 244), (["--reading", "listed"], 244), (["--reading", "literal"], 247), (["--reading", "year-end"], 241)],
)
def test_the_plain_calendar_needs_no_contract_and_no_database(options: list[str], count: int) -> None:
    result = _run(None, *YEAR, "--json", *options)
    days = json.loads(result.output)
    assert len(days) == 365
    assert sum(day["open"] for day in days) == count


def test_each_day_says_why() -> None:
    days = {day["date"]: day for day in json.loads(_run(None, *YEAR, "--json").output)}
    assert days["2026-06-01"] == {
        "date": "2026-06-01",
        "open": True,
        "why": "平日",
        "why_code": "weekday",
        "opens": "08:30",
        "closes": "17:15",
    }
    assert (days["2026-05-06"]["open"], days["2026-05-06"]["why"], days["2026-05-06"]["opens"]) == (
        False,
        "振替休日",
        None,
    )
    assert days["2026-09-22"]["why"] == "国民の休日"
    assert days["2026-04-29"]["why"] == "祝日（昭和の日）"


def test_it_runs_where_nothing_is_set_up_and_leaves_nothing_behind(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    environment.pop("CALLCENTER_HOME", None)
    command = [sys.executable, "-m", "callcenter.cli", "contracts", *YEAR, "--json"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert len(json.loads(done.stdout)) == 365
    assert list(tmp_path.iterdir()) == []


def test_for_people_it_is_a_list_with_the_total() -> None:
    output = _run(None, "days", "--from", "2026-05-01", "--to", "2026-05-07").output
    assert "2026-05-06（水） 閉庁　振替休日" in output
    assert output.strip().endswith("（標準））")


@pytest.mark.parametrize(
    "arguments",
    [
        ["days", "--from", "2026-04-02", "--to", "2026-04-01"],
        ["days", "--from", "1900-01-01", "--to", "2026-04-01"],
        ["days", "--from", "2026-04-01", "--to", "2100-01-01"],
        ["days", "--from", "x", "--to", "2026-04-01"],
        ["days", "--from", "2026-04-01", "--to", "2026-04-01", "--reading", "mine"],
        ["days"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    assert _run(None, *arguments).exit_code == 2


def test_one_day_is_a_range(sqlite_centre: Centre) -> None:
    assert len(json.loads(_run(None, "days", "--from", "2026-04-01", "--to", "2026-04-01", "--json").output)) == 1


def test_a_contracts_calendar_has_its_exceptions_and_reading(centre: Centre) -> None:
    from datetime import date

    from callcenter.audit.service import system_actor
    from callcenter.contracts import service
    from callcenter.web.transaction import transaction

    closed = service.DayException(date(2026, 6, 15), "closed", "停電工事", "市民課長")
    with centre.inside(), transaction():
        service.except_day(closed, by=system_actor(centre.contract_id), at=centre.now)
    days = json.loads(_run(centre, *YEAR, "--contract", "R8", "--json").output)
    assert sum(day["open"] for day in days) == 243
    days = json.loads(_run(centre, *YEAR, "--contract", "R8", "--reading", "literal", "--json").output)
    assert sum(day["open"] for day in days) == 246
    assert isinstance(_run(centre, *YEAR, "--contract", "R99").exception, NotFound)


CREATE = {
    "--code": "R9",
    "--title": "件名",
    "--city": "みなと架空市",
    "--contractor": "架空社",
    "--place": "市役所",
    "--from": "2027-04-01",
    "--to": "2028-03-31",
}


def _create(centre: Centre, **changes: str) -> Result:
    given = {**CREATE, **{f"--{name.replace('_', '-')}": value for name, value in changes.items()}}
    return _run(centre, "create", *(part for pair in given.items() for part in pair))


def test_a_contract_is_created_and_the_consequence_of_its_reading_is_said(centre: Centre) -> None:
    result = _create(centre, predecessor="R8")
    assert result.exit_code == 0, result.output
    assert "→ listed" in result.output
    assert "2027-12-29, 2027-12-30, 2027-12-31 は開庁日です" in result.output
    codes = [row["code"] for row in json.loads(_run(centre, "list", "--json").output)]
    assert codes == ["R9", "R8"]


def test_what_cannot_be_is_refused(sqlite_centre: Centre) -> None:
    assert isinstance(_create(sqlite_centre, to="2027-03-31").exception, InvalidInput)
    assert isinstance(_create(sqlite_centre, opens="25:00").exception, InvalidInput)
    assert isinstance(_create(sqlite_centre, title="").exception, InvalidInput)
    number = f"12345678901{check_digit('12345678901')}"
    assert isinstance(_create(sqlite_centre, place=f"個人番号{number}").exception, IndividualNumberRefused)
