"""Targets and definitions of figures, from the contract's settings to the page of a month."""

from __future__ import annotations

import re
from datetime import date

import pytest

from callcenter.audit.service import system_actor
from callcenter.calls.exchange.history import HistoryDay, HistorySlot, load_history
from callcenter.deliveries.rules import Edition, Part
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Browser, Centre
from tests.reporting.periods.june import PAGE, built, draft_file, recorded_june, words_of

TENTH = date(2026, 6, 10)
SIGNS = {"○": "ok", "△": "warn", "×": "bad"}


def chosen(manager: Browser, name: str, value: str, effective_on: str = "2026-06-01") -> None:
    form = {"name": name, "value": value, "effective_on": effective_on}
    answer = manager.post("/contract/settings", data=form)
    assert answer.status_code == 303, answer.text


def answered(centre: Centre, offered: int, in_time: int) -> None:
    """The exchange's day of 10 June: everything in one half hour, everything answered."""
    slot = HistorySlot(600, offered, offered, 0, offered * 9, offered * 99, in_time)
    rest = [HistorySlot(start, 0, 0, 0, 0, 0, 0) for start in range(510, 1035, 30) if start != 600]
    with centre.inside(), transaction():
        day = HistoryDay(TENTH, (slot, *rest))
        load_history([day], source_name="交換機", by=system_actor(centre.contract_id), at=centre.now)


def target_of(page: str, key: str) -> tuple[str, str, str, str]:
    """(value, badge, sign, word and target) as the head of the page shows them."""
    (row,) = re.findall(rf'<b data-figure="{key}">.*?</li>', page, re.DOTALL)
    (value,) = re.findall(r"<b[^>]*>([^<]+)</b>", row)
    ((badge, sign, word),) = re.findall(r'badge badge-(\w+)"><span aria-hidden="true">(.)</span>(\w+)', row)
    return value, badge, sign, word


@pytest.mark.parametrize(
    ("target", "badge", "sign", "word"),
    [("60", "ok", "○", "達成"), ("65", "warn", "△", "あと少し"), ("90", "bad", "×", "未達")],
)
def test_a_target_is_shown_with_colour_sign_and_word(
    sqlite_centre: Centre, target: str, badge: str, sign: str, word: str
) -> None:
    supervisor = recorded_june(sqlite_centre)
    answered(sqlite_centre, 100, 61)
    manager = sqlite_centre.person(Role.CONTRACT_MANAGER).client()
    chosen(manager, "target_service_level", target)
    page = supervisor.client().get(PAGE).text
    assert target_of(page, "service_level") == ("61.0%", badge, sign, word)
    assert f"目標 {target}.0%以上" in page


def test_a_target_that_changed_within_the_month_is_told_with_its_day(sqlite_centre: Centre) -> None:
    supervisor = recorded_june(sqlite_centre)
    manager = sqlite_centre.person(Role.CONTRACT_MANAGER).client()
    chosen(manager, "target_answer_rate", "95", "2026-06-15")
    chosen(manager, "target_answer_rate", "99", "2026-07-01")
    browser = supervisor.client()
    page = browser.get(PAGE).text
    assert "目標 95.0%以上" in page
    said = "は令和8年6月15日から95に変わりました（それまでは90）。期間の最後の日の値を用いています。"
    assert said in page
    built(sqlite_centre, browser)
    assert said in words_of(draft_file(browser, Edition.NETWORK, Part.WORKBOOK).data)


@pytest.mark.parametrize("base", ["着信数", "応答数"])
def test_how_the_service_level_is_computed_stands_on_page_and_sheet(sqlite_centre: Centre, base: str) -> None:
    supervisor = recorded_june(sqlite_centre)
    manager = sqlite_centre.person(Role.CONTRACT_MANAGER).client()
    chosen(manager, "service_level_seconds", "30")
    chosen(manager, "service_level_base", base)
    browser = supervisor.client()
    built(sqlite_centre, browser)
    page = browser.get(PAGE).text
    assert "サービスレベル（30秒）" in page
    for words in (page, words_of(draft_file(browser, Edition.NETWORK, Part.WORKBOOK).data)):
        assert f"30秒以内に応答した件数 ÷ {base}" in words
