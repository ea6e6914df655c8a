"""Writing entries: new ones, drafts with a preview, files, the order of chapters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import flash, jsonify, redirect, render_template, request, url_for

from callcenter.audit.typed import refused
from callcenter.clock import local, now
from callcenter.errors import AppError, Conflict, InvalidInput
from callcenter.knowledge import completeness, differences, files, queries, schemas, shown, sight, writing
from callcenter.knowledge.page_parts import LABELS, category_names, known_numbers, numbers_of, parts
from callcenter.knowledge.queries import EntryFacts, VersionFacts
from callcenter.knowledge.routing import blueprint
from callcenter.knowledge.rules import BODY_BYTES, EDITABLE, FILE_BYTES, EntryKind, Stage
from callcenter.protection.scan import IndividualNumberRefused, masked_text, require_clean
from callcenter.protection.text import clean_line
from callcenter.web.access import LEADERSHIP, actor, allow, only
from callcenter.web.errors import wants_json
from callcenter.web.forms import whole_of
from callcenter.web.transaction import end_read, transaction

REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)
NAME_LENGTH = 200
LARGE_FORM = 8 * 1024 * 1024
"""A text that is too long is refused with its words on the screen, not cut off at the door."""
F = Callable[..., Any]


def takes_long_texts(view: F) -> F:
    """Mark a view whose form may hold a whole chapter; `app._guard` reads it before the form is."""
    view.__form_memory__ = LARGE_FORM  # type: ignore[attr-defined]
    return view


# --- a new entry ---


@blueprint.get("/entries/new")
@allow(only(LEADERSHIP))
def new_form() -> str:
    kind = schemas.kind_of(request.args.get("kind"))
    return _form_page(kind, typed=_blank())


def _blank() -> dict[str, str]:
    return {"audience": "public", "source_kind": "site"}


@blueprint.post("/entries/new")
@allow(only(LEADERSHIP))
@takes_long_texts
def create() -> Any:
    """Begin an entry with its first draft, or show how it would read."""
    kind = schemas.kind_of(request.form.get("kind"))
    try:
        wanted = _content()
        if request.form.get("do") == "preview":
            return _form_page(kind, typed=_typed(), preview=True)
        new = writing.NewEntry(kind, wanted, schemas.key(request.form))
        end_read()
        with transaction():
            _, version_id = writing.create_entry(new, by=actor(), at=now())
    except REFUSALS as error:
        return _form_page(kind, typed=_typed(error), error=error), error.status
    flash("下書きを保存しました。画像や添付は、「編集する」を押すと本文に入れられます。", "success")
    return redirect(url_for("knowledge.version", version_id=version_id), 303)


def _content() -> writing.Content:
    contract_id = actor().contract
    categories = category_names(contract_id, local(now()).on)
    return schemas.content(request.form, known_numbers(contract_id), categories)


def _typed(error: AppError | None = None) -> dict[str, str]:
    """What was typed, whole as it was: a chapter too. An Individual Number is masked, and its refusal logged."""
    if error is not None:
        refused(error, "knowledge_version")
    if isinstance(error, IndividualNumberRefused):
        return {name: masked_text(value) for name, value in request.form.items()}
    return dict(request.form.items())


def _form_page(
    kind: EntryKind,
    *,
    typed: Mapping[str, str],
    version: VersionFacts | None = None,
    error: AppError | None = None,
    preview: bool = False,
) -> str:
    who, today = actor(), local(now()).on
    entry: EntryFacts | None = queries.entry(who.contract, version.entry_id) if version else None
    return render_template(
        "knowledge/edit.html",
        kind=kind.value,
        entry=entry,
        version=version,
        files=files.of_entry(who.contract, entry.id) if entry else [],
        typed=typed,
        error=error,
        preview=sight.rendered(typed.get("body", "")) if preview else None,
        broken=completeness.broken_files(who.contract, typed.get("body", "")) if preview else [],
        theirs=_theirs(version, typed) if version and isinstance(error, Conflict) else None,
        their_fields=_their_fields(version, typed) if version and isinstance(error, Conflict) else [],
        category_choices=list(category_names(who.contract, today).items()),
        audience_choices=list(LABELS["audiences"].items()),
        source_choices=list(LABELS["sources"].items()),
        most_bytes=BODY_BYTES,
        most_file_bytes=FILE_BYTES,
        **parts(who, today),
    )


def _theirs(version: VersionFacts, typed: Mapping[str, str]) -> list[differences.Row]:
    """What somebody else saved meanwhile, beside what was typed here."""
    mine = typed.get("body", "").replace("\r\n", "\n").strip()
    return differences.rows(version.body, mine)


def _their_fields(version: VersionFacts, typed: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Label, theirs, mine of what differs beside the text: saving again would replace it unseen."""
    theirs = {name: value for name, value in _as_typed(version).items() if name not in ("body", "row_version")}
    words = {
        "category_code": category_names(actor().contract, local(now()).on),
        "audience": LABELS["audiences"],
        "source_kind": LABELS["sources"],
    }

    def said(name: str, value: str) -> str:
        return words.get(name, {}).get(value, value)

    mine = {name: typed.get(name, "").replace("\r\n", "\n").strip() for name in theirs}
    return [
        (LABELS["fields"][name], said(name, value), said(name, mine[name]))
        for name, value in theirs.items()
        if value != mine[name]
    ]


# --- a draft ---


@blueprint.get("/versions/<uuid:version_id>/edit")
@allow(only(LEADERSHIP))
def edit_form(version_id: UUID) -> Any:
    found = queries.version(actor().contract, version_id)
    if Stage(found.stage) not in EDITABLE:
        return redirect(url_for("knowledge.version", version_id=version_id), 303)
    kind = EntryKind(queries.entry(actor().contract, found.entry_id).kind)
    return _form_page(kind, typed=_as_typed(found), version=found)


def _as_typed(version: VersionFacts) -> dict[str, str]:
    """A version as the form holds it."""
    days = {name: getattr(version, name) for name in ("source_on", "review_by_on")}
    plain = ("title", "body", "category_code", "audience", "reason", "source_kind", "source", "source_url", "law")
    return {
        **{name: getattr(version, name) for name in (*plain, "verify")},
        **{name: on.isoformat() if on else "" for name, on in days.items()},
        "said_as": "\n".join(version.said_as),
        "related": numbers_of(actor().contract, version.related),
        "row_version": str(version.row_version),
    }


@blueprint.post("/versions/<uuid:version_id>/edit")
@allow(only(LEADERSHIP))
@takes_long_texts
def edit(version_id: UUID) -> Any:
    """Save a draft, or show how it would read."""
    found = queries.version(actor().contract, version_id)
    kind = EntryKind(queries.entry(actor().contract, found.entry_id).kind)
    try:
        wanted, seen = _content(), schemas.row_version(request.form)
        if request.form.get("do") == "preview":
            return _form_page(kind, typed=_typed(), version=found, preview=True)
        end_read()
        with transaction():
            writing.edit(version_id, wanted, seen, by=actor(), at=now())
    except REFUSALS as error:
        return _refused_edit(kind, version_id, error), error.status
    flash("保存しました。", "success")
    return redirect(url_for("knowledge.version", version_id=version_id), 303)


def _refused_edit(kind: EntryKind, version_id: UUID, error: AppError) -> str:
    """The form with what was typed. After somebody else's change, saving again replaces it: the form says so."""
    typed, found = _typed(error), queries.version(actor().contract, version_id)
    if isinstance(error, Conflict):
        typed["row_version"] = str(found.row_version)
    return _form_page(kind, typed=typed, version=found, error=error)


@blueprint.post("/entries/<uuid:entry_id>/versions")
@allow(only(LEADERSHIP))
def begin(entry_id: UUID) -> Any:
    """Begin the next version from the one published last."""
    try:
        end_read()
        with transaction():
            version_id = writing.new_version(entry_id, by=actor(), at=now())
    except Conflict as error:
        return shown.entry_page(entry_id, error), error.status
    return redirect(url_for("knowledge.edit_form", version_id=version_id), 303)


@blueprint.post("/versions/<uuid:version_id>/withdraw")
@allow(only(LEADERSHIP))
def withdraw(version_id: UUID) -> Any:
    """Give up a version that was not published."""
    try:
        end_read()
        with transaction():
            writing.withdraw(version_id, by=actor(), at=now())
    except Conflict as error:
        return shown.version_page(version_id, "withdraw", error), error.status
    flash("取り下げました。内容は残っています。", "success")
    return redirect(url_for("knowledge.version", version_id=version_id), 303)


# --- the order of chapters, files ---


@blueprint.post("/entries/<uuid:entry_id>/position")
@allow(only(LEADERSHIP))
def place(entry_id: UUID) -> Any:
    """Where a chapter stands in the manual."""
    try:
        position = whole_of(request.form.get("position"), "position", least=1, most=999)
        end_read()
        with transaction():
            writing.place(entry_id, position, by=actor(), at=now())
    except InvalidInput as error:
        return shown.entry_page(entry_id, error, refused(error, "knowledge_entry").typed), error.status
    flash("並び順を変えました。", "success")
    return redirect(url_for("knowledge.entry", entry_id=entry_id), 303)


@blueprint.post("/versions/<uuid:version_id>/files")
@allow(only(LEADERSHIP))
def upload(version_id: UUID) -> Any:
    """Take a picture or an attachment in; what names it in the text is then shown, or told to the form's script."""
    found = queries.version(actor().contract, version_id)
    try:
        judged = _uploaded()
        end_read()
        with transaction():
            file_id = files.add(found.entry_id, judged, by=actor(), at=now())
    except REFUSALS as error:
        if wants_json():
            raise
        typed = refused(error, "knowledge_file").typed
        return shown.version_page(version_id, "file", error, typed), error.status
    if wants_json():
        kept = files.facts(actor().contract, file_id)
        return jsonify({"id": str(kept.id), "name": kept.name, "markdown": kept.markdown})
    flash("取り込みました。「編集する」を押して、本文の中に入れてください。", "success")
    return redirect(url_for("knowledge.version", version_id=version_id) + "#files", 303)


def _uploaded() -> files.Upload:
    sent = request.files.get("file")
    name = clean_line((sent.filename or "") if sent else "", max_length=NAME_LENGTH, field="file")
    require_clean({"file": name})
    name = name.replace("\\", "/").rpartition("/")[2]  # where it lay is nobody's business
    return files.judged(name or "ファイル", sent.read(-1) if sent else b"")
