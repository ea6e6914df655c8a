"""The supervisor's reports: the month at a glance, and a day from draft to submission."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for

from callcenter.audit.service import Act, record
from callcenter.audit.typed import refused
from callcenter.calls import queries as calls
from callcenter.clock import local, now
from callcenter.contracts import queries as contracts
from callcenter.deliveries import queries as delivered
from callcenter.deliveries import service as deliveries
from callcenter.deliveries.rules import (
    EDITION_LABELS,
    NOTE_LENGTH,
    STATE_BADGES,
    STATE_LABELS,
    Edition,
    Kind,
    Part,
)
from callcenter.errors import AppError, Conflict, InvalidInput, NotFound
from callcenter.protection.scan import IndividualNumberRefused, require_clean
from callcenter.protection.text import clean_text
from callcenter.reporting import approval, day_view, service
from callcenter.reporting.periods import drafts
from callcenter.reporting.periods.drafts import Period
from callcenter.reporting.rules import MATTER_LABELS, MATTER_LENGTH, WEIGHT_BADGES, WEIGHT_LABELS, MatterKind
from callcenter.web.access import LEADERSHIP, SUPERVISION, actor, allow, only
from callcenter.web.forms import date_of, minute_of, require_whole_answer, text
from callcenter.web.navigation import NavItem
from callcenter.web.transaction import end_read, transaction
from reports.period import Span
from scheduling.calendar import DayStatus

blueprint = Blueprint("reporting", __name__)
NAV = (NavItem("日報", "reporting.month", LEADERSHIP, 40, section="reporting.", group="報告書"),)


@blueprint.get("/reports/daily")
@allow(only(LEADERSHIP))
def month() -> str:
    """Every open day of a month with its records and where its report stands."""
    contract = contracts.contract(actor().contract)
    today = min(max(local(now()).on, contract.starts_on), contract.ends_on)
    first = _first_of(request.args.get("month"), today)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return render_template(
        "reporting/month.html",
        first=first,
        previous=(first - timedelta(days=1)).replace(day=1),
        following=last + timedelta(days=1),
        days=_days_of(contract, first, last),
        today=today,
        recorded=calls.counts_by_day(contract.id, first, last),
        due_from=calls.first_recorded_day(contract.id),
        submitted=delivered.states_between(contract.id, Kind.DAILY, first, last),
        states=STATE_LABELS,
        badges=STATE_BADGES,
    )


def _first_of(month: str | None, today: date) -> date:
    return date_of(f"{month}-01", "month") if month else today.replace(day=1)


def _days_of(contract: contracts.ContractFacts, first: date, last: date) -> list[DayStatus]:
    """Those of the term: the calendar knows no more than a century and a half."""
    from_on, to_on = max(first, contract.starts_on), min(last, contract.ends_on)
    return contracts.calendar(contract.id).days(from_on, to_on) if from_on <= to_on else []


def _shown(on: date, contract: contracts.ContractFacts) -> bool:
    return contract.starts_on <= on <= contract.ends_on


@blueprint.get("/reports/daily/<on>")
@allow(only(LEADERSHIP))
def day(on: str) -> str:
    return _day_page(_day_within_contract(on))


def _day_within_contract(on: str) -> date:
    """The date of the address; raises `NotFound` outside the contract or after today."""
    wanted = date_of(on, "on")
    contract = contracts.contract(actor().contract)
    if not _shown(wanted, contract) or wanted > local(now()).on:
        raise NotFound("この日の報告書はありません。契約期間内の、今日までの日付を選んでください。")
    return wanted


def _day_page(on: date, error: AppError | None = None, typed: Any = None) -> str:
    who = actor()
    with transaction():
        found = approval.review(on, by=who, at=now())
    versions = delivered.versions_for(who.contract, Kind.DAILY, on, on)
    return render_template(
        "reporting/day.html",
        found=found,
        figures=found.figures,
        **day_view.context(found),
        versions=versions,
        changes=approval.changes_from(versions[0], found) if versions else None,
        prepared=drafts.build_of(_period(on)),
        kinds=MATTER_LABELS,
        weights=WEIGHT_LABELS,
        weight_badges=WEIGHT_BADGES,
        states=STATE_LABELS,
        badges=STATE_BADGES,
        editions=EDITION_LABELS,
        may_approve=not who.roles.isdisjoint(SUPERVISION),
        error=error,
        typed=typed or {},
    )


@blueprint.get("/reports/daily/<on>/draft/<edition>")
@allow(only(LEADERSHIP))
def draft(on: str, edition: str) -> Response:
    """The workbook as it stands, marked 案. An entry of the log: it may name people."""
    require_whole_answer()
    wanted = _day_within_contract(on)
    if edition not in {item.value for item in Edition}:
        raise NotFound()
    with transaction():
        found = approval.review(wanted, by=actor(), at=now())
        details = {"edition": edition}
        record(Act("report.draft_downloaded", "day", wanted.isoformat(), details), by=actor(), at=now())
    built = approval.edition_file(found.report, Edition(edition))
    return send_file(io.BytesIO(built.content), mimetype=built.media_type, as_attachment=True, download_name=built.name)


def _period(on: date) -> Period:
    return Period(actor().contract, Kind.DAILY.value, Span(on, on))


@blueprint.get("/reports/daily/<on>/prepared/<edition>")
@allow(only(LEADERSHIP))
def prepared(on: str, edition: str) -> Response:
    """The draft that was built after closing, byte for byte. An entry of the log: it may name people."""
    require_whole_answer()
    wanted = _day_within_contract(on)
    if edition not in {item.value for item in Edition}:
        raise NotFound()
    end_read()
    with transaction():
        file = drafts.download(_period(wanted), Edition(edition), Part.WORKBOOK, by=actor(), at=now())
    return send_file(io.BytesIO(file.content), mimetype=file.media_type, as_attachment=True, download_name=file.name)


@blueprint.post("/reports/daily/<on>/matters")
@allow(only(SUPERVISION))
def add_matter(on: str) -> Any:
    wanted = _day_within_contract(on)
    try:
        new = _matter(wanted)
    except (InvalidInput, IndividualNumberRefused) as error:
        return _day_page(wanted, error, refused(error, "report_matter").typed), error.status
    end_read()
    with transaction():
        service.add_matter(new, by=actor(), at=now())
    return redirect(url_for("reporting.day", on=wanted, _anchor="matters"), 303)


def _matter(on: date) -> service.NewMatter:
    kind = text("kind")
    if kind not in {item.value for item in MatterKind}:
        raise InvalidInput(errors={"kind": ["種類を選んでください。"]})
    words = clean_text(request.form.get("text", ""), max_length=MATTER_LENGTH, field="text")
    require_clean({"text": words})
    if not words:
        raise InvalidInput(errors={"text": ["内容を入力してください。"]})
    minute = minute_of(text("minute"), "minute") if text("minute") else None
    return service.NewMatter(on, MatterKind(kind), minute, words)


@blueprint.post("/reports/daily/matters/<uuid:matter_id>/withdraw")
@allow(only(SUPERVISION))
def withdraw_matter(matter_id: UUID) -> Any:
    with transaction():
        on = service.withdraw_matter(matter_id, by=actor(), at=now())
    return redirect(url_for("reporting.day", on=on, _anchor="matters"), 303)


@blueprint.post("/reports/daily/<on>/findings")
@allow(only(SUPERVISION))
def confirm_finding(on: str) -> Any:
    """Let one finding stand. It must be among those of the day now."""
    wanted, mark = _day_within_contract(on), text("mark")
    with transaction():
        found = approval.review(wanted, by=actor(), at=now())
        known = [item.mark for item in found.findings if item.mark.hex() == mark]
        if not known:
            raise Conflict("文章が変わっています。画面を読み直して確認してください。")
        service.confirm_finding(wanted, known[0], by=actor(), at=now())
    return redirect(url_for("reporting.day", on=wanted, _anchor="checks"), 303)


@blueprint.post("/reports/daily/<on>/submit")
@allow(only(SUPERVISION))
def submit(on: str) -> Any:
    """承認して提出: the approver stands on the cover, the bytes are kept, the city sees it."""
    wanted = _day_within_contract(on)
    try:
        version_id = _submit(wanted)
    except (InvalidInput, Conflict, IndividualNumberRefused) as error:
        return _day_page(wanted, error, refused(error, "delivery_version").typed), error.status
    return redirect(url_for("deliveries.document", version_id=version_id), 303)


def _submit(on: date) -> UUID:
    who, at = actor(), now()
    note = clean_text(request.form.get("change_note", ""), max_length=NOTE_LENGTH, field="change_note")
    require_clean({"change_note": note})
    wanted = approval.Approval(text("seen"), note, request.form.get("consent") == "1")
    end_read()
    with transaction():
        found = approval.review(on, by=who, at=at, note=note)
    submission = approval.build_submission(found, wanted, by=who, at=at)
    end_read()
    with transaction():
        return deliveries.submit(submission, by=who, at=at)
