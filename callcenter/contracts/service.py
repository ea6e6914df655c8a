"""Use cases of contracts. None of them commits."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from callcenter.audit.service import Act, record
from callcenter.contracts.models import (
    CalendarException,
    Contract,
    ContractTerms,
    HolidayImport,
    Permission,
    Setting,
)
from callcenter.contracts.queries import holidays
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.events import contract_created
from callcenter.extensions import db, new_id
from callcenter.protection.deployment import keyring
from callcenter.web.access import Actor
from scheduling.calendar import Reading
from scheduling.holidays import parse_syukujitsu

LARGEST_HOLIDAY_LIST = 1_000_000
PERMISSION_KINDS = {"network_data": "個人情報のないデータ", "network_texts": "問合せ内容の要旨を含むデータ"}


@dataclass(frozen=True, slots=True)
class NewContract:
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
    if new.ends_on < new.starts_on:
        raise InvalidInput(errors={"ends_on": ["終了日は開始日以後にしてください。"]})
    if not 0 <= new.opens_minute < new.closes_minute <= 1440:
        raise InvalidInput(errors={"closes": ["終了時刻は開始時刻より後にしてください。"]})
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


@dataclass(frozen=True, slots=True)
class NewTerms:
    effective_on: date
    opens_minute: int
    closes_minute: int
    minimum_operators: int
    approved_headcount: int
    note: str = ""


def change_terms(new: NewTerms, *, by: Actor, at: datetime) -> None:
    """Let other hours, minimum or headcount hold from a date on (003 clauses 4, 6, 9(1))."""
    if not 0 <= new.opens_minute < new.closes_minute <= 1440:
        raise InvalidInput(errors={"closes": ["終了時刻は開始時刻より後にしてください。"]})
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
    _calendar_changed(by.contract)
    record(Act("contract.terms_changed", "contract_terms", str(row.id)), by=by, at=at)


def choose_reading(reading: Reading, *, by: Actor, at: datetime) -> None:
    """Choose how clause 4 is read; the calendar follows at once."""
    db.session.execute(update(Contract).where(Contract.id == by.contract).values(reading=reading.value))
    _calendar_changed(by.contract)
    record(
        Act("contract.reading_chosen", "contract", str(by.contract), {"reading": reading.value}), by=by, at=at
    )


@dataclass(frozen=True, slots=True)
class DayException:
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
    contract = _contract(by.contract)
    if not contract.starts_on <= new.local_on <= contract.ends_on:
        raise InvalidInput(errors={"local_on": ["契約期間内の日付にしてください。"]})
    if new.kind == "open" and not 0 <= (new.opens_minute or 0) < (new.closes_minute or 0) <= 1440:
        raise InvalidInput(errors={"closes": ["終了時刻は開始時刻より後にしてください。"]})
    if _live_exception(by.contract, new.local_on) is not None:
        raise Conflict(errors={"local_on": ["この日には登録があります。取り消してから登録してください。"]})
    row = CalendarException(
        contract_id=by.contract,
        id=new_id(),
        local_on=new.local_on,
        kind=new.kind,
        reason=new.reason,
        approver=new.approver,
        opens_minute=new.opens_minute,
        closes_minute=new.closes_minute,
        created_at=at,
    )
    db.session.add(row)
    _calendar_changed(by.contract)
    record(Act("calendar.excepted", "calendar_exception", str(row.id), {"kind": new.kind}), by=by, at=at)
    return row.id


def withdraw_exception(exception_id: UUID, *, by: Actor, at: datetime) -> None:
    row = db.session.get(CalendarException, (by.contract, exception_id))
    if row is None or row.withdrawn_at is not None:
        raise NotFound()
    row.withdrawn_at = at
    _calendar_changed(by.contract)
    record(Act("calendar.exception_withdrawn", "calendar_exception", str(exception_id)), by=by, at=at)


def import_holidays(content: bytes, *, by: Actor, at: datetime) -> date:
    """Take a newer holiday list; returns its last date. Raises `InvalidInput` when it cannot be read or ends before
    the list in force."""
    if len(content) > LARGEST_HOLIDAY_LIST:
        raise InvalidInput(errors={"file": ["ファイルが大きすぎます。"]})
    try:
        found = parse_syukujitsu(content)
    except ValueError as error:
        raise InvalidInput(errors={"file": [f"祝日の一覧として読み取れません。（{error}）"]}) from error
    if found.last_on < holidays().last_on:
        raise InvalidInput(
            errors={"file": ["今の一覧より前の日付で終わっています。新しい一覧を選んでください。"]}
        )
    digest = hashlib.sha256(content).hexdigest()
    row = HolidayImport(id=new_id(), imported_at=at, last_on=found.last_on, sha256=digest, content=content)
    db.session.add(row)
    record(
        Act("holidays.imported", "holiday_import", str(row.id), {"sha256": digest}, system=True), by=by, at=at
    )
    return found.last_on


@dataclass(frozen=True, slots=True)
class NewPermission:
    kind: str
    granted_on: date
    granted_by: str
    note: str = ""
    ends_on: date | None = None


def record_permission(new: NewPermission, *, by: Actor, at: datetime) -> UUID:
    """Record the city's permission for sending by network (10(1)⑤)."""
    if new.kind not in PERMISSION_KINDS:
        raise InvalidInput(errors={"kind": ["許可の種類を選んでください。"]})
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


def _calendar_changed(contract_id: UUID) -> None:
    db.session.execute(
        update(Contract)
        .where(Contract.id == contract_id)
        .values(calendar_revision=Contract.calendar_revision + 1)
    )
