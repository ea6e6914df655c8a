from __future__ import annotations

import pytest
from sqlalchemy import select

from callcenter.audit import queries as audit
from callcenter.calls.exchange import queries, service
from callcenter.calls.exchange.models import ExchangeGapReason
from callcenter.calls.exchange.service import NewReason
from callcenter.errors import NotFound
from callcenter.extensions import db
from callcenter.web.transaction import transaction
from tests.calls.exchange.factories import MONDAY, SATURDAY, import_counts, record_calls, slots
from tests.centre import Centre, Person


def test_answered_calls_without_a_record_are_a_gap_until_explained(centre: Centre, boss: Person) -> None:
    with centre.inside():
        record_calls(centre, boss, 515, 520, 560)
        record_calls(centre, boss, 521, channel="fax")
        import_counts(centre, boss, slots(m510=(4, 3, 1), m540=(1, 1, 0)))
        (gap,) = queries.unexplained_gaps(centre.contract_id, MONDAY)
        assert (gap.start_minute, gap.end_minute, gap.difference) == (510, 540, 1)
        with transaction():
            assert service.explain_gap(NewReason(MONDAY, 510, "間違い電話"), by=boss.actor, at=centre.now)
        assert queries.unexplained_gaps(centre.contract_id, MONDAY) == []
        (reason,) = queries.day_exchange(centre.contract_id, MONDAY).reasons
        assert (reason.text, reason.by_name, reason.difference) == ("間違い電話", "責任 太郎", 1)


def test_a_reason_for_another_difference_explains_no_longer(centre: Centre, boss: Person) -> None:
    with centre.inside():
        import_counts(centre, boss, slots(m510=(2, 1, 1)))
        with transaction():
            service.explain_gap(NewReason(MONDAY, 510, "間違い電話"), by=boss.actor, at=centre.now)
        import_counts(centre, boss, slots(m510=(4, 3, 1)))
        assert [gap.difference for gap in queries.unexplained_gaps(centre.contract_id, MONDAY)] == [3]
        with transaction():
            assert service.explain_gap(NewReason(MONDAY, 510, "間違い電話"), by=boss.actor, at=centre.now)
        assert queries.unexplained_gaps(centre.contract_id, MONDAY) == []


def test_a_day_counted_as_one_has_one_gap(centre: Centre, boss: Person) -> None:
    with centre.inside():
        record_calls(centre, boss, 515, 1034, 1035)
        import_counts(centre, boss, slots(day=(3, 3, 0)))
        (gap,) = queries.unexplained_gaps(centre.contract_id, MONDAY)
        assert (gap.start_minute, gap.difference) == (None, 1)
        day = queries.day_exchange(centre.contract_id, MONDAY)
        assert queries.comparison(centre.contract_id, day).recorded_outside == 1


def test_more_records_than_answers_are_a_gap_too(centre: Centre, boss: Person) -> None:
    with centre.inside():
        record_calls(centre, boss, 510, 511)
        import_counts(centre, boss, slots(m510=(1, 1, 0)))
        assert [gap.difference for gap in queries.unexplained_gaps(centre.contract_id, MONDAY)] == [-1]


def test_a_reason_is_sealed_kept_and_can_be_taken_back(centre: Centre, boss: Person) -> None:
    with centre.inside():
        import_counts(centre, boss, slots(m510=(2, 1, 1)))
        for text in ("記録漏れ", "間違い電話", ""):
            with transaction():
                assert service.explain_gap(NewReason(MONDAY, 510, text), by=boss.actor, at=centre.now)
        with transaction():
            assert not service.explain_gap(NewReason(MONDAY, 510, ""), by=boss.actor, at=centre.now)
        assert queries.day_exchange(centre.contract_id, MONDAY).reasons == ()
        stored = list(db.session.execute(select(ExchangeGapReason.reason)).scalars())
        assert len(stored) == 3
        assert not any("電話".encode() in sealed for sealed in stored)
        assert "電話" not in str(audit.history_of(centre.contract_id, "exchange_day", MONDAY.isoformat()))


def test_a_reason_needs_a_half_hour_of_the_day(centre: Centre, boss: Person) -> None:
    with centre.inside(), pytest.raises(NotFound), transaction():
        service.explain_gap(NewReason(SATURDAY, 510, "x"), by=boss.actor, at=centre.now)
