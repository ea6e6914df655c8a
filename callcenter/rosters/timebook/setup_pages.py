"""Setting up the kiosk: its devices, and personal codes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session, url_for

from callcenter.accounts.service import end_session
from callcenter.clock import local, now
from callcenter.errors import AppError, Conflict, InvalidInput
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.rosters import queries
from callcenter.rosters.page_parts import typed_again
from callcenter.rosters.queries import StaffMember
from callcenter.rosters.timebook import kiosk, schemas
from callcenter.rosters.timebook.kiosk_pages import give_token, this_device
from callcenter.rosters.timebook.queries import code_states, devices
from callcenter.web.access import DESK, SUPERVISION, actor, allow, only
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("setup", __name__, url_prefix="/attendance/kiosk")
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)


@blueprint.get("/devices", endpoint="devices")
@allow(only(SUPERVISION))
def devices_page() -> str:
    return _devices({}, None)


def _devices(typed: dict[str, str], error: AppError | None) -> str:
    who, at = actor(), now()
    here = this_device()
    return render_template(
        "rosters/timebook_devices.html",
        devices=devices(who.contract),
        here=here.id if here and here.contract_id == who.contract else None,
        people=queries.staff_list(who.contract, local(at).on),
        codes=code_states(who.contract),
        at=at,
        typed=typed,
        error=error,
    )


@blueprint.post("/devices")
@allow(only(SUPERVISION))
def register() -> Any:
    """Make the browser that asks a kiosk. The supervisor's own session ends, so that it stays at no shared screen."""
    who, at = actor(), now()
    try:
        name = schemas.device_name(request.form)
        with transaction():
            token = kiosk.register(name, by=who, at=at)[1]
            end_session(by=who, at=at)
    except REFUSALS as error:
        return _devices(typed_again(error), error), error.status
    session.clear()
    answer = redirect(url_for("timebook.kiosk.start"), 303)
    give_token(answer, token)
    return answer


@blueprint.post("/devices/<uuid:device_id>/revoke")
@allow(only(SUPERVISION))
def revoke(device_id: UUID) -> Any:
    with transaction():
        name = kiosk.revoke(device_id, by=actor(), at=now())
    flash(f"「{name}」の登録を取り消しました。この端末からは打刻できません。", "success")
    return redirect(url_for("timebook.setup.devices"), 303)


# --- personal codes ---


@blueprint.get("/code")
@allow(only(DESK))
def own_code() -> str:
    return _code_page(_myself(), None)


def _myself() -> StaffMember | None:
    who = actor()
    return queries.staff_of_user(who.contract, who.user_id, local(now()).on)


def _code_page(member: StaffMember | None, error: AppError | None, own: bool = True) -> str:
    who = actor()
    return render_template(
        "rosters/timebook_code.html",
        member=member,
        state=code_states(who.contract).get(member.id) if member else None,
        own=own,
        error=error,
    )


@blueprint.post("/code")
@allow(only(DESK))
def set_own_code() -> Any:
    member = _myself()
    if member is None:
        return _code_page(None, None), 422
    try:
        _set_code(member)
    except InvalidInput as error:
        return _code_page(member, error), error.status
    flash("個人コードを登録しました。", "success")
    return redirect(url_for("timebook.setup.own_code"), 303)


def _set_code(member: StaffMember) -> None:
    end_read()
    hashed = schemas.new_code(request.form, member)
    with transaction():
        kiosk.set_code(member, hashed, by=actor(), at=now())


@blueprint.get("/codes/<uuid:staff_id>")
@allow(only(SUPERVISION))
def code_form(staff_id: UUID) -> str:
    return _code_page(queries.staff_member(actor().contract, staff_id), None, own=False)


@blueprint.post("/codes/<uuid:staff_id>")
@allow(only(SUPERVISION))
def give_code(staff_id: UUID) -> Any:
    member = queries.staff_member(actor().contract, staff_id)
    try:
        _set_code(member)
    except InvalidInput as error:
        return _code_page(member, error, own=False), error.status
    flash(f"{member.name}さんの個人コードを登録しました。本人に直接伝えてください。", "success")
    return redirect(url_for("timebook.setup.devices"), 303)
