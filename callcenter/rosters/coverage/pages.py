"""Pages of the coverage proof: the month, a day's stretches with their notes, and the workbook."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from callcenter.audit.service import Act, record
from callcenter.clock import now
from callcenter.errors import AppError, Conflict, InvalidInput
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.rosters.codes import ShortageCause
from callcenter.rosters.coverage import models as models
from callcenter.rosters.coverage import queries, schemas, service, view
from callcenter.rosters.coverage.queries import DayCoverage
from callcenter.rosters.coverage.rules import stretch_at
from callcenter.rosters.menu import ATTENDANCE
from callcenter.rosters.page_parts import page_day, typed_again
from callcenter.web.access import LEADERSHIP, SUPERVISION, actor, allow, only
from callcenter.web.forms import date_of
from callcenter.web.labels import date_label
from callcenter.web.navigation import NavItem
from callcenter.web.transaction import end_read, transaction
from reports import coverage as proof
from reports.wareki import wareki_month

blueprint = Blueprint("coverage", __name__)
NAV = (NavItem("最少配置の証明", "coverage.page", LEADERSHIP, 43, section="coverage.", group=ATTENDANCE),)
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BADGES = {"open": "bad", "noted": "ok", "resolved": "mute"}
LABELS = {"cause": "原因", "detail": "原因の内容", "measure": "とった対策"}


@blueprint.get("/coverage")
@allow(only(LEADERSHIP))
def page() -> str:
    """The month (`?month=2026-06`, else that of today): every open day against the minimum."""
    at = now()
    found = view.month(actor().contract, _first(request.args.get("month"), at), at)
    return render_template(
        "rosters/coverage_month.html",
        month=found,
        title=wareki_month(found.first),
        totals=found.totals,
        statement=proof.statement(wareki_month(found.first), found.totals),
        proof=proof,
        chart=view.chart(found.open_days),
        badges=BADGES,
        at=at,
    )


def _first(month: str | None, at: datetime) -> date:
    """The first of the month asked for, else of the contract's day nearest to today. Raises `InvalidInput`."""
    if month:
        return date_of(f"{month}-01", "month")
    return page_day(actor().contract, None, at).on.replace(day=1)


@blueprint.get("/coverage/day")
@allow(only(LEADERSHIP))
def day() -> str:
    return _day_page({}, None)


def _day_page(typed: dict[str, str], error: AppError | None) -> str:
    who, at = actor(), now()
    shown = page_day(who.contract, request.args.get("on"), at)
    (found,) = queries.days(who.contract, shown.on, shown.on, at)
    return render_template(
        "rosters/coverage_day.html",
        day=shown,
        found=found,
        causes=ShortageCause.choices(),
        labels=LABELS,
        badges=BADGES,
        may_note=not who.roles.isdisjoint(SUPERVISION),
        typed=typed,
        typed_at=_typed_at(found, typed),
        error=error,
    )


def _typed_at(found: DayCoverage, typed: dict[str, str]) -> int | None:
    """Where the stretch begins that what was typed belongs to, also when its ends have moved since."""
    try:
        here = stretch_at(found.stretches, schemas.span_of(typed)) if typed else None
    except InvalidInput:
        return None
    return here.span.start if here else None


@blueprint.post("/coverage/day")
@allow(only(SUPERVISION))
def note() -> Any:
    """Note cause and measure of one stretch of the day."""
    who, at = actor(), now()
    on = page_day(who.contract, request.args.get("on"), at).on
    try:
        new = schemas.new_note(on, request.form)
        end_read()
        with transaction():
            service.note_shortage(new, by=who, at=at)
    except REFUSALS as error:
        return _day_page(typed_again(error), error), error.status
    flash(f"{date_label(on)}の原因・対策を記録しました。", "success")
    return redirect(url_for("coverage.day", on=on), 303)


@blueprint.post("/coverage/workbook")
@allow(only(LEADERSHIP))
def workbook() -> Response:
    """The month as a workbook. An entry of the log: what was noted may name people."""
    who, at = actor(), now()
    found = view.month(who.contract, _first(request.form.get("month"), at), at)
    report = view.report(who.contract, found, at)
    details = {"month": f"{found.first:%Y-%m}", "count": len(report.stretches)}
    end_read()
    with transaction():
        record(Act("coverage.downloaded", "contract", str(who.contract), details), by=who, at=at)
    answer = Response(proof.workbook(report), content_type=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename={proof.filename(report)}"
    answer.headers["Cache-Control"] = "no-store"
    return answer
