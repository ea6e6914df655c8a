"""From a month to a submitted notice or invoice: review, build every file, hand over (contract Art. 11, 12).

A review is read, the files are made outside any transaction, and `submit` reads once more under the lock: what was
approved is what was seen, or it is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from callcenter.clock import local
from callcenter.contracts import queries as contracts
from callcenter.contracts.queries import ContractFacts
from callcenter.contracts.settings import PUBLIC_PHONES
from callcenter.deliveries import queries as delivered
from callcenter.deliveries import service as deliveries
from callcenter.deliveries.queries import VersionFacts
from callcenter.deliveries.rules import Edition, Kind, Part
from callcenter.errors import Conflict, InvalidInput
from callcenter.protection.findings import find_personal_data
from callcenter.reporting.approval import UNREGISTERED, XLSX
from callcenter.reporting.completion.rules import require_clear
from callcenter.reporting.rules import Check, Weight
from callcenter.rosters import queries as rosters
from callcenter.web.access import Actor
from reports import word
from reports.daily import Edition as PaperEdition
from reports.daily import Person
from reports.forms import letter
from reports.forms.letter import Letterhead, Sender
from reports.period import Span

CHANGED = "この画面を開いたあとに、この月の記録が変わりました。今の内容を確かめてから、もう一度提出してください。"
SUFFIXES = {Part.WORKBOOK: "xlsx", Part.PAPER: "docx"}
_NO_MOMENT = datetime.min.replace(tzinfo=UTC)
MEDIA_TYPES = {Part.WORKBOOK: XLSX, Part.PAPER: word.MEDIA_TYPE}


class Letter(Protocol):
    """The values of a notice or an invoice."""

    @property
    def head(self) -> Letterhead: ...


class Draft(Protocol):
    """What a document of a month is made of: `letter` None while something keeps it from being written."""

    @property
    def letter(self) -> Letter | None: ...

    @property
    def figures(self) -> Mapping[str, Mapping[str, Any]]: ...

    def content(self, letter: Any, edition: PaperEdition, part: Part) -> bytes:
        """The bytes of one file."""
        ...


class Review(Struct, frozen=True):
    """A document of a month as it would be submitted now. `number`: the version it would be."""

    kind: Kind
    stem: str
    first: date
    span: Span
    versions: Sequence[VersionFacts]
    checks: Sequence[Check]
    draft: Draft

    @property
    def number(self) -> int:
        return self.versions[0].number + 1 if self.versions else 1

    @property
    def may_submit(self) -> bool:
        return self.draft.letter is not None and not any(check.weight is Weight.STOP for check in self.checks)

    @property
    def mark(self) -> str:
        """What the page was made of, in short: the same as long as nothing that is printed has changed."""
        letter = self.draft.letter
        printed = None if letter is None else _timeless(letter)
        shown = (self.kind, self.number, [check.text for check in self.checks], printed)
        return hashlib.sha256(repr(shown).encode()).hexdigest()

    @property
    def differences(self) -> list[str]:
        """What the figures say differently from the newest version."""
        before = self.versions[0].figures if self.versions else {}
        return list(_differences(before, self.draft.figures))


def _timeless(letter: Any) -> Letter:
    """The letter without who looks at it and when."""
    head = replace(letter.head, written_at=_NO_MOMENT, clerk=Person("", None), draft=True)
    timeless: Letter = replace(letter, head=head)
    return timeless


def _differences(before: Mapping[str, Any], after: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    for key, figure in after.items():
        known = before.get(key)
        if known and known["text"] != figure["text"]:
            yield f"{figure['label']}：{known['text']} → {figure['text']}"


class Approval(Struct, frozen=True):
    """What the approver saw (`Review.mark`) and adds. `consent`: the points that may stand were seen."""

    seen: str
    change_note: str = ""
    consent: bool = False


def versions_of(contract_id: UUID, kind: Kind, span: Span) -> list[VersionFacts]:
    """What was submitted for the month, the newest first."""
    return delivered.versions_for(contract_id, kind, span.from_on, span.to_on)


def draft_head(
    form: str, contract: ContractFacts, sender: Sender, number: int, *, by: Actor, at: datetime
) -> Letterhead:
    """The head of a letter that nobody has approved yet."""
    on = local(at).on
    member = rosters.staff_of_user(by.contract, by.user_id, on) if by.user_id else None
    return Letterhead(
        form=form,
        city=contract.city_name,
        subject=contract.title,
        sender=sender,
        dated=on,
        clerk=Person(member.code if member else UNREGISTERED, by.name),
        written_at=at,
        number=number,
        draft=True,
    )


def submission(found: Review, approval: Approval, *, by: Actor, at: datetime) -> deliveries.Submission:
    """Build every file of an approved document. Raises `Conflict` when something stops it or it is not what was seen,
    `InvalidInput` when a second version does not say what changed or a warning was not consented to."""
    if approval.seen != found.mark:
        raise Conflict(CHANGED)
    require_clear(found.checks, consent=approval.consent)
    number = deliveries.next_number(by.contract, found.kind, found.span.from_on, found.span.to_on, approval.change_note)
    require_impersonal(by.contract, {"change_note": approval.change_note}, local(at).on)
    letter = _approved(found.draft.letter, number, approval)
    return deliveries.Submission(
        kind=found.kind,
        period_from=found.span.from_on,
        period_to=found.span.to_on,
        number=number,
        figures=found.draft.figures,
        marks={},
        cutoff_at=at,
        change_note=approval.change_note,
        files=[file_of(found, letter, edition, part) for edition in Edition for part in Part],
        differences=found.differences,
    )


def _approved(letter: Any, number: int, approval: Approval) -> Letter:
    head = replace(letter.head, number=number, change_note=approval.change_note, draft=False)
    approved: Letter = replace(letter, head=head)
    return approved


def file_of(found: Review, written: Letter, edition: Edition, part: Part) -> deliveries.BuiltFile:
    """One file of a document."""
    shown = PaperEdition(edition.value)
    head = letter.for_edition(written.head, shown)
    return deliveries.BuiltFile(
        edition=edition,
        name=letter.filename(head, found.first, SUFFIXES[part]),
        ascii_name=letter.ascii_filename(head, found.stem, found.first, SUFFIXES[part]),
        media_type=MEDIA_TYPES[part],
        content=found.draft.content(written, shown, part),
        part=part,
    )


def require_impersonal(contract_id: UUID, typed: Mapping[str, str], on: date) -> None:
    """What is typed here leaves the centre: raises `InvalidInput` naming each field that seems to name a person."""
    public = contracts.setting(contract_id, "public_phones", on, PUBLIC_PHONES)
    errors: dict[str, list[str]] = {}
    for name, text in typed.items():
        found = find_personal_data(text, names=(), phones=(), public_phones=public)
        words = "、".join(f"「{text[one.start : one.end]}」（{one.label}）" for one in found)
        if words:
            errors[name] = [f"個人情報らしい語があります：{words}。書き直してください。"]
    if errors:
        raise InvalidInput(errors=errors)
