"""A file between upload and confirmation: only what is needed of it, nothing that may not be kept.

Of a report: its cells, every Individual Number masked. Of a detail record: its calls, without any number of a caller.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct, field
from msgspec.structs import replace

from callcenter.calls.exchange.cdr import CdrSummary, ExchangeCall, calls_of, in_zone, read_cdr, summary, zone_of
from callcenter.calls.exchange.columns import ColumnMapping
from callcenter.calls.exchange.csv_file import Table, preview, read_counts, read_table
from callcenter.calls.exchange.csv_text import Refusal
from callcenter.calls.exchange.intake import (
    Choices,
    Term,
    take_report,
    within_term,
    without_individual_numbers,
)
from callcenter.calls.exchange.rules import (
    DEFAULT_NAMES,
    FILE_NAME_LENGTH,
    LARGEST_FILE,
    SOURCE_NAME_LENGTH,
    SourceKind,
)
from callcenter.calls.exchange.service import Incoming, Origin
from callcenter.errors import InvalidInput
from callcenter.protection.deployment import keys_for
from callcenter.protection.scan import FieldKind, require_clean, spans_in
from callcenter.protection.text import clean_line

_ID_REFUSED: Final = "識別番号が個人番号（マイナンバー）と区別できないため、取り込みません。"
_PHONE: Final = re.compile(r"(?:\+|0)[0-9() -]{9,16}")


class CallRecord(Struct, frozen=True):
    """What is kept of a detail record, read in one zone."""

    calls: tuple[ExchangeCall, ...]
    refusals: tuple[Refusal, ...]
    summary: CdrSummary
    duplicates: int


class Upload(Struct, frozen=True):
    """A file that waits. `mapping` None: the columns have not been chosen yet."""

    kind: SourceKind
    source_name: str
    file_name: str
    file_mark: bytes
    zone: str
    table: Table | None = None
    mapping: ColumnMapping | None = None
    zero_missing: bool = False
    record: CallRecord | None = None

    @property
    def ready(self) -> bool:
        return self.record is not None or self.mapping is not None


class Sent(Struct, frozen=True):
    """What a form or a command brings."""

    content: bytes
    file_name: str
    kind: str
    source_name: str
    zone: str


def read_upload(sent: Sent, contract_id: UUID) -> Upload:
    """Reads a file once. InvalidInput by field; IndividualNumberRefused for one in a name."""
    if len(sent.content) > LARGEST_FILE:
        limit = LARGEST_FILE // 1024 // 1024
        raise InvalidInput(errors={"file": [f"ファイルが大きすぎます（{limit} MBまで）。期間を分けてください。"]})
    kind = _kind(sent.kind)
    name = clean_line(sent.source_name, max_length=SOURCE_NAME_LENGTH, field="source") or DEFAULT_NAMES[kind]
    file_name = clean_line(sent.file_name[-FILE_NAME_LENGTH:], max_length=FILE_NAME_LENGTH, field="file")
    require_clean({"source": name, "file": file_name})
    zone_of(sent.zone)
    upload = Upload(kind, name, file_name, file_mark(contract_id, sent.content), sent.zone)
    if kind is SourceKind.CDR:
        return replace(upload, record=read_record(sent.content, sent.zone))
    return replace(upload, table=without_individual_numbers(read_table(sent.content)))


def _kind(value: str) -> SourceKind:
    if value not in {SourceKind.CSV.value, SourceKind.CDR.value}:
        raise InvalidInput(errors={"kind": ["ファイルの種類を選んでください。"]})
    return SourceKind(value)


def file_mark(contract_id: UUID, content: bytes) -> bytes:
    """Tells the same bytes again; without the key it tells nothing of them."""
    return hmac.new(keys_for(contract_id).index, b"exchange.file\0" + content, hashlib.sha256).digest()


def read_record(content: bytes, zone: str) -> CallRecord:
    """Reads a detail record. A call whose id cannot be told from an Individual Number is refused."""
    file = read_cdr(content, zone)
    barred = {leg.linked_id for leg in file.legs if spans_in(leg.linked_id, FieldKind.MACHINE_ID)}
    legs = [leg for leg in file.legs if leg.linked_id not in barred]
    refusals = [Refusal(leg.line, _ID_REFUSED) for leg in file.legs if leg.linked_id in barred]
    calls = calls_of(legs)
    account = sorted((*file.refusals, *refusals), key=lambda item: item.line)
    return CallRecord(tuple(calls), tuple(account), summary(calls, legs), file.duplicates)


def in_other_zone(upload: Upload, zone: str) -> Upload:
    """The same file with its times read in another zone. InvalidInput for an unknown one."""
    zone_of(zone)
    if upload.record is None:
        return replace(upload, zone=zone)
    moved = tuple(in_zone(call, upload.zone, zone) for call in upload.record.calls)
    return replace(upload, zone=zone, record=replace(upload.record, calls=moved))


def incoming_of(upload: Upload, term: Term) -> Incoming:
    """What the file brings in. InvalidInput when the columns are not chosen, missing, or the zone does not fit."""
    if upload.record is not None:
        return _calls_of_record(upload, upload.record, term)
    if upload.table is None or upload.mapping is None:
        raise InvalidInput(errors={"date": ["列の対応を選んでください。"]})
    choices = Choices(upload.zone, upload.zero_missing)
    taken = take_report(read_counts(upload.table, upload.mapping), choices, term)
    numbers = {"lines": taken.taken_lines, "refused": len(taken.refusals), "skipped": len(taken.skipped)}
    return Incoming(_origin(upload), taken.counts, account=tuple(taken.account), summary=numbers)


def _calls_of_record(upload: Upload, found: CallRecord, term: Term) -> Incoming:
    calls, refusals = within_term(found.calls, term)
    account = sorted((*found.refusals, *refusals), key=lambda item: item.line)
    numbers = {**found.summary.as_dict(), "refused": len(account), "duplicates": found.duplicates}
    return Incoming(_origin(upload), calls=tuple(calls), account=tuple(account), summary=numbers)


def _origin(upload: Upload) -> Origin:
    mapping: dict[str, Any] = {}
    if upload.mapping is not None:
        mapping = {**upload.mapping.as_dict(), "zero_missing": upload.zero_missing}
    return Origin(upload.source_name, upload.kind, upload.zone, mapping, upload.file_name, upload.file_mark)


def with_best_mapping(upload: Upload, remembered: Mapping[str, Any]) -> Upload:
    """The columns as remembered for the source if the file has them, else as its headings suggest."""
    if upload.table is None:
        return upload
    headings = {cell for _, cells in upload.table.records[:30] for cell in cells or ()}
    kept = {key: value for key, value in remembered.items() if key != "zero_missing"}
    if kept.get("date") and set(filter(None, kept.values())) <= headings:
        mapping = ColumnMapping.from_dict(kept)
        return replace(upload, mapping=mapping, zero_missing=bool(remembered.get("zero_missing")))
    return replace(upload, mapping=preview(upload.table).suggestion)


class Shown(Struct, frozen=True):
    """The first rows as a person may see them."""

    encoding: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    barred: int = field(default=0)


def shown(table: Table) -> Shown:
    """Headings and first rows; what looks like a phone number is masked."""
    found = preview(table)
    rows = [[_without_phone(cell) for cell in row] for row in found.rows]
    return Shown(found.encoding, found.headings, rows, len(table.barred))


def _without_phone(cell: str) -> str:
    digits = sum(letter.isdigit() for letter in cell)
    return "（電話番号らしい値）" if _PHONE.fullmatch(cell) and digits >= 10 else cell


def as_json(upload: Upload) -> dict[str, Any]:
    """For the sealed file; `from_json` reads it back."""
    table, found = upload.table, upload.record
    return {
        "kind": upload.kind.value,
        "source": upload.source_name,
        "file": upload.file_name,
        "mark": upload.file_mark.hex(),
        "zone": upload.zone,
        "zero_missing": upload.zero_missing,
        "mapping": upload.mapping.as_dict() if upload.mapping else None,
        "table": [table.encoding, table.delimiter, table.records, sorted(table.barred)] if table else None,
        "record": _record_as_json(found) if found else None,
    }


def _record_as_json(found: CallRecord) -> dict[str, Any]:
    calls = [
        (c.linked_id, c.started_at.isoformat(), c.offered, c.answered, c.wait_seconds, c.talk_seconds, c.line)
        for c in found.calls
    ]
    refusals = [(item.line, item.reason) for item in found.refusals]
    return {
        "calls": calls,
        "refusals": refusals,
        "summary": found.summary.as_dict(),
        "duplicates": found.duplicates,
    }


def from_json(data: Mapping[str, Any]) -> Upload:
    """The upload that `as_json` wrote."""
    mapping = data["mapping"]
    return Upload(
        kind=SourceKind(data["kind"]),
        source_name=data["source"],
        file_name=data["file"],
        file_mark=bytes.fromhex(data["mark"]),
        zone=data["zone"],
        table=_table(data["table"]) if data["table"] else None,
        mapping=ColumnMapping.from_dict(mapping) if mapping else None,
        zero_missing=data["zero_missing"],
        record=_record(data["record"]) if data["record"] else None,
    )


def _table(data: Sequence[Any]) -> Table:
    encoding, delimiter, records, barred = data
    rows = tuple((line, None if cells is None else tuple(cells)) for line, cells in records)
    return Table(encoding, delimiter, rows, frozenset(barred))


def _record(data: Mapping[str, Any]) -> CallRecord:
    calls = tuple(ExchangeCall(id_, datetime.fromisoformat(at), *rest) for id_, at, *rest in data["calls"])
    refusals = tuple(Refusal(line, reason) for line, reason in data["refusals"])
    return CallRecord(calls, refusals, CdrSummary(**data["summary"]), data["duplicates"])
