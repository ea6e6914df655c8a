"""From draft to force: the city's review, publishing from a day on, retiring. None of it commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from callcenter.audit.service import Act, record
from callcenter.clock import local
from callcenter.errors import Conflict, InvalidInput
from callcenter.extensions import db
from callcenter.knowledge import completeness, queries
from callcenter.knowledge.models import Version
from callcenter.knowledge.queries import Current
from callcenter.knowledge.rules import (
    ON_THE_WAY,
    STAGE_LABELS,
    EntryKind,
    Stage,
    check_decision,
    check_effective,
    check_step,
)
from callcenter.knowledge.search import store
from callcenter.knowledge.search.index import Prepared
from callcenter.knowledge.writing import check_unchanged, lock, lock_entry, move
from callcenter.web.access import Actor


class StillLinked(Conflict):
    """Entries in force name the one that is to be retired; `linking` are they."""

    code = "still_linked"

    def __init__(self, linking: Sequence[Current]) -> None:
        self.linking = list(linking)
        said = f"ほかの{len(self.linking)}件の項目から案内されています。確かめて、チェックを入れてください。"
        super().__init__(said, errors={"confirmed": [said]})


class Decision(Struct, frozen=True):
    """What the city says of a version as it saw it (`row_version`; None: as it stands)."""

    then: Stage
    comment: str = ""
    row_version: int | None = None


class Publication(Struct, frozen=True):
    """From when on a version is to rule. `prepared`: what the search makes of a FAQ, made before the transaction;
    without it every process makes it for itself."""

    effective_on: date
    prepared: Prepared | None = None


class Retirement(Struct, frozen=True):
    """From when on an entry is no longer in force, and why. `confirmed`: who links to it was seen."""

    from_on: date
    reason: str
    confirmed: bool = False


def submit(version_id: UUID, row_version: int, *, by: Actor, at: datetime) -> None:
    """Put a version before the city. Raises `NotFound`, `Conflict`, and `InvalidInput` naming what is missing."""
    row = lock(by.contract, version_id)
    check_step(Stage(row.stage), Stage.IN_REVIEW)
    check_unchanged(row, row_version)
    completeness.check(by.contract, queries.version(by.contract, version_id), local(at).on)
    row.submitted_at, row.submitter_name = at, by.name
    _undecide(row)
    move(row, Stage.IN_REVIEW)
    record(Act("knowledge_version.submitted", "knowledge_version", str(row.id), {}), by=by, at=at)


def take_back(version_id: UUID, *, by: Actor, at: datetime) -> None:
    """Make a submitted or approved version a draft again; the city sees no draft. Raises `NotFound`, `Conflict`."""
    row = lock(by.contract, version_id)
    check_step(Stage(row.stage), Stage.DRAFT)
    row.submitted_at, row.submitter_name = None, ""
    _undecide(row)
    move(row, Stage.DRAFT)
    record(Act("knowledge_version.taken_back", "knowledge_version", str(row.id), {}), by=by, at=at)


def _undecide(row: Version) -> None:
    """The comment of a version that was sent back stays until the next decision: it says what was to be mended."""
    row.decided_at, row.decided_by, row.decider_name = None, None, ""


def decide(version_id: UUID, decision: Decision, *, by: Actor, at: datetime) -> None:
    """The city approves a version or sends it back (市確認者・市確認日). Raises `NotFound`, `Conflict`, and
    `InvalidInput` for sending back without a reason."""
    row = lock(by.contract, version_id)
    check_decision(Stage(row.stage), decision.then, decision.comment)
    if decision.row_version is not None:
        check_unchanged(row, decision.row_version)
    row.decided_at, row.decided_by, row.decider_name = at, by.person_id, by.name
    row.comment = decision.comment
    move(row, decision.then)
    action = "knowledge_version.approved" if decision.then is Stage.APPROVED else "knowledge_version.sent_back"
    record(Act(action, "knowledge_version", str(row.id), {}), by=by, at=at)


def publish(version_id: UUID, wanted: Publication, *, by: Actor, at: datetime) -> None:
    """Let an approved version rule from a day on. Raises `NotFound`, `Conflict` for one the city did not approve or of
    an entry that is retired by then, `InvalidInput` for a day that is past or before the version it follows."""
    row = lock(by.contract, version_id)
    check_step(Stage(row.stage), Stage.PUBLISHED)
    entry = lock_entry(by.contract, row.entry_id)
    if entry.retired_on is not None and entry.retired_on <= wanted.effective_on:
        raise Conflict("その日には廃止されている項目です。")
    check_effective(wanted.effective_on, local(at).on, _last_effective(by.contract, row.entry_id))
    row.effective_on, row.published_at, row.publisher_name = wanted.effective_on, at, by.name
    move(row, Stage.PUBLISHED)
    if entry.kind == EntryKind.FAQ.value and wanted.prepared is not None:
        store.keep(by.contract, row.id, wanted.prepared)
    store.changed(by.contract)
    details = {"effective_on": wanted.effective_on.isoformat()}
    record(Act("knowledge_version.published", "knowledge_version", str(row.id), details), by=by, at=at)


def _last_effective(contract_id: UUID, entry_id: UUID) -> date | None:
    days = [one.effective_on for one in queries.versions(contract_id, entry_id) if one.effective_on is not None]
    return max(days, default=None)


def retire(entry_id: UUID, wanted: Retirement, *, by: Actor, at: datetime) -> None:
    """Let an entry be in force no more from a day on. Raises `NotFound`, `InvalidInput`, `Conflict` (retired before,
    never published, a version on its way) and `StillLinked` until who links to it was seen."""
    row = lock_entry(by.contract, entry_id)
    _check_retirement(wanted, local(at).on)
    if row.retired_on is not None:
        raise Conflict("この項目は、すでに廃止の登録があります。")
    _check_free(queries.versions(by.contract, entry_id))
    linking = linking_to(by.contract, entry_id, wanted.from_on)
    if linking and not wanted.confirmed:
        raise StillLinked(linking)
    row.retired_on, row.retired_because = wanted.from_on, wanted.reason
    row.retired_at, row.retired_by = at, by.person_id
    db.session.flush()
    store.changed(by.contract)
    details = {"effective_on": wanted.from_on.isoformat()}
    record(Act("knowledge_entry.retired", "knowledge_entry", str(row.id), details), by=by, at=at)


def keep_on(entry_id: UUID, *, by: Actor, at: datetime) -> None:
    """Take a retirement back until the day it was for is over: the entry goes on as if nothing had been registered.
    Raises `NotFound`, `Conflict` where none is registered or its day has passed."""
    row = lock_entry(by.contract, entry_id)
    if row.retired_on is None:
        raise Conflict("この項目に、廃止の登録はありません。")
    if row.retired_on < local(at).on:
        raise Conflict("廃止日を過ぎているため、取り消せません。新しい項目として作り直してください。")
    details = {"effective_on": row.retired_on.isoformat()}
    row.retired_on, row.retired_because, row.retired_at, row.retired_by = None, "", None, None
    db.session.flush()
    store.changed(by.contract)
    record(Act("knowledge_entry.retirement_cancelled", "knowledge_entry", str(row.id), details), by=by, at=at)


def _check_retirement(wanted: Retirement, today: date) -> None:
    errors: dict[str, list[str]] = {}
    if wanted.from_on < today:
        errors["from_on"] = ["廃止日は、今日以後の日にしてください。"]
    if not wanted.reason.strip():
        errors["reason"] = ["廃止する理由を入力してください。"]
    if errors:
        raise InvalidInput(errors=errors)


def _check_free(versions: Sequence[queries.VersionFacts]) -> None:
    under_way = next((one for one in versions if Stage(one.stage) in ON_THE_WAY), None)
    if under_way is not None:
        stage = STAGE_LABELS[Stage(under_way.stage)]
        raise Conflict(f"第{under_way.number}版（{stage}）が途中です。先に取り下げてください。")
    if not any(one.stage == Stage.PUBLISHED.value for one in versions):
        raise Conflict("公開したことのない項目なので、廃止の必要はありません。")


def linking_to(contract_id: UUID, entry_id: UUID, on: date) -> list[Current]:
    """The other entries in force on a day that name this one or link to its page."""
    wanted, address = str(entry_id), f"/knowledge/entries/{entry_id}"
    others = [one for one in queries.in_force_on(contract_id, on) if one.entry.id != entry_id]
    return [one for one in others if wanted in one.version.related or address in one.version.body]
