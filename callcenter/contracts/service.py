"""Use cases of contracts. None of them commits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select, update

from callcenter.audit.service import Act, record
from callcenter.contracts.models import (
    CalendarException,
    Contract,
    ContractTerms,
    Permission,
    Setting,
)
from callcenter.contracts.queries import CALENDAR_CHANGED
from callcenter.contracts.rules import (
    EXCEPTION_KINDS,
    PERMISSION_KINDS,
    ExceptionKind,
    Faults,
    code_faults,
    hours_faults,
    people_faults,
    term_faults,
)
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.events import calendar_changed, contract_created
from callcenter.extensions import db, new_id
from callcenter.protection.deployment import keyring
from callcenter.web.access import Actor
from callcenter.web.transaction import notes_of
from scheduling.calendar import Reading


class NewContract(Struct, frozen=True):
    """Parties, term and reading of a contract, with the terms that hold from its first day."""

    code: str
    title: str
    city_name: str
    contractor_name: str
    place: str
    starts_on: date
    ends_on: date
    reading: Reading = Reading.LISTED
    opens_minute: int = 8 * 60 + 30
    closes_minute: int = 17 * 60 + 15
    minimum_operators: int = 2
    approved_headcount: int = 3
    predecessor_id: UUID | None = None


def create_contract(new: NewContract, *, by: Actor, at: datetime) -> UUID:
    """Set a contract up. Raises `InvalidInput` for a term or hours that cannot be, `Conflict` for a code in use."""
    refuse(
        code_faults(new.code),
        term_faults(new.starts_on, new.ends_on),
        hours_faults(new.opens_minute, new.closes_minute),
        people_faults(new.minimum_operators, new.approved_headcount),
    )
    _require_predecessor(new.predecessor_id, new.starts_on)
    if db.session.execute(select(Contract.id).where(Contract.code == new.code)).first():
        raise Conflict(errors={"code": ["この契約コードは使われています。"]})
    row = _contract_row(new, at)
    db.session.add(row)
    db.session.flush()
    db.session.add(_first_terms(row.id, new))
    keyring().ensure_contract(row.id, has_data=False)
    db.session.flush()
    record(Act("contract.created", "contract", str(row.id), system=True), by=by, at=at)
    contract_created.send(None, contract_id=row.id, by=by, at=at)
    return row.id


def refuse(*found: Faults) -> None:
    """Raise `InvalidInput` holding all the faults, if there are any."""
    errors = {name: texts for faults in found for name, texts in faults.items()}
    if errors:
        raise InvalidInput(errors=errors)


def _require_predecessor(predecessor_id: UUID | None, starts_on: date) -> None:
    if predecessor_id is not None and _contract(predecessor_id).starts_on >= starts_on:
        raise InvalidInput(errors={"predecessor": ["前の契約は、この契約より前に始まるものにしてください。"]})


def _contract_row(new: NewContract, at: datetime) -> Contract:
    return Contract(
        id=new_id(),
        code=new.code,
        title=new.title,
        city_name=new.city_name,
        contractor_name=new.contractor_name,
        place=new.place,
        starts_on=new.starts_on,
        ends_on=new.ends_on,
        reading=new.reading.value,
        predecessor_id=new.predecessor_id,
        created_at=at,
    )


def _first_terms(contract_id: UUID, new: NewContract) -> ContractTerms:
    return ContractTerms(
        contract_id=contract_id,
        id=new_id(),
        effective_on=new.starts_on,
        opens_minute=new.opens_minute,
        closes_minute=new.closes_minute,
        minimum_operators=new.minimum_operators,
        approved_headcount=new.approved_headcount,
    )


class NewTerms(Struct, frozen=True):
    effective_on: date
    opens_minute: int
    closes_minute: int
    minimum_operators: int
    approved_headcount: int
    note: str = ""


def change_terms(new: NewTerms, *, by: Actor, at: datetime) -> None:
    """Let other hours, minimum or headcount hold from a date of the contract on (003 clauses 4, 6, 9(1))."""
    refuse(
        hours_faults(new.opens_minute, new.closes_minute),
        people_faults(new.minimum_operators, new.approved_headcount),
        _outside(by.contract, new.effective_on, "effective_on"),
    )
    exists = db.session.execute(
        select(ContractTerms.id).where(
            ContractTerms.contract_id == by.contract, ContractTerms.effective_on == new.effective_on
        )
    ).first()
    if exists:
        raise Conflict(errors={"effective_on": ["この日から適用する条件は登録済みです。"]})
    row = ContractTerms(
        contract_id=by.contract,
        id=new_id(),
        effective_on=new.effective_on,
        opens_minute=new.opens_minute,
        closes_minute=new.closes_minute,
        minimum_operators=new.minimum_operators,
        approved_headcount=new.approved_headcount,
        note=new.note,
    )
    db.session.add(row)
    calendar_has_changed(by=by, at=at)
    record(Act("contract.terms_changed", "contract_terms", str(row.id)), by=by, at=at)


class NewFacts(Struct, frozen=True):
    """What may be agreed anew while a contract runs (003 clause 3: the term by consultation)."""

    title: str
    contractor_name: str
    place: str
    ends_on: date


def change_facts(new: NewFacts, *, by: Actor, at: datetime) -> None:
    """Change title, contractor, place or last day. Raises `InvalidInput` for a term that cannot be."""
    row = _contract(by.contract)
    refuse(term_faults(row.starts_on, new.ends_on))
    changed = [name for name in new.__struct_fields__ if getattr(row, name) != getattr(new, name)]
    for name in changed:
        setattr(row, name, getattr(new, name))
    if changed:
        record(Act("contract.facts_changed", "contract", str(row.id), {"fields": changed}), by=by, at=at)


def _outside(contract_id: UUID, on: date, field: str) -> Faults:
    row = _contract(contract_id)
    return {} if row.starts_on <= on <= row.ends_on else {field: ["契約期間内の日付にしてください。"]}


def choose_reading(reading: Reading, *, by: Actor, at: datetime) -> None:
    """Choose how clause 4 is read; the calendar follows at once."""
    db.session.execute(update(Contract).where(Contract.id == by.contract).values(reading=reading.value))
    calendar_has_changed(by=by, at=at)
    record(Act("contract.reading_chosen", "contract", str(by.contract), {"reading": reading.value}), by=by, at=at)


class DayException(Struct, frozen=True):
    """A closure or an extra opening of one date. Hours (minutes of day) only for an opening."""

    local_on: date
    kind: str
    reason: str
    approver: str
    opens_minute: int | None = None
    closes_minute: int | None = None


def except_day(new: DayException, *, by: Actor, at: datetime) -> UUID:
    """Close or open one date. Raises `InvalidInput` outside the contract or for hours that cannot be, `Conflict`
    when the date already has an exception."""
    refuse(
        {} if new.kind in EXCEPTION_KINDS else {"kind": ["種類を選んでください。"]},
        hours_faults(new.opens_minute, new.closes_minute) if new.kind == ExceptionKind.OPEN else {},
        _outside(by.contract, new.local_on, "local_on"),
        {} if new.reason.strip() else {"reason": ["理由を入力してください。"]},
        {} if new.approver.strip() else {"approver": ["承認者を入力してください。"]},
    )
    if _live_exception(by.contract, new.local_on) is not None:
        raise Conflict(errors={"local_on": ["この日には登録があります。取り消してから登録してください。"]})
    row = CalendarException(
        contract_id=by.contract,
        id=new_id(),
        local_on=new.local_on,
        kind=new.kind,
        reason=new.reason,
        approver=new.approver,
        opens_minute=new.opens_minute if new.kind == ExceptionKind.OPEN else None,
        closes_minute=new.closes_minute if new.kind == ExceptionKind.OPEN else None,
        created_at=at,
        withdrawn_at=None,
    )
    db.session.add(row)
    db.session.flush()
    calendar_has_changed(by=by, at=at)
    record(Act("calendar.excepted", "calendar_exception", str(row.id), {"kind": new.kind}), by=by, at=at)
    return row.id


def withdraw_exception(exception_id: UUID, reason: str, *, by: Actor, at: datetime) -> None:
    """Let the rule hold again for the date. Raises `NotFound` when it was withdrawn already."""
    row = db.session.get(CalendarException, (by.contract, exception_id))
    if row is None or row.withdrawn_at is not None:
        raise NotFound("登録が見つかりませんでした。")
    refuse({} if reason.strip() else {"reason": ["取り消す理由を入力してください。"]})
    row.withdrawn_at, row.withdrawn_reason = at, reason
    db.session.flush()
    calendar_has_changed(by=by, at=at)
    record(Act("calendar.exception_withdrawn", "calendar_exception", str(exception_id)), by=by, at=at)


class NewPermission(Struct, frozen=True):
    kind: str
    granted_on: date
    granted_by: str
    note: str = ""
    ends_on: date | None = None


def record_permission(new: NewPermission, *, by: Actor, at: datetime) -> UUID:
    """Record the city's permission for sending by network (10(1)⑤)."""
    if new.kind not in PERMISSION_KINDS:
        raise InvalidInput(errors={"kind": ["許可の種類を選んでください。"]})
    if new.ends_on is not None and new.ends_on < new.granted_on:
        raise InvalidInput(errors={"ends_on": ["終了日は許可日以後にしてください。"]})
    row = Permission(
        contract_id=by.contract,
        id=new_id(),
        kind=new.kind,
        granted_on=new.granted_on,
        granted_by=new.granted_by,
        note=new.note,
        ends_on=new.ends_on,
        recorded_at=at,
    )
    db.session.add(row)
    record(Act("permission.recorded", "permission", str(row.id), {"kind": new.kind}), by=by, at=at)
    return row.id


def end_permission(permission_id: UUID, ends_on: date, *, by: Actor, at: datetime) -> None:
    """Let a permission hold until a day. Raises `NotFound`; `InvalidInput` for a day before it was granted."""
    row = db.session.get(Permission, (by.contract, permission_id))
    if row is None:
        raise NotFound("許可が見つかりませんでした。")
    if ends_on < row.granted_on:
        raise InvalidInput(errors={"ends_on": ["終了日は許可日以後にしてください。"]})
    row.ends_on = ends_on
    record(Act("permission.ended", "permission", str(permission_id)), by=by, at=at)


def set_setting(name: str, value: Any, effective_on: date, *, by: Actor, at: datetime) -> None:
    """Let a setting hold from a date on; a second value for the same date replaces the first."""
    row = db.session.execute(
        select(Setting).where(
            Setting.contract_id == by.contract, Setting.name == name, Setting.effective_on == effective_on
        )
    ).scalar_one_or_none()
    if row is None:
        row = Setting(contract_id=by.contract, id=new_id(), name=name, effective_on=effective_on)
        db.session.add(row)
    row.value, row.recorded_at = value, at
    record(Act("setting.changed", "setting", name, {"effective_on": effective_on.isoformat()}), by=by, at=at)


def _contract(contract_id: UUID) -> Contract:
    row = db.session.get(Contract, contract_id)
    if row is None:
        raise NotFound("契約が見つかりませんでした。")
    return row


def _live_exception(contract_id: UUID, on: date) -> CalendarException | None:
    return db.session.execute(
        select(CalendarException).where(
            CalendarException.contract_id == contract_id,
            CalendarException.local_on == on,
            CalendarException.withdrawn_at.is_(None),
        )
    ).scalar_one_or_none()


def calendar_has_changed(*, by: Actor, at: datetime) -> None:
    """What stands on days of the contract follows its calendar, in the same transaction."""
    contract_id = by.contract
    db.session.flush()
    notes_of(db.session())[CALENDAR_CHANGED] = True
    db.session.execute(
        update(Contract).where(Contract.id == contract_id).values(calendar_revision=Contract.calendar_revision + 1)
    )
    calendar_changed.send(None, contract_id=contract_id, by=by, at=at)
