"""What may go wrong with a report over a period, end to end: said plainly, nothing half done, nothing done twice.

Mail (a server that is down or refuses, a mailbox that is not on the list, one of two that says no) has its tests in
`tests/deliveries/test_sending.py` and `test_sending_pages.py`.
"""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from callcenter.audit import queries as log
from callcenter.calls import category_service
from callcenter.deliveries.rules import Edition, Part
from callcenter.deliveries.service import BuiltFile
from callcenter.jobs import queries as jobs
from callcenter.jobs.ports import WantedJob
from callcenter.jobs.queries import JobFacts
from callcenter.jobs.rules import DISK_FULL, JobKind, JobState
from callcenter.jobs.running import Worker, run_waiting
from callcenter.reporting.periods import approving, building
from callcenter.reporting.periods.approving import REFUSED
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from reports.period import Span
from tests.calls.factories import saved_call
from tests.calls.test_corrections import FORM
from tests.centre import Browser, Centre
from tests.jobs.factories import bind
from tests.reporting.periods.june import (
    FIRST_OF_JULY,
    HANDLERS,
    JUNE,
    PAGE,
    TENTH,
    approve,
    built,
    draft,
    draft_file,
    period_of,
    recorded_june,
    shown,
    submitted,
    versions,
    words_of,
    work,
)
from tests.system.test_full_disk import full_disk

YEAR, TERM = Span(date(2026, 4, 1), date(2027, 3, 31)), Span(date(2026, 6, 5), date(2026, 6, 20))
WANTED = {
    "monthly": WantedJob(JobKind.BUILD_MONTHLY, JUNE.from_on, JUNE.to_on),
    "annual": WantedJob(JobKind.BUILD_ANNUAL, YEAR.from_on, YEAR.to_on),
    "term": WantedJob(JobKind.BUILD_TERM, TERM.from_on, TERM.to_on),
}
SPANS = {"monthly": JUNE, "annual": YEAR, "term": TERM}


def page_of(code: str) -> str:
    span = SPANS[code]
    return f"/reports/periods/{code}/{span.from_on}/{span.to_on}"


def job_of(centre: Centre, code: str = "monthly") -> JobFacts:
    with centre.inside():
        found = jobs.job_of(centre.contract_id, WANTED[code])
    assert found is not None
    return found


def with_a_call(centre: Centre) -> tuple[Any, str]:
    """June with its two calls and a third, which may be corrected: (supervisor, its id)."""
    supervisor = recorded_june(centre)
    centre.at(TENTH)
    call_id = saved_call(centre.person(Role.OPERATOR, name="仮山 二美").client())
    centre.at(FIRST_OF_JULY)
    return supervisor, call_id


def corrected(browser: Browser, call_id: str) -> None:
    """Another category for a call of 10 June."""
    form = FORM | {"category_code": "0302", "started_on": "2026-06-10", "started_time": "09:56"}
    answer = browser.post(f"/calls/{call_id}/correct", data=form)
    assert answer.status_code == 303, answer.text


# --- periods that cannot be, or are not ready ---


def test_a_month_that_is_not_over_says_when_it_may_be_submitted(sqlite_centre: Centre) -> None:
    browser = recorded_june(sqlite_centre).client()
    sqlite_centre.at(FIRST_OF_JULY - timedelta(days=1))
    built(sqlite_centre, browser)
    page = browser.get(PAGE).text
    assert "期間がまだ終わっていません。終わった日の翌日から提出できます" in page
    assert approve(browser).status_code == 409
    sqlite_centre.at(FIRST_OF_JULY)
    built(sqlite_centre, browser)
    assert approve(browser).status_code == 303


def test_a_month_with_unreported_days_names_them_and_needs_the_approvers_word(sqlite_centre: Centre) -> None:
    browser = recorded_june(sqlite_centre).client()
    built(sqlite_centre, browser)
    page = browser.get(PAGE).text
    assert "日次実績報告書を提出していない開庁日が 15 日あります。" in page
    assert page.count('href="/reports/daily/2026-06-') >= 15
    assert approve(browser, consent="").status_code == 422
    assert "未提出" in words_of(draft_file(browser, Edition.HANDOVER, Part.WORKBOOK).data)
    assert approve(browser).status_code == 303


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("2026-03-31", "2026-06-30"), "契約期間（令和8年4月1日～令和9年3月31日）の中の日にしてください。"),
        (("2026-06-01", "2027-04-01"), "契約期間（令和8年4月1日～令和9年3月31日）の中の日にしてください。"),
        (("2026-06-30", "2026-06-01"), "終わりの日は、はじめの日以後にしてください。"),
        (("2026-02-30", "2026-06-01"), "はじめの日を入力してください。"),
    ],
)
def test_a_term_outside_the_contract_is_refused_and_nothing_is_asked_for(
    sqlite_centre: Centre, typed: tuple[str, str], said: str
) -> None:
    browser = recorded_june(sqlite_centre).client()
    answer = browser.get(f"/reports/periods/open?period_from={typed[0]}&period_to={typed[1]}")
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{typed[1]}"' in answer.text
    refused = browser.post(f"/reports/periods/term/{typed[0]}/{typed[1]}/build")
    assert refused.status_code in {404, 422}
    assert work(sqlite_centre) == 0


def test_no_call_at_all_gives_zeros_dashes_and_whole_files(centre: Centre) -> None:
    centre.at(FIRST_OF_JULY)
    browser = centre.person(Role.SUPERVISOR, name="見本 責任者").client()
    built(centre, browser)
    page = browser.get(PAGE).text
    assert "この期間の記録は1件もありません。" in page
    assert {key: shown(page)[key] for key in ("recorded", "completion_rate", "offered", "answer_rate")} == {
        "recorded": "0",
        "completion_rate": "―",
        "offered": "未計測",
        "answer_rate": "未計測",
    }
    for edition in Edition:
        for part in Part:
            words = words_of(draft_file(browser, edition, part).data)
            assert "未計測" in words
            assert "nan" not in words.lower()


def test_a_category_retired_in_mid_month_is_counted_and_named_as_retired(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    with centre.inside(), transaction():
        category_service.retire_category("0401", date(2026, 6, 15), by=supervisor.actor, at=centre.now)
    browser = supervisor.client()
    built(centre, browser)
    page = browser.get(PAGE).text
    assert shown(page)["recorded"] == "2"
    words = words_of(draft_file(browser, Edition.NETWORK, Part.WORKBOOK).data)
    assert "令和8年6月15日" in words
    assert "0401" in words


# --- a call that is corrected after the approval ---


def test_a_call_corrected_between_the_approval_and_its_job_stops_the_submission(centre: Centre) -> None:
    supervisor, call_id = with_a_call(centre)
    browser = supervisor.client()
    built(centre, browser)
    assert approve(browser).status_code == 303
    corrected(browser, call_id)
    work(centre)
    assert versions(centre) == []
    with centre.inside():
        standing = approving.newest_approval(period_of(centre))
    assert standing is not None
    assert standing.state == REFUSED
    assert "承認したあとに記録が変わりました" in browser.get(PAGE).text


def test_a_call_corrected_after_the_submission_is_named_in_the_differences(centre: Centre) -> None:
    supervisor, call_id = with_a_call(centre)
    first = submitted(centre, supervisor)
    browser = supervisor.client()
    corrected(browser, call_id)
    page = browser.get(PAGE).text
    assert "第1版を提出したあとに変わったところ" in page
    lines = re.findall(r"<li>(分類[^<]+)</li>", page)
    assert [line.split("：")[1] for line in lines] == ["1 → 2", "2 → 1"]
    assert [line[2:6] for line in lines] == ["0302", "0401"]
    built(centre, browser)
    approve(browser, change_note="分類の誤りを訂正")
    work(centre)
    second = versions(centre)[0]
    assert [line for line in second.differences if line.startswith("分類")] == lines
    assert versions(centre)[1].figures == first.figures


# --- several at once ---


def test_three_who_ask_for_the_same_month_at_once_get_one_build(centre: Centre) -> None:
    people = [recorded_june(centre), centre.person(Role.SUPERVISOR), centre.person(Role.CONTRACT_MANAGER)]
    browsers, together = [one.client() for one in people], threading.Barrier(3)

    def ask(browser: Browser) -> int:
        together.wait(10)
        return int(browser.post(f"{PAGE}/build").status_code)

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(ask, browsers)) == [303, 303, 303]
    assert work(centre) == 1
    found = draft(centre)
    assert found is not None
    with centre.inside():
        entries = log.history_of(centre.contract_id, "report_build", str(found.id))
    assert [entry.action for entry in entries] == ["report.built"]


def test_month_year_and_term_built_at_once_by_three_workers_are_each_right(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    for code in WANTED:
        assert browser.post(f"{page_of(code)}/build").status_code == 303
    bind(centre.app, *HANDLERS)
    together = threading.Barrier(3)

    def run(code: str) -> bool:
        together.wait(10)
        return Worker(centre.app).run(centre.contract_id, job_of(centre, code).id)

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(run, WANTED)) == [True, True, True]
    for code, span in SPANS.items():
        found = draft(centre, code, span)
        assert found is not None
        assert (job_of(centre, code).state, job_of(centre, code).result_id) == (JobState.DONE, found.id)
        page = browser.get(page_of(code)).text
        assert {key: found.figures[key]["text"] for key in shown(page)} == shown(page)
        words = words_of(draft_file(browser, Edition.HANDOVER, Part.WORKBOOK, page_of(code)).data)
        assert span.label in words


# --- a full disk ---


def test_a_full_disk_is_said_plainly_and_the_older_draft_stays_until_there_is_room(
    sqlite_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre, small = sqlite_centre, building.file_of

    def grown(*about: Any) -> BuiltFile:
        """Larger than the room that the older draft leaves when it goes."""
        file = small(*about)
        return replace(file, content=file.content + bytes(500_000))

    browser = recorded_june(centre).client()
    before = built(centre, browser)
    file = draft_file(browser, Edition.HANDOVER, Part.WORKBOOK).data
    centre.at(TENTH)
    saved_call(centre.person(Role.OPERATOR, name="仮山 二美").client())
    centre.at(FIRST_OF_JULY)
    browser.post(f"{PAGE}/build")
    bind(centre.app, *HANDLERS)
    with full_disk(centre), monkeypatch.context() as larger:
        larger.setattr(building, "file_of", grown)
        run_waiting(centre.app)
        assert draft(centre) == before
        assert job_of(centre).state is JobState.WAITING
    assert draft_file(browser, Edition.HANDOVER, Part.WORKBOOK).data == file
    assert DISK_FULL in browser.get(PAGE).text
    centre.at(centre.now + timedelta(minutes=5))
    work(centre)
    assert job_of(centre).state is JobState.DONE
    assert draft(centre) != before
