from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from callcenter.errors import Conflict, InvalidInput
from callcenter.knowledge.rules import (
    MOST_ALIASES,
    MOST_MARKS,
    Stage,
    aliases_of,
    check_decision,
    check_effective,
    check_marks,
    check_step,
    in_force,
    merged,
)

JUNE = date(2026, 6, 1)


class Dated(Struct, frozen=True):
    number: int
    effective_on: date | None


def june(day: int) -> date:
    return date(2026, 6, day)


@pytest.mark.parametrize(
    ("on", "number"), [(june(1), None), (june(2), 1), (june(9), 1), (june(10), 3), (june(30), 3)], ids=str
)
def test_the_latest_that_has_begun_rules(on: date, number: int | None) -> None:
    versions = [Dated(1, june(2)), Dated(2, june(10)), Dated(3, june(10)), Dated(4, None)]
    ruling = in_force(versions, on)
    assert (ruling.number if ruling else None) == number


def test_nothing_rules_from_the_day_an_entry_is_retired() -> None:
    versions = [Dated(1, june(2))]
    assert in_force(versions, june(9), retired_on=june(10)) is not None
    assert in_force(versions, june(10), retired_on=june(10)) is None


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (Stage.DRAFT, Stage.PUBLISHED),
        (Stage.DRAFT, Stage.APPROVED),
        (Stage.IN_REVIEW, Stage.PUBLISHED),
        (Stage.SENT_BACK, Stage.PUBLISHED),
        (Stage.PUBLISHED, Stage.DRAFT),
        (Stage.WITHDRAWN, Stage.DRAFT),
    ],
)
def test_nothing_is_published_without_the_citys_approval_or_changed_after(now: Stage, then: Stage) -> None:
    with pytest.raises(Conflict):
        check_step(now, then)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (Stage.DRAFT, Stage.IN_REVIEW),
        (Stage.IN_REVIEW, Stage.APPROVED),
        (Stage.IN_REVIEW, Stage.SENT_BACK),
        (Stage.SENT_BACK, Stage.IN_REVIEW),
        (Stage.APPROVED, Stage.PUBLISHED),
    ],
)
def test_the_way_to_publication_is_open(now: Stage, then: Stage) -> None:
    check_step(now, then)


@pytest.mark.parametrize("comment", ["", "  ", "　"])
def test_sending_back_says_why(comment: str) -> None:
    with pytest.raises(InvalidInput):
        check_decision(Stage.IN_REVIEW, Stage.SENT_BACK, comment)
    check_decision(Stage.IN_REVIEW, Stage.APPROVED, comment)


def test_an_effective_day_is_today_or_later_and_not_before_the_version_it_follows() -> None:
    check_effective(JUNE, JUNE, None)
    check_effective(june(3), JUNE, june(3))
    with pytest.raises(InvalidInput):
        check_effective(date(2026, 5, 31), JUNE, None)
    with pytest.raises(InvalidInput):
        check_effective(june(2), JUNE, june(3))


def test_other_ways_to_ask_stand_once_each() -> None:
    assert aliases_of("はがきが来ない\n\n 通知書が届かない \nはがきが来ない") == ["はがきが来ない", "通知書が届かない"]
    assert aliases_of("\n".join(map(str, range(MOST_ALIASES)))) == [str(number) for number in range(MOST_ALIASES)]
    with pytest.raises(InvalidInput):
        aliases_of("\n".join(map(str, range(MOST_ALIASES + 1))))
    with pytest.raises(InvalidInput):
        aliases_of("あ" * 101)


def test_a_circle_of_synonyms_is_one_group() -> None:
    assert merged([["a", "b"], ["c", "d"], ["b", "c"], ["x"], ["y", "y"]]) == [frozenset("abcd")]


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=4), max_size=8))
def test_no_word_stands_in_two_groups(groups: list[list[str]]) -> None:
    found = merged(groups)
    assert sum(len(group) for group in found) == len(frozenset().union(*found))
    for group in groups:
        if len(set(group)) > 1:
            assert sum(set(group) <= one for one in found) == 1


@pytest.mark.parametrize("marks", ["[", "![a](", "*a ", "_a", "`a", "<"])
def test_a_paragraph_of_thousands_of_marks_is_refused_by_its_field(marks: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_marks("初めに\n\n" + marks * (MOST_MARKS + 1))
    assert "body" in refused.value.errors


def test_marks_are_counted_in_each_paragraph_by_itself() -> None:
    check_marks("")
    check_marks("[" * MOST_MARKS)
    check_marks("\r\n \r\n".join(["*[" * 1_000] * 20))
