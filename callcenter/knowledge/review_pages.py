"""What waits for the city or for publishing, the city's decision, publishing and retiring."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from callcenter.audit.typed import refused
from callcenter.clock import local, now
from callcenter.errors import AppError, Conflict, InvalidInput
from callcenter.knowledge import approval, attention, queries, schemas, shown, sight
from callcenter.knowledge.page_parts import parts
from callcenter.knowledge.queries import Current
from callcenter.knowledge.routing import blueprint
from callcenter.knowledge.rules import EntryKind, Stage
from callcenter.knowledge.search import store
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.web.access import CITY, LEADERSHIP, SUPERVISION, Role, actor, allow, only
from callcenter.web.labels import date_label
from callcenter.web.transaction import end_read, transaction

REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)
DECIDERS = frozenset({Role.CITY_OFFICER})
WAITING = (Stage.IN_REVIEW, Stage.APPROVED, Stage.SENT_BACK)
FOR_LEADERS = (Stage.SENT_BACK, Stage.APPROVED, Stage.IN_REVIEW)
"""What the centre has to do comes first; the city begins with what waits for it."""
DECIDED = {Stage.APPROVED: "承認しました。センターが施行日を決めて公開します。", Stage.SENT_BACK: "差し戻しました。"}


@blueprint.get("/reviews")
@allow(only(LEADERSHIP | CITY))
def reviews() -> str:
    """What waits for the city's decision, what may be published, what was sent back, the longest waiting first."""
    who = actor()
    found = [one for one in queries.on_the_way(who.contract, WAITING) if sight.may_see(who, one.version)]
    stages = FOR_LEADERS if who.has(*LEADERSHIP) else WAITING
    by_stage = {stage: [one for one in found if one.version.stage == stage.value] for stage in stages}
    today = local(now()).on
    left = attention.unconfirmed(who.contract, today)
    return render_template(
        "knowledge/review.html", groups=by_stage, stages=Stage, unconfirmed=left, **parts(who, today)
    )


@blueprint.post("/versions/<uuid:version_id>/submit")
@allow(only(LEADERSHIP))
def submit(version_id: UUID) -> Any:
    """Put a draft before the city."""

    def act() -> str:
        seen = schemas.row_version(request.form)
        end_read()
        with transaction():
            approval.submit(version_id, seen, by=actor(), at=now())
        return "市の確認に出しました。"

    return _answered(version_id, "submit", act)


@blueprint.post("/versions/<uuid:version_id>/take-back")
@allow(only(LEADERSHIP))
def take_back(version_id: UUID) -> Any:
    """Make it a draft again."""

    def act() -> str:
        end_read()
        with transaction():
            approval.take_back(version_id, by=actor(), at=now())
        return "下書きに戻しました。"

    return _answered(version_id, "take_back", act)


@blueprint.post("/versions/<uuid:version_id>/decision")
@allow(only(DECIDERS))
def decide(version_id: UUID) -> Any:
    """The city approves or sends back."""

    def act() -> str:
        found = sight.version_for(actor(), version_id)
        wanted = schemas.decision(request.form)
        end_read()
        with transaction():
            approval.decide(version_id, wanted, by=actor(), at=now())
        return f"「{found.title}」を{DECIDED[wanted.then]}"

    return _answered(version_id, "decision", act, "knowledge.reviews")


@blueprint.post("/versions/<uuid:version_id>/publish")
@allow(only(SUPERVISION))
def publish(version_id: UUID) -> Any:
    """Let an approved version rule from a day on. What the search makes of it is made before anybody waits."""

    def act() -> str:
        on = schemas.effective_on(request.form)
        found = queries.version(actor().contract, version_id)
        is_faq = queries.entry(actor().contract, found.entry_id).kind == EntryKind.FAQ.value
        ready = is_faq and found.stage == Stage.APPROVED.value
        wanted = approval.Publication(on, store.prepared_of(found) if ready else None)
        end_read()
        with transaction():
            approval.publish(version_id, wanted, by=actor(), at=now())
        since = "今日" if on == local(now()).on else date_label(on)
        return f"公開しました。{since}から使われ、全員の「未読」に出ます。"

    return _answered(version_id, "publish", act)


def _answered(version_id: UUID, form: str, act: Callable[[], str], then: str = "") -> Any:
    """Act, and show the version again with the words for what was done; a refusal goes back beside its form, with
    what was typed."""
    try:
        done = act()
    except REFUSALS as error:
        again = refused(error, "knowledge_version")
        return shown.version_page(version_id, form, error, again.typed), error.status
    flash(done, "success")
    return redirect(url_for(then) if then else url_for("knowledge.version", version_id=version_id), 303)


@blueprint.get("/entries/<uuid:entry_id>/retire")
@allow(only(LEADERSHIP))
def retire_form(entry_id: UUID) -> Any:
    return _retire_page(entry_id)


def _retire_page(entry_id: UUID, error: AppError | None = None) -> str:
    who, today = actor(), local(now()).on
    entry, versions = sight.entry_for(who, entry_id)
    typed = refused(error, "knowledge_entry").typed if error else {"from_on": today.isoformat()}
    return render_template(
        "knowledge/entry_retire.html",
        entry=entry,
        found=versions[0],
        linking=_linking(who.contract, entry_id, today, error),
        error=error,
        typed=typed,
        **parts(who, today),
    )


def _linking(contract_id: UUID, entry_id: UUID, today: date, error: AppError | None) -> list[Current]:
    if isinstance(error, approval.StillLinked):
        return error.linking
    return approval.linking_to(contract_id, entry_id, today)


@blueprint.post("/entries/<uuid:entry_id>/retire")
@allow(only(LEADERSHIP))
def retire(entry_id: UUID) -> Any:
    """Let an entry be in force no more; who links to it is shown first."""
    try:
        wanted = schemas.retirement(request.form)
        end_read()
        with transaction():
            approval.retire(entry_id, wanted, by=actor(), at=now())
    except REFUSALS as error:
        return _retire_page(entry_id, error), error.status
    flash("廃止を登録しました。これまでの版は、いつでも読めます。", "success")
    return redirect(url_for("knowledge.entry", entry_id=entry_id), 303)


@blueprint.post("/entries/<uuid:entry_id>/retire/cancel")
@allow(only(LEADERSHIP))
def keep_on(entry_id: UUID) -> Any:
    """Take a retirement back while its day is not over."""
    with transaction():
        approval.keep_on(entry_id, by=actor(), at=now())
    flash("廃止を取り消しました。これまでどおり使われます。", "success")
    return redirect(url_for("knowledge.entry", entry_id=entry_id), 303)
