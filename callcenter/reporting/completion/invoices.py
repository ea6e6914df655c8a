"""The invoice of a month (contract Art. 12): what it claims, its review, and its submission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from callcenter.clock import local
from callcenter.contracts import queries as contracts
from callcenter.contracts.queries import ContractFacts
from callcenter.deliveries import service as deliveries
from callcenter.deliveries.queries import VersionFacts
from callcenter.deliveries.rules import Kind, Part
from callcenter.errors import Conflict
from callcenter.reporting.completion import documents, queries, service
from callcenter.reporting.completion.documents import Review
from callcenter.reporting.completion.performance import Performance
from callcenter.reporting.completion.queries import ReductionFacts
from callcenter.reporting.completion.rules import (
    TAX_PERCENT,
    Answer,
    InvoiceState,
    due_on,
    invoice_checks,
    tax_within,
)
from callcenter.web.access import Actor
from reports.daily import Edition
from reports.forms import invoice as form
from reports.forms.letter import Sender
from reports.period import Span, month_span
from reports.wareki import wareki


class Claim(Struct, frozen=True):
    """What a month's invoice is made of now. `fee` None: not set. Reductions are those that stand."""

    contract: ContractFacts
    span: Span
    fee: int | None
    fee_before: int | None
    sender: Sender
    registration: str
    bank: tuple[str, ...]
    reductions: Sequence[ReductionFacts]
    notice: VersionFacts | None
    below_minutes: int

    @property
    def reduction(self) -> int:
        return sum(one.yen for one in self.reductions)

    @property
    def state(self) -> InvoiceState:
        return InvoiceState(
            notice=queries.answer_of(self.notice),
            fee=self.fee,
            reduction=self.reduction,
            part_of_month=self.span != month_span(self.span.from_on),
            parties_missing=not (self.sender.address and self.sender.representative),
            bank_missing=not self.bank,
            registration_missing=not self.registration,
            below_minutes=self.below_minutes,
            decided=bool(self.reductions),
            fee_changed=self.fee != self.fee_before,
        )


class InvoiceDraft(Struct, frozen=True):
    """The invoice as it would be written now; no letter before the confirmation, without a fee, or below nothing."""

    claim: Claim
    letter: form.Invoice | None

    @property
    def figures(self) -> Mapping[str, Mapping[str, Any]]:
        letter = self.letter
        if letter is None:
            return {}
        yen = {
            "fee": ("委託金（月額）", letter.fee_yen),
            "reduction": ("減額", letter.reduction_yen),
            "claim": ("請求金額（税込み）", letter.claim_yen),
            "tax": ("うち消費税等", letter.tax_yen),
        }
        due = {"label": "支払期限", "state": "value", "value": None, "text": wareki(letter.due_on)}
        return {key: _figure(label, value) for key, (label, value) in yen.items()} | {"due": due}

    def content(self, letter: form.Invoice, edition: Edition, part: Part) -> bytes:
        """The bytes of one file."""
        write = form.invoice_workbook if part is Part.WORKBOOK else form.invoice_paper
        return write(form.for_edition(letter, edition))


def _figure(label: str, yen: int) -> dict[str, Any]:
    return {"label": label, "state": "value", "value": yen, "text": f"{yen:,}円"}


def review(performed: Performance, first: date, *, by: Actor, at: datetime) -> Review:
    """The invoice of a month as it stands. Raises `NotFound` for a month outside the contract."""
    contract = contracts.contract(by.contract)
    claim = _claim(contract, performed, first)
    versions = documents.versions_of(contract.id, Kind.INVOICE, claim.span)
    checks = invoice_checks(claim.state)
    number = versions[0].number + 1 if versions else 1
    draft = InvoiceDraft(claim, _letter(claim, number, by=by, at=at))
    return Review(Kind.INVOICE, form.STEM, first, claim.span, versions, checks, draft)


def _claim(contract: ContractFacts, performed: Performance, first: date) -> Claim:
    span = performed.span
    last = span.to_on
    notices = documents.versions_of(contract.id, Kind.NOTICE, span)
    return Claim(
        contract=contract,
        span=span,
        fee=queries.fee_on(contract.id, last),
        fee_before=queries.fee_on(contract.id, span.from_on),
        sender=queries.sender_on(contract, last),
        registration=queries.registration_on(contract.id, last),
        bank=queries.bank_on(contract.id, last),
        reductions=[one for one in queries.reductions_of(contract.id, first) if one.stands],
        notice=notices[0] if notices else None,
        below_minutes=performed.below_minutes,
    )


def _letter(claim: Claim, number: int, *, by: Actor, at: datetime) -> form.Invoice | None:
    notice, fee = claim.notice, claim.fee
    confirmed = notice is not None and queries.answer_of(notice) is Answer.ACCEPTED
    if notice is None or notice.decided_at is None or not confirmed or fee is None or claim.reduction > fee:
        return None
    sender = replace(claim.sender, registration=claim.registration)
    return form.Invoice(
        head=documents.draft_head(form.FORM, claim.contract, sender, number, by=by, at=at),
        month=claim.span,
        fee_yen=fee,
        deductions=tuple(_deduction(one) for one in claim.reductions),
        tax_percent=TAX_PERCENT,
        tax_yen=tax_within(fee - claim.reduction),
        due_on=due_on(local(at).on),
        confirmed_on=local(notice.decided_at).on,
        bank=claim.bank,
    )


def _deduction(one: ReductionFacts) -> form.Deduction:
    return form.Deduction(one.yen, one.reason, one.decided_on, one.decided_by, one.evidence)


def submit(found: Review, built: deliveries.Submission, performed: Performance, *, by: Actor, at: datetime) -> UUID:
    """Keep a built invoice, put it before the city, and claim what it says. Raises `Conflict` when the fee, a
    reduction or the confirmation changed while it was built."""
    service.hold_still(by.contract)
    again = review(performed, found.first, by=by, at=at)
    if again.mark != found.mark:
        raise Conflict(documents.CHANGED)
    version_id = deliveries.submit(built, by=by, at=at)
    letter = again.draft.letter
    assert isinstance(letter, form.Invoice)
    claim = service.NewClaim(
        month=found.first,
        version_id=version_id,
        number=built.number,
        fee_yen=letter.fee_yen,
        reduction_yen=letter.reduction_yen,
        claimed_on=local(at).on,
    )
    service.keep_claim(claim, by=by)
    return version_id
