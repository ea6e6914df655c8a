"""The month from notice to payment, on both databases: who may do what, in which order, and what is refused."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select

from callcenter.audit.models import AuditEntry
from callcenter.deliveries import queries as delivered
from callcenter.deliveries.rules import Edition, Kind, Part, State
from callcenter.extensions import db
from callcenter.protection.mynumber import check_digit
from callcenter.reporting.completion import queries
from callcenter.reporting.completion.models import Invoice, Payment, Reduction
from callcenter.web.access import Role
from tests.centre import MONDAY_MORNING, Centre, Person
from tests.reporting.completion.factories import (
    FEE,
    JUNE,
    LAST_OF_JUNE,
    PAGE,
    claimed,
    confirmed,
    decide,
    newest,
    noon,
    pay,
    reduce,
    seen,
    send,
    set_up,
    setting,
    staffed,
    words,
)

LEADERS = {Role.SUPERVISOR, Role.CONTRACT_MANAGER}
MONEY = {Role.CONTRACT_MANAGER}
SOME = "00000000-0000-7000-8000-000000000000"
ROUTES = [
    ("GET", "/completion", LEADERS),
    ("GET", PAGE, LEADERS),
    ("GET", f"{PAGE}/draft/notice/workbook", LEADERS),
    ("POST", f"{PAGE}/notice", LEADERS),
    ("POST", f"{PAGE}/invoice", MONEY),
    ("POST", f"{PAGE}/reductions", MONEY),
    ("POST", f"{PAGE}/payments", MONEY),
    ("POST", f"{PAGE}/reductions/{SOME}/set-aside", MONEY),
    ("POST", f"{PAGE}/payments/{SOME}/set-aside", MONEY),
]


@pytest.fixture
def manager(centre: Centre) -> Person:
    return centre.person(Role.CONTRACT_MANAGER, name="見本 契約")


@pytest.fixture
def quick(sqlite_centre: Centre) -> Person:
    """The contract manager of a centre on SQLite only."""
    return sqlite_centre.person(Role.CONTRACT_MANAGER, name="見本 契約")


def count(centre: Centre, table: Any) -> int:
    with centre.inside():
        return db.session.execute(select(func.count()).select_from(table)).scalar_one()


# --- who may ---


@pytest.mark.parametrize(("method", "url", "may"), ROUTES)
def test_each_page_opens_to_its_roles_only(sqlite_centre: Centre, method: str, url: str, may: set[Role]) -> None:
    for role in Role:
        browser = sqlite_centre.person(role).client()
        found = browser.get(url) if method == "GET" else browser.post(url, data={})
        assert (found.status_code == 403) == (role not in may), (role, found.status_code)


def test_every_route_of_completion_is_in_the_table(sqlite_centre: Centre) -> None:
    found = [
        method
        for rule in sqlite_centre.app.url_map.iter_rules()
        if rule.endpoint.startswith("completion.")
        for method in (rule.methods or set()) & {"GET", "POST"}
    ]
    assert sorted(found) == sorted(method for method, _, _ in ROUTES)


def test_the_supervisor_submits_the_notice_and_sees_no_form_for_money(sqlite_centre: Centre, quick: Person) -> None:
    set_up(sqlite_centre, quick)
    browser = sqlite_centre.person(Role.SUPERVISOR, name="見本 責任者").client()
    assert send(browser, "notice").status_code == 303
    page = browser.get(PAGE).get_data(as_text=True)
    assert "/reductions" not in page
    assert "請求書は契約管理者が提出します。" in page


# --- notice → confirmation → invoice → payment ---


def test_a_month_is_noticed_confirmed_claimed_and_paid(centre: Centre, manager: Person) -> None:
    set_up(centre, manager)
    browser = manager.client()
    assert "通知 未提出" in words(browser.get(PAGE))
    assert send(browser, "notice").status_code == 303
    assert "市の確認待ち" in words(browser.get(PAGE))
    decide(centre, Kind.NOTICE)
    assert "請求 未提出" in words(browser.get(PAGE))
    assert send(browser, "invoice").status_code == 303
    assert "入金待ち" in words(browser.get(PAGE))
    assert pay(browser).status_code == 303
    assert "入金済み" in words(browser.get(PAGE))
    assert newest(centre, Kind.INVOICE).figures["claim"]["text"] == "1,980,000円"


def test_both_documents_stand_before_the_city_in_both_editions(centre: Centre, manager: Person) -> None:
    claimed(centre, manager)
    officer = centre.person(Role.CITY_VIEWER, name="例田 閲覧")
    for kind in (Kind.NOTICE, Kind.INVOICE):
        version = newest(centre, kind)
        with centre.inside():
            files = delivered.files_of(centre.contract_id, version.id)
        assert {(one.edition, one.part) for one in files} == {(e, p) for e in Edition for p in Part}
        answer = officer.client().get(f"/documents/{version.id}/files/network")
        assert answer.status_code == 200
        assert officer.client().get(f"/documents/{version.id}").status_code == 200


def test_no_persons_name_leaves_in_the_network_edition(sqlite_centre: Centre, quick: Person) -> None:
    browser = confirmed(sqlite_centre, quick)
    assert reduce(browser, decided_by="例田課長").status_code == 303
    send(browser, "invoice")
    for kind in (Kind.NOTICE, Kind.INVOICE):
        version = newest(sqlite_centre, kind)
        for part in Part:
            url = f"/documents/{version.id}/files/{{}}" + ("" if part is Part.WORKBOOK else f"/{part.value}")
            handed, sent = (_all_text(browser.get(url.format(one)).data) for one in ("handover", "network"))
            assert "見本 契約" in handed
            assert "架空 太郎" in handed
            assert not any(name in sent for name in ("見本 契約", "架空 太郎", "例田", "に相当する額"))


def _all_text(content: bytes) -> str:
    with ZipFile(io.BytesIO(content)) as package:
        return "".join(package.read(name).decode() for name in package.namelist() if name.endswith(".xml"))


def test_the_notice_says_what_the_records_say(centre: Centre, manager: Person) -> None:
    set_up(centre, manager)
    staffed(centre)
    send(manager.client(), "notice")
    figures = newest(centre, Kind.NOTICE).figures
    assert {key: figure["text"] for key, figure in figures.items()} == {
        "open_days": "22日",
        "recorded": "0件",
        "offered": "未計測",
        "daily": "0日分",
        "monthly": "0件",
        "below": "60分",
    }


def test_every_act_is_an_entry_of_the_log(sqlite_centre: Centre, quick: Person) -> None:
    browser = claimed(sqlite_centre, quick)
    reduce(browser)
    pay(browser)
    browser.get(f"{PAGE}/draft/invoice/paper")
    with sqlite_centre.inside():
        recorded = set(db.session.execute(select(AuditEntry.action)).scalars())
    assert {"report.submitted", "reduction.recorded", "payment.recorded", "report.draft_downloaded"} <= recorded


# --- what stops a notice ---


def test_a_month_that_goes_on_has_no_notice(centre: Centre, manager: Person) -> None:
    set_up(centre, manager)
    centre.at(noon(LAST_OF_JUNE))
    answer = send(manager.client(), "notice")
    assert answer.status_code == 409
    assert "月が終わっていません" in words(answer)
    assert count(centre, Invoice) == 0
    centre.at(noon(LAST_OF_JUNE + timedelta(days=1)))
    assert send(manager.client(), "notice").status_code == 303


@pytest.mark.parametrize("month", ["2026-03", "2027-04", "2026-07", "2026-13", "june"])
def test_a_month_outside_the_contract_or_to_come_is_not_found(sqlite_centre: Centre, quick: Person, month: str) -> None:
    sqlite_centre.at(MONDAY_MORNING)
    assert quick.client().get(f"/completion/{month}").status_code == 404


def test_warnings_want_a_mark_and_what_was_typed_stays(sqlite_centre: Centre, quick: Person) -> None:
    set_up(sqlite_centre, quick)
    answer = send(quick.client(), "notice", consent="")
    assert answer.status_code == 422
    assert "印を付けてから" in words(answer)


def test_a_notice_that_is_not_what_was_seen_is_refused(centre: Centre, manager: Person) -> None:
    set_up(centre, manager)
    answer = send(manager.client(), "notice", seen="0" * 64)
    assert answer.status_code == 409
    assert "記録が変わりました" in words(answer)


def test_the_same_notice_sent_twice_is_submitted_once(centre: Centre, manager: Person) -> None:
    set_up(centre, manager)
    browser = manager.client()
    page = browser.get(PAGE).get_data(as_text=True)
    data = {"seen": seen(page, "notice"), "consent": "1"}
    answers = [browser.post(f"{PAGE}/notice", data=data).status_code for _ in range(2)]
    assert answers == [303, 409]
    assert newest(centre, Kind.NOTICE).number == 1


def test_a_second_notice_says_what_changed(sqlite_centre: Centre, quick: Person) -> None:
    set_up(sqlite_centre, quick)
    browser = quick.client()
    send(browser, "notice")
    decide(sqlite_centre, Kind.NOTICE, State.SENT_BACK, "下回った時間を確かめてください。")
    assert "通知 差戻し" in words(browser.get(PAGE))
    assert send(browser, "notice").status_code == 422
    staffed(sqlite_centre)
    assert send(browser, "notice", change_note="打刻の訂正を反映しました。").status_code == 303
    version = newest(sqlite_centre, Kind.NOTICE)
    assert (version.number, version.change_note) == (2, "打刻の訂正を反映しました。")
    assert list(version.differences) == ["最少人数を下回った時間：11,550分 → 60分"]


@pytest.mark.parametrize("note", ["山田様の件を直しました。", "090-1234-5678に連絡しました。"])
def test_a_change_note_that_names_somebody_does_not_leave(sqlite_centre: Centre, quick: Person, note: str) -> None:
    set_up(sqlite_centre, quick)
    browser = quick.client()
    send(browser, "notice")
    answer = send(browser, "notice", change_note=note)
    assert answer.status_code == 422
    assert "個人情報らしい語" in words(answer)


# --- what stops an invoice ---


def test_without_the_citys_confirmation_nothing_is_claimed(centre: Centre, manager: Person) -> None:
    set_up(centre, manager)
    browser = manager.client()
    assert send(browser, "invoice").status_code == 409
    send(browser, "notice")
    waiting = send(browser, "invoice")
    assert (waiting.status_code, "まだ確認していません" in words(waiting)) == (409, True)
    decide(centre, Kind.NOTICE, State.SENT_BACK, "確かめてください。")
    back = send(browser, "invoice")
    assert (back.status_code, "差し戻されています" in words(back)) == (409, True)
    assert count(centre, Invoice) == 0


def test_a_newer_notice_that_waits_takes_the_confirmation_away(sqlite_centre: Centre, quick: Person) -> None:
    browser = confirmed(sqlite_centre, quick)
    send(browser, "notice", change_note="打刻の訂正を反映しました。")
    assert send(browser, "invoice").status_code == 409


def test_without_a_fee_the_page_says_where_to_set_it(sqlite_centre: Centre, quick: Person) -> None:
    set_up(sqlite_centre, quick, fee=None)
    browser = quick.client()
    send(browser, "notice")
    decide(sqlite_centre, Kind.NOTICE)
    answer = send(browser, "invoice")
    assert answer.status_code == 409
    assert "契約の設定の「委託金の月額（円、税込み）」" in words(answer)


def test_the_fee_of_the_months_last_day_is_claimed(centre: Centre, manager: Person) -> None:
    browser = confirmed(centre, manager)
    setting(centre, manager, "monthly_fee_yen", ["2090000"], date(2026, 6, 16))
    setting(centre, manager, "monthly_fee_yen", ["2200000"], date(2026, 7, 1))
    assert "月の途中で委託金の月額が変わっています" in words(browser.get(PAGE))
    assert send(browser, "invoice").status_code == 303
    assert newest(centre, Kind.INVOICE).figures["fee"]["value"] == 2_090_000


def test_part_of_a_month_is_claimed_whole_with_a_warning(sqlite_centre: Centre) -> None:
    contract = _contract_from(sqlite_centre, date(2026, 6, 15))
    manager = sqlite_centre.person(Role.CONTRACT_MANAGER, name="見本 契約", contract_id=contract)
    sqlite_centre.contract_id = contract
    set_up(sqlite_centre, manager)
    setting(sqlite_centre, manager, "monthly_fee_yen", [str(FEE)], date(2026, 6, 15))
    page = words(manager.client().get(PAGE))
    assert "日割りはしません" in page
    assert "12 日" in page


def _contract_from(centre: Centre, starts_on: date) -> Any:
    with centre.app.app_context():
        return centre.new_contract("R8B", starts_on=starts_on)


def test_a_claim_is_due_thirty_days_later(centre: Centre, manager: Person) -> None:
    claimed(centre, manager)
    with centre.inside():
        (claim,) = queries.invoices_of(centre.contract_id, JUNE, JUNE)[JUNE]
    assert (claim.claimed_on, claim.due_on) == (date(2026, 7, 2), date(2026, 8, 1))
    assert claim.version_id == newest(centre, Kind.INVOICE).id


def test_a_corrected_invoice_is_a_new_version_and_its_claim_rules(centre: Centre, manager: Person) -> None:
    browser = claimed(centre, manager)
    pay(browser, yen="1,000,000")
    reduce(browser)
    assert "今の月額・減額が違います" in words(browser.get(PAGE))
    assert send(browser, "invoice").status_code == 422
    centre.at(noon(date(2026, 7, 6)))
    browser = manager.client()
    assert send(browser, "invoice", change_note="市の決定により減額しました。").status_code == 303
    version = newest(centre, Kind.INVOICE)
    assert "減額：0円 → 12,345円" in version.differences
    page = words(browser.get(PAGE))
    assert "支払期限 令和8年8月5日（水）" in page
    assert f"未入金 {FEE - 12_345 - 1_000_000:,}円" in page


def test_an_invoice_that_was_sent_back_is_not_overdue(sqlite_centre: Centre, quick: Person) -> None:
    claimed(sqlite_centre, quick)
    decide(sqlite_centre, Kind.INVOICE, State.SENT_BACK, "減額を反映してください。")
    sqlite_centre.at(noon(date(2026, 9, 1)))
    page = words(quick.client().get("/completion"))
    assert "請求 差戻し" in page
    assert "期限超過" not in page


def test_the_invoice_is_refused_when_a_reduction_came_between(centre: Centre, manager: Person) -> None:
    browser = confirmed(centre, manager)
    page = browser.get(PAGE).get_data(as_text=True)
    reduce(browser)
    answer = browser.post(f"{PAGE}/invoice", data={"seen": seen(page, "invoice"), "consent": "1"})
    assert answer.status_code == 409
    assert count(centre, Invoice) == 0


def test_a_reduction_that_comes_while_the_files_are_built_stops_the_invoice(
    sqlite_centre: Centre, quick: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from callcenter.reporting.completion import documents

    browser = confirmed(sqlite_centre, quick)
    build, other = documents.submission, quick.client()

    def slowly(*args: Any, **named: Any) -> Any:
        built = build(*args, **named)
        monkeypatch.setattr(documents, "submission", build)
        assert reduce(other).status_code == 303
        return built

    monkeypatch.setattr(documents, "submission", slowly)
    assert send(browser, "invoice").status_code == 409
    assert count(sqlite_centre, Invoice) == 0


# --- reductions ---


def test_a_reduction_keeps_what_the_records_said(centre: Centre, manager: Person) -> None:
    set_up(centre, manager)
    staffed(centre)
    assert reduce(manager.client()).status_code == 303
    with centre.inside():
        (found,) = queries.reductions_of(centre.contract_id, JUNE)
    (day,) = found.evidence.days
    assert (day.on, day.minutes, found.evidence.minutes) == (date(2026, 6, 3), 60, 60)
    assert (day.stretches[0].start_minute, day.stretches[0].end_minute, day.stretches[0].fewest) == (720, 780, 1)
    assert len(found.evidence.unsubmitted) == 22


def test_the_evidence_is_an_annex_of_the_invoice(sqlite_centre: Centre, quick: Person) -> None:
    browser = confirmed(sqlite_centre, quick)
    staffed(sqlite_centre)
    reduce(browser)
    send(browser, "invoice")
    version = newest(sqlite_centre, Kind.INVOICE)
    text = _all_text(browser.get(f"/documents/{version.id}/files/handover").data)
    assert "減額の根拠" in text
    assert "令和8年6月3日（水）" in text
    assert "12:00～13:00 在席1名" in text


def test_reductions_never_exceed_the_fee(centre: Centre, manager: Person) -> None:
    set_up(centre, manager)
    browser = manager.client()
    assert reduce(browser, yen=str(FEE - 100)).status_code == 303
    answer = reduce(browser, yen="101")
    assert answer.status_code == 422
    assert "あと 100 円まで" in words(answer)
    assert "最少人数を下回った時間に相当する額" in answer.get_data(as_text=True)
    assert reduce(browser, yen="１００円").status_code == 303


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"yen": "-1"}, "金額"),
        ({"yen": ""}, "金額"),
        ({"yen": "1.5"}, "金額"),
        ({"reason": ""}, "理由"),
        ({"reason": "あ" * 301}, "理由"),
        ({"reason": "山田様の件"}, "理由"),
        ({"decided_by": " "}, "決定した人（市）"),
        ({"decided_on": "2026-07-03"}, "決定日"),
        ({"decided_on": "2026-05-31"}, "決定日"),
        ({"decided_on": ""}, "決定日"),
    ],
)
def test_a_reduction_with_a_fault_is_refused_by_field(
    sqlite_centre: Centre, quick: Person, changes: dict[str, str], field: str
) -> None:
    set_up(sqlite_centre, quick)
    answer = reduce(quick.client(), **changes)
    assert answer.status_code == 422
    assert field in words(answer)
    assert count(sqlite_centre, Reduction) == 0


def test_an_individual_number_is_refused_in_every_text(sqlite_centre: Centre, quick: Person) -> None:
    number = f"12345678901{check_digit('12345678901')}"
    browser = claimed(sqlite_centre, quick)
    for answer in (
        reduce(browser, reason=number),
        reduce(browser, decided_by=number),
        pay(browser, note=number),
        send(browser, "invoice", change_note=number),
        send(browser, "notice", change_note=number),
    ):
        assert answer.status_code == 422
        assert number not in answer.get_data(as_text=True)


def test_the_same_form_sent_twice_is_one_reduction(centre: Centre, manager: Person) -> None:
    set_up(centre, manager)
    browser, key = manager.client(), str(uuid4())
    assert [reduce(browser, idempotency_key=key).status_code for _ in range(2)] == [303, 303]
    assert count(centre, Reduction) == 1


def test_a_reduction_set_aside_counts_no_more_and_stays(centre: Centre, manager: Person) -> None:
    set_up(centre, manager)
    browser = manager.client()
    reduce(browser)
    with centre.inside():
        (found,) = queries.reductions_of(centre.contract_id, JUNE)
    url = f"{PAGE}/reductions/{found.id}/set-aside"
    assert browser.post(url, data={"because": ""}).status_code == 422
    assert browser.post(url, data={"because": "額の誤り"}).status_code == 303
    assert browser.post(url, data={"because": "もう一度"}).status_code == 409
    assert reduce(browser, yen=str(FEE)).status_code == 303
    assert "額の誤り" in words(browser.get(PAGE))


def test_a_reduction_waits_for_the_end_of_the_month(sqlite_centre: Centre, quick: Person) -> None:
    set_up(sqlite_centre, quick)
    sqlite_centre.at(noon(LAST_OF_JUNE))
    assert reduce(quick.client(), decided_on="2026-06-30").status_code == 409


# --- payments ---


def test_a_late_month_is_overdue_in_words_with_its_interest(centre: Centre, manager: Person) -> None:
    claimed(centre, manager)
    centre.at(noon(date(2026, 8, 1)))
    assert "期限超過" not in words(manager.client().get("/completion"))
    centre.at(noon(date(2026, 8, 20)))
    page = words(manager.client().get("/completion"))
    assert "期限超過" in page
    assert "19日超過" in page
    assert f"{FEE * 19 * 25 // 365_000:,}" in page


def test_partial_payments_are_taken_in_order_of_their_date(centre: Centre, manager: Person) -> None:
    claimed(centre, manager)
    centre.at(noon(date(2026, 8, 31)))
    browser = manager.client()
    assert pay(browser, paid_on="2026-08-21", yen="480,000").status_code == 303
    assert pay(browser, paid_on="2026-08-11", yen="1,500,000").status_code == 303
    owed = (FEE * 10 + 480_000 * 10) * 25 // 365_000
    page = words(browser.get(PAGE))
    assert "入金済み" in page
    assert f"遅延賠償金の見込み {owed:,}円" in page


@pytest.mark.parametrize(
    ("changes", "words_"),
    [
        ({"paid_on": "2026-07-03"}, "先の日付"),
        ({"paid_on": "2026-07-01"}, "請求した日より前"),
        ({"yen": "1,980,001"}, "未入金の額は 1,980,000 円"),
        ({"yen": "0"}, "金額を円の整数で"),
        ({"note": "あ" * 201}, "200文字以内"),
    ],
)
def test_a_payment_with_a_fault_is_refused(
    sqlite_centre: Centre, quick: Person, changes: dict[str, str], words_: str
) -> None:
    browser = claimed(sqlite_centre, quick)
    answer = pay(browser, **changes)
    assert answer.status_code == 422
    assert words_ in words(answer)
    assert count(sqlite_centre, Payment) == 0


def test_nothing_is_paid_for_what_was_not_claimed(sqlite_centre: Centre, quick: Person) -> None:
    assert pay(confirmed(sqlite_centre, quick)).status_code == 409


def test_the_same_payment_sent_twice_is_one(centre: Centre, manager: Person) -> None:
    browser, key = claimed(centre, manager), str(uuid4())
    assert [pay(browser, idempotency_key=key).status_code for _ in range(2)] == [303, 303]
    assert count(centre, Payment) == 1


def test_a_payment_set_aside_is_unpaid_again(centre: Centre, manager: Person) -> None:
    browser = claimed(centre, manager)
    pay(browser)
    with centre.inside():
        (found,) = queries.payments_of(centre.contract_id, JUNE, JUNE)[JUNE]
    answer = browser.post(f"{PAGE}/payments/{found.id}/set-aside", data={"because": "別の月の入金"})
    assert answer.status_code == 303
    assert "入金待ち" in words(browser.get(PAGE))


def test_another_contracts_records_are_not_found(sqlite_centre: Centre, quick: Person) -> None:
    browser = claimed(sqlite_centre, quick)
    reduce(browser)
    with sqlite_centre.inside():
        (found,) = queries.reductions_of(sqlite_centre.contract_id, JUNE)
    other = _contract_from(sqlite_centre, date(2026, 4, 1))
    sqlite_centre.contract_id = other
    stranger = sqlite_centre.person(Role.CONTRACT_MANAGER, contract_id=other).client()
    answer = stranger.post(f"{PAGE}/reductions/{found.id}/set-aside", data={"because": "誤り"})
    assert answer.status_code == 404


@pytest.mark.parametrize("kind", ["reductions", "payments"])
def test_a_record_is_set_aside_on_the_page_of_its_own_month_only(
    sqlite_centre: Centre, quick: Person, kind: str
) -> None:
    browser = claimed(sqlite_centre, quick)
    assert (reduce(browser).status_code, pay(browser).status_code) == (303, 303)
    with sqlite_centre.inside():
        (reduction,) = queries.reductions_of(sqlite_centre.contract_id, JUNE)
        (payment,) = queries.payments_of(sqlite_centre.contract_id, JUNE, JUNE)[JUNE]
    found = reduction.id if kind == "reductions" else payment.id
    address = f"{kind}/{found}/set-aside"
    assert browser.post(f"/completion/2026-05/{address}", data={"because": "誤り"}).status_code == 404
    assert browser.post(f"{PAGE}/{address}", data={"because": "誤り"}).status_code == 303


# --- drafts, and the list ---


@pytest.mark.parametrize("document", ["notice", "invoice"])
def test_a_draft_is_marked_and_says_so_in_its_name(sqlite_centre: Centre, quick: Person, document: str) -> None:
    browser = confirmed(sqlite_centre, quick)
    for part in Part:
        answer = browser.get(f"{PAGE}/draft/{document}/{part.value}")
        assert answer.status_code == 200
        assert "%E6%A1%88" in answer.headers["Content-Disposition"]
        assert "案" in _all_text(answer.data)


def test_no_draft_of_an_invoice_that_cannot_be_made(sqlite_centre: Centre, quick: Person) -> None:
    set_up(sqlite_centre, quick)
    assert quick.client().get(f"{PAGE}/draft/invoice/workbook").status_code == 409
    assert quick.client().get(f"{PAGE}/draft/nothing/workbook").status_code == 404
    assert quick.client().http.head(f"{PAGE}/draft/notice/workbook").status_code == 405


def test_the_list_holds_the_months_that_have_begun_newest_first(sqlite_centre: Centre, quick: Person) -> None:
    set_up(sqlite_centre, quick)
    page = words(quick.client().get("/completion"))
    places = [page.index(f"令和8年{month}月 ") for month in (7, 6, 5, 4)]
    assert places == sorted(places)
    assert "令和8年8月" not in page


def test_before_the_contract_begins_the_list_says_when(sqlite_centre: Centre, quick: Person) -> None:
    sqlite_centre.at(noon(date(2026, 3, 31)))
    assert "契約期間はまだ始まっていません" in words(quick.client().get("/completion"))
