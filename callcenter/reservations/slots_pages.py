"""The slots of a place's day: how many seats, how many taken; single slots, closures and one-off openings."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from callcenter.audit.typed import NOTHING, Line, Refusal, clean_lines, refused
from callcenter.errors import Conflict, InvalidInput
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.reservations import catalogue, patterns, queries, service, slots
from callcenter.reservations.pages import section_tabs, terms_now
from callcenter.reservations.patterns import BelowBooked, ExceptionForm
from callcenter.reservations.rules import Channel
from callcenter.reservations.slots import Synced
from callcenter.reservations.terms import Terms
from callcenter.web.access import CENTRE, LEADERSHIP, actor, allow, only
from callcenter.web.forms import date_of, id_of, minute_of, whole_of
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("reservations_slots", __name__, url_prefix="/reservations/slots")
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)
DAYS_AHEAD = 35


@blueprint.get("")
@allow(only(CENTRE))
def day() -> Any:
    return _page()


def _page(refusal: Refusal = NOTHING, status: int = 200, below: UUID | None = None) -> Any:
    terms, contract_id = terms_now(), actor().contract
    if service.needs_settling(terms):
        end_read()
        with transaction():
            service.settle(terms, by=actor())
    places = [one for one in catalogue.places(contract_id) if not one.retired]
    place = next(
        (one for one in places if str(one.id) == request.values.get("place", "")), places[0] if places else None
    )
    on = _day(terms)
    shown = render_template(
        "reservations/slots.html",
        tabs=section_tabs(),
        places=catalogue.choices(places),
        place=place,
        on=on,
        counters=_counters(terms, place, on) if place else [],
        days=_days(terms, place) if place else [],
        exceptions=[row for row in slots.live_exceptions(contract_id) if place and row.place_id == place.id],
        closed=_why_closed(terms, place, on) if place else "",
        may_edit=actor().has(*LEADERSHIP),
        today=terms.today,
        refusal=refusal,
        below=below,
    )
    return shown, status


def _day(terms: Terms) -> date:
    given = request.values.get("on", "")
    try:
        return date_of(given, "on") if given else terms.window.first_on
    except InvalidInput:
        return terms.window.first_on


def _why_closed(terms: Terms, place: catalogue.Place, on: date) -> str:
    for row in slots.live_exceptions(terms.contract_id):
        if (row.place_id, row.local_on) == (place.id, on):
            return f"{'休止' if row.kind == 'closed' else '臨時開設'}（{row.reason}）"
    status = terms.calendar.day(on)
    return "" if status.open else status.why


def _counters(terms: Terms, place: catalogue.Place, on: date) -> list[dict[str, Any]]:
    labels = {"": "全経路", **dict(Channel.choices())}
    rows = queries.day_slots(terms.contract_id, place.id, on)
    found = []
    for counter in place.counters:
        own = [row for row in rows if row.counter_id == counter.id]
        lines = [
            {
                "id": row.id,
                "start_minute": row.start_minute,
                "end_minute": row.end_minute,
                "kind": labels[row.channel] + ("（後から開く）" if row.stage == 2 else ""),
                "capacity": row.capacity,
                "taken": row.taken,
                "state": row.state,
                "may_change": row.state != "closed" and (on, row.start_minute) > (terms.today, terms.here.minute),
            }
            for row in own
            if row.state != "closed" or row.taken
        ]
        found.append({"counter": counter, "lines": lines})
    return found


def _days(terms: Terms, place: catalogue.Place) -> list[dict[str, Any]]:
    """The coming weeks at a glance."""
    first = terms.today
    rows = queries.seats_by_day(terms.contract_id, place.id, first, first + timedelta(days=DAYS_AHEAD))
    return [{"on": on, "seats": seats, "taken": taken} for on, seats, taken in rows]


def _saved(act: Any, message: Any) -> Any:
    try:
        end_read()
        with transaction():
            done = act(terms_now())
    except REFUSALS as error:
        below = id_of(request.form.get("slot_id"), "slot_id") if isinstance(error, BelowBooked) else None
        shown = refused(error, "slot")
        errors = shown.errors or {"_": [error.message]}
        return _page(Refusal(shown.message, errors, shown.typed), error.status, below)
    flash(message(done), "success")
    return redirect(url_for("reservations_slots.day", place=request.form.get("place"), on=request.form.get("on")), 303)


@blueprint.post("/change")
@allow(only(LEADERSHIP))
def change() -> Any:
    """One slot's seats; below the booked number only when those who must move are marked."""
    form = request.form

    def act(terms: Terms) -> int:
        slot_id = id_of(form.get("slot_id"), "slot_id")
        capacity = whole_of(form.get("capacity"), "capacity", most=99)
        is_open = form.get("state") != "shut"
        return patterns.change_slot(
            slot_id, capacity, is_open=is_open, mark=form.get("mark") == "1", terms=terms, by=actor()
        )

    return _saved(act, lambda moved: "枠を変更しました。" + (f"{moved}件が要再予約になりました。" if moved else ""))


@blueprint.post("/exception")
@allow(only(LEADERSHIP))
def add_exception() -> Any:
    """Close a place's day, or open it once."""
    form = request.form

    def act(terms: Terms) -> Synced:
        reason = clean_lines(form, {"reason": Line(200)})["reason"]
        local_on, kind = date_of(form.get("local_on"), "local_on"), form.get("kind", "")
        if kind not in ("closed", "open"):
            raise InvalidInput(errors={"kind": ["休止か臨時開設かを選んでください。"]})
        hours = _opening() if kind == "open" else {}
        return patterns.add_exception(
            id_of(form.get("place"), "place"), ExceptionForm(local_on, kind, reason, **hours), terms=terms, by=actor()
        )

    return _saved(act, _told)


def _opening() -> dict[str, int]:
    form = request.form
    return {
        "start_minute": minute_of(form.get("start"), "start"),
        "end_minute": minute_of(form.get("end"), "end"),
        "slot_minutes": whole_of(form.get("slot_minutes"), "slot_minutes", least=5, most=240),
        "capacity": whole_of(form.get("capacity"), "capacity", least=1, most=99),
    }


def _told(done: Synced) -> str:
    parts = [f"{done.made}枠を作りました" if done.made else "", f"{done.closed}枠を閉じました" if done.closed else ""]
    said = "、".join(part for part in parts if part) or "登録しました"
    more = (
        f"。{done.to_rebook}件の予約が要再予約になりました。「電話をかける」の一覧から連絡してください"
        if done.to_rebook
        else ""
    )
    return f"{said}{more}。"


@blueprint.post("/exception/<uuid:exception_id>/withdraw")
@allow(only(LEADERSHIP))
def withdraw_exception(exception_id: UUID) -> Any:
    def act(terms: Terms) -> Synced:
        return patterns.withdraw_exception(exception_id, terms=terms, by=actor())

    return _saved(act, lambda done: f"取り下げました。{done.made}枠を作り、{done.closed}枠を閉じました。")
