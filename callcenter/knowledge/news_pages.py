"""Notices of the state, the prefecture and the city: the list, and one notice with its entries until it is done."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from msgspec import Struct

from callcenter.accounts.identity import current_identity
from callcenter.audit.service import Act
from callcenter.audit.typed import NOTHING, Refusal, refused
from callcenter.clock import local, now
from callcenter.errors import Conflict, InvalidInput
from callcenter.knowledge import news, news_forms, news_queries, queries
from callcenter.knowledge.menu import GROUP
from callcenter.knowledge.news import ISSUER_LABELS, Issuer
from callcenter.knowledge.news_queries import NoticeFacts, Wanted
from callcenter.knowledge.queries import Current
from callcenter.knowledge.rules import KIND_LABELS, EntryKind
from callcenter.knowledge.search import live
from callcenter.lists.export import FILE_KINDS, ListFile, export_list, kind_of
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.web.access import LEADERSHIP, Role, actor, allow, only
from callcenter.web.forms import require_whole_answer
from callcenter.web.navigation import NavItem
from callcenter.web.pagination import page_from
from callcenter.web.transaction import end_read, transaction
from reports.columns import Column, Kind

blueprint = Blueprint("knowledge_news", __name__, url_prefix="/knowledge/news")
READERS = LEADERSHIP | {Role.CITY_OFFICER}
NAV = (NavItem("国・県等の動向", "knowledge_news.overview", READERS, 26, section="knowledge_news.", group=GROUP),)
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)
SUGGESTED, SUGGEST_FROM = 8, 500
STATES = (("open", "未対応"), ("done", "対応済み"))
KINDS = {kind.value: label for kind, label in KIND_LABELS.items()}
ISSUERS = {issuer.value: label for issuer, label in ISSUER_LABELS.items()}
LABELS = {
    "issuer": "発出元",
    "title": "件名",
    "summary": "要旨",
    "source_url": "掲載先のアドレス",
    "issued_on": "発出日",
    "received_on": "受領日",
    "file": "ファイル",
    "faq": "FAQの番号",
    "chapter": "マニュアルの番号",
    "version": "処理",
    "note": "理由・備考",
    "done_note": "備考",
}
COLUMNS = (
    Column("number", "番号", Kind.SERIAL),
    Column("received_on", "受領日", Kind.DATE),
    Column("issued_on", "発出日", Kind.DATE),
    Column("issuer", "発出元", Kind.TEXT, 20),
    Column("title", "件名", Kind.LONG_TEXT),
    Column("summary", "要旨", Kind.LONG_TEXT, 60),
    Column("source_url", "掲載先のアドレス", Kind.TEXT, 40),
    Column("file_name", "ファイル", Kind.TEXT, 24),
    Column("touched", "対象の項目", Kind.COUNT),
    Column("left", "未処理", Kind.COUNT),
    Column("state", "状態", Kind.CODE, 10),
    Column("done_at", "対応した日時", Kind.MOMENT),
    Column("done_note", "備考", Kind.LONG_TEXT),
)


# --- the list ---


@blueprint.get("")
@allow(only(READERS))
def overview() -> str:
    """The open notices first, with their age."""
    page, wanted = page_from(request.args), _wanted(request.args)
    rows, total = news_queries.listed(actor().contract, wanted, page)
    return render_template(
        "knowledge/news.html",
        rows=rows,
        total=total,
        page=page,
        given=_given(wanted),
        issuers=ISSUERS,
        states=STATES,
        today=local(now()).on,
        may_write=actor().has(*LEADERSHIP),
        file_kinds=FILE_KINDS,
    )


def _wanted(args: Mapping[str, str]) -> Wanted:
    """The coded filter of a list. Raises `InvalidInput` for a code that is none."""
    issuer, state = args.get("issuer", ""), args.get("state", "")
    if issuer not in {"", *ISSUERS} or state not in {"", *dict(STATES)}:
        raise InvalidInput("絞り込みを選び直してください。")
    return Wanted(Issuer(issuer) if issuer else None, state == "open" if state else None)


def _given(wanted: Wanted) -> dict[str, str]:
    """The filter as addresses and forms carry it."""
    states = {True: "open", False: "done"}
    given = {"issuer": wanted.issuer.value if wanted.issuer else "", "state": ""}
    return given if wanted.open is None else {**given, "state": states[wanted.open]}


@blueprint.post("/export")
@allow(only(READERS))
def export() -> Response:
    """The list as it is shown, every row."""
    who, at = actor(), now()
    kind, wanted = kind_of(request.form.get("format", "")), _wanted(request.form)
    rows, _ = news_queries.listed(who.contract, wanted)
    given, identity = _given(wanted), current_identity()
    contract = f"{identity.contract.city_name} {identity.contract.title}" if identity else ""
    said = [
        ("発出元", ISSUERS.get(given["issuer"], "すべて")),
        ("状態", dict(STATES).get(given["state"], "すべて")),
    ]
    act = Act("knowledge_news.exported", "contract", str(who.contract), {"filter": given})
    wanted_file = ListFile("knowledge-news", "国・県等の動向", COLUMNS, map(_line, rows), said, contract)
    return export_list(wanted_file, kind, act, by=who, at=at)


def _line(one: NoticeFacts) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in NoticeFacts.__struct_fields__}
    return {**plain, "issuer": ISSUERS[one.issuer], "state": "未対応" if one.open else "対応済み"}


# --- recording ---


@blueprint.get("/new")
@allow(only(LEADERSHIP))
def new() -> str:
    return _new_page(NOTHING)


def _new_page(refusal: Refusal) -> str:
    return render_template(
        "knowledge/news_new.html",
        refusal=refusal,
        labels=LABELS,
        issuers=ISSUERS,
        today=local(now()).on,
        accept=news_forms.ACCEPTED,
    )


@blueprint.post("")
@allow(only(LEADERSHIP))
def create() -> Any:
    """Record a notice."""
    try:
        wanted = news_forms.notice(request.form, request.files.get("file"))
        end_read()
        with transaction():
            news_id = news.record_notice(wanted, by=actor(), at=now())
    except REFUSALS as error:
        return _new_page(refused(error, "knowledge_news")), error.status
    flash("通知を記録しました。影響する項目を選んでください。", "success")
    return _to(news_id)


def _to(news_id: UUID) -> Any:
    return redirect(url_for("knowledge_news.notice", news_id=news_id), 303)


# --- one notice ---


class _Sent(Struct, frozen=True):
    """Which form of the page was refused, and how."""

    form: str = ""
    refusal: Refusal = NOTHING


@blueprint.get("/<uuid:news_id>")
@allow(only(READERS))
def notice(news_id: UUID) -> str:
    return _notice_page(news_id, _Sent())


def _notice_page(news_id: UUID, sent: _Sent) -> str:
    contract_id, today = actor().contract, local(now()).on
    found = news_queries.notice(contract_id, news_id)
    touched = news_queries.touched(contract_id, found)
    may_write = actor().has(*LEADERSHIP)
    suggest = may_write and found.open and request.args.get("suggest") == "1"
    return render_template(
        "knowledge/news_notice.html",
        notice=found,
        touched=touched,
        suggested=_suggested(found, {one.entry_id for one in touched}, today) if suggest else None,
        age=(today - found.received_on).days,
        may_write=may_write,
        may_change=may_write and found.open,
        form=sent.form,
        refusal=sent.refusal,
        labels=LABELS,
        issuers=ISSUERS,
        kinds=KINDS,
    )


def _suggested(found: NoticeFacts, there: set[UUID], today: date) -> list[Current]:
    """The FAQ that the search finds by the words of a notice, without those that are chosen already."""
    contract_id = actor().contract
    words = f"{found.title} {found.summary[:SUGGEST_FROM]}"
    hits = [one.key for one in live.search(contract_id, words, today, SUGGESTED)]
    ruling = {one.entry_id: one.id for one in queries.ruling_on(contract_id, today, EntryKind.FAQ)}
    wanted = [key for key in hits if isinstance(key, UUID) and key in ruling and key not in there]
    said = {one.entry_id: one for one in queries.versions_by_id(contract_id, [ruling[key] for key in wanted])}
    return [Current(queries.entry(contract_id, key), said[key]) for key in wanted]


@blueprint.get("/<uuid:news_id>/file")
@allow(only(READERS))
def file(news_id: UUID) -> Response:
    """The notice's own file, always to be kept rather than opened in the page."""
    require_whole_answer()
    with transaction():
        found = news.file_of(news_id, by=actor(), at=now())
    return send_file(io.BytesIO(found.content), mimetype=found.media_type, as_attachment=True, download_name=found.name)


@blueprint.post("/<uuid:news_id>/entries")
@allow(only(LEADERSHIP))
def touch(news_id: UUID) -> Any:
    """Say which entries it touches, by their numbers or by the boxes of the suggestions."""

    def act() -> None:
        entry_ids = _chosen()
        end_read()
        with transaction():
            news.touch(news_id, entry_ids, by=actor(), at=now())

    return _answered(news_id, "entries", act, "対象の項目に加えました。")


def _chosen() -> list[UUID]:
    found = news_forms.chosen(request.form.getlist("entry"))
    for kind in EntryKind:
        numbers = news_forms.numbers(request.form.get(kind.value, ""), kind.value)
        found += news.ids_numbered(actor().contract, kind, numbers) if numbers else []
    return found


@blueprint.post("/<uuid:news_id>/entries/<uuid:entry_id>")
@allow(only(LEADERSHIP))
def settle(news_id: UUID, entry_id: UUID) -> Any:
    """Say what became of a touched entry."""

    def act() -> None:
        how = news_forms.settlement(entry_id, request.form)
        end_read()
        with transaction():
            news.settle(news_id, how, by=actor(), at=now())

    return _answered(news_id, str(entry_id), act, "処理を記録しました。")


@blueprint.post("/<uuid:news_id>/entries/<uuid:entry_id>/version")
@allow(only(LEADERSHIP))
def begin(news_id: UUID, entry_id: UUID) -> Any:
    """Begin the version of an entry that the notice leads to."""
    try:
        end_read()
        with transaction():
            version_id = news.begin_version(news_id, entry_id, by=actor(), at=now())
    except Conflict as error:
        return _notice_page(news_id, _Sent(str(entry_id), refused(error, "knowledge_news"))), error.status
    return redirect(url_for("knowledge.edit_form", version_id=version_id), 303)


@blueprint.post("/<uuid:news_id>/done")
@allow(only(LEADERSHIP))
def finish(news_id: UUID) -> Any:
    """Say that it is done."""

    def act() -> None:
        note = news_forms.done_note(request.form)
        end_read()
        with transaction():
            news.finish(news_id, note, by=actor(), at=now())

    return _answered(news_id, "done", act, "対応済みにしました。")


@blueprint.post("/<uuid:news_id>/reopen")
@allow(only(LEADERSHIP))
def reopen(news_id: UUID) -> Any:
    """Take back that it is done."""

    def act() -> None:
        end_read()
        with transaction():
            news.reopen(news_id, by=actor(), at=now())

    return _answered(news_id, "reopen", act, "未対応に戻しました。")


def _answered(news_id: UUID, form: str, act: Callable[[], None], done: str) -> Any:
    """Act, and show the notice again; a refusal goes back beside its form, with what was typed."""
    try:
        act()
    except REFUSALS as error:
        return _notice_page(news_id, _Sent(form, refused(error, "knowledge_news"))), error.status
    flash(done, "success")
    return _to(news_id)
