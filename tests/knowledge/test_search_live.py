"""An index that is current at every question, in every process. Rows are put in as the services leave them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from callcenter.extensions import db, new_id
from callcenter.knowledge import queries
from callcenter.knowledge.models import Entry, LearnedNote, SynonymGroup
from callcenter.knowledge.search import live, meaning, store
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.knowledge.search_factories import TODAY, published

TOMORROW = date(2026, 6, 2)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Words alone are enough here, and quicker."""
    monkeypatch.setattr(meaning, "is_available", lambda: False)
    live.forget()
    yield
    live.forget()


def found(centre: Centre, asked: str, on: date = TODAY) -> list[object]:
    with centre.inside():
        return [hit.key for hit in live.search(centre.contract_id, asked, on)]


def test_what_was_just_published_is_found_at_once(centre: Centre) -> None:
    assert found(centre, "暗証番号") == []
    pin = published(centre, "暗証番号を忘れたとき")
    assert found(centre, "暗証番号") == [pin]


def test_a_change_replaces_what_stood_before(centre: Centre) -> None:
    pin = published(centre, "暗証番号を忘れたとき")
    published(centre, "写真の大きさ", entry_id=pin)
    assert (found(centre, "暗証番号"), found(centre, "写真")) == ([], [pin])


def test_a_version_for_tomorrow_is_found_tomorrow_without_any_change(centre: Centre) -> None:
    pin = published(centre, "暗証番号を忘れたとき")
    published(centre, "写真の大きさ", entry_id=pin, from_on=TOMORROW)
    assert (found(centre, "暗証番号"), found(centre, "写真")) == ([pin], [])
    assert (found(centre, "暗証番号", TOMORROW), found(centre, "写真", TOMORROW)) == ([], [pin])


def test_a_retired_entry_is_found_until_the_day_before(centre: Centre) -> None:
    pin = published(centre, "暗証番号を忘れたとき")
    with centre.inside(), transaction():
        row = db.session.get(Entry, (centre.contract_id, pin))
        assert row is not None
        row.retired_on, row.retired_because = TOMORROW, "制度が終わったため"
        db.session.flush()
        store.changed(centre.contract_id)
    assert (found(centre, "暗証番号"), found(centre, "暗証番号", TOMORROW)) == ([pin], [])


def test_a_chapter_of_the_manual_is_no_answer(centre: Centre) -> None:
    pin = published(centre, "暗証番号を忘れたとき")
    with centre.inside(), transaction():
        row = db.session.get(Entry, (centre.contract_id, pin))
        assert row is not None
        row.kind = "chapter"
    live.forget()
    assert found(centre, "暗証番号") == []


def test_another_contract_finds_nothing_of_it(centre: Centre) -> None:
    published(centre, "暗証番号を忘れたとき")
    with centre.inside():
        other = centre.new_contract("R9")
        assert live.search(other, "暗証番号", TODAY) == []


def test_groups_that_run_in_a_circle_are_one(centre: Centre) -> None:
    pin = published(centre, "暗証番号を忘れたとき")
    with centre.inside(), transaction():
        for words in (["暗証", "秘密"], ["秘密", "鍵"], ["鍵", "暗証"], ["二つの言葉", "暗証"]):
            db.session.add(
                SynonymGroup(contract_id=centre.contract_id, id=new_id(), words=words, changed_at=centre.now)
            )
        db.session.flush()
        store.changed(centre.contract_id)
    with centre.inside():
        same = live.synonyms(centre.contract_id)
    assert len({same[word] for word in ("暗証", "秘密", "鍵")}) == 1
    assert found(centre, "秘密の番号") == [pin]


def test_words_that_are_made_the_same_find_at_once_what_was_indexed_before(centre: Centre) -> None:
    pin = published(centre, "暗証番号を忘れたとき")
    assert found(centre, "鍵") == []
    with centre.inside(), transaction():
        group = {"id": new_id(), "words": ["鍵", "暗証"], "changed_at": centre.now}
        db.session.add(SynonymGroup(contract_id=centre.contract_id, **group))
        db.session.flush()
        store.changed(centre.contract_id)
    assert found(centre, "鍵") == [pin]


def test_what_was_learned_counts(centre: Centre) -> None:
    pin = published(centre, "暗証番号を忘れたとき")
    with centre.inside(), transaction():
        note = {"entry_id": pin, "words": "数字 四つ", "times": 1, "last_on": TODAY}
        db.session.add(LearnedNote(contract_id=centre.contract_id, id=new_id(), **note))
        db.session.flush()
        store.changed(centre.contract_id)
    assert found(centre, "数字が四つ") == [pin]


def test_a_kept_preparation_is_used_until_it_was_made_otherwise(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin = published(centre, "暗証番号を忘れたとき")
    with centre.inside():
        version = queries.versions(centre.contract_id, pin)[0]
        prepared = store.prepared_of(version)
        with transaction():
            store.keep(centre.contract_id, version.id, prepared)
            store.keep(centre.contract_id, version.id, prepared)
        kept = store.kept(centre.contract_id, [version.id])[version.id]
        assert dict(kept.words) == dict(prepared.words)
        assert kept.rows.shape == prepared.rows.shape
        assert kept.sounds == {"暗証": "アンショウ", "番号": "バンゴウ", "忘れる": "ワスレル"}
        monkeypatch.setattr(store, "SHAPE", "0")
        assert store.kept(centre.contract_id, [version.id]) == {}
    assert found(centre, "暗証番号") == [pin]


def test_nothing_is_prepared_anew_that_is_kept(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    pin = published(centre, "暗証番号を忘れたとき")
    with centre.inside():
        version = queries.versions(centre.contract_id, pin)[0]
        with transaction():
            store.keep(centre.contract_id, version.id, store.prepared_of(version))
    monkeypatch.setattr(store, "prepared_of", lambda version: pytest.fail(f"{version.title} was prepared anew"))
    assert found(centre, "暗証番号") == [pin]
