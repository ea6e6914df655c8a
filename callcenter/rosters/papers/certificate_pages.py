"""A person's certificates and pledge: added and set aside on the person's page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for

from callcenter.clock import now
from callcenter.rosters import queries
from callcenter.rosters.papers import schemas, service
from callcenter.rosters.papers.routing import REFUSALS, blueprint, refused
from callcenter.rosters.staff_pages import person_page
from callcenter.web.access import LEADERSHIP, actor, allow, only
from callcenter.web.transaction import transaction


@blueprint.post("/staff/<uuid:staff_id>/certificates")
@allow(only(LEADERSHIP))
def add_certificate(staff_id: UUID) -> Any:
    member = queries.staff_member(actor().contract, staff_id)
    try:
        new = schemas.new_certificate(staff_id, request.form)
        with transaction():
            service.add_certificate(new, by=actor(), at=now())
    except REFUSALS as error:
        return person_page(member, paper=refused("new", error)), error.status
    flash(f"{member.name}さんの{new.kind.label}を登録しました。", "success")
    return redirect(url_for("staff.change_form", staff_id=staff_id), 303)


@blueprint.post("/staff/<uuid:staff_id>/certificates/<uuid:certificate_id>/set-aside")
@allow(only(LEADERSHIP))
def set_aside_certificate(staff_id: UUID, certificate_id: UUID) -> Any:
    member = queries.staff_member(actor().contract, staff_id)
    try:
        reason = schemas.reason(request.form, "staff_certificate")
        with transaction():
            service.set_aside_certificate(staff_id, certificate_id, reason, by=actor(), at=now())
    except REFUSALS as error:
        return person_page(member, paper=refused(str(certificate_id), error)), error.status
    flash(f"{member.name}さんの登録を取り消しました。記録は理由とともに残ります。", "success")
    return redirect(url_for("staff.change_form", staff_id=staff_id), 303)
