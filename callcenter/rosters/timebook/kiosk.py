"""Use cases of the shared kiosk: its devices, personal codes, and the tries at one. None of them commits."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from callcenter.accounts.passwords import digest, new_secret
from callcenter.audit.service import Act, record
from callcenter.errors import Conflict, InvalidInput, NotFound, TooManyAttempts
from callcenter.extensions import db, new_id
from callcenter.rosters.queries import StaffMember
from callcenter.rosters.service import lock_staff
from callcenter.rosters.timebook.models import KioskDevice, StaffCode
from callcenter.rosters.timebook.queries import NO_CODE, Device
from callcenter.rosters.timebook.rules import Throttle, counted_try
from callcenter.web.access import Actor
from callcenter.web.labels import time_label

WRONG = "個人コードが正しくありません。初めて使う方は、業務責任者に個人コードの登録を依頼してください。"


class CodeLocked(TooManyAttempts):
    """Too many wrong tries; whether the person has a code at all is not told."""

    def __init__(self, until: datetime, at: datetime) -> None:
        shown = time_label(until + timedelta(seconds=59))
        super().__init__(
            f"個人コードの誤りが続いたため、{shown}まで受け付けられません。お急ぎのときは業務責任者に連絡してください。"
        )
        self.retry_after_seconds = max(1, int((until - at).total_seconds()))


# --- devices ---


def token_hash(token: str) -> str:
    """What is kept of a device's token."""
    return digest(token).hex()


def register(name: str, *, by: Actor, at: datetime) -> tuple[UUID, str]:
    """A new device; returns its id and the token, which is told this once. Raises `InvalidInput` when a device in
    use has that name."""
    taken = select(KioskDevice.id).where(
        KioskDevice.contract_id == by.contract, KioskDevice.name == name, KioskDevice.revoked_at.is_(None)
    )
    if db.session.execute(taken).first():
        raise InvalidInput(errors={"name": ["この名前の端末は、すでに登録されています。"]})
    token = new_secret()
    row = KioskDevice(
        contract_id=by.contract,
        id=new_id(),
        name=name,
        token_hash=token_hash(token),
        created_at=at,
        created_by=by.user_id,
    )
    db.session.add(row)
    record(Act("kiosk.registered", "kiosk_device", str(row.id)), by=by, at=at)
    return row.id, token


def revoke(device_id: UUID, *, by: Actor, at: datetime) -> str:
    """From now on the device punches no more; returns its name. Raises `NotFound`, and `Conflict` the second time."""
    row = db.session.get(KioskDevice, (by.contract, device_id), with_for_update=True)
    if row is None:
        raise NotFound("打刻端末が見つかりませんでした。")
    if row.revoked_at is not None:
        raise Conflict("この端末の登録は、すでに取り消されています。")
    row.revoked_at, row.revoked_by = at, by.user_id
    record(Act("kiosk.revoked", "kiosk_device", str(device_id)), by=by, at=at)
    return row.name


def actor_at(device: Device, address: str, member: StaffMember | None = None) -> Actor:
    """Who acts at a kiosk: the person whose code was right, before that nobody. No role comes with either."""
    user_id, name = (None, device.name) if member is None else (member.user_id, member.name)
    return Actor(user_id, name, frozenset(), device.contract_id, address)


# --- personal codes ---


def set_code(member: StaffMember, code_hash: str, *, by: Actor, at: datetime) -> None:
    """Give a person another code (hashed before, since that takes its time); wrong tries are forgotten."""
    row = _row(by.contract, member.id, at)
    row.code_hash, row.set_at, row.set_by = code_hash, at, by.user_id
    row.wrong_tries, row.locked_until = 0, None
    record(Act("staff_code.set", "staff", str(member.id)), by=by, at=at)


def begin_try(member: StaffMember, *, by: Actor, at: datetime) -> str | None:
    """Count a try as wrong until it is known to be right, so that many at once get no more than one by one. Returns
    the hash to compare with, None for a person without a code. Raises `CodeLocked`, counting nothing."""
    row = _row(by.contract, member.id, at)
    known = Throttle(row.wrong_tries, row.locked_until)
    if known.locked_at(at) and known.locked_until is not None:
        raise CodeLocked(known.locked_until, at)
    tried = counted_try(known, at)
    row.wrong_tries, row.locked_until = tried.wrong, tried.locked_until
    return None if row.code_hash == NO_CODE else row.code_hash


def right_try(member: StaffMember, *, by: Actor, at: datetime) -> None:
    """The try was right: nothing is held against the code any more."""
    row = _row(by.contract, member.id, at)
    row.wrong_tries, row.locked_until = 0, None


def wrong_try(member: StaffMember, device: Device, *, by: Actor, at: datetime) -> None:
    """Log a wrong code: whose, at which device, never what was typed."""
    locked = Throttle(0, _row(by.contract, member.id, at).locked_until).locked_at(at)
    action = "kiosk.code_locked" if locked else "kiosk.code_refused"
    record(Act(action, "staff", str(member.id), {"device": str(device.id)}), by=by, at=at)


def _row(contract_id: UUID, staff_id: UUID, at: datetime) -> StaffCode:
    """The row of a person's code, held until the transaction ends; made when missing."""
    lock_staff(contract_id, [staff_id])
    row = db.session.get(StaffCode, (contract_id, staff_id), populate_existing=True)
    if row is None:
        row = StaffCode(contract_id=contract_id, staff_id=staff_id, code_hash=NO_CODE, set_at=at, wrong_tries=0)
        db.session.add(row)
    return row
