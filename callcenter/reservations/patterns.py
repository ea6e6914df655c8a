"""Use cases of slots: weekly patterns, closures and one-off openings, single slots. None of them commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct, structs
from sqlalchemy import delete, select, update

from callcenter.audit.service import Act, record
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.reservations import catalogue, seats, service, slots, waits
from callcenter.reservations.catalogue_models import ReservationException, ReservationPattern
from callcenter.reservations.models import Reservation, ReservationSlot
from callcenter.reservations.rules import State
from callcenter.reservations.slots import Synced
from callcenter.reservations.terms import Terms
from callcenter.web.access import Actor
from callcenter.web.statements import touched


class PatternForm(Struct, frozen=True):
    """What one weekday is to look like from a date on; capacity 0: no slots on it."""

    start_minute: int
    end_minute: int
    gap_start: int | None
    gap_end: int | None
    slot_minutes: int
    capacity: int
    phone_quota: int = 0
    web_quota: int = 0
    counter_quota: int = 0
    later: int = 0


def pattern_faults(form: PatternForm) -> dict[str, list[str]]:
    """Why a pattern cannot be; empty when it can. A quota larger than the capacity cannot."""
    errors: dict[str, list[str]] = {}
    if form.end_minute <= form.start_minute:
        errors["end"] = ["終わりは始まりより後にしてください。"]
    elif form.end_minute - form.start_minute < form.slot_minutes:
        errors["slot_minutes"] = ["1枠の長さが、受付時間より長くなっています。"]
    if (form.gap_start is None) != (form.gap_end is None):
        errors["gap_start"] = ["休止時間は、始まりと終わりの両方を入力してください。"]
    elif (
        form.gap_start is not None
        and form.gap_end is not None
        and not (form.start_minute <= form.gap_start < form.gap_end <= form.end_minute)
    ):
        errors["gap_start"] = ["休止時間は、受付時間の中で、始まりを終わりより前にしてください。"]
    kept = form.phone_quota + form.web_quota + form.counter_quota + form.later
    if kept > form.capacity:
        errors["capacity"] = [
            f"経路別の枠と後から開く枠の合計（{kept}）が、1枠の定員（{form.capacity}）を超えています。"
        ]
    return errors


def save_pattern(
    counter_id: UUID, weekdays: Sequence[int], form: PatternForm, effective_on: date, *, terms: Terms, by: Actor
) -> Synced:
    """Let weekdays of a counter look so from a date on (today or later); the slots follow. Raises `InvalidInput`."""
    service.settle(terms, by=by)
    catalogue.counter(by.contract, counter_id)
    errors = pattern_faults(form)
    if not weekdays or not set(weekdays) <= set(range(7)):
        errors["weekdays"] = ["曜日を選んでください。"]
    if effective_on < terms.today:
        errors["effective_on"] = ["適用日は今日以後にしてください。過ぎた日の枠は変えられません。"]
    if errors:
        raise InvalidInput(errors=errors)
    for weekday in sorted(set(weekdays)):
        _put_pattern(counter_id, weekday, form, effective_on, terms)
    db.session.flush()
    done = slots.follow(terms=terms, by=by)
    record(Act("pattern.saved", "counter", str(counter_id), {"weekdays": sorted(set(weekdays))}), by=by, at=terms.at)
    return done


def _put_pattern(counter_id: UUID, weekday: int, form: PatternForm, effective_on: date, terms: Terms) -> None:
    db.session.execute(
        delete(ReservationPattern).where(
            ReservationPattern.contract_id == terms.contract_id,
            ReservationPattern.counter_id == counter_id,
            ReservationPattern.weekday == weekday,
            ReservationPattern.effective_on == effective_on,
        )
    )
    db.session.add(
        ReservationPattern(
            contract_id=terms.contract_id,
            id=new_id(),
            counter_id=counter_id,
            weekday=weekday,
            effective_on=effective_on,
            recorded_at=terms.at,
            **structs.asdict(form),
        )
    )


def patterns_of(contract_id: UUID, counter_id: UUID) -> Sequence[Any]:
    """All versions, by weekday and date."""
    return db.session.execute(
        select(ReservationPattern.__table__)
        .where(ReservationPattern.contract_id == contract_id, ReservationPattern.counter_id == counter_id)
        .order_by(ReservationPattern.weekday, ReservationPattern.effective_on)
    ).all()


class ExceptionForm(Struct, frozen=True):
    """A date of a place against the rule. An opening brings hours, slot length and seats. `reason` cleaned."""

    local_on: date
    kind: str
    reason: str
    start_minute: int | None = None
    end_minute: int | None = None
    slot_minutes: int | None = None
    capacity: int | None = None


def add_exception(place_id: UUID, form: ExceptionForm, *, terms: Terms, by: Actor) -> Synced:
    """Close a place's day or open it once; reservations on a closed day are to be rebooked. Raises `InvalidInput`."""
    service.settle(terms, by=by)
    catalogue.place(by.contract, place_id)
    if form.local_on < terms.today:
        raise InvalidInput(errors={"local_on": ["過ぎた日は変えられません。"]})
    if form.kind == "open" and not _is_whole_opening(form):
        raise InvalidInput(errors={"start": ["臨時に開く時間・1枠の長さ・定員を入力してください。"]})
    if any((row.place_id, row.local_on) == (place_id, form.local_on) for row in slots.live_exceptions(by.contract)):
        raise InvalidInput(errors={"local_on": ["この日には登録があります。先に取り下げてください。"]})
    row = ReservationException(
        contract_id=by.contract,
        id=new_id(),
        place_id=place_id,
        recorded_at=terms.at,
        recorded_by=by.person_id,
        **structs.asdict(form),
    )
    db.session.add(row)
    db.session.flush()
    done = slots.follow(terms=terms, by=by)
    details = {"on": form.local_on.isoformat(), "kind": form.kind, "count": done.to_rebook}
    record(Act("slots.excepted", "place", str(place_id), details), by=by, at=terms.at)
    return done


def _is_whole_opening(form: ExceptionForm) -> bool:
    if form.start_minute is None or form.end_minute is None or not form.slot_minutes or not form.capacity:
        return False
    return form.start_minute + form.slot_minutes <= form.end_minute


def withdraw_exception(exception_id: UUID, *, terms: Terms, by: Actor) -> Synced:
    """The rule holds again for the date; reservations to be rebooked are not moved back by themselves."""
    service.settle(terms, by=by)
    done = touched(
        update(ReservationException)
        .where(
            ReservationException.contract_id == by.contract,
            ReservationException.id == exception_id,
            ReservationException.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=terms.at)
    )
    if done != 1:
        raise NotFound("取り下げる登録が見つかりませんでした。")
    synced = slots.follow(terms=terms, by=by)
    record(Act("slots.exception_withdrawn", "slot_exception", str(exception_id)), by=by, at=terms.at)
    return synced


# --- single slots ---


class BelowBooked(Conflict):
    """Fewer seats than are booked: refused, unless those who must move are marked."""

    code = "below_booked"


def _slot(slot_id: UUID, contract_id: UUID) -> Any:
    row = db.session.execute(
        select(ReservationSlot.__table__)
        .where(ReservationSlot.contract_id == contract_id, ReservationSlot.id == slot_id)
        .with_for_update()
    ).first()
    if row is None:
        raise NotFound("枠が見つかりませんでした。")
    return row


def change_slot(slot_id: UUID, capacity: int, *, is_open: bool, mark: bool = False, terms: Terms, by: Actor) -> int:
    """Give one slot another number of seats, or shut or open it by hand; returns how many are to be rebooked.

    Below the booked number: `BelowBooked`; with `mark` those who booked last have to be rebooked.
    """
    if not 0 <= capacity <= 99:
        raise InvalidInput(errors={"capacity": ["定員は0から99までです。"]})
    service.settle(terms, by=by)
    row = _slot(slot_id, by.contract)
    _require_coming(row, terms)
    wanted = capacity if is_open else 0
    holders = _holders(slot_id, by.contract)
    beyond = holders[: max(0, len(holders) - wanted)]
    if beyond and not mark:
        raise BelowBooked(
            f"この枠には{len(holders)}件の予約・仮押さえがあります。移っていただく方を要再予約にするか、取りやめてください。"
        )
    moved = slots.rebook(beyond, terms=terms, by=by)
    slots.set_seats(slot_id, capacity, by.contract)
    touched(
        update(ReservationSlot)
        .where(ReservationSlot.contract_id == by.contract, ReservationSlot.id == slot_id)
        .values(state="open" if is_open else "shut")
    )
    waits.offer_freed([slot_id], terms=terms, by=by)
    details = {"capacity": capacity, "count": moved}
    record(Act("slot.changed", "slot", str(slot_id), details), by=by, at=terms.at)
    return moved


def _require_coming(row: Any, terms: Terms) -> None:
    if (row.local_on, row.start_minute) <= (terms.today, terms.here.minute):
        raise InvalidInput(errors={"capacity": ["過ぎた枠は変えられません。"]})
    if row.state == "closed":
        raise InvalidInput(errors={"capacity": ["この枠は、閉庁または枠の型の変更で閉じています。"]})


def _holders(slot_id: UUID, contract_id: UUID) -> list[UUID]:
    """Who has seats in a slot: holds first, then those who booked last."""
    ids = [one.reservation_id for one in seats.owners_in([slot_id], contract_id=contract_id)]
    if not ids:
        return []
    rows = db.session.execute(
        select(Reservation.id, Reservation.state, Reservation.number).where(
            Reservation.contract_id == contract_id, Reservation.id.in_(ids)
        )
    ).all()
    in_order = sorted(rows, key=lambda row: (row.state != State.HELD.value, -(row.number or 0)))
    return [row.id for row in in_order]
