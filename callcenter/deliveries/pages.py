"""The delivered documents: what the city downloads and decides on, and what the centre has handed over."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import IO, Any
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Response, current_app, redirect, render_template, request, send_file, url_for
from msgspec.structs import replace

from callcenter.audit.service import Act, record
from callcenter.audit.typed import refused
from callcenter.clock import local, now
from callcenter.config import Settings
from callcenter.contracts.queries import contract
from callcenter.deliveries import archive, open_data, queries, remarks, sending_queries, service, view
from callcenter.deliveries.filters import Filter, choices_of, filter_from
from callcenter.deliveries.rules import (
    EDITION_LABELS,
    KIND_LABELS,
    NOTE_LENGTH,
    PART_LABELS,
    STATE_BADGES,
    STATE_LABELS,
    Edition,
    Part,
    State,
)
from callcenter.errors import AppError, Conflict, InvalidInput, NotFound
from callcenter.jobs.rules import period_label
from callcenter.protection.scan import IndividualNumberRefused, require_clean
from callcenter.protection.text import clean_text
from callcenter.web.access import CITY, LEADERSHIP, Role, actor, allow, only
from callcenter.web.forms import id_of, optional_date, require_whole_answer, text
from callcenter.web.navigation import NavItem
from callcenter.web.pagination import Page, page_from
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("deliveries", __name__)
READERS = CITY | LEADERSHIP
DECIDERS = frozenset({Role.CITY_OFFICER})
CHUNK = 64 * 1024
NAV = (
    NavItem("提出済み報告書", "deliveries.documents", LEADERSHIP, 42, section="deliveries.", group="報告書"),
    NavItem("提出済み報告書", "deliveries.documents", CITY, 50, section="deliveries."),
)
LABELS = {
    "kinds": KIND_LABELS,
    "states": STATE_LABELS,
    "badges": STATE_BADGES,
    "editions": EDITION_LABELS,
    "parts": PART_LABELS,
}


# --- the list ---


@blueprint.get("/documents")
@allow(only(READERS))
def documents() -> str:
    """The newest version of every document, the latest period first."""
    return _documents_page(filter_from(request.args), page_from(request.args))


def _documents_page(
    chosen: Filter, page: Page, error: AppError | None = None, checked: Collection[str] = frozenset()
) -> str:
    contract_id = actor().contract
    rows, total = queries.newest_versions(contract_id, chosen.wanted, page)
    waiting, waiting_total = queries.newest_versions(contract_id, queries.Wanted(state=State.SUBMITTED), Page())
    return render_template(
        "deliveries/documents.html",
        rows=rows,
        total=total,
        page=page,
        chosen=chosen,
        tabs=_kind_tabs(chosen),
        years=choices_of(queries.covered(contract_id)),
        files=_files_by_version(rows),
        earlier=queries.earlier_versions(contract_id, rows),
        oldest_waiting=min(waiting, key=lambda one: one.period_from, default=None),
        waiting_total=waiting_total,
        decides=actor().has(*DECIDERS),
        period_label=period_label,
        labels=LABELS,
        error=error,
        checked=checked,
        **_open_data_form(),
    )


def _kind_tabs(chosen: Filter) -> list[dict[str, Any]]:
    """Everything, then each kind with how many documents it has under the rest of the filter. In short, so that all
    of them stand in one line."""
    counts = queries.counts_by_kind(actor().contract, chosen.of_all_kinds.wanted)
    every = {"label": "すべて", "href": _address(chosen.of_all_kinds), "count": sum(counts.values())}
    kinds = [
        {
            "label": label.removesuffix("実績報告書"),
            "href": _address(replace(chosen, kind=kind)),
            "count": counts.get(kind, 0),
            "current": chosen.kind is kind,
        }
        for kind, label in KIND_LABELS.items()
    ]
    return [{**every, "current": chosen.kind is None}, *kinds]


def _address(chosen: Filter) -> str:
    values: dict[str, Any] = chosen.arguments()
    return url_for("deliveries.documents", **values)


def _files_by_version(rows: list[queries.VersionFacts]) -> dict[UUID, dict[Edition, list[queries.FileFacts]]]:
    found: dict[UUID, dict[Edition, list[queries.FileFacts]]] = {}
    for file in queries.files_of_versions(actor().contract, [row.id for row in rows]):
        found.setdefault(file.version_id, {}).setdefault(file.facts.edition, []).append(file.facts)
    return found


# --- several at once ---


@blueprint.post("/documents/zip")
@allow(only(READERS))
def download_several() -> Any:
    """The chosen documents, or all that the filter shows, as one archive; each file is an entry of the log."""
    chosen, picked = filter_from(request.form), request.form.getlist("version")
    try:
        files = _picked_files(chosen, picked)
        archive.check_chosen(files)
        stream = _packed(files)
    except (InvalidInput, Conflict) as error:
        return _documents_page(chosen, Page(), error, frozenset(picked)), error.status
    return _attached(stream)


def _picked_files(chosen: Filter, picked: list[str]) -> list[queries.ChosenFile]:
    contract_id = actor().contract
    edition = _edition(text("edition")) if text("edition") else None
    if text("all") == "1":
        version_ids = queries.newest_ids(contract_id, chosen.wanted)
    else:
        version_ids = [id_of(value, "version") for value in dict.fromkeys(picked)]
    return queries.files_of_versions(contract_id, version_ids, edition)


def _edition(value: str) -> Edition:
    try:
        return Edition(value)
    except ValueError as error:
        raise InvalidInput(errors={"edition": ["用途を選び直してください。"]}) from error


def _packed(files: list[queries.ChosenFile]) -> IO[bytes]:
    """The archive, complete and entered in the log."""
    stream = _private_file()
    try:
        archive.write(stream, actor().contract, files)
        end_read()
        with transaction():
            service.downloaded(files, by=actor(), at=now())
    except BaseException:
        stream.close()
        raise
    return stream


def _attached(stream: IO[bytes]) -> Response:
    """The archive as an answer; gone when it was sent or the reader went away."""
    size, on = stream.tell(), f"{local(now()).on:%Y%m%d}"
    stream.seek(0)
    answer = Response(_chunks(stream), content_type="application/zip")
    named = quote(f"提出済み報告書_{on}.zip")
    answer.headers["Content-Disposition"] = f"attachment; filename=\"reports_{on}.zip\"; filename*=UTF-8''{named}"
    answer.content_length = size
    answer.call_on_close(stream.close)
    return answer


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    with stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _private_file() -> IO[bytes]:
    """In the deployment's own folder and without a name: gone when it is closed, or the process ends."""
    settings: Settings = current_app.extensions["callcenter_settings"]
    return tempfile.TemporaryFile(dir=settings.home / "tmp")


# --- open data ---


@blueprint.get("/documents/open-data.csv")
@allow(only(READERS))
def open_data_csv() -> Response:
    """受付年月日・全国地方公共団体コード・都道府県名・市区町村名・相談件数・備考: the days that were handed over."""
    require_whole_answer()
    contract_id, wanted = actor().contract, _wanted_open_data()
    found = open_data.rows(contract_id, wanted, open_data.municipality(contract_id, local(now()).on))
    content = b"".join(open_data.csv(found, wanted.encoding))
    details = {
        "period_from": wanted.from_on.isoformat(),
        "period_to": wanted.to_on.isoformat(),
        "format": wanted.encoding,
        "count": len(found),
    }
    end_read()
    with transaction():
        record(Act("open_data.exported", "contract", str(contract_id), details), by=actor(), at=now())
    answer = Response(content, content_type=f"text/csv; charset={open_data.ENCODINGS[wanted.encoding][0]}")
    name = f"open-data_{wanted.from_on:%Y%m%d}-{wanted.to_on:%Y%m%d}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _wanted_open_data() -> open_data.Wanted:
    """Days left out are those of the contract's beginning and end."""
    facts = contract(actor().contract)
    wanted = open_data.Wanted(
        optional_date(request.args.get("from"), "from") or facts.starts_on,
        optional_date(request.args.get("to"), "to") or facts.ends_on,
        request.args.get("encoding") or "utf-8",
    )
    open_data.check_wanted(wanted)
    return wanted


def _open_data_form() -> dict[str, Any]:
    """What the form starts from: the fiscal year so far, and what the contract's settings leave open."""
    facts, today = contract(actor().contract), local(now()).on
    since = max(facts.starts_on, date(today.year - (today.month < 4), 4, 1))
    return {
        "open_from": min(since, facts.ends_on),
        "open_to": min(max(today, facts.starts_on), facts.ends_on),
        "encodings": [(code, names[0]) for code, names in open_data.ENCODINGS.items()],
        "municipality": open_data.municipality(facts.id, today),
    }


# --- one document ---


@blueprint.get("/documents/<uuid:version_id>")
@allow(only(READERS))
def document(version_id: UUID) -> str:
    return _document_page(version_id)


def _document_page(version_id: UUID, error: AppError | None = None, typed: Mapping[str, str] | None = None) -> str:
    who = actor()
    version = queries.version(who.contract, version_id)
    versions = queries.versions_of(who.contract, version.delivery_id)
    may_decide = who.has(*DECIDERS) and version.state is State.SUBMITTED and versions[0].id == version.id
    return render_template(
        "deliveries/document.html",
        version=version,
        versions=versions,
        period=period_label(version.period_from, version.period_to),
        counted=view.shown(version),
        handing_over=sending_queries.handed_over(who, version_id),
        remarks=remarks.thread(who, version_id),
        files=queries.files_of(who.contract, version_id),
        may_decide=may_decide,
        labels=LABELS,
        error=error,
        comment=(typed or {}).get("comment", ""),
    )


@blueprint.get("/documents/<uuid:version_id>/files/<edition>")
@blueprint.get("/documents/<uuid:version_id>/files/<edition>/<part>")
@allow(only(READERS))
def download(version_id: UUID, edition: str, part: str = Part.WORKBOOK.value) -> Response:
    """The exact bytes; the entry of the log is written before they leave."""
    require_whole_answer()
    try:
        wanted = Edition(edition), Part(part)
    except ValueError as error:
        raise NotFound() from error
    with transaction():
        found = service.download(version_id, *wanted, by=actor(), at=now())
    return send_file(io.BytesIO(found.content), mimetype=found.media_type, as_attachment=True, download_name=found.name)


@blueprint.post("/documents/<uuid:version_id>/decision")
@allow(only(DECIDERS))
def decide(version_id: UUID) -> Any:
    """Accept (受領) or send back (差戻し) with a comment."""
    try:
        decision = _decision(request.form.get("decision", ""))
        comment = clean_text(request.form.get("comment", ""), max_length=NOTE_LENGTH, field="comment")
        require_clean({"comment": comment})
        end_read()
        with transaction():
            service.decide(version_id, decision, comment, by=actor(), at=now())
    except (InvalidInput, Conflict, IndividualNumberRefused) as error:
        return _document_page(version_id, error, refused(error, "delivery_version").typed), error.status
    return redirect(url_for("deliveries.document", version_id=version_id), 303)


def _decision(value: str) -> State:
    if value not in {State.ACCEPTED.value, State.SENT_BACK.value}:
        raise InvalidInput(errors={"decision": ["受領か差戻しを選んでください。"]})
    return State(value)
