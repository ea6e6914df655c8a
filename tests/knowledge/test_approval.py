from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from callcenter.audit import queries as log
from callcenter.errors import Conflict, InvalidInput
from callcenter.knowledge import approval, queries, writing
from callcenter.knowledge.rules import EntryKind, SourceKind, Stage
from callcenter.knowledge.search import store
from callcenter.knowledge.search.index import Prepared
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Centre, Person
from tests.knowledge.factories import (
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

TODAY = date(2026, 6, 1)


@pytest.fixture
def officer(centre: Centre) -> Person:
    return centre.person(Role.CITY_OFFICER, name="例田 職員")


def version(centre: Centre, version_id: UUID) -> queries.VersionFacts:
    with centre.inside():
        return queries.version(centre.contract_id, version_id)


def decide(
    centre: Centre, version_id: UUID, by: Person, then: Stage, comment: str = "", seen: int | None = None
) -> None:
    with centre.inside(), transaction():
        approval.decide(version_id, approval.Decision(then, comment, seen), by=by.actor, at=centre.now)


def publish(centre: Centre, version_id: UUID, by: Person, on: date = TODAY, prepared: Prepared | None = None) -> None:
    with centre.inside(), transaction():
        approval.publish(version_id, approval.Publication(on, prepared), by=by.actor, at=centre.now)


def retire(centre: Centre, entry_id: UUID, by: Person, **more: Any) -> None:
    wanted = approval.Retirement(**{"from_on": TODAY, "reason": "制度がなくなったため", **more})
    with centre.inside(), transaction():
        approval.retire(entry_id, wanted, by=by.actor, at=centre.now)


def test_from_draft_to_force_each_step_says_who_and_when(centre: Centre, author: Person, officer: Person) -> None:
    made = draft(centre, author)
    submitted(centre, made.version_id, by=author)
    decide(centre, made.version_id, officer, Stage.APPROVED, "よい")
    publish(centre, made.version_id, author, date(2026, 6, 8))
    held = version(centre, made.version_id)
    assert (held.submitter_name, held.decider_name, held.publisher_name) == ("見本 責任者", "例田 職員", "見本 責任者")
    assert (held.decided_at, held.effective_on, held.comment) == (centre.now, date(2026, 6, 8), "よい")
    with centre.inside():
        entries = log.history_of(centre.contract_id, "knowledge_version", str(made.version_id))
    assert [one.action.split(".")[1] for one in entries] == ["submitted", "approved", "published"]
    assert [one.user_id for one in entries] == [author.user_id, officer.user_id, author.user_id]


def test_what_is_in_force_on_any_day(centre: Centre, author: Person) -> None:
    made = published_entry(centre, by=author)
    later = revised(centre, made.entry_id, by=author, on=date(2026, 7, 1), title="7月から")
    retire(centre, made.entry_id, author, from_on=date(2026, 9, 1))
    days = [date(2026, 5, 31), TODAY, date(2026, 6, 30), date(2026, 7, 1), date(2026, 8, 31), date(2026, 9, 1)]
    with centre.inside():
        found = [queries.ruling_version(centre.contract_id, made.entry_id, on) for on in days]
        listed = [[row.id for row in queries.ruling_on(centre.contract_id, on)] for on in days]
    first = made.version_id
    assert [one and one.id for one in found] == [None, first, first, later, later, None]
    assert listed == [[], [first], [first], [later], [later], []]


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.IN_REVIEW, Stage.SENT_BACK, Stage.WITHDRAWN])
def test_nothing_is_published_without_approval(sqlite_centre: Centre, stage: Stage) -> None:
    author = supervisor(sqlite_centre)
    made = draft(sqlite_centre, author)
    if stage in (Stage.IN_REVIEW, Stage.SENT_BACK):
        submitted(sqlite_centre, made.version_id)
    if stage is Stage.SENT_BACK:
        decide(sqlite_centre, made.version_id, sqlite_centre.person(Role.CITY_OFFICER), stage, "直してください")
    if stage is Stage.WITHDRAWN:
        with sqlite_centre.inside(), transaction():
            writing.withdraw(made.version_id, by=author.actor, at=sqlite_centre.now)
    with pytest.raises(Conflict):
        publish(sqlite_centre, made.version_id, author)
    assert version(sqlite_centre, made.version_id).stage == stage


@pytest.mark.parametrize("at", [datetime(2026, 5, 31, 15, 0, tzinfo=UTC), datetime(2026, 6, 1, 14, 59, tzinfo=UTC)])
def test_an_effective_day_in_the_past_is_refused_by_the_local_day(sqlite_centre: Centre, at: datetime) -> None:
    author = supervisor(sqlite_centre)
    made = draft(sqlite_centre, author)
    approved(sqlite_centre, made.version_id)
    sqlite_centre.at(at)
    with pytest.raises(InvalidInput) as refused:
        publish(sqlite_centre, made.version_id, author, date(2026, 5, 31))
    assert list(refused.value.errors) == ["effective_on"]
    publish(sqlite_centre, made.version_id, author, TODAY)


def test_a_version_does_not_overtake_the_one_it_follows(sqlite_centre: Centre) -> None:
    author = supervisor(sqlite_centre)
    made = published_entry(sqlite_centre, on=date(2026, 7, 1), by=author)
    second = second_draft(sqlite_centre, made.entry_id, by=author)
    approved(sqlite_centre, second)
    with pytest.raises(InvalidInput):
        publish(sqlite_centre, second, author, date(2026, 6, 30))
    publish(sqlite_centre, second, author, date(2026, 7, 1))
    with sqlite_centre.inside():
        found = queries.ruling_version(sqlite_centre.contract_id, made.entry_id, date(2026, 7, 1))
    assert found is not None
    assert found.id == second


def test_publishing_keeps_what_was_prepared_and_tells_the_search(centre: Centre, author: Person) -> None:
    import numpy as np

    made = draft(centre, author)
    approved(centre, made.version_id)
    with centre.inside():
        before = queries.revision(centre.contract_id)
    publish(centre, made.version_id, author, prepared=Prepared({"言葉": 1.0}, np.zeros((0, 256), np.float16)))
    with centre.inside():
        assert queries.revision(centre.contract_id) == before + 1
        kept = store.kept(centre.contract_id, [made.version_id])
    assert kept[made.version_id].words == {"言葉": 1.0}


def test_sending_back_says_why_and_the_version_is_edited_and_submitted_again(
    centre: Centre, author: Person, officer: Person
) -> None:
    made = draft(centre, author)
    submitted(centre, made.version_id, by=author)
    with pytest.raises(InvalidInput):
        decide(centre, made.version_id, officer, Stage.SENT_BACK, " ")
    decide(centre, made.version_id, officer, Stage.SENT_BACK, "手数料を直してください")
    held = version(centre, made.version_id)
    assert (held.stage, held.comment) == ("sent_back", "手数料を直してください")
    with centre.inside(), transaction():
        writing.edit(made.version_id, content(body="直した"), held.row_version, by=author.actor, at=centre.now)
    submitted(centre, made.version_id, by=author)
    again = version(centre, made.version_id)
    assert (again.stage, again.decided_at, again.comment) == ("in_review", None, "手数料を直してください")
    decide(centre, made.version_id, officer, Stage.APPROVED)
    assert version(centre, made.version_id).comment == ""


def test_the_city_decides_on_what_it_saw(sqlite_centre: Centre) -> None:
    author, officer = supervisor(sqlite_centre), sqlite_centre.person(Role.CITY_OFFICER)
    made = draft(sqlite_centre, author)
    submitted(sqlite_centre, made.version_id)
    seen = version(sqlite_centre, made.version_id).row_version
    with sqlite_centre.inside(), transaction():
        approval.take_back(made.version_id, by=author.actor, at=sqlite_centre.now)
    submitted(sqlite_centre, made.version_id)
    with pytest.raises(Conflict):
        decide(sqlite_centre, made.version_id, officer, Stage.APPROVED, seen=seen)
    assert version(sqlite_centre, made.version_id).stage == "in_review"


def test_what_is_taken_back_is_a_draft_without_the_citys_word(sqlite_centre: Centre) -> None:
    author = supervisor(sqlite_centre)
    made = draft(sqlite_centre, author)
    approved(sqlite_centre, made.version_id)
    with sqlite_centre.inside(), transaction():
        approval.take_back(made.version_id, by=author.actor, at=sqlite_centre.now)
    held = version(sqlite_centre, made.version_id)
    assert (held.stage, held.decided_at, held.decider_name, held.submitted_at) == ("draft", None, "", None)
    with pytest.raises(Conflict):
        publish(sqlite_centre, made.version_id, author)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("body", {"body": ""}),
        ("category_code", {"category_code": ""}),
        ("source", {"law": ""}),
        ("review_by_on", {"review_by_on": None}),
        ("review_by_on", {"review_by_on": TODAY}),
        ("body", {"body": "![図](https://example.jp/a.png)"}),
        ("body", {"body": "![図](/knowledge/files/018f0000-0000-7000-8000-000000000000)"}),
        ("body", {"body": "[様式](/knowledge/files/018f0000-0000-7000-8000-000000000000)"}),
    ],
)
def test_what_the_city_cannot_judge_is_not_submitted(sqlite_centre: Centre, field: str, changes: Any) -> None:
    made = draft(sqlite_centre, **changes)
    with pytest.raises(InvalidInput) as refused:
        submitted(sqlite_centre, made.version_id)
    assert list(refused.value.errors) == [field]
    assert version(sqlite_centre, made.version_id).stage == "draft"


def test_a_rule_of_our_own_needs_no_source_and_a_chapter_no_category(sqlite_centre: Centre) -> None:
    made = draft(sqlite_centre, kind=EntryKind.CHAPTER, category_code="", source_kind=SourceKind.OWN, law="")
    submitted(sqlite_centre, made.version_id)
    assert version(sqlite_centre, made.version_id).stage == "in_review"


def test_a_further_version_says_why(sqlite_centre: Centre) -> None:
    made = published_entry(sqlite_centre)
    second = second_draft(sqlite_centre, made.entry_id, reason="")
    with pytest.raises(InvalidInput) as refused:
        submitted(sqlite_centre, second)
    assert list(refused.value.errors) == ["reason"]


def test_submitting_what_somebody_changed_meanwhile_is_refused(sqlite_centre: Centre) -> None:
    author = supervisor(sqlite_centre)
    made = draft(sqlite_centre, author)
    with sqlite_centre.inside():
        with transaction():
            writing.edit(made.version_id, content(body="別"), 1, by=author.actor, at=sqlite_centre.now)
        with pytest.raises(Conflict), transaction():
            approval.submit(made.version_id, 1, by=author.actor, at=sqlite_centre.now)


@pytest.mark.parametrize("how", ["related", "body"])
def test_an_entry_that_others_name_is_retired_only_when_that_was_seen(centre: Centre, author: Person, how: str) -> None:
    made = published_entry(centre, by=author)
    related = (str(made.entry_id),) if how == "related" else ()
    body = f"[こちら](/knowledge/entries/{made.entry_id})を見てください。" if how == "body" else "本文"
    other = published_entry(centre, by=author, title="案内する項目", body=body, related=related)
    with pytest.raises(approval.StillLinked) as refused:
        retire(centre, made.entry_id, author)
    assert [one.entry.id for one in refused.value.linking] == [other.entry_id]
    with centre.inside():
        assert queries.entry(centre.contract_id, made.entry_id).retired_on is None
    retire(centre, made.entry_id, author, confirmed=True)
    with centre.inside():
        assert queries.entry(centre.contract_id, made.entry_id).retired_on == TODAY


def test_what_is_no_longer_in_force_does_not_hold_an_entry_back(sqlite_centre: Centre) -> None:
    author = supervisor(sqlite_centre)
    made = published_entry(sqlite_centre, by=author)
    other = published_entry(sqlite_centre, by=author, related=(str(made.entry_id),))
    retired(sqlite_centre, other.entry_id, on=date(2026, 6, 5), by=author)
    with pytest.raises(approval.StillLinked):
        retire(sqlite_centre, made.entry_id, author, from_on=date(2026, 6, 4))
    retire(sqlite_centre, made.entry_id, author, from_on=date(2026, 6, 5))


@pytest.mark.parametrize(
    ("changes", "fields"),
    [({"from_on": TODAY - timedelta(days=1)}, ["from_on"]), ({"reason": " "}, ["reason"])],
)
def test_retiring_needs_a_day_to_come_and_a_reason(sqlite_centre: Centre, changes: Any, fields: list[str]) -> None:
    made = published_entry(sqlite_centre)
    with pytest.raises(InvalidInput) as refused:
        retire(sqlite_centre, made.entry_id, supervisor(sqlite_centre), **changes)
    assert list(refused.value.errors) == fields


def test_what_is_retired_or_under_way_or_was_never_published_is_not_retired(sqlite_centre: Centre) -> None:
    author = supervisor(sqlite_centre)
    unpublished, under_way, done = draft(sqlite_centre), published_entry(sqlite_centre), published_entry(sqlite_centre)
    second_draft(sqlite_centre, under_way.entry_id)
    with sqlite_centre.inside(), transaction():
        writing.withdraw(unpublished.version_id, by=author.actor, at=sqlite_centre.now)
    retire(sqlite_centre, done.entry_id, author)
    for one in (unpublished, under_way, done):
        with pytest.raises(Conflict):
            retire(sqlite_centre, one.entry_id, author)


def test_a_retired_entry_is_not_published_beyond_its_end(sqlite_centre: Centre) -> None:
    author = supervisor(sqlite_centre)
    made = published_entry(sqlite_centre, by=author)
    retire(sqlite_centre, made.entry_id, author, from_on=date(2026, 6, 10))
    second = second_draft(sqlite_centre, made.entry_id, by=author)
    approved(sqlite_centre, second)
    with pytest.raises(Conflict):
        publish(sqlite_centre, second, author, date(2026, 6, 10))
    publish(sqlite_centre, second, author, date(2026, 6, 9))


def test_retiring_tells_the_search(sqlite_centre: Centre) -> None:
    made = published_entry(sqlite_centre)
    with sqlite_centre.inside():
        before = queries.revision(sqlite_centre.contract_id)
    retire(sqlite_centre, made.entry_id, supervisor(sqlite_centre))
    with sqlite_centre.inside():
        assert queries.revision(sqlite_centre.contract_id) == before + 1
