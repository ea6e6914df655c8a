from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec import structs

from callcenter.audit import queries as log
from callcenter.errors import AppError, Conflict, NotFound
from callcenter.knowledge import queries, writing
from callcenter.knowledge.rules import EntryKind, Stage
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Centre, Person
from tests.knowledge.factories import (
    TITLE,
    approved,
    content,
    draft,
    published_entry,
    retired,
    revised,
    second_draft,
    submitted,
    supervisor,
)


def edit(centre: Centre, version_id: UUID, by: Person, seen: int, **changes: Any) -> int:
    with centre.inside(), transaction():
        return writing.edit(version_id, content(**changes), seen, by=by.actor, at=centre.now)


def begin(centre: Centre, entry_id: UUID, by: Person) -> UUID:
    with centre.inside(), transaction():
        return writing.new_version(entry_id, by=by.actor, at=centre.now)


def withdraw(centre: Centre, version_id: UUID, by: Person) -> None:
    with centre.inside(), transaction():
        writing.withdraw(version_id, by=by.actor, at=centre.now)


def version(centre: Centre, version_id: UUID) -> queries.VersionFacts:
    with centre.inside():
        return queries.version(centre.contract_id, version_id)


def test_a_new_entry_is_a_draft_with_a_number_of_its_kind(centre: Centre, author: Person) -> None:
    made = [draft(centre, author), draft(centre, author), draft(centre, author, kind=EntryKind.CHAPTER)]
    with centre.inside():
        entries = [queries.entry(centre.contract_id, one.entry_id) for one in made]
    assert [(one.kind, one.number) for one in entries] == [("faq", 1), ("faq", 2), ("chapter", 1)]
    held = version(centre, made[0].version_id)
    assert (held.stage, held.number, held.title, held.author_name) == ("draft", 1, TITLE, "見本 責任者")


def test_the_same_key_is_the_same_entry(centre: Centre, author: Person) -> None:
    new = writing.NewEntry(EntryKind.FAQ, content(), uuid4())
    made = []
    for _ in range(2):
        with centre.inside(), transaction():
            made.append(writing.create_entry(new, by=author.actor, at=centre.now))
    assert made[0] == made[1]
    with centre.inside():
        assert len(queries.entries(centre.contract_id)) == 1


def test_every_field_of_a_content_is_kept(centre: Centre, author: Person) -> None:
    wanted = content(
        said_as=("はがき", "引換券"),
        related=(str(uuid4()),),
        verify="手数料の額",
        source="告示",
        source_on=date(2026, 5, 1),
    )
    with centre.inside(), transaction():
        _, version_id = writing.create_entry(writing.NewEntry(EntryKind.FAQ, wanted), by=author.actor, at=centre.now)
    assert writing.content_of(version(centre, version_id)) == wanted


def test_of_two_editors_the_second_is_told_and_nothing_is_overwritten(centre: Centre, author: Person) -> None:
    made, other = draft(centre, author), supervisor(centre)
    edit(centre, made.version_id, author, 1, title="先の人")
    with pytest.raises(Conflict):
        edit(centre, made.version_id, other, 1, title="後の人")
    assert version(centre, made.version_id).title == "先の人"


def test_the_author_is_who_wrote_last_and_each_edit_is_an_entry_without_words(centre: Centre, author: Person) -> None:
    made, other = draft(centre, author), centre.person(Role.CONTRACT_MANAGER, name="例 管理者")
    edit(centre, made.version_id, other, 1, title="直した見出し")
    assert version(centre, made.version_id).author_name == "例 管理者"
    with centre.inside():
        entries = log.history_of(centre.contract_id, "knowledge_version", str(made.version_id))
    assert [(one.action, one.details) for one in entries] == [("knowledge_version.edited", {"fields": ["title"]})]


def test_saving_without_a_change_leaves_no_trace(sqlite_centre: Centre) -> None:
    author = supervisor(sqlite_centre)
    made = draft(sqlite_centre, author)
    assert edit(sqlite_centre, made.version_id, author, 1) == 1
    with sqlite_centre.inside():
        assert log.history_of(sqlite_centre.contract_id, "knowledge_version", str(made.version_id)) == []


def test_a_published_version_is_never_changed(sqlite_centre: Centre) -> None:
    author = supervisor(sqlite_centre)
    made = published_entry(sqlite_centre, by=author)
    held = version(sqlite_centre, made.version_id)
    with pytest.raises(Conflict):
        edit(sqlite_centre, made.version_id, author, held.row_version, title="あとから")
    assert version(sqlite_centre, made.version_id) == held


@pytest.mark.parametrize("step", [submitted, approved])
def test_what_lies_before_the_city_is_not_edited(sqlite_centre: Centre, step: Any) -> None:
    author = supervisor(sqlite_centre)
    made = draft(sqlite_centre, author)
    step(sqlite_centre, made.version_id)
    with pytest.raises(Conflict):
        edit(sqlite_centre, made.version_id, author, version(sqlite_centre, made.version_id).row_version, title="別")


def test_a_new_version_is_the_last_published_one_without_its_reason(centre: Centre, author: Person) -> None:
    made = published_entry(centre, by=author, said_as=("はがき",))
    later = revised(centre, made.entry_id, by=author, on=date(2026, 7, 1), title="7月から")
    third = begin(centre, made.entry_id, author)
    held, base = version(centre, third), version(centre, later)
    assert (held.number, held.stage, held.reason) == (3, "draft", "")
    assert structs.replace(writing.content_of(held), reason=base.reason) == writing.content_of(base)


def test_one_version_at_a_time_is_on_its_way(centre: Centre, author: Person) -> None:
    made = published_entry(centre, by=author)
    second = begin(centre, made.entry_id, author)
    with pytest.raises(Conflict, match="第2版（下書き）が途中"):
        begin(centre, made.entry_id, author)
    withdraw(centre, second, author)
    assert version(centre, begin(centre, made.entry_id, author)).number == 3


def test_the_database_too_holds_one_version_on_its_way(
    centre: Centre, author: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = published_entry(centre, by=author)
    begin(centre, made.entry_id, author)
    monkeypatch.setattr(writing, "ON_THE_WAY", frozenset[Stage]())
    with pytest.raises(AppError):
        begin(centre, made.entry_id, author)


def test_a_withdrawn_first_version_is_written_on_from(sqlite_centre: Centre) -> None:
    author = supervisor(sqlite_centre)
    made = draft(sqlite_centre, author, title="やめた見出し")
    withdraw(sqlite_centre, made.version_id, author)
    assert version(sqlite_centre, begin(sqlite_centre, made.entry_id, author)).title == "やめた見出し"
    with pytest.raises(Conflict):
        withdraw(sqlite_centre, made.version_id, author)


def test_a_published_version_is_not_withdrawn(sqlite_centre: Centre) -> None:
    made = published_entry(sqlite_centre)
    with pytest.raises(Conflict):
        withdraw(sqlite_centre, made.version_id, supervisor(sqlite_centre))


def test_a_retired_entry_gets_no_new_version_from_its_last_day_on(sqlite_centre: Centre) -> None:
    author = supervisor(sqlite_centre)
    made = published_entry(sqlite_centre, by=author)
    retired(sqlite_centre, made.entry_id, on=date(2026, 6, 2))
    withdraw(sqlite_centre, begin(sqlite_centre, made.entry_id, author), author)
    sqlite_centre.at(sqlite_centre.now + timedelta(days=1))
    with pytest.raises(Conflict):
        begin(sqlite_centre, made.entry_id, author)


def test_a_chapter_takes_another_place(sqlite_centre: Centre) -> None:
    author = supervisor(sqlite_centre)
    first, second = (published_entry(sqlite_centre, kind=EntryKind.CHAPTER, title=title) for title in ("一", "二"))
    with sqlite_centre.inside(), transaction():
        writing.place(first.entry_id, 9, by=author.actor, at=sqlite_centre.now)
    with sqlite_centre.inside():
        assert [one.id for one in queries.entries(sqlite_centre.contract_id)] == [second.entry_id, first.entry_id]


def test_another_contracts_entries_are_not_there(centre: Centre, author: Person) -> None:
    made = published_entry(centre, by=author)
    second = second_draft(centre, made.entry_id, by=author)
    with centre.inside():
        other = centre.new_contract("OTHER")
    stranger = centre.person(Role.SUPERVISOR, contract_id=other)
    who = structs.replace(stranger.actor, contract_id=other)
    with centre.inside():
        for act in (
            lambda: writing.new_version(made.entry_id, by=who, at=centre.now),
            lambda: writing.edit(second, content(), 1, by=who, at=centre.now),
            lambda: writing.withdraw(second, by=who, at=centre.now),
            lambda: writing.place(made.entry_id, 1, by=who, at=centre.now),
        ):
            with pytest.raises(NotFound), transaction():
                act()
