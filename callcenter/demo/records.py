"""One day of the demonstration as the features take it: call records and the exchange's half hours. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from callcenter.calls.exchange.history import HistoryDay, HistoryReason, HistorySlot
from callcenter.calls.history import HistoryCall
from callcenter.clock import instant_of
from callcenter.demo.conversations import draw
from callcenter.demo.episodes import Gap
from callcenter.demo.people import DemoPerson, caller
from callcenter.demo.shape import HALF_HOUR_SECONDS, CallShape, DayShape

HALF_HOUR: Final = HALF_HOUR_SECONDS // 60
_GIVES_NUMBER: Final = 0.82
_GIVES_NAME: Final = 0.38


def calls_of(
    day: DayShape, operators: Sequence[DemoPerson], user_ids: Mapping[str, UUID], seed: int
) -> list[HistoryCall]:
    """The day's records in the order of their start, each by the operator of its desk."""
    rng = random.Random(f"{seed}:words:{day.local_on}")
    return [_record(rng, day.local_on, call, user_ids[operators[call.desk].login]) for call in day.calls]


def _record(rng: random.Random, on: date, call: CallShape, operator_id: UUID) -> HistoryCall:
    said = draw(rng, by_exchange=call.by_exchange)
    who = caller(rng)
    return HistoryCall(
        started_at=instant_of(on) + timedelta(seconds=call.start_second),
        talk_seconds=call.talk_seconds,
        acw_seconds=call.acw_seconds,
        operator_id=operator_id,
        category_code=said.category_code,
        disposition=said.disposition.value,
        channel=said.channel.value,
        relation=said.relation.value,
        language=said.language.value,
        caller_name=who.name if rng.random() < _GIVES_NAME else "",
        phone=who.phone if rng.random() < _GIVES_NUMBER else "",
        question=said.question,
        answer=said.answer,
        report_text=said.report_text,
        complaint=said.is_complaint,
        difficult=said.is_difficult,
    )


def exchange_of(day: DayShape, gaps: Iterable[Gap], until_minute: int) -> HistoryDay:
    """The exchange's half hours that are over at `until_minute`, with the reasons that were written for gaps."""
    slots = [
        HistorySlot(
            start_minute=one.start_minute,
            offered=one.offered,
            answered=one.answered,
            abandoned=one.abandoned,
            wait_seconds=one.wait_seconds,
            talk_seconds=one.talk_seconds,
            answered_within=one.answered_within,
        )
        for one in day.intervals
        if one.start_minute + HALF_HOUR <= until_minute
    ]
    reasons = [HistoryReason(gap.start_minute, gap.difference, gap.reason) for gap in gaps]
    return HistoryDay(day.local_on, tuple(slots), tuple(reasons))


def until(day: DayShape, minute: int) -> DayShape:
    """The day as far as it has come: the calls whose record was finished before `minute`."""
    finished = tuple(
        call for call in day.calls if call.start_second + call.talk_seconds + call.acw_seconds <= minute * 60
    )
    return DayShape(day.local_on, day.desks, finished, day.intervals)
