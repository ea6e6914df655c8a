"""Leave and swaps as the supervisor sees them: what is asked for, what is decided, and entering it for somebody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from callcenter.clock import local, now
from callcenter.contracts.queries import contract
from callcenter.errors import AppError
from callcenter.rosters.codes import LeaveKind
from callcenter.rosters.months import leave, schemas, swaps
from callcenter.rosters.months.leave_reads import leave_lines
from callcenter.rosters.months.queries import live_cells
from callcenter.rosters.months.routing import REFUSALS, blueprint
from callcenter.rosters.page_parts import typed_again
from callcenter.rosters.queries import staff_list
from callcenter.web.access import LEADERSHIP, SUPERVISION, Role, actor, allow, only
from callcenter.web.labels import date_label
from callcenter.web.transaction import transaction

LABELS = {
    "staff_id": "対象の人",
    "kind": "種類",
    "from_on": "始めの日",
    "to_on": "終わりの日",
    "note": "メモ・理由",
}


@blueprint.get("/roster/leave")
@allow(only(LEADERSHIP))
def leave_page() -> str:
    """What is asked for first; `?all=1` shows what is over as well."""
    return _page()


def _page(error: AppError | None = None, typed: Mapping[str, str] | None = None, of: str = "") -> str:
    contract_id, today = actor().contract, local(now()).on
    members = {one.id: one for one in staff_list(contract_id)}
    since = None if request.args.get("all") else today
    return render_template(
        "rosters/months_leave.html",
        lines=leave_lines(contract_id, members, since=since, planned=_planned(contract_id, today)),
        swaps=swaps.swaps(contract_id, members),
        people=[(str(one.id), one.name) for one in members.values() if one.ends_on is None or one.ends_on >= today],
        kinds=LeaveKind.choices(),
        may_decide=actor().has(Role.SUPERVISOR),
        today=today,
        error=error,
        typed=typed or {},
        refused_in=of,
        labels=LABELS,
    )


def _planned(contract_id: UUID, today: date) -> dict[UUID, list[date]]:
    found: defaultdict[UUID, list[date]] = defaultdict(list)
    for cell in live_cells(contract_id, today, max(today, contract(contract_id).ends_on)):
        if not found[cell.staff_id] or found[cell.staff_id][-1] != cell.on:
            found[cell.staff_id].append(cell.on)
    return found


def _back() -> Any:
    return redirect(url_for("months.leave_page"), 303)


@blueprint.post("/roster/leave")
@allow(only(SUPERVISION))
def enter_leave() -> Any:
    """Enter leave for somebody, approved at once."""
    try:
        new = schemas.new_leave(request.form)
        with transaction():
            _, days = leave.enter_leave(new, by=actor(), at=now())
    except REFUSALS as error:
        return _page(error, typed_again(error), "new"), error.status
    flash(_approved_words(days), "success")
    return _back()


def _approved_words(days: tuple[date, ...]) -> str:
    if not days:
        return "休みを承認しました。取り下げる予定はありませんでした。"
    named = "、".join(map(date_label, days[:5])) + (f"ほか{len(days) - 5}日" if len(days) > 5 else "")
    done = f"休みを承認し、{named}の予定を取り下げました。"
    return f"{done}月のシフト表で案を作り、「再計画」をすると、代わりの人を探せます。"


@blueprint.post("/roster/leave/<uuid:leave_id>/approve")
@allow(only(SUPERVISION))
def approve_leave(leave_id: UUID) -> Any:
    """Approve; the days that lose their shifts are named."""
    try:
        with transaction():
            days = leave.approve_leave(leave_id, by=actor(), at=now())
    except REFUSALS as error:
        return _page(error), error.status
    flash(_approved_words(days), "success")
    return _back()


@blueprint.post("/roster/leave/<uuid:leave_id>/refuse")
@allow(only(SUPERVISION))
def refuse_leave(leave_id: UUID) -> Any:
    """Refuse, with the reason."""
    try:
        note = schemas.optional_line(request.form, "note", "leave_request")
        with transaction():
            leave.refuse_leave(leave_id, note, by=actor(), at=now())
    except REFUSALS as error:
        return _page(error, typed_again(error), str(leave_id)), error.status
    flash("申請を「不承認」にしました。", "success")
    return _back()


@blueprint.post("/roster/leave/<uuid:leave_id>/withdraw")
@allow(only(SUPERVISION))
def cancel_leave(leave_id: UUID) -> Any:
    """Take leave back on behalf of the person, also when it was approved."""
    try:
        with transaction():
            leave.withdraw_leave(leave_id, by=actor(), at=now())
    except REFUSALS as error:
        return _page(error), error.status
    flash("休みを取り下げました。取り下げた勤務の予定は戻りません。シフト表で入れ直してください。", "success")
    return _back()


@blueprint.post("/roster/swaps/<uuid:swap_id>/approve")
@allow(only(SUPERVISION))
def approve_swap(swap_id: UUID) -> Any:
    """Approve a swap both agree on."""
    try:
        with transaction():
            number = swaps.approve_swap(swap_id, by=actor(), at=now())
    except REFUSALS as error:
        return _page(error), error.status
    flash(f"交替を承認し、シフト表の第{number}版として公開しました。", "success")
    return _back()


@blueprint.post("/roster/swaps/<uuid:swap_id>/refuse")
@allow(only(SUPERVISION))
def refuse_swap(swap_id: UUID) -> Any:
    """Refuse a swap, with the reason."""
    try:
        note = schemas.optional_line(request.form, "note", "swap_request")
        with transaction():
            swaps.refuse_swap(swap_id, note, by=actor(), at=now())
    except REFUSALS as error:
        return _page(error, typed_again(error), str(swap_id)), error.status
    flash("交替を「不承認」にしました。", "success")
    return _back()
