from __future__ import annotations

import pytest
from sqlalchemy import insert, select, text

from callcenter.accounts.models import SignInAttempt
from callcenter.errors import Conflict
from callcenter.extensions import db
from callcenter.web.transaction import transaction
from tests.centre import Centre


def _attempt(centre: Centre, subject: str) -> dict[str, object]:
    return {"kind": "login", "subject": subject, "failures": 1, "last_failure_at": centre.now}


def test_a_write_outside_a_transaction_is_refused(centre: Centre) -> None:
    with centre.inside(), pytest.raises(RuntimeError, match="outside"):
        db.session.execute(insert(SignInAttempt).values(_attempt(centre, "a")))


def test_a_flush_outside_a_transaction_is_refused(centre: Centre) -> None:
    with centre.inside():
        db.session.add(SignInAttempt(**_attempt(centre, "a")))
        with pytest.raises(RuntimeError, match="outside"):
            db.session.flush()


def test_an_error_inside_leaves_nothing_behind(centre: Centre) -> None:
    with centre.inside():
        with pytest.raises(ValueError, match="stop"), transaction():
            db.session.execute(insert(SignInAttempt).values(_attempt(centre, "a")))
            raise ValueError("stop")
        assert db.session.execute(select(SignInAttempt.subject)).all() == []


def test_transactions_do_not_nest(centre: Centre) -> None:
    with centre.inside(), pytest.raises(RuntimeError, match="inside"), transaction(), transaction():
        pass


def test_the_gate_is_free_again_after_an_error(centre: Centre) -> None:
    with centre.inside():
        with pytest.raises(ValueError, match="stop"), transaction():
            raise ValueError("stop")
        with transaction():
            db.session.execute(insert(SignInAttempt).values(_attempt(centre, "b")))


def test_a_constraint_that_refuses_is_a_conflict(centre: Centre) -> None:
    with centre.inside():
        with pytest.raises(Conflict), transaction():
            for _ in range(2):
                db.session.execute(insert(SignInAttempt).values(_attempt(centre, "same")))


def test_sqlite_writes_with_full_durability(sqlite_centre: Centre) -> None:
    with sqlite_centre.inside():
        assert db.session.execute(text("PRAGMA synchronous")).scalar() == 2
        assert db.session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert db.session.execute(text("PRAGMA foreign_keys")).scalar() == 1
