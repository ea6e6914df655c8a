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
from callcenter.demo.attendance import JOINS_LATER
from callcenter.demo.clock import FIRST_ON, LAST_ON
from callcenter.demo.people import CITY, COMPANY, CONTRACT_TITLE, DEPARTMENT, DESK, STAFF, DemoPerson, Duty
from callcenter.rosters import service as rosters
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
_DISPATCHED: Final = frozenset({"operator4", "operator5", "operator6"})


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
        details=rosters.StaffDetails(person.name, person.kana, actor.user_id),
    )
    return rosters.add_staff(new, by=by, at=at)


def _joins(person: DemoPerson) -> date:
    return JOINS_LATER.get(person.login, FIRST_ON)
