"""Finished calls by the thousand: the demonstration year, or what another system recorded before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import insert

from callcenter.audit.service import Act, record
from callcenter.calls.models import Call
from callcenter.calls.rules import CallState, Channel, Language, Relation
from callcenter.calls.sealing import Texts, phone_text, sealed_columns
from callcenter.calls.service import next_numbers
from callcenter.clock import local
from callcenter.extensions import db, new_id
from callcenter.protection.deployment import keys_for
from callcenter.protection.keys import ContractKeys
from callcenter.protection.phones import Phone, normalise_phone
from callcenter.web.access import Actor


class HistoryCall(Struct, frozen=True):
    """A call as it was. `phone` in any written form; durations in seconds."""

    started_at: datetime
    talk_seconds: int
    acw_seconds: int
    category_code: str
    disposition: str
    operator_id: UUID | None
    channel: str = Channel.PHONE.value
    relation: str = Relation.SELF.value
    language: str = Language.JAPANESE.value
    caller_name: str = ""
    phone: str = ""
    question: str = ""
    answer: str = ""
    report_text: str = ""
    complaint: bool = False
    difficult: bool = False

    @property
    def ended_at(self) -> datetime:
        return self.started_at + timedelta(seconds=self.talk_seconds)

    @property
    def saved_at(self) -> datetime:
        return self.ended_at + timedelta(seconds=self.acw_seconds)


def load_history(calls: Sequence[HistoryCall], *, by: Actor, at: datetime) -> int:
    """Insert finished calls, numbered in order of their start; returns how many. One entry in the log for all.

    Texts are sealed and indexed, but neither cleaned nor scanned: the caller answers for them. The database
    refuses unknown codes (`Conflict`).
    """
    if not calls:
        return 0
    keys = keys_for(by.contract)
    in_order = sorted(calls, key=lambda call: call.started_at)
    first = next_numbers(by.contract, len(in_order))
    rows = [_row(keys, call, first + place) for place, call in enumerate(in_order)]
    db.session.connection().execute(insert(Call), rows)
    days = {"from": local(in_order[0].started_at).on.isoformat(), "to": local(in_order[-1].started_at).on.isoformat()}
    details = {"count": len(rows), "number": first, **days}
    record(Act("call.loaded", "contract", str(by.contract), details), by=by, at=at)
    return len(rows)


def _row(keys: ContractKeys, call: HistoryCall, number: int) -> dict[str, Any]:
    call_id, moment, phone = new_id(), local(call.started_at), _phone(call.phone)
    texts = Texts(phone_text(phone), call.caller_name, call.question, call.answer, call.report_text)
    return {
        "contract_id": keys.contract_id,
        "id": call_id,
        "number": number,
        "state": CallState.SAVED.value,
        "version": 1,
        "opened_at": call.started_at,
        "edited_at": call.saved_at,
        "started_at": call.started_at,
        "ended_at": call.ended_at,
        "saved_at": call.saved_at,
        "local_on": moment.on,
        "local_minute": moment.minute,
        "channel": call.channel,
        "relation": call.relation,
        "language": call.language,
        "disposition": call.disposition,
        "category_code": call.category_code,
        "complaint": call.complaint,
        "difficult": call.difficult,
        "talk_seconds": call.talk_seconds,
        "acw_seconds": call.acw_seconds,
        "operator_id": call.operator_id,
        "open_key": new_id(),
        **sealed_columns(keys, call_id, texts, phone.e164 if phone else ""),
    }


@lru_cache(maxsize=8192)
def _phone(text: str) -> Phone | None:
    return normalise_phone(text) if text else None
