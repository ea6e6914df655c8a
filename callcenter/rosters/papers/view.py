"""What the pages say of papers: a person's standing, the approved headcount, the agreements in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from callcenter.contracts.queries import contract
from callcenter.rosters.codes import AgreementKind, CertificateKind
from callcenter.rosters.papers import queries
from callcenter.rosters.papers.queries import Agreement, Approval, Certificate
from callcenter.rosters.papers.rules import IMPOSSIBLE_WITHOUT, Period, Standing, covered_until, standing
from callcenter.rosters.queries import StaffMember

SHOWN = (CertificateKind.TRAINING, CertificateKind.PLEDGE)


def day_of_contract(contract_id: UUID, today: date) -> date:
    """Today, or the nearest day of the contract."""
    term = contract(contract_id)
    return min(max(today, term.starts_on), term.ends_on)


class PaperState(Struct, frozen=True):
    """How a person stands with a kind of paper: the state, and the last valid day where it has one."""

    kind: CertificateKind
    standing: Standing
    until: date | None = None


class PersonPapers(Struct, frozen=True):
    """A person's training and pledge on a day, all their papers, and the planned days that lack a valid training."""

    states: tuple[PaperState, ...]
    papers: tuple[Certificate, ...] = ()
    untrained_days: tuple[date, ...] = ()

    @property
    def trained(self) -> bool:
        return self.states[0].standing in (Standing.VALID, Standing.ENDING)


def person_papers(contract_id: UUID, member: StaffMember, on: date) -> PersonPapers:
    """One person's papers as they stand on a day."""
    papers = tuple(queries.certificates(contract_id, member.id))
    days = queries.untrained_days(contract_id, on).get(member.id, [])
    return PersonPapers(_states(papers, on), papers, tuple(days))


def staff_papers(contract_id: UUID, on: date) -> Mapping[UUID, PersonPapers]:
    """The same of everybody who has a paper or a planned day without training; without the papers themselves."""
    kept: dict[UUID, list[Certificate]] = {}
    for paper in queries.certificates(contract_id):
        kept.setdefault(paper.staff_id, []).append(paper)
    days = queries.untrained_days(contract_id, on)
    return {
        staff_id: PersonPapers(_states(kept.get(staff_id, ()), on), untrained_days=tuple(days.get(staff_id, ())))
        for staff_id in {*kept, *days}
    }


NO_PAPERS = PersonPapers(tuple(PaperState(kind, Standing.NONE) for kind in SHOWN))


def _states(papers: Sequence[Certificate], on: date) -> tuple[PaperState, ...]:
    standing_papers = [paper for paper in papers if paper.stands]
    return tuple(_state(kind, [one.period for one in standing_papers if one.kind is kind], on) for kind in SHOWN)


def _state(kind: CertificateKind, periods: Sequence[Period], on: date) -> PaperState:
    found = standing(periods, on)
    if found is Standing.NONE:
        return PaperState(kind, found)
    if found is Standing.EXPIRED:
        return PaperState(kind, found, max(one.until for one in periods if one.until is not None))
    return PaperState(kind, found, covered_until(periods, on))


class Headcount(Struct, frozen=True):
    """The people assigned on a day beside what the city approved."""

    assigned: int
    approval: Approval | None

    @property
    def warning(self) -> str:
        """What does not agree, empty when all does (9(1))."""
        if self.approval is None or self.assigned == self.approval.headcount:
            return ""
        difference = self.assigned - self.approval.headcount
        if difference > 0:
            return f"承認人員を超えています（{difference}名、仕様書9(1)）"
        return f"承認人員に足りません（{-difference}名、仕様書9(1)）"


class AgreementState(Struct, frozen=True):
    """How things stand with a kind of agreement on a day. `impossible`: what may not be done without one."""

    kind: AgreementKind
    standing: Standing
    until: date | None
    next_from: date | None
    impossible: str


def agreement_states(found: Sequence[Agreement], on: date) -> tuple[AgreementState, ...]:
    """Each kind of agreement on a day, from all that are standing or set aside."""
    return tuple(_agreement_state(kind, [one for one in found if one.kind is kind], on) for kind in AgreementKind)


def _agreement_state(kind: AgreementKind, found: Sequence[Agreement], on: date) -> AgreementState:
    periods = [one.period for one in found if one.stands]
    holds = standing(periods, on)
    covered = holds in (Standing.VALID, Standing.ENDING)
    until = covered_until(periods, on) if covered else None
    coming = [period.from_on for period in periods if period.from_on > (until or on)]
    return AgreementState(kind, holds, until, min(coming, default=None), "" if covered else IMPOSSIBLE_WITHOUT[kind])
