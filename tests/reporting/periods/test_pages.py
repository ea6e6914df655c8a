"""The list of periods and a period's page: what is shown to whom, and addresses that lead nowhere."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from callcenter.contracts import service as contracts
from callcenter.deliveries.rules import Edition, Part
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from reports.period import Span
from tests.centre import MONDAY_MORNING, Centre
from tests.reporting.periods.june import (
    PAGE,
    another_call,
    approve,
    built,
    draft,
    draft_file,
    recorded_june,
    sent_back,
    shown,
    submitted,
    words_of,
    work,
)

LIST = "/reports/periods"
READ = [LIST, f"{LIST}/open?period_from=2026-06-01&period_to=2026-06-05", PAGE, f"{PAGE}/draft/handover/workbook"]
WRITE = [f"{PAGE}/{act}" for act in ("build", "comments", "findings", "approve")]
LEADERS_ACTS = {f"{PAGE}/build"}


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CITY_OFFICER, Role.CITY_VIEWER, Role.ADMINISTRATOR])
def test_only_the_centres_leaders_see_drafts(sqlite_centre: Centre, role: Role) -> None:
    browser = sqlite_centre.person(role).client()
    assert [browser.get(address).status_code for address in READ] == [403] * len(READ)
    assert [browser.post(address).status_code for address in WRITE] == [403] * len(WRITE)
    assert draft(sqlite_centre) is None


def test_the_contract_manager_sees_and_builds_and_does_not_approve(sqlite_centre: Centre) -> None:
    recorded_june(sqlite_centre)
    browser = sqlite_centre.person(Role.CONTRACT_MANAGER).client()
    built(sqlite_centre, browser)
    page = browser.get(PAGE).text
    assert "承認して提出するのは業務責任者です" in page
    assert 'name="seen"' not in page
    refused = [browser.post(address).status_code for address in WRITE if address not in LEADERS_ACTS]
    assert refused == [403] * len(refused)


def test_nobody_without_a_session_sees_anything(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.browser()
    assert all(browser.get(address).status_code in {302, 303, 401} for address in READ)


@pytest.mark.parametrize(
    "address",
    [
        f"{LIST}/weekly/2026-06-01/2026-06-30",
        f"{LIST}/daily/2026-06-01/2026-06-01",
        f"{LIST}/monthly/2026-06-02/2026-06-30",
        f"{LIST}/monthly/2026-06-01/2026-06-29",
        f"{LIST}/monthly/2026-03-01/2026-03-31",
        f"{LIST}/monthly/2026-08-01/2026-08-31",
        f"{LIST}/annual/2026-06-01/2026-06-30",
        f"{LIST}/annual/2027-04-01/2028-03-31",
        f"{LIST}/term/2026-06-05/2026-06-01",
        f"{LIST}/term/2026-03-31/2026-06-01",
        f"{LIST}/term/2026-06-01/2027-04-01",
        f"{LIST}/term/2026-07-02/2026-07-03",
        f"{LIST}/monthly/today/2026-06-30",
        f"{LIST}/monthly/2026-06-31/2026-06-30",
    ],
)
def test_an_address_that_is_no_period_of_the_contract_has_no_page(sqlite_centre: Centre, address: str) -> None:
    browser = recorded_june(sqlite_centre).client()
    assert browser.get(address).status_code in {404, 422}


def test_the_list_says_for_each_month_what_is_to_be_done(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    browser = supervisor.client()
    assert _step(browser.get(LIST).text, "令和8年6月") == "案を作成してください"
    assert _step(browser.get(LIST).text, "令和8年7月") == "期間の途中です"
    built(centre, browser)
    assert _step(browser.get(LIST).text, "令和8年6月") == "点検して、承認してください"
    approve(browser)
    assert _step(browser.get(LIST).text, "令和8年6月") == "承認した内容を提出しています"
    work(centre)
    assert _step(browser.get(LIST).text, "令和8年6月") == "市の判定を待っています"


def test_the_list_says_what_the_city_decided(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    version, officer = submitted(centre, supervisor), centre.person(Role.CITY_OFFICER)
    sent_back(officer, version.id)
    assert _step(supervisor.client().get(LIST).text, "令和8年6月") == "差戻しです。直して提出してください"


def _step(page: str, name: str) -> str:
    """What the last cell of a period's row says, the name of the period for screen readers left out."""
    row = page[page.index(f">{name}</a>") :].split("</tr>")[0]
    last = re.sub(r'<span class="(?:visually-hidden|badge-mark)"[^>]*>[^<]*</span>', "", row.split("<td>")[-1])
    return re.sub(r"<[^>]+>", "", last).strip()


@pytest.mark.parametrize("drafted", [False, True], ids=["to_build", "to_approve"])
def test_what_is_ours_to_do_leads_to_the_page_where_it_is_done(sqlite_centre: Centre, drafted: bool) -> None:
    browser = recorded_june(sqlite_centre).client()
    if drafted:
        built(sqlite_centre, browser)
    row = browser.get(LIST).text.split(">令和8年6月</a>")[1].split("</tr>")[0]
    assert f'<td><a href="{PAGE}">' in row


def test_months_come_newest_first_with_their_records(sqlite_centre: Centre) -> None:
    page = recorded_june(sqlite_centre).client().get(LIST).text
    months = re.findall(r">(令和8年\d+月)</a></th>\s*<td class=\"num\">(\d+)</td>", page)
    assert months == [("令和8年7月", "0"), ("令和8年6月", "2"), ("令和8年5月", "0"), ("令和8年4月", "0")]


def test_any_span_of_the_contract_is_opened_by_its_days(sqlite_centre: Centre) -> None:
    browser = recorded_june(sqlite_centre).client()
    answer = browser.get(f"{LIST}/open?period_from=2026-06-08&period_to=2026-06-12")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"{LIST}/term/2026-06-08/2026-06-12")
    assert shown(browser.get(answer.headers["Location"]).text)["recorded"] == "2"


@pytest.mark.parametrize(
    ("from_on", "to_on", "words"),
    [
        ("2026-06-12", "2026-06-08", "はじめの日以後"),
        ("2026-03-31", "2026-06-08", "契約期間"),
        ("2026-06-08", "2027-04-01", "契約期間"),
        ("", "2026-06-08", "はじめの日を入力"),
        ("2026-06-08", "2026-02-30", "終わりの日を入力"),
    ],
)
def test_days_that_are_no_span_are_refused_and_stay(
    sqlite_centre: Centre, from_on: str, to_on: str, words: str
) -> None:
    browser = recorded_june(sqlite_centre).client()
    refused = browser.get(f"{LIST}/open?period_from={from_on}&period_to={to_on}")
    assert refused.status_code == 422
    assert words in refused.text
    assert f'value="{to_on}"' in refused.text


def test_before_the_contract_begins_the_list_says_so(sqlite_centre: Centre) -> None:
    sqlite_centre.at(MONDAY_MORNING - timedelta(days=90))
    page = sqlite_centre.person(Role.SUPERVISOR).client().get(LIST).text
    assert "契約期間がまだ始まっていません" in page


def test_a_contract_that_begins_in_mid_month_has_pages_for_what_it_has_of_it(sqlite_centre: Centre) -> None:
    centre = sqlite_centre
    with centre.inside():
        centre.contract_id = centre.new_contract("R8B", starts_on=date(2026, 5, 18), ends_on=date(2026, 6, 12))
    browser = centre.person(Role.SUPERVISOR).client()
    page = browser.get(LIST).text
    for code, span in (
        ("monthly", Span(date(2026, 6, 1), date(2026, 6, 12))),
        ("monthly", Span(date(2026, 5, 18), date(2026, 5, 31))),
        ("annual", Span(date(2026, 5, 18), date(2026, 6, 12))),
        ("term", Span(date(2026, 5, 18), date(2026, 6, 12))),
    ):
        address = f"{LIST}/{code}/{span.from_on}/{span.to_on}"
        assert f'href="{address}"' in page
        assert browser.get(address).status_code == 200


def test_open_points_lead_to_their_days(centre: Centre) -> None:
    page = recorded_june(centre).client().get(PAGE).text
    assert "日次実績報告書を提出していない開庁日が" in page
    assert 'href="/reports/daily/2026-06-10"' in page
    assert 'href="/exchange/day?on=2026-06-10"' in page


def test_the_page_says_where_a_figure_stands_against_its_target(sqlite_centre: Centre) -> None:
    page = recorded_june(sqlite_centre).client().get(PAGE).text
    targets = page[page.index('id="targets-head"') : page.index('id="draft-head"')]
    assert "完結率" in targets
    assert "○</span>達成" in targets
    assert "―</span>判定なし" in targets
    assert "目標 85.0%以上" in targets


def test_tables_behind_the_figures_are_on_the_page(sqlite_centre: Centre) -> None:
    page = recorded_june(sqlite_centre).client().get(PAGE).text
    for words in ("6月10日（水）", "時間帯×曜日", "分類の順位", "苦情・困難事例等（1件）", "最少人数を下回った日"):
        assert words in page


def test_the_build_button_asks_for_one_job_however_often_it_is_pressed(sqlite_centre: Centre) -> None:
    browser = recorded_june(sqlite_centre).client()
    assert browser.post(f"{PAGE}/build").status_code == 303
    assert browser.post(f"{PAGE}/build").status_code == 303
    assert "data-job-active" in browser.get(PAGE).text
    assert work(sqlite_centre) == 1


def test_another_contracts_period_is_none_of_ours(sqlite_centre: Centre) -> None:
    supervisor = recorded_june(sqlite_centre)
    built(sqlite_centre, supervisor.client())
    with sqlite_centre.inside():
        other = sqlite_centre.new_contract("R8X", city_name="別の架空市")
    stranger = sqlite_centre.person(Role.SUPERVISOR, contract_id=other)
    browser = sqlite_centre.browser()
    token = sqlite_centre.open_session(stranger, other)
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = token
    page = browser.get(PAGE)
    assert page.status_code == 200
    assert shown(page.text)["recorded"] == "0"
    assert browser.get(f"{PAGE}/draft/handover/workbook").status_code == 404


def test_what_changed_after_the_submission_is_listed(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    submitted(centre, supervisor)
    assert "提出したあとに変わったところ" not in supervisor.client().get(PAGE).text
    another_call(centre)
    page = supervisor.client().get(PAGE).text
    assert "第1版を提出したあとに変わったところ" in page
    assert "記録件数：2 → 3" in page


def test_a_permission_of_the_city_lets_texts_go_by_network(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    with centre.inside(), transaction():
        permission = contracts.NewPermission("network_texts", date(2026, 6, 1), "市民課長")
        contracts.record_permission(permission, by=supervisor.actor, at=centre.now)
    browser = supervisor.client()
    built(centre, browser)
    assert "予約の変更" in words_of(draft_file(browser, Edition.NETWORK, Part.WORKBOOK).data)
