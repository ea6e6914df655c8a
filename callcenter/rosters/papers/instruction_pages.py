"""What the city said on staffing: instructions and approvals, what was done, the approved headcount over time."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from callcenter.clock import local, now
from callcenter.rosters.codes import InstructionKind
from callcenter.rosters.papers import queries, schemas, service
from callcenter.rosters.papers.routing import REFUSALS, Refused, blueprint, refused
from callcenter.rosters.papers.view import Headcount, day_of_contract
from callcenter.rosters.queries import staff_list
from callcenter.web.access import LEADERSHIP, actor, allow, only
from callcenter.web.transaction import transaction


@blueprint.get("/staff/instructions")
@allow(only(LEADERSHIP))
def instructions() -> str:
    return _page(Refused())


def _page(paper: Refused) -> str:
    who, today = actor(), local(now()).on
    on = day_of_contract(who.contract, today)
    approvals = queries.approvals(who.contract)
    return render_template(
        "rosters/papers_instructions.html",
        found=queries.all_instructions(who.contract),
        approvals=approvals,
        headcount=Headcount(len(staff_list(who.contract, on)), queries.approval_on(approvals, on)),
        kinds=InstructionKind.choices(),
        on=on,
        today=today,
        paper=paper,
    )


@blueprint.post("/staff/instructions")
@allow(only(LEADERSHIP))
def add_instruction() -> Any:
    try:
        new = schemas.new_instruction(request.form)
        with transaction():
            service.add_instruction(new, by=actor(), at=now())
    except REFUSALS as error:
        return _page(refused("new", error)), error.status
    return _saved(f"{new.kind.label}を記録しました。")


def _saved(text: str) -> Any:
    flash(text, "success")
    return redirect(url_for("papers.instructions"), 303)


@blueprint.post("/staff/instructions/<uuid:instruction_id>/answer")
@allow(only(LEADERSHIP))
def answer_instruction(instruction_id: UUID) -> Any:
    try:
        answer, version = schemas.answer(request.form)
        with transaction():
            service.answer_instruction(instruction_id, answer, version, by=actor(), at=now())
    except REFUSALS as error:
        return _page(refused(f"answer-{instruction_id}", error)), error.status
    return _saved("対応を記録しました。")


@blueprint.post("/staff/instructions/<uuid:instruction_id>/set-aside")
@allow(only(LEADERSHIP))
def set_aside_instruction(instruction_id: UUID) -> Any:
    try:
        reason = schemas.reason(request.form, "staffing_instruction")
        with transaction():
            service.set_aside_instruction(instruction_id, reason, by=actor(), at=now())
    except REFUSALS as error:
        return _page(refused(f"aside-{instruction_id}", error)), error.status
    return _saved("記録を取り消しました。番号と理由は残ります。")
