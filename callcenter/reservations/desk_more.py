"""The panel's further steps: the waiting list, and the tick that the city's system was told."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from callcenter.audit.service import Act, record
from callcenter.audit.typed import Line, clean_lines, refused
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.protection.phones import normalise_phone
from callcenter.protection.scan import FieldKind, require_clean
from callcenter.reservations import city, desk_pages, queries, rules, waits
from callcenter.reservations.desk_pages import REFUSALS, blueprint, desk
from callcenter.reservations.desk_view import Desk, choosing_context, details_context
from callcenter.reservations.sealing import WAIT_NAME, WAIT_PHONE, opened
from callcenter.web.access import DESK, allow, only
from callcenter.web.forms import date_of, id_of, optional_date, whole_of
from callcenter.web.transaction import end_read, transaction


@blueprint.post("/wait")
@allow(only(DESK))
def wait() -> Any:
    """Put the caller on the waiting list."""
    at_desk = desk()
    try:
        new = new_wait(at_desk)
        end_read()
        with transaction():
            waits.add(new, keys=at_desk.keys, terms=at_desk.terms, by=at_desk.by, call_id=at_desk.call_id)
    except REFUSALS as error:
        refusal = refused(error, "reservation_wait")
        shown = {name: refusal.typed.get(name, "") for name in ("wait_name", "wait_phone")}
        context = choosing_context(at_desk, request.form)
        return render_template(
            "reservations/desk/_choose.html", **{**context, "found": [], "errors": refusal.errors, **shown}
        ), 422
    return render_template("reservations/desk/_waiting.html", category="0308", call_id=at_desk.call_id)


def new_wait(at_desk: Desk) -> waits.NewWait:
    """The form as a place on the list. Raises `InvalidInput`, `IndividualNumberRefused`."""
    form = request.form
    typed = clean_lines(form, {"wait_name": Line(rules.NAME_LENGTH)})
    require_clean({"wait_phone": form.get("wait_phone", "")}, {"wait_phone": FieldKind.PHONE})
    if not form.get("wait_phone", "").strip():
        raise InvalidInput(errors={"wait_phone": ["折返しの電話番号を入力してください。"]})
    first = optional_date(form.get("from"), "from") or at_desk.terms.window.first_on
    return waits.NewWait(
        id_of(form.get("procedure"), "procedure"),
        id_of(form["place"], "place") if form.get("place") else None,
        whole_of(form.get("people"), "people", least=1, most=rules.MOST_PEOPLE),
        first,
        date_of(form.get("to"), "to"),
        typed["wait_name"],
        normalise_phone(form["wait_phone"], field="wait_phone"),
    )


@blueprint.post("/offer")
@allow(only(DESK))
def offer() -> Any:
    """Book what is held for somebody on the waiting list; name and number come from the list, which is a showing."""
    at_desk = desk()
    row = waits.wait(at_desk.contract_id, id_of(request.form.get("wait_id"), "wait_id"))
    held = queries.held(at_desk.contract_id, row.reservation_id) if row.reservation_id else None
    if held is None or row.state != rules.WaitState.OFFERED.value:
        raise Conflict("この方への案内は、すでに終わっています。")
    end_read()
    with transaction():
        details = {"fields": ["name", "phone"]}
        act = Act("reservation_wait.shown", "reservation_wait", str(row.id), details)
        record(act, by=at_desk.by, at=at_desk.terms.at)
        known = {
            "name": opened(at_desk.keys, WAIT_NAME, row.id, row.name),
            "phone": opened(at_desk.keys, WAIT_PHONE, row.id, row.phone),
        }
    return render_template("reservations/desk/_details.html", **details_context(at_desk, held, known))


@blueprint.post("/entered")
@allow(only(DESK))
def entered() -> Any:
    """What was just done stands in the city's system too, under its number."""
    at_desk = desk()
    reservation_id = id_of(request.form.get("reservation_id"), "reservation_id")
    due = city.latest_of(at_desk.contract_id, reservation_id)
    if due is None:
        raise NotFound("市システムへの入力は、すでに記録されています。")
    try:
        number = clean_lines(request.form, {"city_number": Line(city.NUMBER_LENGTH)})["city_number"]
        end_read()
        with transaction():
            city.enter(due.id, number, by=at_desk.by, at=at_desk.terms.at)
    except REFUSALS as error:
        refusal = refused(error, "reservation")
        return desk_pages.said(at_desk, reservation_id, _step(), errors=refusal.errors), 422
    return desk_pages.said(at_desk, reservation_id, _step(), entered=True)


def _step() -> str:
    step = request.form.get("step", "")
    return step if step in ("booked", "moved", "cancelled") else "booked"
