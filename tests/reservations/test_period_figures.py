"""The figures of a period: a month before the first reservation of all stays without any."""

from __future__ import annotations

from datetime import date

from callcenter.reservations.period_figures import of_period
from tests.centre import Centre
from tests.reservations.factories import book_of

MAY, JUNE = (date(2026, 5, 1), date(2026, 5, 31)), (date(2026, 6, 1), date(2026, 6, 30))


def test_a_first_reservation_reaches_into_no_month_before_it(centre: Centre) -> None:
    book = book_of(centre)
    with centre.inside():
        assert of_period(centre.contract_id, *JUNE) is None
    book.book()
    with centre.inside():
        assert of_period(centre.contract_id, *MAY) is None
        assert of_period(centre.contract_id, *JUNE) is not None


def test_a_month_after_it_has_its_noughts(centre: Centre) -> None:
    book_of(centre).book()
    with centre.inside():
        found = of_period(centre.contract_id, date(2026, 7, 1), date(2026, 7, 31))
    assert found is not None
    assert sum(found.totals) == 0
