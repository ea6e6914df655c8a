"""The page on which a day's shifts are planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from msgspec import Struct

from callcenter.clock import clock_label, now
from callcenter.contracts.queries import calendar, terms_on
from callcenter.errors import AppError, Conflict, InvalidInput
from callcenter.extensions import new_id
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.rosters import planning, queries, rules, schemas
from callcenter.rosters.floor import break_reading
from callcenter.rosters.months.absences import on_leave
from callcenter.rosters.page_parts import PageDay, coverage_rows, page_day, typed_again
from callcenter.rosters.queries import StaffMember
from callcenter.rosters.records import PlannedTimes, planned_on
from callcenter.rosters.shifts import Pattern, patterns
from callcenter.web.access import LEADERSHIP, actor, allow, only
from callcenter.web.forms import id_of
from callcenter.web.labels import date_label
from callcenter.web.transaction import transaction
from scheduling.intervals import CoverageRun, MinuteRange, coverage
from scheduling.shifts import ShiftTimes

blueprint = Blueprint("roster", __name__)
FIELDS = ("start", "end", "break_start1", "break_end1", "break_start2", "break_end2")
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)


class RowView(Struct, frozen=True):
    """One row of the table as it stands on the screen; `values` are the times as the browser has them."""

    key: str
    member: StaffMember
    shift_id: str
    values: Mapping[str, str]
    pattern: str = ""


@blueprint.get("/roster/day")
@allow(only(LEADERSHIP))
def day() -> str:
    """The plan of a day; `?copy=1` fills empty rows with the open day before, unsaved."""
    shown = page_day(actor().contract, request.args.get("on"), now())
    source = shown.previous if request.args.get("copy") else None
    return _page(shown, _rows(shown, source), copied_from=source)


def _page(shown: PageDay, rows: list[RowView], error: AppError | None = None, **more: Any) -> str:
    contract_id = actor().contract
    hours, minimum = calendar(contract_id).open_interval(shown.on), terms_on(contract_id, shown.on).minimum_operators
    runs = _planned_coverage(contract_id, shown.on, hours)
    return render_template(
        "rosters/day.html",
        day=shown,
        rows=rows,
        patterns=_patterns(shown.on),
        labels=_labels(rows),
        minimum=minimum,
        shortages=rules.shortages(runs, minimum),
        coverage=coverage_rows(runs, hours, minimum),
        breaks_count=break_reading(contract_id).counts_on(shown.on),
        error=error,
        typed_reason=request.form.get("reason", ""),
        **{"copied_from": None, **more},
    )


def _patterns(on: date) -> tuple[Pattern, ...]:
    found = terms_on(actor().contract, on)
    hours = calendar(actor().contract).open_interval(on)
    return patterns(hours or MinuteRange(found.opens_minute, found.closes_minute))


def _planned_coverage(contract_id: UUID, on: date, hours: MinuteRange | None) -> tuple[CoverageRun, ...]:
    """Operators who are to be there; who is on approved leave is not."""
    if hours is None:
        return ()
    operators = {one.id for one in queries.staff_list(contract_id, on) if one.role.counts_to_minimum}
    away = on_leave(contract_id, on)
    shifts = [one.times for one in planned_on(contract_id, on) if one.staff_id in operators - away.keys()]
    breaks_count = break_reading(contract_id).counts_on(on)
    return coverage((part for times in shifts for part in ((times.span,) if breaks_count else times.work)), hours)


def _rows(shown: PageDay, source: date | None) -> list[RowView]:
    """A row for each planned shift, and an empty (or copied) one for each person without."""
    contract_id = actor().contract
    planned = _by_person(planned_on(contract_id, shown.on))
    copied = _by_person(planned_on(contract_id, source)) if source else {}
    members = sorted(queries.staff_list(contract_id, shown.on), key=lambda one: queries.ROLE_ORDER.index(one.role))
    found = []
    for member in members:
        known: list[tuple[str, ShiftTimes | None]] = [(str(one.id), one.times) for one in planned.get(member.id, [])]
        known = known or [("", one.times) for one in copied.get(member.id, [])] or [("", None)]
        found += [RowView(new_id().hex, member, shift_id, _values(times)) for shift_id, times in known]
    return found


def _by_person(shifts: Iterable[PlannedTimes]) -> dict[UUID, list[PlannedTimes]]:
    found: dict[UUID, list[PlannedTimes]] = defaultdict(list)
    for shift in shifts:
        found[shift.staff_id].append(shift)
    return found


def _values(times: ShiftTimes | None) -> dict[str, str]:
    if times is None:
        return {}
    minutes = [times.span.start, times.span.end, *(minute for one in times.breaks for minute in (one.start, one.end))]
    return {field: clock_label(minute) for field, minute in zip(FIELDS, minutes, strict=False)}


def _labels(rows: Iterable[RowView]) -> dict[str, str]:
    """What the fields of a row are called where its errors are listed."""
    words = {"start": "始業", "end": "終業", "break_start": "休憩の始まり", "break_end": "休憩の終わり"}
    named = {f"{row.key}.{field}": f"{row.member.name}さん {word}" for row in rows for field, word in words.items()}
    return named | {"reason": "理由", "on": "日付"}


@blueprint.post("/roster/day")
@allow(only(LEADERSHIP))
def save() -> Any:
    """Save all rows of the day, or none."""
    who, at = actor(), now()
    shown = page_day(who.contract, request.args.get("on"), at)
    try:
        plan = schemas.day_plan(shown.on, request.form, _patterns(shown.on))
        with transaction():
            saved = planning.plan_day(plan, by=who, at=at)
    except REFUSALS as error:
        typed_again(error)
        return _page(shown, _typed_rows(), error), error.status
    flash(_outcome(shown.on, saved), "success")
    return redirect(url_for("roster.day", on=shown.on), 303)


def _outcome(on: date, saved: planning.Saved) -> str:
    if saved == planning.Saved(0, 0):
        return f"{date_label(on)}の予定に変わりはありません。"
    return f"{date_label(on)}の予定を保存しました（登録 {saved.planned}件、取下げ {saved.withdrawn}件）。"


def _typed_rows() -> list[RowView]:
    members = {str(member.id): member for member in queries.staff_list(actor().contract)}
    keys = [key for key in request.form.getlist("row") if request.form.get(f"staff-{key}") in members]
    return [_typed_row(key, members[request.form[f"staff-{key}"]], request.form) for key in keys]


def _typed_row(key: str, member: StaffMember, given: Mapping[str, str]) -> RowView:
    values = {field: given.get(f"{field}-{key}", "") for field in FIELDS}
    return RowView(key, member, given.get(f"shift-{key}", ""), values, given.get(f"pattern-{key}", ""))


@blueprint.get("/roster/day/row")
@allow(only(LEADERSHIP))
def row() -> str:
    """One row for the table: another of the same person (no `key`), or a row with the chosen pattern's times."""
    contract_id = actor().contract
    shown = page_day(contract_id, request.args.get("on"), now())
    key = request.args.get("key") or new_id().hex
    staff_id = id_of(request.args.get(f"staff-{key}") or request.args.get("staff"), "staff")
    found = _typed_row(key, queries.staff_member(contract_id, staff_id), request.args)
    chosen = next((one for one in _patterns(shown.on) if one.key == found.pattern), None)
    if "key" in request.args and (chosen or found.pattern == "off"):
        times = _values(chosen.times) if chosen else {}
        found = RowView(key, found.member, found.shift_id, times, found.pattern)
    return render_template("rosters/_row.html", row=found, day=shown, patterns=_patterns(shown.on), chosen=True)
