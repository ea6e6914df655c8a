"""Changing the cells of a draft: many at once by the page's script, one by a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from callcenter.clock import clock_label, now
from callcenter.errors import AppError, NotFound
from callcenter.rosters.months import drafts, schemas
from callcenter.rosters.months.routing import (
    REFUSALS,
    MonthView,
    asked_month,
    blueprint,
    live_part,
    month_view,
)
from callcenter.rosters.months.rules import Shifts, by_cell, cell_label, encoded, shifts_words
from callcenter.rosters.months.solving import month_patterns
from callcenter.rosters.page_parts import typed_again
from callcenter.rosters.queries import StaffMember, staff_list, staff_member
from callcenter.rosters.shifts import Pattern, patterns
from callcenter.web.access import LEADERSHIP, actor, allow, only
from callcenter.web.forms import body, date_of, id_of
from callcenter.web.labels import date_label
from callcenter.web.transaction import transaction
from scheduling.shifts import ShiftTimes

FIELDS = ("start", "end", "break_start1", "break_end1", "break_start2", "break_end2")
FIELD_WORDS = (("start", "始業"), ("end", "終業"), ("break_start", "休憩の始まり"), ("break_end", "休憩の終わり"))
LABELS = {
    f"{key}.{name}": f"{number}つ目の勤務 {word}" for number, key in enumerate("ab", 1) for name, word in FIELD_WORDS
}


def live_page(view: MonthView, day: str | None) -> str:
    """The part of the month's page that changes with every cell."""
    return render_template("rosters/month_live.html", **live_part(view, day))


@blueprint.post("/roster/month/cells")
@allow(only(LEADERSHIP))
def save_cells() -> Any:
    """Save the cells that the script sends as JSON; the answer is the part of the page that follows from them."""
    given = body()
    first = asked_month(str(given.get("month", "")))
    members = {one.id: one for one in staff_list(actor().contract)}
    changes, seen = schemas.cell_changes(given.get("cells"), members), schemas.version(given)
    with transaction():
        drafts.set_cells(first, changes, seen, by=actor(), at=now())
    return live_page(month_view(first), str(given.get("day", "")))


@blueprint.get("/roster/month/live")
@allow(only(LEADERSHIP))
def live() -> str:
    """The same part for another day of the coverage, or after somebody else's change."""
    view = month_view(asked_month(), live=request.args.get("view") == "plan")
    return live_page(view, request.args.get("day"))


def _asked_cell() -> tuple[date, UUID, date]:
    on = date_of(request.values.get("on"), "on")
    return on.replace(day=1), id_of(request.values.get("staff"), "staff"), on


@blueprint.get("/roster/month/cell")
@allow(only(LEADERSHIP))
def cell_form() -> str:
    """One person's day as a form; within the page's dialog, or a page of its own."""
    first, staff_id, on = _asked_cell()
    view, member = month_view(first), staff_member(actor().contract, staff_id)
    shifts = by_cell(view.cells).get((staff_id, on), ())
    fixed = any(cell.fixed for cell in view.cells if cell.key == (staff_id, on))
    return _form(view, member, on, _typed(shifts) | ({"fixed": "1"} if fixed else {}))


def _typed(shifts: Shifts) -> dict[str, str]:
    values: dict[str, str] = {}
    for key, times in zip(schemas.SHIFT_KEYS, shifts, strict=False):
        minutes = [
            times.span.start,
            times.span.end,
            *(minute for one in times.breaks for minute in (one.start, one.end)),
        ]
        values |= {f"{field}-{key}": clock_label(minute) for field, minute in zip(FIELDS, minutes, strict=False)}
    return values


def _form(
    view: MonthView, member: StaffMember, on: date, typed: Mapping[str, str], error: AppError | None = None
) -> str:
    if view.draft is None:
        raise NotFound("作成中のシフト表がありません。先に案を作ってください。")
    template = "rosters/months_cell_form.html" if request.headers.get("HX-Request") else "rosters/month_cell.html"
    key = member.id, on
    return render_template(
        template,
        view=view,
        member=member,
        on=on,
        typed=typed,
        error=error,
        labels=LABELS,
        patterns=day_patterns(view, on),
        leave=view.facts.off.get(key) or view.facts.asked.get(key),
    )


def day_patterns(view: MonthView, on: date) -> tuple[Pattern, ...]:
    """The usual shifts of a day by its own hours; of the month's on a closed day."""
    day = view.facts.month.day(on)
    return patterns(day.hours) if day and day.hours else month_patterns(view.facts.month)


@blueprint.post("/roster/month/cell")
@allow(only(LEADERSHIP))
def save_cell() -> Any:
    """Save one person's day. Without script the month's page follows, within it the part that changed."""
    first, staff_id, on = _asked_cell()
    member, view = staff_member(actor().contract, staff_id), month_view(first)
    try:
        change = schemas.typed_cell(staff_id, on, request.form, day_patterns(view, on))
        with transaction():
            drafts.set_cells(first, (change,), schemas.version(request.form), by=actor(), at=now())
    except REFUSALS as error:
        return _form(view, member, on, typed_again(error), error), error.status
    if request.headers.get("HX-Request"):
        return live_page(month_view(first), on.isoformat())
    flash(f"{member.name}さん・{date_label(on)}の案を保存しました。", "success")
    return redirect(url_for("months.page", month=f"{first:%Y-%m}", day=on), 303)


@blueprint.app_template_filter("pattern_label")
def pattern_label(pattern: Pattern) -> str:
    """What a pattern is called in a cell: 日12:00, 前."""
    return "".join(cell_label((pattern.times,), (pattern,)))


@blueprint.app_template_filter("shift_value")
def shift_value(shifts: Iterable[ShiftTimes]) -> str:
    """The times of a cell as the page's script carries them."""
    return encoded(shifts)


@blueprint.app_template_filter("shift_words")
def shift_words(shifts: Sequence[ShiftTimes]) -> str:
    """The times of a cell in words."""
    return shifts_words(shifts)
