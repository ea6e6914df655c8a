"""The panel in the call: find, book, change and cancel while the caller is on the line.

Every step is a POST that answers with the next fragment; what was typed and may still be needed travels in the form
itself, so that whoever loses a race types nothing again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request

from callcenter.audit.service import Act, record
from callcenter.audit.typed import refused
from callcenter.clock import now
from callcenter.errors import AppError, Conflict, InvalidInput
from callcenter.protection.deployment import keys_for
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.reservations import booking, catalogue, changes, finding, offers, queries, service, view
from callcenter.reservations.booking import SecondReservation
from callcenter.reservations.changes import Place
from callcenter.reservations.choosing import NotOffered, Wish
from callcenter.reservations.desk_view import Desk, choosing_context, details_context, near_choices, time_of_slot
from callcenter.reservations.forms import CancelTyped, judged, judged_cancel, typed_from
from callcenter.reservations.once import once
from callcenter.reservations.rules import Asker, CancelReason, number_of
from callcenter.reservations.seats import Full
from callcenter.reservations.terms import terms_at
from callcenter.web.access import DESK, actor, allow, only
from callcenter.web.forms import id_of, whole_of
from callcenter.web.idempotency import mark_of
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("booking_desk", __name__, url_prefix="/desk/booking")
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)
CODED = frozenset({"call_id", "held_id", "held_slot", "people", "procedure", "slot"})
"""What is no typed text: an id may look like a number that is masked."""
CHANGED_CATEGORY, CANCELLED_CATEGORY = "0302", "0303"


def desk() -> Desk:
    """Who sits here, in which call, at which instant. Raises `InvalidInput` for a call's id that is none."""
    who, call_id = actor(), request.form.get("call_id", "")
    terms = terms_at(who.contract, now())
    return Desk(who, keys_for(who.contract), terms, id_of(call_id, "call_id") if call_id else None)


def _prepare(at_desk: Desk) -> None:
    """What ran out passes on before anything is shown; mostly there is nothing to do and nothing is written."""
    if service.needs_settling(at_desk.terms):
        end_read()
        with transaction():
            service.settle(at_desk.terms, by=at_desk.by)


@blueprint.post("")
@allow(only(DESK))
def start() -> Any:
    """What the panel opens with: what is held for this call, else the caller's reservations and free times."""
    at_desk = desk()
    _prepare(at_desk)
    held = queries.held_in_call(at_desk.contract_id, at_desk.call_id, at_desk.by.person_id) if at_desk.call_id else None
    if held is not None and held.held_until and held.held_until > at_desk.terms.at:
        return render_template("reservations/desk/_details.html", **details_context(at_desk, held, request.form))
    found = _of_phone(at_desk, request.form.get("phone", ""))
    return _choosing(at_desk, found=found, asked_by_phone=bool(found))


def _of_phone(at_desk: Desk, phone: str) -> list[Any]:
    """The caller's reservations by the number in the phone field; that there are some is a showing."""
    if not phone.strip():
        return []
    try:
        by_what, rows = finding.found(at_desk.keys, phone, at_desk.terms.settings.notice_pattern)
    except (InvalidInput, IndividualNumberRefused):
        return []
    if rows and by_what == "phone":
        _record_search(at_desk, by_what, len(rows))
    return view.lines(at_desk.keys, rows, at_desk.names) if by_what == "phone" else []


def _record_search(at_desk: Desk, by_what: str, count: int) -> None:
    end_read()
    with transaction():
        details = {"kind": by_what, "count": count}
        record(Act("reservation.searched", "reservations", "-", details), by=at_desk.by, at=at_desk.terms.at)


def _choosing(at_desk: Desk, **more: Any) -> str:
    context = choosing_context(at_desk, request.form)
    end_read()
    return render_template("reservations/desk/_choose.html", **{**context, "found": [], **more})


@blueprint.post("/times")
@allow(only(DESK))
def times() -> Any:
    """Days and times for what is chosen."""
    at_desk = desk()
    _prepare(at_desk)
    return _choosing(at_desk)


@blueprint.post("/find")
@allow(only(DESK))
def find() -> Any:
    """Reservations by a number that the caller can say."""
    at_desk = desk()
    try:
        by_what, rows = finding.found(at_desk.keys, request.form.get("q", ""), at_desk.terms.settings.notice_pattern)
    except REFUSALS as error:
        refusal = refused(error, "reservation")
        return _choosing(at_desk, errors=refusal.errors, q=refusal.typed.get("q", "")), 422
    _record_search(at_desk, by_what, len(rows))
    return _choosing(at_desk, found=view.lines(at_desk.keys, rows, at_desk.names), searched=True)


# --- booking ---


@blueprint.post("/hold")
@allow(only(DESK))
def hold() -> Any:
    """Keep the chosen time for some minutes and ask for the details."""
    at_desk = desk()
    try:
        wish = _wish(at_desk)
        end_read()
        with transaction():
            held = service.hold(wish, terms=at_desk.terms, by=at_desk.by, call_id=at_desk.call_id)
    except (Full, NotOffered) as refusal:
        return _others(at_desk, refusal, wish)
    except InvalidInput as error:
        return _choosing(at_desk, errors=error.errors), 422
    row = queries.held(at_desk.contract_id, held.reservation_id)
    return render_template("reservations/desk/_details.html", **details_context(at_desk, row, request.form))


def _wish(at_desk: Desk) -> Wish:
    """Raises `InvalidInput` naming what is not chosen."""
    form, time = request.form, time_of_slot(request.form.get("slot", ""))
    people = whole_of(form.get("people"), "people", least=1, most=8)
    procedure_id = id_of(form.get("procedure"), "procedure")
    return Wish(procedure_id, people, time.counter_id, time.on, time.start_minute, at_desk.channel)


def _others(at_desk: Desk, refusal: Full | NotOffered, wish: Wish) -> Any:
    """The time is gone: the nearest ones instead, everything else as it was."""
    end_read()
    near = near_choices(offers.alternatives(wish, at_desk.terms))
    return _choosing(at_desk, gone=refusal.message, errors=refusal.errors, near=near), 409


@blueprint.post("/confirm")
@allow(only(DESK))
def confirm() -> Any:
    """Book what is held, or, where that is gone, the time chosen instead: the details are those already typed."""
    at_desk, form = desk(), request.form
    held_id = id_of(form.get("held_id"), "held_id")
    people = whole_of(form.get("people"), "people", least=1, most=8)
    other = form.get("slot", "")
    try:
        time = time_of_slot(other) if other else None
        on = time.on if time else _day(form)
        details = judged(typed_from(form, people), settings=at_desk.terms.settings, today=at_desk.terms.today, on=on)
    except REFUSALS as error:
        return _details_again(at_desk, error)

    def act() -> dict[str, Any]:
        if time is None:
            booked = service.book_held(
                held_id, details, keys=at_desk.keys, terms=at_desk.terms, by=at_desk.by, call_id=at_desk.call_id
            )
        else:
            booked = service.book(
                _wish(at_desk),
                details,
                keys=at_desk.keys,
                terms=at_desk.terms,
                by=at_desk.by,
                call_id=at_desk.call_id,
            )
            service.release(held_id, terms=at_desk.terms, by=at_desk.by)
        return {"id": str(booked.reservation_id), "number": number_of(booked.serial)}

    return _made_once(at_desk, "book", act, lambda error: _details_again(at_desk, error), "booked")


def _day(form: Mapping[str, str]) -> Any:
    return time_of_slot(form.get("held_slot", "")).on


def _details_again(at_desk: Desk, error: AppError) -> Any:
    """The form as it was typed, with what is wrong; where the time is gone, with the nearest ones beside it."""
    refusal = refused(error, "reservation")
    form = {name: request.form[name] if name in CODED else text for name, text in refusal.typed.items()}
    end_read()
    context = details_context(at_desk, None, form)
    if isinstance(error, SecondReservation):
        rows = queries.with_ids(at_desk.contract_id, error.ids)
        context["second_lines"] = view.lines(at_desk.keys, rows, at_desk.names)
    if isinstance(error, Full | NotOffered):
        wanted = time_of_slot(form.get("slot") or form["held_slot"])
        wish = Wish(
            id_of(form["procedure"], "procedure"),
            int(form["people"]),
            wanted.counter_id,
            wanted.on,
            wanted.start_minute,
            at_desk.channel,
        )
        context["near"] = near_choices(offers.alternatives(wish, at_desk.terms))
    shown = render_template(
        "reservations/desk/_details.html", **{**context, "errors": refusal.errors, "message": error.message}
    )
    return shown, error.status


def _made_once(
    at_desk: Desk,
    purpose: str,
    act: Callable[[], dict[str, Any]],
    again: Callable[[AppError], Any],
    step: str,
) -> Any:
    """Do it once, however often the key is pressed; then what is to be said to the caller."""
    key = id_of(request.form.get("idempotency_key"), "idempotency_key")
    sent = {name: value for name, value in request.form.items() if name not in ("csrf_token", "contract_id")}
    mark = mark_of(at_desk.keys.index, f"reservation.{purpose}", sent)
    try:
        done, _ = once(at_desk.contract_id, key, mark, at_desk.terms.at, act)
    except REFUSALS as error:
        return again(error)
    return said(at_desk, UUID(done["id"]), step)


def said(at_desk: Desk, reservation_id: UUID, step: str, **more: Any) -> str:
    """What was done, to be read back to the caller; the name in it is a showing."""
    row = changes.row_of(at_desk.contract_id, reservation_id)
    procedure = catalogue.procedure(at_desk.contract_id, row.procedure_id)
    end_read()
    with transaction():
        booking.record_shown(reservation_id, ["name"], by=at_desk.by, at=at_desk.terms.at)
        rows = queries.applicants_of(at_desk.contract_id, [reservation_id]).get(reservation_id, [])
        names = [one["name"] for one in view.people(at_desk.keys, rows)]
    shown = view.lines(at_desk.keys, [row], at_desk.names)[0]
    category = {"booked": procedure.category_code, "moved": CHANGED_CATEGORY, "cancelled": CANCELLED_CATEGORY}[step]
    to_bring = view.documents(procedure, row.visitor)
    return render_template(
        "reservations/desk/_done.html",
        step=step,
        shown=shown,
        names=names,
        said=view.read_back(shown, names, to_bring) if step != "cancelled" else view.read_back_cancelled(shown, names),
        documents=to_bring,
        category=category,
        keeps_ledger=at_desk.terms.settings.keeps_ledger,
        call_id=at_desk.call_id,
        **more,
    )


@blueprint.post("/release")
@allow(only(DESK))
def release() -> Any:
    """Let go of what is held and go back to choosing."""
    at_desk = desk()
    held_id = id_of(request.form.get("held_id"), "held_id")
    end_read()
    with transaction():
        service.release(held_id, terms=at_desk.terms, by=at_desk.by)
    return _choosing(at_desk)


# --- what stands ---


@blueprint.post("/one")
@allow(only(DESK))
def one() -> Any:
    """A reservation of the caller: masked, with what may be done; `show` opens who comes, which is logged."""
    return _one(desk())


def _one(at_desk: Desk, error: AppError | None = None, **more: Any) -> Any:
    form = request.form
    row = changes.row_of(at_desk.contract_id, id_of(form.get("reservation_id"), "reservation_id"))
    rows = queries.applicants_of(at_desk.contract_id, [row.id]).get(row.id, [])
    people = view.masked_people(at_desk.keys, rows)
    if form.get("show") == "1":
        end_read()
        with transaction():
            fields = ["name", "kana", "birth_on", "notice_number"]
            booking.record_shown(row.id, fields, by=at_desk.by, at=at_desk.terms.at)
            people = view.people(at_desk.keys, rows)
    refusal = refused(error, "reservation") if error else None
    context = choosing_context(at_desk, form, reservation=row)
    shown = render_template(
        "reservations/desk/_one.html",
        **{
            **context,
            "shown": view.lines(at_desk.keys, [row], at_desk.names)[0],
            "people_shown": people,
            "is_shown": form.get("show") == "1",
            "in_time": at_desk.terms.window.may_cancel(row.local_on) or row.state == "rebook",
            "errors": refusal.errors if refusal else {},
            "message": error.message if error else "",
            "typed": refusal.typed if refusal else form,
            "askers": Asker.choices(),
            "reasons": CancelReason.choices(),
            **more,
        },
    )
    return (shown, error.status) if error else shown


def _place() -> Place:
    form = request.form
    return Place(id_of(form.get("reservation_id"), "reservation_id"), whole_of(form.get("version"), "version", least=1))


def _why(*, needs_code: bool) -> CancelTyped:
    form = request.form
    typed = CancelTyped(
        form.get("asker", ""), form.get("reason_code", ""), form.get("reason", ""), form.get("override") == "1"
    )
    return judged_cancel(typed, needs_code=needs_code)


@blueprint.post("/move")
@allow(only(DESK))
def move() -> Any:
    """Another time under the same number; if it is gone, the old one stands and the nearest are offered."""
    at_desk = desk()
    try:
        time, why, place = time_of_slot(request.form.get("slot", "")), _why(needs_code=False), _place()
    except REFUSALS as error:
        return _one(at_desk, error, wants="move")

    def act() -> dict[str, Any]:
        service.move(place, time, why, keys=at_desk.keys, terms=at_desk.terms, by=at_desk.by, call_id=at_desk.call_id)
        return {"id": str(place.reservation_id)}

    def again(error: AppError) -> Any:
        end_read()
        near = []
        if isinstance(error, Full | NotOffered):
            row = changes.row_of(at_desk.contract_id, place.reservation_id)
            wish = Wish(row.procedure_id, row.people, time.counter_id, time.on, time.start_minute, row.channel)
            near = near_choices(offers.alternatives(wish, at_desk.terms))
        return _one(at_desk, error, wants="move", near=near)

    return _made_once(at_desk, "move", act, again, "moved")


@blueprint.post("/cancel")
@allow(only(DESK))
def cancel() -> Any:
    """Cancel with the reason and who asked. It cannot be undone."""
    at_desk = desk()
    try:
        why, place = _why(needs_code=True), _place()
    except REFUSALS as error:
        return _one(at_desk, error, wants="cancel")

    def act() -> dict[str, Any]:
        service.cancel(place, why, keys=at_desk.keys, terms=at_desk.terms, by=at_desk.by, call_id=at_desk.call_id)
        return {"id": str(place.reservation_id)}

    return _made_once(at_desk, "cancel", act, lambda error: _one(at_desk, error, wants="cancel"), "cancelled")
