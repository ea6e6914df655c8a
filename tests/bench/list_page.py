"""The list page of 25,000 calls against a bare page of 50 rows with the same count."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from callcenter.calls.history import HistoryCall, load_history
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.bench import bare_apps
from tests.bench.client import CONNECTIONS, MOST_SECONDS, loaded
from tests.bench.deployments import bare_launch, database_urls, subfolder
from tests.bench.desks import ANSWERS, CATEGORY, QUESTIONS, REPORT, centre_of, deployment_in, headers_of
from tests.bench.measuring import Comparison, Target, alternate
from tests.bench.serving import Server, serving
from tests.centre import MONDAY_MORNING, Centre

CALLS, CALLS_A_DAY, BATCH = 25_000, 104, 2_500
WARM_UP, PAGES = 30, 150
TARGET = Target(0.4, 0.6)


def compare(database: str, folder: Path, rounds: int) -> list[Comparison]:
    """Rounds of ours and bare in turn: pages a second."""
    with database_urls(database, folder) as (ours_url, bare_url):
        made = deployment_in(subfolder(folder, "ours"), ours_url)
        with centre_of(made) as centre:
            fill(centre, CALLS)
            ours = {"url": "/calls", "headers": headers_of(centre.person(Role.SUPERVISOR).client())}
        launches = [made.launch(), bare_launch(subfolder(folder, "bare"), bare_url, "listing", made)]
        os.environ[bare_apps.DATABASE] = bare_url
        bare_apps.fill(CALLS)
        with serving(launches) as (our_server, bare_server):
            found = Comparison(f"list page of {CALLS:,} calls, {database}", "pages/s", TARGET)
            return [alternate(rounds, _pages(our_server, ours), _pages(bare_server, _BARE), found)]


_BARE: dict[str, Any] = {"url": "/calls", "headers": {}}


def _pages(server: Server, desk: dict[str, Any]) -> Callable[[], float]:
    def round_of(requests: int) -> float:
        bounds = {"requests": requests, "most_seconds": MOST_SECONDS, "marker": "</table>"}
        found = loaded({"kind": "page", "port": server.port, "desks": [desk] * CONNECTIONS, **bounds})
        return requests / float(found["seconds"])

    round_of(WARM_UP)
    return lambda: round_of(PAGES)


def fill(centre: Centre, count: int) -> None:
    """A year's calls, an ordinary number a day, up to this morning."""
    person = centre.person(Role.OPERATOR)
    starts = [_start(turn) for turn in range(count)]
    for first in range(0, count, BATCH):
        batch = [_call(turn, starts[turn], person.user_id) for turn in range(first, min(first + BATCH, count))]
        with centre.inside(), transaction():
            load_history(batch, by=person.actor, at=centre.now)


def _start(turn: int) -> datetime:
    days_back, place = divmod(turn, CALLS_A_DAY)
    return MONDAY_MORNING - timedelta(days=days_back + 1) + timedelta(minutes=5 * place)


def _call(turn: int, started_at: datetime, operator_id: UUID) -> HistoryCall:
    return HistoryCall(
        started_at=started_at,
        talk_seconds=180,
        acw_seconds=25,
        category_code=CATEGORY,
        disposition="completed",
        operator_id=operator_id,
        caller_name="見本 花子",
        phone=f"073-4{turn % 90 + 10}-{turn % 1000:04d}",
        question=QUESTIONS[turn % 3],
        answer=ANSWERS[turn % 3],
        report_text=REPORT,
    )
