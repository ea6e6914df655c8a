"""The uses of the FAQ that the demonstration notes for its calls: a month's are there before anybody reports on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from callcenter.clock import instant_of
from callcenter.contracts.queries import calendar
from callcenter.demo import loader
from callcenter.demo.appointments import Appointments
from callcenter.demo.clock import FIRST_ON, LAST_ON, RECORDED_UNTIL_MINUTE, TODAY
from callcenter.demo.company import Company, found_company
from callcenter.demo.uses import Uses
from callcenter.extensions import db
from callcenter.knowledge import starting, usage
from callcenter.knowledge.models import Use
from callcenter.knowledge.starting import Ready
from callcenter.web.transaction import transaction
from tests.demo.stage import staged

APRIL, MAY = date(2026, 4, 30), date(2026, 5, 1)
NOW = instant_of(TODAY, RECORDED_UNTIL_MINUTE)


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """A centre that has its FAQ and has played the last day of a month."""
    with staged(tmp_path):
        at = instant_of(loader.FOUNDED_ON, 600)
        with transaction():
            found = found_company(at)
            ready = [Ready(seed, None) for seed in starting.missing(found.contract_id)]
            starting.load(ready, by=found.actors["manager"], at=at)
        play(found, APRIL)
        yield found


def play(company: Company, on: date) -> None:
    scenes = loader.scenes(calendar(company.contract_id).open_days(FIRST_ON, LAST_ON))
    (scene,) = [one for one in scenes if one.on == on]
    loader.play(scene, company, Appointments(company.contract_id))


def used(company: Company, on: date) -> int:
    return usage.calls_with_use(company.contract_id, on, on).get(on, 0)


def test_a_months_uses_are_noted_when_the_next_one_begins_and_not_again(company: Company) -> None:
    uses = Uses(company)
    uses.begin_day(APRIL)
    assert used(company, APRIL) == 0
    uses.begin_day(MAY)
    noted = used(company, APRIL)
    assert noted > 20
    play(company, MAY)
    uses.begin_day(MAY)
    assert used(company, MAY) == 0
    uses.finish(NOW)
    assert used(company, MAY) > 20
    assert used(company, APRIL) == noted


def test_no_call_is_noted_twice(company: Company) -> None:
    uses = Uses(company)
    uses.begin_day(MAY)
    uses.finish(NOW)
    rows, calls = db.session.execute(select(func.count(), func.count(Use.call_id.distinct())).select_from(Use)).one()
    assert rows == calls > 0
