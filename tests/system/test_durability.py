"""A call that was acknowledged is there, whatever happens: the server is killed in the middle of saves, repeatedly.

The real server (`callcenter serve`) runs on a scratch home; eight desks save over HTTP; its whole process group gets
SIGKILL at a moment of chance. Then the database itself is read: every call that was answered with 200 is saved under
its number, once, with its entry in the log; nothing is half there; the log is whole.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from callcenter.audit import queries as audit_queries
from callcenter.audit.models import AuditEntry
from callcenter.calls.models import Call
from callcenter.calls.sealing import opened_texts
from callcenter.extensions import db
from callcenter.protection.deployment import keys_for
from tests.bench.client import outcome_of
from tests.bench.desks import Deployment, centre_of, deployment_in, desks_in
from tests.bench.serving import Launch, Server
from tests.centre import Centre
from tests.postgres import PostgresServer

DESKS = 8
ROUNDS, SOAK_ROUNDS = 3, 100
MOST_ROUNDS = 12
"""On a slow machine a round acknowledges next to nothing: so many are tried until there is something to prove."""
SOONEST_SECONDS, LATEST_SECONDS = 0.5, 1.5
MOST_SAVES = 20_000
"""More than any server saves before it is killed."""
EARLY = "tests.system.acknowledging_early:create_app()"
GONE = ("ConnectionResetError", "ConnectionRefusedError", "BrokenPipeError")
NUMBER = "number"


@pytest.fixture(scope="module")
def durable_postgres() -> Iterator[PostgresServer]:
    with PostgresServer.start(durable=True) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def scratch(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deployment]:
    """A deployment of its own on each database."""
    if request.param == "sqlite":
        yield deployment_in(tmp_path, f"sqlite:///{tmp_path}/calls.sqlite")
        return
    server: PostgresServer = request.getfixturevalue("durable_postgres")
    name = f"durability_{uuid4().hex}"
    yield deployment_in(tmp_path, server.create_database(name))
    server.drop_database(name)


# --- one round: save, kill ---


@dataclass(slots=True)
class Acknowledged:
    """Numbers by call, over all rounds so far, and how many saves may have been on their way when the server died."""

    numbers: dict[UUID, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    on_their_way: int = 0

    def round(self, centre: Centre, made: Deployment, seconds: float, application: str | None = None) -> None:
        """New desks save until the server is killed after `seconds`; their calls open by the server's own clock."""
        centre.at(made.now)
        desks = desks_in(centre, DESKS)
        found = _saves_until_killed(made.launch(application), desks, seconds)
        self.numbers |= {UUID(call.rpartition("/")[2]): number for call, number in found["saved"]}
        self.refused += found["refused"]
        self.on_their_way += DESKS


def _saves_until_killed(launch: Launch, desks: list[dict[str, Any]], seconds: float) -> dict[str, Any]:
    server = Server.start(launch)
    bounds = {"requests": MOST_SAVES, "most_seconds": 30.0}
    plan = {"kind": "save", "port": server.port, "desks": desks, "patient": True, **bounds}
    killer = threading.Timer(seconds, server.kill)
    try:
        killer.start()
        found = outcome_of(plan)
    finally:
        killer.cancel()
        server.kill()
    wrong = [text for text in found["failures"] if not text.startswith(GONE)]
    assert not wrong, wrong
    return found


# --- the proof: what stands in the database ---


def faults(centre: Centre, acknowledged: Acknowledged) -> list[str]:
    """What was promised and is not so. Empty: every acknowledged call is there, and nothing is half there."""
    with centre.inside():
        rows = db.session.execute(select(Call.__table__)).all()
        entries = db.session.execute(select(AuditEntry.__table__).where(AuditEntry.action == "call.saved")).all()
        log = audit_queries.verify()
        found = [text for row in rows for text in _faults_of(row)]
    saved = {row.id: row.number for row in rows if row.number is not None}
    found += [f"lost: #{number}" for call, number in acknowledged.numbers.items() if saved.get(call) != number]
    found += _faults_of_numbers(sorted(saved.values()), acknowledged)
    logged = Counter((UUID(entry.entity_id), entry.details[NUMBER]) for entry in entries)
    found += [f"no entry for #{number}" for call, number in saved.items() if logged[call, number] != 1]
    found += [f"an entry without its call: #{number}" for call, number in logged if saved.get(call) != number]
    return found if log.whole else [*found, f"the log is broken: {log}"]


def _faults_of(row: Any) -> list[str]:
    """A call is open without a number, or saved with number, texts and times: nothing between."""
    if row.state == "open":
        return [f"an open call with a number: #{row.number}"] if row.number is not None else []
    texts = opened_texts(keys_for(row.contract_id), row)
    whole = (
        row.state == "saved"
        and row.draft is None
        and None not in (row.number, row.saved_at, row.started_at, row.category_code, row.disposition, row.save_key)
        and all((texts.phone, texts.caller_name, texts.question, texts.answer, texts.report_text))
    )
    return [] if whole else [f"half a call: #{row.number}"]


def _faults_of_numbers(numbers: list[int], acknowledged: Acknowledged) -> list[str]:
    """A serial that moves only with the commit has no gaps; beyond the acknowledged come only those on their way."""
    gapless = numbers == list(range(1, len(numbers) + 1))
    unasked = len(numbers) - len(acknowledged.numbers)
    found = [] if gapless else ["the numbers have gaps or repeat"]
    return found if unasked <= acknowledged.on_their_way else [*found, f"{unasked} calls nobody heard of"]


# --- the tests ---


def _rounds(centre: Centre, made: Deployment, count: int) -> Acknowledged:
    """At least `count` rounds, and more while too few calls were acknowledged to prove anything."""
    chance, acknowledged = random.Random(count), Acknowledged()
    for done in range(max(count, MOST_ROUNDS)):
        if done >= count and len(acknowledged.numbers) > count * DESKS:
            break
        acknowledged.round(centre, made, chance.uniform(SOONEST_SECONDS, LATEST_SECONDS))
        assert faults(centre, acknowledged) == []
        assert acknowledged.refused == []
    return acknowledged


def test_no_acknowledged_call_is_lost_when_the_server_is_killed(scratch: Deployment) -> None:
    with centre_of(scratch) as centre:
        acknowledged = _rounds(centre, scratch, ROUNDS)
        assert len(acknowledged.numbers) > ROUNDS * DESKS


@pytest.mark.soak
def test_no_acknowledged_call_is_lost_in_a_hundred_kills(scratch: Deployment) -> None:
    with centre_of(scratch) as centre:
        acknowledged = _rounds(centre, scratch, SOAK_ROUNDS)
        assert len(acknowledged.numbers) > SOAK_ROUNDS * DESKS


def test_a_server_that_acknowledges_before_it_commits_is_caught(scratch: Deployment) -> None:
    with centre_of(scratch) as centre:
        acknowledged = Acknowledged()
        for _ in range(MOST_ROUNDS):
            acknowledged.round(centre, scratch, LATEST_SECONDS, EARLY)
            if any(text.startswith("lost") for text in faults(centre, acknowledged)):
                return
        pytest.fail("the proof did not see that acknowledged calls were lost")
