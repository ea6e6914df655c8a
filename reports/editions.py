"""What the network edition leaves out (003 clause 10(1)⑤): done on the values, so no sheet can print it.

Names of staff become None (the code is shown); free texts are withheld unless the city's permission is
recorded, and with permission the names of the staff of the day or the period in them are replaced by their codes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Protocol

from msgspec.structs import replace

from reports.daily import ContractFacts, DailyReport, Edition, Issue, Person, Staffing, StaffLine
from reports.period import Instruction, PeriodReport

#: Stands where a text exists but this edition must not carry it.
WITHHELD = "（手渡し用に記載）"

Rule = Callable[[str | None], str | None]


class Issued(Protocol):
    """A report of any period: all of them say whose they are and in which edition."""

    @property
    def contract(self) -> ContractFacts: ...

    @property
    def issue(self) -> Issue: ...


def for_edition(report: DailyReport) -> DailyReport:
    """The report as its edition may show it; the hand-over edition is the report itself."""
    if report.issue.edition is Edition.HANDOVER:
        return report
    rule = _rule_of(report, (line.person for line in report.staffing.lines))
    return replace(
        _without_texts(report, rule),
        contract=_nameless_contract(report.contract),
        issue=_nameless_issue(report.issue, rule),
        staffing=_nameless_staffing(report.staffing, rule),
    )


def for_period_edition(report: PeriodReport) -> PeriodReport:
    """The report over a period as its edition may show it; the hand-over edition is the report itself."""
    if report.issue.edition is Edition.HANDOVER:
        return report
    rule = _rule_of(report, _people_of(report))
    return replace(
        _without_period_texts(report, rule),
        contract=_nameless_contract(report.contract),
        issue=_nameless_issue(report.issue, rule),
        # Who instructed is a person of the city; which list applies since when is not.
        bundle=replace(report.bundle, instructed_by=""),
        people=tuple(replace(one, person=_nameless(one.person)) for one in report.people),
        trainings=tuple(
            replace(one, person=_nameless(one.person), title=rule(one.title) or "") for one in report.trainings
        ),
    )


def _people_of(report: PeriodReport) -> list[Person]:
    return [*(one.person for one in report.people), *(one.person for one in report.trainings)]


def _without_period_texts(report: PeriodReport, rule: Rule) -> PeriodReport:
    return replace(
        report,
        cases=tuple(replace(one, text=rule(one.text)) for one in report.cases),
        coverage=tuple(replace(one, measures=rule(one.measures)) for one in report.coverage),
        instructions=tuple(_without_words(one, rule) for one in report.instructions),
        matters=tuple(replace(one, text=rule(one.text)) for one in report.matters),
        comments=tuple(replace(one, text=rule(one.text)) for one in report.comments),
    )


def _without_words(one: Instruction, rule: Rule) -> Instruction:
    return replace(one, content=rule(one.content), response=rule(one.response))


def texts_withheld(report: Issued) -> bool:
    """True when this rendition must not carry free texts."""
    return report.issue.edition is Edition.NETWORK and not report.issue.free_texts_permitted


def _rule_of(report: Issued, people: Iterable[Person]) -> Rule:
    """What happens to a free text of this network edition."""
    return _masked_by(_codes_by_spelling(_everyone(report, people))) if not texts_withheld(report) else _withheld


def _withheld(text: str | None) -> str | None:
    return WITHHELD if text else None


def _masked_by(codes: dict[str, str]) -> Rule:
    if not codes:
        return lambda text: text
    spellings = re.compile("|".join(re.escape(name) for name in sorted(codes, key=len, reverse=True)))
    return lambda text: spellings.sub(lambda found: codes[found.group()], text) if text else text


def _codes_by_spelling(people: Iterable[Person]) -> dict[str, str]:
    """Each staff name as it may be typed (with either space, without, the family name alone) → code."""
    codes: dict[str, str] = {}
    for person in people:
        parts = (person.name or "").split()
        for spelling in (
            "".join(parts),
            " ".join(parts),
            "　".join(parts),
            parts[0] if len(parts) > 1 else "",
        ):
            if len(spelling) > 1:
                codes.setdefault(spelling, person.code)
    return codes


def _everyone(report: Issued, people: Iterable[Person]) -> list[Person]:
    issue = report.issue
    approver = issue.approval.person if issue.approval else None
    others = (report.contract.responsible, approver, issue.prepared_by, issue.checked_by)
    return [*people, *(person for person in others if person is not None)]


def _without_texts(report: DailyReport, rule: Rule) -> DailyReport:
    return replace(
        report,
        inquiries=tuple(replace(line, report_text=rule(line.report_text)) for line in report.inquiries),
        matters=tuple(replace(matter, text=rule(matter.text)) for matter in report.matters),
        gap_reasons=tuple(replace(reason, text=rule(reason.text)) for reason in report.gap_reasons),
    )


def _nameless(person: Person) -> Person:
    return Person(person.code, None)


def _nameless_contract(contract: ContractFacts) -> ContractFacts:
    return replace(contract, responsible=_nameless(contract.responsible))


def _nameless_staffing(staffing: Staffing, rule: Rule) -> Staffing:
    """The cause of a shortage is a word of a list and stays; what was typed of it does not."""
    return replace(
        staffing,
        lines=tuple(_nameless_line(line, rule) for line in staffing.lines),
        shortages=tuple(replace(one, detail=rule(one.detail), measure=rule(one.measure)) for one in staffing.shortages),
    )


def _nameless_line(line: StaffLine, rule: Rule) -> StaffLine:
    return replace(line, person=_nameless(line.person), note=rule(line.note))


def _nameless_issue(issue: Issue, rule: Rule) -> Issue:
    return replace(
        issue,
        version=replace(issue.version, change_note=rule(issue.version.change_note)),
        approval=issue.approval and replace(issue.approval, person=_nameless(issue.approval.person)),
        prepared_by=issue.prepared_by and _nameless(issue.prepared_by),
        checked_by=issue.checked_by and _nameless(issue.checked_by),
    )
