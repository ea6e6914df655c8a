"""A month by keyboard alone: built, looked at, approved, sent back, submitted anew, accepted; then paid for."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from callcenter.deliveries.rules import Kind, State
from callcenter.jobs.ports import HANDLERS, Progress, RunningJob
from callcenter.jobs.rules import JobKind
from callcenter.jobs.running import run_waiting
from callcenter.reporting.periods.building import FROM_PERCENT
from callcenter.web.access import Role
from tests.browser.centres import ServedCentre, served_centre
from tests.browser.keyboard import act_on, follow, from_menu, reach, type_date
from tests.centre import Centre, Person
from tests.reporting.completion.factories import FEE, set_up
from tests.reporting.periods.june import another_call, recorded_june, versions

pytestmark = pytest.mark.browser
NAME, MONTH = "月次実績報告書　令和8年6月", "令和8年6月"
NAMED = "架空太郎様のカード更新"
REMARK = "カードの更新の問合せが増えました。"
WHY = "件数を確かめてください。"
NOTE = "記録の漏れを1件加えました。"
WORKS_WITHIN = 60_000


@dataclass
class Gate:
    """The product's own work, held at its first file until the test has seen it on the page."""

    app: Flask
    opened: threading.Event = field(default_factory=threading.Event)

    def __call__(self, job: RunningJob, progress: Progress) -> Any:
        from callcenter.reporting.periods import building

        def held(percent: int, step: str) -> None:
            progress(percent, step)
            if percent >= FROM_PERCENT:
                self.opened.wait(WORKS_WITHIN / 1000)

        return building.build_period(job, held)


@contextmanager
def held_at_the_first_file(app: Flask) -> Iterator[Gate]:
    """A worker beside the pages, whose building of months waits."""
    handlers, gate = app.extensions[HANDLERS], Gate(app)
    app.extensions[HANDLERS] = {**handlers, JobKind.BUILD_MONTHLY: gate}
    worker = threading.Thread(target=run_waiting, args=(app,), name="worker of a browser test", daemon=True)
    worker.start()
    try:
        yield gate
    finally:
        gate.opened.set()
        worker.join(WORKS_WITHIN / 1000)
        app.extensions[HANDLERS] = handlers


@dataclass
class Story:
    """The served centre on 2 July, and who acts."""

    served: ServedCentre
    chief: Person
    manager: Person
    officer: Person

    @property
    def centre(self) -> Centre:
        return self.served.centre

    def states(self, kind: Kind = Kind.MONTHLY) -> list[State]:
        return [one.state for one in versions(self.centre, kind)]


@pytest.fixture
def story(sqlite_centre: Centre, browser: Browser) -> Iterator[Story]:
    """A June with two calls, one of whose texts seems to name a person; the contract's particulars are set."""
    chief = recorded_june(sqlite_centre, report_text=NAMED, complaint=True)
    manager = sqlite_centre.person(Role.CONTRACT_MANAGER, name="契約 かなめ")
    set_up(sqlite_centre, manager)
    officer = sqlite_centre.person(Role.CITY_OFFICER, name="承認 つかさ")
    with served_centre(sqlite_centre, browser) as served:
        yield Story(served, chief, manager, officer)
        assert served.complaints == []


def test_a_month_goes_from_its_records_to_the_citys_acceptance_by_keyboard(story: Story) -> None:
    page = story.served.page(story.chief, "/today")
    _open_the_month(page)
    _build_and_watch(page, story)
    _remark(page)
    _confirm_what_was_found(page)
    _build_anew(page, story)
    _approve(page, story, 1)
    assert story.states() == [State.SUBMITTED]

    city = story.served.page(story.officer, "/documents")
    _open_the_document(city)
    assert _total(_downloaded(city)) == 2
    _decide(city, "差し戻す", WHY)
    assert story.states() == [State.SENT_BACK]

    another_call(story.centre, category="0302")
    page.reload()
    _see_what_the_city_said_and_what_changed(page)
    _build_anew(page, story)
    _approve(page, story, 2, NOTE)
    assert story.states() == [State.SUBMITTED, State.SENT_BACK]

    _open_the_document(city)
    _read_the_differences(city)
    assert _total(_downloaded(city)) == 3
    _decide(city, "受領する")
    assert story.states() == [State.ACCEPTED, State.SENT_BACK]
    page.reload()
    expect(page.locator("main")).to_contain_text("第2版を提出済みです（受領）。")


def test_a_month_is_notified_confirmed_claimed_and_paid_by_keyboard(story: Story) -> None:
    page = story.served.page(story.manager, "/today")
    from_menu(page, "報告書")
    follow(page, "/completion")
    act_on(page, page.get_by_role("link", name=MONTH, exact=True))
    _submit_document(page, "notice", "承認して提出")
    expect(page.locator("main")).to_contain_text("完了通知書を提出しました")
    assert story.states(Kind.NOTICE) == [State.SUBMITTED]

    city = story.served.page(story.officer, "/documents")
    _open_the_document(city)
    expect(city.get_by_role("heading", level=1)).to_contain_text("履行完了通知書")
    _decide(city, "受領する")

    page.reload()
    _submit_document(page, "invoice", "承認して請求")
    expect(page.locator("main")).to_contain_text("請求書を提出しました")
    expect(page.locator("#payments")).to_contain_text(f"{FEE:,}円")
    _record_the_payment(page, story)
    expect(page.get_by_role("heading", level=1)).to_contain_text("入金済み")


# --- the supervisor ---


def _open_the_month(page: Page) -> None:
    from_menu(page, "報告書")
    follow(page, "/reports/periods")
    act_on(page, page.get_by_role("link", name=MONTH, exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)


def _build_and_watch(page: Page, story: Story) -> None:
    """Ask for the draft, see how far it is, and see it ready without a key pressed."""
    expect(page.locator("#draft")).to_contain_text("まだ作成していません")
    act_on(page, page.get_by_role("button", name="案を作成する"))
    line = page.locator("#draft .job")
    expect(line).to_contain_text("0%")
    with held_at_the_first_file(story.centre.app) as gate:
        expect(line.locator("progress")).to_have_js_property("value", FROM_PERCENT)
        expect(line).to_contain_text("作成しています")
        gate.opened.set()
        _see_the_draft(page)
    expect(line).to_have_count(0)


def _see_the_draft(page: Page) -> None:
    expect(page.locator("#draft")).to_contain_text("今の記録と同じ内容です", timeout=WORKS_WITHIN)


def _build_anew(page: Page, story: Story) -> None:
    act_on(page, page.get_by_role("button", name="案を作り直す"))
    run_waiting(story.centre.app)
    _see_the_draft(page)


def _remark(page: Page) -> None:
    box = page.get_by_label("総括の所見", exact=True)
    reach(page, box)
    page.keyboard.insert_text(REMARK)
    act_on(page, page.get_by_role("button", name="所見（総括）を保存する"))
    expect(box).to_have_value(REMARK)


def _confirm_what_was_found(page: Page) -> None:
    checks = page.locator("#checks")
    expect(checks).to_contain_text("提出できません")
    expect(checks.locator("mark")).to_have_count(1)
    act_on(page, checks.get_by_role("button", name=re.compile("個人情報ではないと確認した")))
    expect(checks.locator("mark")).to_have_count(0)
    expect(checks).not_to_contain_text("提出できません")


def _approve(page: Page, story: Story, number: int, note: str = "") -> None:
    """Approve, and see the city have it without a key pressed."""
    if note:
        reach(page, page.get_by_label(re.compile("変更点")))
        page.keyboard.insert_text(note)
    reach(page, page.get_by_label(re.compile("の点を確かめました")))
    page.keyboard.press("Space")
    act_on(page, page.get_by_role("button", name="承認して提出"))
    expect(page.locator("#approval")).to_contain_text("承認しました")
    run_waiting(story.centre.app)
    expect(page.locator("main")).to_contain_text(f"第{number}版を提出済みです", timeout=WORKS_WITHIN)


def _see_what_the_city_said_and_what_changed(page: Page) -> None:
    expect(page.locator("main")).to_contain_text(f"市からの差戻し理由：{WHY}")
    expect(page.locator("#changes")).to_contain_text("記録件数：2 → 3")


# --- the city ---


def _open_the_document(page: Page) -> None:
    page.goto("/documents")
    act_on(page, page.locator("main").get_by_role("link", name=re.compile("確認する")).first)
    expect(page.get_by_role("heading", level=1)).to_contain_text(MONTH)


def _downloaded(page: Page) -> Any:
    reach(page, page.get_by_role("link", name="手渡し用（Excel）をダウンロード"))
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    return openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))


def _total(book: Any) -> int:
    """The records of the month as the summary prints them."""
    for row in book["総括"].iter_rows():
        values = [cell.value for cell in row if cell.value is not None]
        if values and values[0] == "記録件数":
            return int(values[1])
    raise AssertionError("the summary has no line for the records")


def _read_the_differences(page: Page) -> None:
    section = page.get_by_role("region", name="前の版との違い")
    expect(section).to_contain_text("記録件数：2 → 3")
    expect(page.locator("main")).to_contain_text(NOTE)


def _decide(page: Page, button: str, comment: str = "") -> None:
    if comment:
        reach(page, page.locator("form[action$='/decision']").get_by_label("コメント"))
        page.keyboard.insert_text(comment)
    act_on(page, page.get_by_role("button", name=button, exact=True))
    expect(page.get_by_role("button", name=button, exact=True)).to_have_count(0)


# --- notice, invoice, payment ---


def _submit_document(page: Page, section: str, button: str) -> None:
    part: Locator = page.locator(f"#{section}")
    consent = part.get_by_label(re.compile("の点を確かめました"))
    if consent.count():
        reach(page, consent)
        page.keyboard.press("Space")
    act_on(page, part.get_by_role("button", name=button))


def _record_the_payment(page: Page, story: Story) -> None:
    type_date(page, page.get_by_label("入金日"), story.centre.now.date())
    act_on(page, page.get_by_role("button", name="入金を記録する"))
    expect(page.locator("main")).to_contain_text("入金を記録しました")
