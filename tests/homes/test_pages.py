from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from flask import url_for

from callcenter.audit.service import system_actor
from callcenter.calls.exchange.history import HistoryDay, HistorySlot, load_history
from callcenter.clock import instant_of
from callcenter.deliveries import service as deliveries
from callcenter.deliveries.rules import State
from callcenter.homes.pages import HOMES, home_of
from callcenter.rosters.rules import StaffRole
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.calls.factories import FIELDS, keep, opened_call, saved_call
from tests.calls.factories import counted as executed
from tests.centre import Browser, Centre, Person
from tests.deliveries.factories import submitted
from tests.rosters.coverage.factories import noted
from tests.rosters.factories import FRIDAY_BEFORE, MONDAY, add_staff, plan, punched, shift

THURSDAY_BEFORE = FRIDAY_BEFORE - timedelta(days=1)
UNNOTED = "最少人数を下回った時間の原因・対策が未記入です"
MAY_IS_DUE = "報告書の期日が近づいています"
"""On the first days of June, wherever something was recorded in May."""
TITLE = re.compile(r'<span class="today-task"><b>([^<]+)</b>')


@pytest.fixture
def supervisor(centre: Centre) -> Person:
    return centre.person(Role.SUPERVISOR, name="見本 責任者")


def tasks(browser: Browser) -> list[str]:
    """The titles of the day on the page, in order; the background refresh must say the same."""
    page, board = browser.get("/today"), browser.get("/today/board")
    assert (page.status_code, board.status_code) == (200, 200)
    assert TITLE.findall(page.text) == TITLE.findall(board.text)
    return [title for title in TITLE.findall(page.text) if title != MAY_IS_DUE]


def text(browser: Browser) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", browser.get("/today").text))


def staffed(centre: Centre) -> None:
    """Two operators at work since 8:25, as they were all of Friday; others take over at lunch, as planned."""
    for code in ("A1", "A2"):
        staff = add_staff(centre, code)
        plan(centre, staff, shift("8:30-17:15"))
        punched(centre, staff, "in 8:25")
        punched(centre, staff, "in 8:25, out 17:20", FRIDAY_BEFORE)


def recorded_on(centre: Centre, on: date) -> None:
    """One saved call on a day; the clock comes back to where it was."""
    before = centre.now
    centre.at(instant_of(on, 600))
    saved_call(centre.person(Role.OPERATOR).client())
    centre.at(before)


def counted(centre: Centre, on: date, answered: int, slots: int = 18) -> None:
    """The exchange's count of a day: everything in the half hour of 9:30, nothing in the others."""
    found = [
        HistorySlot(start, n, n, 0, n, n)
        for start in range(510, 510 + slots * 30, 30)
        for n in [answered if start == 600 else 0]
    ]
    with centre.inside(), transaction():
        day = HistoryDay(on, tuple(found))
        load_history([day], source_name="交換機", by=system_actor(centre.contract_id), at=centre.now)


# --- the door ---


@pytest.mark.parametrize(
    ("roles", "page"),
    [
        ((Role.OPERATOR,), "/desk"),
        ((Role.SUPERVISOR,), "/today"),
        ((Role.CONTRACT_MANAGER,), "/today"),
        ((Role.CITY_VIEWER,), "/documents"),
        ((Role.CITY_OFFICER,), "/documents"),
        ((Role.ADMINISTRATOR,), "/admin/users"),
        ((Role.OPERATOR, Role.SUPERVISOR), "/today"),
        ((Role.ADMINISTRATOR, Role.CITY_OFFICER), "/documents"),
        ((), "/account"),
    ],
)
def test_everybody_is_sent_to_the_page_they_work_on(centre: Centre, roles: tuple[Role, ...], page: str) -> None:
    browser = centre.person(*roles).client()
    answer = browser.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, page)
    assert browser.get(page).status_code in {200, 302, 303}


def test_every_role_has_a_home(sqlite_centre: Centre) -> None:
    assert {role for role, _ in HOMES} == set(Role)
    with sqlite_centre.app.test_request_context():
        assert all(url_for(home_of({role})) for role in Role)


def test_nobody_comes_in_without_signing_in(sqlite_centre: Centre) -> None:
    for page in ("/", "/today", "/today/board"):
        assert sqlite_centre.browser().get(page).status_code in {302, 401}


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CITY_VIEWER, Role.CITY_OFFICER, Role.ADMINISTRATOR])
def test_the_days_page_is_for_those_who_lead(centre: Centre, supervisor: Person, role: Role) -> None:
    assert supervisor.client().get("/today").status_code == 200
    other = centre.person(role).client()
    assert other.get("/today").status_code == 403
    assert other.get("/today/board").status_code == 403


def test_another_contracts_day_is_not_shown(centre: Centre, supervisor: Person) -> None:
    recorded_on(centre, MONDAY)
    with centre.inside():
        other_id = centre.new_contract("R8-B", city_name="別の架空市")
    elsewhere = centre.person(Role.SUPERVISOR, contract_id=other_id)
    browser = centre.browser()
    token = centre.open_session(elsewhere, other_id)
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = token
    assert "対応件数 0 件" in text(browser)


# --- what needs a hand ---


def test_a_centre_without_operators_says_so_first(centre: Centre, supervisor: Person) -> None:
    assert tasks(supervisor.client()) == ["オペレーターが足りません"]


def test_a_calm_morning_says_what_comes_next(centre: Centre, supervisor: Person) -> None:
    staffed(centre)
    browser = supervisor.client()
    assert tasks(browser) == []
    assert "いま手を入れることはありません。 次は 17:15 の受付終了後に" in text(browser)


def test_somebody_who_was_planned_and_has_not_come_is_named(centre: Centre, supervisor: Person) -> None:
    staffed(centre)
    plan(centre, add_staff(centre, "A3", "例田 一郎"), shift("8:30-17:15", "12:00-13:00"))
    assert "予定の時刻を過ぎても出勤していません 例田 一郎" in text(supervisor.client())


def test_a_day_that_was_worked_needs_its_report_and_its_exchange_count(centre: Centre, supervisor: Person) -> None:
    staffed(centre)
    recorded_on(centre, FRIDAY_BEFORE)
    assert tasks(supervisor.client()) == ["日報を承認して提出してください", "着信数が入っていません"]


def test_a_stretch_below_the_minimum_waits_for_its_cause_until_it_is_noted(centre: Centre, supervisor: Person) -> None:
    for code, punches in (("A1", "in 8:30"), ("A2", "in 8:40")):
        punched(centre, add_staff(centre, code), punches)
    browser = supervisor.client()
    assert tasks(browser) == [UNNOTED]
    assert f'href="/coverage/day?on={MONDAY}"' in browser.get("/today").text
    noted(centre, supervisor, "8:30-8:40")
    assert tasks(browser) == []


def test_a_coming_day_with_too_few_is_told(centre: Centre, supervisor: Person) -> None:
    staffed(centre)
    plan(centre, add_staff(centre, "A3"), shift("8:30-17:15"), MONDAY + timedelta(days=1))
    browser = supervisor.client()
    assert tasks(browser) == ["予定で最少人員を下回る日があります"]
    assert "令和8年6月2日（火）" in text(browser)


def test_a_stretch_that_is_going_on_is_not_yet_to_be_noted(centre: Centre, supervisor: Person) -> None:
    punched(centre, add_staff(centre, "A1"), "in 8:30")
    assert UNNOTED not in tasks(supervisor.client())


def test_a_count_of_half_a_day_is_not_a_count(centre: Centre, supervisor: Person) -> None:
    staffed(centre)
    recorded_on(centre, FRIDAY_BEFORE)
    counted(centre, FRIDAY_BEFORE, 1, slots=4)
    assert "着信数が入っていません" in tasks(supervisor.client())


def test_days_before_the_first_record_are_nobodys_fault(centre: Centre, supervisor: Person) -> None:
    staffed(centre)
    recorded_on(centre, THURSDAY_BEFORE)
    titles = tasks(supervisor.client())
    assert titles[0] == "期日を過ぎた日報があります"
    assert "2 日分" in text(supervisor.client())


def test_a_gap_without_a_reason_is_shown_until_the_report_is_handed_over(centre: Centre, supervisor: Person) -> None:
    staffed(centre)
    recorded_on(centre, FRIDAY_BEFORE)
    counted(centre, FRIDAY_BEFORE, 3)
    browser = supervisor.client()
    assert tasks(browser) == ["日報を承認して提出してください", "応答数と記録の差に理由がありません"]
    submitted(centre, supervisor, on=FRIDAY_BEFORE)
    assert tasks(browser) == ["市の確認を待っている日報"]


def test_a_report_sent_back_shows_the_comment(centre: Centre, supervisor: Person) -> None:
    staffed(centre)
    recorded_on(centre, FRIDAY_BEFORE)
    version_id = submitted(centre, supervisor, on=FRIDAY_BEFORE)
    officer = centre.person(Role.CITY_OFFICER, name="承認 つかさ")
    with centre.inside(), transaction():
        deliveries.decide(version_id, State.SENT_BACK, "要旨を<詳しく>", by=officer.actor, at=centre.now)
    browser = supervisor.client()
    assert tasks(browser) == ["日報が差し戻されました"]
    assert "「要旨を&lt;詳しく&gt;」" in browser.get("/today").text


def test_an_accepted_report_asks_for_nothing(centre: Centre, supervisor: Person) -> None:
    staffed(centre)
    recorded_on(centre, FRIDAY_BEFORE)
    version_id = submitted(centre, supervisor, on=FRIDAY_BEFORE)
    officer = centre.person(Role.CITY_OFFICER)
    with centre.inside(), transaction():
        deliveries.decide(version_id, State.ACCEPTED, "", by=officer.actor, at=centre.now)
    assert tasks(supervisor.client()) == []


def test_a_forgotten_punch_leads_to_its_correction(centre: Centre, supervisor: Person) -> None:
    staffed(centre)
    recorded_on(centre, FRIDAY_BEFORE)
    submitted(centre, supervisor, on=FRIDAY_BEFORE)
    staff = add_staff(centre, "A4", "例田 一郎")
    punched(centre, staff, "in 8:25, rest 12:00, back 13:00", FRIDAY_BEFORE)
    browser = supervisor.client()
    assert tasks(browser)[0] == "打刻もれがあります"
    page = browser.get("/today").text
    (link,) = re.findall(r'id="go-forgotten-1" href="([^"]+)"', page)
    assert browser.get(link.replace("&amp;", "&")).status_code == 200


def test_a_call_nobody_types_into_any_more_is_left(centre: Centre, supervisor: Person) -> None:
    staffed(centre)
    desk = centre.person(Role.OPERATOR).client()
    keep(desk, opened_call(desk), fields={"question": FIELDS["question"]})
    opened_call(desk)  # empty: a desk that waits
    browser = supervisor.client()
    centre.at(centre.now + timedelta(minutes=29))
    assert tasks(browser) == []
    centre.at(centre.now + timedelta(minutes=1))
    assert tasks(supervisor.client()) == ["保存していない通話があります"]


def test_after_closing_today_is_a_day_to_report_too(centre: Centre, supervisor: Person) -> None:
    recorded_on(centre, MONDAY)
    for minute, expected in ((1034, False), (1035, True)):
        centre.at(instant_of(MONDAY, minute))
        assert ("日報を承認して提出してください" in tasks(supervisor.client())) is expected


def test_every_link_of_the_page_opens(centre: Centre, supervisor: Person) -> None:
    recorded_on(centre, FRIDAY_BEFORE)
    browser = supervisor.client()
    links = re.findall(r'id="go-[^"]+" href="([^"]+)"', browser.get("/today").text)
    assert len(links) == 5
    assert {browser.get(link.replace("&amp;", "&")).status_code for link in links} == {200}


def test_a_door_that_is_closed_to_the_manager_is_not_offered(centre: Centre) -> None:
    manager = centre.person(Role.CONTRACT_MANAGER).client()
    page = manager.get("/today").text
    assert "オペレーターが足りません" in page
    assert "業務責任者が対応します" in page
    assert 'href="/attendance"' not in page


# --- the day so far ---


def test_the_numbers_of_the_day_are_those_of_the_records(centre: Centre, supervisor: Person) -> None:
    operator = centre.person(Role.OPERATOR, name="例田 一郎")
    add_staff(centre, "A1", "例田 一郎", StaffRole.OPERATOR, operator)
    desk = operator.client()
    for complaint in (True, False):
        saved_call(desk, complaint=complaint)
    page = text(supervisor.client())
    assert "対応件数 2 件" in page
    assert "苦情件数 1 件" in page
    assert "平均処理時間 3:20" in page
    assert "例田 一郎 勤務外 2 6:00 0:40" in page
    assert "着信数 まだ入っていません" in page


def test_the_exchange_is_shown_up_to_the_half_hour_that_is_in(centre: Centre, supervisor: Person) -> None:
    counted(centre, MONDAY, 5, slots=4)
    page = text(supervisor.client())
    assert "着信数（10:30まで） 5 件" in page
    assert "応答率（10:30まで） 100.0%" in page


def test_the_usual_is_that_of_the_same_weekday(centre: Centre, supervisor: Person) -> None:
    for on in (MONDAY - timedelta(days=7), FRIDAY_BEFORE):
        recorded_on(centre, on)
    centre.at(instant_of(MONDAY, 615))  # saved at 10:00, begun four minutes before
    page = supervisor.client().get("/today").text
    assert re.search(r'<th scope="row">9:30</th><td class="num">0</td><td class="num">1</td>', page)
    assert re.search(r'<th scope="row">10:30</th><td class="num">―</td><td class="num">―</td>', page)


def test_the_refresh_does_not_keep_a_session_alive(centre: Centre, supervisor: Person) -> None:
    browser = supervisor.client()
    for _ in range(4):
        centre.at(centre.now + timedelta(minutes=10))
        answer = browser.get("/today/board", headers={"HX-Request": "true"})
    assert answer.status_code == 401


def test_the_page_reads_a_bounded_number_of_times(sqlite_centre: Centre) -> None:
    centre = sqlite_centre
    supervisor = centre.person(Role.SUPERVISOR).client()
    recorded_on(centre, FRIDAY_BEFORE)
    supervisor.get("/today/board")
    with executed(centre) as few:
        supervisor.get("/today/board")
    for _ in range(5):
        recorded_on(centre, FRIDAY_BEFORE)
    with executed(centre) as many:
        supervisor.get("/today/board")
    assert len(many) == len(few)


@pytest.mark.parametrize("on", [date(2026, 3, 31), date(2027, 4, 1)])
def test_outside_the_contracts_term_the_page_says_so(sqlite_centre: Centre, on: date) -> None:
    sqlite_centre.at(instant_of(on, 600))
    assert "契約期間の外です" in text(sqlite_centre.person(Role.SUPERVISOR).client())


def test_a_closed_day_is_calm(sqlite_centre: Centre) -> None:
    saturday = datetime.fromisoformat("2026-06-06T10:00:00+09:00")
    sqlite_centre.at(saturday)
    browser = sqlite_centre.person(Role.SUPERVISOR).client()
    assert tasks(browser) == []
    assert "次の開庁日は令和8年6月8日（月）です。" in text(browser)
