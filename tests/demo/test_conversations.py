from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from functools import cache

import pytest

from callcenter.calls.categories import minors_by_code
from callcenter.calls.rules import NOTE_LENGTH, REPORT_TEXT_LENGTH, Channel, Disposition, Language, Relation
from callcenter.demo.conversations import DISPOSITIONS, Conversation, draw, scripts

SEPARATORS = re.compile(r"(?<=[0-9])[\s.,、・/-]+(?=[0-9])")


@cache
def sample() -> tuple[Conversation, ...]:
    rng = random.Random(8)
    return tuple(draw(rng) for _ in range(20_000))


def share(disposition: Disposition) -> float:
    return sum(call.disposition is disposition for call in sample()) / len(sample())


def longest_digit_run(text: str) -> int:
    joined = SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    return max((len(run) for run in re.findall(r"[0-9]+", joined)), default=0)


def test_every_category_has_a_script_of_three_variants_and_more() -> None:
    assert list(scripts()) == list(minors_by_code())
    for script in scripts().values():
        assert len({variant.question for variant in script.variants}) == len(script.variants) >= 3
        assert script.weight > 0
        assert script.profile in DISPOSITIONS


def test_every_category_occurs_in_a_year() -> None:
    assert {call.category_code for call in sample()} == set(minors_by_code())


def test_a_call_is_a_record_that_may_be_saved() -> None:
    for call in sample():
        assert 0 < len(call.question) <= NOTE_LENGTH
        assert 0 < len(call.answer) <= NOTE_LENGTH
        assert 0 < len(call.report_text) <= REPORT_TEXT_LENGTH


def test_no_text_holds_anything_like_an_individual_number() -> None:
    for call in sample():
        assert longest_digit_run(call.question + " " + call.answer) < 12


def test_a_report_text_is_one_short_line_without_numbers_one_could_dial() -> None:
    for text in {call.report_text for call in sample()}:
        assert len(text) <= 60
        assert "\n" not in text
        assert longest_digit_run(text) <= 4
        assert text.endswith("。")


@pytest.mark.parametrize(
    ("disposition", "least", "most"),
    [
        (Disposition.COMPLETED, 0.5, 0.7),
        (Disposition.BOOKING, 0.2, 0.3),
        (Disposition.ESCALATED, 0.01, 0.05),
        (Disposition.DISCONNECTED, 0.005, 0.03),
    ],
)
def test_calls_end_in_a_plausible_mix(disposition: Disposition, least: float, most: float) -> None:
    assert least < share(disposition) < most


def test_every_attribute_occurs() -> None:
    assert {call.disposition for call in sample()} == set(Disposition)
    assert {call.relation for call in sample()} == set(Relation)
    assert {call.language for call in sample()} == set(Language)


def test_most_callers_speak_japanese_for_themselves() -> None:
    counts = Counter((call.language, call.relation) for call in sample())
    assert counts.most_common(1)[0][0] == (Language.JAPANESE, Relation.SELF)


def test_complaints_and_difficult_calls_are_rare_and_lie_where_one_expects_them() -> None:
    assert 0.01 < sum(call.is_complaint for call in sample()) / len(sample()) < 0.04
    assert 0.002 < sum(call.is_difficult for call in sample()) / len(sample()) < 0.02
    complaints = Counter(call.category_code for call in sample() if call.is_complaint)
    assert "1202" in dict(complaints.most_common(3))


def test_a_booking_ends_as_a_booking_only_where_something_is_booked() -> None:
    booked = {call.category_code for call in sample() if call.disposition is Disposition.BOOKING}
    assert booked == {"0301", "0302", "0303", "0305", "0307"}


def test_the_words_agree_with_the_ending() -> None:
    for call in sample():
        if call.disposition is Disposition.ESCALATED:
            assert "市へ照会した" in call.answer
        if call.disposition is Disposition.CALLBACK_PROMISED:
            assert "約束した" in call.answer


def test_what_the_exchange_counted_came_by_telephone_and_the_rest_did_not() -> None:
    assert {call.channel for call in sample()} == {Channel.PHONE}
    rng = random.Random(8)
    others = {draw(rng, by_exchange=False).channel for _ in range(500)}
    assert others == set(Channel) - {Channel.PHONE}


def test_the_same_seed_says_the_same() -> None:
    assert draw(random.Random(1)) == draw(random.Random(1))
