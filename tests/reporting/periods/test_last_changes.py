"""What the counts of a period know beside their sums: when each day last changed, and how records ended."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from sqlalchemy import update

from callcenter.calls import period_queries, queries
from callcenter.calls.models import Call
from callcenter.clock import instant_of
from callcenter.extensions import db
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.reporting.periods.settled import JUNE
from tests.reporting.periods.world import World


@pytest.mark.parametrize("seed", [3, 4])
def test_a_days_last_change_is_that_of_its_saved_and_voided_records(centre: Centre, seed: int) -> None:
    random = Random(seed)
    world = World.of(random, JUNE, busy=4)
    world.settle(centre)
    days = (world.span.from_on, world.span.to_on)
    with centre.inside():
        with transaction() as session:
            for one in random.sample([one for one in world.calls if one.state == "voided"], 3):
                later = update(Call).where(Call.contract_id == centre.contract_id, Call.number == one.number)
                session.execute(later.values(edited_at=instant_of(one.on, 1_439)))
        found = period_queries.stretches(centre.contract_id, *days, {510, 1035})
        left_out = period_queries.excluded(centre.contract_id, *days)
        known = period_queries.last_changes(found, left_out)
        assert known == queries.last_changes(centre.contract_id, *days)
        assert left_out.voided == sum(one.state == "voided" and one.on in world.span for one in world.calls)
        db.session.rollback()


def test_every_value_of_an_attribute_is_counted_and_none_twice(centre: Centre) -> None:
    world = World.of(Random(8), JUNE, busy=6)
    world.settle(centre)
    saved = [one for one in world.calls if one.state == "saved" and one.on in world.span]
    with centre.inside():
        counted = period_queries.by_attribute(
            period_queries.stretches(centre.contract_id, world.span.from_on, world.span.to_on)
        )
    for name, values in counted.items():
        assert {value: count for value, count in values.items() if count} == Counter(
            getattr(one, name) for one in saved
        )


def test_without_records_every_value_counts_nothing() -> None:
    counted = period_queries.by_attribute([])
    assert set(counted) == {"channel", "relation", "language", "disposition"}
    assert not any(count for values in counted.values() for count in values.values())
