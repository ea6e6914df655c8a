"""The check of report texts before they leave (003 clauses 8③, 10(1)⑤): findings, and which of them stand confirmed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec import Struct

from callcenter.protection.findings import Finding, find_personal_data
from callcenter.protection.keys import ContractKeys


class ReportText(Struct, frozen=True):
    """A text meant for the report: whose (`place` such as `call:<id>`), what a person calls it, the words."""

    place: str
    label: str
    text: str


class TextFinding(Struct, frozen=True):
    """A place in a report text that may be personal data. `mark` is what a confirmation refers to."""

    source: ReportText
    finding: Finding
    mark: bytes
    confirmed: bool

    @property
    def words(self) -> str:
        return self.source.text[self.finding.start : self.finding.end]

    @property
    def before(self) -> str:
        return self.source.text[: self.finding.start]

    @property
    def after(self) -> str:
        return self.source.text[self.finding.end :]


class Callers(Struct, frozen=True):
    """The names and phones of the day's callers, to be searched for."""

    names: Sequence[str]
    phones: Sequence[str]


def findings_in(
    texts: Iterable[ReportText], callers: Callers, *, keys: ContractKeys, confirmed: set[bytes], public: Iterable[str]
) -> list[TextFinding]:
    """Every finding in every text, in order. An Individual Number can never be confirmed."""
    return [
        TextFinding(source, finding, mark, mark in confirmed and finding.kind != "individual_number")
        for source in texts
        for finding in find_personal_data(source.text, names=callers.names, phones=callers.phones, public_phones=public)
        for mark in [mark_of(keys, source, finding)]
    ]


def mark_of(keys: ContractKeys, source: ReportText, finding: Finding) -> bytes:
    """A keyed hash of place, whole text and span: any change of the text asks for a new confirmation."""
    content = f"{source.place}\n{finding.kind}\n{finding.start}-{finding.end}\n{source.text}"
    return hmac.new(keys.index, b"report.finding " + content.encode(), hashlib.sha256).digest()


CALL_PLACE, MATTER_PLACE, GAP_PLACE, SHORTAGE_PLACE = "call", "matter", "gap", "shortage"


def place_of_call(call_id: UUID) -> str:
    return f"{CALL_PLACE}:{call_id}"


def place_of_matter(matter_id: UUID) -> str:
    return f"{MATTER_PLACE}:{matter_id}"


def place_of_gap(start_minute: int | None) -> str:
    return f"{GAP_PLACE}:{start_minute}"


def place_of_shortage(note_id: UUID, field: str) -> str:
    return f"{SHORTAGE_PLACE}:{note_id}.{field}"
