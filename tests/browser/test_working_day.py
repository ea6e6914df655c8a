"""A working day from the first call to the city's download, as someone who has never seen the product does it."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demonstration import Demonstration

pytestmark = pytest.mark.browser
EXCHANGE_FILE = Path(__file__).parents[1] / "calls" / "exchange" / "data" / "cdr-six-calls.csv"
SHOWN = {"offered": "着信数", "answered": "応答数", "abandoned": "放棄数", "recorded": "記録件数"}
TODAY, YESTERDAY = "令和9年3月30日（火）", "令和9年3月29日（月）"
"""The demonstration's working day, still going on, and the day before, which the exchange counted whole."""


def _record_a_call(page: Page) -> int:
    """Type a call with the keyboard alone; returns its number."""
    keys = page.keyboard
    expect(page.locator("[name=phone]")).to_be_focused()
    keys.type("073-555-0123")
    keys.press("Alt+s")
    keys.insert_text("電子証明書の更新の通知が届いた。どこで手続きできるか。")
    keys.press("Alt+4")
    keys.press("2")
    keys.press("Alt+a")
    keys.insert_text("市役所の窓口で、予約なしで手続きできると案内した。")
    keys.press("Alt+g")
    keys.insert_text("電子証明書の更新場所の問合せ。窓口を案内。")
    keys.press("Alt+q")
    keys.press("Control+Enter")
    line = page.locator("#status")
    expect(line).to_contain_text("保存しました")
    expect(page.locator("[name=phone]")).to_have_value("")
    return int(re.findall(r"#(\d+)", line.inner_text())[0])


def _import_the_exchange(page: Page, day: Demonstration) -> None:
    page.goto(f"{day.address}/exchange/import")
    page.get_by_label("Asterisk").check()
    page.get_by_label("UTC").check()
    page.locator("input[type=file]").set_input_files(EXCHANGE_FILE)
    page.get_by_role("button", name="内容を確認する").click()
    expect(page.get_by_role("heading", name="取り込む内容")).to_be_visible()
    day.picture(page, "3-exchange-preview")
    page.get_by_role("button", name=re.compile("取り込む")).click()
    expect(page.locator("main")).to_contain_text("令和8年7月6日")


def _approve(page: Page, day: Demonstration, on: str) -> dict[str, str]:
    """Check a day's report, confirm what was found, approve and submit; returns the figures the page showed."""
    page.goto(f"{day.address}/reports/daily")
    page.get_by_role("link", name=re.compile(f"確認して提出する.*{on}")).click()
    while page.get_by_role("button", name="個人情報ではないと確認した").count():
        page.get_by_role("button", name="個人情報ではないと確認した").first.click()
    shown = {key: page.locator(f"[data-figure={key}]").inner_text() for key in SHOWN}
    consent = page.get_by_label(re.compile("の点を確かめました"))
    if consent.count():
        consent.check()
    day.picture(page, f"4-daily-report-{on}")
    page.get_by_role("button", name="承認して提出").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("第1版")
    return shown


def _downloaded(page: Page, day: Demonstration, on: str) -> Any:
    """The hand-over edition, taken from the list of documents."""
    page.goto(f"{day.address}/documents")
    page.get_by_role("link", name=on).first.click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile("手渡し用.*ダウンロード")).first.click()
    return openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))


def _below(sheet: Any, label: str) -> str:
    """The value printed under a label of the cover."""
    for row in sheet.iter_rows():
        for cell in row:
            if str(cell.value or "").strip() == label:
                return str(sheet.cell(cell.row + 1, cell.column).value)
    raise AssertionError(f"{label} is not on {sheet.title}")


def _printed(book: Any) -> dict[str, str]:
    """The totals as the cover prints them."""
    return {key: _below(book.worksheets[0], label) for key, label in SHOWN.items()}


def test_a_day_from_the_first_call_to_the_citys_acceptance(browser: Browser, year: Demonstration) -> None:
    operator = year.signed_in(browser, "operator1")
    operator.wait_for_selector("[name=phone]")
    year.picture(operator, "1-call-desk")
    number = _record_a_call(operator)
    operator.goto(f"{year.address}/calls")
    expect(operator.locator("main")).to_contain_text(f"#{number}")
    year.picture(operator, "2-call-list")

    supervisor = year.signed_in(browser, "supervisor")
    year.picture(supervisor, "3-today")
    _import_the_exchange(supervisor, year)
    shown = {on: _approve(supervisor, year, on) for on in (YESTERDAY, TODAY)}
    assert all(text.isdigit() for text in shown[YESTERDAY].values())

    officer = year.signed_in(browser, "officer")
    year.picture(officer, "5-documents")
    assert _printed(_downloaded(officer, year, YESTERDAY)) == shown[YESTERDAY]
    book = _downloaded(officer, year, TODAY)
    year.picture(officer, "6-document")
    assert _printed(book) == shown[TODAY]
    assert any(str(number) == str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    officer.get_by_role("button", name="受領する").click()
    expect(officer.locator("main")).to_contain_text("受領")
    year.picture(officer, "7-accepted")


def test_the_year_holds_what_a_contract_year_holds(year: Demonstration) -> None:
    import sqlite3

    with sqlite3.connect(f"file:{year.home / 'callcenter.sqlite'}?mode=ro", uri=True) as database:
        days = database.execute(
            "SELECT local_on, count(*) FROM calls WHERE state = 'saved' GROUP BY local_on"
        ).fetchall()
        categories = database.execute("SELECT count(DISTINCT category_code) FROM calls").fetchone()[0]
    months: dict[str, int] = {}
    for on, count in days:
        months[on[:7]] = months.get(on[:7], 0) + count
    assert len(days) == 243
    assert 24_900 <= sum(months.values()) <= 25_900
    assert max(months.values()) == 2_741
    assert categories == 60
