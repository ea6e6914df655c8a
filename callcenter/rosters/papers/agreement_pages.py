"""The labour–management agreements on file: which hold today, which end soon, what is impossible without."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from callcenter.clock import local, now
from callcenter.rosters.codes import AgreementKind
from callcenter.rosters.papers import queries, schemas, service
from callcenter.rosters.papers.routing import REFUSALS, Refused, blueprint, refused
from callcenter.rosters.papers.view import agreement_states
from callcenter.web.access import LEADERSHIP, actor, allow, only
from callcenter.web.transaction import transaction


@blueprint.get("/staff/agreements")
@allow(only(LEADERSHIP))
def agreements() -> str:
    return _page(Refused())


def _page(paper: Refused) -> str:
    who, today = actor(), local(now()).on
    found = queries.all_agreements(who.contract)
    return render_template(
        "rosters/papers_agreements.html",
        found=found,
        states=agreement_states(found, today),
        kinds=AgreementKind.choices(),
        today=today,
        paper=paper,
    )


@blueprint.post("/staff/agreements")
@allow(only(LEADERSHIP))
def add_agreement() -> Any:
    try:
        new = schemas.new_agreement(request.form)
        with transaction():
            service.add_agreement(new, by=actor(), at=now())
    except REFUSALS as error:
        return _page(refused("new", error)), error.status
    flash(f"{new.terms.kind.label}を登録しました。", "success")
    return redirect(url_for("papers.agreements"), 303)


@blueprint.post("/staff/agreements/<uuid:agreement_id>/set-aside")
@allow(only(LEADERSHIP))
def set_aside_agreement(agreement_id: UUID) -> Any:
    try:
        reason = schemas.reason(request.form, "labour_agreement")
        with transaction():
            service.set_aside_agreement(agreement_id, reason, by=actor(), at=now())
    except REFUSALS as error:
        return _page(refused(f"aside-{agreement_id}", error)), error.status
    flash("協定の登録を取り消しました。記録は理由とともに残ります。", "success")
    return redirect(url_for("papers.agreements"), 303)
