"""Use cases of attendance: one's own punches, and corrections with reason and approver. None of them commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.audit.service import Act, record
from callcenter.clock import clock_label, instant_of, local
from callcenter.errors import Conflict, InvalidInput
from callcenter.extensions import db, new_id
from callcenter.rosters import queries, rules
from callcenter.rosters.models import Punch, PunchCorrection, PunchVoid
from callcenter.rosters.queries import StaffMember
from callcenter.rosters.records import StandingPunch, standing_punches
from callcenter.rosters.rules import Mark, PunchKind
from callcenter.rosters.service import about, lock_staff, outside_assignment
from callcenter.rosters.timebook.queries import closing_of
from callcenter.web.access import Actor

SAME_PUNCH = timedelta(minutes=1)
NOT_ON_THE_LIST = "業務従事者名簿に登録されていないため、打刻できません。業務責任者に連絡してください。"
SCREEN_USED = "この画面からの打刻は済んでいます。画面を読み直してから、もう一度お試しください。"
CORRECTED_MEANWHILE = "ほかの人が先に、この日の打刻を訂正しました。最新の記録を確認してください。"


class Entry(Struct, frozen=True):
    """A punch to record: from one's own page, or at a shared device. `key` makes a second send the same punch."""

    kind: PunchKind
    key: UUID | None = None
    device_id: UUID | None = None

    @property
    def source(self) -> str:
        return "page" if self.device_id is None else "kiosk"


def punch(kind: PunchKind, *, key: UUID | None = None, by: Actor, at: datetime) -> UUID:
    """Punch for oneself, now. The same `key`, or the same punch within a minute, is the same punch.

    Raises `InvalidInput` when the actor is not on the staff list or the punch may not follow the day's others.
    """
    member = queries.staff_of_user(by.contract, by.user_id, local(at).on)
    if member is None:
        raise InvalidInput(NOT_ON_THE_LIST)
    return punch_for(member, Entry(kind, key), by=by, at=at)


def punch_for(member: StaffMember, entry: Entry, *, by: Actor, at: datetime) -> UUID:
    """Record the punch of a person of whom the caller made sure that it is they. Raises as `punch` does."""
    lock_staff(by.contract, [member.id])
    same = _of_key(member, entry.kind, entry.key, by.contract)
    if same is not None:
        return same
    standing = standing_punches(by.contract, local(at).on, member.id)
    if standing and standing[-1].kind is entry.kind and timedelta(0) <= at - standing[-1].at < SAME_PUNCH:
        return standing[-1].id
    _require_allowed(member, standing, entry.kind, at)
    return _record_punch(member, entry, by=by, at=at)


def _of_key(member: StaffMember, kind: PunchKind, key: UUID | None, contract_id: UUID) -> UUID | None:
    if key is None:
        return None
    found = db.session.execute(
        select(Punch.id, Punch.staff_id, Punch.kind).where(
            Punch.contract_id == contract_id, Punch.idempotency_key == key
        )
    ).first()
    if found is None:
        return None
    if (found.staff_id, found.kind) != (member.id, kind.value):
        raise Conflict(SCREEN_USED)
    punch_id: UUID = found.id
    return punch_id


def _require_allowed(member: StaffMember, standing: Sequence[StandingPunch], kind: PunchKind, at: datetime) -> None:
    why = rules.refusal(rules.presence_after([one.mark for one in standing]), kind)
    if why is None and standing and at < standing[-1].at:
        why = f"前の打刻（{clock_label(standing[-1].minute)}）より前の時刻では打刻できません。"
    if why is not None:
        raise InvalidInput(about(member, local(at).on) + why)


def _record_punch(member: StaffMember, entry: Entry, *, by: Actor, at: datetime) -> UUID:
    there = local(at)
    row = Punch(
        contract_id=by.contract,
        id=new_id(),
        staff_id=member.id,
        local_on=there.on,
        at=at,
        minute=there.minute,
        kind=entry.kind.value,
        source=entry.source,
        recorded_by=by.user_id,
        recorded_at=at,
        idempotency_key=entry.key,
    )
    db.session.add(row)
    details = {"staff": str(member.id), "kind": entry.kind.value}
    if entry.device_id is not None:
        details["device"] = str(entry.device_id)
    record(Act("punch.recorded", "punch", str(row.id), details), by=by, at=at)
    return row.id


class Correction(Struct, frozen=True):
    """Punches of one person's day to set aside and to add, with the reason (cleaned and scanned)."""

    staff_id: UUID
    on: date
    voids: tuple[UUID, ...]
    adds: tuple[Mark, ...]
    reason: str
    key: UUID | None = None


def correct(correction: Correction, *, by: Actor, at: datetime) -> UUID:
    """Correct a day; the actor is its approver. What stands afterwards has to be a possible day.

    Raises `InvalidInput` naming person, day and rule; `Conflict` when a punch was set aside meanwhile.
    """
    member = queries.staff_member(by.contract, correction.staff_id)
    lock_staff(by.contract, [member.id])
    same = _correction_of_key(by.contract, correction)
    if same is not None:
        return same
    standing = standing_punches(by.contract, correction.on, member.id)
    if not set(correction.voids) <= {one.id for one in standing}:
        raise Conflict(CORRECTED_MEANWHILE)
    _require_correctable(correction, member, by.contract, at)
    _require_possible(correction, member, standing)
    return _record_correction(correction, by=by, at=at)


def _correction_of_key(contract_id: UUID, correction: Correction) -> UUID | None:
    if correction.key is None:
        return None
    statement = select(PunchCorrection.id).where(
        PunchCorrection.contract_id == contract_id, PunchCorrection.idempotency_key == correction.key
    )
    return db.session.execute(statement).scalar_one_or_none()


def _require_correctable(correction: Correction, member: StaffMember, contract_id: UUID, at: datetime) -> None:
    if not correction.reason:
        raise InvalidInput(errors={"reason": ["訂正の理由を入力してください。"]})
    if not correction.voids and not correction.adds:
        raise InvalidInput(errors={"adds": ["取り消す打刻を選ぶか、追加する打刻を入力してください。"]})
    outside = outside_assignment(member, correction.on) or _closed_fault(member, correction.on, contract_id)
    if outside:
        raise InvalidInput(errors={"adds": [outside]})
    for mark in correction.adds:
        if instant_of(correction.on, mark.minute) > at:
            why = f"{clock_label(mark.minute)} はまだ来ていない時刻です。"
            raise InvalidInput(errors={"adds": [about(member, correction.on) + why]})


def _closed_fault(member: StaffMember, on: date, contract_id: UUID) -> str | None:
    """Why the punches of a day stand: its month is closed."""
    if closing_of(contract_id, on) is None:
        return None
    why = f"{on.month}月分の出退勤は締め済みのため、訂正できません。先に、理由を付けて締めを解除してください。"
    return about(member, on) + why


def _require_possible(correction: Correction, member: StaffMember, standing: Iterable[StandingPunch]) -> None:
    kept = [(one.at, one.mark) for one in standing if one.id not in correction.voids]
    added = [(instant_of(correction.on, mark.minute), mark) for mark in correction.adds]
    ordered = sorted(kept + added, key=lambda entry: rules.order_key(entry[0], entry[1].kind))
    fault = rules.first_fault(mark for _, mark in ordered)
    if fault is not None:
        mark, why = fault
        where = f"訂正後の {clock_label(mark.minute)} {mark.kind.label} が続きません。{why}"
        raise InvalidInput(errors={"adds": [about(member, correction.on) + where]})


def _record_correction(correction: Correction, *, by: Actor, at: datetime) -> UUID:
    row = PunchCorrection(
        contract_id=by.contract,
        id=new_id(),
        staff_id=correction.staff_id,
        local_on=correction.on,
        reason=correction.reason,
        approved_by=by.user_id,
        approved_at=at,
        idempotency_key=correction.key,
    )
    db.session.add(row)
    db.session.flush()
    for punch_id in correction.voids:
        db.session.add(PunchVoid(contract_id=by.contract, punch_id=punch_id, correction_id=row.id))
    for mark in correction.adds:
        db.session.add(_added(correction, row.id, mark, by, at))
    details = {
        "staff": str(correction.staff_id),
        "on": correction.on.isoformat(),
        "voided": [str(punch_id) for punch_id in correction.voids],
        "added": [mark.kind.value for mark in correction.adds],
    }
    record(Act("punch.corrected", "punch_correction", str(row.id), details), by=by, at=at)
    return row.id


def _added(correction: Correction, correction_id: UUID, mark: Mark, by: Actor, at: datetime) -> Punch:
    return Punch(
        contract_id=by.contract,
        id=new_id(),
        staff_id=correction.staff_id,
        local_on=correction.on,
        at=instant_of(correction.on, mark.minute),
        minute=mark.minute,
        kind=mark.kind.value,
        source="correction",
        correction_id=correction_id,
        recorded_by=by.user_id,
        recorded_at=at,
    )
