"""Reads of contracts: the terms in force on a day, the calendar, permissions, settings."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import current_app
from msgspec import Struct
from sqlalchemy import bindparam, func, select

from callcenter.contracts.models import (
    CalendarException,
    Contract,
    ContractTerms,
    HolidayImport,
    Permission,
    Setting,
)
from callcenter.errors import NotFound
from callcenter.extensions import db
from callcenter.web.statements import Read
from scheduling.calendar import BusinessCalendar, ExtraOpening, HoursFrom, Reading
from scheduling.holidays import HolidayList, parse_syukujitsu, published_holidays

CALENDARS_KEPT = 32
# Noted in a transaction that changes a calendar: what it sees may yet be rolled back, so it is not kept.
CALENDAR_CHANGED = "calendar_changed"


class ContractFacts(Struct, frozen=True):
    """A contract as the rest of the product knows it."""

    id: UUID
    code: str
    title: str
    city_name: str
    contractor_name: str
    place: str
    starts_on: date
    ends_on: date
    reading: Reading
    predecessor_id: UUID | None
    calendar_revision: int


class Terms(Struct, frozen=True):
    """What holds on a day: hours in minutes of day, minimum operators (003 clause 6), approved headcount."""

    effective_on: date
    opens_minute: int
    closes_minute: int
    minimum_operators: int
    approved_headcount: int
    note: str = ""


def contract(contract_id: UUID) -> ContractFacts:
    """Raises `NotFound`."""
    return _facts(Contract.id == contract_id)


def contract_by_code(code: str) -> ContractFacts:
    """Raises `NotFound`."""
    return _facts(Contract.code == code)


def only_contract() -> ContractFacts:
    """The deployment's contract when it has just one. Raises `NotFound` with what to name instead."""
    found = all_contracts()
    if len(found) != 1:
        codes = "、".join(facts.code for facts in found) or "なし"
        raise NotFound(f"契約コードを指定してください（登録されている契約: {codes}）。")
    return found[0]


def all_contracts() -> list[ContractFacts]:
    rows = db.session.execute(select(Contract).order_by(Contract.starts_on.desc(), Contract.code)).scalars()
    return [_as_facts(row) for row in rows]


def _facts(condition: Any) -> ContractFacts:
    row = db.session.execute(select(Contract).where(condition)).scalar_one_or_none()
    if row is None:
        raise NotFound("契約が見つかりませんでした。")
    return _as_facts(row)


def _as_facts(row: Contract) -> ContractFacts:
    return ContractFacts(
        id=row.id,
        code=row.code,
        title=row.title,
        city_name=row.city_name,
        contractor_name=row.contractor_name,
        place=row.place,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        reading=Reading(row.reading),
        predecessor_id=row.predecessor_id,
        calendar_revision=row.calendar_revision,
    )


def terms(contract_id: UUID) -> list[Terms]:
    """All terms, the earliest first."""
    statement = (
        select(
            ContractTerms.effective_on,
            ContractTerms.opens_minute,
            ContractTerms.closes_minute,
            ContractTerms.minimum_operators,
            ContractTerms.approved_headcount,
            ContractTerms.note,
        )
        .where(ContractTerms.contract_id == contract_id)
        .order_by(ContractTerms.effective_on)
    )
    return [Terms(*row) for row in db.session.execute(statement)]


def terms_on(contract_id: UUID, on: date) -> Terms:
    """The terms in force on a day: the newest that began by then. Raises `NotFound` before the first."""
    found = [entry for entry in terms(contract_id) if entry.effective_on <= on]
    if not found:
        raise NotFound("この日の契約条件が登録されていません。")
    return found[-1]


_CONTRACT = bindparam("wanted_contract", type_=Contract.id.type)
_SETTING_VALUE = (
    select(Setting.value)
    .where(
        Setting.contract_id == _CONTRACT,
        Setting.name == bindparam("wanted_name", type_=Setting.name.type),
        Setting.effective_on <= bindparam("wanted_on", type_=Setting.effective_on.type),
    )
    .order_by(Setting.effective_on.desc())
    .limit(1)
)
_IMPORTS = select(func.count(HolidayImport.id)).scalar_subquery().label("imports")
_REVISION = Read(select(Contract.calendar_revision, _IMPORTS).where(Contract.id == _CONTRACT))
_REVISION_AND_SETTING = Read(
    select(Contract.calendar_revision, _IMPORTS, _SETTING_VALUE.scalar_subquery().label("value")).where(
        Contract.id == _CONTRACT
    )
)
_SETTING = Read(_SETTING_VALUE)


def calendar(contract_id: UUID) -> BusinessCalendar:
    """The opening calendar (003 clause 4). Kept per contract until its `calendar_revision` moves."""
    return _calendar_of(contract_id, _REVISION.first(db.session.connection(), {"wanted_contract": contract_id}))


def calendar_and_setting(contract_id: UUID, name: str, on: date) -> tuple[BusinessCalendar, Any]:
    """The opening calendar, and the value of a setting on a day (None: never set). One statement."""
    wanted = {"wanted_contract": contract_id, "wanted_name": name, "wanted_on": on}
    row = _REVISION_AND_SETTING.first(db.session.connection(), wanted)
    return _calendar_of(contract_id, row), row.value if row else None


def _calendar_of(contract_id: UUID, row: Any | None) -> BusinessCalendar:
    """Raises `NotFound` without a row."""
    if row is None:
        raise NotFound("契約が見つかりませんでした。")
    if CALENDAR_CHANGED in db.session.info.get("writing", {}):
        return build_calendar(contract_id)
    return _kept_calendar((contract_id, row.calendar_revision, row.imports))


def _kept_calendar(key: tuple[UUID, int, int]) -> BusinessCalendar:
    kept: OrderedDict[Any, BusinessCalendar] = current_app.extensions.setdefault("callcenter_calendars", OrderedDict())
    found = kept.get(key)
    if found is None:
        found = kept[key] = build_calendar(key[0])
        while len(kept) > CALENDARS_KEPT:
            kept.popitem(last=False)
    return found


def build_calendar(contract_id: UUID, reading: Reading | None = None) -> BusinessCalendar:
    """The calendar from the tables, under the contract's reading or another one to compare with."""
    closures, openings = _exceptions(contract_id)
    hours = tuple(
        HoursFrom(entry.effective_on, entry.opens_minute, entry.closes_minute) for entry in terms(contract_id)
    )
    return BusinessCalendar(
        reading=reading or contract(contract_id).reading,
        hours=hours,
        holidays=holidays(),
        closures=closures,
        extra_openings=openings,
    )


def _exceptions(contract_id: UUID) -> tuple[dict[date, str], dict[date, ExtraOpening]]:
    closures: dict[date, str] = {}
    openings: dict[date, ExtraOpening] = {}
    for row in live_exceptions(contract_id):
        if row.kind == "closed":
            closures[row.local_on] = row.reason
        elif row.opens_minute is not None and row.closes_minute is not None:
            openings[row.local_on] = ExtraOpening(row.reason, row.opens_minute, row.closes_minute)
    return closures, openings


def live_exceptions(contract_id: UUID) -> list[CalendarException]:
    """Closures and extra openings in force, by date."""
    statement = (
        select(CalendarException)
        .where(CalendarException.contract_id == contract_id, CalendarException.withdrawn_at.is_(None))
        .order_by(CalendarException.local_on)
    )
    return list(db.session.execute(statement).scalars())


def holidays() -> HolidayList:
    """The holiday list in force: the newest import, else the one shipped."""
    content = db.session.execute(
        select(HolidayImport.content).order_by(HolidayImport.imported_at.desc(), HolidayImport.id.desc()).limit(1)
    ).scalar_one_or_none()
    return published_holidays() if content is None else parse_syukujitsu(content)


def permits(contract_id: UUID, kind: str, on: date) -> Permission | None:
    """The city's permission of that kind in force on a day (10(1)⑤), or None."""
    statement = (
        select(Permission)
        .where(
            Permission.contract_id == contract_id,
            Permission.kind == kind,
            Permission.granted_on <= on,
            Permission.ends_on.is_(None) | (Permission.ends_on >= on),
        )
        .order_by(Permission.granted_on.desc())
        .limit(1)
    )
    return db.session.execute(statement).scalar_one_or_none()


def permissions(contract_id: UUID) -> list[Permission]:
    statement = select(Permission).where(Permission.contract_id == contract_id).order_by(Permission.granted_on.desc())
    return list(db.session.execute(statement).scalars())


class SettingRow(Struct, frozen=True):
    """A value of a setting and the day from which it holds."""

    name: str
    effective_on: date
    value: Any
    recorded_at: datetime


def settings_of(contract_id: UUID) -> list[SettingRow]:
    """Every value ever set, the newest first."""
    statement = (
        select(Setting.name, Setting.effective_on, Setting.value, Setting.recorded_at)
        .where(Setting.contract_id == contract_id)
        .order_by(Setting.name, Setting.effective_on.desc())
    )
    return [SettingRow(*row) for row in db.session.execute(statement)]


class HolidaySource(Struct, frozen=True):
    """Where the holiday list in force comes from; `imported_at` is None for the one shipped."""

    last_on: date
    imported_at: datetime | None
    sha256: str


def holiday_source() -> HolidaySource:
    row = db.session.execute(
        select(HolidayImport.last_on, HolidayImport.imported_at, HolidayImport.sha256)
        .order_by(HolidayImport.imported_at.desc(), HolidayImport.id.desc())
        .limit(1)
    ).first()
    return HolidaySource(*row) if row else HolidaySource(published_holidays().last_on, None, "")


def setting(contract_id: UUID, name: str, on: date, default: Any = None) -> Any:
    """The value of a setting on a day: the newest that began by then, else `default`."""
    wanted = {"wanted_contract": contract_id, "wanted_name": name, "wanted_on": on}
    found = _SETTING.first(db.session.connection(), wanted)
    return default if found is None else found[0]
