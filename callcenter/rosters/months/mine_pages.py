"""A person's own month: shifts, hours, leave and swaps. Nobody sees or changes another's requests here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from msgspec import Struct

from callcenter.clock import local, now
from callcenter.errors import AppError, InvalidInput
from callcenter.rosters.codes import LeaveKind
from callcenter.rosters.months import leave, schemas, swaps
from callcenter.rosters.months.absences import Leave
from callcenter.rosters.months.leave_reads import leave_lines
from callcenter.rosters.months.routing import REFUSALS, MonthView, asked_month, blueprint, month_choices, month_view
from callcenter.rosters.months.rules import Day, Shifts, by_cell, shifts_words, worked_minutes
from callcenter.rosters.page_parts import typed_again
from callcenter.rosters.queries import StaffMember, staff_list, staff_of_user
from callcenter.web.access import DESK, actor, allow, only
from callcenter.web.transaction import transaction
from reports.wareki import WEEKDAYS

NOT_ON_THE_LIST = "業務従事者名簿に登録されていないため、使えません。業務責任者に連絡してください。"
LABELS = {
    "kind": "種類",
    "from_on": "始めの日",
    "to_on": "終わりの日",
    "note": "メモ",
    "on": "渡す日",
    "other_id": "交替する相手",
    "other_on": "代わりに受け持つ日",
    "swap_note": "メモ",
}


class OwnDay(Struct, frozen=True):
    """A day of one's own month."""

    day: Day
    shifts: Shifts
    leave: Leave | None

    @property
    def words(self) -> str:
        return shifts_words(self.shifts) if self.shifts else ""

    @property
    def minutes(self) -> int:
        return worked_minutes(self.shifts)

    @property
    def weekday(self) -> str:
        return WEEKDAYS[self.day.on.weekday()]


def _me() -> StaffMember | None:
    who = actor()
    return staff_of_user(who.contract, who.user_id, local(now()).on)


def _required_me() -> StaffMember:
    """Raises `InvalidInput` for a user who is not on the staff list today."""
    found = _me()
    if found is None:
        raise InvalidInput(NOT_ON_THE_LIST)
    return found


@blueprint.get("/roster/mine")
@allow(only(DESK))
def mine() -> str:
    """One's own month as it is planned; prints on one page."""
    return _page()


def _page(error: AppError | None = None, typed: Mapping[str, str] | None = None, of: str = "") -> str:
    member, view = _me(), month_view(asked_month(), live=True)
    if member is None:
        return render_template("rosters/months_mine.html", member=None, view=view, error=None)
    members = {one.id: one for one in staff_list(actor().contract)}
    days = _own_days(view, member)
    return render_template(
        "rosters/months_mine.html",
        member=member,
        view=view,
        months=month_choices(actor().contract),
        days=days,
        total=sum(one.minutes for one in days),
        working=sum(bool(one.shifts) for one in days),
        lines=leave_lines(actor().contract, members, own=member.id),
        swaps=swaps.swaps(actor().contract, members, own=member.id),
        others=_others(members, member, local(now()).on),
        kinds=LeaveKind.choices(),
        today=view.facts.today,
        error=error,
        typed=typed or {},
        refused_in=of,
        labels=LABELS,
    )


def _own_days(view: MonthView, member: StaffMember) -> list[OwnDay]:
    planned = by_cell(view.cells)
    return [
        OwnDay(
            day,
            planned.get((member.id, day.on), ()),
            view.facts.off.get((member.id, day.on)) or view.facts.asked.get((member.id, day.on)),
        )
        for day in view.facts.month.days
    ]


def _others(members: Mapping[UUID, StaffMember], member: StaffMember, today: date) -> list[tuple[str, str]]:
    """Whom one can swap with: those who do the same."""
    same = member.role.counts_to_minimum
    return [
        (str(one.id), one.name)
        for one in members.values()
        if one.id != member.id and one.role.counts_to_minimum == same and one.assigned_on(today)
    ]


def _back() -> Any:
    return redirect(url_for("months.mine", month=f"{asked_month():%Y-%m}"), 303)


@blueprint.post("/roster/mine/leave")
@allow(only(DESK))
def ask_leave() -> Any:
    """Ask for leave for oneself; nobody asks for another here."""
    try:
        new = schemas.new_leave(request.form, _required_me().id)
        with transaction():
            leave.request_leave(new, by=actor(), at=now())
    except REFUSALS as error:
        return _page(error, typed_again(error), "leave"), error.status
    flash("休みを申請しました。承認されると、この画面に表示されます。", "success")
    return _back()


@blueprint.post("/roster/mine/leave/<uuid:leave_id>/withdraw")
@allow(only(DESK))
def withdraw_leave(leave_id: UUID) -> Any:
    """Take one's own request back."""
    try:
        with transaction():
            leave.withdraw_leave(leave_id, own=_required_me().id, by=actor(), at=now())
    except REFUSALS as error:
        return _page(error), error.status
    flash("休みの申請を取り下げました。", "success")
    return _back()


@blueprint.post("/roster/mine/swap")
@allow(only(DESK))
def ask_swap() -> Any:
    """Ask another to take one of one's own days."""
    try:
        new = schemas.new_swap(request.form, _required_me().id)
        with transaction():
            swaps.request_swap(new, by=actor(), at=now())
    except REFUSALS as error:
        return _page(error, typed_again(error), "swap"), error.status
    flash("交替を申請しました。相手が同意し、業務責任者が承認すると、予定が変わります。", "success")
    return _back()


@blueprint.post("/roster/mine/swap/<uuid:swap_id>/answer")
@allow(only(DESK))
def answer_swap(swap_id: UUID) -> Any:
    """Agree to be asked, or not."""
    agrees = request.form.get("agrees") == "1"
    try:
        with transaction():
            swaps.answer_swap(swap_id, agrees, own=_required_me().id, by=actor(), at=now())
    except REFUSALS as error:
        return _page(error), error.status
    flash("交替に同意しました。業務責任者の承認を待っています。" if agrees else "交替を断りました。", "success")
    return _back()


@blueprint.post("/roster/mine/swap/<uuid:swap_id>/withdraw")
@allow(only(DESK))
def withdraw_swap(swap_id: UUID) -> Any:
    """Take one's own request back."""
    try:
        with transaction():
            swaps.withdraw_swap(swap_id, own=_required_me().id, by=actor(), at=now())
    except REFUSALS as error:
        return _page(error), error.status
    flash("交替の申請を取り下げました。", "success")
    return _back()
