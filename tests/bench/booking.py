"""Booking at sixteen clients against a bare conditional update plus insert, and the page of free slots."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from callcenter.reservations import catalogue, patterns, queries, service, setup
from callcenter.reservations.patterns import PatternForm
from callcenter.reservations.terms import terms_at
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.bench import bare_apps
from tests.bench.client import MOST_SECONDS, loaded, percentile
from tests.bench.deployments import bare_launch, database_urls, subfolder
from tests.bench.desks import centre_of, deployment_in, headers_of
from tests.bench.measuring import Comparison, Target, alternate
from tests.bench.serving import Server, serving
from tests.calls.factories import token
from tests.centre import Centre

CLIENTS = 16
WARM_UP, BOOKINGS = 200, 400
SEATS, SLOTS = 99, 60
DAYS, PLACES = 60, 3
WARM_PAGES, PAGES = 30, 120
TARGET, PAGE_TARGET = Target(0.5, 0.6), Target(1.5, 1.3, at_most=True)
LONGEST = "the longest wait is to stay under 50 medians and a second"


@dataclass(slots=True)
class Side:
    server: Server
    desk: dict[str, Any]

    def round(self, requests: int) -> dict[str, Any]:
        bounds = {"requests": requests, "most_seconds": MOST_SECONDS}
        return loaded({"kind": "book", "port": self.server.port, "desks": [self.desk] * CLIENTS, **bounds})


def compare(database: str, folder: Path, rounds: int) -> list[Comparison]:
    """Bookings a second with their target; p99 and the longest wait of a successful booker beside it."""
    speed = Comparison(f"book, {CLIENTS} clients, {database}", "bookings/s", TARGET)
    slowest = Comparison(f"book, {database}, p99", "ms")
    longest = Comparison(f"book, {database}, longest", "ms")
    middle: list[float] = []
    with _sides(database, folder) as sides:
        for side in sides:
            side.round(WARM_UP)
        for _ in range(rounds):
            for side, into in zip(sides, ("ours", "bare"), strict=True):
                found = side.round(BOOKINGS)
                getattr(speed, into).append(BOOKINGS / found["seconds"])
                getattr(slowest, into).append(percentile(found["milliseconds"], 0.99))
                getattr(longest, into).append(max(found["milliseconds"]))
                middle += found["milliseconds"] if into == "ours" else []
    worst = max(longest.ours)
    longest.note = f"{worst / median(middle):.0f} × the median of {median(middle):.0f} ms; {LONGEST}"
    return [speed, slowest, longest]


@contextmanager
def _sides(database: str, folder: Path) -> Iterator[list[Side]]:
    with database_urls(database, folder) as (ours_url, bare_url):
        made = deployment_in(subfolder(folder, "ours"), ours_url)
        with centre_of(made) as centre:
            ours = _our_desk(centre)
        launch = bare_launch(subfolder(folder, "bare"), bare_url, "booking", made)
        os.environ[bare_apps.DATABASE] = bare_url
        bare_apps.fill_slots([date(2026, 6, 10)], list(range(540, 540 + SLOTS)), 1_000_000)
        bare = {
            "url": "/book",
            "headers": {"Content-Type": "application/json"},
            "bodies": [{"slot": number, "phone": "090-0000-1234"} for number in range(1, SLOTS + 1)],
        }
        with serving([made.launch(), launch]) as servers:
            yield [Side(servers[0], ours), Side(servers[1], bare)]


def _our_desk(centre: Centre) -> dict[str, Any]:
    """What a machine sends: bookings spread over slots that do not fill up."""
    counters = _places(centre, 1, PatternForm(540, 1020, None, None, 15, SEATS))
    with centre.inside():
        terms = terms_at(centre.contract_id, centre.now)
        procedure = catalogue.procedures(centre.contract_id)[0]
        free = sorted(queries.free_times(terms, "web", terms.window.first_on, terms.window.last_on))
    bodies = [
        {
            "procedure_id": str(procedure.id),
            "counter_id": str(counters[0]),
            "on": one.on.isoformat(),
            "start_minute": one.span.start,
            "phone": "090-0000-1234",
        }
        for one in free[: SLOTS * 20]
    ]
    secret = token(centre, "reservations:write")
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    return {"url": "/api/v1/reservations", "headers": headers, "bodies": bodies}


def _places(centre: Centre, count: int, form: PatternForm, opens_days: int = 45) -> list[Any]:
    by = centre.person(Role.SUPERVISOR).actor
    found = []
    with centre.inside(), transaction():
        terms = terms_at(centre.contract_id, centre.now)
        for number in range(count):
            place_id = setup.save_place(None, f"会場{number + 1}", "", terms=terms, by=by)
            counter = catalogue.place(centre.contract_id, place_id).counters[0].id
            patterns.save_pattern(counter, range(7), form, terms.today, terms=terms, by=by)
            found.append(counter)
        service.settle(terms, by=by)
    return found


def compare_page(database: str, folder: Path, rounds: int) -> list[Comparison]:
    """The overview of free seats, 60 days × 3 places: milliseconds a page."""
    with database_urls(database, folder) as (ours_url, bare_url):
        made = deployment_in(subfolder(folder, "ours"), ours_url)
        with centre_of(made) as centre:
            _places(centre, PLACES, PatternForm(510, 1020, 720, 780, 15, 2))
            ours = {
                "url": f"/reservations/free?days={DAYS}",
                "headers": headers_of(centre.person(Role.OPERATOR).client()),
            }
        launch = bare_launch(subfolder(folder, "bare"), bare_url, "free_page", made)
        os.environ[bare_apps.DATABASE] = bare_url
        days = [date(2026, 6, 4) + timedelta(days=number) for number in range(DAYS)]
        starts = [start for start in range(510, 1020, 15) if not 720 <= start < 780]
        bare_apps.fill_slots([day for day in days if day.weekday() < 5], starts, 2, PLACES)
        with serving([made.launch(), launch]) as (our_server, bare_server):
            bare = {"url": "/free", "headers": {}}
            title = f"free slots of {DAYS} days × {PLACES} places, {database}"
            return [
                alternate(
                    rounds, _pages(our_server, ours), _pages(bare_server, bare), Comparison(title, "ms", PAGE_TARGET)
                )
            ]


def _pages(server: Server, desk: dict[str, Any]) -> Callable[[], float]:
    def round_of(requests: int) -> float:
        bounds = {"requests": requests, "most_seconds": MOST_SECONDS, "marker": "</table>"}
        found = loaded({"kind": "page", "port": server.port, "desks": [desk], **bounds})
        return float(found["seconds"]) / requests * 1000

    round_of(WARM_PAGES)
    return lambda: round_of(PAGES)
