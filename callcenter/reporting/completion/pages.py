"""The month's completion notice and invoice: the months with where each stands, and a month from notice to payment."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for

from callcenter.audit.service import Act, record
from callcenter.audit.typed import refused
from callcenter.clock import local, now
from callcenter.contracts import queries as contracts
from callcenter.deliveries.rules import PART_LABELS, STATE_BADGES, STATE_LABELS, Edition, Part
from callcenter.errors import AppError, Conflict, InvalidInput, NotFound
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.reporting.completion import documents, invoices, notices, queries, schemas, service, view
from callcenter.reporting.completion.documents import Review
from callcenter.reporting.completion.rules import month_of
from callcenter.reporting.rules import WEIGHT_BADGES, WEIGHT_LABELS
from callcenter.web.access import LEADERSHIP, Role, actor, allow, only
from callcenter.web.forms import require_whole_answer
from callcenter.web.navigation import NavItem
from callcenter.web.transaction import end_read, transaction
from reports.wareki import wareki_month

blueprint = Blueprint("completion", __name__)
NAV = (NavItem("完了通知・請求", "completion.overview", LEADERSHIP, 44, section="completion.", group="報告書"),)
MONEY = frozenset({Role.CONTRACT_MANAGER})
"""Who records what the city decided, claims, and records what came in."""
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)
NOTICE, INVOICE = "notice", "invoice"
LABELS = {
    "change_note": "変更点",
    "consent": "確認の印",
    "yen": "金額",
    "reason": "理由",
    "decided_by": "決定した人（市）",
    "decided_on": "決定日",
    "paid_on": "入金日",
    "note": "備考",
    "because": "取り消す理由",
}


@blueprint.get("/completion")
@allow(only(LEADERSHIP))
def overview() -> str:
    """The months of the contract that have begun, the newest first."""
    contract, today = contracts.contract(actor().contract), local(now()).on
    return render_template(
        "completion/overview.html",
        months=queries.months(contract, today),
        states=STATE_LABELS,
        badges=STATE_BADGES,
        starts_on=contract.starts_on,
    )


@blueprint.get("/completion/<month>")
@allow(only(LEADERSHIP))
def month(month: str) -> str:
    return _month_page(_first(month))


def _first(text: str) -> date:
    """The month of the address. Raises `NotFound`."""
    try:
        return month_of(text)
    except InvalidInput as error:
        raise NotFound("月が見つかりませんでした。") from error


def _month_page(
    first: date, form: str = "", error: AppError | None = None, typed: Mapping[str, str] | None = None
) -> str:
    """The page; `form` names the one whose refusal is shown."""
    who = actor()
    return render_template(
        "completion/month.html",
        found=view.month(first, by=who, at=now()),
        title=wareki_month(first),
        key=f"{first:%Y-%m}",
        today=local(now()).on,
        may_claim=who.has(*MONEY),
        weights=WEIGHT_LABELS,
        weight_badges=WEIGHT_BADGES,
        states=STATE_LABELS,
        badges=STATE_BADGES,
        parts=PART_LABELS,
        labels=LABELS,
        form=form,
        error=error,
        typed=typed or {},
    )


@blueprint.get("/completion/<month>/draft/<document>/<part>")
@allow(only(LEADERSHIP))
def draft(month: str, document: str, part: str) -> Response:
    """A document as it stands, marked 案. An entry of the log: it names people."""
    require_whole_answer()
    first = _first(month)
    if document not in {NOTICE, INVOICE} or part not in {one.value for one in Part}:
        raise NotFound()
    found = _review(document, first)
    letter = found.draft.letter
    if letter is None:
        raise Conflict("まだ作れません。画面の「提出前の確認」を確かめてください。")
    end_read()
    with transaction():
        details = {"kind": found.kind.value, "month": month, "edition": Edition.HANDOVER.value}
        record(Act("report.draft_downloaded", "contract", str(actor().contract), details), by=actor(), at=now())
    built = documents.file_of(found, letter, Edition.HANDOVER, Part(part))
    return send_file(io.BytesIO(built.content), mimetype=built.media_type, as_attachment=True, download_name=built.name)


def _review(document: str, first: date) -> Review:
    shown = view.month(first, by=actor(), at=now())
    return shown.notice if document == NOTICE else shown.invoice


@blueprint.post("/completion/<month>/notice")
@allow(only(LEADERSHIP))
def submit_notice(month: str) -> Any:
    """Approve the notice and put it before the city (Art. 11)."""
    return _answered(_first(month), NOTICE, _submit_notice, "完了通知書を提出しました。市の確認を待ちます。")


def _submit_notice(first: date) -> None:
    who, at = actor(), now()
    wanted = schemas.approval(request.form)
    found = view.month(first, by=who, at=at).notice
    built = documents.submission(found, wanted, by=who, at=at)
    end_read()
    with transaction():
        notices.submit(found, built, by=who, at=at)


@blueprint.post("/completion/<month>/invoice")
@allow(only(MONEY))
def submit_invoice(month: str) -> Any:
    """Approve the invoice and claim the month's fee (Art. 12)."""
    return _answered(_first(month), INVOICE, _submit_invoice, "請求書を提出しました。支払期限は請求の日から30日です。")


def _submit_invoice(first: date) -> None:
    who, at = actor(), now()
    wanted = schemas.approval(request.form)
    shown = view.month(first, by=who, at=at)
    built = documents.submission(shown.invoice, wanted, by=who, at=at)
    end_read()
    with transaction():
        invoices.submit(shown.invoice, built, shown.performed, by=who, at=at)


@blueprint.post("/completion/<month>/reductions")
@allow(only(MONEY))
def add_reduction(month: str) -> Any:
    """Record a reduction the city decided (Art. 10)."""
    return _answered(_first(month), "reduction", _add_reduction, "減額を記録しました。")


def _add_reduction(first: date) -> None:
    new = schemas.reduction(first, request.form)
    documents.require_impersonal(actor().contract, {"reason": new.reason}, local(now()).on)
    end_read()
    with transaction():
        service.record_reduction(new, by=actor(), at=now())


@blueprint.post("/completion/<month>/payments")
@allow(only(MONEY))
def add_payment(month: str) -> Any:
    """Record money that came in."""
    return _answered(_first(month), "payment", _add_payment, "入金を記録しました。")


def _add_payment(first: date) -> None:
    new = schemas.payment(first, request.form)
    documents.require_impersonal(actor().contract, {"note": new.note}, local(now()).on)
    end_read()
    with transaction():
        service.record_payment(new, by=actor(), at=now())


@blueprint.post("/completion/<month>/reductions/<uuid:reduction_id>/set-aside")
@allow(only(MONEY))
def set_aside_reduction(month: str, reduction_id: UUID) -> Any:
    """Let a reduction that was wrong count no more."""
    return _set_aside(month, reduction_id, service.set_aside_reduction, "減額の記録を取り消しました。")


@blueprint.post("/completion/<month>/payments/<uuid:payment_id>/set-aside")
@allow(only(MONEY))
def set_aside_payment(month: str, payment_id: UUID) -> Any:
    """Let a payment that was wrong count no more."""
    return _set_aside(month, payment_id, service.set_aside_payment, "入金の記録を取り消しました。")


def _set_aside(month: str, row_id: UUID, act: Callable[..., None], done: str) -> Any:
    def set_aside(first: date) -> None:
        reason = schemas.because(request.form)
        documents.require_impersonal(actor().contract, {"because": reason}, local(now()).on)
        end_read()
        with transaction():
            act(first, row_id, reason, by=actor(), at=now())

    return _answered(_first(month), str(row_id), set_aside, done)


def _answered(first: date, form: str, act: Callable[[date], None], done: str) -> Any:
    """Act, and show the month again; a refusal goes back beside its form, with what was typed."""
    try:
        act(first)
    except REFUSALS as error:
        again = refused(error, "invoice")
        return _month_page(first, form, error, again.typed), error.status
    flash(done, "success")
    return redirect(url_for("completion.month", month=f"{first:%Y-%m}"), 303)
