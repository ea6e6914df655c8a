"""Correcting a saved call: a reason, a version, and the values as they stood before, kept sealed for ever."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import bindparam, func, insert, select

from callcenter.audit.service import Act, record
from callcenter.calls import rules
from callcenter.calls.forms import Judged, Times, Typed
from callcenter.calls.models import CallRevision
from callcenter.calls.record_queries import Revision
from callcenter.calls.sealing import (
    REVISION_BEFORE,
    REVISION_REASON,
    opened_json,
    opened_texts,
    sealed_columns,
    sealed_json,
)
from callcenter.calls.service import Place, guarded, guarded_update, plain_columns
from callcenter.errors import Forbidden, InvalidInput
from callcenter.extensions import db, new_id
from callcenter.protection.cipher import open_sealed, seal
from callcenter.protection.keys import ContractKeys
from callcenter.protection.scan import require_clean
from callcenter.protection.text import clean_line
from callcenter.web.access import Actor, Role

CORRECTED_COLUMNS = (
    "edited_at",
    "started_at",
    "ended_at",
    "local_on",
    "local_minute",
    "channel",
    "relation",
    "language",
    "disposition",
    "category_code",
    "complaint",
    "difficult",
    "talk_seconds",
    "acw_seconds",
    "phone",
    "phone_key",
    "caller_name",
    "question",
    "answer",
    "report_text",
    "tokens",
)
_CORRECT = guarded_update(CORRECTED_COLUMNS)
_LAST_REVISION = select(func.coalesce(func.max(CallRevision.revision), 0)).where(
    CallRevision.contract_id == bindparam("wanted_contract"), CallRevision.call_id == bindparam("wanted_call")
)
_NEW_REVISION = insert(CallRevision)


class Current(Struct, frozen=True):
    """A record opened: what a correction starts from."""

    place: Place
    typed: Typed
    times: Times
    operator_id: UUID | None
    number: int | None


def current_of(keys: ContractKeys, row: Any) -> Current:
    """Open a record's texts. The opening is a showing: the caller records it in the same transaction."""
    texts = opened_texts(keys, row)
    typed = Typed(
        **asdict(texts),
        relation=row.relation,
        channel=row.channel,
        language=row.language,
        category_code=row.category_code,
        disposition=row.disposition,
        complaint=row.complaint,
        difficult=row.difficult,
    )
    times = Times(row.started_at, row.ended_at, row.talk_seconds, row.acw_seconds)
    return Current(Place(row.id, row.version, rules.CallState.of(row.state)), typed, times, row.operator_id, row.number)


def require_changeable(by: Actor, operator_id: UUID | None, state: rules.CallState) -> None:
    """One's own records, or any as a supervisor; only saved ones. Raises `Forbidden`, `InvalidInput`."""
    if not may_change(by, operator_id):
        raise Forbidden("修正と取消しができるのは、記録した本人と業務責任者です。")
    if not rules.may_correct(state):
        raise InvalidInput("取り消した記録は、修正できません。")


def may_change(by: Actor, operator_id: UUID | None) -> bool:
    """One's own records; a machine those that machines recorded, which are no person's; a supervisor all."""
    return by.has(Role.SUPERVISOR) or by.person_id == operator_id


def clean_reason(reason: str) -> str:
    """Why something is corrected or voided. Raises `InvalidInput`, `IndividualNumberRefused`."""
    cleaned = clean_line(reason, max_length=rules.REPORT_TEXT_LENGTH, field="reason")
    require_clean({"reason": cleaned})
    if errors := rules.check_reason(cleaned):
        raise InvalidInput(errors=errors)
    return cleaned


class PreparedCorrection(Struct, frozen=True):
    """A correction sealed and ready to be written. `fields`: names of what changes."""

    place: Place
    fields: tuple[str, ...]
    columns: Mapping[str, Any]
    revision: Mapping[str, Any]


def changed_fields(current: Current, judged: Judged) -> dict[str, Any]:
    """Name → the value before, of everything that a correction changes."""
    before, after = _comparable(current.typed, current.times), _comparable(judged.typed, judged.times)
    after["phone"] = judged.texts.phone
    return {name: value for name, value in before.items() if after[name] != value}


def _comparable(typed: Typed, times: Times) -> dict[str, Any]:
    return {
        **asdict(typed),
        "started_at": times.started_at.isoformat(),
        "talk_seconds": times.talk_seconds,
        "acw_seconds": times.acw_seconds,
    }


def prepare_correction(
    keys: ContractKeys, current: Current, judged: Judged, reason: str, at: datetime
) -> PreparedCorrection:
    """Seal the new values, the old ones and the reason. Raises `InvalidInput` when nothing would change."""
    before = changed_fields(current, judged)
    if not before:
        raise InvalidInput(errors={"_": ["変わったところがありません。"]})
    revision_id, call_id = new_id(), current.place.call_id
    columns = {
        "edited_at": at,
        **plain_columns(judged.typed, judged.times),
        **sealed_columns(keys, call_id, judged.texts, judged.e164),
    }
    revision = {
        "contract_id": keys.contract_id,
        "id": revision_id,
        "call_id": call_id,
        "corrected_at": at,
        "reason": seal(keys, REVISION_REASON, keys.contract_id, revision_id, reason),
        "before": sealed_json(keys, REVISION_BEFORE, revision_id, before),
    }
    return PreparedCorrection(current.place, tuple(before), columns, revision)


def correct_call(prepared: PreparedCorrection, *, by: Actor, at: datetime) -> int:
    """Write a correction; returns its number. Raises `service.Changed` when somebody else was first."""
    guarded(_CORRECT, prepared.place, prepared.columns, by=by)
    wanted = {"wanted_contract": by.contract, "wanted_call": prepared.place.call_id}
    number: int = db.session.execute(_LAST_REVISION, wanted).scalar_one() + 1
    row = {**prepared.revision, "revision": number, "corrected_by_id": by.person_id}
    db.session.execute(_NEW_REVISION, row)
    details = {"revision": number, "fields": list(prepared.fields)}
    record(Act("call.corrected", "call", str(prepared.place.call_id), details), by=by, at=at)
    return number


class Before(Struct, frozen=True):
    """A revision opened: why, and what stood there before."""

    reason: str
    values: Mapping[str, Any]

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(self.values)


def opened_revision(keys: ContractKeys, revision: Revision) -> Before:
    """Raises `Unreadable`. Showing more than names and codes of it is an entry in the log."""
    reason = open_sealed(keys, REVISION_REASON, keys.contract_id, revision.id, revision.reason)
    return Before(reason, opened_json(keys, REVISION_BEFORE, revision.id, revision.before))
