"""Pages of attendance: one's own punches, the day's board, corrections, and the live line of who is here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from callcenter.clock import now
from callcenter.errors import AppError, Conflict, InvalidInput, NotFound
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.rosters import attendance, queries, rules, schemas
from callcenter.rosters.floor import who_counts
from callcenter.rosters.menu import ATTENDANCE, STAFF
from callcenter.rosters.page_parts import PageDay, axis_of, coverage_rows, page_day, typed_again
from callcenter.rosters.queries import PresentNow, StaffDay
from callcenter.rosters.records import corrections_of
from callcenter.rosters.rules import PunchKind
from callcenter.web.access import CENTRE, DESK, LEADERSHIP, SUPERVISION, Role, actor, allow, only
from callcenter.web.forms import text
from callcenter.web.labels import date_label, time_label
from callcenter.web.navigation import NavItem
from callcenter.web.transaction import transaction

blueprint = Blueprint("attendance", __name__)
NAV = (
    NavItem("打刻・1日の状況", "attendance.page", DESK, 42, section="attendance.", group=ATTENDANCE),
    NavItem("業務従事者名簿", "staff.page", LEADERSHIP, 60, section="staff.", group=STAFF),
)
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)
KEYS = dict(zip(PunchKind, ("Digit1", "Digit2", "Digit3", "Digit4"), strict=True))


@blueprint.get("/attendance")
@allow(only(DESK))
def page() -> str:
    """One's own punches; for the supervisor the whole day."""
    return _page(request.args.get("on"))


def _page(raw_on: str | None, error: AppError | None = None) -> str:
    who, at = actor(), now()
    day = page_day(who.contract, raw_on, at)
    found = queries.day_attendance(who.contract, day.on, at)
    mine = next((one for one in found.people if who.user_id and one.member.user_id == who.user_id), None)
    return render_template(
        "rosters/attendance.html",
        day=day,
        found=found,
        axis=axis_of(found),
        mine=mine,
        allowed=_allowed(mine, day),
        punch_kinds=[(kind, KEYS[kind]) for kind in PunchKind],
        supervises=who.has(Role.SUPERVISOR),
        coverage=coverage_rows(found.coverage, found.hours, found.minimum),
        present=queries.present_now(who.contract, at) if day.is_today else None,
        error=error,
    )


def _allowed(mine: StaffDay | None, day: PageDay) -> tuple[PunchKind, ...]:
    return rules.allowed(mine.record.presence) if mine is not None and day.is_today else ()


@blueprint.post("/attendance/punch")
@allow(only(DESK))
def punch() -> Any:
    """Punch for oneself; nobody punches for another."""
    at = now()
    try:
        kind = _kind(text("kind"))
        key = schemas.optional_id(request.form.get("idempotency_key"), "_")
        with transaction():
            attendance.punch(kind, key=key, by=actor(), at=at)
    except (InvalidInput, Conflict) as error:
        return _page(None, error), error.status
    flash(f"{time_label(at)} {kind.label}を打刻しました。", "success")
    return redirect(url_for("attendance.page"), 303)


def _kind(raw: str) -> PunchKind:
    try:
        return PunchKind(raw)
    except ValueError as error:
        raise InvalidInput("打刻の種類を選んでください。") from error


@blueprint.get("/attendance/present")
@allow(only(CENTRE))
def present() -> Any:
    """The live line, for any page to fetch. Nothing when it still says the same (`shown`), so that a screen reader
    hears changes only; nothing before the contract's first terms."""
    try:
        found = queries.present_now(actor().contract, now())
    except NotFound:
        return "", 204
    if request.args.get("shown") == shown_as(found):
        return "", 204
    return render_template("rosters/_present.html", present=found)


present.__background__ = True  # type: ignore[attr-defined]


blueprint.add_app_template_filter(who_counts)


@blueprint.app_template_filter("present_shown")
def shown_as(found: PresentNow) -> str:
    """What the line says, as a key."""
    return f"{found.count}-{found.minimum}-{found.on_break}-{found.kind}"


@blueprint.get("/attendance/corrections/<uuid:staff_id>")
@allow(only(SUPERVISION))
def correction_form(staff_id: UUID) -> str:
    return _correction_page(staff_id, {}, None)


def _correction_page(staff_id: UUID, typed: dict[str, str], error: AppError | None) -> str:
    who, at = actor(), now()
    day = page_day(who.contract, request.args.get("on"), at)
    people = queries.day_attendance(who.contract, day.on, at).people
    found = next((one for one in people if one.member.id == staff_id), None)
    if found is None:
        raise NotFound(f"{date_label(day.on)}の業務従事者ではありません。")
    return render_template(
        "rosters/correction.html",
        day=day,
        found=found,
        corrections=corrections_of(who.contract, staff_id, day.on),
        kinds=[(kind.value, kind.label) for kind in PunchKind],
        rows=range(1, schemas.ADDED_ROWS + 1),
        typed=typed,
        voided=request.form.getlist("void"),
        error=error,
    )


@blueprint.post("/attendance/corrections/<uuid:staff_id>")
@allow(only(SUPERVISION))
def correct(staff_id: UUID) -> Any:
    who, at = actor(), now()
    day = page_day(who.contract, request.args.get("on"), at)
    try:
        wanted = schemas.correction(staff_id, day.on, request.form)
        with transaction():
            attendance.correct(wanted, by=who, at=at)
    except REFUSALS as error:
        return _correction_page(staff_id, typed_again(error), error), error.status
    flash(f"{date_label(day.on)}の打刻を訂正しました。", "success")
    return redirect(url_for("attendance.page", on=day.on), 303)
