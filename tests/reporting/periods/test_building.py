"""Drafts built by jobs: whole, replaced as one, untouched when a build is cancelled or the disk is full."""

from __future__ import annotations

import errno
import json
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from callcenter.audit import queries as log
from callcenter.audit.service import system_actor
from callcenter.cli import cli
from callcenter.deliveries.rules import Edition, Part
from callcenter.extensions import db, new_id
from callcenter.jobs import queries as jobs
from callcenter.jobs import service as asking
from callcenter.jobs.ports import Cancelled, RunningJob, WantedJob
from callcenter.jobs.rules import JobKind, JobState
from callcenter.reporting.periods import building, drafts
from callcenter.reporting.periods.models import ReportBuildFile
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from reports.period import Span
from tests.calls.factories import saved_call
from tests.centre import Centre
from tests.reporting.periods.june import (
    JUNE,
    PAGE,
    another_call,
    built,
    draft,
    draft_file,
    period_of,
    recorded_june,
    shown,
    words_of,
    work,
)

YEAR_PAGE = "/reports/periods/annual/2026-04-01/2027-03-31"
TERM_PAGE = "/reports/periods/term/2026-06-08/2026-06-12"
WANTED = WantedJob(JobKind.BUILD_MONTHLY, JUNE.from_on, JUNE.to_on)


def _running(centre: Centre, kind: JobKind = JobKind.BUILD_MONTHLY, span: Span = JUNE) -> RunningJob:
    return RunningJob(new_id(), centre.contract_id, kind, span.from_on, span.to_on, "", None, 1)


def _files(centre: Centre) -> int:
    with centre.inside():
        return db.session.execute(select(func.count()).select_from(ReportBuildFile)).scalar_one()


def _job(centre: Centre) -> jobs.JobFacts:
    with centre.inside():
        found = jobs.job_of(centre.contract_id, WANTED)
    assert found is not None
    return found


def test_a_draft_has_both_editions_as_excel_and_word_with_the_figures_of_the_page(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    found = built(centre, browser)
    figures = shown(browser.get(PAGE).text)
    assert {key: found.figures[key]["text"] for key in figures} == figures
    for edition, part in product(Edition, Part):
        answer = draft_file(browser, edition, part)
        assert answer.status_code == 200
        assert "案" in words_of(answer.data)
    names = {draft_file(browser, *each).headers["Content-Disposition"] for each in product(Edition, Part)}
    assert len(names) == 4


def test_only_the_hand_over_edition_carries_texts(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    built(centre, browser)
    by_hand, by_network = (words_of(draft_file(browser, edition, Part.WORKBOOK).data) for edition in Edition)
    assert "予約の変更" in by_hand
    assert "予約の変更" not in by_network


def test_a_download_of_a_draft_is_an_entry(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    found = built(centre, browser)
    draft_file(browser, Edition.HANDOVER, Part.PAPER)
    with centre.inside():
        entries = log.history_of(centre.contract_id, "report_build", str(found.id))
    assert {entry.action for entry in entries} == {"report.built", "report.draft_downloaded"}


@pytest.mark.parametrize(
    "file", ["handover/script", "everybody/workbook", "handover/"], ids=["part", "edition", "nothing"]
)
def test_a_file_that_no_draft_has_is_not_found(sqlite_centre: Centre, file: str) -> None:
    browser = recorded_june(sqlite_centre).client()
    assert browser.get(f"{PAGE}/draft/{file}").status_code == 404


def test_before_a_build_there_is_no_file(sqlite_centre: Centre) -> None:
    answer = draft_file(recorded_june(sqlite_centre).client(), Edition.HANDOVER, Part.WORKBOOK)
    assert answer.status_code == 404
    assert "先に案を作ってください" in answer.text


def test_a_new_draft_takes_the_place_of_the_older_one(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    first = built(centre, browser)
    another_call(centre)
    assert "作成したあとに記録か所見が変わりました" in browser.get(PAGE).text
    second = built(centre, browser)
    assert second.id != first.id
    assert second.mark != first.mark
    assert _files(centre) == 4
    assert "今の記録と同じ内容です" in browser.get(PAGE).text


def test_the_same_records_give_the_same_mark(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    first = built(centre, browser)
    centre.at(centre.now + timedelta(minutes=7))
    assert built(centre, browser).mark == first.mark


def test_a_build_cancelled_in_the_middle_changes_nothing(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    before = built(centre, browser)
    another_call(centre)
    browser.post(f"{PAGE}/build")
    job = _job(centre)

    def stop_half_way(percent: int, step: str) -> None:
        if percent > 50:
            raise Cancelled

    with centre.inside(), pytest.raises(Cancelled):
        building.build_period(_running(centre), stop_half_way)
    assert draft(centre) == before
    assert browser.post(f"/jobs/{job.id}/cancel").status_code == 303
    work(centre)
    assert _job(centre).state is JobState.CANCELLED
    assert draft(centre) == before


@pytest.mark.parametrize("step", ["writing", "keeping"])
def test_a_full_disk_leaves_the_older_draft_and_the_job_is_tried_again(
    centre: Centre, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    browser = recorded_june(centre).client()
    before = built(centre, browser)
    another_call(centre)
    full, count = OSError(errno.ENOSPC, "No space left on device"), _files(centre)

    def fail(*_about: Any, **_more: Any) -> Any:
        raise full

    with monkeypatch.context() as broken:
        if step == "writing":
            broken.setattr(building, "file_of", fail)
        else:
            broken.setattr(drafts, "_row", fail)
        browser.post(f"{PAGE}/build")
        work(centre)
    assert draft(centre) == before
    assert _files(centre) == count
    assert _job(centre).state is JobState.WAITING
    assert "ディスクの空きがありません" in _job(centre).message
    centre.at(centre.now + timedelta(minutes=1))
    work(centre)
    assert _job(centre).state is JobState.DONE
    assert draft(centre) != before


def test_progress_is_said_in_japanese_and_never_within_a_transaction(centre: Centre) -> None:
    recorded_june(centre)
    steps: list[tuple[int, str]] = []

    def note(percent: int, step: str) -> None:
        assert "writing" not in db.session().info
        steps.append((percent, step))

    with centre.inside():
        building.build_period(_running(centre), note)
    percents = [percent for percent, _ in steps]
    assert percents == sorted(percents)
    assert percents[-1] < 100
    assert [step for _, step in steps if "手渡し用のWord" in step]


def test_the_fiscal_year_and_any_span_of_the_contract_are_built_too(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    for page, code, span in (
        (YEAR_PAGE, "annual", Span(date(2026, 4, 1), date(2027, 3, 31))),
        (TERM_PAGE, "term", Span(date(2026, 6, 8), date(2026, 6, 12))),
    ):
        assert browser.post(f"{page}/build").status_code == 303
        work(centre)
        found = draft(centre, code, span)
        assert found is not None
        assert found.figures["recorded"]["text"] == "2"
        assert shown(browser.get(page).text)["recorded"] == "2"


def test_a_days_draft_is_built_as_its_page_shows_it(centre: Centre) -> None:
    recorded_june(centre)
    on = date(2026, 6, 10)
    with centre.inside(), transaction():
        wanted = WantedJob(JobKind.BUILD_DAILY, on, on)
        asking.ask(wanted, contract_id=centre.contract_id, asked_by=None, at=centre.now, scheduled=True)
    assert work(centre) == 1
    found = draft(centre, "daily", Span(on, on))
    assert found is not None
    assert found.figures["recorded"]["text"] == "2"
    with centre.inside(), transaction():
        file = drafts.download(
            period_of(centre, "daily", Span(on, on)),
            Edition.HANDOVER,
            Part.WORKBOOK,
            by=system_actor(centre.contract_id),
            at=centre.now,
        )
    assert "日次実績報告書" in words_of(file.content)


@pytest.mark.parametrize(
    ("kind", "arguments", "stem"),
    [
        ("monthly", ["--month", "2026-06"], "monthly-report_202606"),
        ("annual", ["--year", "2026"], "annual-report_fy2026"),
        ("term", ["--from", "2026-06-08", "--to", "2026-06-12"], "term-report_20260608-20260612"),
    ],
)
def test_the_command_writes_the_same_figures(
    sqlite_centre: Centre, tmp_path: Path, kind: str, arguments: list[str], stem: str
) -> None:
    browser = recorded_june(sqlite_centre).client()
    out = tmp_path / "out"
    call = ["reports", "build", kind, *arguments, "--out", str(out), "--json"]
    answer = CliRunner().invoke(cli, call, obj=lambda: sqlite_centre.app)
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.output)
    assert told["figures"]["recorded"]["text"] == "2"
    assert len(told["files"]) == len(list(out.iterdir())) == 4
    assert all(Path(file).name.startswith(stem) for file in told["files"])
    assert {file.stat().st_mode & 0o777 for file in out.iterdir()} == {0o600}
    if kind == "monthly":
        figures = shown(browser.get(PAGE).text)
        assert {key: told["figures"][key]["text"] for key in figures} == figures


def test_the_command_says_what_is_no_month(sqlite_centre: Centre, tmp_path: Path) -> None:
    call = ["reports", "build", "monthly", "--month", "June", "--out", str(tmp_path / "out")]
    answer = CliRunner().invoke(cli, call, obj=lambda: sqlite_centre.app)
    assert answer.exit_code == 2
    assert "2026-06" in answer.output
    assert not (tmp_path / "out").exists()


def test_a_call_at_the_ends_of_the_year_falls_into_its_own_month_and_year(centre: Centre) -> None:
    centre.at(datetime(2027, 3, 31, 14, 59, 30, tzinfo=UTC))
    desk = centre.person(Role.OPERATOR).client()
    saved_call(desk, timing={"started_ms_ago": 1_000, "talk_seconds": 1, "acw_seconds": 0})
    browser = centre.person(Role.SUPERVISOR).client()
    for page in ("/reports/periods/monthly/2027-03-01/2027-03-31", YEAR_PAGE):
        assert shown(browser.get(page).text)["recorded"] == "1"
