"""What the product does by itself: running, waiting and ended jobs, their progress; cancelling, asking again."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState

from callcenter.accounts import directory
from callcenter.clock import now
from callcenter.config import Settings
from callcenter.errors import Conflict
from callcenter.jobs import queries, queue, service
from callcenter.jobs.queries import JobFacts
from callcenter.web.access import ADMINISTRATION, LEADERSHIP, actor, allow, only
from callcenter.web.navigation import NavItem
from callcenter.web.pagination import page_from
from callcenter.web.transaction import Notes, end_read, transaction

blueprint = Blueprint("jobs", __name__)
_OURS = re.compile(r"(?:/[\w.-]+)+", re.ASCII)
READERS = LEADERSHIP | ADMINISTRATION
NAV = (
    NavItem("自動処理", "jobs.overview", LEADERSHIP, 49, section="jobs.", group="報告書"),
    NavItem("自動処理", "jobs.overview", ADMINISTRATION, 89, section="jobs."),
)


@blueprint.record_once
def _listen(state: BlueprintSetupState) -> None:
    """Workers are woken once the transaction that asked for a job is committed."""
    state.app.extensions["callcenter_gate"].after_commit.append(_wake_workers)


def _wake_workers(notes: Notes) -> None:
    asked: list[tuple[UUID, UUID]] = notes.get(service.TO_WAKE, [])
    if asked:
        settings: Settings = current_app.extensions["callcenter_settings"]
        queue.wake(settings, asked)


@blueprint.get("/jobs")
@allow(only(READERS))
def overview() -> str:
    """Waiting and running jobs first, then the newest."""
    return _overview()


def _overview(error: Conflict | None = None) -> str:
    who, page = actor(), page_from(request.args)
    found, total = queries.jobs(who.contract, page)
    return render_template(
        "jobs/overview.html",
        jobs=found,
        total=total,
        page=page,
        names={one.id: one.name for one in directory.people_under(who.contract)},
        may_act=not who.roles.isdisjoint(LEADERSHIP),
        error=error,
    )


@blueprint.get("/jobs/<uuid:job_id>.json")
@allow(only(READERS))
def progress(job_id: UUID) -> dict[str, Any]:
    """How far a job is, for the line that follows it."""
    return as_progress(queries.job(actor().contract, job_id))


# A page that follows a job is not a person at work.
progress.__background__ = True  # type: ignore[attr-defined]


def as_progress(job: JobFacts) -> dict[str, Any]:
    """The words and numbers of a job's line: state, percent, step, message, and whether it goes on."""
    return {
        "state": job.state.value,
        "state_label": job.state_label,
        "badge": job.state_badge,
        "percent": job.percent,
        "step": job.step,
        "message": job.message,
        "note": job.note,
        "active": job.active,
        "may_be_cancelled": job.may_be_cancelled,
    }


@blueprint.post("/jobs/<uuid:job_id>/cancel")
@allow(only(LEADERSHIP))
def cancel(job_id: UUID) -> Any:
    try:
        end_read()
        with transaction():
            service.cancel(job_id, by=actor(), at=now())
    except Conflict as error:
        return _overview(error), error.status
    return redirect(_back(), 303)


@blueprint.post("/jobs/<uuid:job_id>/again")
@allow(only(LEADERSHIP))
def ask_again(job_id: UUID) -> Any:
    try:
        end_read()
        with transaction():
            service.ask_again(job_id, by=actor(), at=now())
    except Conflict as error:
        return _overview(error), error.status
    return redirect(_back(), 303)


def _back() -> str:
    """To the page the button stood on, if it is one of ours; else the list."""
    wanted = request.form.get("back", "")
    return wanted if _OURS.fullmatch(wanted) else url_for("jobs.overview")
