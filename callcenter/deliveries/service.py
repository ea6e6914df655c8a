"""Use cases of deliveries. None of them commits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, select, update

from callcenter.audit.service import Act, record
from callcenter.deliveries import queries
from callcenter.deliveries.models import Delivery, DeliveryFile, DeliveryVersion
from callcenter.deliveries.rules import Edition, Kind, Part, State, check_decision, check_next_version
from callcenter.errors import Conflict, Forbidden
from callcenter.extensions import db, new_id
from callcenter.protection.cipher import open_sealed_bytes, seal_bytes
from callcenter.protection.deployment import keys_for
from callcenter.web.access import Actor

FILE_LABEL = "delivery.file"


class BuiltFile(Struct, frozen=True):
    """One file of an edition as it was built."""

    edition: Edition
    name: str
    ascii_name: str
    media_type: str
    content: bytes
    part: Part = Part.WORKBOOK


class Submission(Struct, frozen=True):
    """A document that was approved: what it covers, the figures printed, the files, what changed.

    `definitions`: how the figures were counted and which items the city had asked for (JSON); `differences`:
    one sentence each of what the version before said otherwise.
    """

    kind: Kind
    period_from: date
    period_to: date
    number: int
    figures: Mapping[str, Any]
    marks: Mapping[str, str]
    cutoff_at: datetime
    change_note: str
    files: Sequence[BuiltFile]
    definitions: Mapping[str, Any] = {}
    differences: Sequence[str] = ()


def next_number(contract_id: UUID, kind: Kind, period_from: date, period_to: date, change_note: str) -> int:
    """The number the next version will bear; it is printed in the file, so it is asked before building."""
    return check_next_version(latest_number(contract_id, kind, period_from, period_to), change_note)


def latest_number(contract_id: UUID, kind: Kind, period_from: date, period_to: date) -> int:
    """The number of the newest version; 0 when nothing was submitted."""
    found = queries.versions_for(contract_id, kind, period_from, period_to)
    return found[0].number if found else 0


def submit(submission: Submission, *, by: Actor, at: datetime) -> UUID:
    """Keep an approved document as it is and put it before the city.

    Raises `Conflict` when another version was submitted meanwhile: the number printed would be wrong.
    """
    if by.user_id is None:
        raise Forbidden()
    delivery_id = _delivery(submission, by.contract)
    latest = db.session.execute(
        select(func.max(DeliveryVersion.number)).where(
            DeliveryVersion.contract_id == by.contract, DeliveryVersion.delivery_id == delivery_id
        )
    ).scalar_one()
    if submission.number != (latest or 0) + 1:
        raise Conflict("ほかの人が先に提出しました。最新の版を確認してください。")
    version = _version(submission, delivery_id, by, at)
    db.session.add(version)
    db.session.flush()
    for built in submission.files:
        db.session.add(_file(built, by.contract, version.id))
    details = {
        "kind": submission.kind.value,
        "period_from": submission.period_from.isoformat(),
        "number": submission.number,
        "sha256": {file_key(built.edition, built.part): _digest(built.content) for built in submission.files},
    }
    record(Act("report.submitted", "delivery_version", str(version.id), details), by=by, at=at)
    return version.id


def _delivery(submission: Submission, contract_id: UUID) -> UUID:
    found = db.session.execute(
        select(Delivery.id).where(
            Delivery.contract_id == contract_id,
            Delivery.kind == submission.kind.value,
            Delivery.period_from == submission.period_from,
            Delivery.period_to == submission.period_to,
        )
    ).scalar_one_or_none()
    if found is not None:
        return found
    row = Delivery(
        contract_id=contract_id,
        id=new_id(),
        kind=submission.kind.value,
        period_from=submission.period_from,
        period_to=submission.period_to,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _version(submission: Submission, delivery_id: UUID, by: Actor, at: datetime) -> DeliveryVersion:
    return DeliveryVersion(
        contract_id=by.contract,
        id=new_id(),
        delivery_id=delivery_id,
        number=submission.number,
        state=State.SUBMITTED.value,
        change_note=submission.change_note,
        figures=dict(submission.figures),
        marks=dict(submission.marks),
        cutoff_at=submission.cutoff_at,
        submitted_at=at,
        submitted_by=by.user_id,
        approver_name=by.name,
        definitions=dict(submission.definitions),
        differences=list(submission.differences),
    )


def _file(built: BuiltFile, contract_id: UUID, version_id: UUID) -> DeliveryFile:
    file_id = new_id()
    return DeliveryFile(
        contract_id=contract_id,
        id=file_id,
        version_id=version_id,
        edition=built.edition.value,
        part=built.part.value,
        name=built.name,
        ascii_name=built.ascii_name,
        media_type=built.media_type,
        size=len(built.content),
        sha256=_digest(built.content),
        sealed=seal_bytes(keys_for(contract_id), FILE_LABEL, contract_id, file_id, built.content),
    )


def file_key(edition: Edition, part: Part) -> str:
    """How the log names a file of a version: `handover` is its workbook, `handover.paper` its paper."""
    return edition.value if part is Part.WORKBOOK else f"{edition.value}.{part.value}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Download(Struct, frozen=True):
    """The exact bytes that were submitted."""

    name: str
    ascii_name: str
    media_type: str
    content: bytes


def download(version_id: UUID, edition: Edition, part: Part = Part.WORKBOOK, *, by: Actor, at: datetime) -> Download:
    """Open a file for someone; each download is an entry of the log.

    Raises `NotFound`, and `Conflict` when the bytes are not those that were submitted.
    """
    facts, found = opened(by.contract, version_id, edition, part)
    _downloaded(version_id, facts, by, at)
    return found


def opened(contract_id: UUID, version_id: UUID, edition: Edition, part: Part) -> tuple[queries.FileFacts, Download]:
    """A file as it was submitted. It leaves only after its entry of the log: `download`, `downloaded`."""
    facts, sealed = queries.file_with_bytes(contract_id, version_id, edition, part)
    content = open_sealed_bytes(keys_for(contract_id), FILE_LABEL, contract_id, facts.id, sealed)
    if _digest(content) != facts.sha256:
        raise Conflict("保存されているファイルが、提出したものと一致しません。管理者に連絡してください。")
    return facts, Download(facts.name, facts.ascii_name, facts.media_type, content)


def downloaded(files: Iterable[queries.ChosenFile], *, by: Actor, at: datetime) -> None:
    """An entry of the log for each of several files that are about to leave together."""
    for file in files:
        _downloaded(file.version_id, file.facts, by, at)


def _downloaded(version_id: UUID, facts: queries.FileFacts, by: Actor, at: datetime) -> None:
    details = {"edition": file_key(facts.edition, facts.part), "sha256": facts.sha256}
    record(Act("report.downloaded", "delivery_version", str(version_id), details), by=by, at=at)


def decide(version_id: UUID, decision: State, comment: str, *, by: Actor, at: datetime) -> None:
    """The city accepts a version or sends it back with a comment.

    Raises `Conflict` when it was decided meanwhile or a newer version stands.
    """
    version = queries.version(by.contract, version_id)
    newest = queries.versions_of(by.contract, version.delivery_id)[0]
    check_decision(version.state, is_latest=newest.id == version_id, decision=decision, comment=comment)
    changed = db.session.execute(
        update(DeliveryVersion)
        .where(
            DeliveryVersion.contract_id == by.contract,
            DeliveryVersion.id == version_id,
            DeliveryVersion.state == State.SUBMITTED.value,
        )
        .values(state=decision.value, comment=comment, decided_at=at, decided_by=by.user_id, decider_name=by.name)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("ほかの人が先に判定しました。最新の状態を確認してください。")
    record(Act(f"report.{decision.value}", "delivery_version", str(version_id)), by=by, at=at)
