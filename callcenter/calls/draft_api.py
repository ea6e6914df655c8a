"""Open calls as JSON: the desk's drafts for machines and other screens. One's own only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from msgspec.structs import asdict

from callcenter.calls import desk_queries, recording, schemas, service
from callcenter.calls.api import WRITE, started_before
from callcenter.calls.desk_queries import OpenRow
from callcenter.calls.desk_requests import DeskClock, DraftRequest, SaveRequest
from callcenter.calls.forms import Typed
from callcenter.calls.recording import Sitting, record_restored, sitting
from callcenter.clock import now
from callcenter.errors import NotFound
from callcenter.protection.deployment import keys_for
from callcenter.web.access import DESK, actor, allow, only
from callcenter.web.idempotency import KEY_PARAMETER, idempotency_key
from callcenter.web.openapi import ApiBlueprint
from callcenter.web.transaction import end_read, transaction

blueprint = ApiBlueprint("api_drafts", __name__, url_prefix="/drafts", description="入力中の通話")


@blueprint.get("")
@allow(only(DESK, scope=WRITE))
@blueprint.response(200, schemas.DraftSummary(many=True))
def list_drafts() -> Any:
    """自分の入力中の通話

    内容は含みません。
    """
    return [_summary(row) for row in desk_queries.open_calls_of(actor())]


def _summary(row: OpenRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "version": row.version,
        "opened_at": row.opened_at,
        "edited_at": row.edited_at,
        "started_at": row.started_at,
        "has_words": row.draft is not None,
    }


@blueprint.post("")
@allow(only(DESK, scope=WRITE))
@blueprint.arguments(schemas.DraftOpenIn)
@blueprint.response(201, schemas.DraftVersion)
def open_draft(given: dict[str, Any]) -> Any:
    """通話を始める

    番号は保存したときに付きます。同じopen_keyの再送には、同じ通話を200で返します。
    """
    call_id, is_new = recording.opened_once(given["open_key"], actor(), now())
    row = _own(call_id, sitting())
    return {"id": call_id, "version": row.version}, 201 if is_new else 200


def _own(call_id: UUID, at_desk: Sitting) -> OpenRow:
    """Raises `NotFound`, `AlreadySaved`, `Closed`."""
    found = desk_queries.target(call_id, "", by=at_desk.by)
    end_read()
    recording.require_open(found)
    return found.row


@blueprint.get("/<uuid:call_id>")
@allow(only(DESK, scope=WRITE))
@blueprint.response(200, schemas.DraftOut)
def get_draft(call_id: UUID) -> Any:
    """下書きの内容

    内容を取り出したことが記録されます。
    """
    at_desk = sitting()
    with transaction():
        row = next((one for one in desk_queries.open_calls_of(at_desk.by) if one.id == call_id), None)
        if row is None:
            raise NotFound("この通話は見つかりませんでした。")
        if row.draft is not None:
            record_restored(call_id, at_desk)
        typed = row.stored(at_desk.keys).typed
    return {**_summary(row), "fields_typed": asdict(typed)}


@blueprint.put("/<uuid:call_id>")
@allow(only(DESK, scope=WRITE))
@blueprint.arguments(schemas.DraftIn)
@blueprint.response(200, schemas.DraftVersion)
def keep_draft(given: dict[str, Any], call_id: UUID) -> Any:
    """下書きを残す

    すべての項目を送ります。9桁以上の数字は、入力の途中かもしれないため、下書きには残らないことがあります。
    """
    at_desk = sitting()
    version, clock = given.pop("version"), _clock(given, at_desk)
    wanted = DraftRequest(version, Typed(**given), None, clock, "", 0)
    return {"id": call_id, "version": recording.keep_draft(call_id, wanted, at_desk).version}


@blueprint.post("/<uuid:call_id>/save")
@allow(only(DESK, scope=WRITE))
@blueprint.arguments(schemas.DraftIn)
@blueprint.response(200, schemas.SavedOut)
@blueprint.doc(parameters=[KEY_PARAMETER])
def save_draft(given: dict[str, Any], call_id: UUID) -> Any:
    """入力中の通話を保存する

    番号が付き、集計に入ります。同じIdempotency-Keyの再送には、同じ答えを返します。
    """
    at_desk = sitting()
    version, clock = given.pop("version"), _clock(given, at_desk)
    wanted = SaveRequest(idempotency_key(), version, Typed(**given), clock)
    saved = recording.save_call(call_id, wanted, at_desk, opens_next=False)
    return {"id": call_id, "number": saved.number, "saved_at": saved.saved_at}


@blueprint.post("/<uuid:call_id>/discard")
@allow(only(DESK, scope=WRITE))
@blueprint.arguments(schemas.DraftDiscardIn)
@blueprint.response(204)
def discard_draft(given: dict[str, Any], call_id: UUID) -> None:
    """何も入力していない通話を閉じる"""
    by, at = actor(), now()
    found = desk_queries.target(call_id, "", by=by)
    recording.require_open(found)
    dropped = recording.droppable_fields(found.row, keys_for(by.contract), drop=False)
    with transaction():
        service.discard_call(found, given["version"], by=by, at=at, dropped=dropped)


def _clock(given: dict[str, Any], at_desk: Sitting) -> DeskClock:
    return DeskClock(
        started_ms_ago=started_before(at_desk.at, given.pop("started_at", None)),
        ended_ms_ago=None,
        talk_seconds=given.pop("talk_seconds", None),
        acw_seconds=given.pop("acw_seconds", None),
    )
