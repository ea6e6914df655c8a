"""Keeping and saving an open call, as the desk and the API do it: read, judge, seal, then one transaction.

This is the edge: transactions are opened here, the decisions are in `rules`, `drafts` and `service`. What was decided
comes back as a value or as an error that carries what the screen needs (`extra`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict, replace

from callcenter.accounts.identity import current_identity
from callcenter.audit.service import Act, record
from callcenter.calls import desk_queries, service
from callcenter.calls.desk_queries import OpenRow, Target
from callcenter.calls.desk_requests import DraftRequest, SaveRequest, draft_times, save_times
from callcenter.calls.drafts import Kept, StoredDraft, keepable
from callcenter.calls.forms import Judge, Typed, cleaned, judged, refusal_act
from callcenter.calls.rules import CallState
from callcenter.clock import now
from callcenter.errors import AppError, Conflict, Forbidden, InvalidInput
from callcenter.extensions import new_id
from callcenter.protection.deployment import keys_for
from callcenter.protection.keys import ContractKeys
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.web.access import Actor, actor
from callcenter.web.labels import time_label
from callcenter.web.transaction import end_read, transaction

TRIES = 3
E = TypeVar("E", bound=AppError)
CALLS_URL = "/desk/calls"


class AlreadySaved(Conflict):
    code = "already_saved"
    default_message = "この通話は保存済みです。"


class Closed(Conflict):
    default_message = "この通話は閉じられています。新しい通話を開いてください。"


class Sitting(Struct, frozen=True):
    """Who sits at the desk and when: what each of its requests needs."""

    by: Actor
    at: datetime
    keys: ContractKeys
    contract_start: date
    contract_end: date

    def judge(self, target: Target) -> Judge:
        return Judge(self.contract_start, self.contract_end, self.at, lambda _: target.versions)


def sitting() -> Sitting:
    """Of this request. Raises `Forbidden` without a contract."""
    by, identity = actor(), current_identity()
    if identity is None:
        raise Forbidden()
    label = identity.contract
    return Sitting(by, now(), keys_for(by.contract), label.starts_on, label.ends_on)


def url_of(call_id: UUID | None) -> str:
    """Where the desk shows a call; without one, the desk itself."""
    return f"{CALLS_URL}/{call_id}" if call_id else "/desk"


def opened_once(open_key: UUID, by: Actor, at: datetime) -> tuple[UUID, bool]:
    """The call of an `open_key`, and whether it was opened just now."""
    found = desk_queries.opened_before(open_key, by=by)
    if found is None:
        try:
            with transaction():
                return service.open_call(open_key, by=by, at=at), True
        except Conflict:
            found = desk_queries.opened_before(open_key, by=by)
            if found is None:
                raise
    return found, False


def record_restored(call_id: UUID, at_desk: Sitting) -> None:
    """A draft put back on a screen is a showing."""
    record(Act("call.restored", "call", str(call_id)), by=at_desk.by, at=at_desk.at)


class KeptDraft(Struct, frozen=True):
    """A call after its draft was kept: its version, since when it runs, and the number as far as it is kept."""

    version: int
    started_at: datetime | None
    phone: str


def keep_draft(call_id: UUID, wanted: DraftRequest, at_desk: Sitting) -> KeptDraft:
    """Store a draft.

    Raises `AlreadySaved`, `Closed`, `Conflict` (another screen wrote; `extra` holds its words),
    `IndividualNumberRefused` and `InvalidInput` (too long): of the last two the rest is stored all the same.
    """
    for _ in range(TRIES):
        found = desk_queries.target(call_id, "", by=at_desk.by)
        end_read()
        require_open(found)
        try:
            return _keep(found.row, wanted, at_desk)
        except service.Changed:
            continue
    raise service.Changed()


def require_open(found: Target) -> None:
    """Raises `AlreadySaved`, `Closed`."""
    if found.state is CallState.SAVED:
        raise _with(AlreadySaved(), {"number": found.number, "next": url_of(found.next_empty_id)})
    if found.state is CallState.VOIDED:
        raise Closed()


def require_own(call_id: UUID, *, by: Actor) -> None:
    """For what is noted beside a call of one's own, open or just saved. Raises `NotFound`, `Closed`."""
    if desk_queries.target(call_id, "", by=by).state is CallState.VOIDED:
        raise Closed()


def droppable_fields(row: OpenRow, keys: ContractKeys, *, drop: bool) -> list[str]:
    """The fields of an open call that go when it is closed unsaved, by name. Raises `Conflict` when there are any and
    nobody said that they may: words that were typed and erased again are none."""
    typed, untouched = asdict(row.stored(keys).typed), asdict(Typed())
    filled = [name for name, value in typed.items() if value != untouched[name]]
    if filled and not drop:
        raise Conflict("入力のある通話です。保存するか、入力を捨てて閉じてください。")
    return filled


def _keep(row: OpenRow, wanted: DraftRequest, at_desk: Sitting) -> KeptDraft:
    stored = row.stored(at_desk.keys)
    kept = keepable(wanted.typed, stored.typed, wanted.edited)
    if wanted.version != row.version and _is_overtaken(wanted, stored, kept):
        return KeptDraft(row.version, row.started_at, stored.typed.phone)
    if wanted.version != row.version and not _is_of_same_screen(wanted, stored):
        _require_no_other_words(row, stored, kept.typed, at_desk)
    draft = StoredDraft(kept.typed, wanted.editor, wanted.sequence)
    times = draft_times(row, wanted.clock, at_desk.at)
    prepared = service.prepare_draft(at_desk.keys, row, draft, times, at_desk.at)
    with transaction():
        service.keep_draft(prepared, by=at_desk.by)
        if kept.refusal:
            record(refusal_act(kept.refusal, str(row.id)), by=at_desk.by, at=at_desk.at)
    _raise_refusals(kept, prepared.version, at_desk.at)
    return KeptDraft(prepared.version, times.started_at if times else row.started_at, kept.typed.phone)


def _is_of_same_screen(wanted: DraftRequest, stored: StoredDraft) -> bool:
    return bool(wanted.editor) and wanted.editor == stored.editor


def _is_overtaken(wanted: DraftRequest, stored: StoredDraft, kept: Kept) -> bool:
    """A draft that a later one of the same screen has overtaken, or that holds nothing new."""
    is_older = _is_of_same_screen(wanted, stored) and wanted.sequence <= stored.sequence
    return is_older or (kept.refusal is None and kept.typed == stored.typed)


def _raise_refusals(kept: Kept, version: int, at: datetime) -> None:
    """What was not kept, said with the version that was: the screen goes on from there."""
    extra = {"draft_version": version, "saved_at": time_label(at)}
    if kept.refusal:
        kept.refusal.errors.update(kept.errors)
        raise _with(kept.refusal, {"masked": kept.refusal.masked, **extra})
    if kept.errors:
        raise _with(InvalidInput("長すぎる項目は、下書きに残せません。", errors=kept.errors), extra)


def _require_no_other_words(row: OpenRow, stored: StoredDraft, typed: Typed, at_desk: Sitting) -> None:
    """Where the same words, or none, stand in the draft (its answer was lost on the way), nobody else wrote."""
    if not stored.typed.is_empty() and stored.typed != typed:
        raise _two_writers(row, stored, at_desk)


def _two_writers(row: OpenRow, stored: StoredDraft, at_desk: Sitting) -> Conflict:
    """Another screen wrote this call: its words go back beside one's own, which is a showing."""
    with transaction():
        record_restored(row.id, at_desk)
    error = Conflict("別の画面でも、この通話が書き換えられています。")
    return _with(error, {"current": {"version": row.version, "fields": stored.typed.for_desk()}})


def _with(error: E, extra: Mapping[str, Any]) -> E:
    """The error with what its JSON answer says besides."""
    vars(error)["extra"] = dict(extra)
    return error


def save_call(call_id: UUID, wanted: SaveRequest, at_desk: Sitting, *, opens_next: bool = True) -> service.SavedCall:
    """Save an open call. The same `save_key` gives the same answer.

    Raises `AlreadySaved` (another key), `Closed`, `Conflict` (another screen wrote), `InvalidInput`, and
    `IndividualNumberRefused`, after the rest was kept as a draft with the number masked.
    """
    for _ in range(TRIES):
        found = desk_queries.target(call_id, wanted.typed.category_code, by=at_desk.by)
        end_read()
        if found.state is CallState.SAVED and found.save_key == wanted.save_key and found.number and found.saved_at:
            return service.SavedCall(found.number, found.saved_at, found.next_empty_id)
        require_open(found)
        try:
            return _save(found, wanted, at_desk, opens_next=opens_next)
        except service.Changed:
            continue
    raise service.Changed()


def _save(found: Target, wanted: SaveRequest, at_desk: Sitting, *, opens_next: bool) -> service.SavedCall:
    row, at = found.row, at_desk.at
    try:
        typed = cleaned(wanted.typed)
    except IndividualNumberRefused as refusal:
        raise _refused(row, wanted.typed, refusal, at_desk) from refusal
    if wanted.version != row.version:
        _require_no_other_words(row, row.stored(at_desk.keys), typed, at_desk)
    accepted = judged(typed, save_times(row, wanted.clock, at), at_desk.judge(found))
    place = service.Place(row.id, row.version)
    prepared = service.prepare_call(at_desk.keys, place, accepted, wanted.save_key, at)
    with transaction():
        # The next call first: from the number on, every other writer of the contract waits for this one's commit.
        next_id = (found.next_empty_id or service.open_call(new_id(), by=at_desk.by, at=at)) if opens_next else None
        return replace(service.save_call(prepared, by=at_desk.by, at=at), next_id=next_id)


def _refused(row: OpenRow, typed: Typed, refusal: IndividualNumberRefused, at_desk: Sitting) -> AppError:
    """Keep the rest with the number masked, over whatever draft stood there, and log the refusal."""
    kept = replace(keepable(typed, row.stored(at_desk.keys).typed, None), refusal=refusal)
    prepared = service.refused_draft(at_desk.keys, row, kept, at_desk.at)
    with transaction():
        service.keep_draft(prepared, by=at_desk.by)
        record(refusal_act(refusal, str(row.id)), by=at_desk.by, at=at_desk.at)
    extra = {"masked": refusal.masked, "draft_version": prepared.version, "saved_at": time_label(at_desk.at)}
    return _with(refusal, extra)
