"""A chapter of the manual as browser tests write it: who is there, what it says, and what a writer does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from callcenter.clock import clock_label, local
from callcenter.extensions import db
from callcenter.knowledge import readings
from callcenter.knowledge.models import Version
from callcenter.knowledge.rules import EntryKind
from callcenter.web.access import Role
from tests import images
from tests.browser.centres import ServedCentre, served_centre
from tests.browser.keyboard import act_on, reach
from tests.centre import Centre, Person
from tests.knowledge.factories import draft

TITLE = "住民からの電話が長くなったとき"
BODY = """## 長くなったときの進め方

通話が**10分**を超えたら、次の順に進めます。

- 何を知りたいのかを、短い言葉で確かめる
- その場で答えられないときは、折り返しを約束する
- 業務責任者に引き継ぐ

| 経過 | すること |
|---|---|
| 10分 | 保留にせず、要点を言い直す |
| 20分 | 業務責任者に声をかける |

## 画面の見方

"""
PICTURE_NAME, WIDTH = "経過時間の表示.png", 520


@dataclass
class Story:
    """The served centre and who acts: three of them answer or lead, and have to read."""

    served: ServedCentre
    author: Person
    manager: Person
    officer: Person
    first: Person
    second: Person
    picture: Path

    @property
    def centre(self) -> Centre:
        return self.served.centre

    def later(self, minutes: int = 1) -> None:
        self.centre.at(self.centre.now + timedelta(minutes=minutes))

    def page(self, person: Person, path: str) -> Page:
        page = self.served.page(person, path, height=625)
        # From the start: a chooser that opens before anybody listens is never heard of.
        page.on("filechooser", lambda _: None)
        return page

    def receipts(self) -> list[tuple[str, str]]:
        """Who confirmed the chapter and when, as the record holds it."""
        with self.centre.inside():
            version_id = db.session.scalars(select(Version.id)).one()
            found = readings.readings_of(self.centre.contract_id, [version_id])[version_id]
            return [(one.name, clock_label(local(one.at).minute)) for one in found.values()]


@contextmanager
def told(centre: Centre, browser: Browser, folder: Path) -> Iterator[Story]:
    with served_centre(centre, browser) as served:
        yield Story(
            served,
            author=centre.person(Role.SUPERVISOR, name="起案 さくら"),
            manager=centre.person(Role.CONTRACT_MANAGER, name="契約 かなめ"),
            officer=centre.person(Role.CITY_OFFICER, name="承認 つかさ"),
            first=centre.person(Role.OPERATOR, name="応答 いろは"),
            second=centre.person(Role.OPERATOR, name="応答 みどり"),
            picture=_drawn(browser, folder / PICTURE_NAME),
        )
        assert served.complaints == []


def _drawn(browser: Browser, path: Path) -> Path:
    """A picture as people take it of their screen."""
    page = browser.new_page(viewport={"width": WIDTH, "height": 140})
    page.set_content("<body style='font: 24px sans-serif; padding: 1rem'><p>通話中　<b>12:34</b>　経過</p></body>")
    page.screenshot(path=str(path))
    page.close()
    return path


def look(page: Page, name: str, *, whole: bool = False) -> None:
    folder: Path = images.FOLDER / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    if whole:  # by a tall window: the foot that stays below would stand across a picture of the full page
        page.set_viewport_size({"width": 1366, "height": page.evaluate("document.documentElement.scrollHeight") + 30})
    page.screenshot(path=str(folder / f"manual-life-{name}.png"))
    page.set_viewport_size({"width": 1366, "height": 625})


def drafted(story: Story) -> UUID:
    """A draft that could go to the city, as the service writes it."""
    made = draft(story.centre, story.author, kind=EntryKind.CHAPTER, title=TITLE, body=BODY.strip(), category_code="")
    return made.version_id


def body_of(page: Page) -> Locator:
    return page.get_by_label(re.compile("^本文"))


def append(page: Page, words: str) -> None:
    reach(page, body_of(page))
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(f"\n\n{words}")


def put(page: Page, words: str) -> None:
    """The whole text at once: what Playwright types takes a browser minutes at this length."""
    body_of(page).evaluate("(field, words) => { field.value = words; }", words)
    append(page, "")


def retype(page: Page, label: str, words: str) -> None:
    reach(page, page.get_by_label(re.compile(f"^{label}")))
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(words)


def save(page: Page, said: str) -> None:
    with page.expect_navigation(wait_until="domcontentloaded"):
        page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text(said)


def take_in(page: Page, file: Path) -> None:
    page.keyboard.press("Alt+g")
    with page.expect_file_chooser() as asked:
        page.keyboard.press("Space")
    asked.value.set_files(file)
    reach(page, page.get_by_role("button", name="取り込んで本文に入れる"))
    page.keyboard.press("Enter")


def submit_draft(page: Page) -> None:
    act_on(page, page.get_by_role("button", name="市の確認に出す"))
    expect(page.locator("main")).to_contain_text("市の確認に出しました")
    look(page, "06-submitted")
