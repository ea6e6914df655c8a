"""The pages of reservations: a day or a span as a list, one reservation, who is to be called, who waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from callcenter.accounts import directory
from callcenter.accounts.identity import current_identity
from callcenter.audit.service import Act, record
from callcenter.audit.typed import NOTHING, Refusal, refused
from callcenter.clock import now
from callcenter.errors import AppError, Conflict, InvalidInput
from callcenter.lists.export import FILE_KINDS, ListFile, export_list, kind_of
from callcenter.protection.deployment import keys_for
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.reservations import booking, catalogue, changes, finding, listing, queries, service, view, waits
from callcenter.reservations.api import shown as shown_texts
from callcenter.reservations.changes import Place
from callcenter.reservations.rules import Channel, State, WaitState
from callcenter.reservations.sealing import PHONE, REMARKS, WAIT_NAME, WAIT_PHONE, masked_name, masked_phone, opened
from callcenter.reservations.terms import Terms, terms_at
from callcenter.web.access import CENTRE, DESK, actor, allow, only
from callcenter.web.forms import date_of, whole_of
from callcenter.web.navigation import NavItem
from callcenter.web.pagination import page_from
from callcenter.web.tabs import tabs_of
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("reservations", __name__, url_prefix="/reservations")
NAV = (NavItem("予約", "reservations.list_reservations", CENTRE, 15, section="reservations"),)
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)
TABS = (
    ("一覧", "reservations.list_reservations"),
    ("空き状況", "reservations.free"),
    ("電話をかける", "reservations.call_lists"),
    ("空き待ち", "reservations.waiting"),
    ("枠", "reservations_slots.day"),
    ("市システム", "reservations_city.entries"),
    ("結果報告", "reservations_results.results"),
    ("設定", "reservations_setup.settings_page"),
)


def section_tabs() -> list[dict[str, Any]]:
    return tabs_of(TABS)


def terms_now() -> Terms:
    return terms_at(actor().contract, now())


# --- the list ---


@blueprint.get("")
@allow(only(CENTRE))
def list_reservations() -> Any:
    """Reservations of a day or a span; without dates those of today."""
    return _list(request.args)


def _list(given: Mapping[str, str], refusal: Refusal = NOTHING, status: int = 200) -> Any:
    terms, keys = terms_now(), keys_for(actor().contract)
    try:
        wanted, page = listing.filter_from(given, terms.today), page_from(given)
    except InvalidInput as error:
        refusal, status = Refusal(error.message, error.errors, {}), error.status
        wanted, page = listing.filter_from({}, terms.today), page_from({})
    rows = queries.listed(keys.contract_id, wanted, limit=page.size, offset=page.offset)
    total, names = queries.count(keys.contract_id, wanted), catalogue.names(keys.contract_id)
    args = listing.as_args(wanted)
    shown = render_template(
        "reservations/list.html",
        tabs=section_tabs(),
        days=listing.by_day(view.lines(keys, rows, names)),
        total=total,
        page=page.number,
        last=page.last(total),
        page_href=listing.href(args) + "&page=%d",
        given=args,
        wanted=wanted,
        before=wanted.from_on - timedelta(days=1),
        after=wanted.to_on + timedelta(days=1),
        today=terms.today,
        refusal=refusal,
        places=catalogue.choices(catalogue.places(keys.contract_id)),
        procedures=catalogue.choices(catalogue.procedures(keys.contract_id)),
        states=[(one.value, one.label) for one in State if one is not State.HELD],
        channels=Channel.choices(),
        file_kinds=FILE_KINDS,
        unfinished=queries.unfinished(keys.contract_id, terms.today, terms.at),
    )
    return shown, status


@blueprint.post("/find")
@allow(only(CENTRE))
def find() -> Any:
    """To the reservation of a number; to a list of several. What was typed stands in no address."""
    keys, terms = keys_for(actor().contract), terms_now()
    try:
        by_what, rows = finding.found(keys, request.form.get("q", ""), terms.settings.notice_pattern)
    except REFUSALS as error:
        return _list({}, refused(error, "reservation"), error.status)
    end_read()
    with transaction():
        details = {"kind": by_what, "count": len(rows)}
        record(Act("reservation.searched", "reservations", "-", details), by=actor(), at=terms.at)
    if len(rows) == 1:
        return redirect(url_for("reservations.detail", reservation_id=rows[0].id), 303)
    found = view.lines(keys, rows, catalogue.names(keys.contract_id))
    return render_template("reservations/found.html", tabs=section_tabs(), found=found)


@blueprint.post("/export")
@allow(only(CENTRE))
def export() -> Response:
    """The list as it is shown, every row, masked columns masked."""
    who, keys, terms = actor(), keys_for(actor().contract), terms_now()
    kind, wanted = kind_of(request.form.get("format", "")), listing.filter_from(request.form, terms.today)
    names, identity = catalogue.names(keys.contract_id), current_identity()
    rows = view.lines(keys, queries.listed(keys.contract_id, wanted), names)
    contract = f"{identity.contract.city_name} {identity.contract.title}" if identity else ""
    said = listing.conditions(wanted, names)
    act = Act("reservation.exported", "reservations", "-", {"filter": listing.as_args(wanted)})
    columns, lines = listing.COLUMNS, map(listing.export_line, rows)
    return export_list(
        ListFile("reservations", "予約一覧", columns, lines, said, contract), kind, act, by=who, at=terms.at
    )


@blueprint.get("/free")
@allow(only(CENTRE))
def free() -> Any:
    """Free seats by day and place, as far as may be booked now: the overview that a caller is told from."""
    terms = terms_now()
    days = whole_of(request.args.get("days", "60"), "days", least=1, most=100)
    first = terms.window.first_on
    found = queries.free_by_day(terms, Channel.PHONE.value, first, first + timedelta(days=days))
    places = [one for one in catalogue.places(terms.contract_id) if not one.retired]
    return render_template(
        "reservations/free.html", tabs=section_tabs(), rows=listing.free_rows(found, places), places=places
    )


# --- one reservation ---


@blueprint.get("/<uuid:reservation_id>")
@allow(only(CENTRE))
def detail(reservation_id: UUID) -> Any:
    return _detail(reservation_id)


def _detail(reservation_id: UUID, error: AppError | None = None, revealed: dict[str, Any] | None = None) -> Any:
    who, keys, terms = actor(), keys_for(actor().contract), terms_now()
    row = changes.row_of(who.contract, reservation_id)
    names = catalogue.names(who.contract)
    rows = queries.applicants_of(who.contract, [row.id]).get(row.id, [])
    remarks = opened(keys, REMARKS, row.id, row.remarks)
    shown = render_template(
        "reservations/detail.html",
        tabs=section_tabs(),
        booked=view.line(keys, row, rows, names),
        people=revealed["people"] if revealed else view.masked_people(keys, rows),
        phone=revealed["phone"] if revealed else masked_phone(opened(keys, PHONE, row.id, row.phone)),
        remarks=(revealed["remarks"] if revealed else "＊＊＊") if remarks else "",
        is_revealed=revealed is not None,
        steps=view.steps(keys, queries.events_of(who.contract, row.id), names, directory.names_under(who.contract)),
        entries=listing.entry_lines(who.contract, row.id),
        visits=_visits(row, terms),
        may_act=who.has(*DESK),
        is_live=row.state in (State.BOOKED.value, State.REBOOK.value),
        error=error,
        keeps_ledger=terms.settings.keeps_ledger,
    )
    return shown, error.status if error else 200


def _visits(row: Any, terms: Terms) -> list[tuple[str, str]]:
    """What may be noted of the visit now."""
    if row.local_on > terms.today or row.state not in ("booked", "attended", "late", "no_show"):
        return []
    return [(one.value, one.label) for one in (State.ATTENDED, State.LATE, State.NO_SHOW) if one.value != row.state]


@blueprint.post("/<uuid:reservation_id>/reveal")
@allow(only(DESK))
def reveal(reservation_id: UUID) -> Any:
    """Who comes, opened; the showing is an entry."""
    return _detail(reservation_id, revealed=shown_texts(reservation_id, at=now()))


@blueprint.post("/<uuid:reservation_id>/visit")
@allow(only(DESK))
def visit(reservation_id: UUID) -> Any:
    """Attended, late or not come."""
    state = request.form.get("state", "")
    back = request.form.get("back_on", "")
    try:
        version = whole_of(request.form.get("version"), "version", least=1)
        if not State.has(state):
            raise InvalidInput(errors={"state": ["一覧から選んでください。"]})
        end_read()
        with transaction():
            place = Place(reservation_id, version)
            changes.note_visit(place, State.of(state), terms=terms_now(), by=actor())
    except REFUSALS as error:
        return _detail(reservation_id, error)
    flash(f"「{State.of(state).label}」と記録しました。", "success")
    if back:
        return redirect(listing.href({"from": back, "to": back}), 303)
    return redirect(url_for("reservations.detail", reservation_id=reservation_id), 303)


@blueprint.post("/<uuid:reservation_id>/slip")
@allow(only(DESK))
def slip(reservation_id: UUID) -> str:
    """What the visitor may be given: number, time, place, what to bring. The name in it is a showing."""
    who, keys, terms = actor(), keys_for(actor().contract), terms_now()
    row = changes.row_of(who.contract, reservation_id)
    procedure = catalogue.procedure(who.contract, row.procedure_id)
    end_read()
    with transaction():
        booking.record_shown(reservation_id, ["name"], by=who, at=terms.at)
        rows = queries.applicants_of(who.contract, [row.id]).get(row.id, [])
        people = view.people(keys, rows)
    return render_template(
        "reservations/slip.html",
        booked=view.line(keys, row, rows, catalogue.names(who.contract)),
        people=people,
        documents=view.documents(procedure, row.visitor),
        note=procedure.note,
        counter=catalogue.counter(who.contract, row.counter_id),
    )


@blueprint.get("/book")
@allow(only(DESK))
def book() -> str:
    """The panel of the call without a call: at the counter, or for a reservation that is to be moved."""
    return render_template(
        "reservations/book.html", tabs=section_tabs(), reservation=request.args.get("reservation", "")
    )


# --- who is to be called ---


@blueprint.get("/calls")
@allow(only(CENTRE))
def call_lists() -> Any:
    """Reservations to be rebooked, offers of the waiting list, and those of the next open day."""
    terms, keys = terms_now(), keys_for(actor().contract)
    names = catalogue.names(keys.contract_id)
    on = _asked_day(terms)
    wanted = queries.ListFilter(on, on, state=State.BOOKED.value)
    far = queries.ListFilter(date.min, date.max, state=State.REBOOK.value)
    return render_template(
        "reservations/calls.html",
        tabs=section_tabs(),
        on=on,
        to_rebook=view.lines(keys, queries.listed(keys.contract_id, far), names),
        reminders=view.lines(keys, queries.listed(keys.contract_id, wanted), names),
        offers=[one for one in _waiting_lines(terms) if one["state"] == WaitState.OFFERED.value],
    )


def _asked_day(terms: Terms) -> date:
    given = request.args.get("on")
    return date_of(given, "on") if given else terms.calendar.next_open_day(terms.today)


@blueprint.post("/<uuid:reservation_id>/phone")
@allow(only(DESK))
def reveal_phone(reservation_id: UUID) -> str:
    """The number to be dialled; the showing is an entry."""
    who, keys, at = actor(), keys_for(actor().contract), now()
    with transaction():
        row = changes.row_of(who.contract, reservation_id)
        booking.record_shown(reservation_id, ["phone", "name"], by=who, at=at)
        rows = queries.applicants_of(who.contract, [row.id]).get(row.id, [])
        name = view.people(keys, rows)[0]["name"]
        phone = opened(keys, PHONE, row.id, row.phone)
    return render_template("calls/_revealed.html", value=f"{phone}　{name}")


# --- who waits ---


@blueprint.get("/waiting")
@allow(only(CENTRE))
def waiting() -> str:
    terms = terms_now()
    if service.needs_settling(terms):
        end_read()
        with transaction():
            service.settle(terms, by=actor())
    return render_template("reservations/waiting.html", tabs=section_tabs(), lines=_waiting_lines(terms))


def _waiting_lines(terms: Terms) -> list[dict[str, Any]]:
    keys, names = keys_for(terms.contract_id), catalogue.names(terms.contract_id)
    places = {one.id: one.name for one in catalogue.places(terms.contract_id)}
    rows = waits.live(terms.contract_id)
    held = {row.id: queries.held(terms.contract_id, row.reservation_id) for row in rows if row.reservation_id}
    return [
        {
            "id": row.id,
            "place_in_line": number,
            "state": row.state,
            "state_label": WaitState.of(row.state).label,
            "procedure": names.procedure(row.procedure_id),
            "place": places.get(row.place_id, "どこでも") if row.place_id else "どこでも",
            "people": row.people,
            "from_on": row.from_on,
            "to_on": row.to_on,
            "name": masked_name(opened(keys, WAIT_NAME, row.id, row.name)),
            "phone": masked_phone(opened(keys, WAIT_PHONE, row.id, row.phone)),
            "created_at": row.created_at,
            "offer_until": row.offer_until,
            "offered": _offered(held.get(row.id), names),
        }
        for number, row in enumerate(rows, 1)
    ]


def _offered(held: Any | None, names: catalogue.Names) -> str:
    if held is None:
        return ""
    return f"{view.when_label(held.local_on, held.start_minute)} {names.where(held.counter_id)}"


@blueprint.post("/waiting/<uuid:wait_id>/phone")
@allow(only(DESK))
def reveal_wait(wait_id: UUID) -> str:
    """Whom to call; the showing is an entry."""
    who, keys, at = actor(), keys_for(actor().contract), now()
    with transaction():
        row = waits.wait(who.contract, wait_id)
        details = {"fields": ["name", "phone"]}
        record(Act("reservation_wait.shown", "reservation_wait", str(wait_id), details), by=who, at=at)
        name, phone = opened(keys, WAIT_NAME, row.id, row.name), opened(keys, WAIT_PHONE, row.id, row.phone)
    return render_template("calls/_revealed.html", value=f"{phone}　{name}")


@blueprint.post("/waiting/<uuid:wait_id>/withdraw")
@allow(only(DESK))
def withdraw(wait_id: UUID) -> Any:
    end_read()
    with transaction():
        waits.withdraw(wait_id, terms=terms_now(), by=actor())
    flash("空き待ちを取り下げました。取り置いた枠は、次の方に案内します。", "success")
    return redirect(url_for("reservations.waiting"), 303)


@blueprint.get("/of-call/<uuid:call_id>")
@allow(only(CENTRE))
def of_call(call_id: UUID) -> str:
    """What was booked, changed or cancelled in a call: a fragment of its record."""
    keys = keys_for(actor().contract)
    found = view.lines(keys, queries.of_call(keys.contract_id, call_id), catalogue.names(keys.contract_id))
    return render_template("reservations/_of_call.html", found=found)
