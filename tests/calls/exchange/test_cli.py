from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from callcenter.calls.exchange import queries
from callcenter.cli import cli
from callcenter.errors import AppError, InvalidInput
from tests.calls.exchange.factories import MONDAY, cdr_call, content, evening, report
from tests.centre import Centre

RECORD = content(
    cdr_call("1.1", "2026-06-01 00:00:00"),
    cdr_call("1.2", "2026-06-01 08:00:00", answered=False),
    cdr_call("1.4", "2026-06-01 01:00:00", app="Hangup", to=""),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file.csv"


def run(*arguments: Any, centre: Centre | None = None) -> Result:
    obj = (lambda: centre.app) if centre else None
    return CliRunner().invoke(cli, ["calls", *map(str, arguments)], obj=obj)


def test_a_dry_run_of_a_detail_record_prints_six_counts(file: Path) -> None:
    file.write_bytes(RECORD)
    answer = run("import-cdr", file, "--dry-run", "--json")
    assert answer.exit_code == 0
    assert json.loads(answer.stdout) == {
        "legs": 3,
        "calls": 3,
        "offered": 2,
        "answered": 1,
        "abandoned": 1,
        "announcement_only": 1,
    }


def test_a_dry_run_needs_no_application(file: Path) -> None:
    file.write_bytes(RECORD)

    def never() -> None:
        raise AssertionError("the application was made")

    answer = CliRunner().invoke(cli, ["calls", "import-cdr", str(file), "--dry-run"], obj=never)
    assert (answer.exit_code, "通話 3件" in answer.output) == (0, True)


def test_refused_lines_are_told_without_what_they_held(file: Path) -> None:
    file.write_bytes(RECORD + b"0735550199,broken\n")
    answer = run("import-cdr", file, "--dry-run")
    assert answer.exit_code == 3
    assert "4行目" in answer.stderr
    assert "0735550199" not in answer.output


def test_a_file_that_is_no_record_is_refused(file: Path) -> None:
    file.write_bytes(b"PK\x03\x04")
    assert isinstance(run("import-cdr", file, "--dry-run").exception, InvalidInput)
    assert run("import-cdr", file.with_name("none")).exit_code == 2


def test_an_import_states_its_zone(file: Path) -> None:
    file.write_bytes(RECORD)
    answer = run("import-cdr", file)
    assert (answer.exit_code, "--zone" in answer.stderr) == (2, True)


def test_a_detail_record_is_brought_in_once(centre: Centre, file: Path) -> None:
    centre.at(evening())
    file.write_bytes(RECORD)
    first = run("import-cdr", file, "--zone", "UTC", "--json", centre=centre)
    assert (first.exit_code, json.loads(first.stdout)["imported"]) == (0, True)
    with centre.inside():
        assert queries.day_exchange(centre.contract_id, MONDAY).in_hours.offered == 2
    again = run("import-cdr", file, "--zone", "UTC", "--contract", "R8", centre=centre)
    assert (again.exit_code, "変更はありません。" in again.output) == (0, True)


def test_a_report_is_brought_in_with_named_columns(centre: Centre, file: Path) -> None:
    centre.at(evening())
    file.write_bytes(report("2026/06/01,100", "2026/03/31,5", headings="ひにち,かず"))
    named = ("--column", "date=ひにち", "--column", "offered=かず")
    dry = run("import-counts", file, *named, "--dry-run", "--json")
    assert json.loads(dry.stdout) == {"lines": 2, "refused": 0, "skipped": 0, "days": 2, "offered": 105}
    answer = run("import-counts", file, *named, centre=centre)
    assert (answer.exit_code, "2行目" in answer.stderr, "3行目" in answer.stderr) == (3, False, True)
    with centre.inside():
        assert queries.totals_between(centre.contract_id, MONDAY, MONDAY)[MONDAY].in_hours.offered == 100
        assert date(2026, 3, 31) not in queries.totals_between(centre.contract_id, date(2026, 3, 1), MONDAY)


def test_an_unknown_column_or_contract_is_said(centre: Centre, file: Path) -> None:
    file.write_bytes(report("2026/06/01,9:00,3,3,0"))
    assert run("import-counts", file, "--column", "calls=着信数").exit_code == 2
    assert isinstance(run("import-counts", file, "--contract", "none", centre=centre).exception, AppError)
