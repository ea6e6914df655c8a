"""What the log needs to know of other features; `app.py` binds it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from flask import current_app

from callcenter.audit.rules import SYSTEM_CHAIN, chain_of

PEOPLE = "callcenter_people"
PeopleUnder = Callable[[UUID], Mapping[UUID, str]]
"""The people (and machines) that may act under a contract, by id, in the order in which lists show them."""


CONTRACTS_IN_USE = "callcenter_contracts_in_use"
ContractsInUse = Callable[[], Collection[UUID]]
"""The contracts under which something was done that only an entry of their log can account for."""


def people_under(contract_id: UUID) -> Mapping[UUID, str]:
    bound: PeopleUnder = current_app.extensions[PEOPLE]
    return bound(contract_id)


def chains_in_use() -> set[str]:
    """The chains that must hold entries: the system's too as soon as there is a contract in use."""
    bound: ContractsInUse = current_app.extensions[CONTRACTS_IN_USE]
    found = {chain_of(contract_id) for contract_id in bound()}
    return found | {SYSTEM_CHAIN} if found else found
