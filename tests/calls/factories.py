"""Calls for tests: what a desk sends, saved calls, and what stands in the database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import event, select

from callcenter.accounts.models import ApiToken
from callcenter.accounts.passwords import digest
from callcenter.audit.models import AuditEntry
from callcenter.audit.queries import history_of
from callcenter.calls.models import Call
from callcenter.calls.sealing import DRAFT, opened
from callcenter.extensions import db, new_id
from callcenter.protection.cipher import open_sealed
from callcenter.protection.deployment import keys_for
from callcenter.protection.mynumber import check_digit
from callcenter.web.transaction import transaction
from tests.centre import Browser, Centre

EMPTY: dict[str, Any] = {
    "phone": "",
    "name": "",
    "relation": "self",
    "channel": "phone",
    "language": "ja",
    "question": "",
    "category": "",
    "answer": "",
    "report_text": "",
    "disposition": "",
    "complaint": False,
    "difficult": False,
}
FIELDS: dict[str, Any] = {
    **EMPTY,
    "phone": "０７３－４３２－０００１",
    "name": "架空 太郎",
    "question": "更新の通知が届いたが、手続きは必要か。",
    "category": "0401",
    "answer": "期限の3か月前から手続きできると案内した。",
    "report_text": "カード更新の時期",
    "disposition": "completed",
}
TIMING = {"started_ms_ago": 240_000, "talk_seconds": 180, "acw_seconds": 20}
DRAFT_TIMING = {"started_ms_ago": 1_000, "talk_seconds": None, "ended_ms_ago": None, "acw_seconds": None}


def individual_number(eleven: str = "12345678901") -> str:
    """Twelve digits with a correct check digit, made up."""
    return eleven + str(check_digit(eleven))


def opened_call(desk: Browser) -> str:
    """The id of a call newly opened at this desk."""
    answer = desk.post("/desk/calls", json={"open_key": str(new_id())})
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def draft_body(version: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "version": version,
        "fields": {**EMPTY, **more.pop("fields", {})},
        "edited": None,
        "timing": DRAFT_TIMING,
        "editor": "screen-1",
        "sequence": version,
        **more,
    }


def keep(desk: Browser, call_id: str, **body: Any) -> Any:
    return desk.put(f"/desk/calls/{call_id}/draft", json=draft_body(**body))


def save_body(version: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "save_key": str(new_id()),
        "version": version,
        "fields": {**FIELDS, **more.pop("fields", {})},
        "timing": {**TIMING, **more.pop("timing", {})},
        **more,
    }


def save(desk: Browser, call_id: str, **body: Any) -> Any:
    return desk.post(f"/desk/calls/{call_id}/save", json=save_body(**body))


def saved_call(desk: Browser, **fields: Any) -> str:
    """The id of a call opened and saved at this desk."""
    call_id = opened_call(desk)
    timing = fields.pop("timing", {})
    answer = save(desk, call_id, fields=fields, timing=timing)
    assert answer.status_code == 200, answer.text
    return call_id


def row_of(centre: Centre, call_id: str) -> Any:
    """The row as it stands, read anew."""
    with centre.inside():
        return db.session.execute(select(Call.__table__).where(Call.id == UUID(call_id))).one()


def stored_draft(centre: Centre, call_id: str) -> dict[str, Any]:
    """The fields of the stored draft, decrypted; {} when there is none."""
    row = row_of(centre, call_id)
    if row.draft is None:
        return {}
    with centre.inside():
        keys = keys_for(centre.contract_id)
        found: dict[str, Any] = json.loads(open_sealed(keys, DRAFT, centre.contract_id, row.id, row.draft))
    typed: dict[str, Any] = found["typed"]
    return typed


def plain(centre: Centre, call_id: str, column: str) -> str:
    """One sealed column, opened."""
    row = row_of(centre, call_id)
    with centre.inside():
        return opened(keys_for(centre.contract_id), column, row.id, getattr(row, column))


def actions(centre: Centre, call_id: str) -> list[str]:
    """The log's actions about a call, oldest first."""
    with centre.inside():
        return [entry.action for entry in history_of(centre.contract_id, "call", call_id)]


def at_minutes(centre: Centre, minutes: int) -> datetime:
    """Move the centre's clock on."""
    centre.at(centre.now + timedelta(minutes=minutes))
    return centre.now


@contextmanager
def counted(centre: Centre) -> Iterator[list[str]]:
    """The SQL statements executed meanwhile, without BEGIN."""
    seen: list[str] = []

    def note(*about: Any) -> None:
        if not about[2].startswith("BEGIN"):
            seen.append(about[2])

    with centre.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def everything_stored(centre: Centre) -> bytes:
    """All bytes of the calls and the log as they stand in the database: what may never hold a typed word."""
    with centre.inside():
        rows = [*db.session.execute(select(Call.__table__)), *db.session.execute(select(AuditEntry.__table__))]
    return repr([tuple(row) for row in rows]).encode()


def token(centre: Centre, *scopes: str) -> str:
    """A machine's bearer token under the centre's contract."""
    secret = f"machine-{new_id()}"
    with centre.inside(), transaction() as session:
        row = ApiToken(
            id=new_id(),
            contract_id=centre.contract_id,
            name="試験機",
            token_hash=digest(secret),
            scopes=" ".join(scopes),
            created_at=centre.now,
            expires_at=centre.now + timedelta(days=30),
        )
        session.add(row)
    return secret
