"""What of the rosters to come needs a hand: shortfalls before they happen, requests, a month nobody has published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, select

from callcenter.clock import local
from callcenter.contracts.queries import calendar, contract
from callcenter.extensions import db
from callcenter.rosters.codes import RequestState, RosterState
from callcenter.rosters.coverage import queries as coverage
from callcenter.rosters.months.models import LeaveRequest, RosterVersion, SwapRequest
from callcenter.rosters.papers.queries import untrained_days

AHEAD = timedelta(days=14)
PUBLISHED_AHEAD = 10
"""So many open days before a month begins its roster should be known."""


class Attention(Struct, frozen=True):
    """`short`: coming days planned below the minimum, with the minutes; `unpublished`: the first day of a month that
    begins soon; `untrained`: days on which somebody without a valid training is planned (9(2))."""

    short: tuple[tuple[date, int], ...]
    requests: int
    unpublished: date | None
    untrained: tuple[date, ...]


def attention(contract_id: UUID, now: datetime) -> Attention:
    """What is to be seen to, as of an instant within the contract's term."""
    today = local(now).on
    last = min(today + AHEAD, contract(contract_id).ends_on)
    return Attention(
        short=_short(contract_id, (today, last), now),
        requests=_waiting(contract_id),
        unpublished=_unpublished(contract_id, today),
        untrained=tuple(sorted({on for days in untrained_days(contract_id, today).values() for on in days})),
    )


def _short(contract_id: UUID, period: tuple[date, date], now: datetime) -> tuple[tuple[date, int], ...]:
    """Days for which nobody is planned yet are not told here: the month is not made."""
    found = ((day.on, day.minutes.planned_below) for day in coverage.days(contract_id, *period, now))
    return tuple((on, minutes) for on, minutes in found if minutes)


def _waiting(contract_id: UUID) -> int:
    """Requests of leave, and swaps to which the other has agreed."""
    leave = select(func.count()).where(
        LeaveRequest.contract_id == contract_id, LeaveRequest.state == RequestState.REQUESTED.value
    )
    swaps = select(func.count()).where(
        SwapRequest.contract_id == contract_id, SwapRequest.state == RequestState.AGREED.value
    )
    return sum(int(db.session.execute(one).scalar_one()) for one in (leave, swaps))


def _unpublished(contract_id: UUID, today: date) -> date | None:
    """The month that begins within the next open days and has no roster in force."""
    following = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    if following > contract(contract_id).ends_on or _open_days_before(contract_id, today, following) > PUBLISHED_AHEAD:
        return None
    published = select(RosterVersion.id).where(
        RosterVersion.contract_id == contract_id,
        RosterVersion.month == following,
        RosterVersion.state == RosterState.PUBLISHED.value,
    )
    return None if db.session.execute(published).first() else following


def _open_days_before(contract_id: UUID, today: date, following: date) -> int:
    between: Sequence[date] = calendar(contract_id).open_days(today, following - timedelta(days=1))
    return len(between)
