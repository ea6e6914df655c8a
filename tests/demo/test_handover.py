"""The demonstration hands over a day's report although its texts hold what asks for a second look."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from callcenter.clock import instant_of
from callcenter.contracts.queries import calendar
from callcenter.deliveries import queries as delivered
from callcenter.deliveries.rules import Kind
from callcenter.demo import handover, loader
from callcenter.demo.appointments import Appointments
from callcenter.demo.clock import FIRST_ON, LAST_ON
from callcenter.demo.company import found_company
from callcenter.reporting import service as reporting
from callcenter.reporting.rules import MatterKind
from callcenter.web.transaction import transaction
from tests.demo.stage import staged

ON = date(2026, 4, 30)


@pytest.mark.parametrize("words", ["回線を点検しました。", "例田さんから連絡がありました。"], ids=["plain", "a name"])
def test_what_was_found_is_let_stand_and_the_report_handed_over(tmp_path: Path, words: str) -> None:
    with staged(tmp_path):
        with transaction():
            company = found_company(instant_of(loader.FOUNDED_ON, 600))
        scenes = loader.scenes(calendar(company.contract_id).open_days(FIRST_ON, LAST_ON))
        loader.play(next(one for one in scenes if one.on == ON), company, Appointments(company.contract_id))
        leader, at = company.actors["supervisor"], instant_of(ON, 1065)
        with transaction():
            reporting.add_matter(reporting.NewMatter(ON, MatterKind.OTHER, 600, words), by=leader, at=at)
        version_id = handover.submit(ON, by=leader, at=at)
        assert [one.id for one in delivered.versions_for(company.contract_id, Kind.DAILY, ON, ON)] == [version_id]
