"""Sixty-four clients want the last seat of a real server, again and again: one gets it, whatever the database.

And a change that is killed between its two writes: never two appointments, never none.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from callcenter.extensions import db
from callcenter.reservations import queries
from callcenter.reservations.models import Reservation, ReservationSeat
from tests.bench.desks import Deployment, centre_of, deployment_in
from tests.bench.serving import ROOT, serving
from tests.calls.factories import token
from tests.centre import Centre
from tests.postgres import PostgresServer
from tests.reservations.factories import MORNING, ON, Book, book_of

CLIENTS = 64
ROUNDS, SOAK_ROUNDS = 50, 1000
CAPACITIES = (1, 2)


@pytest.fixture(params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deployment]:
    """A deployment of its own on each database."""
    if request.param == "sqlite":
        yield deployment_in(tmp_path, f"sqlite:///{tmp_path}/book.sqlite")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"races_{uuid4().hex}"
    yield deployment_in(tmp_path, server.create_database(name))
    server.drop_database(name)


def outcome_of(plan: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.reservations.racers"],
        input=json.dumps(plan).encode(),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=1800,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def race(made: Deployment, rounds: int, capacity: int) -> None:
    with centre_of(made) as centre:
        book = book_of(centre, capacity=capacity, end_minute=1020)
        plan = {"clients": CLIENTS, "headers": headers(centre), "rounds": wishes(book, rounds)}
        with serving([made.launch()]) as servers:
            found = outcome_of({**plan, "port": servers[0].port})
        assert found["failures"] == []
        assert [counts.get("201", 0) for counts in found["counts"]] == [capacity] * rounds
        assert seats(centre) == rounds * capacity
        book.counters_agree()


def headers(centre: Centre) -> dict[str, str]:
    secret = token(centre, "reservations:write")
    return {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}


def wishes(book: Book, rounds: int) -> list[dict[str, Any]]:
    """A body for each round: another time each."""
    with book.centre.inside():
        terms = book.terms()
        free = queries.free_times(terms, "web", terms.window.first_on, terms.window.last_on)
    found = [
        {
            "procedure_id": str(book.issue),
            "counter_id": one.counter,
            "on": one.on.isoformat(),
            "start_minute": one.span.start,
            "phone": "090-1234-5678",
        }
        for one in sorted(free)[:rounds]
    ]
    assert len(found) == rounds
    return found


def seats(centre: Centre) -> int:
    with centre.inside():
        found: int = db.session.execute(select(func.count()).select_from(ReservationSeat)).scalar_one()
        booked = db.session.execute(
            select(func.count()).select_from(Reservation).where(Reservation.state == "booked")
        ).scalar_one()
    assert found == booked
    return found


def test_the_last_seat_is_sold_once(made: Deployment) -> None:
    race(made, ROUNDS, capacity=1)


@pytest.mark.soak
@pytest.mark.parametrize("capacity", CAPACITIES)
def test_the_last_seats_are_sold_once_in_a_thousand_rounds(made: Deployment, capacity: int) -> None:
    race(made, SOAK_ROUNDS // len(CAPACITIES), capacity)


# --- killed between the two writes of a change ---

KILLED = """
import os, signal, sys
from datetime import date
from uuid import UUID
from callcenter.app import create_app
from callcenter.audit.service import system_actor
from callcenter.clock import now
from callcenter.protection.deployment import keys_for
from callcenter.reservations import seats, service
from callcenter.reservations.changes import Place
from callcenter.reservations.choosing import Time
from callcenter.reservations.forms import CancelTyped
from callcenter.reservations.terms import terms_at
from callcenter.web.transaction import transaction, writing

contract, reservation, counter, when = (sys.argv[n] for n in range(1, 5))
moment, start = sys.argv[5], int(sys.argv[6])

def killed(*_about, **_more):
    os.kill(os.getpid(), signal.SIGKILL)

taken = seats.take
def then_killed(*about, **more):
    taken(*about, **more)
    killed()

seats.take = {"before": killed, "after": then_killed}[moment]
app = create_app()
with app.app_context(), transaction():
    contract = UUID(contract)
    service.move(
        Place(UUID(reservation), 1), Time(UUID(counter), date.fromisoformat(when), start), CancelTyped("self"),
        keys=keys_for(contract), terms=terms_at(contract, now()), by=system_actor(contract),
    )
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_change_killed_between_its_two_writes_leaves_the_old_one(made: Deployment, moment: str) -> None:
    """`before`: the old seat is returned and the new one not taken. `after`: both are done, nothing is committed."""
    with centre_of(made) as centre:
        centre.at(made.now)
        book = book_of(centre)
        booked = book.book()
        arguments = (centre.contract_id, booked.reservation_id, book.counter_id, ON, moment, MORNING + 30)
        done = subprocess.run(
            [sys.executable, "-c", KILLED, *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **made.environment},
            capture_output=True,
            check=False,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()
        row = book.stands(booked)
        assert (row.state, row.start_minute, row.version) == ("booked", MORNING, 1)
        assert seats(centre) == 1
        book.counters_agree()
        book.move(booked, MORNING + 30)
        assert seats(centre) == 1
