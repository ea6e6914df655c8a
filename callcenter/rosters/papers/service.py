"""Use cases of the papers beside the staff list. None of them commits; nothing is deleted, only set aside."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, select

from callcenter.audit.service import Act, record
from callcenter.clock import local
from callcenter.contracts.models import Contract
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.rosters.codes import AgreementKind, CertificateKind, InstructionKind
from callcenter.rosters.papers import queries
from callcenter.rosters.papers.models import LabourAgreement, StaffCertificate, StaffingInstruction
from callcenter.rosters.papers.rules import AgreementTerms, agreement_faults
from callcenter.rosters.queries import staff_member
from callcenter.rosters.service import lock_staff
from callcenter.web.access import Actor

SET_ASIDE_ALREADY = "すでに取り消されています。最新の内容を確認してください。"
Paper = TypeVar("Paper", StaffCertificate, StaffingInstruction, LabourAgreement)


class NewCertificate(Struct, frozen=True):
    """A paper to record. `key` makes a second send of the same form the same paper."""

    staff_id: UUID
    kind: CertificateKind
    title: str
    issued_on: date
    valid_until: date | None = None
    key: UUID | None = None


def add_certificate(new: NewCertificate, *, by: Actor, at: datetime) -> UUID:
    """Record that a person finished the training, gave the pledge or is qualified. Raises `NotFound` for nobody of
    the contract, `InvalidInput` for a day to come, an end before the beginning, or the same paper twice."""
    staff_member(by.contract, new.staff_id)
    lock_staff(by.contract, [new.staff_id])
    same = _id_of_key(StaffCertificate, by.contract, new.key)
    if same is not None:
        return same
    _refuse(_certificate_faults(new, by.contract, local(at).on))
    row = StaffCertificate(
        contract_id=by.contract,
        id=new_id(),
        staff_id=new.staff_id,
        kind=new.kind.value,
        title=new.title,
        issued_on=new.issued_on,
        valid_until=new.valid_until,
        recorded_at=at,
        recorded_by=by.user_id,
        idempotency_key=new.key,
    )
    db.session.add(row)
    db.session.flush()
    details = {"staff": str(new.staff_id), "kind": new.kind.value}
    record(Act("staff_certificate.added", "staff_certificate", str(row.id), details), by=by, at=at)
    return row.id


def _certificate_faults(new: NewCertificate, contract_id: UUID, today: date) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if new.issued_on > today:
        errors["issued_on"] = ["今日までの日にしてください。まだ済んでいないことは登録できません。"]
    if new.valid_until is not None and new.valid_until < new.issued_on:
        errors["valid_until"] = ["有効期限は、修了・提出の日以後にしてください。"]
    if not errors and any(_is_same(one, new) for one in queries.certificates(contract_id, new.staff_id)):
        errors["issued_on"] = ["同じ種類・名称・日付の登録があります。直すときは、先にそれを取り消してください。"]
    return errors


def _is_same(one: queries.Certificate, new: NewCertificate) -> bool:
    return one.stands and (one.kind, one.title, one.issued_on) == (new.kind, new.title, new.issued_on)


def set_aside_certificate(staff_id: UUID, certificate_id: UUID, reason: str, *, by: Actor, at: datetime) -> None:
    """Set a paper aside; it stays readable. Raises `NotFound`, or `Conflict` when it was set aside already."""
    lock_staff(by.contract, [staff_id])
    row = _row(StaffCertificate, by.contract, certificate_id)
    if row.staff_id != staff_id:
        raise NotFound()
    _set_aside(row, reason, by, at)
    details = {"staff": str(staff_id), "kind": row.kind}
    record(Act("staff_certificate.set_aside", "staff_certificate", str(certificate_id), details), by=by, at=at)


# --- what the city said ---


class NewInstruction(Struct, frozen=True):
    """What the city said. `headcount` for an approval, and only then."""

    kind: InstructionKind
    received_on: date
    given_by: str
    content: str
    applies_on: date
    headcount: int | None = None
    key: UUID | None = None


def add_instruction(new: NewInstruction, *, by: Actor, at: datetime) -> UUID:
    """Record it under the contract's next number. Raises `InvalidInput` for a day of receipt to come, or a headcount
    that is missing or out of place."""
    _lock_contract(by.contract)
    same = _id_of_key(StaffingInstruction, by.contract, new.key)
    if same is not None:
        return same
    _refuse(_instruction_faults(new, local(at).on))
    row = StaffingInstruction(
        contract_id=by.contract,
        id=new_id(),
        number=_next_number(by.contract),
        kind=new.kind.value,
        received_on=new.received_on,
        given_by=new.given_by,
        content=new.content,
        applies_on=new.applies_on,
        headcount=new.headcount,
        recorded_at=at,
        recorded_by=by.user_id,
        idempotency_key=new.key,
    )
    db.session.add(row)
    db.session.flush()
    details = {"number": row.number, "kind": new.kind.value}
    record(Act("staffing_instruction.added", "staffing_instruction", str(row.id), details), by=by, at=at)
    return row.id


def _instruction_faults(new: NewInstruction, today: date) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if new.received_on > today:
        errors["received_on"] = ["受けた日は、今日までの日にしてください。"]
    if new.kind is InstructionKind.APPROVAL and (new.headcount or 0) < 1:
        errors["headcount"] = ["承認された人員数を入力してください。"]
    if new.kind is InstructionKind.INSTRUCTION and new.headcount is not None:
        errors["headcount"] = ["人員数は、「人員数の承認」のときだけ入力してください。"]
    return errors


def _next_number(contract_id: UUID) -> int:
    latest = select(func.max(StaffingInstruction.number)).where(StaffingInstruction.contract_id == contract_id)
    return (db.session.execute(latest).scalar_one() or 0) + 1


def answer_instruction(
    instruction_id: UUID, answer: tuple[str, date | None], version: int, *, by: Actor, at: datetime
) -> None:
    """Say what was done, and on which day it was done (None: not yet). Raises `NotFound`, `Conflict` when somebody was
    faster, `InvalidInput` for a day that lies before the receipt or ahead."""
    response, done_on = answer
    _lock_contract(by.contract)
    row = _row(StaffingInstruction, by.contract, instruction_id)
    if row.version != version or row.set_aside_at is not None:
        raise Conflict()
    if done_on is not None and not row.received_on <= done_on <= local(at).on:
        raise InvalidInput(errors={"done_on": ["対応した日は、受けた日から今日までの日にしてください。"]})
    if (row.response, row.done_on) == answer:
        return
    row.response, row.done_on, row.version = response, done_on, row.version + 1
    details = {"number": row.number, "fields": ["response", "done_on"]}
    record(Act("staffing_instruction.answered", "staffing_instruction", str(instruction_id), details), by=by, at=at)


def set_aside_instruction(instruction_id: UUID, reason: str, *, by: Actor, at: datetime) -> None:
    """Set it aside; its number stays used. Raises `NotFound`, or `Conflict` when it was set aside already."""
    _lock_contract(by.contract)
    row = _row(StaffingInstruction, by.contract, instruction_id)
    _set_aside(row, reason, by, at)
    row.version += 1
    details = {"number": row.number}
    record(Act("staffing_instruction.set_aside", "staffing_instruction", str(instruction_id), details), by=by, at=at)


# --- labour agreements ---


class NewAgreement(Struct, frozen=True):
    """An agreement to put on file."""

    terms: AgreementTerms
    note: str = ""
    key: UUID | None = None


def add_agreement(new: NewAgreement, *, by: Actor, at: datetime) -> UUID:
    """Put an agreement on file. Raises `InvalidInput` for dates that cannot be, limits above the law's, or a special
    clause outside an overtime agreement (Labour Standards Act 36)."""
    _lock_contract(by.contract)
    same = _id_of_key(LabourAgreement, by.contract, new.key)
    if same is not None:
        return same
    terms, standing = new.terms, queries.agreements(by.contract)
    overtime = [one.period for one in standing if one.kind is AgreementKind.OVERTIME]
    _refuse(agreement_faults(terms, overtime, local(at).on))
    row = LabourAgreement(
        contract_id=by.contract,
        id=new_id(),
        kind=terms.kind.value,
        from_on=terms.period[0],
        to_on=terms.period[1],
        concluded_on=terms.concluded_on,
        note=new.note,
        month_limit=terms.month_limit,
        year_limit=terms.year_limit,
        recorded_at=at,
        recorded_by=by.user_id,
        idempotency_key=new.key,
    )
    db.session.add(row)
    db.session.flush()
    record(Act("labour_agreement.added", "labour_agreement", str(row.id), {"kind": row.kind}), by=by, at=at)
    return row.id


def set_aside_agreement(agreement_id: UUID, reason: str, *, by: Actor, at: datetime) -> None:
    """Set an agreement aside. Raises `NotFound`, or `Conflict` when it was set aside already."""
    _lock_contract(by.contract)
    row = _row(LabourAgreement, by.contract, agreement_id)
    _set_aside(row, reason, by, at)
    record(Act("labour_agreement.set_aside", "labour_agreement", str(agreement_id), {"kind": row.kind}), by=by, at=at)


# --- what all of them share ---


def _lock_contract(contract_id: UUID) -> None:
    """One writer of the contract's papers at a time; rows that merely refer to the contract go on."""
    statement = select(Contract.id).where(Contract.id == contract_id)
    db.session.execute(statement.with_for_update(key_share=True)).all()


def _id_of_key(model: type[Paper], contract_id: UUID, key: UUID | None) -> UUID | None:
    if key is None:
        return None
    statement = select(model.id).where(model.contract_id == contract_id, model.idempotency_key == key)
    return db.session.execute(statement).scalar_one_or_none()


def _row(model: type[Paper], contract_id: UUID, paper_id: UUID) -> Paper:
    row = db.session.get(model, (contract_id, paper_id))
    if row is None:
        raise NotFound()
    return row


def _set_aside(row: Paper, reason: str, by: Actor, at: datetime) -> None:
    if not reason:
        raise InvalidInput(errors={"reason": ["理由を入力してください。"]})
    if row.set_aside_at is not None:
        raise Conflict(SET_ASIDE_ALREADY)
    row.set_aside_at, row.set_aside_by, row.set_aside_because = at, by.user_id, reason
    db.session.flush()


def _refuse(errors: dict[str, list[str]]) -> None:
    if errors:
        raise InvalidInput(errors=errors)
