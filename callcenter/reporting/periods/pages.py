"""Reports over a period: the list, a period from draft to submission."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for

from callcenter.audit.typed import NOTHING, Refusal, refused
from callcenter.clock import local, now
from callcenter.contracts import queries as contracts
from callcenter.deliveries.rules import (
    EDITION_LABELS,
    NOTE_LENGTH,
    PART_LABELS,
    STATE_BADGES,
    STATE_LABELS,
    Edition,
    Part,
)
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.jobs import queries as jobs
from callcenter.jobs import service as asking
from callcenter.jobs.ports import WantedJob
from callcenter.protection.deployment import keys_for
from callcenter.protection.scan import IndividualNumberRefused, require_clean
from callcenter.protection.text import clean_text
from callcenter.reporting import service
from callcenter.reporting.periods import approving, building, comments, drafts, reading, view
from callcenter.reporting.periods.drafts import Period
from callcenter.reporting.periods.overview import overview as overview_of
from callcenter.reporting.periods.reviewing import PeriodReview, look
from callcenter.reporting.periods.rules import FROM, TO, period_name, span_for
from callcenter.reporting.rules import WEIGHT_BADGES, WEIGHT_LABELS
from callcenter.web.access import LEADERSHIP, SUPERVISION, actor, allow, only
from callcenter.web.forms import date_of, id_of, require_whole_answer, text, whole_of
from callcenter.web.navigation import NavItem
from callcenter.web.transaction import end_read, transaction
from reports.period import PeriodKind, Span
from reports.period_bundle import sections_for
from reports.wareki import wareki

blueprint = Blueprint("periods", __name__)
NAV = (NavItem("月報・年報", "periods.overview", LEADERSHIP, 41, section="periods.", group="報告書"),)
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)
LABELS: Mapping[str, Any] = {
    "states": STATE_LABELS,
    "state_badges": STATE_BADGES,
    "weights": WEIGHT_LABELS,
    "weight_badges": WEIGHT_BADGES,
    "verdict_badges": view.VERDICT_BADGES,
    "editions": EDITION_LABELS,
    "parts": PART_LABELS,
    "steps": view.STEPS,
}
PERIOD = "/reports/periods/<kind>/<from_on>/<to_on>"


# --- the list ---


@blueprint.get("/reports/periods")
@allow(only(LEADERSHIP))
def overview() -> str:
    return _overview_page()


@blueprint.get("/reports/periods/open")
@allow(only(LEADERSHIP))
def open_term() -> Any:
    """From two typed days to the page of that span."""
    facts = contracts.contract(actor().contract)
    try:
        span = span_for(PeriodKind.TERM, request.args.get(FROM, ""), request.args.get(TO, ""), facts)
    except InvalidInput as error:
        return _overview_page(error), error.status
    return redirect(_address(Period(facts.id, PeriodKind.TERM.value, span)), 303)


def _overview_page(error: InvalidInput | None = None) -> str:
    facts = contracts.contract(actor().contract)
    return render_template(
        "periods/overview.html",
        facts=facts,
        found=overview_of(facts.id, local(now()).on),
        labels=LABELS,
        name=lambda line: _name(PeriodKind(line.code), line.span),
        errors=error.errors if error else {},
        typed=request.args,
    )


def _name(kind: PeriodKind, span: Span) -> str:
    """A span of the contract by its days, also where it happens to be a month or a year: those have reports of their
    own."""
    return f"{wareki(span.from_on)}～{wareki(span.to_on)}" if kind is PeriodKind.TERM else period_name(kind, span)


# --- a period ---


@blueprint.get(PERIOD)
@allow(only(LEADERSHIP))
def page(kind: str, from_on: str, to_on: str) -> str:
    return _page(_period(kind, from_on, to_on))


def _period(kind: str, from_on: str, to_on: str) -> Period:
    """The period of the address. Raises `NotFound` for what is none of the contract's, or has not begun."""
    facts = contracts.contract(actor().contract)
    if kind not in {one.value for one in PeriodKind}:
        raise NotFound()
    first, last = date_of(from_on, FROM), date_of(to_on, TO)
    text_from, text_to = from_on, to_on
    if kind == PeriodKind.MONTHLY.value:
        text_from = f"{first:%Y-%m}"
    elif kind == PeriodKind.ANNUAL.value:
        text_from = str(first.year if first.month >= 4 else first.year - 1)
    try:
        span = span_for(PeriodKind(kind), text_from, text_to, facts)
    except InvalidInput as error:
        raise NotFound("この期間の報告書はありません。") from error
    if (span.from_on, span.to_on) != (first, last) or first > local(now()).on:
        raise NotFound("この期間の報告書はありません。契約期間内の、始まっている期間を選んでください。")
    return Period(facts.id, kind, span)


def _address(period: Period, endpoint: str = "periods.page", **more: Any) -> str:
    from_on, to_on = period.span.from_on.isoformat(), period.span.to_on.isoformat()
    return url_for(endpoint, kind=period.code, from_on=from_on, to_on=to_on, **more)


def _page(period: Period, refusal: Refusal = NOTHING, *, section: str = "") -> str:
    """`section`: the remark that was refused, whose words stay in its field."""
    who, at = actor(), now()
    end_read()
    found = look(period, by=who, at=at)
    standing = _standing(found)
    return render_template(
        "periods/period.html",
        period=period,
        name=_name(period.kind, period.span),
        found=found,
        standing=standing,
        differences=_differences(found, standing),
        comments=comments.written(period),
        sections=sections_for(period.kind),
        section=section,
        refusal=refusal,
        labels=LABELS,
        Edition=Edition,
        Part=Part,
        may_act=not who.roles.isdisjoint(SUPERVISION),
        address=lambda endpoint, **more: _address(period, f"periods.{endpoint}", **more),
        **view.context(found),
    )


def _standing(found: PeriodReview) -> view.Standing:
    period = found.period
    draft, standing = drafts.build_of(period), approving.newest_approval(period)
    submits = approving.job_key(standing.id, period.span) if standing else None
    return view.Standing(
        draft=draft,
        current=draft is not None and draft.mark == found.mark,
        approval=standing,
        versions=approving.versions_of(period),
        build_job=jobs.job_of(period.contract_id, _wanted(period)),
        submit_job=jobs.job_of(period.contract_id, submits) if submits else None,
    )


def _wanted(period: Period) -> WantedJob:
    return WantedJob(building.JOBS[period.code], period.span.from_on, period.span.to_on)


def _differences(found: PeriodReview, standing: view.Standing) -> list[str]:
    """What the records say otherwise than the newest version."""
    newest = standing.newest
    return list(reading.difference(newest, found.report, keys_for(found.period.contract_id))) if newest else []


@blueprint.post(f"{PERIOD}/build")
@allow(only(LEADERSHIP))
def build(kind: str, from_on: str, to_on: str) -> Any:
    """Let the draft be built anew, in the background."""
    period, who = _period(kind, from_on, to_on), actor()
    end_read()
    with transaction():
        asking.ask(_wanted(period), contract_id=who.contract, asked_by=who.user_id, at=now())
    return redirect(_address(period, _anchor="draft"), 303)


@blueprint.get(f"{PERIOD}/draft/<edition>/<part>")
@allow(only(LEADERSHIP))
def draft(kind: str, from_on: str, to_on: str, edition: str, part: str) -> Response:
    """A file of the draft, marked 案. An entry of the log: it may name people."""
    require_whole_answer()
    period = _period(kind, from_on, to_on)
    try:
        wanted = Edition(edition), Part(part)
    except ValueError as error:
        raise NotFound() from error
    end_read()
    with transaction():
        file = drafts.download(period, *wanted, by=actor(), at=now())
    return send_file(io.BytesIO(file.content), mimetype=file.media_type, as_attachment=True, download_name=file.name)


@blueprint.post(f"{PERIOD}/comments")
@allow(only(SUPERVISION))
def comment(kind: str, from_on: str, to_on: str) -> Any:
    """Keep a remark on one section."""
    period, section = _period(kind, from_on, to_on), text("section")
    try:
        new = _comment(section)
        end_read()
        with transaction():
            comments.write(period, new, by=actor(), at=now())
    except REFUSALS as error:
        return _page(period, refused(error, "report_comment"), section=section), error.status
    return redirect(_address(period, _anchor=f"section-{section}"), 303)


def _comment(section: str) -> comments.NewComment:
    field = f"text-{section}"
    words = clean_text(request.form.get("text", ""), max_length=comments.COMMENT_LENGTH, field=field)
    require_clean({field: words})
    return comments.NewComment(section, whole_of(text("revision"), "revision"), words)


@blueprint.post(f"{PERIOD}/findings")
@allow(only(SUPERVISION))
def confirm(kind: str, from_on: str, to_on: str) -> Any:
    """Let one finding stand. It must be among those of the period now."""
    period, mark = _period(kind, from_on, to_on), text("mark")
    end_read()
    found = look(period, by=actor(), at=now())
    known = [item.mark for item in found.findings if item.mark.hex() == mark]
    if not known:
        raise Conflict("文章が変わっています。画面を読み直して確認してください。")
    with transaction():
        service.confirm_finding(period.span.from_on, known[0], by=actor(), at=now())
    return redirect(_address(period, _anchor="checks"), 303)


@blueprint.post(f"{PERIOD}/approve")
@allow(only(SUPERVISION))
def approve(kind: str, from_on: str, to_on: str) -> Any:
    """承認して提出: what was seen is kept as approved; a job carries it out."""
    period = _period(kind, from_on, to_on)
    try:
        _approve(period)
    except REFUSALS as error:
        return _page(period, refused(error, "report_approval")), error.status
    return redirect(_address(period, _anchor="approval"), 303)


def _approve(period: Period) -> None:
    who, at = actor(), now()
    note = clean_text(request.form.get("change_note", ""), max_length=NOTE_LENGTH, field="change_note")
    require_clean({"change_note": note})
    key = id_of(text("idempotency_key"), "idempotency_key")
    wanted = approving.Wanted(text("seen"), key, note, request.form.get("consent") == "1")
    end_read()
    found = look(period, by=who, at=at, note=note)
    with transaction():
        if approving.known_by(period.contract_id, key) is None:
            approving.require_clear(found, wanted)
            approving.approve(found, wanted, by=who, at=at)
