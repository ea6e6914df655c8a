"""The texts that would leave with a report over a period, and what in them may be personal (003 8③, 10(1)⑤).

A `place` names the kind, the day and what is there: `call:2026-06-01:12`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from msgspec import Struct

from callcenter.calls.caller_queries import callers_between
from callcenter.contracts import queries as contracts
from callcenter.contracts.settings import PUBLIC_PHONES
from callcenter.protection.deployment import keys_for
from callcenter.protection.keys import ContractKeys
from callcenter.reporting import queries
from callcenter.reporting.periods.known import Sieve, number_findings
from callcenter.reporting.texts import Callers, ReportText, TextFinding, findings_in, mark_of
from callcenter.reservations.caller_queries import applicants_between
from reports.period import Comment, PeriodReport, Span
from reports.period_bundle import SECTIONS
from reports.wareki import wareki

CALL, MATTER, INSTRUCTION, SHORTAGE, TRAINING = "call", "matter", "instruction", "shortage", "training"
COMMENT, NOTE = "comment", "note"


def texts_of(report: PeriodReport) -> list[ReportText]:
    """Every text of the report that a person typed."""
    parts = (_cases, _matters, _instructions, _shortages, _trainings, _comments)
    return [text for part in parts for text in part(report) if text.text]


def note_text(note: str) -> ReportText:
    """What changed since the version before: it stands on the cover."""
    return ReportText(NOTE, "変更点", note)


def _text(kind: str, on: date, which: object, label: str, words: str | None) -> ReportText:
    return ReportText(f"{kind}:{on.isoformat()}:{which}", label, words or "")


def _cases(report: PeriodReport) -> Iterator[ReportText]:
    return (_text(CALL, one.on, one.number, f"#{one.number}", one.text) for one in report.cases)


def _matters(report: PeriodReport) -> Iterator[ReportText]:
    return (
        _text(MATTER, one.on, one.kind, f"報告事項（{wareki(one.on)}・{one.kind}）", one.text) for one in report.matters
    )


def _instructions(report: PeriodReport) -> Iterator[ReportText]:
    for one in report.instructions:
        for part, words in (("内容", one.content), ("対応", one.response)):
            label = f"市の指示 第{one.number}号（{part}）"
            yield _text(INSTRUCTION, one.received_on, f"{one.number}{part}", label, words)


def _shortages(report: PeriodReport) -> Iterator[ReportText]:
    return (
        _text(SHORTAGE, one.on, "", f"配置の不足の対策（{wareki(one.on)}）", one.measures) for one in report.coverage
    )


def _trainings(report: PeriodReport) -> Iterator[ReportText]:
    titles = dict.fromkeys((one.on, one.title) for one in report.trainings)
    return (_text(TRAINING, on, at, f"研修（{wareki(on)}）", title) for at, (on, title) in enumerate(titles))


def _comments(report: PeriodReport) -> Iterator[ReportText]:
    return (_comment(one, report.span) for one in report.comments)


def _comment(one: Comment, span: Span) -> ReportText:
    return _text(COMMENT, span.from_on, one.section, f"所見（{SECTIONS[one.section]}）", one.text)


class People(Struct, frozen=True):
    """Who of the period seems to stand in the texts, in the clear."""

    callers: Callers
    notice_numbers: tuple[str, ...] = ()


def people_in(contract_id: UUID, span: Span, texts: Iterable[ReportText]) -> People:
    """Look for the period's callers and applicants in the texts. Read within `hold_read()`, put into the log before."""
    sieve = Sieve(text.text for text in texts)
    names, phones, numbers = dict[str, None](), dict[str, None](), dict[str, None]()

    def sift(name: str, phone: str, number: str = "") -> None:
        for kept, words, may_stand in (
            (names, name, sieve.has_name),
            (phones, phone, sieve.has_phone),
            (numbers, number, sieve.has_number),
        ):
            if words and may_stand(words):
                kept[words] = None

    for name, phone in callers_between(contract_id, span.from_on, span.to_on):
        sift(name, phone)
    for one in applicants_between(contract_id, span.from_on, span.to_on):
        sift(one.name, one.phone, one.notice_number)
    return People(Callers(tuple(names), tuple(phones)), tuple(numbers))


def findings_of(contract_id: UUID, span: Span, texts: list[ReportText]) -> list[TextFinding]:
    """What may be personal in the texts, with what a person already confirmed (kept under the period's first day)."""
    people, keys = people_in(contract_id, span, texts), keys_for(contract_id)
    confirmed = queries.confirmed_marks(contract_id, span.from_on)
    public = contracts.setting(contract_id, "public_phones", span.to_on, PUBLIC_PHONES)
    found = findings_in(texts, people.callers, keys=keys, confirmed=confirmed, public=public)
    return [*found, *_of_numbers(texts, people, found, keys, confirmed)]


def _of_numbers(
    texts: Iterable[ReportText],
    people: People,
    known: Iterable[TextFinding],
    keys: ContractKeys,
    confirmed: set[bytes],
) -> Iterator[TextFinding]:
    """Notice numbers that no other finding holds already."""
    taken = {(item.source, at) for item in known for at in range(item.finding.start, item.finding.end)}
    for source in texts:
        for finding in number_findings(source.text, people.notice_numbers):
            if all((source, at) not in taken for at in range(finding.start, finding.end)):
                mark = mark_of(keys, source, finding)
                yield TextFinding(source, finding, mark, mark in confirmed)
