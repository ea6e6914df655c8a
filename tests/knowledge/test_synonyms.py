from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from callcenter.audit import queries as log
from callcenter.errors import InvalidInput
from callcenter.knowledge import queries, synonyms
from callcenter.knowledge.search import live
from callcenter.knowledge.synonyms import FEWEST, MOST, WORD_LENGTH, Group
from callcenter.protection.mynumber import check_digit
from callcenter.web.access import Role
from tests.centre import Browser, Centre, Person


@pytest.fixture
def supervisor(centre: Centre) -> Person:
    return centre.person(Role.SUPERVISOR)


def add(browser: Browser, words: str, **more: str) -> Any:
    return browser.post("/knowledge/synonyms", data={"words": words, "idempotency_key": str(uuid4()), **more})


def kept(centre: Centre) -> list[Group]:
    with centre.inside():
        return synonyms.groups(centre.contract_id)


def revision(centre: Centre) -> int:
    with centre.inside():
        return queries.revision(centre.contract_id)


def test_a_group_is_kept_and_the_search_takes_its_words_for_one(centre: Centre, supervisor: Person) -> None:
    assert add(supervisor.client(), "はがき、通知\n引換、はがき", note="交付通知書のこと").status_code == 303
    group = kept(centre)[0]
    assert (group.words, group.note, group.row_version) == (["はがき", "通知", "引換"], "交付通知書のこと", 1)
    with centre.inside():
        same = live.synonyms(centre.contract_id)
        entries = log.history_of(centre.contract_id, "knowledge_synonyms", str(group.id))
    assert len({same[word] for word in ("葉書", "通知", "引き換え")}) == 1
    assert [(entry.action, entry.details) for entry in entries] == [("knowledge_synonyms.added", {"fields": ["words"]})]


def test_every_change_tells_the_search(centre: Centre, supervisor: Person) -> None:
    browser, seen = supervisor.client(), [revision(centre)]
    add(browser, "はがき、通知")
    seen.append(revision(centre))
    group = kept(centre)[0]
    browser.post(f"/knowledge/synonyms/{group.id}", data={"words": "はがき、手紙", "row_version": "1"})
    seen.append(revision(centre))
    browser.post(f"/knowledge/synonyms/{group.id}/remove", data={"row_version": "2"})
    seen.append(revision(centre))
    assert seen == [0, 1, 2, 3]
    assert kept(centre) == []


def test_the_form_sent_twice_is_one_group(centre: Centre, supervisor: Person) -> None:
    browser, key = supervisor.client(), str(uuid4())
    assert [add(browser, "はがき、通知", idempotency_key=key).status_code for _ in range(2)] == [303, 303]
    assert [group.id for group in kept(centre)] == [UUID(key)]


def test_a_loop_of_groups_is_one_group_and_the_page_says_so(centre: Centre, supervisor: Person) -> None:
    browser = supervisor.client()
    for words in ("はがき、通知", "通知、手紙", "手紙、はがき"):
        assert add(browser, words).status_code == 303
    page = browser.get("/knowledge/synonyms").text
    assert "ほかの組にもあるので、検索では1つの組になります" in page
    assert page.count("ほかの組と合わせて1つ") == 3
    assert "「通知」が共通：" in page
    with centre.inside():
        assert len(set(live.synonyms(centre.contract_id).values())) == 1


def test_words_that_the_search_cuts_have_no_effect_and_the_page_says_so(centre: Centre, supervisor: Person) -> None:
    browser = supervisor.client()
    add(browser, "交付通知書、はがき")
    page = browser.get("/knowledge/synonyms").text
    assert "「交付通知書」は検索で2語以上に分かれるため" in page
    assert "効いていません" in page
    with centre.inside():
        assert live.synonyms(centre.contract_id) == {}


def test_two_spellings_of_one_word_have_no_effect(sqlite_centre: Centre) -> None:
    browser = sqlite_centre.person(Role.SUPERVISOR).client()
    add(browser, "はがき、ハガキ")
    assert "効いていません" in browser.get("/knowledge/synonyms").text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "2つ以上"),
        ("はがき", "2つ以上"),
        ("はがき、はがき、", "2つ以上"),
        ("、".join(f"言葉{number}" for number in range(MOST + 1)), f"{MOST}個まで"),
        (f"はがき、{'長' * (WORD_LENGTH + 1)}", f"{WORD_LENGTH}文字まで"),
    ],
    ids=["nothing", "one", "the same twice", "too many", "too long"],
)
def test_what_is_no_group_is_refused_and_stays_typed(centre: Centre, supervisor: Person, words: str, said: str) -> None:
    answer = add(supervisor.client(), words, note="メモ")
    assert answer.status_code == 422
    assert said in answer.text
    assert words in answer.text
    assert kept(centre) == []


def test_as_many_and_as_long_words_as_may_be_are_taken() -> None:
    most = [f"{number:02d}{'長' * (WORD_LENGTH - 2)}" for number in range(MOST)]
    assert synonyms.words_of("、".join(most)) == tuple(most)
    assert len(synonyms.words_of("甲，乙")) == FEWEST
    with pytest.raises(InvalidInput):
        synonyms.words_of("甲")


def test_the_same_words_again_are_refused(centre: Centre, supervisor: Person) -> None:
    browser = supervisor.client()
    add(browser, "はがき、通知、手紙")
    answer = add(browser, "手紙、はがき")
    assert answer.status_code == 409
    assert "もうあります" in answer.text
    assert len(kept(centre)) == 1


def test_an_individual_number_is_refused_and_masked(centre: Centre, supervisor: Person) -> None:
    number = f"12345678901{check_digit('12345678901')}"
    answer = add(supervisor.client(), f"はがき、{number}")
    assert answer.status_code == 422
    assert number not in answer.text
    assert kept(centre) == []


def test_who_comes_second_is_told_and_keeps_what_was_typed(centre: Centre, supervisor: Person) -> None:
    browser = supervisor.client()
    add(browser, "はがき、通知")
    address = f"/knowledge/synonyms/{kept(centre)[0].id}"
    assert browser.post(address, data={"words": "はがき、手紙", "row_version": "1"}).status_code == 303
    answer = browser.post(address, data={"words": "はがき、封筒", "row_version": "1"})
    assert answer.status_code == 409
    assert "はがき、封筒" in answer.text
    assert "いまの言葉：はがき、手紙" in answer.text
    assert browser.post(f"{address}/remove", data={"row_version": "1"}).status_code == 409
    assert kept(centre)[0].words == ["はがき", "手紙"]


def test_a_change_that_changes_nothing_leaves_no_trace(centre: Centre, supervisor: Person) -> None:
    browser = supervisor.client()
    add(browser, "はがき、通知")
    group = kept(centre)[0]
    browser.post(f"/knowledge/synonyms/{group.id}", data={"words": "はがき、通知", "row_version": "1"})
    assert kept(centre) == [group]
    assert revision(centre) == 1


def test_another_contracts_group_is_not_there(centre: Centre, supervisor: Person) -> None:
    add(supervisor.client(), "はがき、通知")
    group = kept(centre)[0]
    with centre.inside():
        other = centre.new_contract("R9")
        assert synonyms.groups(other) == []
        with pytest.raises(Exception, match="見つかりません"):
            synonyms.group(other, group.id)
    assert supervisor.client().get(f"/knowledge/synonyms/{uuid4()}").status_code == 404


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CONTRACT_MANAGER, Role.CITY_OFFICER, Role.ADMINISTRATOR])
def test_only_supervisors_keep_them(sqlite_centre: Centre, role: Role) -> None:
    add(sqlite_centre.person(Role.SUPERVISOR).client(), "はがき、通知")
    group, browser = kept(sqlite_centre)[0], sqlite_centre.person(role).client()
    assert browser.get("/knowledge/synonyms").status_code == 403
    assert add(browser, "手紙、封筒").status_code == 403
    address = f"/knowledge/synonyms/{group.id}"
    assert browser.get(address).status_code == 403
    assert browser.post(address, data={"words": "甲、乙", "row_version": "1"}).status_code == 403
    assert browser.post(f"{address}/remove", data={"row_version": "1"}).status_code == 403
    assert kept(sqlite_centre) == [group]


def test_without_a_group_the_page_says_what_to_do(sqlite_centre: Centre) -> None:
    assert "言葉の組はまだありません" in sqlite_centre.person(Role.SUPERVISOR).client().get("/knowledge/synonyms").text
