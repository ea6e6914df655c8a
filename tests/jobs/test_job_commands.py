from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from callcenter.cli import cli
from callcenter.errors import NotFound
from callcenter.jobs.rules import JobKind, JobState
from tests.centre import Centre
from tests.jobs.factories import JUNE, MAY, Diary, asked, bind, bind_schedules, facts


def _run(centre: Centre, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["jobs", *arguments], obj=lambda: centre.app, catch_exceptions=False)


def _json(centre: Centre, *arguments: str) -> Any:
    return json.loads(_run(centre, *arguments, "--json").output)


def test_run_asks_the_schedules_and_does_all_that_waits(centre: Centre) -> None:
    bind(centre.app, (JobKind.BUILD_MONTHLY, Diary()))
    bind_schedules(centre.app, lambda _contract_id, _at: [MAY])
    job_id = asked(centre, JUNE)
    assert _json(centre, "run") == {"asked": 1, "run": 2}
    assert facts(centre, job_id).state is JobState.DONE
    assert _run(centre, "run").output == "0件の処理を行いました。\n"


def test_list_says_where_each_job_stands(centre: Centre) -> None:
    job_id = asked(centre)
    (row,) = _json(centre, "list")
    assert (row["id"], row["kind"], row["period_from"], row["period_to"], row["state"], row["percent"]) == (
        str(job_id),
        "build_monthly",
        "2026-06-01",
        "2026-06-30",
        "waiting",
        0,
    )
    line = _run(centre, "list").output
    assert "待機中" in line
    assert "月報の作成" in line
    assert "令和8年6月" in line


def test_cancel_cancels(centre: Centre) -> None:
    job_id = asked(centre)
    assert "中止しました" in _run(centre, "cancel", str(job_id)).output
    assert facts(centre, job_id).state is JobState.CANCELLED


def test_cancel_of_an_unknown_job_is_refused(sqlite_centre: Centre) -> None:
    with pytest.raises(NotFound):
        _run(sqlite_centre, "cancel", str(uuid4()), "--contract", "R8")
