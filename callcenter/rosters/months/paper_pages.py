"""The month on paper: a version with what changed, the print page, the workbook."""

from __future__ import annotations

from uuid import UUID

from flask import Response, render_template, request

from callcenter.accounts.identity import current_identity
from callcenter.audit.service import Act, record
from callcenter.clock import now
from callcenter.errors import NotFound
from callcenter.rosters.months.board import board
from callcenter.rosters.months.queries import Version, cells_of
from callcenter.rosters.months.routing import MonthView, asked_month, blueprint, month_view
from callcenter.rosters.months.rules import Change, differences
from callcenter.rosters.months.sheet import roster_sheet
from callcenter.rosters.papers.queries import all_instructions
from callcenter.web.access import LEADERSHIP, actor, allow, only
from callcenter.web.forms import whole_of
from callcenter.web.transaction import end_read, transaction
from reports import month_roster

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/roster/month/version")
@allow(only(LEADERSHIP))
def version() -> str:
    """A version, and what it changed against the one before."""
    view, number = month_view(asked_month(), live=True), whole_of(request.args.get("number"), "number", least=1)
    shown = next((one for one in view.versions if one.number == number), None)
    if shown is None:
        raise NotFound("この版のシフト表は見つかりませんでした。")
    before = next((one for one in view.versions if one.number < number), None)
    said = {one.id: one for one in all_instructions(actor().contract)}
    return render_template(
        "rosters/month_version.html",
        view=view,
        version=shown,
        before=before,
        instruction=said.get(shown.instruction_id) if shown.instruction_id else None,
        changes=_changes(actor().contract, before, shown),
    )


def _changes(contract_id: UUID, before: Version | None, shown: Version) -> tuple[Change, ...]:
    old = cells_of(contract_id, before.id) if before else ()
    return differences(old, cells_of(contract_id, shown.id))


@blueprint.get("/roster/month/print")
@allow(only(LEADERSHIP))
def print_page() -> str:
    """The month as it hangs on the wall: A4 across."""
    view = month_view(asked_month(), live=request.args.get("view") == "plan")
    return render_template("rosters/month_print.html", view=view, board=board(view.facts, view.cells))


@blueprint.post("/roster/month/workbook")
@allow(only(LEADERSHIP))
def workbook() -> Response:
    """The month as a workbook; that it left is an entry of the log."""
    who, at = actor(), now()
    view = month_view(asked_month(), live=request.form.get("view") == "plan")
    wanted = roster_sheet(view, _contract_label(), at)
    end_read()
    details = {"month": view.facts.month.label, "version": view_number(view), "people": len(wanted.rows)}
    with transaction():
        record(Act("roster.downloaded", "roster_version", view.facts.month.label, details), by=who, at=at)
    answer = Response(month_roster.workbook(wanted), content_type=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename=month-roster_{view.facts.month.label}.xlsx"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def view_number(view: MonthView) -> int | None:
    shown = view.draft if view.editing else view.published
    return shown.number if shown else None


def _contract_label() -> str:
    identity = current_identity()
    return f"{identity.contract.city_name} {identity.contract.title}" if identity else ""
