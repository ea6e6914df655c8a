"""What the desk's page shows, in the words of its templates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from unicodedata import normalize

from callcenter.calls import category_queries, desk_queries
from callcenter.calls.desk_queries import Contact, OpenRow
from callcenter.calls.drafts import StoredDraft
from callcenter.calls.recording import url_of
from callcenter.calls.rules import Channel, Disposition, Language, Relation
from callcenter.calls.sealing import EXTENSION, phone_text
from callcenter.clock import local
from callcenter.coded import Labelled
from callcenter.errors import InvalidInput
from callcenter.protection.keys import ContractKeys
from callcenter.protection.phones import normalise_phone
from callcenter.protection.search_index import IndexKind, key_of
from callcenter.web.labels import datetime_label, time_label

DISPOSITION_KEYS = "QWRTYUI"
NEW_CALL = "新しい通話"
REQUIRED = ("category", "disposition")
_NOT_DIGITS = re.compile(r"[^0-9]")


def _choices(coded: type[Labelled]) -> list[dict[str, str]]:
    return [{"code": code, "label": label} for code, label in coded.choices()]


CHOICES: dict[str, Any] = {
    "channels": _choices(Channel),
    "relations": _choices(Relation),
    "languages": _choices(Language),
    "dispositions": [
        {**choice, "key": key} for choice, key in zip(_choices(Disposition), DISPOSITION_KEYS, strict=True)
    ],
}


def page(keys: ContractKeys, rows: Sequence[OpenRow], current: OpenRow | None, at: datetime) -> dict[str, Any]:
    """The context of `calls/desk.html` and `calls/_desk.html`."""
    today = local(at).on
    known = category_queries.names(keys.contract_id)
    drafts = {row.id: row.stored(keys) for row in rows}
    contacts: dict[str, Any] = {"history": None, "history_total": 0}
    if current is not None:
        contacts = history(keys, known, drafts[current.id].typed.phone)
    return {
        "call": call(current, drafts[current.id], at) if current else None,
        "tabs": [_tab(row, drafts[row.id], row is current) for row in rows],
        "choices": CHOICES,
        "categories": category_queries.selectable(known.tree(today)),
        "required": list(REQUIRED),
        "auto_open": current is None,
        **contacts,
    }


def call(row: OpenRow, stored: StoredDraft, at: datetime) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "version": row.version,
        "fields": stored.typed.for_desk(),
        "timing": {
            "started": row.started_at is not None,
            "elapsed_seconds": _since(row.started_at, at) or 0,
            "started_label": time_label(row.started_at) if row.started_at else "",
            "talk_seconds": row.talk_seconds,
            "ended_seconds_ago": _since(row.ended_at, at),
            "acw_seconds": row.acw_seconds,
        },
        "restored": False,
    }


def _since(instant: datetime | None, at: datetime) -> int | None:
    return None if instant is None else max(0, int((at - instant).total_seconds()))


def _tab(row: OpenRow, stored: StoredDraft, is_current: bool) -> dict[str, Any]:
    label = tab_label(row.started_at, stored.typed.phone)
    return {"id": str(row.id), "label": label, "current": is_current, "url": url_of(row.id)}


def tab_label(started_at: datetime | None, phone: str) -> str:
    """What tells one open call from another: since when, and the end of the number without its extension."""
    digits = _NOT_DIGITS.sub("", normalize("NFKC", phone.partition(EXTENSION)[0]))
    with suppress(InvalidInput):
        digits = normalise_phone(phone).e164
    words = [time_label(started_at)] if started_at else []
    words += [f"下4桁{digits[-4:]}"] if len(digits) >= 4 else []
    return " ".join(words) or NEW_CALL


def history(keys: ContractKeys, known: category_queries.Names, phone: str) -> dict[str, Any]:
    """Earlier contacts of a number in any written form, and the number as it is shown; `history` is None when it is
    no number, and `phone_error` says so."""
    try:
        number = normalise_phone(phone)
    except InvalidInput as error:
        return {"history": None, "history_total": 0, "phone_error": error.message if phone.strip() else ""}
    found, total = desk_queries.contacts_of(keys, key_of(keys, IndexKind.PHONE, number.e164))
    listed = [_contact(contact, known) for contact in found]
    return {"history": listed, "history_total": total, "phone_shown": phone_text(number)}


def _contact(contact: Contact, known: category_queries.Names) -> dict[str, Any]:
    return {
        "id": str(contact.id),
        "number": contact.number,
        "at_label": datetime_label(contact.started_at),
        "category_label": category_label(known, contact.category_code, contact.local_on),
        "disposition_label": Disposition.of(contact.disposition).label,
        "report_text": contact.report_text,
        "complaint": contact.complaint,
        "difficult": contact.difficult,
        "operator_label": contact.operator_name,
        "url": f"/calls/{contact.id}",
        "reveal_url": f"/calls/{contact.id}/reveal/notes",
    }


def category_label(known: category_queries.Names, code: str | None, on: date) -> str:
    """`0401 カード本体の更新`, named as on that day."""
    return f"{code} {known.label(code, on)}" if code else ""
