"""A month's roster by keyboard alone: built, fixed, published, repaired after an absence, told in the day's report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from callcenter.clock import clock_label
from callcenter.rosters import attendance, queries
from callcenter.rosters.attendance import Entry
from callcenter.rosters.months.judging import month_shortages
from callcenter.rosters.months.rules import Cell, by_cell, differences, encoded
from callcenter.rosters.rules import PunchKind, StaffRole
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from reports.wareki import span
from scheduling.shifts import ShiftTimes
from tests.browser.centres import ServedCentre, served_centre
from tests.browser.keyboard import act_on, choose, follow, from_menu, reach, type_date, type_time
from tests.centre import Centre, Person
from tests.rosters.factories import add_staff, at
from tests.rosters.months.making import MORNING, agree, by, cells, facts, july, live, put, start, versions

pytestmark = pytest.mark.browser
OPERATORS = ("見本 花子", "例田 みどり", "仮名 一郎", "試野 次郎", "雛形 三郎", "案山 佳代")
ILL_FROM, ILL_TO = july(8), july(9)
CHANGED_ON = july(10)
BUILDS_WITHIN = 60_000
# The kind of shift that keeps all the work of what stands in the cell, so that nobody is missed at lunch.
DIGIT = {"": "1", "510-750": "3", "750-1035": "1"}
KIND = {"1": "510-1035/660-720", "2": "510-1035/720-780", "3": "510-1035/780-840"}
TOO_LONG = "18:30"
EARLIER, LONGER = 5, 2
"""Minutes that everybody comes before their shift and stays after it."""
REASON = "急な病気のため、代わりの人に変えました。"


@dataclass
class Story:
    """The centre, its supervisor, and where the supervisor is looking now."""

    served: ServedCentre
    chief: Person
    names: dict[UUID, str] = field(default_factory=dict)

    @property
    def centre(self) -> Centre:
        return self.served.centre

    @property
    def operators(self) -> list[UUID]:
        return [staff_id for staff_id, name in self.names.items() if name in OPERATORS]


@pytest.fixture
def story(sqlite_centre: Centre, browser: Browser) -> Iterator[Story]:
    """Six operators, a supervisor and a deputy, trained; lunch may be taken in turns (Labour Standards Act 34(2))."""
    agree(sqlite_centre)
    chief = sqlite_centre.person(Role.SUPERVISOR, name="架空 責子")
    with served_centre(sqlite_centre, browser) as served:
        told = Story(served, chief)
        told.names[add_staff(sqlite_centre, "P01", chief.name, StaffRole.SUPERVISOR, chief)] = chief.name
        told.names[add_staff(sqlite_centre, "P02", "副田 正", StaffRole.DEPUTY)] = "副田 正"
        for number, name in enumerate(OPERATORS, 3):
            told.names[add_staff(sqlite_centre, f"P{number:02}", name)] = name
        yield told
        assert served.complaints == []


def test_a_month_is_built_fixed_and_published_by_keyboard_and_an_absence_changes_only_what_it_must(
    story: Story,
) -> None:
    page = story.served.page(story.chief, "/today")
    _open_the_coming_month(page)
    _build(page)
    held = _fix(page, story)
    changed = _change(page, story)
    _see_a_violation_come_and_go(page, changed)
    shown = _shown(page)
    _publish(page, 1)
    published = live(story.centre)
    assert {key: encoded(shifts) for key, shifts in by_cell(published).items()} == shown

    story.centre.at(at("7:30", ILL_FROM))
    ill = _somebody_needed(story, held)
    page = story.served.page(story.chief, "/today")
    _enter_illness(page, story.names[ill])
    _replan(page)
    _publish(page, 3, REASON)
    repaired = live(story.centre)
    _only_what_must(story, ill, published, repaired)
    assert versions(story.centre)[0].reason == REASON

    _work(story, ILL_FROM, repaired)
    told = _told(story, ILL_FROM, repaired)
    assert story.names[ill] not in {name for name, _, _ in told}
    page = story.served.page(story.chief, "/today")
    from_menu(page, "報告書")
    act_on(page, page.get_by_role("link", name=re.compile("令和8年7月8日")))
    assert _read_the_report(page) == told
    from_menu(page, "出退勤")
    assert _read_the_board(page) == told


def test_cells_are_filled_copied_cleared_and_brought_back_by_keyboard(story: Story) -> None:
    start(story.centre, empty=True)
    page = story.served.page(story.chief, "/roster/month?month=2026-07")
    first, second = story.operators[:2]
    _walk_to(page, _cell(page, first, july(1)))
    _press(page, "2", "Shift+ArrowRight", "Control+c", "ArrowLeft", "ArrowDown", "Control+v")
    filled = {(first, july(1)): KIND["2"], (second, july(1)): KIND["2"]}
    _saved_as(page, story, filled)
    _press(page, "Shift+ArrowUp", "Delete")
    _saved_as(page, story, {})
    _press(page, "Control+z")
    _saved_as(page, story, filled)
    _press(page, "Control+z", "Control+z")
    _saved_as(page, story, {})
    page.keyboard.press("Control+z")
    expect(page.locator("#status")).to_have_text("元に戻す変更はありません")


def test_what_was_changed_in_the_dialog_is_taken_back_too(story: Story) -> None:
    start(story.centre, empty=True)
    page, someone = story.served.page(story.chief, "/roster/month?month=2026-07"), story.operators[0]
    _walk_to(page, _cell(page, someone, july(1)))
    _press(page, "2")
    _saved_as(page, story, {(someone, july(1)): KIND["2"]})
    page.keyboard.press("Enter")
    dialog = page.locator("#cell-dialog")
    type_time(page, dialog.get_by_label("終業").first, TOO_LONG)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    page.keyboard.press("Control+z")
    _saved_as(page, story, {(someone, july(1)): KIND["2"]})


def test_the_people_of_a_day_are_shown_by_a_key_and_the_focus_stays(story: Story) -> None:
    start(story.centre, empty=True)
    page = story.served.page(story.chief, "/roster/month?month=2026-07")
    cell = _cell(page, story.operators[0], july(3))
    _walk_to(page, cell)
    page.keyboard.press("d")
    expect(page.locator("#coverage-head")).to_have_text("令和8年7月3日（金）の人数")
    expect(cell).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#cell-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#cell-dialog")).to_be_hidden()
    expect(cell).to_be_focused()


def test_what_somebody_else_saved_meanwhile_is_not_overwritten_and_is_said(story: Story) -> None:
    start(story.centre, empty=True)
    page = story.served.page(story.chief, "/roster/month?month=2026-07")
    one, other = story.operators[:2]
    put(story.centre, one, july(1), MORNING)
    _walk_to(page, _cell(page, other, july(1)))
    page.keyboard.press("2")
    expect(page.locator("#status-alert")).to_contain_text("ほかの人が先に")
    expect(_cell(page, one, july(1))).to_have_attribute("data-value", "510-750")
    expect(_cell(page, other, july(1))).to_have_attribute("data-value", "")
    _press(page, "2")
    _saved_as(page, story, {(one, july(1)): "510-750", (other, july(1)): KIND["2"]})
    story.served.forgive("409")


def _press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def _saved_as(page: Page, story: Story, wanted: dict[tuple[UUID, date], str]) -> None:
    """Until the grid, drawn anew from what is saved, shows these shifts and no others."""
    expect(page.locator("a.mc:not([data-value=''])")).to_have_count(len(wanted))
    _saved(page)
    kept = cells(story.centre, versions(story.centre)[0].id)
    assert {key: encoded(shifts) for key, shifts in by_cell(kept).items()} == wanted


# --- getting there ---


def _open_the_coming_month(page: Page) -> None:
    from_menu(page, "シフト")
    choose(page, page.get_by_label("月", exact=True), "令和8年7月")
    act_on(page, page.get_by_role("button", name="表示"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("令和8年7月")
    act_on(page, page.get_by_role("button", name="空の案を作る"))
    expect(page.get_by_role("grid")).to_be_visible()


def _build(page: Page) -> None:
    expect(page.locator(".month-state")).to_contain_text("最少人員を下回る日")
    reach(page, page.get_by_role("button", name="自動作成"))
    with page.expect_navigation(timeout=BUILDS_WITHIN):
        page.keyboard.press("Enter")
    expect(page.locator(".month-state")).to_contain_text("公開できない所はありません")
    expect(page.locator(".month-state")).to_contain_text("最少人員を満たしています")


# --- the grid ---


def _cell(page: Page, staff_id: UUID, on: date) -> Locator:
    return page.locator(f"tr[data-staff='{staff_id}'] a.mc[data-on='{on}']")


PLACE = """cell => [cell.closest("tr").rowIndex, cell.closest("td").cellIndex]"""


def _walk_to(page: Page, target: Locator) -> None:
    """Into the grid by Tab, then over it by the arrows."""
    standing = page.locator("a.mc[tabindex='0']")
    reach(page, standing)
    (row, column), (to_row, to_column) = standing.evaluate(PLACE), target.evaluate(PLACE)
    for _ in range(abs(to_row - row)):
        page.keyboard.press("ArrowDown" if to_row > row else "ArrowUp")
    for _ in range(abs(to_column - column)):
        page.keyboard.press("ArrowRight" if to_column > column else "ArrowLeft")
    expect(target).to_be_focused()


def _value(cell: Locator) -> str:
    return cell.get_attribute("data-value") or ""


def _saved(page: Page) -> None:
    """Until what was pressed is saved, and the answer drawn into the grid."""
    expect(page.locator("#status")).to_have_text(re.compile("^保存しました"))


def _fix(page: Page, story: Story) -> UUID:
    """Fix the day of somebody who is on duty; returns who it is."""
    held = next(one for one in story.operators if _value(_cell(page, one, ILL_FROM)))
    cell = _cell(page, held, ILL_FROM)
    before = _value(cell)
    _walk_to(page, cell)
    page.keyboard.press("f")
    expect(cell.locator(".mc-fixed")).to_have_text("固")
    _saved(page)
    assert _value(cell) == before
    return held


def _change(page: Page, story: Story) -> Locator:
    """Give somebody another kind of shift by its digit; returns the cell."""
    person = next(one for one in story.operators if _value(_cell(page, one, CHANGED_ON)) in DIGIT)
    cell = _cell(page, person, CHANGED_ON)
    digit = DIGIT[_value(cell)]
    _walk_to(page, cell)
    page.keyboard.press(digit)
    expect(cell).to_have_attribute("data-value", KIND[digit])
    expect(cell.locator("b")).to_have_text("日")
    _saved(page)
    expect(cell).to_be_focused()
    return cell


def _see_a_violation_come_and_go(page: Page, cell: Locator) -> None:
    kind = _value(cell)
    page.keyboard.press("Enter")
    dialog = page.locator("#cell-dialog")
    expect(dialog).to_be_visible()
    type_time(page, dialog.get_by_label("終業").first, TOO_LONG)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(cell).to_be_focused()
    expect(cell.locator(".mc-word")).to_have_text("■")
    expect(cell).to_have_attribute("title", re.compile("8時間"))
    expect(page.locator(".month-state")).to_contain_text("公開できない所 1件")
    expect(page.locator("#findings-head + .month-findings")).to_contain_text("労働基準法")
    page.keyboard.press({value: digit for digit, value in KIND.items()}[kind])
    expect(cell.locator(".mc-word")).to_have_count(0)
    expect(page.locator(".month-state")).to_contain_text("公開できない所はありません")
    expect(cell).to_have_attribute("data-value", kind)


CELLS = """cells => cells.map(cell => [cell.closest("tr").dataset.staff, cell.dataset.on, cell.dataset.value])"""


def _shown(page: Page) -> dict[tuple[UUID, date], str]:
    """The shifts that the grid shows."""
    _saved(page)
    found = page.locator("a.mc").evaluate_all(CELLS)
    return {(UUID(staff_id), date.fromisoformat(on)): value for staff_id, on, value in found if value}


# --- publishing, absence, repair ---


def _publish(page: Page, number: int, reason: str = "") -> None:
    if reason:
        reach(page, page.get_by_label(re.compile("変えた理由")))
        page.keyboard.insert_text(reason)
    act_on(page, page.get_by_role("button", name=f"第{number}版として公開する"))
    expect(page.locator("main")).to_contain_text(f"第{number}版を公開しました")


def _somebody_needed(story: Story, held: UUID) -> UUID:
    """An operator whose day is not fixed and without whom the first day is short."""
    month, cells = facts(story.centre), live(story.centre)
    for one in story.operators:
        left = [cell for cell in cells if cell.staff_id != one]
        if one != held and ILL_FROM in {day.day.on for day in month_shortages(month, left)}:
            return one
    raise AssertionError("the roster has more people than it needs: nobody is missed")


def _enter_illness(page: Page, name: str) -> None:
    from_menu(page, "シフト")
    follow(page, "/roster/leave")
    choose(page, page.get_by_label("対象の人"), name)
    choose(page, page.get_by_label("種類"), "病気休暇・欠勤")
    type_date(page, page.get_by_label("終わりの日"), ILL_TO)
    reach(page, page.get_by_label("メモ"))
    page.keyboard.insert_text("朝、本人から電話がありました。")
    act_on(page, page.get_by_role("button", name="休みを登録する"))
    expect(page.locator("main")).to_contain_text("休みを承認し、令和8年7月8日（水）")


def _replan(page: Page) -> None:
    follow(page, "/roster/month")
    expect(page.locator(".month-state")).to_contain_text("最少人員を下回る日")
    act_on(page, page.get_by_role("button", name="いまの予定から案を作る"))
    reach(page, page.get_by_role("button", name="再計画"))
    with page.expect_navigation(timeout=BUILDS_WITHIN):
        page.keyboard.press("Enter")
    expect(page.get_by_role("table")).to_contain_text("7月8日")
    act_on(page, page.get_by_role("button", name="この変更を案に入れる"))
    expect(page.locator(".month-state")).to_contain_text("最少人員を満たしています")


def _only_what_must(story: Story, ill: UUID, before: tuple[Cell, ...], after: tuple[Cell, ...]) -> None:
    """The ill person's days are free, the days that were short without them have one other change each, and nothing
    else is different."""
    away = {ILL_FROM + timedelta(days=number) for number in range((ILL_TO - ILL_FROM).days + 1)}
    left = tuple(cell for cell in before if not (cell.staff_id == ill and cell.on in away))
    short = [one.day.on for one in month_shortages(facts(story.centre), left)]
    assert [one for one in after if one.staff_id == ill and one.on in away] == []
    assert [one.on for one in differences(left, after)] == short
    assert set(short) <= away


# --- the day itself ---


def _punches(times: ShiftTimes) -> Iterator[tuple[int, PunchKind]]:
    yield times.span.start - EARLIER, PunchKind.IN
    for rest in times.breaks:
        yield rest.start, PunchKind.BREAK_START
        yield rest.end, PunchKind.BREAK_END
    yield times.span.end + LONGER, PunchKind.OUT


def _work(story: Story, on: date, cells: tuple[Cell, ...]) -> None:
    """Everybody works as planned and punches, in the order of the day."""
    centre = story.centre
    done = sorted(
        (minute, cell.staff_id, kind) for cell in cells if cell.on == on for minute, kind in _punches(cell.times)
    )
    for minute, staff_id, kind in done:
        centre.at(at(clock_label(minute), on))
        with centre.inside(), transaction():
            member = queries.staff_member(centre.contract_id, staff_id)
            attendance.punch_for(member, Entry(kind), by=by(centre), at=centre.now)


# Without the readings above the names.
ROWS = """rows => rows.map(row => [...row.cells].map(cell => {
  const copy = cell.cloneNode(true);
  copy.querySelectorAll("rt").forEach(reading => reading.remove());
  return copy.textContent.trim();
}))"""


def _told(story: Story, on: date, cells: tuple[Cell, ...]) -> set[tuple[str, str, str]]:
    """Name, planned and recorded times of everybody who was to work that day, as pages write them."""
    return {
        (
            story.names[cell.staff_id],
            span(cell.times.span.start, cell.times.span.end),
            span(cell.times.span.start - EARLIER, cell.times.span.end + LONGER),
        )
        for cell in cells
        if cell.on == on
    }


def _read_the_report(page: Page) -> set[tuple[str, str, str]]:
    expect(page.get_by_role("heading", level=1)).to_contain_text("令和8年7月8日（水）")
    rows = page.locator("section[aria-labelledby=staff-head] table").first.locator("tbody tr").evaluate_all(ROWS)
    return {(name, planned, actual) for _, name, _, planned, actual, *_ in rows}


def _read_the_board(page: Page) -> set[tuple[str, str, str]]:
    """The same from the day's board of attendance, where everybody assigned has a row."""
    rows = page.locator("section.board tbody tr").evaluate_all(ROWS)
    named = {(name, planned, actual) for _, name, _, planned, actual, *_ in rows}
    return {line for line in named if line[1:] != ("―", "―")}
