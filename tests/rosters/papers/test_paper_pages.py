from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from callcenter.audit.models import AuditEntry
from callcenter.extensions import db
from callcenter.protection.mynumber import check_digit
from callcenter.rosters.codes import AgreementKind
from callcenter.rosters.papers import queries
from callcenter.rosters.rules import StaffRole
from callcenter.web.access import Role
from tests.centre import Browser, Centre
from tests.rosters.factories import MONDAY, TUESDAY, add_staff, plan, shift
from tests.rosters.papers.factories import YEAR, agree, instruct, pledge, set_aside, train

LEADERS = {Role.SUPERVISOR, Role.CONTRACT_MANAGER}
SOMEBODY = UUID(int=7)
ROUTES = [
    ("POST", f"/staff/{SOMEBODY}/certificates"),
    ("POST", f"/staff/{SOMEBODY}/certificates/{SOMEBODY}/set-aside"),
    ("GET", "/staff/instructions"),
    ("POST", "/staff/instructions"),
    ("POST", f"/staff/instructions/{SOMEBODY}/answer"),
    ("POST", f"/staff/instructions/{SOMEBODY}/set-aside"),
    ("GET", "/staff/agreements"),
    ("POST", "/staff/agreements"),
    ("POST", f"/staff/agreements/{SOMEBODY}/set-aside"),
    ("GET", "/staff/register"),
    ("POST", "/staff/register/workbook"),
]
APPROVAL = {
    "kind": "approval",
    "received_on": "2026-05-29",
    "applies_on": "2026-06-01",
    "headcount": "4",
    "given_by": "市民課長（架空）",
    "content": "4名を承認する。",
}
AGREEMENT = {
    "kind": "overtime",
    "concluded_on": "2026-03-20",
    "from_on": "2026-04-01",
    "to_on": "2027-03-31",
    "month_limit": "30",
}


def _text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def _leader(centre: Centre) -> Browser:
    return centre.person(Role.SUPERVISOR).client()


def _individual_number() -> str:
    return "12345678901" + str(check_digit("12345678901"))


@pytest.mark.parametrize(("method", "url"), ROUTES)
def test_each_page_opens_to_the_leaders_only(sqlite_centre: Centre, method: str, url: str) -> None:
    for role in Role:
        answer = sqlite_centre.person(role).client()
        found = answer.get(url) if method == "GET" else answer.post(url, data={})
        assert (found.status_code == 403) == (role not in LEADERS), (role, found.status_code)


def test_every_route_of_the_papers_is_in_the_table(sqlite_centre: Centre) -> None:
    found = {
        (method, rule.rule.translate({ord("<"): None, ord(">"): None}))
        for rule in sqlite_centre.app.url_map.iter_rules()
        if rule.endpoint.startswith("papers.")
        for method in (rule.methods or set()) & {"GET", "POST"}
    }
    assert len(found) == len(ROUTES)


# --- a person's papers ---


def test_a_training_is_recorded_on_the_persons_page(centre: Centre) -> None:
    staff_id, browser = add_staff(centre, "P01", "見本 花子", trained=False), _leader(centre)
    page = _text(browser.get(f"/staff/{staff_id}"))
    assert "勤務予定に配置できません（仕様書9(2)）" in page
    form = {"kind": "training", "issued_on": "2026-05-29", "idempotency_key": str(uuid4())}
    answers = [browser.post(f"/staff/{staff_id}/certificates", data=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    page = _text(browser.get(f"/staff/{staff_id}"))
    assert "見本 花子さんの業務研修の修了を登録しました。" in page
    assert "勤務予定に配置できません" not in page
    with centre.inside():
        assert len(queries.certificates(centre.contract_id, staff_id)) == 1


def test_what_was_typed_stays_when_it_is_refused(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01", trained=False)
    form = {"kind": "qualification", "title": "", "issued_on": "2026-06-02", "valid_until": "2026-06-30"}
    answer = _leader(sqlite_centre).post(f"/staff/{staff_id}/certificates", data=form)
    page = _text(answer)
    assert answer.status_code == 422
    assert "資格・証明の名称を入力してください。" in page
    assert 'value="2026-06-30"' in page
    assert 'href="#f-new-title"' in page
    assert 'id="f-new-title"' in page


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("/staff/{staff}/certificates", {"kind": "training", "issued_on": "2026-05-29", "title": "番号 {number}"}),
        ("/staff/instructions", {**APPROVAL, "content": "番号 {number}"}),
        ("/staff/instructions", {**APPROVAL, "given_by": "{number}"}),
        ("/staff/agreements", {**AGREEMENT, "note": "{number}"}),
        ("/staff/instructions/{instruction}/answer", {"response": "{number}", "version": "1"}),
        ("/staff/instructions/{instruction}/set-aside", {"reason": "{number}"}),
    ],
)
def test_an_individual_number_is_kept_nowhere(sqlite_centre: Centre, url: str, form: dict[str, str]) -> None:
    number = _individual_number()
    ids = {"staff": add_staff(sqlite_centre, "P01"), "instruction": instruct(sqlite_centre)}
    typed = {name: value.replace("{number}", number) for name, value in form.items()}
    answer = _leader(sqlite_centre).post(url.format(**ids), data=typed)
    assert answer.status_code == 422
    assert number not in _text(answer)
    with sqlite_centre.inside():
        assert "individual_number.refused" in db.session.execute(select(AuditEntry.action)).scalars().all()


def test_a_paper_is_set_aside_with_a_reason_and_the_planned_days_are_named(centre: Centre) -> None:
    staff_id, browser = add_staff(centre, "P01", trained=False), _leader(centre)
    paper = train(centre, staff_id)
    plan(centre, staff_id, shift("8:30-17:15"), TUESDAY)
    url = f"/staff/{staff_id}/certificates/{paper}/set-aside"
    refused = browser.post(url, data={"reason": ""})
    assert refused.status_code == 422
    assert f'id="f-{paper}-reason"' in _text(refused)
    assert browser.post(url, data={"reason": "別の方の記録"}).status_code == 303
    page = _text(browser.get(f"/staff/{staff_id}"))
    assert "別の方の記録" in page
    assert "勤務予定が1日あります" in page
    assert "/roster/day?on=2026-06-02" in page
    assert "予定あり 1日" in _text(browser.get("/staff"))


def test_the_list_shows_who_is_trained_and_pledged_and_filters_who_is_not(sqlite_centre: Centre) -> None:
    trained = add_staff(sqlite_centre, "P01", "訓練 済子")
    pledge(sqlite_centre, trained)
    ending = add_staff(sqlite_centre, "P02", "期限 近子", trained=False)
    train(sqlite_centre, ending, MONDAY, date(2026, 6, 20))
    never = add_staff(sqlite_centre, "P03", "未了 する子", trained=False)
    aside = add_staff(sqlite_centre, "P04", "取消 する子", trained=False)
    set_aside(sqlite_centre, aside, train(sqlite_centre, aside))
    browser = _leader(sqlite_centre)
    page = _text(browser.get("/staff"))
    for words in ("有効", "期限切れ間近", "令和8年6月20日（土）まで", "未登録", "従事者が2名います"):
        assert words in page
    only = _text(browser.get("/staff?show=untrained"))
    assert "未了 する子" in only
    assert "取消 する子" in only
    assert "訓練 済子" not in only
    assert "期限 近子" not in only
    assert str(never) in only


def test_an_expired_training_is_said_and_filtered(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01", trained=False)
    train(sqlite_centre, staff_id, date(2026, 5, 1), date(2026, 5, 31))
    page = _text(_leader(sqlite_centre).get("/staff?show=untrained"))
    assert "期限切れ" in page
    assert "令和8年5月31日（日）まで" in page


def test_when_all_are_trained_the_filter_says_so(sqlite_centre: Centre) -> None:
    add_staff(sqlite_centre, "P01")
    page = _text(_leader(sqlite_centre).get("/staff?show=untrained"))
    assert "業務研修の修了がない従事者はいません" in page


# --- what the city said ---


def test_an_approval_is_recorded_and_becomes_the_approved_headcount(centre: Centre) -> None:
    add_staff(centre, "P01")
    browser = _leader(centre)
    form = {**APPROVAL, "idempotency_key": str(uuid4())}
    assert [browser.post("/staff/instructions", data=form).status_code for _ in range(2)] == [303, 303]
    page = _text(browser.get("/staff/instructions"))
    assert "第1号" in page
    assert "第2号" not in page
    assert "承認人員に足りません（3名" in page
    assert "<b>4名</b>（令和8年6月1日（月）から）" in _text(browser.get("/staff"))


def test_an_answer_to_an_instruction_that_changed_meanwhile_is_a_conflict(centre: Centre) -> None:
    instruction_id, browser = instruct(centre), _leader(centre)
    url, form = f"/staff/instructions/{instruction_id}/answer", {"response": "配置済み", "done_on": "2026-06-01"}
    assert browser.post(url, data={**form, "version": "1"}).status_code == 303
    late = browser.post(url, data={**form, "response": "別の対応", "version": "1"})
    assert late.status_code == 409
    assert "別の対応" in _text(late)
    assert "対応済み" in _text(browser.get("/staff/instructions"))


def test_a_day_of_action_needs_what_was_done(sqlite_centre: Centre) -> None:
    url = f"/staff/instructions/{instruct(sqlite_centre)}/answer"
    answer = _leader(sqlite_centre).post(url, data={"response": "", "done_on": "2026-06-01", "version": "1"})
    assert answer.status_code == 422
    assert "対応の内容も入力してください" in _text(answer)


def test_an_instruction_is_set_aside_and_stays_readable(sqlite_centre: Centre) -> None:
    instruction_id, browser = instruct(sqlite_centre, content="見本の指示"), _leader(sqlite_centre)
    url = f"/staff/instructions/{instruction_id}/set-aside"
    assert browser.post(url, data={"reason": "取り違え"}).status_code == 303
    assert browser.post(url, data={"reason": "取り違え"}).status_code == 409
    page = _text(browser.get("/staff/instructions"))
    assert "<del>見本の指示</del>" in page
    assert "取り違え" in page


# --- agreements ---


def test_the_page_of_agreements_says_what_is_impossible_without(centre: Centre) -> None:
    browser = _leader(centre)
    page = _text(browser.get("/staff/agreements"))
    assert "休憩の時刻が人により違う勤務表は公開できません（労働基準法34条2項）。" in page
    assert browser.post("/staff/agreements", data=AGREEMENT).status_code == 303
    page = _text(browser.get("/staff/agreements"))
    assert "30時間" in page
    assert "法の上限" in page
    assert "1週40時間を超える勤務はできません" not in page


def test_an_agreement_that_ends_soon_is_said(sqlite_centre: Centre) -> None:
    agree(sqlite_centre, AgreementKind.STAGGERED_BREAKS, (YEAR[0], date(2026, 6, 30)))
    page = _text(_leader(sqlite_centre).get("/staff/agreements"))
    assert "期限切れ間近" in page
    assert "続きの協定を結び、登録してください" in page


def test_a_limit_above_the_laws_is_refused_at_its_field(sqlite_centre: Centre) -> None:
    answer = _leader(sqlite_centre).post("/staff/agreements", data={**AGREEMENT, "month_limit": "46"})
    assert answer.status_code == 422
    assert "45時間までにしてください（労働基準法36条）。" in _text(answer)
    assert 'href="#f-new-month_limit"' in _text(answer)


def test_an_agreement_is_set_aside_once(sqlite_centre: Centre) -> None:
    agreement_id, browser = agree(sqlite_centre, AgreementKind.OVERTIME), _leader(sqlite_centre)
    url = f"/staff/agreements/{agreement_id}/set-aside"
    assert [browser.post(url, data={"reason": "誤り"}).status_code for _ in range(2)] == [303, 409]
    assert "取消の理由：誤り" in _text(browser.get("/staff/agreements"))


# --- the document for the city ---


def _register(centre: Centre) -> Browser:
    add_staff(centre, "P01", "例田 みどり", kana="れいだ みどり", ends_on=MONDAY)
    add_staff(centre, "P02", "仮山 いちか", kana="かりやま いちか", starts_on=TUESDAY, trained=False)
    leader = add_staff(centre, "S01", "見本 あおい", StaffRole.SUPERVISOR, kana="わほん あおい")
    pledge(centre, leader)
    return _leader(centre)


def test_the_document_shows_the_chosen_day_the_supervisor_first_and_who_came_and_left(centre: Centre) -> None:
    browser = _register(centre)
    page = _text(browser.get("/staff/register?on=2026-06-01"))
    assert page.index("見本 あおい") < page.index("例田 みどり")
    assert "仮山 いちか" not in page
    page = _text(browser.get("/staff/register?on=2026-06-02&since=2026-06-01"))
    assert "従事開始</td>" in page
    assert "従事終了</td>" in page
    assert page.count("例田 みどり") == 1


def test_the_document_says_that_a_training_is_valid_no_more(sqlite_centre: Centre) -> None:
    staff_id = add_staff(sqlite_centre, "P01", trained=False)
    train(sqlite_centre, staff_id, date(2026, 5, 1), date(2026, 5, 31))
    browser = _leader(sqlite_centre)
    said = "業務研修の有効期限切れ（令和8年5月31日（日）まで）"
    assert said in _text(browser.get("/staff/register"))
    assert said not in _text(browser.get("/staff/register?on=2026-05-31"))


@pytest.mark.parametrize("query", ["on=2026-03-31", "on=x", "on=2026-06-01&since=2026-06-01"])
def test_a_day_that_cannot_be_is_refused_on_the_page(sqlite_centre: Centre, query: str) -> None:
    answer = _leader(sqlite_centre).get(f"/staff/register?{query}")
    assert answer.status_code == 422
    assert "error-summary" in _text(answer)


def test_each_download_is_an_entry_without_names(centre: Centre) -> None:
    browser = _register(centre)
    answer = browser.post("/staff/register/workbook", data={"on": "2026-06-02", "since": "2026-06-01"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    book = load_workbook(BytesIO(answer.data))
    cells = [str(cell.value) for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert book.sheetnames == ["業務従事者名簿", "異動"]
    assert {"見本 あおい", "仮山 いちか", "例田 みどり"} <= set(cells)
    with centre.inside():
        entries = db.session.execute(select(AuditEntry).where(AuditEntry.action == "staff_list.downloaded")).scalars()
        assert [entry.details for entry in entries] == [{"on": "2026-06-02", "count": 2}]
