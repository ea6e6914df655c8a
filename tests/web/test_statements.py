"""Prepared statements give what the usual way gives, on both databases."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import bindparam, select

from callcenter.contracts.models import Contract
from callcenter.extensions import db
from callcenter.web.statements import Read
from tests.centre import Centre

_CONTRACT = select(Contract.id, Contract.code, Contract.starts_on, Contract.created_at).where(
    Contract.id == bindparam("wanted", type_=Contract.id.type)
)


def test_a_row_holds_the_values_that_the_usual_way_gives(centre: Centre) -> None:
    with centre.inside():
        (usual,) = db.session.execute(_CONTRACT, {"wanted": centre.contract_id}).all()
        (prepared,) = Read(_CONTRACT).all(db.session.connection(), {"wanted": centre.contract_id})
    assert prepared._asdict() == usual._asdict()
    assert prepared.created_at.tzinfo is not None


def test_the_first_row_of_nothing_is_none(centre: Centre) -> None:
    with centre.inside():
        assert Read(_CONTRACT).first(db.session.connection(), {"wanted": uuid4()}) is None


def test_a_value_that_is_not_given_is_a_fault(centre: Centre) -> None:
    with centre.inside(), pytest.raises(KeyError):
        Read(_CONTRACT).all(db.session.connection(), {})
