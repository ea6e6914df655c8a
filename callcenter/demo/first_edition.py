"""The first edition of manual and FAQ: before the city when the contract begins (003 clause 8⑤), and accepted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from callcenter.clock import instant_of
from callcenter.deliveries import service as deliveries
from callcenter.deliveries.rules import State
from callcenter.demo.company import Company
from callcenter.demo.queue import standing_at, work_off
from callcenter.extensions import new_id
from callcenter.knowledge import edition, edition_queries
from callcenter.web.access import Actor
from callcenter.web.transaction import end_read, transaction

SUBMITTED_ON: Final = date(2026, 3, 30)
ACCEPTED_ON: Final = date(2026, 3, 31)


def submit(company: Company) -> None:
    """The manager submits what the city has looked at; the officer accepts it the day after."""
    _hand_in(company.actors["manager"], instant_of(SUBMITTED_ON, 600))
    _accept(company.actors["officer"], instant_of(ACCEPTED_ON, 660))


def _hand_in(manager: Actor, at: datetime) -> None:
    with standing_at(at):
        with transaction():
            edition.ask(new_id(), by=manager, at=at)
        work_off()


def _accept(officer: Actor, at: datetime) -> None:
    submitted = edition_queries.newest(officer.contract)
    end_read()
    if submitted is None:
        raise RuntimeError("the first edition was not submitted")
    with transaction():
        deliveries.decide(submitted.id, State.ACCEPTED, "", by=officer, at=at)
