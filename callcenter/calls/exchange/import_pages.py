"""Bringing a file in: upload, preview with the account of every refused line, confirmation; what came in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from msgspec.structs import replace

from callcenter.audit.service import Act, record
from callcenter.calls.exchange import queries, service, stash
from callcenter.calls.exchange.columns import LABELS, ColumnMapping
from callcenter.calls.exchange.intake import Term
from callcenter.calls.exchange.preview import PreviewDay, days_of, readings_of
from callcenter.calls.exchange.rules import (
    DEFAULT_NAMES,
    KIND_LABELS,
    LARGEST_FILE,
    ZONES,
    SourceKind,
)
from callcenter.calls.exchange.service import Incoming, Plans
from callcenter.calls.exchange.uploads import (
    Sent,
    Upload,
    in_other_zone,
    incoming_of,
    read_upload,
    shown,
    with_best_mapping,
)
from callcenter.clock import now
from callcenter.config import Settings
from callcenter.errors import AppError, InvalidInput, NotFound
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.web.access import CENTRE, SUPERVISION, actor, allow, only
from callcenter.web.forms import text
from callcenter.web.pagination import page_from
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("exchange_imports", __name__)
ENCODINGS = {"utf-8-sig": "UTF-8（BOMあり）", "utf-8": "UTF-8", "cp932": "Shift_JIS"}
FIELD_LABELS = {"file": "ファイル", "kind": "種類", "source": "情報源の名前", "zone": "時刻の基準", **LABELS}
SUMMARY_LABELS = {
    "legs": "明細の行数",
    "calls": "通話",
    "offered": "着信",
    "answered": "応答",
    "abandoned": "放棄",
    "announcement_only": "案内のみ",
    "duplicates": "重複した行",
    "lines": "読み取った行",
    "refused": "取り込まなかった行",
    "skipped": "読み飛ばした行",
    "new_calls": "新しい通話",
    "changed_calls": "変わった通話",
    "new": "新しい数",
    "changed": "置き換えた数",
    "withdrawn": "取り下げた数",
    "same": "変わらない数",
    "days": "変わった日数",
}
SHOWN_LINES = 200


def _folder() -> Path:
    settings: Settings = current_app.extensions["callcenter_settings"]
    return settings.home / "tmp"


@blueprint.get("/exchange/imports")
@allow(only(CENTRE))
def imports() -> str:
    """Everything that came in, the newest first: who, when, what."""
    page = page_from(request.args)
    rows, total = queries.page_of_imports(actor().contract, page)
    may_write = actor().has(*SUPERVISION)
    return render_template("exchange/imports.html", rows=rows, total=total, page=page, may_write=may_write)


@blueprint.get("/exchange/imports/<uuid:import_id>")
@allow(only(CENTRE))
def one(import_id: UUID) -> str:
    """One import with the account of the lines that were not taken."""
    found = queries.one_import(actor().contract, import_id)
    numbers = [(label, f"{found.summary[key]:,}") for key, label in SUMMARY_LABELS.items() if key in found.summary]
    mapping = [(label, found.mapping[key]) for key, label in LABELS.items() if found.mapping.get(key)]
    return render_template("exchange/one_import.html", found=found, numbers=numbers, mapping=mapping, zones=dict(ZONES))


@blueprint.get("/exchange/import")
@allow(only(SUPERVISION))
def form() -> str:
    return _form_page({"kind": SourceKind.CSV.value, "zone": "", "source": ""})


def _form_page(sent: Mapping[str, str], error: AppError | None = None) -> str:
    return render_template(
        "exchange/import.html",
        sent=sent,
        error=error,
        labels=FIELD_LABELS,
        kinds=[(kind.value, KIND_LABELS[kind]) for kind in DEFAULT_NAMES],
        zones=ZONES,
        names=[source.name for source in queries.sources(actor().contract) if source.kind is not SourceKind.MANUAL],
        defaults=DEFAULT_NAMES.values(),
        megabytes=LARGEST_FILE // 1024 // 1024,
    )


@blueprint.post("/exchange/import")
@allow(only(SUPERVISION))
def upload() -> Any:
    """Read a file and keep what is needed of it, sealed, until it is confirmed."""
    sent = {"kind": text("kind"), "zone": text("zone"), "source": text("source")}
    try:
        read = _read(sent)
    except IndividualNumberRefused as error:
        return _form_page({**sent, "source": error.masked.get("source", "")}, error), error.status
    except InvalidInput as error:
        return _form_page(sent, error), error.status
    known = queries.source_named(actor().contract, read.source_name)
    best = with_best_mapping(read, known.mapping if known else {})
    end_read()
    upload_id = stash.keep(_folder(), best, by=actor(), at=now())
    details = {"kind": best.kind.value}
    with transaction():
        record(Act("exchange.file_read", "exchange_upload", str(upload_id), details), by=actor(), at=now())
    return redirect(url_for("exchange_imports.preview", upload_id=upload_id), 303)


def _read(sent: Mapping[str, str]) -> Upload:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidInput(errors={"file": ["ファイルを選んでください。"]})
    end_read()
    content = file.stream.read(LARGEST_FILE + 1)
    read = read_upload(Sent(content, file.filename, sent["kind"], sent["source"], sent["zone"]), actor().contract)
    service.check_source(actor().contract, read.source_name, read.kind)
    return read


@blueprint.get("/exchange/import/<uuid:upload_id>")
@allow(only(SUPERVISION))
def preview(upload_id: UUID) -> str:
    """What the file holds, how it is read, what would change."""
    return _preview_page(upload_id, _fetch(upload_id))


def _fetch(upload_id: UUID) -> Upload:
    return stash.fetch(_folder(), upload_id, by=actor(), at=now())


def _preview_page(
    upload_id: UUID, waiting: Upload, error: AppError | None = None, typed: Mapping[str, str] | None = None
) -> str:
    term = service.term_of(actor().contract, now())
    incoming, refused = _attempt(waiting, term) if error is None else (None, error)
    plans = service.plan(actor().contract, incoming, now()) if incoming else None
    known = queries.source_named(actor().contract, waiting.source_name)
    before = queries.import_of_file(actor().contract, known.id, waiting.file_mark) if known else None
    mapping = waiting.mapping.as_dict() if waiting.mapping else {}
    return render_template(
        "exchange/preview.html",
        upload_id=upload_id,
        upload=waiting,
        table=shown(waiting.table) if waiting.table else None,
        encodings=ENCODINGS,
        chosen=typed if typed is not None else mapping,
        columns=LABELS,
        zones=ZONES,
        zone_label=dict(ZONES).get(waiting.zone, waiting.zone),
        readings=readings_of(waiting, term),
        incoming=incoming,
        plans=plans,
        days=_days(plans, term, known.id if known else None),
        account=[(item.line, item.reason) for item in incoming.account] if incoming else [],
        before=before,
        error=refused,
        labels=FIELD_LABELS,
        summary_labels=SUMMARY_LABELS,
        shown_lines=SHOWN_LINES,
    )


def _days(plans: Plans | None, term: Term, source_id: UUID | None) -> list[PreviewDay]:
    if plans is None or not plans.totals:
        return []
    days = sorted({key.local_on for key in plans.totals})
    return days_of(plans, term, source_id, queries.ruling_sources(actor().contract, days[0], days[-1]))


def _attempt(waiting: Upload, term: Term) -> tuple[Incoming | None, AppError | None]:
    if not waiting.ready:
        return None, None
    try:
        return incoming_of(waiting, term), None
    except InvalidInput as error:
        return None, error


@blueprint.post("/exchange/import/<uuid:upload_id>/reading")
@allow(only(SUPERVISION))
def reading(upload_id: UUID) -> Any:
    """Read the waiting file with other columns or in another zone."""
    waiting = _fetch(upload_id)
    typed = {key: request.form.get(key, "") for key in (*LABELS, "zone")}
    try:
        changed = in_other_zone(waiting, typed["zone"] or waiting.zone)
        if waiting.table is not None:
            mapping = ColumnMapping.from_dict(_known_headings(typed, waiting))
            changed = replace(changed, mapping=mapping, zero_missing=request.form.get("zero_missing") == "1")
    except InvalidInput as error:
        return _preview_page(upload_id, waiting, error, typed), error.status
    stash.change(_folder(), upload_id, changed, by=actor(), at=now())
    return redirect(url_for("exchange_imports.preview", upload_id=upload_id), 303)


def _known_headings(typed: Mapping[str, str], waiting: Upload) -> dict[str, object]:
    """Only headings of the file are taken; anything else counts as not chosen."""
    headings: Sequence[str] = shown(waiting.table).headings if waiting.table else ()
    return {key: value for key, value in typed.items() if value in headings}


@blueprint.post("/exchange/import/<uuid:upload_id>/confirm")
@allow(only(SUPERVISION))
def confirm(upload_id: UUID) -> Any:
    """Bring the file in as the preview showed it; the account stays with the import."""
    waiting = _fetch(upload_id)
    try:
        incoming = incoming_of(waiting, service.term_of(actor().contract, now()))
        end_read()
        with transaction():
            done = service.bring_in(incoming, by=actor(), at=now())
    except InvalidInput as error:
        return _preview_page(upload_id, waiting, error), error.status
    stash.drop(_folder(), upload_id)
    if done.import_id is None:
        flash("変更はありません。このファイルの内容は、すでに取り込まれています。", "info")
        return redirect(url_for("exchange_imports.imports"), 303)
    flash("取り込みました。", "success")
    return redirect(url_for("exchange_imports.one", import_id=done.import_id), 303)


@blueprint.post("/exchange/import/<uuid:upload_id>/discard")
@allow(only(SUPERVISION))
def discard(upload_id: UUID) -> Any:
    """Throw the waiting file away."""
    try:
        _fetch(upload_id)
    except NotFound:
        return redirect(url_for("exchange_imports.form"), 303)
    stash.drop(_folder(), upload_id)
    flash("取込をやめました。ファイルは残していません。", "info")
    return redirect(url_for("exchange_imports.form"), 303)
