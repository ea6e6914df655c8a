"""Records: the list with its search and export, one record, and its personal data on demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request, url_for
from msgspec import Struct, field

from callcenter.accounts.identity import current_identity
from callcenter.audit.queries import head_of
from callcenter.audit.service import Act, record
from callcenter.calls import category_queries, listing, record_queries, record_view
from callcenter.calls.corrections import opened_revision
from callcenter.calls.forms import refusal_act
from callcenter.calls.record_queries import CallFilter, Words, words_of
from callcenter.calls.rules import Disposition
from callcenter.calls.sealing import opened
from callcenter.clock import local, now
from callcenter.errors import AppError, InvalidInput, NotFound
from callcenter.lists.export import FILE_KINDS, ListFile, export_list, kind_of
from callcenter.protection.deployment import keys_for
from callcenter.protection.keys import ContractKeys
from callcenter.protection.scan import FieldKind, IndividualNumberRefused, require_clean
from callcenter.protection.text import clean_line
from callcenter.web.access import CENTRE, DESK, Actor, actor, allow, only
from callcenter.web.navigation import NavItem
from callcenter.web.pagination import Page, page_from
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("calls", __name__)
NAV = (NavItem("対応記録", "calls.list_calls", CENTRE, 20, section="calls."),)
QUERY_LENGTH = 100
REVEALED: Mapping[str, tuple[str, ...]] = {
    "phone": ("phone",),
    "caller_name": ("caller_name",),
    "question": ("question",),
    "answer": ("answer",),
    "notes": ("question", "answer"),
}


# --- the list ---


@blueprint.get("/calls")
@allow(only(CENTRE))
def list_calls() -> Any:
    return _list(request.args, "")


@blueprint.post("/calls")
@allow(only(CENTRE))
def search_calls() -> Any:
    """The same list narrowed by typed words or a number, which stand in no address."""
    return _list(request.form, request.form.get("q", ""))


class _Listing(Struct, frozen=True):
    """What a list page is filled with; `typed` is the text in its search field."""

    wanted: CallFilter = field(default_factory=CallFilter)
    page: Page = field(default_factory=Page)
    typed: str = ""
    rows: Sequence[Any] = ()
    total: int = 0
    error: AppError | None = None


def _list(given: Mapping[str, str], typed: str) -> Any:
    keys = keys_for(actor().contract)
    head = head_of(keys.contract_id)
    try:
        wanted, page = listing.filter_from(given), page_from(given)
        words = _words(keys, typed)
    except IndividualNumberRefused as refusal:
        log_refusal(refusal, by=actor(), at=now())
        return _shown(keys, head, _Listing(typed=refusal.masked["q"], error=refusal))
    except InvalidInput as error:
        return _shown(keys, head, _Listing(typed=typed[:QUERY_LENGTH], error=error))
    if words is None:
        rows, total = record_queries.page_of_calls(keys.contract_id, head, wanted, page)
    else:
        rows, total = record_queries.page_of_matches(keys, wanted, words, page)
        with transaction():
            record(record_queries.searched(words, total), by=actor(), at=now())
    return _shown(keys, head, _Listing(wanted, page, typed, rows, total))


def _words(keys: ContractKeys, typed: str) -> Words | None:
    """Raises `InvalidInput`, `IndividualNumberRefused`."""
    cleaned = clean_line(typed, max_length=QUERY_LENGTH, field="q")
    require_clean({"q": cleaned}, {"q": FieldKind.PHONE})
    return words_of(keys, cleaned) if cleaned else None


def log_refusal(refusal: IndividualNumberRefused, *, by: Actor, at: datetime, call_id: str = "-") -> None:
    """The entry of a refused number, when the page itself shows the refusal."""
    end_read()
    with transaction():
        record(refusal_act(refusal, call_id), by=by, at=at)


def _shown(keys: ContractKeys, head: bytes, found: _Listing) -> Any:
    today, given = local(now()).on, listing.as_args(found.wanted)
    known = category_queries.names_at(keys.contract_id, head)
    people = record_queries.operators(keys.contract_id)
    end_read()
    shown = render_template(
        "calls/list.html",
        days=record_view.by_day(listing.Lines(keys, known).of(found.rows)),
        total=found.total,
        page=found.page.number,
        last=found.page.last(found.total),
        q=found.typed,
        error=found.error,
        given=given,
        page_href=url_for("calls.list_calls", **given) + ("&" if given else "?") + "page=%d",
        labels=listing.FILTER_LABELS,
        operators=people,
        categories=category_queries.code_choices(known.tree(today)),
        dispositions=Disposition.choices(),
        states=listing.STATES,
        file_kinds=FILE_KINDS,
    )
    return shown, found.error.status if found.error else 200


@blueprint.post("/calls/export")
@allow(only(CENTRE))
def export_calls() -> Response:
    """The list as it is shown, every row, as a file; masked columns stay masked."""
    who, at, keys = actor(), now(), keys_for(actor().contract)
    kind = kind_of(request.form.get("format", ""))
    wanted = listing.filter_from(request.form)
    words = _words(keys, request.form.get("q", ""))
    act = Act("call.exported", "contract", str(who.contract), {"filter": listing.as_args(wanted), "words": bool(words)})
    return export_list(_list_file(keys, wanted, words), kind, act, by=who, at=at)


def _list_file(keys: ContractKeys, wanted: CallFilter, words: Words | None) -> ListFile:
    known, identity = category_queries.names(keys.contract_id), current_identity()
    people = dict(record_queries.operators(keys.contract_id))
    said = listing.conditions(wanted, people, known, local(now()).on)
    if words is None:
        rows = record_queries.all_calls(keys.contract_id, wanted)
    else:
        rows = record_queries.matching(keys, wanted, words)
        said.append(("検索", "言葉または電話番号で検索"))
    contract = f"{identity.contract.city_name} {identity.contract.title}" if identity else ""
    lines = listing.Lines(keys, known).of(rows)
    return ListFile("calls", "対応記録", listing.COLUMNS, lines, said, contract)


# --- one record ---


@blueprint.get("/calls/<uuid:call_id>")
@allow(only(CENTRE))
def detail(call_id: UUID) -> str:
    who, keys = actor(), keys_for(actor().contract)
    shown = record_view.detail(keys, record_queries.record_of(who.contract, call_id), by=who)
    end_read()
    return render_template("calls/detail.html", **shown)


@blueprint.post("/calls/<uuid:call_id>/reveal/<name>")
@allow(only(DESK))
def reveal(call_id: UUID, name: str) -> str:
    """Show personal data of a record. The entry and the opening are one transaction."""
    columns = REVEALED.get(name)
    if columns is None:
        raise NotFound()
    texts = shown_texts(call_id, columns)
    if name == "notes":
        return render_template("calls/_history_detail.html", **texts)
    return render_template("calls/_revealed.html", value=texts[name] or "（記録なし）")


def shown_texts(call_id: UUID, columns: tuple[str, ...]) -> dict[str, str]:
    """The opened texts of a record, with the entry that says who saw them."""
    who, at, keys = actor(), now(), keys_for(actor().contract)
    with transaction():
        row = record_queries.record_of(who.contract, call_id)
        record(Act("call.shown", "call", str(call_id), {"fields": list(columns)}), by=who, at=at)
        return {name: opened(keys, name, call_id, getattr(row, name)) for name in columns}


@blueprint.post("/calls/<uuid:call_id>/revisions/<int:number>/reveal")
@allow(only(DESK))
def reveal_revision(call_id: UUID, number: int) -> str:
    """Show the personal values that a correction replaced."""
    who, at, keys = actor(), now(), keys_for(actor().contract)
    with transaction():
        found = [one for one in record_queries.revisions_of(who.contract, call_id) if one.revision == number]
        if not found:
            raise NotFound()
        before = opened_revision(keys, found[0])
        details = {"revision": number, "fields": list(before.fields)}
        record(Act("call.shown", "call", str(call_id), details), by=who, at=at)
    return render_template("calls/_revision_before.html", values=record_view.personal_before(before))
