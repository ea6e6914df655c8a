"""The shared kiosk from its registration to a punch, by keyboard and by its number pad."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from callcenter.accounts.passwords import hash_password
from callcenter.rosters import queries
from callcenter.rosters.records import standing_punches
from callcenter.rosters.timebook import kiosk
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.browser.centres import ServedCentre, served_centre
from tests.browser.keyboard import act_on, follow, from_menu, reach
from tests.centre import Centre
from tests.rosters.factories import MONDAY, add_staff
from tests.rosters.months.making import by

pytestmark = pytest.mark.browser
CODE, WRONG = "2580", "8061"
OWNER, OTHER = "見本 花子", "架空 一郎"
NOT_THIS = (
    "打刻できませんでした。個人コードが正しくありません。"
    "初めて使う方は、業務責任者に個人コードの登録を依頼してください。"
)
BACK_WITHIN = 20_000


@pytest.fixture
def served(sqlite_centre: Centre, browser: Browser) -> Iterator[ServedCentre]:
    """Two operators, of whom one has a personal code."""
    owner = add_staff(sqlite_centre, "P01", OWNER)
    add_staff(sqlite_centre, "P02", OTHER, kana="かくう いちろう")
    hashed = hash_password(CODE)
    with sqlite_centre.inside():
        member = queries.staff_member(sqlite_centre.contract_id, owner)
        with transaction():
            kiosk.set_code(member, hashed, by=by(sqlite_centre), at=sqlite_centre.now)
    with served_centre(sqlite_centre, browser) as running:
        yield running


@pytest.fixture
def device(served: ServedCentre) -> Page:
    """The browser that a supervisor has made the kiosk, by keyboard; nobody is signed in there any more."""
    chief = served.centre.person(Role.SUPERVISOR, name="架空 責子")
    page = served.page(chief, "/today")
    from_menu(page, "出退勤")
    follow(page, "/attendance/kiosk/devices")
    reach(page, page.get_by_label("端末の名前"))
    page.keyboard.insert_text("出入口の端末")
    act_on(page, page.get_by_role("button", name="この端末を打刻端末にする"))
    _expect_start(page)
    return page


def _expect_start(page: Page) -> None:
    expect(page).to_have_url(re.compile("/kiosk$"))
    expect(page.locator("main")).to_contain_text("自分の名前を選んでください。")
    expect(page.locator("main")).to_contain_text("この端末：出入口の端末")


def _person(page: Page, name: str) -> Locator:
    return page.get_by_role("link", name=re.compile(name))


def _code(page: Page) -> Locator:
    return page.get_by_label(re.compile("個人コード"))


def _try(page: Page, code: str) -> None:
    """Type a code where the caret stands and press Enter."""
    expect(_code(page)).to_be_focused()
    page.keyboard.type(code)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _punches(served: ServedCentre) -> list[tuple[str, str, int]]:
    centre = served.centre
    with centre.inside():
        names = {one.id: one.name for one in queries.staff_list(centre.contract_id)}
        found = standing_punches(centre.contract_id, MONDAY)
        return [(names[one.staff_id], one.kind.value, one.minute) for one in found]


def test_a_browser_becomes_a_kiosk_where_nobody_stays_signed_in(device: Page) -> None:
    device.goto("/today")
    expect(device).to_have_url(re.compile("/sign-in"))


def test_a_person_punches_in_by_keyboard_and_the_start_comes_back_by_itself(served: ServedCentre, device: Page) -> None:
    expect(_person(device, OWNER)).to_contain_text("勤務外")
    act_on(device, _person(device, OWNER))
    _try(device, CODE)
    expect(device.get_by_role("heading", level=1)).to_have_text("出勤を打刻しました")
    expect(device.get_by_role("status").filter(has_text=OWNER)).to_contain_text("9:30")
    assert _punches(served) == [(OWNER, "in", 570)]
    device.wait_for_url("**/kiosk", timeout=BACK_WITHIN)
    _expect_start(device)
    expect(_person(device, OWNER)).to_contain_text("勤務中")
    assert served.complaints == []


COUNT_WAYS_BACK = """() => {
  const ask = window.fetch;
  window.waysBack = 0;
  window.fetch = (...what) => { window.waysBack += 1; return ask(...what); };
}"""


def test_the_start_comes_back_when_a_person_goes_away_but_not_while_they_type(device: Page) -> None:
    device.clock.install()
    act_on(device, _person(device, OWNER))
    device.evaluate(COUNT_WAYS_BACK)
    for typed in ("2", "25"):
        expect(_code(device)).to_be_focused()
        device.keyboard.type(typed[-1])
        device.clock.run_for(40_000)
        expect(_code(device)).to_have_value(typed)
        assert device.evaluate("window.waysBack") == 0
    device.clock.run_for(6_000)
    _expect_start(device)


def test_the_number_pad_types_and_erases_and_several_punches_wait_for_a_choice(
    served: ServedCentre, device: Page
) -> None:
    act_on(device, _person(device, OWNER))
    _try(device, CODE)
    act_on(device, device.get_by_role("link", name="すぐに戻る"))
    served.centre.at(served.centre.now.replace(hour=3, minute=0))
    act_on(device, _person(device, OWNER))
    pad = device.get_by_role("group", name="数字ボタン")
    for name in ("2", "5", "9", "1文字消す", "8", "0"):
        pad.get_by_role("button", name=name, exact=True).click()
    expect(_code(device)).to_have_value(CODE)
    _code(device).click()
    device.keyboard.press("Enter")
    expect(device.get_by_role("button", name="退勤", exact=True)).to_be_visible()
    device.get_by_role("button", name="休憩開始", exact=True).click()
    expect(device.get_by_role("heading", level=1)).to_have_text("休憩開始を打刻しました")
    assert _punches(served) == [(OWNER, "in", 570), (OWNER, "break_start", 720)]


def test_a_wrong_code_is_told_alike_whether_there_is_a_code_or_none_and_the_next_one_typed_at_once(
    served: ServedCentre, device: Page
) -> None:
    for name in (OTHER, OWNER):
        device.goto("/kiosk")
        act_on(device, _person(device, name))
        _try(device, WRONG)
        expect(device.locator("[role=alert]").filter(has_text=NOT_THIS)).to_have_count(1)
        expect(_code(device)).to_have_value("")
        assert WRONG not in device.content()
        assert _punches(served) == []
    _try(device, CODE)
    expect(device.get_by_role("heading", level=1)).to_have_text("出勤を打刻しました")
    assert _punches(served) == [(OWNER, "in", 570)]


def test_five_wrong_codes_close_the_way_and_name_the_hour(served: ServedCentre, device: Page) -> None:
    act_on(device, _person(device, OWNER))
    for _ in range(5):
        _try(device, WRONG)
    _try(device, CODE)
    expect(device.get_by_role("alert").filter(has_text="9:45まで")).to_be_visible()
    assert _punches(served) == []
