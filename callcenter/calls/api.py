"""Calls, drafts and categories as JSON. The same services as the desk and the pages; personal data stays masked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from marshmallow import RAISE
from msgspec.structs import asdict, replace

from callcenter.audit.queries import head_of
from callcenter.audit.service import record
from callcenter.calls import category_queries, corrections, listing, record_queries, schemas, service
from callcenter.calls.forms import Judge, Times, Typed, cleaned, judged, to_be_logged
from callcenter.calls.record_pages import QUERY_LENGTH, shown_texts
from callcenter.calls.record_queries import CallFilter, words_of
from callcenter.calls.recording import Sitting, sitting
from callcenter.calls.rules import check_talk
from callcenter.clock import local, now
from callcenter.errors import Conflict, InvalidInput
from callcenter.protection.deployment import keys_for
from callcenter.protection.keys import ContractKeys
from callcenter.protection.scan import FieldKind, IndividualNumberRefused, require_clean
from callcenter.protection.text import clean_line
from callcenter.web.access import CENTRE, DESK, actor, allow, only
from callcenter.web.idempotency import KEY_PARAMETER, IdempotencyMismatch, idempotency_key, mark_of_body
from callcenter.web.openapi import ApiBlueprint
from callcenter.web.pagination import DEFAULT_SIZE, Page
from callcenter.web.transaction import end_read, transaction

blueprint = ApiBlueprint("api_calls", __name__, description="対応記録")
READ, WRITE, REVEAL = "calls:read", "calls:write", "calls:reveal"
TYPED = frozenset(Typed.__struct_fields__)


@blueprint.get("/categories")
@allow(only(CENTRE, scope=READ))
@blueprint.arguments(schemas.CategoriesQuery, location="query", unknown=RAISE)
@blueprint.response(200, schemas.MajorOut(many=True))
def categories(given: dict[str, Any]) -> Any:
    """分類の一覧

    大分類と小分類を番号の順に返します。名称はその日のものです。
    """
    on: date = given.get("on") or local(now()).on
    return category_queries.categories_on(actor().contract, on)


@blueprint.get("/calls")
@allow(only(CENTRE, scope=READ))
@blueprint.arguments(schemas.CallFilterIn, location="query", unknown=RAISE)
@blueprint.response(200, schemas.CallPage)
def list_calls(given: dict[str, Any]) -> Any:
    """対応記録の一覧

    新しい順です。氏名と電話番号は伏字、自由記述は含みません。
    """
    page, keys = _page(given), keys_for(actor().contract)
    rows, total = record_queries.page_of_calls(
        keys.contract_id, head_of(keys.contract_id), listing.checked(CallFilter(**given)), page, whole=True
    )
    return _page_out(keys, rows, total, page)


@blueprint.post("/calls/search")
@allow(only(CENTRE, scope=READ))
@blueprint.arguments(schemas.SearchIn)
@blueprint.response(200, schemas.CallPage)
def search_calls(given: dict[str, Any]) -> Any:
    """言葉または電話番号で探す

    報告用要旨・問合せ・回答・氏名の言葉か、電話番号全体。アドレスには残りません。
    """
    page, keys = _page(given), keys_for(actor().contract)
    query = clean_line(given.pop("q"), max_length=QUERY_LENGTH, field="q")
    _scan({"q": query}, {"q": FieldKind.PHONE})
    wanted = listing.checked(CallFilter(**given))
    words = words_of(keys, query)
    rows, total = record_queries.page_of_matches(keys, wanted, words, page, whole=True)
    with transaction():
        record(record_queries.searched(words, total), by=actor(), at=now())
    return _page_out(keys, rows, total, page)


def _page(given: dict[str, Any]) -> Page:
    return Page(given.pop("page", 1), given.pop("size", DEFAULT_SIZE))


def _page_out(keys: ContractKeys, rows: list[Any], total: int, page: Page) -> dict[str, Any]:
    items = _out(keys, rows)
    return {"items": items, "total": total, "page": page.number, "last": page.last(total)}


def _out(keys: ContractKeys, rows: list[Any]) -> list[dict[str, Any]]:
    """Rows as the interface shows them: the list's masked texts, with keys instead of labels."""
    lines = listing.Lines(keys, category_queries.names(keys.contract_id)).of(rows)
    return [
        {
            **row._asdict(),
            "category_name": line["category"],
            "report_text": line["report_text"],
            "caller_name": line["caller_name"],
            "phone": line["phone"],
        }
        for row, line in zip(rows, lines, strict=True)
    ]


@blueprint.get("/calls/<uuid:call_id>")
@allow(only(CENTRE, scope=READ))
@blueprint.response(200, schemas.CallOut)
def get_call(call_id: UUID) -> Any:
    """対応記録1件"""
    return _one(keys_for(actor().contract), call_id)


def _one(keys: ContractKeys, call_id: UUID) -> dict[str, Any]:
    return _out(keys, [record_queries.record_of(keys.contract_id, call_id)])[0]


@blueprint.post("/calls")
@allow(only(DESK, scope=WRITE))
@blueprint.arguments(schemas.CallIn)
@blueprint.response(201, schemas.CallOut)
@blueprint.doc(parameters=[KEY_PARAMETER])
def create_call(given: dict[str, Any]) -> Any:
    """対応記録の登録

    終わった通話を1件登録します。同じIdempotency-Keyの再送には、登録済みの記録を200で返します。
    """
    at_desk, key = sitting(), idempotency_key()
    mark = UUID(bytes=mark_of_body(at_desk.keys.index, "call.body"))
    found = _created_before(key, mark, at_desk)
    if found is not None:
        return _one(at_desk.keys, found), 200
    row = {**service.new_row(key, by=at_desk.by, at=at_desk.at), **_operator(given, at_desk)}
    prepared = _prepared(given, service.Place(row["id"], 1), mark, at_desk)
    try:
        with transaction():
            service.insert_saved(prepared, row, by=at_desk.by, at=at_desk.at)
    except Conflict:
        found = _created_before(key, mark, at_desk)
        if found is None:
            raise
        return _one(at_desk.keys, found), 200
    return _one(at_desk.keys, row["id"])


def _created_before(key: UUID, mark: UUID, at_desk: Sitting) -> UUID | None:
    """The call of an idempotency key. Raises `IdempotencyMismatch` when it was made from another body."""
    found = record_queries.opened_with(at_desk.by.contract, key)
    if found is None:
        return None
    if found.save_key != mark:
        raise IdempotencyMismatch()
    call_id: UUID = found.id
    return call_id


def _operator(given: dict[str, Any], at_desk: Sitting) -> dict[str, Any]:
    """Whose call a machine says it was. A person records her own only."""
    operator_id = given.pop("operator_id", None)
    if operator_id is None or operator_id == at_desk.by.user_id:
        return {}
    known = dict(record_queries.operators(at_desk.by.contract))
    if at_desk.by.session_id is not None or operator_id not in known:
        raise InvalidInput(errors={"operator_id": ["この契約の担当者ではありません。"]})
    return {"operator_id": operator_id}


def _prepared(given: dict[str, Any], place: service.Place, mark: UUID, at_desk: Sitting) -> service.PreparedCall:
    """Raises `InvalidInput`, `IndividualNumberRefused` (with its entry)."""
    times = Times(**{name: given.pop(name, None) for name in Times.__struct_fields__})
    if impossible := check_talk(times.talk_seconds, at_desk.at - times.started_at):
        raise InvalidInput(errors=impossible)
    try:
        typed = cleaned(Typed(**given))
    except IndividualNumberRefused as refusal:
        raise to_be_logged(refusal, str(place.call_id)) from refusal
    accepted = judged(typed, times, _judge(at_desk))
    return service.prepare_call(at_desk.keys, place, accepted, mark, at_desk.at)


def _judge(at_desk: Sitting) -> Judge:
    known = category_queries.names(at_desk.by.contract)
    end_read()
    return Judge(at_desk.contract_start, at_desk.contract_end, at_desk.at, known.versions)


def _scan(texts: Mapping[str, str], kinds: Mapping[str, FieldKind], call_id: str = "-") -> None:
    try:
        require_clean(texts, kinds)
    except IndividualNumberRefused as refusal:
        raise to_be_logged(refusal, call_id) from refusal


@blueprint.patch("/calls/<uuid:call_id>")
@allow(only(DESK, scope=WRITE))
@blueprint.arguments(schemas.CorrectionIn)
@blueprint.response(200, schemas.CallOut)
def correct_call(given: dict[str, Any], call_id: UUID) -> Any:
    """対応記録の修正

    送った項目だけを直します。versionが古いときは409です。元の値と理由は履歴に残ります。
    """
    at_desk, version, typed_reason = sitting(), given.pop("version"), given.pop("reason")
    current = corrections.current_of(at_desk.keys, record_queries.record_of(at_desk.by.contract, call_id))
    corrections.require_changeable(at_desk.by, current.operator_id, current.place.state)
    if version != current.place.version:
        raise service.Changed()
    times = replace(current.times, **{name: given.pop(name) for name in list(given) if name not in TYPED})
    try:
        reason = corrections.clean_reason(typed_reason)
        typed = cleaned(Typed(**{**asdict(current.typed), **given}))
    except IndividualNumberRefused as refusal:
        raise to_be_logged(refusal, str(call_id)) from refusal
    accepted = judged(typed, times, _judge(at_desk))
    prepared = corrections.prepare_correction(at_desk.keys, current, accepted, reason, at_desk.at)
    with transaction():
        corrections.correct_call(prepared, by=at_desk.by, at=at_desk.at)
    return _one(at_desk.keys, call_id)


@blueprint.post("/calls/<uuid:call_id>/void")
@allow(only(DESK, scope=WRITE))
@blueprint.arguments(schemas.VoidIn)
@blueprint.response(200, schemas.CallOut)
def void_call(given: dict[str, Any], call_id: UUID) -> Any:
    """対応記録の取消し

    記録は残り、集計には入らなくなります。元には戻せません。
    """
    at_desk = sitting()
    current = corrections.current_of(at_desk.keys, record_queries.record_of(at_desk.by.contract, call_id))
    corrections.require_changeable(at_desk.by, current.operator_id, current.place.state)
    try:
        reason = corrections.clean_reason(given["reason"])
    except IndividualNumberRefused as refusal:
        raise to_be_logged(refusal, str(call_id)) from refusal
    end_read()
    with transaction():
        place = replace(current.place, version=given["version"])
        service.void_call(at_desk.keys, place, reason, by=at_desk.by, at=at_desk.at)
    return _one(at_desk.keys, call_id)


@blueprint.post("/calls/<uuid:call_id>/reveal")
@allow(only(DESK, scope=REVEAL))
@blueprint.arguments(schemas.RevealIn)
@blueprint.response(200, schemas.RevealOut)
def reveal(given: dict[str, Any], call_id: UUID) -> Any:
    """個人情報と自由記述の表示

    だれが、いつ、どの項目を見たかが記録されます。
    """
    return shown_texts(call_id, tuple(dict.fromkeys(given["fields_wanted"])))


def started_before(at: datetime, started_at: datetime | None) -> int | None:
    """How long ago, in milliseconds: what `recording` takes."""
    return None if started_at is None else max(0, int((at - started_at).total_seconds() * 1000))
