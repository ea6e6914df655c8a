"""The pages of manuals and FAQ on a city's screen: tabs on one line, ways to what waits, versions at every stage."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from callcenter.knowledge import approval
from callcenter.knowledge.rules import Stage
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.browser.centres import ServedCentre, served_centre
from tests.browser.test_accessibility import BEYOND, TOO_SMALL, violations
from tests.centre import Centre, Person
from tests.knowledge.factories import approved, draft, submitted
from tests.knowledge.question_factories import asked

pytestmark = pytest.mark.browser
TABS = """[...document.querySelectorAll('nav.tabs[aria-label="この分野の画面"] a')]
  .map((tab) => tab.getBoundingClientRect().top)"""
TOP_OF_THE_REST = "document.querySelector('.page-head').getBoundingClientRect().bottom"


@pytest.fixture
def served(sqlite_centre: Centre, browser: Browser) -> Iterator[ServedCentre]:
    with served_centre(sqlite_centre, browser) as running:
        yield running
        assert running.complaints == []


def screen(served: ServedCentre, person: Person, path: str) -> Page:
    """A page as high as a city's screen leaves it."""
    return served.page(person, path, height=625)


def faults(page: Page) -> list[str]:
    """What keeps people from using the page, also at twice the size."""
    found: list[str] = violations(page) + page.evaluate(TOO_SMALL)
    page.set_viewport_size({"width": 683, "height": 384})
    beyond = page.evaluate(BEYOND)
    return [*found, *([f"{beyond} pixels beyond the edge"] if beyond else [])]


@pytest.mark.parametrize(
    "roles",
    [(Role.SUPERVISOR,), (Role.SUPERVISOR, Role.CONTRACT_MANAGER), (Role.CONTRACT_MANAGER,), (Role.CITY_OFFICER,)],
    ids="-".join,
)
def test_the_tabs_stand_on_one_line(served: ServedCentre, roles: tuple[Role, ...]) -> None:
    page = screen(served, served.centre.person(*roles), "/knowledge/entries")
    tops = page.evaluate(TABS)
    assert len(tops) >= 7
    assert len(set(tops)) == 1


def test_what_waits_for_the_city_stands_beside_the_heading_and_moves_nothing(served: ServedCentre) -> None:
    officer = served.centre.person(Role.CITY_OFFICER)
    page = screen(served, officer, "/documents")
    before = page.evaluate(TOP_OF_THE_REST)
    asked(served.centre, to_city=True)
    submitted(served.centre, draft(served.centre).version_id)
    page.reload()
    way = page.get_by_role("link", name="質問に回答する（1件）")
    expect(way).to_be_visible()
    expect(page.get_by_role("link", name="マニュアル・FAQを確認する（1件）")).to_be_visible()
    assert page.evaluate(TOP_OF_THE_REST) == before
    assert faults(page) == []
    way.press("Enter")
    expect(page.get_by_role("link", name="質問1")).to_be_visible()


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.IN_REVIEW, Stage.SENT_BACK, Stage.APPROVED])
def test_a_version_on_its_way_is_accessible(served: ServedCentre, stage: Stage) -> None:
    centre = served.centre
    made = draft(centre)
    _brought_to(centre, made.version_id, stage)
    address = f"/knowledge/versions/{made.version_id}"
    supervisor, officer = centre.person(Role.SUPERVISOR), centre.person(Role.CITY_OFFICER)
    for path in (address, "/knowledge/reviews", "/today"):
        assert faults(screen(served, supervisor, path)) == []
    if stage in {Stage.DRAFT, Stage.SENT_BACK}:
        assert faults(screen(served, supervisor, f"{address}/edit")) == []
    else:
        assert faults(screen(served, officer, address)) == []


def _brought_to(centre: Centre, version_id: UUID, stage: Stage) -> None:
    """Let a draft go on as far as this."""
    if stage is Stage.APPROVED:
        approved(centre, version_id)
    elif stage is not Stage.DRAFT:
        submitted(centre, version_id)
    if stage is Stage.SENT_BACK:
        by = centre.person(Role.CITY_OFFICER).actor
        with centre.inside(), transaction():
            approval.decide(version_id, approval.Decision(stage, "根拠を加えてください。"), by=by, at=centre.now)
