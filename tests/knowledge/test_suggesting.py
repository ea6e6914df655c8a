"""What the desk shows while a question is typed, and what it never does with it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from callcenter.clock import local
from callcenter.extensions import db
from callcenter.knowledge import suggesting
from callcenter.knowledge.rules import Audience, EntryKind
from callcenter.knowledge.search import live
from callcenter.knowledge.search.index import Hit
from callcenter.web.access import Role
from tests.calls.factories import individual_number
from tests.centre import Browser, Centre
from tests.knowledge.factories import draft, published_entry, retired, revised

LOST, RENEWAL = "カードを紛失したとき", "カードの有効期限と更新"
TODAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def fresh_index() -> None:
    live.forget()


@pytest.fixture
def operator(sqlite_centre: Centre) -> Browser:
    return sqlite_centre.person(Role.OPERATOR).client()


def look(browser: Browser, text: object) -> Any:
    return browser.post("/knowledge/suggestions", json={"text": text}, headers={"HX-Request": "true"})


def titles(answer: Any) -> list[str]:
    found = re.findall(r'<span class="faq-title">(.*?)</span>', answer.text)
    return [re.sub(r"</?mark>", "", title) for title in found]


def two_entries(centre: Centre) -> None:
    published_entry(centre, title=LOST, body="まず**一時停止**の連絡をします。", category="0201")
    published_entry(centre, title=RENEWAL, body="更新は期限の3か月前からできます。", category="0401")


def test_the_best_answer_stands_first_with_its_words_marked(sqlite_centre: Centre, operator: Browser) -> None:
    two_entries(sqlite_centre)
    answer = look(operator, "カードを紛失してしまった")
    assert answer.status_code == 200
    assert titles(answer)[0] == LOST
    assert "<mark>紛失</mark>" in answer.text
    assert "まず一時停止の連絡をします。" in answer.text
    assert 'data-category="0201"' in answer.text


@pytest.mark.parametrize("typed", ["", " ", "カ", " か ", None, 5, ["紛失"]])
def test_too_little_to_look_for_shows_the_hint(sqlite_centre: Centre, operator: Browser, typed: object) -> None:
    two_entries(sqlite_centre)
    answer = look(operator, typed)
    assert answer.status_code == 200
    assert titles(answer) == []
    assert "問合せ内容を入力すると" in answer.text


def test_two_characters_are_enough(sqlite_centre: Centre, operator: Browser) -> None:
    two_entries(sqlite_centre)
    assert titles(look(operator, "紛失"))[0] == LOST


def test_nothing_found_says_what_to_do(operator: Browser) -> None:
    assert "合うFAQが見つかりません" in look(operator, "カードの紛失").text


def test_an_individual_number_plays_no_part_and_comes_back_nowhere(sqlite_centre: Centre, operator: Browser) -> None:
    two_entries(sqlite_centre)
    number = individual_number()
    answer = look(operator, f"{number} のカードを紛失した")
    assert answer.status_code == 200
    assert titles(answer)[0] == LOST
    assert number not in answer.text


def test_the_search_never_sees_an_individual_number(sqlite_centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def search(_contract: UUID, question: str, _today: date, _most: int) -> list[Hit]:
        seen.append(question)
        return []

    monkeypatch.setattr(live, "search", search)
    with sqlite_centre.inside():
        suggesting.suggest(sqlite_centre.contract_id, f"{individual_number()} のカード", TODAY)
    assert len(seen) == 1
    assert not any(character.isdigit() for character in seen[0])


def test_looking_writes_nothing(sqlite_centre: Centre, operator: Browser) -> None:
    two_entries(sqlite_centre)
    look(operator, "紛失")
    statements: list[str] = []
    with sqlite_centre.inside():
        event.listen(db.engine, "before_cursor_execute", lambda *about: statements.append(about[2]))
    look(operator, "カードの更新")
    assert any(one.startswith("SELECT") for one in statements)
    assert [one for one in statements if re.match(r"\s*(INSERT|UPDATE|DELETE)", one)] == []


def test_a_question_costs_few_statements_whatever_it_finds(sqlite_centre: Centre) -> None:
    two_entries(sqlite_centre)
    with sqlite_centre.inside():
        suggesting.suggest(sqlite_centre.contract_id, "カード", TODAY)
        statements: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *about: statements.append(about[2]))
        found = suggesting.suggest(sqlite_centre.contract_id, "カードの紛失と更新", TODAY)
    assert len(found.suggestions) == 2
    assert len(statements) == 2


def test_five_are_shown_at_most_and_counted_from_one(sqlite_centre: Centre, operator: Browser) -> None:
    for number in range(7):
        published_entry(sqlite_centre, title=f"カードを紛失したとき その{number}")
    answer = look(operator, "カードの紛失")
    assert re.findall(r'data-rank="(\d)"', answer.text) == ["1", "2", "3", "4", "5"]


def test_an_internal_entry_says_that_it_is(sqlite_centre: Centre, operator: Browser) -> None:
    published_entry(sqlite_centre, title=LOST, audience=Audience.INTERNAL)
    assert "内部" in look(operator, "紛失").text


def test_only_what_is_in_force_is_an_answer(sqlite_centre: Centre, operator: Browser) -> None:
    draft(sqlite_centre, title=f"{LOST}（下書き）")
    published_entry(sqlite_centre, title=f"{LOST}（これから）", on=TODAY + timedelta(days=1))
    published_entry(sqlite_centre, title=f"{LOST}（章）", kind=EntryKind.CHAPTER)
    gone = published_entry(sqlite_centre, title=f"{LOST}（廃止）")
    retired(sqlite_centre, gone.entry_id, on=TODAY)
    published_entry(sqlite_centre, title=LOST)
    assert titles(look(operator, "カードの紛失")) == [LOST]


def test_a_change_is_found_as_soon_as_it_is_published(sqlite_centre: Centre, operator: Browser) -> None:
    made = published_entry(sqlite_centre, title=LOST, body="窓口へ。")
    assert "窓口へ。" in look(operator, "カードの紛失").text
    revised(sqlite_centre, made.entry_id, body="電話で一時停止へ。")
    again = look(operator, "カードの紛失").text
    assert "電話で一時停止へ。" in again
    assert "窓口へ。" not in again


def test_the_day_of_a_version_decides(sqlite_centre: Centre) -> None:
    made = published_entry(sqlite_centre, title=LOST, body="はじめの答え。")
    revised(sqlite_centre, made.entry_id, body="あとの答え。", on=TODAY + timedelta(days=3))
    with sqlite_centre.inside():
        for days, wanted in ((0, "はじめの答え。"), (2, "はじめの答え。"), (3, "あとの答え。")):
            found = suggesting.suggest(sqlite_centre.contract_id, "カードの紛失", TODAY + timedelta(days=days))
            assert [one.text for one in found.suggestions] == [wanted]
    assert local(sqlite_centre.now).on == TODAY


def test_markup_of_an_entry_is_text(sqlite_centre: Centre, operator: Browser) -> None:
    published_entry(sqlite_centre, title="紛失 <img src=x>", body="<script>alert(1)</script>")
    answer = look(operator, "紛失").text
    assert "<script" not in answer
    assert "<img" not in answer


def test_a_long_text_is_answered_by_its_beginning(sqlite_centre: Centre, operator: Browser) -> None:
    two_entries(sqlite_centre)
    assert titles(look(operator, "カードを紛失した。" + "あ" * 50_000))[0] == LOST


@pytest.mark.parametrize("role", list(Role))
def test_who_sits_at_the_desk_may_look(sqlite_centre: Centre, role: Role) -> None:
    answer = look(sqlite_centre.person(role).client(), "紛失")
    assert answer.status_code == (200 if role in {Role.OPERATOR, Role.SUPERVISOR} else 403)


def test_another_contract_has_its_own_answers(sqlite_centre: Centre) -> None:
    two_entries(sqlite_centre)
    with sqlite_centre.inside():
        other = sqlite_centre.new_contract("OTHER")
        assert suggesting.suggest(other, "カードの紛失", TODAY).suggestions == []


def test_on_both_databases_the_same_is_found(centre: Centre) -> None:
    two_entries(centre)
    assert titles(look(centre.person(Role.SUPERVISOR).client(), "更新はいつから"))[0] == RENEWAL
