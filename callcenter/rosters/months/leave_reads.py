"""Reads of requests of leave for their lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.extensions import db
from callcenter.rosters.codes import LeaveKind, RequestState
from callcenter.rosters.months.models import LeaveRequest
from callcenter.rosters.queries import StaffMember


class LeaveLine(Struct, frozen=True):
    """A request with its person. `planned`: the days of today and later it would take shifts away from."""

    id: UUID
    member: StaffMember
    kind: LeaveKind
    from_on: date
    to_on: date
    note: str
    state: RequestState
    requested_at: datetime
    decision_note: str
    planned: tuple[date, ...] = ()

    @property
    def days(self) -> int:
        return (self.to_on - self.from_on).days + 1

    @property
    def badge(self) -> str:
        """The badge: colour and shape."""
        return {"requested": "warn", "approved": "ok", "refused": "bad"}.get(self.state.value, "mute")


def leave_lines(
    contract_id: UUID,
    members: Mapping[UUID, StaffMember],
    *,
    own: UUID | None = None,
    since: date | None = None,
    planned: Mapping[UUID, list[date]] | None = None,
) -> list[LeaveLine]:
    """The requests of everybody or of one person, the open ones first, then by day; `since`: those not over by then
    and all that are open. `planned` gives each person's planned days."""
    statement = select(LeaveRequest).where(LeaveRequest.contract_id == contract_id)
    if own is not None:
        statement = statement.where(LeaveRequest.staff_id == own)
    rows = db.session.execute(statement.order_by(LeaveRequest.from_on, LeaveRequest.id)).scalars()
    lines = [_line(row, members[row.staff_id], planned or {}) for row in rows]
    shown = (one for one in lines if since is None or one.to_on >= since or one.state is RequestState.REQUESTED)
    return sorted(shown, key=lambda one: one.state is not RequestState.REQUESTED)


def _line(row: LeaveRequest, member: StaffMember, planned: Mapping[UUID, list[date]]) -> LeaveLine:
    open_request = row.state == RequestState.REQUESTED.value
    touched = planned.get(row.staff_id, []) if open_request and row.kind != LeaveKind.WISH.value else []
    return LeaveLine(
        row.id,
        member,
        LeaveKind.of(row.kind),
        row.from_on,
        row.to_on,
        row.note,
        RequestState.of(row.state),
        row.requested_at,
        row.decision_note,
        tuple(on for on in touched if row.from_on <= on <= row.to_on),
    )
