"""What a period's rows keep in the clear tells nobody anything of its texts and callers."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from callcenter.calls.models import Call
from callcenter.deliveries.rules import Edition, Part
from callcenter.extensions import db
from callcenter.jobs import queries as jobs
from callcenter.reporting import approval
from callcenter.reporting.periods import approving, reading
from callcenter.reporting.periods.approving import REFUSED
from callcenter.reporting.periods.reviewing import look
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.calls.test_corrections import FORM
from tests.centre import Centre
from tests.deliveries.sending_factories import permitted
from tests.reporting.periods.june import (
    TENTH,
    approve,
    built,
    draft_file,
    period_of,
    recorded_june,
    versions,
    words_of,
    work,
)

NAME = "鬼頭 龍之介"


def _renamed(centre: Centre) -> None:
    """Somebody corrects the name of the month's first caller, and nothing else."""
    with centre.inside():
        call_id = db.session.execute(select(Call.id).where(Call.number == 1)).scalar_one()
    browser = centre.person(Role.SUPERVISOR, name="仮山 責任者").client()
    form = {**FORM, "caller_name": NAME, "started_on": TENTH.date().isoformat(), "started_time": "09:56"}
    assert browser.post(f"/calls/{call_id}/correct", data=form).status_code == 303


def test_a_name_that_is_found_after_the_approval_is_not_told_again(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    built(centre, browser)
    assert approve(browser, change_note=f"{NAME.split()[0]}の件を含む").status_code == 303
    _renamed(centre)
    work(centre)
    assert versions(centre) == []
    period = period_of(centre)
    with centre.inside():
        found = approving.newest_approval(period)
        assert found is not None
        job = jobs.job_of(centre.contract_id, approving.job_key(found.id, period.span))
    assert job is not None
    assert found.state == REFUSED
    assert found.refused_because == job.message == approving.NOTE_NAMES_SOMEBODY
    assert "変更点に個人情報らしい語があります" in found.refused_because


def test_a_mark_cannot_be_recomputed_without_the_contracts_keys(sqlite_centre: Centre) -> None:
    supervisor = recorded_june(sqlite_centre)
    with sqlite_centre.inside():
        found = look(period_of(sqlite_centre), by=supervisor.actor, at=sqlite_centre.now)
        again = look(period_of(sqlite_centre), by=supervisor.actor, at=sqlite_centre.now)
        assert found.mark == again.mark != reading.mark_of_period(found.report)
        with transaction():
            day = approval.review(TENTH.date(), by=supervisor.actor, at=sqlite_centre.now).day
        mark = approval.mark_of_day(day)
    assert len(found.mark) == len(mark) == 64
    shown = (day.lines, day.exchange, day.matters, day.shortage_notes, day.attendance)
    assert mark != hashlib.sha256(repr(shown).encode()).hexdigest()


def test_the_network_edition_does_not_name_who_allowed_its_texts(sqlite_centre: Centre) -> None:
    supervisor = recorded_june(sqlite_centre)
    permitted(sqlite_centre, sqlite_centre.person(Role.CONTRACT_MANAGER), "network_texts")
    browser = supervisor.client()
    built(sqlite_centre, browser)
    book, paper = (words_of(draft_file(browser, Edition.NETWORK, part).data) for part in (Part.WORKBOOK, Part.PAPER))
    assert "予約の変更" in book
    assert "令和8年6月1日の許可" in book
    assert "例田 課長" not in book + paper
    day = browser.get(f"/reports/daily/{TENTH.date().isoformat()}/draft/network")
    assert "例田 課長" not in words_of(day.data)
