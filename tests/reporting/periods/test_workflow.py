"""A month from the records to the city: built, looked at, approved, submitted, sent back, corrected."""

from __future__ import annotations

import json
from datetime import date, timedelta
from uuid import UUID

import pytest

from callcenter.audit import queries as log
from callcenter.audit.service import system_actor
from callcenter.calls import category_service
from callcenter.deliveries.rules import Edition, Part, State
from callcenter.errors import Conflict
from callcenter.extensions import new_id
from callcenter.jobs import queries as jobs
from callcenter.jobs.ports import RunningJob
from callcenter.jobs.rules import JobKind
from callcenter.reporting.periods import approving
from callcenter.reporting.periods.approving import REFUSED, SUBMITTED, WAITING
from callcenter.reporting.periods.reviewing import look
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.reporting.periods.june import (
    FIRST_OF_JULY,
    JUNE,
    PAGE,
    another_call,
    approve,
    built,
    period_of,
    recorded_june,
    seen,
    sent_back,
    shown,
    submitted,
    versions,
    words_of,
    work,
)


def _approval(centre: Centre) -> approving.ApprovalFacts:
    with centre.inside():
        found = approving.newest_approval(period_of(centre))
    assert found is not None
    return found


def test_a_month_goes_from_the_records_to_the_city(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    browser = supervisor.client()
    assert "まだ作成していません" in browser.get(PAGE).text
    built(centre, browser)
    page = browser.get(PAGE).text
    assert "今の記録と同じ内容です" in page
    assert shown(page)["recorded"] == "2"
    assert approve(browser).status_code == 303
    assert _approval(centre).state == WAITING
    assert versions(centre) == []
    work(centre)
    (version,) = versions(centre)
    assert version.state is State.SUBMITTED
    assert version.approver_name == "見本 責任者"
    assert {key: version.figures[key]["text"] for key in shown(page)} == shown(page)
    assert _approval(centre).version_id == version.id
    officer = centre.person(Role.CITY_OFFICER).client()
    for edition in Edition:
        for part in Part:
            assert officer.get(f"/documents/{version.id}/files/{edition.value}/{part.value}").status_code == 200
    assert officer.post(f"/documents/{version.id}/decision", data={"decision": "accepted"}).status_code == 303
    assert "第1版を提出済みです（受領）" in supervisor.client().get(PAGE).text


def test_the_version_keeps_how_it_was_computed_and_the_approver_stands_on_it(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    version = submitted(centre, supervisor)
    assert version.definitions["formulas"]["answer_rate"]["formula"] == "応答数 ÷ 着信数"
    assert version.definitions["bundle"]["sheets"][0]["key"] == "cover"
    assert version.definitions["chosen"]["service_level_base"] == "offered"
    content = supervisor.client().get(f"/documents/{version.id}/files/handover").data
    assert "見本 責任者" in words_of(content)
    with centre.inside():
        entries = log.history_of(centre.contract_id, "delivery_version", str(version.id))
    assert entries[0].action == "report.submitted"
    assert entries[0].user_id == supervisor.user_id


def test_a_record_that_changes_between_the_look_and_the_approval_stops_it(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    built(centre, browser)
    mark = seen(browser)
    another_call(centre)
    built(centre, browser)
    refused = approve(browser, seen=mark)
    assert refused.status_code == 409
    assert "この画面を開いたあとに記録が変わりました" in refused.text


def test_what_is_approved_is_a_draft_and_not_the_screen_alone(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    assert approve(browser).status_code == 409
    built(centre, browser)
    another_call(centre)
    refused = approve(browser)
    assert refused.status_code == 409
    assert "案を作り直し" in refused.text


def test_a_record_that_changes_after_the_approval_refuses_it_and_nothing_is_submitted(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    built(centre, browser)
    assert approve(browser).status_code == 303
    another_call(centre)
    work(centre)
    assert versions(centre) == []
    assert _approval(centre).state == REFUSED
    page = browser.get(PAGE).text
    assert "承認したあとに記録が変わりました" in page
    built(centre, browser)
    assert approve(browser).status_code == 303
    work(centre)
    assert [one.number for one in versions(centre)] == [1]


def test_the_same_form_sent_twice_is_one_approval_and_one_version(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    built(centre, browser)
    key, mark = str(new_id()), seen(browser)
    assert approve(browser, idempotency_key=key, seen=mark).status_code == 303
    assert approve(browser, idempotency_key=key, seen=mark).status_code == 303
    work(centre)
    assert approve(browser, idempotency_key=key, seen=mark).status_code == 303
    work(centre)
    assert len(versions(centre)) == 1


def test_two_who_approve_at_once_submit_one_version(centre: Centre) -> None:
    first = recorded_june(centre)
    second = centre.person(Role.SUPERVISOR, name="見本 副責任者")
    built(centre, first.client())
    assert approve(first.client()).status_code == 303
    mark = _approval(centre).mark
    late = approve(second.client(), seen=mark)
    assert late.status_code == 409
    assert "提出しているところです" in late.text
    work(centre)
    assert [one.approver_name for one in versions(centre)] == ["見本 責任者"]


def test_a_handler_that_finds_its_approval_done_returns_the_version(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    version = submitted(centre, supervisor)
    job = _running(centre)
    with centre.inside():
        assert approving.submit_period(job, lambda *_: None) == version.id
    assert len(versions(centre)) == 1


def _running(centre: Centre) -> RunningJob:
    """The job of the newest approval, as its handler gets it."""
    found = _approval(centre)
    return RunningJob(
        new_id(),
        centre.contract_id,
        JobKind.SUBMIT_PERIOD,
        JUNE.from_on,
        JUNE.to_on,
        str(found.id),
        found.approved_by,
        1,
    )


def test_two_workers_that_carry_out_the_same_approval_submit_it_once(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    browser = supervisor.client()
    built(centre, browser)
    approve(browser)
    job, others = _running(centre), list[UUID | None]()

    def overtaken(percent: int, step: str) -> None:
        """The other worker comes in between the files and the transaction that keeps them."""
        if percent >= 90 and not others:
            with centre.app.app_context():
                others.append(approving.submit_period(job, lambda *_: None))

    with centre.inside():
        assert [approving.submit_period(job, overtaken)] == others
    assert len(versions(centre)) == 1


def test_sent_back_it_is_corrected_as_a_new_version_that_says_what_differs(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    first = submitted(centre, supervisor)
    sent_back(centre.person(Role.CITY_OFFICER), first.id)
    another_call(centre)
    browser = supervisor.client()
    page = browser.get(PAGE).text
    assert "件数を確かめてください。" in page
    assert "記録件数：2 → 3" in page
    built(centre, browser)
    refused = approve(browser)
    assert refused.status_code == 422
    assert "前の版から何を変えたか" in refused.text
    assert approve(browser, change_note="記録を1件追加").status_code == 303
    work(centre)
    second, kept = versions(centre)
    assert (second.number, kept.number) == (2, 1)
    assert "記録件数：2 → 3" in second.differences
    assert second.change_note == "記録を1件追加"
    assert kept.figures["recorded"]["text"] == "2"
    assert "記録を1件追加" in words_of(browser.get(f"/documents/{second.id}/files/handover").data)


@pytest.mark.parametrize("note", ["架空太郎様の件を直した", "073-432-0001 の件を直した"])
def test_what_changed_may_not_name_a_caller(centre: Centre, note: str) -> None:
    supervisor = recorded_june(centre)
    submitted(centre, supervisor)
    another_call(centre)
    browser = supervisor.client()
    built(centre, browser)
    refused = approve(browser, change_note=note)
    assert refused.status_code == 422
    assert "個人情報らしい語があります" in refused.text
    assert note in refused.text


def test_open_points_need_the_approvers_word(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    built(centre, browser)
    refused = approve(browser, consent="")
    assert refused.status_code == 422
    assert "印を付けてから" in refused.text


def test_a_month_that_is_not_over_has_a_draft_and_no_approval(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    centre.at(centre.now - timedelta(days=10))
    browser = supervisor.client()
    built(centre, browser)
    refused = approve(browser)
    assert refused.status_code == 409
    assert "期間がまだ終わっていません" in refused.text
    assert versions(centre) == []


def test_a_month_without_a_single_call_is_reported_too(centre: Centre) -> None:
    centre.at(FIRST_OF_JULY)
    version = submitted(centre, centre.person(Role.SUPERVISOR, name="見本 責任者"))
    assert version.figures["recorded"]["text"] == "0"
    assert version.figures["offered"]["text"] == "未計測"
    assert version.figures["completion_rate"]["text"] == "―"


def test_a_category_retired_in_mid_month_stays_in_the_month(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    with centre.inside(), transaction():
        category_service.retire_category("0401", date(2026, 6, 15), by=supervisor.actor, at=centre.now)
    version = submitted(centre, supervisor)
    assert version.figures["category.0401"]["text"] == "1"


def test_an_approval_whose_job_gave_up_makes_room_for_a_new_one(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    built(centre, browser)
    approve(browser)
    with centre.inside():
        found = jobs.job_of(centre.contract_id, approving.job_key(_approval(centre).id, JUNE))
    assert found is not None
    assert "提出しています" in browser.get("/reports/periods").text
    assert browser.post(f"/jobs/{found.id}/cancel").status_code == 303
    assert "提出しています" not in browser.get("/reports/periods").text
    assert "disabled" not in browser.get(PAGE).text.split('id="approval"')[1].split("</section>")[0]
    assert approve(browser).status_code == 303
    work(centre)
    assert _approval(centre).state == SUBMITTED
    assert len(versions(centre)) == 1


def test_an_approval_by_nobody_is_refused(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    built(centre, browser)
    by = system_actor(centre.contract_id)
    with centre.inside():
        found = look(period_of(centre), by=by, at=centre.now)
        wanted = approving.Wanted(found.mark, new_id(), consent=True)
        with pytest.raises(Exception, match="権限"), transaction():
            approving.approve(found, wanted, by=by, at=centre.now)


def test_reading_the_callers_for_the_check_is_an_entry_without_a_name(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    supervisor.client().get(PAGE)
    with centre.inside():
        entries = log.history_of(centre.contract_id, "report_period", period_of(centre).log_id)
    assert {entry.action for entry in entries} == {"report.callers_checked"}
    assert "架空" not in json.dumps(dict(entries[0].details), ensure_ascii=False)


def test_the_city_sees_the_version_and_never_the_draft(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    officer = centre.person(Role.CITY_OFFICER).client()
    built(centre, supervisor.client())
    assert officer.get(PAGE).status_code == 403
    assert officer.get(f"{PAGE}/draft/network/workbook").status_code == 403
    assert 'href="/documents/' not in officer.get("/documents?kind=monthly").text


def test_a_refused_approval_says_why_when_it_is_tried_again(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    built(centre, browser)
    approve(browser)
    another_call(centre)
    work(centre)
    with centre.inside(), pytest.raises(Conflict, match="承認したあとに記録が変わりました"):
        approving.submit_period(_running(centre), lambda *_: None)
