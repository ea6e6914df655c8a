"""Asking the solver: filling the month, and repairing it after an absence. Solved outside any transaction."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import current_app, flash, render_template, request

from callcenter.clock import local, now
from callcenter.errors import Conflict, NotFound
from callcenter.rosters.months import drafts, schemas
from callcenter.rosters.months.required import Required, required_operators
from callcenter.rosters.months.routing import REFUSALS, MonthView, asked_month, blueprint, month_view
from callcenter.rosters.months.rules import encoded
from callcenter.rosters.months.screen import month_page, to_month
from callcenter.rosters.months.solving import USUAL_EFFORT, Effort, Proposal, build_month, replan_month
from callcenter.web.access import LEADERSHIP, actor, allow, only
from callcenter.web.transaction import end_read, transaction

EFFORT = "callcenter_solver_effort"
"""Key of `app.extensions` for another effort of the solver than the usual one."""


def _effort() -> Effort:
    found: Effort = current_app.extensions.get(EFFORT, USUAL_EFFORT)
    return found


def _problem_of(first: date) -> tuple[MonthView, Required]:
    """The draft and what the forecast asks for, read and let go of. Raises `NotFound` without a draft."""
    view = month_view(first)
    if not view.editing:
        raise NotFound("作成中のシフト表がありません。先に案を作ってください。")
    required = required_operators(actor().contract, [day.on for day in view.facts.month.days], now())
    end_read()
    return view, required


def _seen(view: MonthView) -> int:
    """The draft's version that the form saw. Raises `Conflict` at once, before the solver runs for nothing."""
    seen = schemas.version(request.form)
    if view.draft is None or view.draft.version != seen:
        raise Conflict(drafts.CHANGED)
    return seen


@blueprint.post("/roster/month/build")
@allow(only(LEADERSHIP))
def build() -> Any:
    """Fill the draft; `anew=1` also what is there and not fixed."""
    first, anew = asked_month(), request.form.get("anew") == "1"
    view, required = _problem_of(first)
    try:
        seen = _seen(view)
        found = build_month(view.facts, view.cells, required, anew=anew, effort=_effort())
        if found.cells is None:
            return _refused(view, "自動作成できませんでした", found), 422
        with transaction():
            count = drafts.fill_draft(first, found.cells, "build", seen, by=actor(), at=now())
    except REFUSALS as error:
        return month_page(month_view(first), error), error.status
    flash(f"自動作成で{count}件の予定を入れました。{''.join(found.words)}", "success")
    return to_month()


@blueprint.post("/roster/month/replan")
@allow(only(LEADERSHIP))
def replan() -> Any:
    """Repair the draft with as few changes as possible; they are shown before they are saved."""
    view, required = _problem_of(asked_month())
    found = replan_month(view.facts, view.cells, required, local(now()).minute, effort=_effort())
    if found.cells is None:
        return _refused(view, "再計画できませんでした", found), 422
    return render_template("rosters/month_proposal.html", view=view, found=found, lines=_lines(found))


def _refused(view: MonthView, heading: str, found: Proposal) -> str:
    return render_template("rosters/month_proposal.html", view=view, found=found, refused=heading, lines=[])


def _lines(found: Proposal) -> list[str]:
    """The changes as hidden fields of the form that saves them."""
    fixed = {cell.key for cell in found.cells or () if cell.fixed}
    return [
        f"{one.staff_id}|{one.on.isoformat()}|{encoded(one.after)}|{int(one.key in fixed)}" for one in found.changes
    ]


@blueprint.post("/roster/month/proposal")
@allow(only(LEADERSHIP))
def take_over() -> Any:
    """Save the changes of a proposal into the draft."""
    first = asked_month()
    try:
        changes = schemas.proposed_cells(request.form)
        with transaction():
            drafts.set_cells(first, changes, schemas.version(request.form), by=actor(), at=now())
    except REFUSALS as error:
        return month_page(month_view(first), error), error.status
    flash(f"再計画の{len(changes)}件を案に入れました。公開すると予定になります。", "success")
    return to_month()
