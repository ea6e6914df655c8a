"""Use cases of the staff list (業務従事者名簿). None of them commits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import or_, select

from callcenter.audit.service import Act, record
from callcenter.contracts.queries import contract
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.rosters import queries
from callcenter.rosters.models import PlannedShift, Punch, Staff
from callcenter.rosters.queries import StaffMember
from callcenter.rosters.rules import Employment, StaffRole
from callcenter.web.access import Actor
from callcenter.web.labels import date_label

DIRECT_ONLY = "業務責任者は、直接雇用の方に限ります（仕様書9(2)）。"
UNTRAINED = "業務研修の修了が登録されていないため、配置できません（仕様書9(2)）。"


class StaffDetails(Struct, frozen=True):
    """What may change while a person is assigned. Texts are cleaned and scanned (`schemas`)."""

    name: str
    name_kana: str
    user_id: UUID | None = None
    note: str = ""
    week_minutes: int | None = None


class NewStaff(Struct, frozen=True):
    """An assignment to add. `key` makes a second send of the same form the same assignment."""

    code: str
    role: StaffRole
    employment: Employment
    starts_on: date
    details: StaffDetails
    ends_on: date | None = None
    key: UUID | None = None


def add_staff(new: NewStaff, *, by: Actor, at: datetime) -> UUID:
    """Assign a person. Raises `InvalidInput` for a code in use, dates outside the contract, a supervisor who is not
    directly employed (9(2)), or a user who is assigned already."""
    same = _id_of_key(by.contract, new.key)
    if same is not None:
        return same
    _refuse(_faults(new, by.contract))
    row = Staff(
        contract_id=by.contract,
        id=new_id(),
        code=new.code,
        role=new.role.value,
        employment=new.employment.value,
        starts_on=new.starts_on,
        ends_on=new.ends_on,
        created_at=at,
        idempotency_key=new.key,
        **_columns(new.details),
    )
    db.session.add(row)
    db.session.flush()
    record(Act("staff.added", "staff", str(row.id), {"role": new.role.value}), by=by, at=at)
    return row.id


def _columns(details: StaffDetails) -> dict[str, Any]:
    return {
        "name": details.name,
        "name_kana": details.name_kana,
        "user_id": details.user_id,
        "note": details.note,
        "week_minutes": details.week_minutes,
    }


def _id_of_key(contract_id: UUID, key: UUID | None) -> UUID | None:
    if key is None:
        return None
    statement = select(Staff.id).where(Staff.contract_id == contract_id, Staff.idempotency_key == key)
    return db.session.execute(statement).scalar_one_or_none()


def _refuse(errors: dict[str, list[str]]) -> None:
    if errors:
        raise InvalidInput(errors=errors)


def _faults(new: NewStaff, contract_id: UUID) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if db.session.execute(select(Staff.id).where(Staff.contract_id == contract_id, Staff.code == new.code)).first():
        errors["code"] = ["この記号は使われています。終了した方の記号も使えません。"]
    if new.role is StaffRole.SUPERVISOR and new.employment is not Employment.DIRECT:
        errors["employment"] = [DIRECT_ONLY]
    return errors | _period_faults(contract_id, new.starts_on, new.ends_on) | _user_faults(contract_id, new)


def _period_faults(contract_id: UUID, starts_on: date, ends_on: date | None) -> dict[str, list[str]]:
    term = contract(contract_id)
    span = f"{date_label(term.starts_on)}から{date_label(term.ends_on)}まで"
    errors: dict[str, list[str]] = {}
    if not term.starts_on <= starts_on <= term.ends_on:
        errors["starts_on"] = [f"契約期間（{span}）の中の日にしてください。"]
    if ends_on is not None and ends_on > term.ends_on:
        errors["ends_on"] = [f"契約期間（{span}）の中の日にしてください。"]
    if ends_on is not None and ends_on < starts_on:
        errors["ends_on"] = [f"従事を始める日（{date_label(starts_on)}）より前に終えることはできません。"]
    return errors


def _user_faults(contract_id: UUID, new: NewStaff) -> dict[str, list[str]]:
    return _link_faults(contract_id, new.details.user_id, (new.starts_on, new.ends_on), None)


def _link_faults(
    contract_id: UUID, user_id: UUID | None, period: tuple[date, date | None], itself: UUID | None
) -> dict[str, list[str]]:
    """A user is somebody of this desk, and one person at a time."""
    if user_id is None:
        return {}
    if user_id not in {found for found, _ in queries.linkable_users(contract_id)}:
        return {"user_id": ["この契約のオペレーターか業務責任者の利用者を選んでください。"]}
    for other in queries.staff_list(contract_id):
        if other.user_id == user_id and other.id != itself and _meet(other, period):
            return {"user_id": [f"この利用者は、{other.name}さん（{other.code}）として登録されています。"]}
    return {}


def _meet(other: StaffMember, period: tuple[date, date | None]) -> bool:
    starts_on, ends_on = period
    return (other.ends_on is None or other.ends_on >= starts_on) and (ends_on is None or other.starts_on <= ends_on)


def change_staff(staff_id: UUID, details: StaffDetails, version: int, *, by: Actor, at: datetime) -> None:
    """Correct a name, its reading, the linked user, the hours of the contract or the note. Raises `Conflict` when
    somebody was faster."""
    row = _row(by.contract, staff_id, version)
    _refuse(_link_faults(by.contract, details.user_id, (row.starts_on, row.ends_on), staff_id))
    changed = [name for name, value in _columns(details).items() if getattr(row, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(row, name, getattr(details, name))
    row.version += 1
    record(Act("staff.changed", "staff", str(staff_id), {"fields": changed}), by=by, at=at)


def end_staff(staff_id: UUID, ends_on: date, version: int, *, by: Actor, at: datetime) -> None:
    """End an assignment with the evening of `ends_on`. Raises `InvalidInput` when a later day has a plan or a punch,
    `Conflict` when somebody was faster."""
    row = _row(by.contract, staff_id, version)
    _refuse(_period_faults(by.contract, row.starts_on, ends_on))
    later = _days_after(by.contract, staff_id, ends_on)
    if later:
        days = date_label(later[0]) + (f"ほか{len(later) - 1}日" if len(later) > 1 else "")
        raise InvalidInput(
            errors={"ends_on": [f"{row.name}さんには、{days}に予定か打刻があります。先に予定を取り下げてください。"]}
        )
    row.ends_on = ends_on
    row.version += 1
    record(Act("staff.ended", "staff", str(staff_id), {"fields": ["ends_on"]}), by=by, at=at)


def _days_after(contract_id: UUID, staff_id: UUID, on: date) -> list[date]:
    planned = select(PlannedShift.local_on).where(
        PlannedShift.contract_id == contract_id,
        PlannedShift.staff_id == staff_id,
        PlannedShift.local_on > on,
        PlannedShift.withdrawn_at.is_(None),
    )
    punched = select(Punch.local_on).where(
        Punch.contract_id == contract_id, Punch.staff_id == staff_id, Punch.local_on > on
    )
    return sorted(db.session.execute(planned.union(punched)).scalars())


def _row(contract_id: UUID, staff_id: UUID, version: int) -> Staff:
    lock_staff(contract_id, [staff_id])
    row = db.session.get(Staff, (contract_id, staff_id))
    if row is None:
        raise NotFound("業務従事者が見つかりませんでした。")
    if row.version != version:
        raise Conflict()
    return row


# --- what shifts and punches ask of the staff list ---


def lock_staff(contract_id: UUID, staff_ids: list[UUID]) -> None:
    """One writer at a time per person, so that two acts cannot each find the other's absent."""
    if not staff_ids:
        return
    wanted = or_(*(Staff.id == staff_id for staff_id in sorted(set(staff_ids))))
    statement = select(Staff.id).where(Staff.contract_id == contract_id, wanted).order_by(Staff.id)
    db.session.execute(statement.with_for_update()).all()


def about(member: StaffMember, on: date) -> str:
    """Names the person and the day at the head of a refusal."""
    return f"{member.name}さん・{date_label(on)}："


def outside_assignment(member: StaffMember, on: date) -> str | None:
    """Why a person does not belong to a day at all, None when they do. For facts: punches are never refused for want
    of training."""
    if member.assigned_on(on):
        return None
    until = "" if member.ends_on is None else date_label(member.ends_on)
    return f"{about(member, on)}従事期間（{date_label(member.starts_on)}～{until}）の外の日です。"


def assignment_fault(member: StaffMember, on: date) -> str | None:
    """Why a person cannot be placed on a day, None when they can: outside the assignment, or without a finished
    training that is valid on the day (9(2))."""
    outside = outside_assignment(member, on)
    if outside or member.trained_on(on):
        return outside
    return about(member, on) + UNTRAINED
