"""The delivered documents: what the city downloads and decides on, and what the centre has handed over."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for

from callcenter.audit.typed import refused
from callcenter.clock import now
from callcenter.deliveries import queries, service
from callcenter.deliveries.rules import (
    EDITION_LABELS,
    KIND_LABELS,
    NOTE_LENGTH,
    STATE_BADGES,
    STATE_LABELS,
    Edition,
    State,
)
from callcenter.errors import AppError, Conflict, InvalidInput, NotFound
from callcenter.protection.scan import IndividualNumberRefused, require_clean
from callcenter.protection.text import clean_text
from callcenter.web.access import CITY, LEADERSHIP, Role, actor, allow, only
from callcenter.web.forms import optional_date, require_whole_answer
from callcenter.web.navigation import NavItem
from callcenter.web.pagination import Page, page_from
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("deliveries", __name__)
READERS = CITY | LEADERSHIP
DECIDERS = frozenset({Role.CITY_OFFICER})
NAV = (NavItem("提出済み報告書", "deliveries.documents", READERS, 50, section="deliveries."),)
LABELS = {
    "kinds": KIND_LABELS,
    "states": STATE_LABELS,
    "badges": STATE_BADGES,
    "editions": EDITION_LABELS,
}


@blueprint.get("/documents")
@allow(only(READERS))
def documents() -> str:
    """The newest version of every document, the latest period first."""
    page = page_from(request.args)
    wanted = queries.Wanted(
        state=_state(request.args.get("state", "")),
        from_on=optional_date(request.args.get("from"), "from"),
        to_on=optional_date(request.args.get("to"), "to"),
    )
    rows, total = queries.newest_versions(actor().contract, wanted, page)
    waiting, waiting_total = queries.newest_versions(actor().contract, queries.Wanted(state=State.SUBMITTED), Page())
    return render_template(
        "deliveries/documents.html",
        rows=rows,
        total=total,
        page=page,
        wanted=wanted,
        oldest_waiting=min(waiting, key=lambda one: one.period_from, default=None),
        waiting_total=waiting_total,
        decides=actor().has(*DECIDERS),
        labels=LABELS,
    )


def _state(value: str) -> State | None:
    if not value:
        return None
    try:
        return State(value)
    except ValueError as error:
        raise InvalidInput(errors={"state": ["状態を選び直してください。"]}) from error


@blueprint.get("/documents/<uuid:version_id>")
@allow(only(READERS))
def document(version_id: UUID) -> str:
    return _document_page(version_id)


def _document_page(version_id: UUID, error: AppError | None = None, typed: Mapping[str, str] | None = None) -> str:
    who = actor()
    version = queries.version(who.contract, version_id)
    versions = queries.versions_of(who.contract, version.delivery_id)
    may_decide = who.has(*DECIDERS) and version.state is State.SUBMITTED and versions[0].id == version.id
    return render_template(
        "deliveries/document.html",
        version=version,
        versions=versions,
        files=queries.files_of(who.contract, version_id),
        may_decide=may_decide,
        labels=LABELS,
        error=error,
        comment=(typed or {}).get("comment", ""),
    )


@blueprint.get("/documents/<uuid:version_id>/files/<edition>")
@allow(only(READERS))
def download(version_id: UUID, edition: str) -> Response:
    """The exact bytes; the entry of the log is written before they leave."""
    require_whole_answer()
    try:
        wanted = Edition(edition)
    except ValueError as error:
        raise NotFound() from error
    with transaction():
        found = service.download(version_id, wanted, by=actor(), at=now())
    return send_file(io.BytesIO(found.content), mimetype=found.media_type, as_attachment=True, download_name=found.name)


@blueprint.post("/documents/<uuid:version_id>/decision")
@allow(only(DECIDERS))
def decide(version_id: UUID) -> Any:
    """Accept (受領) or send back (差戻し) with a comment."""
    try:
        decision = _decision(request.form.get("decision", ""))
        comment = clean_text(request.form.get("comment", ""), max_length=NOTE_LENGTH, field="comment")
        require_clean({"comment": comment})
        end_read()
        with transaction():
            service.decide(version_id, decision, comment, by=actor(), at=now())
    except (InvalidInput, Conflict, IndividualNumberRefused) as error:
        return _document_page(version_id, error, refused(error, "delivery_version").typed), error.status
    return redirect(url_for("deliveries.document", version_id=version_id), 303)


def _decision(value: str) -> State:
    if value not in {State.ACCEPTED.value, State.SENT_BACK.value}:
        raise InvalidInput(errors={"decision": ["受領か差戻しを選んでください。"]})
    return State(value)
