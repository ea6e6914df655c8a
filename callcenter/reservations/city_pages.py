"""The city's own system: what is to be entered there, the second person's check, the comparison with its list."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from callcenter.accounts import directory
from callcenter.audit.typed import NOTHING, Line, Refusal, clean_lines, refused
from callcenter.errors import AppError, Conflict, Forbidden, InvalidInput
from callcenter.protection.deployment import keys_for
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.reservations import catalogue, city, comparing, queries, view
from callcenter.reservations.city_list import KIND_LABELS
from callcenter.reservations.pages import section_tabs, terms_now
from callcenter.reservations.rules import EventKind, number_of
from callcenter.reservations.sealing import masked_name, masked_notice
from callcenter.web.access import CENTRE, DESK, actor, allow, only
from callcenter.web.labels import minute_label
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("reservations_city", __name__, url_prefix="/reservations/city")
REFUSALS = (InvalidInput, Conflict, Forbidden, IndividualNumberRefused)


@blueprint.get("")
@allow(only(CENTRE))
def entries() -> Any:
    return _page()


def _page(refusal: Refusal = NOTHING, status: int = 200, at_entry: UUID | None = None) -> Any:
    terms, keys, who = terms_now(), keys_for(actor().contract), actor()
    names, people = catalogue.names(keys.contract_id), directory.names_under(keys.contract_id)
    due = city.unfinished(keys.contract_id)
    lines = [_entry_line(row, names, people, who.person_id, at_entry) for row in due]
    shown = render_template(
        "reservations/city.html",
        tabs=section_tabs(),
        keeps_ledger=terms.settings.keeps_ledger,
        unentered=[one for one in lines if not one["entered_at"]],
        unverified=[one for one in lines if one["entered_at"]],
        differences=[_difference_line(keys, row, names) for row in comparing.open_differences(keys.contract_id)],
        settlements=list(comparing.SETTLEMENTS.items()),
        imports=comparing.imports(keys.contract_id),
        who=people,
        may_act=who.has(*DESK),
        refusal=refusal,
        at_entry=at_entry,
    )
    return shown, status


def _entry_line(row: Any, names: Any, people: Any, me: UUID | None, at_entry: UUID | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "reservation_id": row.reservation_id,
        "number": number_of(row.number),
        "what": EventKind.of(row.kind).label,
        "at": row.at,
        "local_on": row.local_on,
        "before": view.spot_label(row.before, names) if row.before else "",
        "after": view.spot_label(row.after, names),
        "city_number": row.city_number or "",
        "entered_at": row.entered_at,
        "entered_by": people.get(row.entered_by, "") if row.entered_by else "",
        "is_mine": row.entered_by is not None and row.entered_by == me,
        "returned_note": row.returned_note,
        "refused": row.id == at_entry,
    }


def _difference_line(keys: Any, row: Any, names: Any) -> dict[str, Any]:
    theirs = comparing.city_row(keys, row)
    ours = queries.reservation(keys.contract_id, row.reservation_id) if row.reservation_id else None
    shown = view.lines(keys, [ours], names)[0] if ours is not None else None
    return {
        "id": row.id,
        "kind": KIND_LABELS[row.kind],
        "on": row.local_on,
        "ours": shown,
        "theirs": {
            "when": f"{theirs['on'].replace('-', '/')} {minute_label(theirs['minute'])}",
            "city_number": theirs["city_number"],
            "name": masked_name(theirs["name"]),
            "notice_number": masked_notice(theirs["notice_number"]),
            "line": theirs["line"],
        }
        if theirs
        else None,
    }


def _saved(act: Any, message: str, at_entry: UUID | None = None) -> Any:
    try:
        end_read()
        with transaction():
            act()
    except REFUSALS as error:
        return _again(error, at_entry)
    flash(message, "success")
    return redirect(url_for("reservations_city.entries"), 303)


def _again(error: AppError, at_entry: UUID | None = None) -> Any:
    shown = refused(error, "reservation")
    return _page(Refusal(shown.message, shown.errors or {"_": [error.message]}, shown.typed), error.status, at_entry)


@blueprint.post("/<uuid:entry_id>/enter")
@allow(only(DESK))
def enter(entry_id: UUID) -> Any:
    def act() -> None:
        number = clean_lines(request.form, {"city_number": Line(city.NUMBER_LENGTH)})["city_number"]
        city.enter(entry_id, number, by=actor(), at=terms_now().at)

    return _saved(act, "市システムへの入力を記録しました。別の人の確認を待っています。", entry_id)


@blueprint.post("/<uuid:entry_id>/verify")
@allow(only(DESK))
def verify(entry_id: UUID) -> Any:
    return _saved(
        lambda: city.verify(entry_id, by=actor(), at=terms_now().at), "市システムの内容を確認しました。", entry_id
    )


@blueprint.post("/<uuid:entry_id>/return")
@allow(only(DESK))
def send_back(entry_id: UUID) -> Any:
    def act() -> None:
        note = clean_lines(request.form, {"note": Line(city.NOTE_LENGTH)})["note"]
        city.send_back(entry_id, note, by=actor(), at=terms_now().at)

    return _saved(act, "差し戻しました。もう一度入力が必要です。", entry_id)


# --- the city's list ---


@blueprint.post("/list")
@allow(only(DESK))
def compare_list() -> Any:
    """Compare the city's list (CSV) with ours and keep the differences, to be worked off one by one. The file itself is
    not kept."""
    keys, terms = keys_for(actor().contract), terms_now()
    file = request.files.get("file")
    content = file.read() if file else b""
    try:
        if not content:
            raise InvalidInput(errors={"file": ["市の予約一覧（CSV）を選んでください。"]})
        found = comparing.read(content, keys=keys, terms=terms)
        end_read()
        with transaction():
            comparing.store(found, keys=keys, terms=terms, by=actor())
    except REFUSALS as error:
        return _again(error)
    flash(f"突合しました（一致 {found.compared.matched}件、差異 {len(found.compared.differences)}件）。", "success")
    return redirect(url_for("reservations_city.entries"), 303)


@blueprint.post("/difference/<uuid:difference_id>/settle")
@allow(only(DESK))
def settle(difference_id: UUID) -> Any:
    def act() -> None:
        note = clean_lines(request.form, {"note": Line(200, required=False)})["note"]
        comparing.settle(
            difference_id,
            request.form.get("settlement", ""),
            note,
            keys=keys_for(actor().contract),
            terms=terms_now(),
            by=actor(),
        )

    return _saved(act, "差異の処理を記録しました。", difference_id)
