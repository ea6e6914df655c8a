"""Delivered documents as JSON, and their files: what was submitted, exactly as the portal shows it. Reads only."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

from flask import Response, send_file
from marshmallow import RAISE
from msgspec.structs import asdict

from callcenter.clock import local, now
from callcenter.contracts import queries as contracts
from callcenter.contracts.rules import PermissionKind
from callcenter.deliveries import queries, schemas, service
from callcenter.deliveries.rules import Edition, Kind, Part, State
from callcenter.errors import Forbidden, NotFound
from callcenter.web.access import CITY, LEADERSHIP, actor, allow, only
from callcenter.web.forms import require_whole_answer
from callcenter.web.openapi import ApiBlueprint
from callcenter.web.pagination import DEFAULT_SIZE, Page
from callcenter.web.transaction import end_read, transaction

blueprint = ApiBlueprint("api_reports", __name__, url_prefix="/reports", description="提出済み報告書")
READ = "reports:read"
READERS = CITY | LEADERSHIP
BYTES = {"type": "string", "format": "binary"}


@blueprint.get("")
@allow(only(READERS, scope=READ))
@blueprint.arguments(schemas.ReportsQuery, location="query", unknown=RAISE)
@blueprint.response(200, schemas.ReportPage)
def list_reports(given: dict[str, Any]) -> Any:
    """提出済み報告書の一覧

    報告書ごとに最新の版を、対象期間の新しい順に返します。機械には、個人情報のないデータを通信回線で送る市の許可が記録されて
    いる間だけ返します（仕様書10(1)⑤）。
    """
    _require_permitted()
    page = Page(given.get("page", 1), given.get("size", DEFAULT_SIZE))
    rows, total = queries.newest_versions(actor().contract, _wanted(given), page)
    return {"items": rows, "total": total, "page": page.number, "last": page.last(total)}


def _wanted(given: dict[str, Any]) -> queries.Wanted:
    return queries.Wanted(
        Kind(given["kind"]) if "kind" in given else None,
        State(given["state"]) if "state" in given else None,
        given.get("from_on"),
        given.get("to_on"),
    )


@blueprint.get("/<uuid:version_id>")
@allow(only(READERS, scope=READ))
@blueprint.response(200, schemas.ReportDetail)
def get_report(version_id: UUID) -> Any:
    """報告書の版1件

    集計値は提出したときのものです。人が書いた文章（変更点と市のコメント）は、機械には、文章を通信回線で送る市の許可が記録されて
    いる間だけ返します（仕様書10(1)⑤）。
    """
    _require_permitted()
    contract_id = actor().contract
    version = queries.version(contract_id, version_id)
    return {
        **asdict(version),
        **_withheld(),
        "files": queries.files_of(contract_id, version_id),
        "versions": queries.versions_of(contract_id, version.delivery_id),
    }


def _withheld() -> dict[str, str]:
    """The texts that a person typed, emptied, where they may not leave by network."""
    who = actor()
    may_leave = who.person_id is not None or _is_permitted(PermissionKind.NETWORK_TEXTS)
    return {} if may_leave else {"change_note": "", "comment": ""}


def _is_permitted(kind: PermissionKind) -> bool:
    return contracts.permits(actor().contract, kind.value, local(now()).on) is not None


@blueprint.get("/<uuid:version_id>/files/<edition>/<part>")
@allow(only(READERS, scope=READ))
@blueprint.doc(responses={200: {"description": "ファイル", "content": {"application/octet-stream": {"schema": BYTES}}}})
def get_file(version_id: UUID, edition: str, part: str) -> Response:
    """報告書のファイル

    提出したとおりのバイト列を返します。だれが、いつ取得したかが記録されます。機械は、市の許可が記録されている間、通信回線用だけを
    取得できます（仕様書10(1)⑤）。
    """
    require_whole_answer()
    try:
        wanted = Edition(edition), Part(part)
    except ValueError as error:
        raise NotFound("ファイルが見つかりませんでした。") from error
    _require_permitted(wanted[0])
    end_read()
    with transaction():
        found = service.download(version_id, *wanted, by=actor(), at=now())
    return send_file(io.BytesIO(found.content), mimetype=found.media_type, as_attachment=True, download_name=found.name)


def _require_permitted(edition: Edition = Edition.NETWORK) -> None:
    """What a machine fetches leaves by network: raises `Forbidden` for what may not (10(1)⑤)."""
    who = actor()
    if who.person_id is not None:
        return
    if edition is not Edition.NETWORK:
        raise Forbidden("手渡し用のファイルは、通信回線では取得できません。")
    if not _is_permitted(PermissionKind.NETWORK_DATA):
        raise Forbidden("個人情報のないデータを通信回線で送る市の許可が、記録されていません。")
