from __future__ import annotations

from callcenter.demo import conversations, episodes, people
from callcenter.demo.shape import DayShape
from callcenter.protection.findings import find_personal_data
from callcenter.protection.scan import require_clean
from callcenter.reporting.rules import MatterKind
from tests.demo.test_shape import year


def told() -> list[episodes.Told]:
    return [matter for ahead in range(243) if (matter := episodes.matter_of(ahead))]


def test_matters_to_report_come_about_every_eighth_day_and_are_of_every_kind() -> None:
    assert 25 <= len(told()) <= 35
    assert {matter.kind for matter in told()} == set(episodes.MatterKey)


def test_the_kinds_of_matters_are_those_of_reporting() -> None:
    assert {kind.value for kind in episodes.MatterKey} == {kind.value for kind in MatterKind}


def test_no_text_that_leaves_reads_like_a_caller_of_ours() -> None:
    names = sorted({people.caller_at(index).name for index in range(0, people.CALLERS, 7)})
    texts = [variant.report_text for script in conversations.scripts().values() for variant in script.variants]
    texts += [matter.text for matter in [*told(), episodes.ADDED_AFTER_SENDING_BACK]]
    texts += [episodes.HANGS_UP, episodes.NEXT_SLOT]
    assert find_personal_data("\n".join(dict.fromkeys(texts)), names=names, phones=(), public_phones=()) == []


def test_what_is_said_besides_the_calls_holds_no_individual_number() -> None:
    words = (episodes.SENT_BACK_COMMENT, episodes.CHANGE_NOTE, episodes.VOID_REASON, episodes.PUNCH_REASON)
    require_clean({str(place): text for place, text in enumerate((*words, *(matter.text for matter in told())))})


def test_gaps_are_the_difference_between_the_exchange_and_the_records() -> None:
    for day in year():
        assert sum(gap.difference for gap in episodes.gaps_of(day)) == _answered(day) - _recorded(day)


def _answered(day: DayShape) -> int:
    return sum(interval.answered for interval in day.intervals)


def _recorded(day: DayShape) -> int:
    return sum(call.by_exchange for call in day.calls)


def test_a_call_nobody_recorded_is_explained_as_such() -> None:
    reasons = {gap.reason for day in year() for gap in episodes.gaps_of(day)}
    assert reasons == {episodes.HANGS_UP, episodes.NEXT_SLOT}
    for day in year():
        hung_up = [gap for gap in episodes.gaps_of(day) if gap.reason == episodes.HANGS_UP]
        assert bool(hung_up) <= (_answered(day) > _recorded(day))


def test_yesterday_somebody_forgot_to_punch_out() -> None:
    assert episodes.forgetful(1)
    assert not episodes.forgetful(2)


def test_today_somebody_is_on_the_phone_and_yesterday_somebody_left_a_call_open() -> None:
    assert [len(episodes.left_open(ahead)) for ahead in (-1, 0, 1, 2)] == [0, 1, 1, 0]
