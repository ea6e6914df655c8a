"""Reservations as JSON: the same use cases as the desk and the pages; personal data stays masked.

Every change needs an `Idempotency-Key`; what changes a reservation that stands needs `If-Match` with its ETag.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, jsonify
from marshmallow import RAISE
from msgspec.structs import asdict

from callcenter.audit.service import Act, record
from callcenter.clock import now
from callcenter.errors import InvalidInput
from callcenter.protection.deployment import keys_for
from callcenter.protection.keys import ContractKeys
from callcenter.reservations import api_schemas as schemas
from callcenter.reservations import booking, catalogue, changes, finding, offers, queries, service, view
from callcenter.reservations.booking import Booked, SecondReservation
from callcenter.reservations.changes import Changed, Place
from callcenter.reservations.choosing import NotOffered, Time, Wish
from callcenter.reservations.forms import CancelTyped, PersonTyped, Typed, judged, judged_cancel
from callcenter.reservations.once import once
from callcenter.reservations.rules import MOST_PEOPLE, Channel, State, number_of
from callcenter.reservations.sealing import PHONE, REMARKS, opened
from callcenter.reservations.seats import Full
from callcenter.reservations.terms import Terms, terms_at
from callcenter.web.access import CENTRE, DESK, actor, allow, only
from callcenter.web.idempotency import (
    KEY_PARAMETER,
    MATCH_PARAMETER,
    PreconditionFailed,
    etag,
    idempotency_key,
    mark_of_body,
    matched_version,
)
from callcenter.web.openapi import ApiBlueprint
from callcenter.web.pagination import DEFAULT_SIZE, Page
from callcenter.web.transaction import end_read, transaction

blueprint = ApiBlueprint("api_reservations", __name__, url_prefix="/reservations", description="予約")
READ, WRITE, REVEAL = "reservations:read", "reservations:write", "reservations:reveal"
LONGEST_SEARCH_DAYS = 100


@blueprint.get("/procedures")
@allow(only(CENTRE, scope=READ))
@blueprint.response(200, schemas.ProcedureOut(many=True))
def procedures() -> Any:
    """手続の一覧"""
    return catalogue.procedures(actor().contract)


@blueprint.get("/places")
@allow(only(CENTRE, scope=READ))
@blueprint.response(200, schemas.PlaceOut(many=True))
def places() -> Any:
    """会場と窓口の一覧"""
    return [one for one in catalogue.places(actor().contract) if not one.retired]


@blueprint.get("/free")
@allow(only(CENTRE, scope=READ))
@blueprint.arguments(schemas.FreeIn, location="query", unknown=RAISE)
@blueprint.response(200, schemas.OfferOut(many=True))
def free(given: dict[str, Any]) -> Any:
    """空き枠

    人数分の枠が続いている時間だけを返します。予約できる期間は、開庁日で数えた設定によります。
    """
    terms = terms_at(actor().contract, now())
    if not 0 <= (given["to_on"] - given["from_on"]).days <= LONGEST_SEARCH_DAYS:
        raise InvalidInput(errors={"to": [f"期間は{LONGEST_SEARCH_DAYS}日までにしてください。"]})
    search = offers.Search(
        catalogue.procedure(terms.contract_id, given["procedure_id"]),
        given.get("people", 1),
        given.get("channel", Channel.WEB.value),
        given.get("place_id"),
    )
    return [asdict(one) for one in offers.offered(search, terms, given["from_on"], given["to_on"])]


@blueprint.get("")
@allow(only(CENTRE, scope=READ))
@blueprint.arguments(schemas.ListIn, location="query", unknown=RAISE)
@blueprint.response(200, schemas.ReservationPage)
def list_reservations(given: dict[str, Any]) -> Any:
    """予約の一覧

    来庁日と時刻の順です。氏名・番号・電話番号は伏字です。
    """
    page = Page(given.pop("page", 1), given.pop("size", DEFAULT_SIZE))
    wanted, keys = queries.ListFilter(**given), keys_for(actor().contract)
    rows = queries.listed(keys.contract_id, wanted, limit=page.size, offset=page.offset)
    total = queries.count(keys.contract_id, wanted)
    items = view.lines(keys, rows, catalogue.names(keys.contract_id))
    return {"items": items, "total": total, "page": page.number, "last": page.last(total)}


@blueprint.post("/search")
@allow(only(CENTRE, scope=READ))
@blueprint.arguments(schemas.FindIn)
@blueprint.response(200, schemas.ReservationOut(many=True))
def search(given: dict[str, Any]) -> Any:
    """予約番号・交付通知書の番号・電話番号で探す

    アドレスには残りません。検索したことは記録されます。
    """
    keys, at = keys_for(actor().contract), now()
    by_what, rows = finding.found(keys, given["q"], terms_at(keys.contract_id, at).settings.notice_pattern)
    with transaction():
        details = {"kind": by_what, "count": len(rows)}
        record(Act("reservation.searched", "reservations", "-", details), by=actor(), at=at)
    return view.lines(keys, rows, catalogue.names(keys.contract_id))


@blueprint.get("/<uuid:reservation_id>")
@allow(only(CENTRE, scope=READ))
@blueprint.response(200, schemas.ReservationOut)
def get_reservation(reservation_id: UUID) -> Any:
    """予約1件

    ETagは版です。変更と取消のときに、If-Matchで送ります。
    """
    return _one(keys_for(actor().contract), reservation_id)


def _one(keys: ContractKeys, reservation_id: UUID) -> Any:
    row = changes.row_of(keys.contract_id, reservation_id)
    shown = view.lines(keys, [row], catalogue.names(keys.contract_id))[0]
    return shown, 200, {"ETag": etag(row.version)}


@blueprint.post("")
@allow(only(DESK, scope=WRITE))
@blueprint.arguments(schemas.ReservationIn)
@blueprint.response(201, schemas.DoneOut)
@blueprint.doc(parameters=[KEY_PARAMETER])
def create(given: dict[str, Any]) -> Any:
    """予約する

    同じIdempotency-Keyの再送には、同じ答えを返し、予約は1件です。枠がうまっていれば409と近い空き枠を返します。
    """
    who, at, keys = actor(), now(), keys_for(actor().contract)
    terms, key, mark = terms_at(who.contract, at), idempotency_key(), mark_of_body(keys.index, "reservation.create")
    wish = _wish(given)
    typed = _typed(given)

    def act() -> dict[str, Any]:
        details = judged(typed, settings=terms.settings, today=terms.today, on=wish.on)
        booked = service.book(wish, details, keys=keys, terms=terms, by=who)
        return _done(booked.reservation_id, State.BOOKED, booked.version, wish, booked)

    try:
        done, is_new = once(who.contract, key, mark, at, act)
    except (Full, NotOffered) as refusal:
        return _with_alternatives(refusal, wish, terms)
    except SecondReservation as refusal:
        vars(refusal)["extra"] = {"reservations": [str(one) for one in refusal.ids]}
        raise
    return done, 201 if is_new else 200, {"ETag": etag(done["version"])}


def _wish(given: Mapping[str, Any]) -> Wish:
    people = len(given["people"])
    if not 1 <= people <= MOST_PEOPLE:
        raise InvalidInput(errors={"people": [f"1人から{MOST_PEOPLE}人までです。"]})
    return Wish(
        given["procedure_id"],
        people,
        given["counter_id"],
        given["on"],
        given["start_minute"],
        given.get("channel", Channel.WEB.value),
    )


def _typed(given: Mapping[str, Any]) -> Typed:
    more = {name: given[name] for name in ("visitor", "remarks", "documents_told", "second") if name in given}
    return Typed(tuple(PersonTyped(**one) for one in given["people"]), phone=given["phone"], **more)


def _done(reservation_id: UUID, state: State, version: int, time: Any, booked: Booked | None = None) -> dict[str, Any]:
    """What is kept and answered: ids, codes, numbers."""
    return {
        "id": str(reservation_id),
        "number": number_of(booked.serial) if booked else "",
        "state": state.value,
        "version": version,
        "on": time.on.isoformat(),
        "start_minute": time.start_minute,
        "counter_id": str(time.counter_id),
    }


def _with_alternatives(refusal: Full | NotOffered, wish: Wish, terms: Terms) -> Response:
    """The refusal with the nearest free times, so that nothing has to be asked again."""
    end_read()
    near = [
        {**asdict(one), "on": one.on.isoformat(), "counter_id": str(one.counter_id)}
        for one in offers.alternatives(wish, terms)
    ]
    answer = jsonify({**refusal.as_dict(), "alternatives": near})
    answer.status_code = refusal.status
    return answer


@blueprint.post("/<uuid:reservation_id>/move")
@allow(only(DESK, scope=WRITE))
@blueprint.arguments(schemas.MoveIn)
@blueprint.response(200, schemas.DoneOut)
@blueprint.doc(parameters=[KEY_PARAMETER, MATCH_PARAMETER])
def move(given: dict[str, Any], reservation_id: UUID) -> Any:
    """日時を変更する

    予約番号は変わりません。新しい枠がうまっていれば409で、元の予約はそのままです。
    """
    time = Time(given["counter_id"], given["on"], given["start_minute"])
    why = judged_cancel(CancelTyped(given["asker"], "", given.get("reason", "")), needs_code=False)
    row = changes.row_of(actor().contract, reservation_id)
    wish = Wish(row.procedure_id, row.people, time.counter_id, time.on, time.start_minute, row.channel)

    def act(place: Place, keys: ContractKeys, terms: Terms) -> dict[str, Any]:
        service.move(place, time, why, keys=keys, terms=terms, by=actor())
        done = _done(reservation_id, State.BOOKED, place.version + 1, time)
        return {**done, "number": number_of(row.number)}

    try:
        return _changed(reservation_id, "reservation.move", act)
    except (Full, NotOffered) as refusal:
        return _with_alternatives(refusal, wish, terms_at(actor().contract, now()))


def _changed(reservation_id: UUID, purpose: str, act: Any) -> Any:
    """Do a change once, in the version that `If-Match` names."""
    who, at, keys = actor(), now(), keys_for(actor().contract)
    key, version = idempotency_key(), matched_version()
    mark = mark_of_body(keys.index, f"{purpose} {reservation_id} {version}")
    terms = terms_at(who.contract, at)
    try:
        done, _ = once(who.contract, key, mark, at, lambda: act(Place(reservation_id, version), keys, terms))
    except Changed as error:
        raise PreconditionFailed() from error
    return done, 200, {"ETag": etag(done["version"])}


@blueprint.post("/<uuid:reservation_id>/cancel")
@allow(only(DESK, scope=WRITE))
@blueprint.arguments(schemas.CancelIn)
@blueprint.response(200, schemas.DoneOut)
@blueprint.doc(parameters=[KEY_PARAMETER, MATCH_PARAMETER])
def cancel(given: dict[str, Any], reservation_id: UUID) -> Any:
    """取り消す

    取り消した予約は元に戻せません。枠はすぐに空きます。
    """
    why = judged_cancel(CancelTyped(given["asker"], given["reason_code"], given.get("reason", "")))
    row = changes.row_of(actor().contract, reservation_id)

    def act(place: Place, keys: ContractKeys, terms: Terms) -> dict[str, Any]:
        service.cancel(place, why, keys=keys, terms=terms, by=actor())
        done = _done(reservation_id, State.CANCELLED, place.version + 1, changes.time_of(row))
        return {**done, "number": number_of(row.number)}

    return _changed(reservation_id, "reservation.cancel", act)


@blueprint.post("/<uuid:reservation_id>/visit")
@allow(only(DESK, scope=WRITE))
@blueprint.arguments(schemas.VisitIn)
@blueprint.response(200, schemas.DoneOut)
@blueprint.doc(parameters=[KEY_PARAMETER, MATCH_PARAMETER])
def visit(given: dict[str, Any], reservation_id: UUID) -> Any:
    """来庁・遅刻・来庁なしを記録する"""
    state, row = State.of(given["state"]), changes.row_of(actor().contract, reservation_id)

    def act(place: Place, _keys: ContractKeys, terms: Terms) -> dict[str, Any]:
        changes.note_visit(place, state, terms=terms, by=actor())
        done = _done(reservation_id, state, place.version + 1, changes.time_of(row))
        return {**done, "number": number_of(row.number)}

    return _changed(reservation_id, "reservation.visit", act)


@blueprint.post("/<uuid:reservation_id>/reveal")
@allow(only(DESK, scope=REVEAL))
@blueprint.response(200, schemas.ReservationRevealOut)
def reveal(reservation_id: UUID) -> Any:
    """個人情報の表示

    だれが、いつ見たかが記録されます。
    """
    return shown(reservation_id, at=now())


def shown(reservation_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Who comes, opened, with the entry that says who saw it: one transaction."""
    who, keys = actor(), keys_for(actor().contract)
    with transaction():
        row = changes.row_of(who.contract, reservation_id)
        fields = ["name", "kana", "birth_on", "notice_number", "phone", "remarks"]
        booking.record_shown(reservation_id, fields, by=who, at=at)
        rows = queries.applicants_of(who.contract, [reservation_id]).get(reservation_id, [])
        return {
            "people": view.people(keys, rows),
            "phone": opened(keys, PHONE, row.id, row.phone),
            "remarks": opened(keys, REMARKS, row.id, row.remarks),
        }
