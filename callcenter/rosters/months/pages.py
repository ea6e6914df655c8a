"""The page of the month's roster, and where its use cases are asked for."""

from __future__ import annotations

from typing import Any

from flask import flash, request

from callcenter.clock import now
from callcenter.rosters.menu import SHIFTS
from callcenter.rosters.months import cell_pages as cell_pages
from callcenter.rosters.months import drafts, publishing, schemas
from callcenter.rosters.months import leave_pages as leave_pages
from callcenter.rosters.months import mine_pages as mine_pages
from callcenter.rosters.months import models as models
from callcenter.rosters.months import paper_pages as paper_pages
from callcenter.rosters.months import solver_pages as solver_pages
from callcenter.rosters.months.routing import REFUSALS, asked_month, blueprint, month_view
from callcenter.rosters.months.screen import month_page, to_month
from callcenter.rosters.page_parts import typed_again
from callcenter.rosters.schemas import optional_id
from callcenter.web.access import DESK, LEADERSHIP, actor, allow, only
from callcenter.web.navigation import NavItem
from callcenter.web.transaction import transaction

NAV = (
    NavItem("月のシフト表", "months.page", LEADERSHIP, 32, section="months.", group=SHIFTS),
    NavItem("1日の予定", "roster.day", LEADERSHIP, 33, section="roster.", group=SHIFTS),
    NavItem("休みと交替", "months.leave_page", LEADERSHIP, 33, group=SHIFTS),
    NavItem("自分のシフト", "months.mine", DESK, 35, group=SHIFTS),
)


@blueprint.get("/roster/month")
@allow(only(LEADERSHIP))
def page() -> str:
    """A month: the draft, or with `?view=plan` the plan in force; `?day=` chooses the day of the coverage."""
    return month_page(month_view(asked_month(), live=request.args.get("view") == "plan"))


@blueprint.post("/roster/month/draft")
@allow(only(LEADERSHIP))
def begin() -> Any:
    """Begin a draft from the plan in force, or empty."""
    first, empty = asked_month(), request.form.get("empty") == "1"
    key = optional_id(request.form.get("idempotency_key"), "_")
    with transaction():
        drafts.start_draft(first, empty=empty, key=key, by=actor(), at=now())
    flash("シフト表の案を作りました。セルを選んで、数字キーか「Enter」で入力します。", "success")
    return to_month()


@blueprint.post("/roster/month/reload")
@allow(only(LEADERSHIP))
def reload() -> Any:
    """Take over the days that were changed elsewhere."""
    try:
        seen = schemas.version(request.form)
        with transaction():
            count = drafts.reload_days(asked_month(), seen, by=actor(), at=now())
    except REFUSALS as error:
        return month_page(month_view(asked_month()), error), error.status
    flash(f"いまの予定を案に取り込みました（{count}件）。", "success")
    return to_month()


@blueprint.post("/roster/month/discard")
@allow(only(LEADERSHIP))
def discard() -> Any:
    """Throw the draft away."""
    try:
        seen = schemas.version(request.form)
        with transaction():
            drafts.discard_draft(asked_month(), seen, by=actor(), at=now())
    except REFUSALS as error:
        return month_page(month_view(asked_month()), error), error.status
    flash("シフト表の案を取りやめました。公開中の予定は変わりません。", "success")
    return to_month()


@blueprint.post("/roster/month/publish")
@allow(only(LEADERSHIP))
def publish() -> Any:
    """Publish the draft; what stands in the way is named, and what was typed stays."""
    first = asked_month()
    try:
        wanted = schemas.publication(first, request.form)
        with transaction():
            done = publishing.publish(wanted, by=actor(), at=now())
    except REFUSALS as error:
        return month_page(month_view(first), error, typed_again(error)), error.status
    flash(f"第{done.number}版を公開しました（予定の変更 {len(done.changes)}件）。", "success")
    return to_month()
