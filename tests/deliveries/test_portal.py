from __future__ import annotations

import hashlib
import re
from datetime import date

import pytest
from msgspec.structs import replace
from sqlalchemy import update

from callcenter.audit import queries as log
from callcenter.deliveries import queries, service
from callcenter.deliveries.filters import choices_of, filter_from, span_of
from callcenter.deliveries.models import DeliveryFile
from callcenter.deliveries.rules import Edition, Kind, State
from callcenter.errors import AppError, Conflict, InvalidInput
from callcenter.extensions import db
from callcenter.web.access import Role
from callcenter.web.pagination import Page
from callcenter.web.transaction import transaction
from reports.period import Span
from tests.centre import Centre, Person
from tests.deliveries.factories import submission, submitted


@pytest.fixture
def supervisor(centre: Centre) -> Person:
    return centre.person(Role.SUPERVISOR, name="見本 責任者")


@pytest.fixture
def officer(centre: Centre) -> Person:
    return centre.person(Role.CITY_OFFICER, name="例田 職員")


def test_the_city_downloads_exactly_the_bytes_that_were_submitted(
    centre: Centre, supervisor: Person, officer: Person
) -> None:
    version = submitted(centre, supervisor)
    answer = officer.client().get(f"/documents/{version}/files/handover")
    assert answer.status_code == 200
    assert answer.data == b"handover 1"
    with centre.inside():
        files = queries.files_of(centre.contract_id, version)
        assert hashlib.sha256(answer.data).hexdigest() in {file.sha256 for file in files}


def test_each_download_is_an_entry_of_the_log(centre: Centre, supervisor: Person, officer: Person) -> None:
    version = submitted(centre, supervisor)
    client = officer.client()
    for _ in range(2):
        client.get(f"/documents/{version}/files/network")
    with centre.inside():
        entries = log.history_of(centre.contract_id, "delivery_version", str(version))
    assert [entry.action for entry in entries] == ["report.submitted", "report.downloaded", "report.downloaded"]
    assert entries[-1].user_id == officer.user_id


def test_the_officer_accepts_and_the_state_is_shown(centre: Centre, supervisor: Person, officer: Person) -> None:
    version = submitted(centre, supervisor)
    answer = officer.client().post(f"/documents/{version}/decision", data={"decision": "accepted"})
    assert answer.status_code == 303
    assert "受領" in officer.client().get(f"/documents/{version}").text
    with centre.inside():
        assert queries.version(centre.contract_id, version).state is State.ACCEPTED


def test_sending_back_without_a_reason_keeps_the_page(centre: Centre, supervisor: Person, officer: Person) -> None:
    version = submitted(centre, supervisor)
    answer = officer.client().post(f"/documents/{version}/decision", data={"decision": "sent_back"})
    assert answer.status_code == 422
    assert "差し戻す理由" in answer.text


def test_an_individual_number_in_the_comment_is_refused(centre: Centre, supervisor: Person, officer: Person) -> None:
    from callcenter.protection.mynumber import check_digit

    eleven = "12345678901"
    number = f"{eleven}{check_digit(eleven)}"
    version = submitted(centre, supervisor)
    answer = officer.client().post(
        f"/documents/{version}/decision", data={"decision": "sent_back", "comment": f"番号は{number}です"}
    )
    assert answer.status_code == 422
    assert number not in answer.text


def test_a_correction_is_a_new_version_and_the_old_one_is_no_longer_decided(
    centre: Centre, supervisor: Person, officer: Person
) -> None:
    first = submitted(centre, supervisor)
    second = submitted(centre, supervisor, number=2, note="着信数を直した")
    client = officer.client()
    assert client.post(f"/documents/{first}/decision", data={"decision": "accepted"}).status_code == 409
    assert "着信数を直した" in client.get(f"/documents/{second}").text
    listed = client.get("/documents").text
    assert f'value="{second}"' in listed
    assert f'value="{first}"' not in listed
    assert re.search(f'前の版</summary>.*/documents/{first}"', listed, re.DOTALL)


def test_a_decision_that_came_too_late_says_so_and_keeps_the_comment(
    centre: Centre, supervisor: Person, officer: Person
) -> None:
    version = submitted(centre, supervisor)
    client = officer.client()
    client.post(f"/documents/{version}/decision", data={"decision": "accepted"})
    answer = client.post(f"/documents/{version}/decision", data={"decision": "sent_back", "comment": "合計が違います"})
    assert answer.status_code == 409
    assert "この版は「受領」になっています。" in answer.text
    assert "合計が違います" in answer.text
    with centre.inside():
        assert queries.version(centre.contract_id, version).comment == ""


def test_two_approvals_at_once_leave_one_version(centre: Centre, supervisor: Person) -> None:
    submitted(centre, supervisor)
    with centre.inside(), pytest.raises(Conflict), transaction():
        service.submit(submission(centre), by=supervisor.actor, at=centre.now)


def test_bytes_that_were_changed_are_never_handed_out(centre: Centre, supervisor: Person, officer: Person) -> None:
    version = submitted(centre, supervisor)
    with centre.inside():
        with transaction():
            db.session.execute(update(DeliveryFile).values(sealed=b"\x01\x00\x01" + b"0" * 60))
        with pytest.raises(AppError), transaction():
            service.download(version, Edition.HANDOVER, by=officer.actor, at=centre.now)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMINISTRATOR])
def test_others_do_not_see_delivered_documents(centre: Centre, supervisor: Person, role: Role) -> None:
    version = submitted(centre, supervisor)
    client = centre.person(role).client()
    for url in ("/documents", f"/documents/{version}", f"/documents/{version}/files/handover"):
        assert client.get(url).status_code == 403


def test_asking_about_a_file_without_fetching_it_is_no_download(
    centre: Centre, supervisor: Person, officer: Person
) -> None:
    version = submitted(centre, supervisor)
    assert officer.client().http.head(f"/documents/{version}/files/handover").status_code == 405
    with centre.inside():
        assert not log.page_of_entries(log.LogFilter(centre.contract_id, action="report.downloaded"), Page())[0]


def test_the_officer_sees_what_waits_and_the_viewer_only_that_it_does(
    centre: Centre, supervisor: Person, officer: Person
) -> None:
    assert "確認を待っている報告書はありません" in officer.client().get("/documents").text
    version = submitted(centre, supervisor)
    page = officer.client().get("/documents").text
    assert "確認を待っている報告書が1件" in page
    assert re.search(rf'button-primary" href="/documents/{version}"', page)
    seen = centre.person(Role.CITY_VIEWER).client().get("/documents").text
    assert "確認を待っている報告書が1件" in seen
    assert "button-primary" not in seen.partition("<main")[2].partition("</main>")[0]


def test_a_version_that_was_replaced_is_said_to_be(centre: Centre, supervisor: Person, officer: Person) -> None:
    first = submitted(centre, supervisor)
    submitted(centre, supervisor, number=2, note="直した")
    assert "差替え済み" in officer.client().get(f"/documents/{first}").text


def test_a_viewer_reads_but_does_not_decide(centre: Centre, supervisor: Person) -> None:
    version = submitted(centre, supervisor)
    viewer = centre.person(Role.CITY_VIEWER).client()
    assert viewer.get(f"/documents/{version}").status_code == 200
    assert viewer.post(f"/documents/{version}/decision", data={"decision": "accepted"}).status_code == 403


def test_another_citys_staff_never_find_it(centre: Centre, supervisor: Person) -> None:
    version = submitted(centre, supervisor)
    with centre.inside():
        other = centre.new_contract("OTHER")
    stranger = centre.person(Role.CITY_OFFICER, contract_id=other)
    browser = centre.browser()
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = centre.open_session(stranger, other)
    assert browser.get(f"/documents/{version}").status_code == 404
    assert browser.get(f"/documents/{version}/files/handover").status_code == 404


# --- what the list is narrowed by ---


def test_a_fiscal_year_and_a_month_are_spans() -> None:
    assert span_of("2026") == Span(date(2026, 4, 1), date(2027, 3, 31))
    assert span_of("2028-02") == Span(date(2028, 2, 1), date(2028, 2, 29))


@pytest.mark.parametrize("wrong", ["26", "2026-13", "2026-00", "2026-6", "２０２６", "9999", "2026-06-01"])
def test_any_other_period_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidInput) as error:
        filter_from({"period": wrong})
    assert set(error.value.errors) == {"period"}


def test_march_belongs_to_the_fiscal_year_before() -> None:
    years = choices_of((date(2027, 3, 31), date(2027, 4, 1)))
    assert [(year.code, [code for code, _ in year.months]) for year in years] == [
        ("2027", ["2027-04"]),
        ("2026", ["2027-03"]),
    ]
    assert choices_of(None) == []


@pytest.mark.parametrize(
    ("query", "is_listed"),
    [
        ("", True),
        ("?kind=daily", True),
        ("?kind=monthly", False),
        ("?period=2026", True),
        ("?period=2025", False),
        ("?period=2026-06&state=submitted", True),
        ("?period=2026-05", False),
        ("?state=accepted", False),
    ],
)
def test_the_list_shows_what_was_asked_for(
    centre: Centre, supervisor: Person, officer: Person, query: str, is_listed: bool
) -> None:
    version = submitted(centre, supervisor)
    page = officer.client().get(f"/documents{query}").text
    assert (f'value="{version}"' in page) is is_listed


def test_a_version_shows_what_it_was_counted_by_and_what_is_different(
    centre: Centre, supervisor: Person, officer: Person
) -> None:
    new = replace(
        submission(centre),
        figures={
            "answer_rate": {"label": "応答率", "state": "value", "value": 0.9, "text": "90.0%"},
            "category.0401": {"label": "カード本体の更新", "state": "value", "value": 3, "text": "3"},
        },
        definitions={
            "formulas": {"answer_rate": {"label": "応答率", "formula": "応答数 ÷ 着信数"}},
            "targets": [{"key": "answer_rate", "value": 0.9, "at_least": True, "near": 0.05}],
            "bundle": {"number": 2, "sheets": [{"key": "cover", "columns": []}]},
        },
        differences=["応答率：89.0% → 90.0%"],
    )
    with centre.inside(), transaction():
        version = service.submit(new, by=supervisor.actor, at=centre.now)
    page = officer.client().get(f"/documents/{version}").text
    for words in ("応答数 ÷ 着信数", "90.0%以上", "第2版", "応答率：89.0% → 90.0%", "カード本体の更新"):
        assert words in page


def test_the_centre_finds_what_was_submitted_beside_its_other_reports(centre: Centre, supervisor: Person) -> None:
    page = supervisor.client().get("/documents").text
    tabs = page[page.index("日報") : page.index("送付先")]
    assert "月報・年報" in tabs
    assert "提出済み報告書" in tabs


def test_the_officer_is_told_what_accepting_a_notice_means(centre: Centre, supervisor: Person, officer: Person) -> None:
    with centre.inside(), transaction():
        notice = service.submit(replace(submission(centre), kind=Kind.NOTICE), by=supervisor.actor, at=centre.now)
    report = submitted(centre, supervisor)
    browser = officer.client()
    assert "契約書第11条による履行の確認" in browser.get(f"/documents/{notice}").text
    assert "契約書第11条による履行の確認" not in browser.get(f"/documents/{report}").text


def test_the_waiting_are_one_step_away(centre: Centre, supervisor: Person, officer: Person) -> None:
    submitted(centre, supervisor)
    browser = officer.client()
    assert 'href="/documents?state=submitted"' in browser.get("/documents").text
    assert "だけを表示する" not in browser.get("/documents?state=submitted").text
