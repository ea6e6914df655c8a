"""Small worlds and acts for the tests of reports over a period."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from callcenter.audit.service import system_actor
from callcenter.contracts import service as contracts
from callcenter.deliveries import service as deliveries
from callcenter.deliveries.rules import Kind
from callcenter.reporting.periods import reading
from callcenter.reporting.periods.rules import PeriodCheck, checks_of
from callcenter.web.access import Actor
from callcenter.web.transaction import transaction
from reports import daily as values
from reports.period import PeriodReport, Span
from reports.period_bundle import proposal
from tests.centre import Centre
from tests.reporting.periods.chance import RawCall
from tests.reporting.periods.world import World

JUNE = date(2026, 6, 1)


def built(facts: reading.PeriodFacts) -> PeriodReport:
    timing = values.Timing(facts.read_at, facts.read_at)
    return reading.build(facts, values.Issue(timing), proposal(facts.kind))


def settled(centre: Centre, *calls: RawCall, month: date = JUNE, **more: Any) -> World:
    """A small world: these calls, numbered in order."""
    for number, one in enumerate(calls, 1):
        one.number = number if one.state != "open" else None
    world = World(month, calls=list(calls), **more)
    world.settle(centre)
    return world


def codes(facts: reading.PeriodFacts) -> list[str]:
    return [one.check.code for one in checks_of(reading.state(facts))]


def check_named(facts: reading.PeriodFacts, code: str) -> PeriodCheck:
    return next(one for one in checks_of(reading.state(facts)) if one.check.code == code)


def submit(centre: Centre, by: Actor, kind: Kind, span: Span, **more: Any) -> Any:
    given = {"figures": {}, "marks": {}, "number": 1, **more}
    return deliveries.submit(
        deliveries.Submission(
            kind=kind,
            period_from=span.from_on,
            period_to=span.to_on,
            cutoff_at=centre.now,
            change_note="",
            files=[],
            **given,
        ),
        by=by,
        at=centre.now,
    )


def choose(centre: Centre, name: str, value: str, on: date) -> None:
    with centre.inside(), transaction():
        contracts.set_setting(name, [value] if value else [], on, by=system_actor(centre.contract_id), at=centre.now)


@contextmanager
def host_zone(name: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()
