from __future__ import annotations

from datetime import timedelta

import pytest

from callcenter.errors import InvalidInput
from callcenter.jobs import claims
from callcenter.jobs.ports import Progress, RunningJob
from callcenter.jobs.rules import LEASE, JobKind, JobState
from callcenter.jobs.running import run_waiting
from callcenter.web.access import ADMINISTRATION, LEADERSHIP, Role
from callcenter.web.transaction import transaction
from tests.centre import Browser, Centre
from tests.jobs.factories import JUNE, MAY, Diary, Failing, asked, bind, facts, wanted_mail

READERS = LEADERSHIP | ADMINISTRATION


def _page(browser: Browser, url: str = "/jobs") -> str:
    answer = browser.get(url)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def test_an_empty_list_says_what_will_stand_here(sqlite_centre: Centre) -> None:
    page = _page(sqlite_centre.person(Role.SUPERVISOR).client())
    assert "自動の処理は、まだありません" in page


def test_the_list_says_what_is_done_for_which_period_by_whom_and_how_far_it_is(centre: Centre) -> None:
    who = centre.person(Role.SUPERVISOR, name="責任 一郎")
    asked(centre, JUNE, by=who.user_id)
    asked(centre, MAY, scheduled=True)
    page = _page(who.client())
    for words in ("月報の作成", "令和8年6月", "令和8年5月", "責任 一郎", "予定", "待機中", "順番を待っています。"):
        assert words in page
    assert '<progress max="100" value="0"' in page


def test_what_goes_on_stands_before_what_has_ended(centre: Centre) -> None:
    bind(centre.app, (JobKind.SEND_MAIL, Diary()))
    asked(centre, JUNE)
    centre.at(centre.now + timedelta(minutes=1))
    asked(centre, wanted_mail())
    with centre.inside():
        pass
    run_waiting(centre.app)
    page = _page(centre.person(Role.CONTRACT_MANAGER).client())
    # The month has no handler and waits for its next try.
    assert page.index("月報の作成</th>") < page.index("電子メールの送信</th>")


def test_a_failed_job_says_why_and_can_be_asked_for_again(centre: Centre) -> None:
    bind(centre.app, (JobKind.BUILD_MONTHLY, Failing(InvalidInput("月がまだ終わっていません。"))))
    job_id = asked(centre)
    run_waiting(centre.app)
    browser = centre.person(Role.SUPERVISOR).client()
    page = _page(browser)
    assert "失敗" in page
    assert "月がまだ終わっていません。" in page
    answer = browser.post(f"/jobs/{job_id}/again", data={"back": "/jobs"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/jobs")
    assert facts(centre, job_id).state is JobState.WAITING


def test_a_job_between_two_tries_says_when_it_is_tried_again(centre: Centre) -> None:
    bind(centre.app, (JobKind.BUILD_MONTHLY, Failing(RuntimeError())))
    asked(centre)
    run_waiting(centre.app)
    assert "処理の途中で問題が起きました。次は9:30に試します。" in _page(
        centre.person(Role.SUPERVISOR).client()
    ).replace("09:30", "9:30")


def test_how_far_a_job_is_can_be_followed(centre: Centre) -> None:
    answers = []

    def work(job: RunningJob, progress: Progress) -> None:
        progress(40, "集計しています")
        answers.append(browser.get(f"/jobs/{job.id}.json").json)

    browser = centre.person(Role.CONTRACT_MANAGER).client()
    bind(centre.app, (JobKind.BUILD_MONTHLY, work))
    job_id = asked(centre)
    run_waiting(centre.app)
    assert answers == [
        {
            "state": "running",
            "state_label": "実行中",
            "badge": "info",
            "percent": 40,
            "step": "集計しています",
            "message": "",
            "note": "集計しています",
            "active": True,
            "may_be_cancelled": True,
        }
    ]
    ended = browser.get(f"/jobs/{job_id}.json").json
    assert (ended["state"], ended["percent"], ended["active"]) == ("done", 100, False)
    assert ended["note"] == "令和8年6月1日（月） 09:30に終わりました。"


def test_following_a_job_holds_no_session_open(sqlite_centre: Centre) -> None:
    view = sqlite_centre.app.view_functions["jobs.progress"]
    assert hasattr(view, "__background__")


def test_a_job_is_cancelled_by_its_button(centre: Centre) -> None:
    job_id = asked(centre)
    browser = centre.person(Role.CONTRACT_MANAGER).client()
    assert f"/jobs/{job_id}/cancel" in _page(browser)
    answer = browser.post(f"/jobs/{job_id}/cancel", data={"back": "/today"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/today")
    assert facts(centre, job_id).state is JobState.CANCELLED
    again = browser.post(f"/jobs/{job_id}/cancel")
    assert again.status_code == 409
    assert "もう終わっています" in again.text


def test_a_running_job_says_that_it_is_being_cancelled(centre: Centre) -> None:
    job_id = asked(centre)
    with centre.inside(), transaction():
        claims.take(centre.contract_id, job_id, "another", at=centre.now, lease=LEASE)
    browser = centre.person(Role.SUPERVISOR).client()
    browser.post(f"/jobs/{job_id}/cancel")
    page = _page(browser)
    assert "中止しています" in page
    assert "data-job-cancel hidden" in page


@pytest.mark.parametrize(
    "back", ["https://example.com/", "//example.com", "/\\example.com", "/\t/example.com", "javascript:x", "/a?b=c", ""]
)
def test_after_a_button_one_stays_with_us(sqlite_centre: Centre, back: str) -> None:
    job_id = asked(sqlite_centre)
    answer = sqlite_centre.person(Role.SUPERVISOR).client().post(f"/jobs/{job_id}/cancel", data={"back": back})
    assert answer.headers["Location"] == "/jobs"


@pytest.mark.parametrize("role", list(Role))
def test_leaders_and_administrators_look_and_leaders_act(sqlite_centre: Centre, role: Role) -> None:
    job_id = asked(sqlite_centre)
    browser = sqlite_centre.person(role).client()
    sees, acts = role in READERS, role in LEADERSHIP
    assert browser.get("/jobs").status_code == (200 if sees else 403)
    assert browser.get(f"/jobs/{job_id}.json").status_code == (200 if sees else 403)
    assert browser.post(f"/jobs/{job_id}/again").status_code == (409 if acts else 403)
    assert browser.post(f"/jobs/{job_id}/cancel").status_code == (303 if acts else 403)
    if sees:
        assert ("data-job-cancel" in _page(browser)) is acts


def test_another_contracts_jobs_are_not_shown(centre: Centre) -> None:
    with centre.inside():
        other = centre.new_contract("R7")
    stranger = centre.person(*READERS, contract_id=other)
    job_id = asked(centre)
    browser = centre.browser()
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = centre.open_session(stranger, other)
    assert "月報の作成" not in _page(browser)
    assert browser.get(f"/jobs/{job_id}.json").status_code == 404
    for act in ("cancel", "again"):
        answer = browser.post(f"/jobs/{job_id}/{act}", headers={"X-Contract-Id": str(other)})
        assert answer.status_code == 404


def test_a_long_list_has_pages(sqlite_centre: Centre) -> None:
    for _ in range(3):
        asked(sqlite_centre, wanted_mail())
    browser = sqlite_centre.person(Role.ADMINISTRATOR).client()
    assert _page(browser, "/jobs?size=2").count("<tr>") == 3
    second = _page(browser, "/jobs?size=2&page=2")
    assert second.count("<tr>") == 2
    assert "size=2" in second
