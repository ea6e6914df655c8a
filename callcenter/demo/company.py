"""The demonstration's contract, its accounts with their sign-ins, and its staff list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from callcenter.accounts import service as accounts
from callcenter.audit.service import system_actor
from callcenter.contracts import service as contracts
from callcenter.demo import agreed
from callcenter.demo.attendance import JOINS_LATER
from callcenter.demo.clock import FIRST_ON, LAST_ON
from callcenter.demo.people import (
    CITY,
    COMPANY,
    CONTRACT_TITLE,
    DEPARTMENT,
    DESK,
    PLEDGE,
    PLEDGED_ON,
    QUALIFICATION,
    QUALIFIED,
    STAFF,
    TRAINED_ON,
    TRAINING,
    DemoPerson,
    Duty,
)
from callcenter.rosters import service as rosters
from callcenter.rosters.codes import AgreementKind, CertificateKind, InstructionKind
from callcenter.rosters.papers import service as papers
from callcenter.rosters.papers.rules import AgreementTerms
from callcenter.rosters.rules import Employment, StaffRole
from callcenter.web.access import Actor, Role

PASSWORD: Final = "minato-demo-only-2026"  # noqa: S105
"""Everybody's, printed at each start. It opens nothing but demonstrations: only they have these accounts."""
CODE: Final = "R8-DEMO"
_STAFF_ROLES: Final = {
    Duty.LEADER: StaffRole.SUPERVISOR,
    Duty.DEPUTY: StaffRole.DEPUTY,
    Duty.OPERATOR: StaffRole.OPERATOR,
}
_WEEKS: Final = {Duty.LEADER: 40 * 60, Duty.DEPUTY: 20 * 60, Duty.OPERATOR: 24 * 60}
"""Minutes a week by the contract of employment."""
_DISPATCHED: Final = frozenset({"operator4", "operator5", "operator6"})
AGREED_ON: Final = date(2026, 3, 19)
AGREEMENT_NOTE: Final = "書面は事業場に保管（架空）"
APPROVED_ON: Final = date(2026, 3, 23)
APPROVAL: Final = "業務従事者名簿のとおり、業務責任者、副責任者及びオペレーターの配置を承認する。"


class Company(Struct, frozen=True):
    """Who acts: everybody's `Actor` by login, and the staff ids of those who work at the desk."""

    contract_id: UUID
    actors: Mapping[str, Actor]
    staff_ids: Mapping[str, UUID]

    @property
    def user_ids(self) -> dict[str, UUID]:
        return {login: actor.user_id for login, actor in self.actors.items() if actor.user_id}


def found_company(at: datetime) -> Company:
    """Set contract, people and staff list up. Call it inside a transaction."""
    contract_id = contracts.create_contract(_contract(), by=system_actor(), at=at)
    system = system_actor(contract_id)
    actors = {person.login: _account(person, contract_id, by=system, at=at) for person in STAFF}
    staff_ids = {person.login: _assignment(person, actors[person.login], by=system, at=at) for person in DESK}
    for person in DESK:
        _papers_of(person, staff_ids[person.login], by=system, at=at)
    _agree_beforehand(by=system, at=at)
    agreed.agree(actors["supervisor"], by=system, at=at)
    return Company(contract_id, actors, staff_ids)


def _contract() -> contracts.NewContract:
    return contracts.NewContract(
        code=CODE,
        title=CONTRACT_TITLE,
        city_name=CITY,
        contractor_name=COMPANY,
        place=f"{CITY}役所 {DEPARTMENT}",
        starts_on=FIRST_ON,
        ends_on=LAST_ON,
    )


def _account(person: DemoPerson, contract_id: UUID, *, by: Actor, at: datetime) -> Actor:
    new = accounts.NewUser(person.login, person.name, PASSWORD, must_change_password=False, reading=person.kana)
    user_id = accounts.create_user(new, by=by, at=at)
    role = Role(person.role)
    accounts.grant_role(user_id, contract_id, role, by=by, at=at)
    return Actor(user_id, person.name, frozenset({role}), contract_id, "127.0.0.1")


def _assignment(person: DemoPerson, actor: Actor, *, by: Actor, at: datetime) -> UUID:
    new = rosters.NewStaff(
        code=person.code,
        role=_STAFF_ROLES[person.duty],
        employment=Employment.DISPATCHED if person.login in _DISPATCHED else Employment.DIRECT,
        starts_on=_joins(person),
        details=rosters.StaffDetails(person.name, person.kana, actor.user_id, week_minutes=_WEEKS[person.duty]),
    )
    return rosters.add_staff(new, by=by, at=at)


def _papers_of(person: DemoPerson, staff_id: UUID, *, by: Actor, at: datetime) -> None:
    """Everybody was trained and gave the pledge before the contract began, who joins later with the others."""
    found = [
        papers.NewCertificate(staff_id, CertificateKind.TRAINING, TRAINING, TRAINED_ON),
        papers.NewCertificate(staff_id, CertificateKind.PLEDGE, PLEDGE, PLEDGED_ON),
    ]
    if person.login in QUALIFIED:
        qualified = papers.NewCertificate(
            staff_id, CertificateKind.QUALIFICATION, QUALIFICATION, *QUALIFIED[person.login]
        )
        found.append(qualified)
    for paper in found:
        papers.add_certificate(paper, by=by, at=at)


def _agree_beforehand(*, by: Actor, at: datetime) -> None:
    """The labour agreements of the year, and the headcount the city approved for it."""
    year = (FIRST_ON, LAST_ON)
    for kind, month, limit in (
        (AgreementKind.OVERTIME, 45 * 60, 360 * 60),
        (AgreementKind.STAGGERED_BREAKS, None, None),
    ):
        terms = AgreementTerms(kind, year, AGREED_ON, month, limit)
        papers.add_agreement(papers.NewAgreement(terms, AGREEMENT_NOTE), by=by, at=at)
    approval = papers.NewInstruction(
        InstructionKind.APPROVAL, APPROVED_ON, f"{CITY} {DEPARTMENT}", APPROVAL, FIRST_ON, len(DESK)
    )
    papers.add_instruction(approval, by=by, at=at)


def _joins(person: DemoPerson) -> date:
    return JOINS_LATER.get(person.login, FIRST_ON)
