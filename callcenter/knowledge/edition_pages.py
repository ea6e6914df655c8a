"""The edition of manual and FAQ that goes to the city: what it would hold, what was submitted, what the city asks."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for

from callcenter.audit.service import Act, record
from callcenter.audit.typed import NOTHING, Refusal, refused
from callcenter.clock import local, now
from callcenter.contracts import queries as contracts
from callcenter.deliveries import queries as delivered
from callcenter.deliveries.queries import FileFacts, VersionFacts
from callcenter.deliveries.rules import EDITION_LABELS, PART_LABELS, STATE_BADGES, STATE_LABELS, Edition, Part
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.jobs import queries as jobs
from callcenter.jobs.rules import JobKind
from callcenter.knowledge import edition, edition_queries, requests
from callcenter.knowledge.menu import GROUP
from callcenter.protection.scan import IndividualNumberRefused, require_clean
from callcenter.protection.text import clean_text
from callcenter.web.access import CITY, LEADERSHIP, Role, actor, allow, only
from callcenter.web.forms import id_of, require_whole_answer, text
from callcenter.web.navigation import NavItem
from callcenter.web.pagination import Page
from callcenter.web.transaction import end_read, transaction
from reports.daily import Person

blueprint = Blueprint("knowledge_edition", __name__, url_prefix="/knowledge")
READERS = LEADERSHIP | CITY
OFFICERS = frozenset({Role.CITY_OFFICER})
NAV = (NavItem("市への提出", "knowledge_edition.overview", READERS, 27, section="knowledge_edition.", group=GROUP),)
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)
SHOWN_DAYS = 20
LABELS = {"note": "求める理由など"}


@blueprint.get("/edition")
@allow(only(READERS))
def overview() -> str:
    """The latest edition; what an edition of now would hold (the centre); what the city asked for."""
    return _page()


def _page(refusal: Refusal = NOTHING) -> str:
    who, today = actor(), local(now()).on
    submitted, days = edition_queries.submitted(who.contract, Page(size=SHOWN_DAYS))
    return render_template(
        "knowledge/edition.html",
        submitted=submitted,
        days=days,
        latest=_latest(submitted),
        earlier=delivered.earlier_versions(who.contract, submitted),
        requests=edition_queries.requests(who.contract),
        centre=_centre(who.contract, today) if who.has(*LEADERSHIP) else None,
        since=_since(who.contract, today) if submitted and not who.has(*LEADERSHIP) else None,
        may_ask=who.has(*OFFICERS),
        starts_on=contracts.contract(who.contract).starts_on,
        today=today,
        states=STATE_LABELS,
        badges=STATE_BADGES,
        editions=EDITION_LABELS,
        parts=PART_LABELS,
        labels=LABELS,
        refusal=refusal,
    )


def _since(contract_id: UUID, today: date) -> edition.Changes:
    """What the city does not hold yet: whether it is worth asking for a newer edition."""
    return edition.plan(contract_id, today).changes


def _latest(submitted: list[VersionFacts]) -> tuple[VersionFacts, list[FileFacts]] | None:
    """What was submitted last, with its files: what is read before what is filtered."""
    if not submitted:
        return None
    found = delivered.files_of(actor().contract, submitted[0].id)
    return submitted[0], sorted(
        found, key=lambda one: (one.edition is not Edition.HANDOVER, one.part is not Part.PAPER)
    )


def _centre(contract_id: UUID, today: date) -> Mapping[str, Any]:
    """What the centre sees: the next edition and the job that makes one."""
    planned = edition.plan(contract_id, today)
    return {
        "plan": planned,
        "figures": edition.figures_of(edition.outline_of(contract_id, planned, now())),
        "job": jobs.newest_of(contract_id, JobKind.SUBMIT_MANUAL),
        "waiting": edition_queries.open_requests(contract_id),
    }


@blueprint.get("/edition/draft/<part>")
@allow(only(LEADERSHIP))
def draft(part: str) -> Response:
    """The next edition as it stands, marked 案. An entry of the log: it names who confirmed."""
    require_whole_answer()
    if part not in {one.value for one in Part}:
        raise NotFound()
    who, at = actor(), now()
    planned = edition.plan(who.contract, local(at).on)
    if not planned.found:
        raise Conflict(edition.NOTHING)
    manual = edition.manual_of(who.contract, planned, Person("", who.name), at, draft=True)
    end_read()
    with transaction():
        details = {"kind": "manual", "edition": Edition.HANDOVER.value}
        record(Act("report.draft_downloaded", "contract", str(who.contract), details), by=who, at=at)
    built = edition.file_of(manual, Edition.HANDOVER, Part(part))
    return send_file(io.BytesIO(built.content), mimetype=built.media_type, as_attachment=True, download_name=built.name)


@blueprint.post("/edition")
@allow(only(LEADERSHIP))
def submit() -> Any:
    """Submit what is in force; a job writes the files. It answers what the city asked for."""
    try:
        key = id_of(text("idempotency_key"), "idempotency_key")
        end_read()
        with transaction():
            edition.ask(key, by=actor(), at=now())
    except REFUSALS as error:
        return _page(refused(error, "delivery_version")), error.status
    flash("マニュアル・FAQの提出を始めました。終わると、この画面に並びます。", "success")
    return redirect(url_for("knowledge_edition.overview"), 303)


@blueprint.post("/edition/requests")
@allow(only(OFFICERS))
def ask() -> Any:
    """The city asks for the latest edition."""
    try:
        new = _request()
        end_read()
        with transaction():
            requests.ask(new, by=actor(), at=now())
    except REFUSALS as error:
        return _page(refused(error, "edition_request")), error.status
    flash("最新版を求めました。センターの画面に表示されます。", "success")
    return redirect(url_for("knowledge_edition.overview"), 303)


def _request() -> requests.NewRequest:
    typed = request.form.get("note", "")
    note = clean_text(typed, max_length=requests.NOTE_LENGTH, field="note")
    require_clean({"note": typed})
    return requests.NewRequest(note, id_of(text("idempotency_key"), "idempotency_key"))
