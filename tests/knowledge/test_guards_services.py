"""Guards of the services that no page can reach: a machine that acts, a row that should not be, a limit that is far."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec import structs
from sqlalchemy import update

from callcenter.audit import queries as log
from callcenter.errors import Conflict, Forbidden
from callcenter.extensions import db
from callcenter.jobs.ports import RunningJob
from callcenter.jobs.rules import JobKind
from callcenter.knowledge import (
    approval,
    confirmations,
    edition,
    edition_queries,
    files,
    learning,
    news,
    queries,
    readings,
    requests,
    starting,
    synonyms,
    uses,
    writing,
)
from callcenter.knowledge.confirmations import Seen
from callcenter.knowledge.content import seeds
from callcenter.knowledge.models import Version
from callcenter.knowledge.news import Issuer, NewNotice
from callcenter.knowledge.rules import EntryKind
from callcenter.knowledge.search import store
from callcenter.knowledge.search.index import Prepared
from callcenter.web.access import Actor, Channel
from callcenter.web.transaction import transaction
from tests.calls.factories import opened_call
from tests.centre import Centre, Person
from tests.knowledge.factories import approved, content, draft, published_entry, retired, revised, supervisor
from tests.knowledge.neighbour_factories import FEW
from tests.knowledge.test_edition import submit

TODAY = date(2026, 6, 1)
Act = Callable[[dict[str, Any]], Any]


@pytest.fixture
def author(sqlite_centre: Centre) -> Person:
    return supervisor(sqlite_centre)


def change(centre: Centre, version_id: UUID, **values: Any) -> None:
    """Make a row what no service makes it."""
    with centre.inside(), transaction():
        db.session.execute(update(Version).where(Version.id == version_id).values(**values))


# --- who acts ---


def nobody(person: Person) -> Actor:
    """The system itself, under the person's contract."""
    return structs.replace(person.actor, user_id=None)


def machine(person: Person) -> Actor:
    """A token, which is nobody, whatever its id."""
    return structs.replace(person.actor, channel=Channel.API)


@pytest.mark.parametrize("who", [nobody, machine])
def test_what_somebody_has_to_answer_for_is_not_done_by_a_machine(
    sqlite_centre: Centre, author: Person, who: Callable[[Person], Actor]
) -> None:
    made = published_entry(sqlite_centre, by=author)
    by, at = who(author), sqlite_centre.now
    with sqlite_centre.inside():
        with pytest.raises(Forbidden), transaction():
            news.record_notice(NewNotice(Issuer.STATE, "通知", TODAY), by=by, at=at)
        with pytest.raises(Forbidden), transaction():
            readings.confirm(made.version_id, by=by, at=at)


def test_what_the_desk_and_the_city_ask_is_asked_by_a_person(sqlite_centre: Centre, author: Person) -> None:
    call, by, at = UUID(opened_call(author.client())), nobody(author), sqlite_centre.now
    with sqlite_centre.inside():
        with pytest.raises(Forbidden), transaction():
            uses.note_missing(call, by=by, at=at)
        with pytest.raises(Forbidden), transaction():
            requests.ask(requests.NewRequest(), by=by, at=at)


# --- keys ---


def test_another_key_is_another_entry_and_a_key_is_that_of_the_first_version(
    sqlite_centre: Centre, author: Person
) -> None:
    keys = [uuid4(), uuid4()]
    made = []
    for key in keys:
        with sqlite_centre.inside(), transaction():
            new = writing.NewEntry(EntryKind.FAQ, content(), key)
            made.append(writing.create_entry(new, by=author.actor, at=sqlite_centre.now))
    with sqlite_centre.inside():
        assert len(queries.entries(sqlite_centre.contract_id)) == 2
    with sqlite_centre.inside(), transaction():
        writing.withdraw(made[1][1], by=author.actor, at=sqlite_centre.now)
        writing.new_version(made[1][0], by=author.actor, at=sqlite_centre.now)
    for key, first in zip(keys, made, strict=True):
        with sqlite_centre.inside(), transaction():
            new = writing.NewEntry(EntryKind.FAQ, content(), key)
            assert writing.create_entry(new, by=author.actor, at=sqlite_centre.now) == first


# --- entries ---


def test_a_place_that_is_the_same_leaves_no_trace(sqlite_centre: Centre, author: Person) -> None:
    made = draft(sqlite_centre, author, kind=EntryKind.CHAPTER)
    with sqlite_centre.inside():
        for position in (1, 4, 4):
            with transaction():
                writing.place(made.entry_id, position, by=author.actor, at=sqlite_centre.now)
        entries = log.history_of(sqlite_centre.contract_id, "knowledge_entry", str(made.entry_id))
    assert [one.details for one in entries if one.action == "knowledge_entry.placed"] == [{"from": 1, "to": 4}]


def test_a_chapter_is_not_prepared_for_the_search(sqlite_centre: Centre, author: Person) -> None:
    import numpy as np

    made = draft(sqlite_centre, author, kind=EntryKind.CHAPTER)
    approved(sqlite_centre, made.version_id)
    wanted = approval.Publication(TODAY, Prepared({"言葉": 1.0}, np.zeros((0, 256), np.float16)))
    with sqlite_centre.inside():
        with transaction():
            approval.publish(made.version_id, wanted, by=author.actor, at=sqlite_centre.now)
        assert store.kept(sqlite_centre.contract_id, [made.version_id]) == {}


def test_a_file_is_the_same_only_by_its_bytes_and_within_its_entry(sqlite_centre: Centre, author: Person) -> None:
    first, second = draft(sqlite_centre, author), draft(sqlite_centre, author)
    kept = []
    for entry_id, words in ((first.entry_id, b"1"), (first.entry_id, b"2"), (second.entry_id, b"1")):
        with sqlite_centre.inside(), transaction():
            upload = files.Upload("図.pdf", files.PDF, b"%PDF-1.7 " + words)
            kept.append(files.add(entry_id, upload, by=author.actor, at=sqlite_centre.now))
    assert len(set(kept)) == 3
    here = sqlite_centre.contract_id
    with sqlite_centre.inside():
        assert [one.id for one in files.of_entry(here, first.entry_id)] == kept[:2]
        assert [files.facts(here, file_id).id for file_id in kept] == kept
        assert [files.content(here, file_id)[-1:] for file_id in kept] == [b"1", b"2", b"1"]


# --- what is remembered ---


def test_the_same_words_are_remembered_for_each_entry_by_itself(sqlite_centre: Centre, author: Person) -> None:
    first, second = published_entry(sqlite_centre, by=author), published_entry(sqlite_centre, by=author)
    with sqlite_centre.inside():
        for entry_id in (first.entry_id, first.entry_id, second.entry_id):
            with transaction():
                learning.learn(sqlite_centre.contract_id, entry_id, "通知 書類", TODAY)
        found = store.notes(sqlite_centre.contract_id)
    assert {key: [one.times for one in notes] for key, notes in found.items()} == {
        first.entry_id: [2],
        second.entry_id: [1],
    }


def test_a_record_of_readings_is_of_the_versions_that_were_asked_for(sqlite_centre: Centre, author: Person) -> None:
    made = [published_entry(sqlite_centre, by=author) for _ in range(2)]
    with sqlite_centre.inside():
        for one in made:
            with transaction():
                readings.confirm(one.version_id, by=author.actor, at=sqlite_centre.now)
        found = readings.readings_of(sqlite_centre.contract_id, [made[0].version_id])
    assert {version_id: set(read) for version_id, read in found.items()} == {made[0].version_id: {author.user_id}}


def test_what_is_prepared_is_that_of_the_versions_that_were_asked_for(sqlite_centre: Centre, author: Person) -> None:
    first, second = [one for one in seeds() if one.kind is EntryKind.FAQ][:2]
    with sqlite_centre.inside():
        with transaction():
            starting.load(starting.prepared([first, second]), by=author.actor, at=sqlite_centre.now)
        ids = [one.id for one in queries.ruling_on(sqlite_centre.contract_id, TODAY)]
        assert [len(store.kept(sqlite_centre.contract_id, part)) for part in ([], ids[:1], ids)] == [0, 1, 2]


# --- the starting set ---


def odd_rows(centre: Centre, author: Person) -> list[UUID]:
    """A version of the centre's own without the city's word, and a draft that nobody wrote."""
    own, written = published_entry(centre, by=author), draft(centre, author)
    change(centre, own.version_id, decided_at=None)
    change(centre, written.version_id, author_id=None)
    return [own.version_id, written.version_id]


def test_only_what_is_in_force_and_nobody_here_wrote_is_confirmed_as_the_starting_set(
    sqlite_centre: Centre, author: Person
) -> None:
    for version_id in odd_rows(sqlite_centre, author):
        with sqlite_centre.inside():
            assert confirmations.waiting(sqlite_centre.contract_id, TODAY) == []
            seen = queries.version(sqlite_centre.contract_id, version_id).row_version
            with pytest.raises(Conflict, match="はじめの内容ではない"), transaction():
                confirmations.confirm([Seen(version_id, seen)], by=author.actor, at=sqlite_centre.now)


def test_what_the_city_has_to_confirm_ends_when_another_version_rules_and_not_before(
    sqlite_centre: Centre, author: Person
) -> None:
    with sqlite_centre.inside():
        with transaction():
            starting.load(starting.prepared(FEW), by=author.actor, at=sqlite_centre.now)
        first, second = confirmations.waiting(sqlite_centre.contract_id, TODAY)
        assert confirmations.progress(sqlite_centre.contract_id, []).confirmed == 0
        with transaction():
            confirmations.confirm([Seen(second.version.id, 1)], by=author.actor, at=sqlite_centre.now)
        assert confirmations.progress(sqlite_centre.contract_id, []).confirmed == 1
        assert queries.version(sqlite_centre.contract_id, second.version.id).comment == ""
    revised(sqlite_centre, first.entry.id, on=date(2026, 7, 1), by=author)
    with sqlite_centre.inside():
        left = [confirmations.waiting(sqlite_centre.contract_id, on) for on in (date(2026, 6, 30), date(2026, 7, 1))]
    assert [[one.entry.id for one in found] for found in left] == [[first.entry.id], []]


def test_what_will_be_retired_is_to_be_confirmed_until_then(sqlite_centre: Centre, author: Person) -> None:
    with sqlite_centre.inside():
        with transaction():
            starting.load(starting.prepared(FEW[:1]), by=author.actor, at=sqlite_centre.now)
        (one,) = confirmations.waiting(sqlite_centre.contract_id, TODAY)
    retired(sqlite_centre, one.entry.id, on=date(2026, 6, 20), by=author)
    with sqlite_centre.inside():
        left = [confirmations.waiting(sqlite_centre.contract_id, date(2026, 6, day)) for day in (19, 20)]
    assert [len(found) for found in left] == [1, 0]


# --- words that mean the same ---


def test_there_are_no_more_groups_than_the_search_can_bear(
    sqlite_centre: Centre, author: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synonyms, "MOST_GROUPS", 2)
    for words in (("甲", "乙"), ("丙", "丁")):
        with sqlite_centre.inside(), transaction():
            synonyms.add(synonyms.Wanted(words), uuid4(), by=author.actor, at=sqlite_centre.now)
    with sqlite_centre.inside(), pytest.raises(Conflict, match="2組まで"), transaction():
        synonyms.add(synonyms.Wanted(("戊", "己")), uuid4(), by=author.actor, at=sqlite_centre.now)


# --- notices ---


def test_two_notices_do_not_share_their_entries_nor_their_keys(sqlite_centre: Centre, author: Person) -> None:
    who: dict[str, Any] = {"by": author.actor, "at": sqlite_centre.now}
    made = published_entry(sqlite_centre, by=author)
    with sqlite_centre.inside():
        with transaction():
            first, second = (
                news.record_notice(NewNotice(Issuer.STATE, title, TODAY, key=uuid4()), **who)
                for title in ("一つめ", "二つめ")
            )
            news.touch(first, [made.entry_id], **who)
        assert first != second
        with transaction():
            news.finish(second, "対象なし", **who)
        with transaction():
            news.reopen(second, **who)
        with transaction():
            assert news.touch(second, [made.entry_id], **who) == 1


# --- editions ---


def test_a_request_is_answered_once_by_the_first_edition_after_it(sqlite_centre: Centre, author: Person) -> None:
    published_entry(sqlite_centre, by=author)
    with sqlite_centre.inside(), transaction():
        requests.ask(requests.NewRequest(), by=author.actor, at=sqlite_centre.now)
    answered = []
    for _ in range(2):
        submit(author.client())
        sqlite_centre.at(sqlite_centre.now + timedelta(minutes=1))
        with sqlite_centre.inside():
            answered += edition_queries.requests(sqlite_centre.contract_id)
    assert answered[0].delivery_version_id is not None
    assert answered[0] == answered[1]


def test_an_edition_that_nobody_asked_for_is_not_submitted(sqlite_centre: Centre) -> None:
    job = RunningJob(uuid4(), sqlite_centre.contract_id, JobKind.SUBMIT_MANUAL, TODAY, TODAY, "key", None, tries=1)
    with sqlite_centre.inside(), pytest.raises(Forbidden):
        edition.actor_of(job)
