"""The notice of a month (contract Art. 11): its review, and its submission."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from callcenter.contracts import queries as contracts
from callcenter.deliveries import service as deliveries
from callcenter.deliveries.rules import Kind, Part
from callcenter.errors import Conflict
from callcenter.reporting.completion import documents, queries
from callcenter.reporting.completion.documents import Review
from callcenter.reporting.completion.performance import Performance, performed
from callcenter.reporting.completion.rules import NoticeState, notice_checks
from callcenter.reporting.completion.service import hold_still
from callcenter.web.access import Actor
from reports.daily import Edition
from reports.forms import notice as form
from reports.period import Span


class NoticeDraft(Struct, frozen=True):
    """The notice as it would be written now."""

    letter: form.Notice
    performed: Performance

    @property
    def figures(self) -> Mapping[str, Mapping[str, Any]]:
        return {entry.key: entry.as_dict() for entry in self.letter.entries}

    def content(self, letter: form.Notice, edition: Edition, part: Part) -> bytes:
        """The bytes of one file."""
        write = form.notice_workbook if part is Part.WORKBOOK else form.notice_paper
        return write(form.for_edition(letter, edition))


def review(first: date, *, by: Actor, at: datetime) -> Review:
    """The notice of a month as it stands. Raises `NotFound` for a month outside the contract."""
    contract = contracts.contract(by.contract)
    span = queries.span_of(contract, first)
    found = performed(contract.id, span, at)
    versions = documents.versions_of(contract.id, Kind.NOTICE, span)
    sender = queries.sender_on(contract, span.to_on)
    number = versions[0].number + 1 if versions else 1
    letter = form.Notice(
        head=documents.draft_head(form.FORM, contract, sender, number, by=by, at=at),
        term=Span(contract.starts_on, contract.ends_on),
        month=span,
        place=contract.place,
        entries=found.entries,
    )
    state = NoticeState(
        over=queries.is_over(span, at),
        monthly=queries.answer_of(found.monthly),
        unsubmitted=len(found.unsubmitted),
        parties_missing=not (sender.address and sender.representative),
    )
    return Review(Kind.NOTICE, form.STEM, first, span, versions, notice_checks(state), NoticeDraft(letter, found))


def submit(found: Review, built: deliveries.Submission, *, by: Actor, at: datetime) -> UUID:
    """Keep a built notice and put it before the city. Raises `Conflict` when the month changed while it was built."""
    hold_still(by.contract)
    if review(found.first, by=by, at=at).mark != found.mark:
        raise Conflict(documents.CHANGED)
    return deliveries.submit(built, by=by, at=at)
