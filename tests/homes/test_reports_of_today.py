"""What 今日 says of reports over a period, mails, jobs, notices and invoices, each with the way to its page."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest

from callcenter.clock import instant_of
from callcenter.contracts.settings import SETTINGS
from callcenter.deliveries.rules import Kind, State
from callcenter.errors import InvalidInput
from callcenter.extensions import new_id
from callcenter.jobs.rules import JobKind
from callcenter.jobs.running import run_waiting
from callcenter.web.access import Role
from tests.calls.factories import counted as executed
from tests.centre import Centre, Person
from tests.deliveries import sending_factories as sending
from tests.deliveries.mail_server import Behaviour, serving
from tests.jobs.factories import asked, bind
from tests.reporting.completion import factories as completion
from tests.reporting.periods.june import PAGE, another_call, approve, built, recorded_june, sent_back, submitted, work
from tests.reporting.periods.settled import choose

SOON, TODAY, LATE = "報告書の期日が近づいています", "今日が期日の報告書があります", "期日を過ぎた報告書があります"
NOTICE, INVOICE = "履行完了通知書を提出してください", "請求書を提出してください"
OVERDUE = "入金の期限を過ぎた請求があります"
SLOW, REFUSED = "市の判定が5開庁日を過ぎても届いていません", "承認した報告書を提出できませんでした"
MAIL, JOB = "市に届いていないかもしれない電子メールがあります", "自動処理が失敗しました"


def noon(month: int, day: int, year: int = 2026) -> datetime:
    return instant_of(date(year, month, day), 720)


def rows(person: Person) -> dict[str, str]:
    """The things to do: what each says, by its title, with where its first link leads."""
    page = person.client().get("/today").text
    found = re.findall(r'<tr id="task-.*?</tr>', page, re.DOTALL)
    return {re.findall(r"<b>([^<]+)</b>", row)[0]: row for row in found}


def leads_to(row: str) -> str:
    return str(re.findall(r'href="([^"]+)"', row)[0])


@pytest.mark.parametrize(
    ("at", "title"),
    [(noon(7, 1), SOON), (noon(7, 6), SOON), (noon(7, 7), TODAY), (noon(7, 8), LATE)],
    ids=["first", "fourth", "fifth", "sixth"],
)
def test_a_month_is_due_by_the_fifth_open_day_after_it(sqlite_centre: Centre, at: datetime, title: str) -> None:
    supervisor = recorded_june(sqlite_centre)
    sqlite_centre.at(at)
    found = rows(supervisor)
    assert {one for one in (SOON, TODAY, LATE) if one in found} == {title}
    assert leads_to(found[title]) == PAGE
    assert "令和8年6月の月次実績報告書（期日は令和8年7月7日（火）です。案はまだありません）" in found[title]


def test_the_due_day_is_the_contracts_choice(sqlite_centre: Centre) -> None:
    supervisor = recorded_june(sqlite_centre)
    choose(sqlite_centre, "report_due_days", "1", date(2026, 6, 1))
    assert "令和8年7月1日（水）です" in rows(supervisor)[TODAY]
    with pytest.raises(InvalidInput):
        SETTINGS["report_due_days"].read("0")


def test_it_says_that_the_draft_is_there_and_ends_with_the_submission(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    built(centre, supervisor.client())
    assert "案ができています" in rows(supervisor)[SOON]
    submitted(centre, supervisor)
    assert SOON not in rows(supervisor)


def test_the_notice_follows_the_months_report_and_waits_for_no_late_one(sqlite_centre: Centre) -> None:
    supervisor = recorded_june(sqlite_centre)
    assert NOTICE not in rows(supervisor)
    sqlite_centre.at(noon(7, 8))
    assert leads_to(rows(supervisor)[NOTICE]) == "/completion/2026-06"
    sqlite_centre.at(noon(7, 1))
    submitted(sqlite_centre, supervisor)
    assert NOTICE in rows(supervisor)


def test_a_month_the_city_sent_back_comes_with_its_comment(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    version = submitted(centre, supervisor)
    sent_back(centre.person(Role.CITY_OFFICER, name="承認 つかさ"), version.id)
    row = rows(supervisor)["報告書が差し戻されました"]
    assert "（承認 つかさ）「件数を確かめてください。」" in row
    assert "すぐに" in row
    assert leads_to(row) == PAGE


def test_what_the_city_has_had_for_more_than_five_open_days_is_asked_after(sqlite_centre: Centre) -> None:
    supervisor = recorded_june(sqlite_centre)
    version = submitted(sqlite_centre, supervisor)
    sqlite_centre.at(noon(7, 8))
    assert SLOW not in rows(supervisor)
    sqlite_centre.at(noon(7, 9))
    row = rows(supervisor)[SLOW]
    assert leads_to(row) == f"/documents/{version.id}"
    assert "令和8年7月1日（水）に提出" in row


def test_an_approval_that_came_to_nothing_says_why_until_it_is_made_anew(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    browser = supervisor.client()
    built(centre, browser)
    approve(browser)
    assert SOON not in rows(supervisor)
    another_call(centre)
    work(centre)
    found = rows(supervisor)
    assert "承認したあとに記録が変わりました" in found[REFUSED]
    assert leads_to(found[REFUSED]) == PAGE
    assert JOB not in found
    assert SOON not in found
    submitted(centre, supervisor)
    assert REFUSED not in rows(supervisor)


def test_an_approval_whose_job_was_cancelled_came_to_nothing_too(sqlite_centre: Centre) -> None:
    supervisor = recorded_june(sqlite_centre)
    browser = supervisor.client()
    built(sqlite_centre, browser)
    approve(browser)
    cancels = re.findall(r'action="(/jobs/[0-9a-f-]+/cancel)"', browser.get("/jobs").text)
    assert browser.post(cancels[0]).status_code == 303
    assert "提出の処理が途中で終わりました" in rows(supervisor)[REFUSED]


@pytest.mark.parametrize(("answer", "said"), [("550 no such user", "一部のみ送信"), ("", "")])
def test_a_mail_that_half_the_mailboxes_took_needs_a_hand(centre: Centre, answer: str, said: str) -> None:
    supervisor = recorded_june(centre)
    sending.permitted(centre, centre.person(Role.CONTRACT_MANAGER))
    version = submitted(centre, supervisor)
    with serving(city := Behaviour()) as server:
        city.rcpt = {sending.B: answer} if answer else {}
        sending.equipped(centre, server)
        sending.asked(centre, supervisor, version.id, sending.listed(centre, supervisor, sending.A, sending.B))
        sending.worked_off(centre)
    found = rows(supervisor)
    assert (MAIL in found) is bool(said)
    if said:
        assert f"令和8年6月の月次実績報告書（{said}）" in found[MAIL]
        assert leads_to(found[MAIL]) == f"/documents/{version.id}/sending"


def test_once_the_city_has_accepted_it_nobody_waits_for_the_mail(sqlite_centre: Centre) -> None:
    centre = sqlite_centre
    supervisor = recorded_june(centre)
    sending.permitted(centre, centre.person(Role.CONTRACT_MANAGER))
    version = submitted(centre, supervisor)
    with serving(city := Behaviour()) as server:
        city.rcpt = {sending.A: "550 no such user"}
        sending.equipped(centre, server)
        sending.asked(centre, supervisor, version.id, sending.listed(centre, supervisor, sending.A))
        sending.worked_off(centre)
    assert "送信できず" in rows(supervisor)[MAIL]
    officer = centre.person(Role.CITY_OFFICER)
    officer.client().post(f"/documents/{version.id}/decision", data={"decision": "accepted"})
    assert MAIL not in rows(supervisor)


def test_a_job_that_failed_is_told_for_a_week(sqlite_centre: Centre) -> None:
    centre = sqlite_centre
    supervisor = recorded_june(centre)

    def refused(*_about: object) -> None:
        raise InvalidInput("この期間の記録を読めませんでした。")

    bind(centre.app, (JobKind.BUILD_MONTHLY, refused))
    asked(centre)
    run_waiting(centre.app)
    row = rows(supervisor)[JOB]
    assert "月報の作成 令和8年6月（この期間の記録を読めませんでした）" in row
    assert leads_to(row) == "/jobs"
    centre.at(noon(7, 7))
    assert JOB in rows(supervisor)
    centre.at(noon(7, 8))
    assert JOB not in rows(supervisor)


def test_a_confirmed_notice_is_followed_by_the_invoice_and_money_is_the_managers(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    manager = centre.person(Role.CONTRACT_MANAGER)
    browser = completion.confirmed(centre, manager)
    assert leads_to(rows(manager)[INVOICE]) == "/completion/2026-06"
    assert INVOICE not in rows(supervisor)
    completion.send(browser, "invoice")
    assert INVOICE not in rows(manager)
    centre.at(noon(8, 1))
    assert OVERDUE not in rows(manager)
    centre.at(noon(8, 3))
    row = rows(manager)[OVERDUE]
    assert "令和8年6月分（期日は令和8年8月1日（土）です）" in row
    assert OVERDUE not in rows(supervisor)


def test_a_notice_that_was_sent_back_is_told(sqlite_centre: Centre) -> None:
    centre = sqlite_centre
    supervisor = recorded_june(centre)
    manager = centre.person(Role.CONTRACT_MANAGER)
    completion.set_up(centre, manager)
    completion.send(manager.client(), "notice")
    completion.decide(centre, Kind.NOTICE, State.SENT_BACK, "日付を直してください。")
    row = rows(supervisor)["履行完了通知書が差し戻されました"]
    assert leads_to(row) == "/completion/2026-06"


def test_after_the_term_the_last_month_and_the_year_are_still_told(sqlite_centre: Centre) -> None:
    centre = sqlite_centre
    centre.at(noon(3, 30, 2027))
    recorded_june(centre)
    centre.at(noon(4, 1, 2027))
    supervisor = centre.person(Role.SUPERVISOR)
    page = supervisor.client().get("/today").text
    assert "契約期間の外です" in page
    row = rows(supervisor)[SOON]
    assert "令和9年3月の月次実績報告書" in row
    assert "令和8年度の完了報告書" in row


def test_before_the_term_nothing_is_told(sqlite_centre: Centre) -> None:
    sqlite_centre.at(noon(3, 31))
    assert rows(sqlite_centre.person(Role.SUPERVISOR)) == {}


def test_another_contracts_reports_are_not_told(sqlite_centre: Centre) -> None:
    centre = sqlite_centre
    recorded_june(centre)
    with centre.inside():
        other_id = centre.new_contract("R8-B", city_name="別の架空市")
    elsewhere = centre.person(Role.SUPERVISOR, contract_id=other_id)
    browser = centre.browser()
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = centre.open_session(elsewhere, other_id)
    assert SOON not in browser.get("/today").text


def test_the_page_reads_no_more_often_for_more_months_and_versions(sqlite_centre: Centre) -> None:
    centre = sqlite_centre
    supervisor = recorded_june(centre)
    browser = supervisor.client()
    browser.get("/today/board")
    with executed(centre) as few:
        browser.get("/today/board")
    submitted(centre, supervisor)
    for number in (2, 3):
        another_call(centre)
        built(centre, browser)
        approve(browser, change_note=f"記録を追加（{number}回目）", idempotency_key=str(new_id()))
        work(centre)
    with executed(centre) as many:
        browser.get("/today/board")
    assert len(many) <= len(few)
