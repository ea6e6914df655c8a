"""Who did what, and when, stands on the row of each step; what is undone leaves nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from callcenter.extensions import db
from callcenter.knowledge import approval, confirmations, questions, starting, writing
from callcenter.knowledge.confirmations import Seen
from callcenter.knowledge.models import Entry, Question, Version
from callcenter.knowledge.rules import Stage
from callcenter.web.transaction import transaction
from tests.centre import Centre, Person
from tests.knowledge.factories import content, draft, supervisor
from tests.knowledge.neighbour_factories import FEW
from tests.knowledge.question_factories import asked

TODAY = date(2026, 6, 1)
Step = Callable[..., datetime]


@pytest.fixture
def author(sqlite_centre: Centre) -> Person:
    return supervisor(sqlite_centre)


@pytest.fixture
def step(sqlite_centre: Centre, author: Person) -> Step:
    """Do something a minute later; answers when."""

    def act(service: Callable[..., Any], *given: Any) -> datetime:
        sqlite_centre.at(sqlite_centre.now + timedelta(minutes=1))
        with sqlite_centre.inside(), transaction():
            service(*given, by=author.actor, at=sqlite_centre.now)
        return sqlite_centre.now

    return act


def marks(centre: Centre, table: Any, row_id: UUID, *names: str) -> tuple[Any, ...]:
    with centre.inside():
        row = db.session.execute(select(*(getattr(table, name) for name in names)).where(table.id == row_id)).one()
    return tuple(row)


SUBMITTED, DECIDED = ("submitted_at", "submitter_name"), ("decided_at", "decided_by", "decider_name")


def test_each_step_of_a_version_is_marked_and_taking_back_leaves_no_mark(
    sqlite_centre: Centre, author: Person, step: Step
) -> None:
    version = draft(sqlite_centre, author).version_id
    said, who = author.name, author.user_id
    at = step(writing.edit, version, content(title="直した"), 1)
    assert marks(sqlite_centre, Version, version, "edited_at", "author_id", "author_name") == (at, who, said)
    for row_version, then in ((2, Stage.SENT_BACK), (4, Stage.APPROVED)):
        at = step(approval.submit, version, row_version)
        assert marks(sqlite_centre, Version, version, *SUBMITTED, *DECIDED) == (at, said, None, None, "")
        at = step(approval.decide, version, approval.Decision(then, "理由"))
        assert marks(sqlite_centre, Version, version, *DECIDED, "comment") == (at, who, said, "理由")
    step(approval.take_back, version)
    assert marks(sqlite_centre, Version, version, *SUBMITTED, *DECIDED) == (None, "", None, None, "")
    assert marks(sqlite_centre, Version, version, "row_version", "stage") == (7, "draft")


def test_publishing_and_retiring_are_marked_until_the_entry_goes_on(
    sqlite_centre: Centre, author: Person, step: Step
) -> None:
    made = draft(sqlite_centre, author)
    step(approval.submit, made.version_id, 1)
    step(approval.decide, made.version_id, approval.Decision(Stage.APPROVED))
    at = step(approval.publish, made.version_id, approval.Publication(TODAY))
    published = marks(sqlite_centre, Version, made.version_id, "effective_on", "published_at", "publisher_name")
    assert published == (TODAY, at, author.name)
    retired = ("retired_on", "retired_because", "retired_at", "retired_by")
    at = step(approval.retire, made.entry_id, approval.Retirement(TODAY, "廃止"))
    assert marks(sqlite_centre, Entry, made.entry_id, *retired) == (TODAY, "廃止", at, author.user_id)
    step(approval.keep_on, made.entry_id)
    assert marks(sqlite_centre, Entry, made.entry_id, *retired) == (None, "", None, None)


def test_what_the_city_confirms_and_comments_is_marked(sqlite_centre: Centre, author: Person, step: Step) -> None:
    with sqlite_centre.inside():
        ready = starting.prepared(FEW[:1])
    step(starting.load, ready)
    with sqlite_centre.inside():
        (one,) = confirmations.waiting(sqlite_centre.contract_id, TODAY)
    step(confirmations.comment, Seen(one.version.id, 1), "名前が違います。")
    assert marks(sqlite_centre, Version, one.version.id, *DECIDED, "comment", "row_version") == (
        *(None, None, ""),
        *("名前が違います。", 2),
    )
    at = step(confirmations.confirm, [Seen(one.version.id, 2)])
    assert marks(sqlite_centre, Version, one.version.id, *DECIDED, "row_version") == (
        at,
        author.user_id,
        author.name,
        3,
    )


def test_a_question_carries_the_marks_of_what_it_follows_until_it_is_taken_out(
    sqlite_centre: Centre, author: Person, step: Step
) -> None:
    first, second, third = asked(sqlite_centre), asked(sqlite_centre), asked(sqlite_centre)
    names = ("state", "sent_at", "answered_at", "answerer_name", "settled_at")
    step(questions.put_together, second, 1)
    sent = step(questions.send, first)
    answered = step(questions.answer, first, "20台分あります。")
    step(questions.put_together, third, 2)
    waiting = ("answered", sent, answered, author.name, None)
    assert [marks(sqlite_centre, Question, one, *names) for one in (first, second, third)] == [waiting] * 3
    assert marks(sqlite_centre, Question, third, "group_id") == (first,)
    step(questions.take_out, third)
    assert marks(sqlite_centre, Question, third, "group_id", *names) == (None, "open", None, None, "", None)
    done = step(questions.settle, first)
    assert [marks(sqlite_centre, Question, one, "state", "settled_at") for one in (first, second, third)] == [
        ("done", done),
        ("done", done),
        ("open", None),
    ]
