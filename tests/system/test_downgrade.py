"""Back to the product before the reports over a period, and forward again, on a month that went all the way."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import text

from callcenter import deployment
from callcenter.extensions import db
from callcenter.web.access import Role
from tests.centre import Centre
from tests.deliveries.factories import submitted
from tests.deliveries.mail_server import Behaviour, serving
from tests.system.delivered_june import DeliveredJune

BEFORE, HEAD = "0019_contract_hours", "head"


def test_a_delivered_month_goes_and_the_days_stay(centre: Centre) -> None:
    with serving(Behaviour()) as server:
        june = DeliveredJune(centre, server)
    day = submitted(centre, june.supervisor)
    before = _kept(centre)
    deployment.downgrade(centre.app, BEFORE)
    deployment.upgrade(centre.app, HEAD)
    assert _kept(centre) == before
    browser = centre.person(Role.CITY_VIEWER).client()
    assert browser.get(f"/documents/{day}/files/handover").data == b"handover 1"
    assert browser.get(f"/documents/{june.version}").status_code == 404


def _kept(centre: Centre) -> Counter[str]:
    """What the older product knows."""
    with centre.inside():
        tables = ("calls", "audit_entries", "users")
        found = {name: db.session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables}
    return Counter(found)
