"""What makes a draft or a submitted version "changed", and what does not."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from callcenter.deliveries import service as deliveries
from callcenter.deliveries.rules import State
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.deliveries.factories import submitted as submitted_day
from tests.reporting.periods.june import PAGE, built, recorded_june, submitted

TENTH = date(2026, 6, 10)
SAME, OTHER = "今の記録と同じ内容です", "内容が変わりました"


def _decided(centre: Centre, version_id: UUID, state: State) -> None:
    officer = centre.person(Role.CITY_OFFICER, name="承認 つかさ")
    with centre.inside(), transaction():
        deliveries.decide(version_id, state, "要旨を詳しく", by=officer.actor, at=centre.now)


@pytest.mark.parametrize("state", [State.ACCEPTED, State.SENT_BACK])
def test_what_the_city_says_of_a_days_report_changes_no_draft_and_no_version(centre: Centre, state: State) -> None:
    supervisor = recorded_june(centre)
    day = submitted_day(centre, supervisor, on=TENTH)
    submitted(centre, supervisor)
    _decided(centre, day, state)
    page = supervisor.client().get(PAGE).text
    assert SAME in page
    assert OTHER not in page


def test_a_second_version_of_a_days_report_changes_neither(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    _decided(centre, submitted_day(centre, supervisor, on=TENTH), State.SENT_BACK)
    built(centre, supervisor.client())
    submitted_day(centre, supervisor, number=2, on=TENTH, note="要旨を追加")
    assert SAME in supervisor.client().get(PAGE).text


def test_that_a_days_report_was_submitted_at_all_is_said_anew(centre: Centre) -> None:
    supervisor = recorded_june(centre)
    submitted(centre, supervisor)
    submitted_day(centre, supervisor, on=TENTH)
    page = supervisor.client().get(PAGE).text
    assert SAME not in page
    assert "「日別の件数」の内容が変わりました" in page
