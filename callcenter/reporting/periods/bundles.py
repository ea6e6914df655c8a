"""The items the city asked for (甲の指示する内容, 003 clause 10(1)③), version by version.

A version rules every period that begins on or after its first day, until a newer one does. It never reaches back to a
period whose report was submitted: that report keeps its list. None of the use cases commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, select

from callcenter.accounts.models import User
from callcenter.audit.service import Act, record
from callcenter.clock import local
from callcenter.contracts import queries as contracts
from callcenter.contracts.models import Contract
from callcenter.deliveries import queries as delivered
from callcenter.deliveries.rules import Kind
from callcenter.errors import Conflict, Forbidden, InvalidInput
from callcenter.extensions import db, new_id
from callcenter.reporting.periods.models import ReportBundle
from callcenter.web.access import Actor
from reports.period import Bundle, PeriodKind, SheetChoice, Span, month_span
from reports.period_bundle import checked, proposal
from reports.wareki import wareki

INSTRUCTED_BY_LENGTH, NOTE_LENGTH = 100, 300


class BundleVersion(Struct, frozen=True):
    """One version as the list of versions shows it."""

    bundle: Bundle
    applies_from: date
    note: str
    recorded_at: datetime
    recorded_by: str


class NewBundle(Struct, frozen=True):
    """A version to record. `seen`: the number of the newest version the writer knew (0: none); `key` makes a second
    send of the same form the same version. Texts are clean and scanned."""

    kind: PeriodKind
    applies_from: date
    sheets: tuple[SheetChoice, ...]
    instructed_by: str
    instructed_on: date
    note: str = ""
    seen: int = 0
    key: UUID | None = None


_BUNDLE = (ReportBundle.number, ReportBundle.sheets, ReportBundle.instructed_by, ReportBundle.instructed_on)


def bundle_for(contract_id: UUID, kind: PeriodKind, on: date) -> Bundle:
    """The items of a period that begins on a day: the newest version that applies by then, else the proposal."""
    row = db.session.execute(
        select(*_BUNDLE)
        .where(*_of(contract_id, kind), ReportBundle.applies_from <= on)
        .order_by(ReportBundle.number.desc())
        .limit(1)
    ).first()
    return _bundle(row) if row else proposal(kind)


def versions(contract_id: UUID, kind: PeriodKind) -> list[BundleVersion]:
    """Every version, the newest first."""
    rows = db.session.execute(
        select(*_BUNDLE, ReportBundle.applies_from, ReportBundle.note, ReportBundle.recorded_at, User.display_name)
        .join(User, User.id == ReportBundle.recorded_by)
        .where(*_of(contract_id, kind))
        .order_by(ReportBundle.number.desc())
    )
    return [BundleVersion(_bundle(row), row.applies_from, row.note, row.recorded_at, row.display_name) for row in rows]


def _of(contract_id: UUID, kind: PeriodKind) -> tuple[Any, ...]:
    return ReportBundle.contract_id == contract_id, ReportBundle.kind == kind.value


def _bundle(row: Any) -> Bundle:
    sheets = tuple(SheetChoice(one["key"], tuple(one["columns"])) for one in row.sheets)
    return Bundle(row.number, sheets, row.instructed_by, row.instructed_on)


def first_days(kind: PeriodKind, within: Span) -> list[date]:
    """The days a version may apply from: the first of each month of the contract, of each fiscal year for the annual
    report."""
    firsts = [month.from_on.replace(day=1) for month in within.months()]
    if kind is not PeriodKind.ANNUAL:
        return firsts
    # A contract may begin within a fiscal year.
    begun = date(firsts[0].year if firsts[0].month >= 4 else firsts[0].year - 1, 4, 1)
    return [begun, *(on for on in firsts[1:] if on.month == 4)]


def open_first_days(contract_id: UUID, kind: PeriodKind) -> list[date]:
    """Those of `first_days` that lie after the beginning of every period whose report was submitted."""
    contract = contracts.contract(contract_id)
    days = first_days(kind, Span(contract.starts_on, contract.ends_on))
    submitted = delivered.states_between(contract_id, Kind(kind.value), days[0], contract.ends_on)
    last = max(submitted, default=None)
    return [on for on in days if last is None or on > last]


def save(new: NewBundle, *, by: Actor, at: datetime) -> int:
    """Record the city's instruction as the next version; returns its number.

    Raises `InvalidInput` for a choice that cannot stand, a day that is none of `open_first_days`, or an instruction of
    the future, and `Conflict` when somebody recorded another version meanwhile.
    """
    if by.person_id is None:
        raise Forbidden()
    _lock_contract(by.contract)
    same = _number_of_key(by.contract, new.key)
    if same is not None:
        return same
    number = _newest(by.contract, new.kind)
    if number != new.seen:
        raise Conflict("ほかの人が先に項目を保存しました。選んだ内容は残っています。新しい版を確かめてください。")
    sheets = _checked(new)
    _refuse(_faults(new, open_first_days(by.contract, new.kind), local(at).on))
    row = _row(new, sheets, number + 1, by, at)
    db.session.add(row)
    db.session.flush()
    details = {"kind": row.kind, "number": row.number, "applies_from": row.applies_from.isoformat()}
    record(Act("report_bundle.saved", "report_bundle", str(row.id), details), by=by, at=at)
    return row.number


def _row(new: NewBundle, sheets: Sequence[SheetChoice], number: int, by: Actor, at: datetime) -> ReportBundle:
    return ReportBundle(
        contract_id=by.contract,
        id=new_id(),
        kind=new.kind.value,
        number=number,
        applies_from=new.applies_from,
        sheets=[{"key": one.key, "columns": list(one.columns)} for one in sheets],
        instructed_by=new.instructed_by,
        instructed_on=new.instructed_on,
        note=new.note,
        recorded_at=at,
        recorded_by=by.person_id,
        idempotency_key=new.key,
    )


def _lock_contract(contract_id: UUID) -> None:
    """One writer of versions at a time; rows that merely refer to the contract go on."""
    statement = select(Contract.id).where(Contract.id == contract_id)
    db.session.execute(statement.with_for_update(key_share=True)).all()


def _number_of_key(contract_id: UUID, key: UUID | None) -> int | None:
    if key is None:
        return None
    return db.session.execute(
        select(ReportBundle.number).where(ReportBundle.contract_id == contract_id, ReportBundle.idempotency_key == key)
    ).scalar_one_or_none()


def _newest(contract_id: UUID, kind: PeriodKind) -> int:
    statement = select(func.coalesce(func.max(ReportBundle.number), 0)).where(*_of(contract_id, kind))
    return db.session.execute(statement).scalar_one()


def _checked(new: NewBundle) -> tuple[SheetChoice, ...]:
    try:
        return checked(new.kind, new.sheets)
    except ValueError as error:
        raise InvalidInput(errors={"sheet": ["シートと列を選び直してください。"]}) from error


def _faults(new: NewBundle, days: Sequence[date], today: date) -> Mapping[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if new.applies_from not in days:
        errors["applies_from"] = [_why_not(new, days)]
    if new.instructed_on > today:
        errors["instructed_on"] = ["今日までの日付にしてください。"]
    return errors


def _why_not(new: NewBundle, days: Sequence[date]) -> str:
    if not days:
        return "契約期間のすべての報告書が提出済みのため、項目を変えられません。"
    first = "年度の初日（4月1日）" if new.kind is PeriodKind.ANNUAL else "月の初日"
    return (
        f"{wareki(days[0])}から{wareki(days[-1])}までの{first}を選んでください。"
        "提出済みの報告書と契約期間外の項目は変えられません。"
    )


def _refuse(errors: Mapping[str, list[str]]) -> None:
    if errors:
        raise InvalidInput(errors=errors)


def preview_span(kind: PeriodKind, within: Span, today: date) -> Span:
    """The period a preview is made of: the last that is over, else the running one, else the contract's first. Cut to
    the contract."""
    if kind is PeriodKind.TERM:
        return within
    spans = [_cut(kind, on, within) for on in first_days(kind, within)]
    return next((span for span in reversed(spans) if span.to_on < today), spans[0])


def _cut(kind: PeriodKind, first: date, within: Span) -> Span:
    last = date(first.year + 1, 3, 31) if kind is PeriodKind.ANNUAL else month_span(first).to_on
    return Span(max(first, within.from_on), min(last, within.to_on))
