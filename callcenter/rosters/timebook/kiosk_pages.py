"""The shared kiosk: choose oneself, type the personal code, punch. No session: the device's token is checked."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, url_for

from callcenter.accounts.passwords import password_matches
from callcenter.clock import local, now
from callcenter.config import Settings
from callcenter.contracts.queries import contract
from callcenter.errors import AppError, Conflict, Forbidden, InvalidInput, TooManyAttempts
from callcenter.rosters import attendance, queries, rules
from callcenter.rosters.attendance import Entry
from callcenter.rosters.queries import StaffMember
from callcenter.rosters.records import standing_punches
from callcenter.rosters.rules import Mark, PunchKind
from callcenter.rosters.schemas import optional_id
from callcenter.rosters.timebook import kiosk, schemas
from callcenter.rosters.timebook.queries import Device, device_of_token, kiosk_punch
from callcenter.rosters.timebook.rules import LONGEST_CODE
from callcenter.web.access import allow, anyone
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("kiosk", __name__, url_prefix="/kiosk")
NO_SIGN_IN = "nobody signs in at a shared kiosk; the device's own token is checked"
COOKIE_DAYS = 400
SHOWN_FOR = timedelta(minutes=1)
UNKNOWN_DEVICE = "この端末は、打刻用の端末として登録されていません。業務責任者がこの端末で登録すると使えます。"


def _cookie_name() -> str:
    return "__Host-kiosk" if _secure() else "kiosk"


def _secure() -> bool:
    settings: Settings = current_app.extensions["callcenter_settings"]
    return settings.secure_cookies


def give_token(answer: Any, token: str) -> None:
    """Let the browser that asked be the device from now on."""
    answer.set_cookie(
        _cookie_name(),
        token,
        max_age=timedelta(days=COOKIE_DAYS),
        httponly=True,
        secure=_secure(),
        samesite="Strict",
    )


def this_device() -> Device | None:
    """The device that the browser is, None when it is none or was revoked."""
    token = request.cookies.get(_cookie_name(), "")
    return device_of_token(kiosk.token_hash(token)) if token else None


def _device() -> Device:
    found = this_device()
    if found is None:
        raise Forbidden(UNKNOWN_DEVICE)
    return found


@blueprint.get("")
@allow(anyone(NO_SIGN_IN))
def start() -> str:
    """The people assigned today, in reading order, each with where they stand."""
    return _start(_device())


def _start(device: Device, missing: str = "") -> str:
    at = now()
    people = queries.staff_list(device.contract_id, local(at).on)
    marks: dict[UUID, list[Mark]] = defaultdict(list)
    for punch in standing_punches(device.contract_id, local(at).on):
        marks[punch.staff_id].append(punch.mark)
    return render_template(
        "rosters/timebook_kiosk.html",
        device=device,
        contract=contract(device.contract_id),
        at=at,
        people=[(one, rules.presence_after(marks[one.id])) for one in people],
        missing=missing,
    )


@blueprint.post("/find")
@allow(anyone(NO_SIGN_IN))
def find() -> Any:
    """The person with a code of the staff list."""
    device, code = _device(), schemas.staff_code(request.form)
    people = queries.staff_list(device.contract_id, local(now()).on)
    found = next((one for one in people if one.code == code), None)
    if found is None:
        return _start(device, "この記号の方は、今日の業務従事者名簿にいません。"), 422
    return redirect(url_for("timebook.kiosk.person", staff_id=found.id), 303)


@blueprint.get("/<uuid:staff_id>")
@allow(anyone(NO_SIGN_IN))
def person(staff_id: UUID) -> Any:
    """One's own screen: the code, and the punches that may follow."""
    device = _device()
    member = _assigned(device, staff_id, now())
    return _person(device, member) if member else redirect(url_for("timebook.kiosk.start"), 303)


def _assigned(device: Device, staff_id: UUID, at: datetime) -> StaffMember | None:
    people = queries.staff_list(device.contract_id, local(at).on)
    return next((one for one in people if one.id == staff_id), None)


def _person(device: Device, member: StaffMember, error: AppError | None = None) -> str:
    at = now()
    punches = standing_punches(device.contract_id, local(at).on, member.id)
    presence = rules.presence_after([one.mark for one in punches])
    return render_template(
        "rosters/timebook_kiosk_person.html",
        device=device,
        contract=contract(device.contract_id),
        at=at,
        member=member,
        presence=presence,
        allowed=rules.allowed(presence),
        longest=LONGEST_CODE,
        error=error,
    )


@blueprint.post("/<uuid:staff_id>")
@allow(anyone(NO_SIGN_IN))
def punch(staff_id: UUID) -> Any:
    device, at = _device(), now()
    member = _assigned(device, staff_id, at)
    if member is None:
        return redirect(url_for("timebook.kiosk.start"), 303)
    try:
        kind, key = schemas.punch_kind(request.form), optional_id(request.form.get("idempotency_key"), "_")
        _require_code(device, member, at)
        punch_id = _punched(staff_id, kind, key, at)
    except (InvalidInput, Conflict, TooManyAttempts) as error:
        end_read()
        return _person(device, member, error), error.status
    if punch_id is None:
        return redirect(url_for("timebook.kiosk.start"), 303)
    return redirect(url_for("timebook.kiosk.done", punch_id=punch_id), 303)


def _punched(staff_id: UUID, kind: PunchKind, key: UUID | None, at: datetime) -> UUID | None:
    """Record the punch; None for somebody who is not assigned any more. The code took its time to check: device and
    assignment are asked once more."""
    with transaction():
        device = _device()
        member = _assigned(device, staff_id, at)
        if member is None:
            return None
        by = kiosk.actor_at(device, _address(), member)
        return attendance.punch_for(member, Entry(kind, key, device.id), by=by, at=at)


def _address() -> str:
    return request.remote_addr or ""


def _require_code(device: Device, member: StaffMember, at: datetime) -> None:
    """Check the typed code outside any transaction; a wrong one takes as long as a missing one and says the same.
    Raises `InvalidInput` for a wrong code, `CodeLocked` after too many."""
    nobody = kiosk.actor_at(device, _address())
    with transaction():
        stored = kiosk.begin_try(member, by=nobody, at=at)
    right = password_matches(stored, schemas.typed_code(request.form))
    with transaction():
        if right:
            kiosk.right_try(member, by=nobody, at=at)
        else:
            kiosk.wrong_try(member, device, by=nobody, at=at)
    if not right:
        raise InvalidInput(kiosk.WRONG, errors={"code": [kiosk.WRONG]})


@blueprint.get("/done/<uuid:punch_id>")
@allow(anyone(NO_SIGN_IN))
def done(punch_id: UUID) -> Any:
    """What was punched, for some seconds; afterwards, and for anything else, the start."""
    device, at = _device(), now()
    found = kiosk_punch(device.contract_id, punch_id)
    member = _assigned(device, found.staff_id, at) if found else None
    if found is None or member is None or at - found.recorded_at > SHOWN_FOR:
        return redirect(url_for("timebook.kiosk.start"), 303)
    return render_template(
        "rosters/timebook_kiosk_done.html",
        device=device,
        contract=contract(device.contract_id),
        member=member,
        punch=found,
        leaving=found.kind is PunchKind.OUT,
    )
