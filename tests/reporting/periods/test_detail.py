"""The records of a period one by one: coded fields alone, in files of so many rows, nothing left behind."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from callcenter.audit import queries as log
from callcenter.cli import cli
from callcenter.reporting.periods import detail
from callcenter.web.transaction import end_read
from reports.detail import COLUMNS, Form
from reports.period import Span, month_span
from tests.centre import Centre
from tests.reporting.periods.world import World

JUNE = month_span(date(2026, 6, 1))


@pytest.fixture
def world(centre: Centre) -> World:
    found = World.of(Random(5), JUNE.from_on, busy=2)
    found.settle(centre)
    return found


def _numbers(world: World, span: Span = JUNE) -> list[int]:
    saved = [one for one in world.calls if one.state == "saved" and one.on in span]
    return [number for _, number in sorted((one.on, one.number or 0) for one in saved)]


def _written(centre: Centre, tmp_path: Path, form: Form, most: int) -> dict[str, bytes]:
    scratch = centre.settings.home / "tmp"
    with centre.inside():
        end_read()
        path = detail.write_detail(
            centre.contract_id, JUNE, form, tmp_path / "out", scratch=scratch, at=centre.now, most=most
        )
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(scratch.iterdir()) == []
    with ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def _rows(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_files_together_hold_each_saved_record_once_in_order(centre: Centre, world: World, tmp_path: Path) -> None:
    wanted = _numbers(world)
    most = len(wanted) // 2 - 1
    files = _written(centre, tmp_path, Form.CSV, most)
    assert list(files) == [f"records_20260601-20260630_{number:02}.csv" for number in (1, 2, 3)]
    parts = [_rows(content) for content in files.values()]
    assert all(part[0] == [column.heading for column in COLUMNS] for part in parts)
    assert [len(part) - 1 for part in parts] == [most, most, len(wanted) - 2 * most]
    assert [int(row[0]) for part in parts for row in part[1:]] == wanted


@pytest.mark.parametrize(("more", "files"), [(0, 1), (-1, 2)])
def test_a_file_ends_at_its_last_row_and_not_behind_it(
    sqlite_centre: Centre, tmp_path: Path, more: int, files: int
) -> None:
    world = World.of(Random(5), JUNE.from_on, busy=2)
    world.settle(sqlite_centre)
    assert len(_written(sqlite_centre, tmp_path, Form.CSV, len(_numbers(world)) + more)) == files


def test_workbooks_hold_the_same_and_real_values(sqlite_centre: Centre, tmp_path: Path) -> None:
    world = World.of(Random(6), JUNE.from_on, busy=2)
    world.settle(sqlite_centre)
    wanted = _numbers(world)
    files = _written(sqlite_centre, tmp_path, Form.XLSX, len(wanted) - 1)
    sheets = [load_workbook(io.BytesIO(content)).worksheets[0] for content in files.values()]
    rows: list[Any] = [row for sheet in sheets for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert [row[0] for row in rows] == wanted
    assert rows[0][1].date() in JUNE
    assert [sheet.max_row - 1 for sheet in sheets] == [len(wanted) - 1, 1]


def test_a_period_without_records_is_one_file_of_headings(sqlite_centre: Centre, tmp_path: Path) -> None:
    (content,) = _written(sqlite_centre, tmp_path, Form.CSV, 10).values()
    assert len(_rows(content)) == 1


def test_no_column_is_typed_or_a_persons() -> None:
    assert {column.key for column in COLUMNS}.isdisjoint(
        {"phone", "caller_name", "question", "answer", "report_text", "operator_id", "phone_key"}
    )


def test_nothing_is_left_when_the_disk_is_full(
    sqlite_centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_about: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(detail, "_pack", full)
    with pytest.raises(OSError, match="No space"):
        _written(sqlite_centre, tmp_path, Form.CSV, 10)
    assert list((sqlite_centre.settings.home / "tmp").iterdir()) == []
    assert not (tmp_path / "out").exists()


def _command(centre: Centre, out: Path, *arguments: str) -> Result:
    call = ["reports", "detail", *arguments, "--out", str(out)]
    return CliRunner().invoke(cli, call, obj=lambda: centre.app)


def test_the_command_writes_the_zip_and_the_log_knows_of_it(sqlite_centre: Centre, tmp_path: Path) -> None:
    answer = _command(sqlite_centre, tmp_path / "out", "--from", "2026-06-01", "--to", "2026-06-30")
    assert answer.exit_code == 0, answer.output
    assert "records_20260601-20260630.zip" in answer.output
    with sqlite_centre.inside():
        (entry,) = log.history_of(sqlite_centre.contract_id, "report_period", "detail:2026-06-01:2026-06-30")
    assert entry.action == "report.exported"


def test_days_the_wrong_way_round_are_said_so(sqlite_centre: Centre, tmp_path: Path) -> None:
    answer = _command(sqlite_centre, tmp_path / "out", "--from", "2026-06-30", "--to", "2026-06-01")
    assert answer.exit_code == 2
    assert "はじめの日以後" in answer.output
