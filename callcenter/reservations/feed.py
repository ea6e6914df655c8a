"""A place's appointments as a calendar (iCalendar): numbers, times and counters; nobody's name.

The address carries its own revocable token, because calendar programs cannot sign in. It tells of one place, from
yesterday to the end of the booking window, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response
from sqlalchemy import select, update

from callcenter.accounts.passwords import digest
from callcenter.clock import instant_of, now
from callcenter.errors import NotFound
from callcenter.extensions import db
from callcenter.reservations import catalogue, queries
from callcenter.reservations.catalogue_models import ReservationFeed
from callcenter.reservations.rules import State, number_of
from callcenter.reservations.terms import terms_at
from callcenter.web.access import allow, anyone
from callcenter.web.statements import touched
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("reservations_feed", __name__)
NOTED_EVERY = timedelta(hours=1)


@blueprint.get("/calendar/<secret>.ics")
@allow(anyone("a calendar program cannot sign in; the address carries its own revocable token"))
def calendar(secret: str) -> Response:
    """The calendar of the place a token was made for. Raises `NotFound` for any other token, and a revoked one."""
    at = now()
    feed = db.session.execute(
        select(ReservationFeed.__table__).where(
            ReservationFeed.token_hash == digest(secret), ReservationFeed.revoked_at.is_(None)
        )
    ).first()
    if feed is None:
        raise NotFound()
    made = _calendar(feed, at)
    _note_use(feed, at)
    answer = Response(made, content_type="text/calendar; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _note_use(feed: Any, at: datetime) -> None:
    """When it was last asked for, to the hour: an address nobody uses can be seen and revoked."""
    if feed.last_used_at is not None and at - feed.last_used_at < NOTED_EVERY:
        return
    end_read()
    with transaction():
        touched(
            update(ReservationFeed)
            .where(ReservationFeed.contract_id == feed.contract_id, ReservationFeed.id == feed.id)
            .values(last_used_at=at)
        )


def _calendar(feed: Any, at: datetime) -> bytes:
    from icalendar import Calendar  # only where a calendar is asked for

    place = catalogue.place(feed.contract_id, feed.place_id)
    made = Calendar()
    made.add("prodid", "-//callcenter//reservations//JA")
    made.add("version", "2.0")
    made.add("x-wr-calname", place.name)
    for event in _events(feed, place, at):
        made.add_component(event)
    content: bytes = made.to_ical()
    return content


def _events(feed: Any, place: catalogue.Place, at: datetime) -> Iterator[Any]:
    from icalendar import Event

    terms = terms_at(feed.contract_id, at)
    wanted = queries.ListFilter(terms.today - timedelta(days=1), terms.window.last_on, feed.place_id)
    names = catalogue.names(feed.contract_id)
    shown = (State.BOOKED.value, State.ATTENDED.value, State.LATE.value, State.NO_SHOW.value)
    for row in queries.listed(feed.contract_id, wanted):
        if row.state not in shown:
            continue
        event = Event()
        event.add("uid", f"{row.id}@reservations")
        event.add("dtstamp", at.astimezone(UTC))
        event.add("dtstart", instant_of(row.local_on, row.start_minute))
        event.add("dtend", instant_of(row.local_on, row.end_minute))
        event.add("summary", f"{number_of(row.number)} {names.procedure(row.procedure_id)} {row.people}人")
        event.add("location", f"{place.name} {names.counters[row.counter_id].name}")
        event.add("sequence", row.version)
        yield event
