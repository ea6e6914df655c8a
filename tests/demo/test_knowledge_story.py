"""The demonstration's manual and FAQ on its today, after its last days were played."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import select

from callcenter.clock import local
from callcenter.deliveries import queries as delivered
from callcenter.deliveries.rules import State
from callcenter.demo import first_edition
from callcenter.demo import knowledge_story as story
from callcenter.demo.clock import FIRST_ON, TODAY
from callcenter.demo.people import DESK
from callcenter.extensions import db
from callcenter.knowledge import (
    confirmations,
    content,
    edition,
    edition_queries,
    news_queries,
    queries,
    readings,
    usage,
)
from callcenter.knowledge.models import Entry, Version
from callcenter.knowledge.rules import EntryKind
from callcenter.knowledge.search import live, store
from tests.demo.stage import played


@pytest.fixture(scope="module")
def contract_id(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UUID]:
    with played(tmp_path_factory.mktemp("demo"), days=2) as (_, found):
        yield found


def entry_of(contract_id: UUID, key: str) -> UUID:
    statement = select(Entry.id).where(Entry.contract_id == contract_id, Entry.starting_key == key)
    return db.session.execute(statement).scalar_one()


def test_everything_that_ships_is_in_force_from_the_first_day_and_ready_for_the_search(contract_id: UUID) -> None:
    assert len(queries.in_force_on(contract_id, FIRST_ON)) == len(content.seeds())
    versions = [one.version.id for one in queries.in_force_on(contract_id, TODAY, EntryKind.FAQ)]
    assert set(store.kept(contract_id, versions)) == set(versions)


def test_the_city_confirmed_most_and_found_one_thing_wrong(contract_id: UUID) -> None:
    left = confirmations.waiting(contract_id, TODAY)
    progress = confirmations.progress(contract_id, left)
    assert (progress.commented, progress.waiting["01"]) == (1, 1)
    assert 0 < progress.total_waiting < progress.confirmed / 10


def test_the_city_had_the_first_edition_before_the_contract_began_and_accepted_it(contract_id: UUID) -> None:
    first = edition_queries.newest(contract_id)
    assert first is not None
    assert (first.period_from, first.state) == (first_edition.SUBMITTED_ON, State.ACCEPTED)
    assert first.approver_name == "契約 かなめ"
    assert local(first.submitted_at).on < local(first.decided_at or first.submitted_at).on < FIRST_ON
    assert len(first.marks) == len(content.seeds())
    assert len(delivered.files_of(contract_id, first.id)) == 4
    assert edition_queries.waiting(contract_id, TODAY) == []


def test_the_next_edition_would_tell_the_change(contract_id: UUID) -> None:
    changes = edition.plan(contract_id, TODAY).changes
    assert [(label, len(names)) for label, names in changes.groups] == [("変更", 1)]


def test_a_few_entries_are_past_their_review_date_and_more_come_this_week(contract_id: UUID) -> None:
    due = usage.reviews(contract_id, TODAY)
    late = sum(one.overdue for one in due)
    assert 0 < late < len(due) - late < 30


def test_a_change_is_in_force_and_two_of_the_desk_have_read_it(contract_id: UUID) -> None:
    ruling = queries.ruling_version(contract_id, entry_of(contract_id, story.CHANGED_KEY), TODAY)
    assert ruling is not None
    assert (ruling.number, ruling.effective_on) == (2, story.PUBLISHED_ON)
    assert len(readings.readings_of(contract_id, [ruling.id])[ruling.id]) == 2
    people = readings.people(contract_id, [one.id for one in readings.asked(contract_id, TODAY)])
    assert sorted(person.missing for person in people) == [0, 0] + [1] * (len(DESK) - 2)


def test_a_notice_is_open_with_one_entry_still_to_settle(contract_id: UUID) -> None:
    found, _ = news_queries.listed(contract_id, news_queries.Wanted(open=True))
    assert [(notice.touched, notice.left) for notice in found] == [(2, 1)]


def test_most_calls_were_answered_by_an_entry_of_their_category_and_some_by_none(contract_id: UUID) -> None:
    used = usage.totals(usage.calls_with_use(contract_id, FIRST_ON, TODAY))
    missing = usage.totals(usage.calls_missing(contract_id, FIRST_ON, TODAY))
    assert used > 100
    assert 0 < missing < used / 5
    assert any(not one.calls for one in usage.counted(contract_id, FIRST_ON, TODAY))
    assert [one.waiting for one in usage.unanswered(contract_id, TODAY, TODAY)] == [1, 1, 1]


def test_the_change_is_found_by_what_a_caller_says(contract_id: UUID) -> None:
    live.forget()
    keys = [hit.key for hit in live.search(contract_id, "日曜日の午前に受け取れますか", TODAY, 3)]
    assert entry_of(contract_id, story.CHANGED_KEY) in keys
    texts = db.session.scalars(select(Version.body).where(Version.news_id.is_not(None))).all()
    assert len(texts) == 1
