"""Synonyms: the groups, what the search makes of them, and their forms. The words stand in no address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from callcenter.audit.typed import NOTHING, Refusal, refused
from callcenter.clock import now
from callcenter.errors import AppError, Conflict, InvalidInput
from callcenter.knowledge import synonyms
from callcenter.knowledge.synonyms import Wanted
from callcenter.protection.scan import IndividualNumberRefused, require_clean
from callcenter.protection.text import clean_line, clean_text
from callcenter.web.access import SUPERVISION, actor, allow, only
from callcenter.web.forms import id_of, whole_of
from callcenter.web.transaction import transaction

blueprint = Blueprint("knowledge_synonyms", __name__, url_prefix="/knowledge")
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)
LABELS = {"words": "同じ意味の言葉", "note": "メモ"}
LONGEST = synonyms.MOST * (synonyms.WORD_LENGTH + 1)


@blueprint.get("/synonyms")
@allow(only(SUPERVISION))
def overview() -> Any:
    return _list()


def _list(error: AppError | None = None, again: Refusal = NOTHING) -> Any:
    rows = synonyms.shown(synonyms.groups(actor().contract))
    shown = render_template("knowledge/synonyms.html", rows=rows, labels=LABELS, error=error, typed=again.typed)
    return shown, error.status if error else 200


@blueprint.post("/synonyms")
@allow(only(SUPERVISION))
def add() -> Any:
    try:
        key = id_of(request.form.get("idempotency_key"), "words")
        wanted = _wanted()
        with transaction():
            group_id = synonyms.add(wanted, key, by=actor(), at=now())
    except REFUSALS as error:
        return _list(error, refused(error, "knowledge_synonyms"))
    _tell("言葉の組を加えました。", group_id)
    return redirect(url_for("knowledge_synonyms.overview"), 303)


def _wanted() -> Wanted:
    """Raises `InvalidInput` naming each field, `IndividualNumberRefused`."""
    typed = {name: request.form.get(name, "") for name in LABELS}
    require_clean(typed)
    words = synonyms.words_of(clean_text(typed["words"], max_length=LONGEST, field="words"))
    return Wanted(words, clean_line(typed["note"], max_length=synonyms.NOTE_LENGTH, field="note"))


def _tell(done: str, group_id: UUID) -> None:
    """What was done, and what the search makes of it where that may surprise."""
    found = next(one for one in synonyms.shown(synonyms.groups(actor().contract)) if one.group.id == group_id)
    flash(done, "success")
    if found.shared:
        words = "」「".join(found.shared)
        flash(f"「{words}」はほかの組にもあるので、検索では1つの組になります。", "info")
    if found.idle:
        words = "」「".join(found.idle)
        flash(f"「{words}」は検索で2語以上に分かれるため、同じ意味の言葉としては効きません。", "info")


@blueprint.get("/synonyms/<uuid:group_id>")
@allow(only(SUPERVISION))
def group(group_id: UUID) -> Any:
    return _form(group_id)


def _form(group_id: UUID, error: AppError | None = None, again: Refusal = NOTHING) -> Any:
    found = synonyms.group(actor().contract, group_id)
    shown = render_template("knowledge/synonyms_group.html", one=found, labels=LABELS, error=error, typed=again.typed)
    return shown, error.status if error else 200


@blueprint.post("/synonyms/<uuid:group_id>")
@allow(only(SUPERVISION))
def change(group_id: UUID) -> Any:
    try:
        wanted = _wanted()
        with transaction():
            synonyms.change(group_id, wanted, _seen(), by=actor(), at=now())
    except REFUSALS as error:
        return _form(group_id, error, refused(error, "knowledge_synonyms"))
    _tell("言葉の組を変更しました。", group_id)
    return redirect(url_for("knowledge_synonyms.overview"), 303)


@blueprint.post("/synonyms/<uuid:group_id>/remove")
@allow(only(SUPERVISION))
def remove(group_id: UUID) -> Any:
    try:
        with transaction():
            synonyms.remove(group_id, _seen(), by=actor(), at=now())
    except REFUSALS as error:
        return _form(group_id, error)
    flash("言葉の組を削除しました。", "success")
    return redirect(url_for("knowledge_synonyms.overview"), 303)


def _seen() -> int:
    return whole_of(request.form.get("row_version"), "row_version", least=1)
