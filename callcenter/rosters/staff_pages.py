"""Pages of the staff list (業務従事者名簿)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from callcenter.clock import local, now
from callcenter.contracts.queries import contract
from callcenter.errors import AppError, Conflict, InvalidInput
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.rosters import queries, schemas, service
from callcenter.rosters.codes import CertificateKind
from callcenter.rosters.page_parts import typed_again
from callcenter.rosters.papers.queries import approval_on, approvals
from callcenter.rosters.papers.routing import Refused
from callcenter.rosters.papers.view import NO_PAPERS, Headcount, day_of_contract, person_papers, staff_papers
from callcenter.rosters.rules import Employment, StaffRole
from callcenter.web.access import LEADERSHIP, actor, allow, only
from callcenter.web.transaction import transaction
from reports.wareki import clock

blueprint = Blueprint("staff", __name__)
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)
ROLES = [(role.value, role.label) for role in StaffRole]
EMPLOYMENTS = [(kind.value, kind.label) for kind in Employment]


@blueprint.get("/staff")
@allow(only(LEADERSHIP))
def page() -> str:
    """The people assigned today, the responsible first; `?show=untrained`: those of them who cannot be placed;
    `?all=1`: everybody ever assigned."""
    who = actor()
    on = day_of_contract(who.contract, local(now()).on)
    everybody = sorted(queries.staff_list(who.contract), key=lambda one: queries.ROLE_ORDER.index(one.role))
    assigned = [one for one in everybody if one.assigned_on(on)]
    lists = {
        "assigned": assigned,
        "untrained": [one for one in assigned if not one.trained_on(on)],
        "all": everybody,
    }
    listed = _listed()
    return render_template(
        "rosters/staff.html",
        on=on,
        people=lists[listed],
        listed=listed,
        counts={name: len(people) for name, people in lists.items()},
        operators=sum(one.role.counts_to_minimum for one in assigned),
        headcount=Headcount(len(assigned), approval_on(approvals(who.contract), on)),
        papers=staff_papers(who.contract, on),
        no_papers=NO_PAPERS,
        users=dict(queries.linkable_users(who.contract)),
    )


def _listed() -> str:
    if request.args.get("all"):
        return "all"
    return "untrained" if request.args.get("show") == "untrained" else "assigned"


@blueprint.get("/staff/new")
@allow(only(LEADERSHIP))
def new_form() -> str:
    return _form(None, {"starts_on": local(now()).on.isoformat(), "role": "operator"}, None)


def _form(member: queries.StaffMember | None, typed: dict[str, str], error: AppError | None, **more: Any) -> str:
    return render_template(
        "rosters/staff_form.html",
        member=member,
        typed=typed,
        error=error,
        roles=ROLES,
        employments=EMPLOYMENTS,
        users=queries.linkable_users(actor().contract),
        term=contract(actor().contract),
        **(_papers_of(member) | more if member else {}),
    )


def _papers_of(member: queries.StaffMember) -> dict[str, Any]:
    today = local(now()).on
    papers = person_papers(actor().contract, member, today)
    return {"papers": papers, "paper": Refused(), "certificate_kinds": CertificateKind.choices(), "today": today}


def person_page(member: queries.StaffMember, paper: Refused) -> str:
    """A person's page with a form of their papers that was refused."""
    return _form(member, _as_typed(member), None, paper=paper)


@blueprint.post("/staff/new")
@allow(only(LEADERSHIP))
def add() -> Any:
    try:
        new = schemas.new_staff(request.form)
        with transaction():
            service.add_staff(new, by=actor(), at=now())
    except REFUSALS as error:
        return _form(None, typed_again(error), error), error.status
    flash(f"{new.details.name}さん（{new.code}）を名簿に加えました。", "success")
    return redirect(url_for("staff.page"), 303)


@blueprint.get("/staff/<uuid:staff_id>")
@allow(only(LEADERSHIP))
def change_form(staff_id: UUID) -> str:
    member = queries.staff_member(actor().contract, staff_id)
    return _form(member, _as_typed(member), None)


def _as_typed(member: queries.StaffMember) -> dict[str, str]:
    return {
        "name": member.name,
        "name_kana": member.name_kana,
        "user_id": str(member.user_id or ""),
        "note": member.note,
        "week_hours": clock(member.week_minutes) if member.week_minutes else "",
        "ends_on": member.ends_on.isoformat() if member.ends_on else "",
        "version": str(member.version),
    }


@blueprint.post("/staff/<uuid:staff_id>")
@allow(only(LEADERSHIP))
def change(staff_id: UUID) -> Any:
    member = queries.staff_member(actor().contract, staff_id)
    try:
        details, version = schemas.staff_details(request.form), schemas.version(request.form)
        with transaction():
            service.change_staff(staff_id, details, version, by=actor(), at=now())
    except REFUSALS as error:
        return _form(member, _as_typed(member) | typed_again(error), error), error.status
    flash(f"{details.name}さんの登録を変えました。", "success")
    return redirect(url_for("staff.page"), 303)


@blueprint.post("/staff/<uuid:staff_id>/end")
@allow(only(LEADERSHIP))
def end(staff_id: UUID) -> Any:
    member = queries.staff_member(actor().contract, staff_id)
    try:
        ends_on, version = schemas.ending(request.form)
        with transaction():
            service.end_staff(staff_id, ends_on, version, by=actor(), at=now())
    except REFUSALS as error:
        return _form(member, _as_typed(member) | typed_again(error), error), error.status
    flash(f"{member.name}さんの従事を終える日を登録しました。", "success")
    return redirect(url_for("staff.page"), 303)
