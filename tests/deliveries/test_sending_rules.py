"""The pure rules of handing over: where a sending stands, and what may leave by mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from callcenter.deliveries.rules import (
    OBSTACLE_WORDS,
    REPEATABLE,
    REPLY_BADGES,
    REPLY_LABELS,
    SENDING_BADGES,
    SENDING_LABELS,
    UNSENT,
    MailFacts,
    Obstacle,
    Reply,
    SendingState,
    State,
    check_handed_at,
    obstacles,
    outcome,
    standing,
)
from callcenter.errors import InvalidInput

A, B, D, R, W = Reply.ACCEPTED, Reply.BEGUN, Reply.DEFERRED, Reply.REFUSED, Reply.WAITING
FREE = MailFacts(
    state=State.SUBMITTED,
    is_latest=True,
    has_file=True,
    permitted=True,
    texts_permitted_then=False,
    texts_permitted_now=False,
    has_server=True,
    has_mailbox=True,
)
AT = datetime(2026, 6, 1, 8, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("replies", "state"),
    [
        ([A], SendingState.DONE),
        ([A, A], SendingState.DONE),
        ([A, R], SendingState.PARTLY),
        ([A, D], SendingState.PARTLY),
        ([A, W], SendingState.PARTLY),
        ([R, D], SendingState.FAILED),
        ([W], SendingState.FAILED),
        ([A, B], SendingState.UNSURE),
        ([R, B], SendingState.UNSURE),
        ([B], SendingState.UNSURE),
    ],
)
def test_how_a_sending_ended(replies: list[Reply], state: SendingState) -> None:
    assert outcome(replies) is state


@given(st.lists(st.sampled_from(Reply), min_size=1, max_size=5))
@settings(max_examples=50)
def test_done_means_that_everybody_has_it_and_unsure_wins_over_everything(replies: list[Reply]) -> None:
    state = outcome(replies)
    assert (state is SendingState.DONE) == (set(replies) == {A})
    assert (state is SendingState.UNSURE) == (B in replies)
    assert state not in {SendingState.WAITING, SendingState.WITHDRAWN}


def test_nothing_that_was_or_may_have_been_taken_is_sent_by_itself_or_with_the_rest() -> None:
    assert {A, B}.isdisjoint(REPEATABLE)
    assert UNSENT < REPEATABLE


@pytest.mark.parametrize("state", list(SendingState))
def test_only_what_waits_stands_elsewhere_once_nobody_tries(state: SendingState) -> None:
    assert standing(state, [A, B], is_tried=True) is state
    expected = SendingState.UNSURE if state is SendingState.WAITING else state
    assert standing(state, [A, B], is_tried=False) is expected


def test_what_is_free_to_leave_has_nothing_against_it() -> None:
    assert obstacles(FREE) == []
    assert obstacles(structs.replace(FREE, state=State.ACCEPTED)) == []
    assert obstacles(structs.replace(FREE, texts_permitted_then=True, texts_permitted_now=True)) == []
    assert obstacles(structs.replace(FREE, texts_permitted_now=True)) == []


@pytest.mark.parametrize(
    ("changes", "obstacle"),
    [
        ({"is_latest": False}, Obstacle.NOT_LATEST),
        ({"state": State.SENT_BACK}, Obstacle.SENT_BACK),
        ({"has_file": False}, Obstacle.NO_FILE),
        ({"permitted": False}, Obstacle.NO_PERMISSION),
        ({"texts_permitted_then": True}, Obstacle.TEXTS_ENDED),
        ({"has_server": False}, Obstacle.NO_SERVER),
        ({"has_mailbox": False}, Obstacle.NO_MAILBOX),
    ],
)
def test_each_thing_stands_against_it_alone(changes: dict[str, object], obstacle: Obstacle) -> None:
    assert obstacles(structs.replace(FREE, **changes)) == [obstacle]


def test_the_gravest_comes_first() -> None:
    found = obstacles(structs.replace(FREE, is_latest=False, permitted=False, has_mailbox=False))
    assert found == [Obstacle.NOT_LATEST, Obstacle.NO_PERMISSION, Obstacle.NO_MAILBOX]


def test_everything_has_its_words_and_its_sign() -> None:
    assert OBSTACLE_WORDS.keys() == set(Obstacle)
    assert SENDING_LABELS.keys() == SENDING_BADGES.keys() == set(SendingState)
    assert REPLY_LABELS.keys() == REPLY_BADGES.keys() == set(Reply)


@pytest.mark.parametrize("handed_at", [AT.replace(second=0), AT, AT + timedelta(hours=1)])
def test_it_is_handed_over_between_its_submission_and_now(handed_at: datetime) -> None:
    check_handed_at(handed_at, submitted_at=AT, now=AT + timedelta(hours=1))


@pytest.mark.parametrize("handed_at", [AT.replace(second=0) - timedelta(minutes=1), AT + timedelta(minutes=61)])
def test_neither_before_nor_in_the_future(handed_at: datetime) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_handed_at(handed_at, submitted_at=AT, now=AT + timedelta(hours=1))
    assert "handed_on" in refused.value.errors
