"""The call desk: the page, and what its script sends. Only one's own open calls are here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for

from callcenter.audit.service import Act, record
from callcenter.calls import category_queries, desk_queries, desk_view, recording, service
from callcenter.calls.desk_queries import OpenRow
from callcenter.calls.desk_requests import draft_request, key_of, save_request, version_of
from callcenter.calls.recording import Sitting, record_restored, sitting, url_of
from callcenter.calls.rules import CallState
from callcenter.clock import now
from callcenter.protection.deployment import keys_for
from callcenter.web.access import DESK, actor, allow, only
from callcenter.web.forms import body
from callcenter.web.labels import time_label
from callcenter.web.navigation import NavItem
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("desk", __name__)
NAV = (NavItem("通話デスク", "desk.desk", DESK, 10, section="desk."),)


@blueprint.get("/desk")
@allow(only(DESK))
def desk() -> Any:
    at_desk = sitting()
    rows = desk_queries.open_calls_of(at_desk.by)
    return _page(at_desk, rows, desk_queries.latest(rows))


@blueprint.get("/desk/calls/<uuid:call_id>")
@allow(only(DESK))
def desk_call(call_id: UUID) -> Any:
    at_desk = sitting()
    rows = desk_queries.open_calls_of(at_desk.by)
    current = next((row for row in rows if row.id == call_id), None)
    if current is None:
        return redirect(url_for("desk.desk"), 303)
    return _page(at_desk, rows, current)


def _page(at_desk: Sitting, rows: Sequence[OpenRow], current: OpenRow | None) -> Any:
    """A draft put back on a screen is a showing: its entry and its opening are one transaction."""
    in_place = request.headers.get("HX-Request") == "true"
    if current is None or current.draft is None:
        shown = desk_view.page(at_desk.keys, rows, current, at_desk.at)
    else:
        end_read()
        with transaction():
            record_restored(current.id, at_desk)
            shown = desk_view.page(at_desk.keys, rows, current, at_desk.at)
        shown["call"]["restored"] = not in_place
    end_read()
    return render_template("calls/_desk.html" if in_place else "calls/desk.html", **shown)


@blueprint.post("/desk/calls")
@allow(only(DESK))
def open_call() -> tuple[Response, int]:
    """The same `open_key` is the same call, however often it is sent."""
    call_id, is_new = recording.opened_once(key_of(body(), "open_key"), actor(), now())
    return jsonify({"id": str(call_id), "url": url_of(call_id)}), 201 if is_new else 200


@blueprint.post("/desk/calls/<uuid:call_id>/discard")
@allow(only(DESK))
def discard(call_id: UUID) -> Response:
    """Close a call in which nothing was typed, or with `drop` one opened by mistake; a closed one stays closed."""
    given = body()
    by, at, version = actor(), now(), version_of(given)
    found = desk_queries.target(call_id, "", by=by)
    if found.state is not CallState.VOIDED:
        recording.require_open(found)
        dropped = recording.droppable_fields(found.row, keys_for(by.contract), drop=given.get("drop") is True)
        with transaction():
            service.discard_call(found, version, by=by, at=at, dropped=dropped)
    left = desk_queries.latest(desk_queries.open_calls_of(by))
    return jsonify({"next": url_of(left.id if left else None)})


@blueprint.put("/desk/calls/<uuid:call_id>/draft")
@allow(only(DESK))
def keep_draft(call_id: UUID) -> Response:
    wanted, at_desk = draft_request(body()), sitting()
    kept = recording.keep_draft(call_id, wanted, at_desk)
    return jsonify(
        {
            "draft_version": kept.version,
            "saved_at": time_label(at_desk.at),
            "started_label": time_label(kept.started_at) if kept.started_at else "",
            "tab_label": desk_view.tab_label(kept.started_at, kept.phone),
        }
    )


@blueprint.post("/desk/calls/<uuid:call_id>/save")
@allow(only(DESK))
def save(call_id: UUID) -> Response:
    """The same `save_key` gives the same answer; another key on a saved call is refused (409)."""
    wanted, at_desk = save_request(body()), sitting()
    saved = recording.save_call(call_id, wanted, at_desk)
    answer = {"number": saved.number, "saved_at": time_label(saved.saved_at), "next": url_of(saved.next_id)}
    return jsonify(answer)


@blueprint.post("/desk/caller")
@allow(only(DESK))
def caller() -> str:
    """The fragment of earlier contacts. The number comes in the body; it stands in no address and no log.
    That there were some is a showing."""
    phone, keys = body().get("phone"), keys_for(actor().contract)
    known = category_queries.names(keys.contract_id)
    shown = desk_view.history(keys, known, phone if isinstance(phone, str) else "")
    if shown["history_total"]:
        with transaction():
            record(Act("caller.shown", "call", "-", {"count": shown["history_total"]}), by=actor(), at=now())
    end_read()
    return render_template("calls/_history.html", **shown)
