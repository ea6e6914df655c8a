"""Use cases of a reservation that stands: move, cancel, note the visit. None of them commits.

A change is one transaction: the old seats are returned, the new ones taken, the row moved on by one version. If the new
time is gone, nothing of it happened and the old one stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Table, select, update

from callcenter.errors import Conflict, Forbidden, InvalidInput
from callcenter.extensions import db
from callcenter.protection.keys import ContractKeys
from callcenter.reservations import history, queries, seats
from callcenter.reservations.booking import lead_days, require_known
from callcenter.reservations.choosing import NotOffered, Time, Wish, choose
from callcenter.reservations.forms import CancelTyped
from callcenter.reservations.history import Spot, Step, spot_of
from callcenter.reservations.models import Reservation, ReservationApplicant, ReservationSeat
from callcenter.reservations.rules import LIVE, VISITS, EventKind, State, may_follow
from callcenter.reservations.sealing import REASON, sealed
from callcenter.reservations.terms import Terms
from callcenter.web.access import Actor, Role
from callcenter.web.statements import touched

_ROWS = cast(Table, Reservation.__table__)


class Changed(Conflict):
    """Somebody else changed the reservation since it was read."""

    code = "reservation_changed"
    default_message = "この予約は、ほかの人が先に変更しました。最新の内容を確認してください。"


class Over(Conflict):
    """A reservation that is over cannot be changed; a cancelled one is never revived."""

    code = "reservation_over"


class TooLate(InvalidInput):
    """Past the day until which it may be changed; a supervisor may decide otherwise."""

    code = "too_late"


class Place(Struct, frozen=True):
    """Which reservation, in the version that was read."""

    reservation_id: UUID
    version: int


def current(place: Place, contract_id: UUID) -> Any:
    """The row as it was read by the caller. Raises `NotFound`, `Changed`."""
    row = db.session.execute(
        select(_ROWS)
        .where(_ROWS.c.contract_id == contract_id, _ROWS.c.id == place.reservation_id, _ROWS.c.number.is_not(None))
        .with_for_update()
    ).first()
    if require_known(row).version != place.version:
        raise Changed()
    return row


def require_in_time(row: Any, terms: Terms, *, override: bool, by: Actor) -> None:
    """Changes and cancellations are possible until D−2; later only by a supervisor's decision. Raises `TooLate`."""
    if State.of(row.state) is State.REBOOK or terms.window.may_cancel(row.local_on):
        return
    if override and by.has(Role.SUPERVISOR):
        return
    if override:
        raise Forbidden("期限を過ぎた変更・取消は、業務責任者が行います。")
    days = terms.settings.cancel_days
    raise TooLate(
        f"変更・取消は来庁日の{days}開庁日前までです。業務責任者に相談するか、窓口への連絡を案内してください。",
        errors={"on": [f"変更・取消は来庁日の{days}開庁日前までです。"]},
    )


def move(
    place: Place,
    to: Time,
    why: CancelTyped,
    *,
    keys: ContractKeys,
    terms: Terms,
    by: Actor,
    call_id: UUID | None = None,
) -> tuple[UUID, ...]:
    """Give a reservation another time under the same number; returns the slots that became free.

    Procedure, people and channel stay. Raises `Full`, `NotOffered`, `Over`, `TooLate`,
    `Changed`.
    """
    row = current(place, by.contract)
    _require_next(row, State.BOOKED)
    require_in_time(row, terms, override=why.override, by=by)
    wish = Wish(row.procedure_id, row.people, to.counter_id, to.on, to.start_minute, row.channel)
    choice = choose(wish, terms, stands=True)
    old, new = spot_of(row), choice.spot
    if State.of(row.state) is State.BOOKED and old == new:
        raise NotOffered(errors={"start": ["いまの予約と同じ日時です。"]})
    seats.lock([*choice.slot_ids, *_slots_of(place.reservation_id, by.contract)], by.contract)
    freed = seats.give_back(place.reservation_id, contract_id=by.contract)
    seats.take(choice.steps, place.reservation_id, None, contract_id=by.contract, at=terms.at)
    _write(row, _moved(new, choice.units, terms), by)
    step = Step(place.reservation_id, row.version + 1, EventKind.MOVED, row.channel, new, old, call_id)
    _tell(step, why, keys=keys, terms=terms, by=by)
    return freed


def _moved(new: Spot, units: int, terms: Terms) -> dict[str, Any]:
    return {
        "state": State.BOOKED.value,
        "counter_id": new.counter_id,
        "place_id": new.place_id,
        "local_on": new.on,
        "start_minute": new.start_minute,
        "end_minute": new.end_minute,
        "units": units,
        "lead_days": lead_days(new.on, terms),
    }


def _tell(step: Step, why: CancelTyped, *, keys: ContractKeys, terms: Terms, by: Actor) -> None:
    """Write the step with who asked and why; the words are sealed."""
    told = replace(step, asker=why.asker, reason_code=why.reason_code)
    reason = sealed(keys, REASON, step.reservation_id, why.reason)
    history.add(told, by=by, at=terms.at, keeps_ledger=terms.settings.keeps_ledger, reason=reason)


def _slots_of(reservation_id: UUID, contract_id: UUID) -> list[UUID]:
    return list(
        db.session.execute(
            select(ReservationSeat.slot_id).where(
                ReservationSeat.contract_id == contract_id, ReservationSeat.reservation_id == reservation_id
            )
        ).scalars()
    )


def _require_next(row: Any, following: State) -> None:
    state = State.of(row.state)
    if not may_follow(state, following):
        raise Over(f"この予約は「{state.label}」のため、変更できません。必要なときは、新しく予約してください。")


def _write(row: Any, values: Mapping[str, Any], by: Actor) -> None:
    done = touched(
        update(Reservation)
        .where(Reservation.contract_id == by.contract, Reservation.id == row.id, Reservation.version == row.version)
        .values(version=row.version + 1, **values)
    )
    if done != 1:
        raise Changed()


def cancel(
    place: Place,
    why: CancelTyped,
    *,
    keys: ContractKeys,
    terms: Terms,
    by: Actor,
    call_id: UUID | None = None,
) -> tuple[UUID, ...]:
    """Cancel; the seats are free at once and are returned. Raises `Over`, `TooLate`, `Changed`."""
    row = current(place, by.contract)
    _require_next(row, State.CANCELLED)
    require_in_time(row, terms, override=why.override, by=by)
    freed = seats.give_back(place.reservation_id, contract_id=by.contract)
    _write(row, {"state": State.CANCELLED.value}, by)
    set_live(place.reservation_id, by.contract, live=False)
    step = Step(place.reservation_id, row.version + 1, EventKind.CANCELLED, row.channel, spot_of(row), call_id=call_id)
    _tell(step, why, keys=keys, terms=terms, by=by)
    return freed


def set_live(reservation_id: UUID, contract_id: UUID, *, live: bool) -> None:
    """Whether the notice numbers of a reservation are taken by it."""
    touched(
        update(ReservationApplicant)
        .where(ReservationApplicant.contract_id == contract_id, ReservationApplicant.reservation_id == reservation_id)
        .values(live=live)
    )


def note_visit(place: Place, visit: State, *, terms: Terms, by: Actor) -> None:
    """Attended, late or no-show: from the day of the appointment on; one of them may be put right by another.

    Raises `NotOffered` before the day (or, for no-show, before the time), `Over`, `Changed`.
    """
    if visit not in VISITS:
        raise InvalidInput(errors={"state": ["一覧から選んでください。"]})
    row = current(place, by.contract)
    _require_next(row, visit)
    if row.local_on > terms.today:
        raise NotOffered(errors={"state": ["来庁の記録は、予約の当日から入力できます。"]})
    waits_until = row.start_minute + terms.settings.late_minutes
    if visit is State.NO_SHOW and (terms.today, terms.here.minute) < (row.local_on, waits_until):
        raise NotOffered(errors={"state": ["予約の時刻を過ぎてから「来庁なし」にしてください。"]})
    _write(row, {"state": visit.value}, by)
    if State.of(row.state) in LIVE:
        set_live(place.reservation_id, by.contract, live=False)
    step = Step(place.reservation_id, row.version + 1, EventKind.of(visit.value), row.channel, spot_of(row))
    history.add(step, by=by, at=terms.at, keeps_ledger=False)


def time_of(row: Any) -> Time:
    """The time a reservation has, or had before its day was closed."""
    return Time(row.counter_id, row.local_on, row.start_minute)


def row_of(contract_id: UUID, reservation_id: UUID) -> Any:
    """Raises `NotFound`."""
    return require_known(queries.reservation(contract_id, reservation_id))
