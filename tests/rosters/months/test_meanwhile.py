"""Two people at one roster at the same moment: nobody's act gets lost, and neither waits for the other for ever."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from callcenter.audit.models import AuditEntry
from callcenter.errors import AppError, Conflict
from callcenter.extensions import db
from callcenter.rosters import planning
from callcenter.rosters.codes import LeaveKind
from callcenter.rosters.months import drafts, leave, publishing
from callcenter.rosters.months.leave import NewLeave
from callcenter.rosters.timebook import closing
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.rosters.factories import FRIDAY_BEFORE, add_staff
from tests.rosters.months.making import (
    AFTERNOON,
    MORNING,
    WHOLE,
    by,
    july,
    later,
    live,
    newest,
    publish,
    put,
    start,
    versions,
)

PATIENCE = 1.0
"""Seconds in which the other gets as far as it can; on SQLite, and where it has to wait, it gets nowhere."""


class Meeting:
    """One act halts half-way until the other is done, or cannot go on."""

    def __init__(self, centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
        self.centre, self._patch = centre, monkeypatch
        self._half_way, self._other = Event(), Event()
        self.refused: list[AppError] = []

    def halt_at(self, place: Any, name: str, *, other: bool = False) -> None:
        """The first act waits before `name`; the `other` one tells from there that it came so far."""
        real = getattr(place, name)

        def passing(*args: Any, **named: Any) -> Any:
            if other:
                self._other.set()
            else:
                self._half_way.set()
                self._other.wait(PATIENCE)
            return real(*args, **named)

        self._patch.setattr(place, name, passing)

    def run(self, first: Callable[[], Any], second: Callable[[], Any]) -> None:
        threads = [Thread(target=self._act, args=(first, False)), Thread(target=self._act, args=(second, True))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _act(self, act: Callable[[], Any], waits: bool) -> None:
        try:
            if waits:
                self._half_way.wait(PATIENCE)
            with self.centre.inside(), transaction():
                act()
        except AppError as error:
            self.refused.append(error)
        finally:
            if waits:
                self._other.set()


def _published(centre: Centre) -> UUID:
    """Somebody who works on 1 July by the version in force, and on its afternoon by the draft of the next."""
    staff_id = add_staff(centre, "P01", "見本 花子")
    start(centre)
    put(centre, staff_id, july(1), WHOLE)
    publish(centre, reason="人員不足")
    later(centre)
    start(centre)
    put(centre, staff_id, july(1), AFTERNOON)
    later(centre)
    return staff_id


def _publish(centre: Centre) -> Callable[[], Any]:
    wanted = publishing.Publication(july(1), newest(centre).version, "午後だけにする", accepts_shortage=True)
    return lambda: publishing.publish(wanted, by=by(centre), at=centre.now)


def test_a_shift_planned_while_the_month_is_published_is_not_swept_away(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff_id, meeting = _published(centre), Meeting(centre, monkeypatch)
    meeting.halt_at(publishing, "_require_instruction")

    def on_the_days_page() -> None:
        planning.plan_shift(staff_id, july(2), MORNING, by=by(centre), at=centre.now)

    meeting.run(_publish(centre), on_the_days_page)
    kept = {(cell.on, cell.times) for cell in live(centre)}
    assert (july(2), MORNING) in kept or any(isinstance(one, Conflict) for one in meeting.refused)


def test_leave_approved_while_the_month_is_published_is_not_stuck(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff_id, meeting = _published(centre), Meeting(centre, monkeypatch)
    with centre.inside(), transaction():
        new = NewLeave(staff_id, LeaveKind.PAID, july(1), july(1))
        leave_id = leave.request_leave(new, by=by(centre), at=centre.now)
    meeting.halt_at(publishing, "_require_instruction")
    meeting.halt_at(leave, "picture_plan", other=True)
    meeting.run(_publish(centre), lambda: leave.approve_leave(leave_id, by=by(centre), at=centre.now))
    assert meeting.refused == []
    assert live(centre) == ()


def test_a_shift_planned_while_a_draft_is_begun_is_known_to_it_or_told(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff_id, meeting = add_staff(centre, "P01", "見本 花子"), Meeting(centre, monkeypatch)
    planned_at = centre.now
    meeting.halt_at(planning, "_add")

    def begun() -> None:
        drafts.start_draft(july(1), by=by(centre), at=later(centre))

    meeting.run(lambda: planning.plan_shift(staff_id, july(2), MORNING, by=by(centre), at=planned_at), begun)
    later(centre)
    try:
        publish(centre, reason="人員不足")
    except Conflict:
        return
    assert (july(2), MORNING) in {(cell.on, cell.times) for cell in live(centre)}


def test_a_shift_that_waited_while_a_draft_was_begun_is_told_when_the_draft_is_published(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its request came first, its turn came last."""
    staff_id, meeting = add_staff(centre, "P01", "見本 花子"), Meeting(centre, monkeypatch)
    came_at = centre.now
    meeting.halt_at(drafts, "insert_cells")
    begun_at = later(centre)
    meeting.run(
        lambda: drafts.start_draft(july(1), by=by(centre), at=begun_at),
        lambda: planning.plan_shift(staff_id, july(2), MORNING, by=by(centre), at=came_at),
    )
    later(centre)
    with pytest.raises(Conflict, match="7月2日"):
        publish(centre, reason="人員不足")
    assert (july(2), MORNING) in {(cell.on, cell.times) for cell in live(centre)}


def test_of_two_who_approve_the_same_leave_one_is_told_and_one_version_is_made(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff_id, meeting = _published(centre), Meeting(centre, monkeypatch)
    with centre.inside(), transaction():
        new = NewLeave(staff_id, LeaveKind.PAID, july(1), july(1))
        leave_id = leave.request_leave(new, by=by(centre), at=centre.now)
    meeting.halt_at(leave, "_decide")

    def approved() -> None:
        leave.approve_leave(leave_id, by=by(centre), at=centre.now)

    meeting.run(approved, approved)
    assert [type(one) for one in meeting.refused] == [Conflict]
    assert [one.number for one in versions(centre) if one.published_at] == [2, 1]


def test_a_month_closes_only_after_a_plan_that_was_under_way(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written into a month that is closed already."""
    staff_id, meeting = add_staff(centre, "P01", "見本 花子"), Meeting(centre, monkeypatch)
    meeting.halt_at(planning, "_require_valid")
    row = planning.RowPlan("1", staff_id, MORNING)
    plan = planning.DayPlan(FRIDAY_BEFORE, (row,), "実際に合わせる")
    meeting.run(
        lambda: planning.plan_day(plan, by=by(centre), at=centre.now),
        lambda: closing.close_month(FRIDAY_BEFORE.replace(day=1), by=by(centre), at=centre.now),
    )
    with centre.inside():
        wanted = AuditEntry.action.in_(("shift.planned", "attendance.closed"))
        found = db.session.execute(select(AuditEntry.action).where(wanted).order_by(AuditEntry.seq)).scalars().all()
    assert (meeting.refused, found) == ([], ["shift.planned", "attendance.closed"])
