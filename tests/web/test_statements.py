"""Prepared statements give what the usual way gives, on both databases."""

from __future__ import annotations

from contextlib import nullcontext
from uuid import uuid4

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from callcenter.calls.models import CallSerial
from callcenter.contracts.models import Contract
from callcenter.errors import Conflict
from callcenter.extensions import db
from callcenter.web.statements import Read, Write
from callcenter.web.transaction import hold_read, transaction, writing
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


_TAKE = Write(
    update(CallSerial)
    .where(CallSerial.contract_id == bindparam("wanted", type_=CallSerial.contract_id.type))
    .values(next_number=CallSerial.next_number + 1)
    .returning(CallSerial.next_number)
)


def test_an_update_returns_its_one_value_and_says_when_it_touched_nothing(centre: Centre) -> None:
    with centre.inside(), transaction():
        assert _TAKE.returning(writing(), {"wanted": centre.contract_id}) == 2
        with pytest.raises(LookupError):
            _TAKE.returning(writing(), {"wanted": uuid4()})


def test_what_the_database_refuses_is_told_in_the_usual_way_and_without_the_values(centre: Centre) -> None:
    with centre.inside(), pytest.raises(Conflict) as refused, transaction():
        Write(insert(CallSerial)).execute(writing(), {"contract_id": centre.contract_id, "next_number": 4711})
    assert isinstance(refused.value.__cause__, IntegrityError)
    assert "4711" not in str(refused.value.__cause__)


def test_a_prepared_write_outside_a_transaction_stores_nothing(centre: Centre) -> None:
    """PostgreSQL refuses it; SQLite, which cannot tell, forgets it with the read it stood in."""
    with centre.inside():
        refused = pytest.raises(DBAPIError, match="read-only") if centre.database == "postgresql" else nullcontext()
        with refused:
            _TAKE.returning(db.session.connection(), {"wanted": centre.contract_id})
        db.session.rollback()
        assert db.session.execute(select(CallSerial.next_number)).scalar_one() == 1


def test_a_read_that_is_held_sees_one_moment_where_that_is_asked_for(centre: Centre) -> None:
    numbers = select(CallSerial.next_number)
    with centre.inside():
        hold_read(isolation="REPEATABLE READ")
        before = db.session.execute(numbers).scalar_one()
        with centre.app.app_context(), transaction():
            _TAKE.returning(writing(), {"wanted": centre.contract_id})
        assert db.session.execute(numbers).scalar_one() == before
        db.session.rollback()
        assert db.session.execute(numbers).scalar_one() == before + 1


def test_a_held_read_inside_a_transaction_is_that_transaction(centre: Centre) -> None:
    with centre.inside(), transaction():
        assert hold_read() is writing()
