"""What the page of a month shows: where it stands, its documents as they would be written now, its money."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from callcenter.clock import local
from callcenter.contracts import queries as contracts
from callcenter.errors import NotFound
from callcenter.reporting.completion import invoices, notices, queries
from callcenter.reporting.completion.documents import Review
from callcenter.reporting.completion.notices import NoticeDraft
from callcenter.reporting.completion.performance import Performance
from callcenter.reporting.completion.queries import MonthState, PaymentFacts, ReductionFacts
from callcenter.web.access import Actor


class Month(Struct, frozen=True):
    """A month as it stands at an instant."""

    state: MonthState
    notice: Review
    invoice: Review
    performed: Performance
    reductions: Sequence[ReductionFacts]
    payments: Sequence[PaymentFacts]
    fee: int | None

    @property
    def reduced(self) -> int:
        return sum(one.yen for one in self.reductions if one.stands)

    @property
    def outdated(self) -> bool:
        """Whether a claim that was made says another amount than the fee and the reductions do now."""
        claim = self.state.claim
        return claim is not None and (claim.fee_yen, claim.reduction_yen) != (self.fee, self.reduced)

    @property
    def overpaid(self) -> int:
        owed = self.state.owed
        return max(0, owed.paid - owed.claim) if owed else 0


def month(first: date, *, by: Actor, at: datetime) -> Month:
    """Read a month. Raises `NotFound` for one outside the contract, or one that has not begun."""
    contract, today = contracts.contract(by.contract), local(at).on
    span = queries.span_of(contract, first)
    if span.from_on > today:
        raise NotFound("まだ始まっていない月です。")
    (state,) = queries.states(contract, [first], today)
    notice = notices.review(first, by=by, at=at)
    performed = performance_of(notice)
    return Month(
        state=state,
        notice=notice,
        invoice=invoices.review(performed, first, by=by, at=at),
        performed=performed,
        reductions=queries.reductions_of(contract.id, first),
        payments=queries.payments_of(contract.id, first, first)[first],
        fee=queries.fee_on(contract.id, span.to_on),
    )


def performance_of(notice: Review) -> Performance:
    """The records a notice was reviewed from."""
    assert isinstance(notice.draft, NoticeDraft)
    return notice.draft.performed
