"""Reads of leave that stands: what planning a shift asks, and what a month shows."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.extensions import db
from callcenter.rosters.codes import LeaveKind, RequestState
from callcenter.rosters.months.models import LeaveRequest

OPEN_STATES = (RequestState.REQUESTED.value, RequestState.APPROVED.value)


class Leave(Struct, frozen=True):
    """Days off, both included, that are asked for or approved."""

    id: UUID
    staff_id: UUID
    kind: LeaveKind
    from_on: date
    to_on: date
    state: RequestState

    @property
    def binding(self) -> bool:
        """Nobody may be planned on it. A wish never binds, also when the supervisor agrees with it."""
        return self.state is RequestState.APPROVED and self.kind is not LeaveKind.WISH

    def __contains__(self, on: object) -> bool:
        return isinstance(on, date) and self.from_on <= on <= self.to_on

    def days(self) -> list[date]:
        return [self.from_on + timedelta(days=number) for number in range((self.to_on - self.from_on).days + 1)]


def standing(contract_id: UUID, from_on: date, to_on: date) -> list[Leave]:
    """Leave and wishes that touch the days, asked for or approved, the earliest first."""
    rows = db.session.execute(
        select(
            LeaveRequest.id,
            LeaveRequest.staff_id,
            LeaveRequest.kind,
            LeaveRequest.from_on,
            LeaveRequest.to_on,
            LeaveRequest.state,
        )
        .where(
            LeaveRequest.contract_id == contract_id,
            LeaveRequest.to_on >= from_on,
            LeaveRequest.from_on <= to_on,
            LeaveRequest.state.in_(OPEN_STATES),
        )
        .order_by(LeaveRequest.from_on, LeaveRequest.id)
    )
    return [
        Leave(row.id, row.staff_id, LeaveKind.of(row.kind), row.from_on, row.to_on, RequestState.of(row.state))
        for row in rows
    ]


def on_leave(contract_id: UUID, on: date) -> dict[UUID, LeaveKind]:
    """Who has approved leave on a day, and of which kind."""
    return {one.staff_id: one.kind for one in standing(contract_id, on, on) if one.binding}
