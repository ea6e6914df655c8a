from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from callcenter.audit import queries as log
from callcenter.errors import Conflict, InvalidInput
from callcenter.extensions import db
from callcenter.knowledge import confirmations, content, queries, starting
from callcenter.knowledge.confirmations import Seen
from callcenter.knowledge.content import Seed
from callcenter.knowledge.models import Entry, PreparedVersion, SynonymGroup, Version
from callcenter.knowledge.rules import (
    ALIAS_LENGTH,
    MOST_ALIASES,
    TITLE_LENGTH,
    Audience,
    EntryKind,
    SourceKind,
    Stage,
)
from callcenter.knowledge.search import live, store
from callcenter.knowledge.search.words import content_words
from callcenter.protection.mynumber import check_digit
from callcenter.protection.scan import require_clean
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Browser, Centre, Person
from tests.knowledge.factories import retired, revised

FAQ = [seed for seed in content.seeds() if seed.kind is EntryKind.FAQ]
CHAPTERS = [seed for seed in content.seeds() if seed.kind is EntryKind.CHAPTER]
FEW = (*FAQ[:2], FAQ[-1], CHAPTERS[0])
TODAY = date(2026, 6, 1)
OFFICIAL = {
    *("www.kojinbango-card.go.jp", "www.soumu.go.jp", "www.mhlw.go.jp", "www.jpki.go.jp", "www.digital.go.jp"),
    *("myna.go.jp", "www.moj.go.jp", "www.npa.go.jp", "www.lg-waps.go.jp", "www.kokusen.go.jp"),
    "www.e-tax.nta.go.jp",
}
SENT = {"group": "01"}


# --- what ships ---


def minor_categories() -> list[str]:
    lines = (files("callcenter.calls") / "data" / "categories.csv").read_text(encoding="utf-8").splitlines()
    return [row["code"] for row in csv.DictReader(lines) if len(row["code"]) == 4]


def words_of(seed: Seed) -> str:
    return "\n".join((seed.title, seed.body, *seed.said_as, seed.source, seed.law, seed.verify))


def test_the_set_is_as_large_as_was_agreed_and_its_keys_are_unique() -> None:
    assert len(FAQ) >= 150
    assert len(CHAPTERS) == 13
    assert max(Counter(seed.key for seed in content.seeds()).values()) == 1
    assert [chapter.position for chapter in CHAPTERS] == list(range(1, 14))


def test_every_minor_category_has_two_entries_or_more_and_no_entry_has_another() -> None:
    counts = Counter(seed.category for seed in FAQ)
    assert set(counts) == set(minor_categories())
    assert len(counts) == 60
    assert min(counts.values()) >= 2
    assert all(seed.key.startswith(f"{seed.category}-") for seed in FAQ)


def test_every_entry_has_the_length_that_a_call_allows() -> None:
    assert all(15 <= len(seed.title) <= 45 for seed in FAQ)
    assert all(80 <= len(seed.body) <= 380 for seed in FAQ)
    assert all(2 <= len(seed.said_as) <= MOST_ALIASES for seed in FAQ)
    assert all(len(said) <= ALIAS_LENGTH for seed in FAQ for said in seed.said_as)
    assert all(700 <= len(seed.body) <= 1_800 for seed in CHAPTERS)
    assert all(len(seed.title) <= TITLE_LENGTH for seed in content.seeds())
    assert all(len(seed.verify) <= 500 and len(seed.source) <= 300 and len(seed.law) <= 200 for seed in content.seeds())
    assert all(len(seed.key) <= 40 for seed in content.seeds())


def test_every_entry_names_its_source_and_when_it_is_to_be_looked_at_again() -> None:
    assert all(seed.source for seed in content.seeds())
    assert {seed.review_months for seed in content.seeds()} == {3, 6, 12}
    kinds = Counter(seed.source_kind for seed in FAQ)
    assert set(kinds) >= {SourceKind.SITE, SourceKind.CITY, SourceKind.NOTICE}
    assert {seed.audience for seed in FAQ} == set(Audience)


def test_what_the_city_has_to_fill_in_is_said_where_it_looks() -> None:
    assert [seed.key for seed in content.seeds() if "市で確認" in seed.body and not seed.verify] == []


def test_links_lead_to_official_sites_only() -> None:
    hosts = {re.sub(r"https://([^/]+)/.*", r"\1", seed.source_url) for seed in content.seeds() if seed.source_url}
    assert hosts <= OFFICIAL
    assert [seed.key for seed in content.seeds() if "http" in seed.body or "](" in seed.body] == []


def test_nothing_looks_like_an_individual_number_and_no_city_is_named() -> None:
    for seed in content.seeds():
        require_clean({"text": words_of(seed)})
        assert not re.search(r"[0-9]{12}", re.sub(r"[-\s]", "", words_of(seed))), seed.key
        assert "和歌山" not in words_of(seed)


def test_the_time_from_application_to_card_is_the_same_everywhere() -> None:
    spans = {found for seed in FAQ for found in re.findall(r"(?:約|およそ)?1か月(?:〜2か月)?", seed.body)}
    assert spans == {"約1か月〜2か月"}


def test_the_test_questions_are_many_and_name_entries_that_are_there() -> None:
    questions, keys = content.test_questions(), {seed.key for seed in FAQ}
    assert len(questions) >= 300
    assert len({one.id for one in questions}) == len({one.text for one in questions}) == len(questions)
    assert {key for one in questions for key in (*one.answers, *one.partly)} <= keys
    assert all(one.answers for one in questions)


def test_the_test_questions_are_nobodys_heading_and_nothing_is_tuned_by_them() -> None:
    headings = {said for seed in FAQ for said in (seed.title, *seed.said_as)}
    assert headings.isdisjoint(one.text for one in content.test_questions())


def test_each_shipped_synonym_has_its_effect() -> None:
    groups = [one.words for one in content.synonyms()]
    units = [[content_words(word) for word in group] for group in groups]
    assert len(groups) >= 40
    assert all(len(unit) == 1 for group in units for unit in group)
    assert all(len({unit[0] for unit in group}) > 1 for group in units)
    assert max(Counter(word for group in groups for word in group).values()) == 1


# --- loading it ---


@pytest.fixture
def manager(centre: Centre) -> Person:
    return centre.person(Role.CONTRACT_MANAGER, name="契約 かなめ")


@pytest.fixture
def officer(centre: Centre) -> Person:
    return centre.person(Role.CITY_OFFICER, name="例田 職員")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The set is a small one: what is tested is not how many there are."""
    monkeypatch.setattr(content, "seeds", lambda: FEW)


def load(centre: Centre, by: Person) -> starting.Loaded:
    with centre.inside():
        ready = starting.prepared(starting.missing(centre.contract_id))
        with transaction():
            return starting.load(ready, by=by.actor, at=centre.now)


def waiting(centre: Centre) -> list[queries.Current]:
    with centre.inside():
        return confirmations.waiting(centre.contract_id, TODAY)


@pytest.mark.usefixtures("few")
def test_the_set_is_in_force_from_today_and_marked_as_not_confirmed(centre: Centre, manager: Person) -> None:
    assert load(centre, manager) == starting.Loaded(3, 1, len(content.synonyms()))
    with centre.inside():
        found = queries.in_force_on(centre.contract_id, TODAY)
        keys = db.session.scalars(select(Entry.starting_key).order_by(Entry.kind, Entry.number)).all()
    assert list(keys) == [CHAPTERS[0].key, *(seed.key for seed in FEW[:3])]
    version = next(one.version for one in found if one.version.title == FEW[0].title)
    assert (version.body, tuple(version.said_as)) == (FEW[0].body, FEW[0].said_as)
    assert (version.stage, version.effective_on) == (Stage.PUBLISHED.value, TODAY)
    assert (version.author_id, version.author_name, version.comment) == (None, "はじめの内容", starting.UNCONFIRMED)
    assert (version.decided_at, version.decider_name) == (None, "")
    assert version.review_by_on == starting.months_later(TODAY, FEW[0].review_months)
    assert confirmations.is_unconfirmed(version)


@pytest.mark.usefixtures("few")
def test_before_the_contract_begins_the_set_is_in_force_from_its_first_day(centre: Centre) -> None:
    with centre.inside():
        later = centre.new_contract("R9", starts_on=date(2027, 4, 1), ends_on=date(2028, 3, 31))
        by = centre.person(Role.CONTRACT_MANAGER, contract_id=later)
        with transaction():
            who = starting.prepared(FEW[:1])
            starting.load(who, by=_actor(by, later), at=centre.now)
        assert queries.in_force_on(later, date(2027, 3, 31)) == []
        assert len(queries.in_force_on(later, date(2027, 4, 1))) == 1
        assert queries.in_force_on(centre.contract_id, date(2027, 4, 1)) == []


def _actor(person: Person, contract_id: UUID) -> Any:
    from msgspec.structs import replace

    return replace(person.actor, contract_id=contract_id)


@pytest.mark.parametrize(
    ("on", "months", "then"),
    [
        (date(2026, 4, 1), 6, date(2026, 10, 1)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 9, 30), 3, date(2026, 12, 30)),
    ],
    ids=["same day", "shorter month", "a year", "into december"],
)
def test_months_later_is_the_same_day_or_the_months_last(on: date, months: int, then: date) -> None:
    assert starting.months_later(on, months) == then


@pytest.mark.usefixtures("few")
def test_a_second_load_adds_what_is_missing_and_changes_nothing(
    centre: Centre, manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(centre, manager)
    changed = waiting(centre)[0]
    with centre.inside(), transaction():
        db.session.execute(Version.__table__.update().values(title="市の言い方に直した題名"))  # type: ignore[attr-defined]
    monkeypatch.setattr(content, "seeds", lambda: (*FEW, FAQ[5]))
    assert load(centre, manager) == starting.Loaded(1, 0, 0)
    assert load(centre, manager) == starting.Loaded(0, 0, 0)
    with centre.inside():
        assert queries.version(centre.contract_id, changed.version.id).title == "市の言い方に直した題名"
        assert db.session.scalar(select(func.count()).select_from(Entry)) == 5


@pytest.mark.usefixtures("few")
def test_what_somebody_else_loaded_meanwhile_is_not_loaded_twice(centre: Centre, manager: Person) -> None:
    with centre.inside():
        ready = starting.prepared(starting.missing(centre.contract_id))
        for expected in (4, 0):
            with transaction():
                assert starting.load(ready, by=manager.actor, at=centre.now).entries == expected


@pytest.mark.usefixtures("few")
def test_an_entry_that_was_retired_does_not_come_back(centre: Centre, manager: Person) -> None:
    load(centre, manager)
    retired(centre, waiting(centre)[0].entry.id, on=TODAY)
    assert load(centre, manager).entries == 0
    assert len(waiting(centre)) == 3


@pytest.mark.usefixtures("few")
def test_the_search_finds_the_set_and_had_it_prepared(centre: Centre, manager: Person) -> None:
    load(centre, manager)
    live.forget()
    with centre.inside():
        hit = live.search(centre.contract_id, FEW[0].said_as[0], TODAY)[0]
        versions = [one.version.id for one in queries.in_force_on(centre.contract_id, TODAY, EntryKind.FAQ)]
        assert db.session.scalar(select(func.count()).select_from(PreparedVersion)) == 3
        assert set(store.kept(centre.contract_id, versions)) == set(versions)
        assert queries.ruling_version(centre.contract_id, UUID(str(hit.key)), TODAY).title == FEW[0].title  # type: ignore[union-attr]
        assert hit.category == FEW[0].category


@pytest.mark.usefixtures("few")
def test_synonyms_come_with_it_unless_there_are_some(centre: Centre, manager: Person) -> None:
    with centre.inside(), transaction():
        db.session.add(
            SynonymGroup(contract_id=centre.contract_id, id=uuid4(), words=["甲", "乙"], changed_at=centre.now)
        )
    assert load(centre, manager).synonyms == 0


def test_a_leader_loads_it_with_one_button_and_a_second_press_loads_nothing(
    centre: Centre, manager: Person, few: None
) -> None:
    browser = manager.client()
    answer = browser.post("/knowledge/start")
    assert answer.status_code == 303
    assert "FAQ 3件、マニュアル 1章" in browser.get(answer.location).text
    assert "すべて登録済み" in browser.get(browser.post("/knowledge/start").location).text
    with centre.inside():
        entries = log.history_of(centre.contract_id, "contract", str(centre.contract_id))
    assert [entry.details for entry in entries if entry.action == "knowledge.started"] == [
        {"entries": 4, "groups": len(content.synonyms())}
    ]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CITY_OFFICER, Role.CITY_VIEWER, Role.ADMINISTRATOR])
def test_nobody_else_loads_it(sqlite_centre: Centre, role: Role) -> None:
    assert sqlite_centre.person(role).client().post("/knowledge/start").status_code == 403
    assert waiting(sqlite_centre) == []


# --- the city confirms ---


@pytest.fixture
def loaded(centre: Centre, manager: Person, few: None) -> list[queries.Current]:
    load(centre, manager)
    return waiting(centre)


def seen(one: queries.Current) -> str:
    return f"{one.version.id}:{one.version.row_version}"


def post(browser: Browser, one: queries.Current, what: str, **more: str) -> Any:
    return browser.post(
        f"/knowledge/versions/{one.version.id}/{what}",
        data={"row_version": str(one.version.row_version), **SENT, **more},
    )


def test_the_officer_sees_text_source_and_what_is_to_be_checked(loaded: list[queries.Current], officer: Person) -> None:
    page = officer.client().get("/knowledge/confirmations?group=01").text
    faq = next(one.version for one in loaded if one.version.title == FEW[0].title)
    for words in (faq.title, faq.source, faq.verify, "市の確認前", "申請の方法は、スマートフォン"):
        assert words in page
    assert f'<a href="{faq.source_url}" rel="noreferrer noopener"' in page
    assert "<li>スマートフォン" in page
    assert FEW[2].title not in page
    assert CHAPTERS[0].title in officer.client().get("/knowledge/confirmations").text


def test_a_confirmed_entry_says_who_confirmed_it_and_nothing_else_changes(
    centre: Centre, loaded: list[queries.Current], officer: Person
) -> None:
    one = loaded[1]
    assert post(officer.client(), one, "confirm").status_code == 303
    with centre.inside():
        after = queries.version(centre.contract_id, one.version.id)
        decided_by = db.session.scalar(select(Version.decided_by).where(Version.id == one.version.id))
        entries = log.history_of(centre.contract_id, "knowledge_version", str(one.version.id))
    assert (after.decided_at, after.decider_name, decided_by) == (centre.now, "例田 職員", officer.user_id)
    assert [entry.action for entry in entries] == ["knowledge_version.confirmed"]
    same = {"stage", "title", "body", "said_as", "verify", "effective_on", "review_by_on", "author_name"}
    assert all(getattr(after, name) == getattr(one.version, name) for name in same)
    assert [left.entry.id for left in waiting(centre)] == [left.entry.id for left in loaded if left is not one]


def test_many_are_confirmed_at_once(centre: Centre, loaded: list[queries.Current], officer: Person) -> None:
    chosen = [seen(one) for one in loaded[1:]]
    answer = officer.client().post("/knowledge/confirmations", data={**SENT, "version": chosen})
    assert answer.status_code == 303
    assert [one.entry.id for one in waiting(centre)] == [loaded[0].entry.id]


def test_nothing_chosen_and_what_is_no_choice_are_refused(
    centre: Centre, loaded: list[queries.Current], officer: Person
) -> None:
    browser = officer.client()
    assert "確認する項目を選んでください" in browser.post("/knowledge/confirmations", data=SENT).text
    assert browser.post("/knowledge/confirmations", data={**SENT, "version": ["x:1"]}).status_code == 422
    assert browser.post("/knowledge/confirmations", data={**SENT, "version": [f"{uuid4()}:1"]}).status_code == 404
    assert len(waiting(centre)) == 4


def test_all_or_none_when_another_officer_was_first(
    centre: Centre, loaded: list[queries.Current], officer: Person
) -> None:
    other = centre.person(Role.CITY_OFFICER, name="先田 職員")
    assert post(other.client(), loaded[3], "confirm").status_code == 303
    answer = officer.client().post("/knowledge/confirmations", data={**SENT, "version": [seen(one) for one in loaded]})
    assert answer.status_code == 409
    assert "先田 職員さんが確認済みです" in answer.text
    assert len(waiting(centre)) == 3


def test_a_comment_stands_until_a_new_version_rules(
    centre: Centre, loaded: list[queries.Current], officer: Person, manager: Person
) -> None:
    one = next(each for each in loaded if each.version.title == FEW[0].title)
    answer = post(officer.client(), one, "comment", comment="窓口の名前が違います。")
    assert answer.status_code == 303
    page = manager.client().get("/knowledge/confirmations?group=01").text
    assert "市の指摘：窓口の名前が違います。" in page
    mending = f"/knowledge/entries/{one.entry.id}/versions"
    assert f'action="{mending}"' in page
    assert mending not in officer.client().get("/knowledge/confirmations?group=01").text
    assert post(officer.client(), one, "confirm").status_code == 409  # it was confirmed as it was before the comment
    with centre.inside():
        assert queries.version(centre.contract_id, one.version.id).decided_at is None
    revised(centre, one.entry.id, body="窓口の名前を直しました。")
    assert one.entry.id not in {left.entry.id for left in waiting(centre)}


def test_an_empty_comment_and_one_with_an_individual_number_are_refused(
    centre: Centre, loaded: list[queries.Current], officer: Person
) -> None:
    one = next(each for each in loaded if each.version.title == FEW[0].title)
    number = f"12345678901{check_digit('12345678901')}"
    assert "直すところを入力してください" in post(officer.client(), one, "comment", comment=" ").text
    answer = post(officer.client(), one, "comment", comment=f"番号 {number} とあります")
    assert answer.status_code == 422
    assert number not in answer.text
    with centre.inside():
        assert queries.version(centre.contract_id, one.version.id).comment == starting.UNCONFIRMED


def test_a_version_of_the_centres_own_is_not_confirmed_here(
    centre: Centre, loaded: list[queries.Current], officer: Person
) -> None:
    version_id = revised(centre, loaded[1].entry.id, body="直した本文です。")
    with centre.inside(), transaction(), pytest.raises(Conflict):
        confirmations.confirm([Seen(version_id, 6)], by=officer.actor, at=centre.now)
    with centre.inside(), transaction(), pytest.raises(InvalidInput):
        confirmations.confirm([], by=officer.actor, at=centre.now)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SUPERVISOR, Role.CONTRACT_MANAGER, Role.CITY_VIEWER])
def test_only_an_officer_confirms(centre: Centre, loaded: list[queries.Current], role: Role) -> None:
    browser = centre.person(role).client()
    assert post(browser, loaded[1], "confirm").status_code == 403
    assert post(browser, loaded[1], "comment", comment="x").status_code == 403
    assert browser.post("/knowledge/confirmations", data={"version": seen(loaded[1])}).status_code == 403
    assert browser.get("/knowledge/confirmations").status_code == (403 if role is Role.OPERATOR else 200)
    assert len(waiting(centre)) == 4


def test_another_contracts_version_is_not_there(centre: Centre, loaded: list[queries.Current]) -> None:
    with centre.inside():
        other = centre.new_contract("R9")
    stranger = centre.person(Role.CITY_OFFICER, contract_id=other)
    with centre.inside(), transaction(), pytest.raises(Exception, match="見つかりません"):
        confirmations.confirm([Seen(loaded[1].version.id, 1)], by=_actor(stranger, other), at=centre.now)


def test_before_it_is_loaded_the_page_says_what_to_do(sqlite_centre: Centre) -> None:
    leader, city = sqlite_centre.person(Role.SUPERVISOR), sqlite_centre.person(Role.CITY_OFFICER)
    page = leader.client().get("/knowledge/confirmations").text
    assert "はじめの内容を登録する" in page
    assert f"{len(content.seeds())}件" in page
    assert "はじめの内容を登録する" not in city.client().get("/knowledge/confirmations").text
    assert leader.client().get("/knowledge/confirmations?group=99").status_code == 404
