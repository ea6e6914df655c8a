"""Records: the list with its search and export, one record, and its personal data on demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
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
from callcenter.calls.search_words import token_of, words_in
from callcenter.clock import local, now
from callcenter.errors import AppError, Forbidden, InvalidInput, NotFound
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
NO_SUCH_SEARCH = "個人番号（マイナンバー）らしい番号では検索できません。番号は残していません。"
LIST_ARGUMENTS = frozenset({*listing.FILTER_LABELS, "complaint", "difficult", "search", "page"}) - {"q"}
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
    """The list; `search` carries the sealed words of a search."""
    keys, token = keys_for(actor().contract), request.args.get("search", "")
    try:
        typed = words_in(keys, _session(), token, now()) if token else ""
    except InvalidInput as error:
        return _shown(keys, head_of(keys.contract_id), _Listing(error=error))
    return _list(request.args, typed, token)


@blueprint.post("/calls")
@allow(only(CENTRE))
def search_calls() -> Any:
    """To the list narrowed by the filter and by typed words or a number, which stand in no address; `#1043` to that
    record."""
    keys, given, typed = keys_for(actor().contract), request.form, request.form.get("q", "")
    call_id = record_queries.id_of_number(keys.contract_id, typed)
    if call_id is not None:
        return redirect(url_for("calls.detail", call_id=call_id), 303)
    try:
        args = listing.as_args(_filter(given))
        words = _words(keys, typed)
    except (IndividualNumberRefused, InvalidInput):
        return _list(given, typed)
    if words is not None:
        args["search"] = token_of(keys, _session(), words.text, now())
    return redirect(url_for("calls.list_calls", **args), 303)


def _session() -> UUID:
    session_id = actor().session_id
    if session_id is None:
        raise Forbidden()
    return session_id


class _Listing(Struct, frozen=True):
    """What a list page is filled with; `typed` is the text in its search field."""

    wanted: CallFilter = field(default_factory=CallFilter)
    page: Page = field(default_factory=Page)
    typed: str = ""
    token: str = ""
    rows: Sequence[Any] = ()
    total: int = 0
    error: AppError | None = None


def _list(given: Mapping[str, str], typed: str, token: str = "") -> Any:
    keys = keys_for(actor().contract)
    head = head_of(keys.contract_id)
    try:
        wanted, page = _filter(given), page_from(given)
        words = _words(keys, typed)
    except IndividualNumberRefused as refusal:
        log_refusal(refusal, by=actor(), at=now())
        return _shown(
            keys, head, _Listing(typed=refusal.masked["q"], error=InvalidInput(errors={"q": [NO_SUCH_SEARCH]}))
        )
    except InvalidInput as error:
        return _shown(keys, head, _Listing(typed=typed[:QUERY_LENGTH], error=error))
    if words is None:
        rows, total = record_queries.page_of_calls(keys.contract_id, head, wanted, page)
    else:
        rows, total = record_queries.page_of_matches(keys, wanted, words, page)
        with transaction():
            record(record_queries.searched(words, total), by=actor(), at=now())
    return _shown(keys, head, _Listing(wanted, page, typed, token, rows, total))


def _filter(given: Mapping[str, str]) -> CallFilter:
    """Raises `InvalidInput`, for a period outside the contract too: an empty list would look like no calls."""
    wanted, identity = listing.filter_from(given), current_identity()
    if identity and identity.contract:
        listing.require_within(wanted, identity.contract.starts_on, identity.contract.ends_on)
    return wanted


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
    here = given | ({"search": found.token} if found.token else {})
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
        page_href=url_for("calls.list_calls", **here) + ("&" if here else "?") + "page=%d",
        back=_query(here | ({"page": found.page.number} if found.page.number > 1 else {})),
        narrowed=listing.in_words(found.wanted, dict(people), known, today) if given else "",
        labels=listing.FILTER_LABELS,
        operators=people,
        categories=category_queries.code_choices(known.tree(today)),
        dispositions=Disposition.choices(),
        states=listing.STATES,
        file_kinds=FILE_KINDS,
    )
    return shown, found.error.status if found.error else 200


def _query(args: Mapping[str, Any]) -> str:
    return f"?{urlencode(args)}" if args else ""


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
    back: dict[str, Any] = {name: value for name, value in request.args.items() if name in LIST_ARGUMENTS}
    return render_template("calls/detail.html", **shown, list_href=url_for("calls.list_calls", **back))


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
