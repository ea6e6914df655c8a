"""The list of reservations: its filter in an address and in words, its columns, its days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import url_for
from sqlalchemy import select

from callcenter.accounts import directory
from callcenter.errors import InvalidInput
from callcenter.extensions import db
from callcenter.reservations.catalogue import Names
from callcenter.reservations.models import ReservationEntry, ReservationEvent
from callcenter.reservations.queries import ListFilter
from callcenter.reservations.rules import Channel, EventKind, State
from callcenter.web.forms import id_of, optional_date
from callcenter.web.labels import date_label
from reports.columns import Column, Kind

COLUMNS = (
    Column("number", "予約番号", Kind.CODE, 12),
    Column("on", "来庁日", Kind.DATE),
    Column("start_minute", "時刻", Kind.CLOCK),
    Column("where", "会場・窓口", Kind.TEXT, 28),
    Column("procedure", "手続", Kind.TEXT, 26),
    Column("people", "人数", Kind.COUNT),
    Column("name", "氏名", Kind.TEXT, 14),
    Column("notice_number", "通知書の番号", Kind.TEXT, 16),
    Column("phone", "連絡先", Kind.TEXT, 16),
    Column("visitor", "来庁者", Kind.TEXT, 16),
    Column("channel", "経路", Kind.TEXT, 8),
    Column("state", "状態", Kind.TEXT, 10),
    Column("booked_at", "予約した日時", Kind.MOMENT),
)


def filter_from(given: Mapping[str, str], today: date) -> ListFilter:
    """Raises `InvalidInput`. Without dates: today; with one of them: that day alone."""
    first = optional_date(given.get("from"), "from")
    last = optional_date(given.get("to"), "to")
    first, last = first or last or today, last or first or today
    if last < first:
        raise InvalidInput(errors={"to": ["終わりの日は、始めの日以後にしてください。"]})
    state, channel = given.get("state", ""), given.get("channel", "")
    if state and not State.has(state):
        raise InvalidInput(errors={"state": ["状態を一覧から選んでください。"]})
    if channel and not Channel.has(channel):
        raise InvalidInput(errors={"channel": ["経路を一覧から選んでください。"]})
    return ListFilter(first, last, _id(given, "place"), _id(given, "procedure"), state, channel)


def _id(given: Mapping[str, str], name: str) -> UUID | None:
    return id_of(given[name], name) if given.get(name) else None


def as_args(wanted: ListFilter) -> dict[str, str]:
    """The filter as it stands in an address: coded values only."""
    found = {
        "from": wanted.from_on.isoformat(),
        "to": wanted.to_on.isoformat(),
        "place": str(wanted.place_id or ""),
        "procedure": str(wanted.procedure_id or ""),
        "state": wanted.state,
        "channel": wanted.channel,
    }
    return {name: value for name, value in found.items() if value}


def conditions(wanted: ListFilter, names: Names) -> list[tuple[str, str]]:
    """The filter in words, for the sheet that says how a list was made."""
    first, last = date_label(wanted.from_on), date_label(wanted.to_on)
    place = next((one.place_name for one in names.counters.values() if one.place_id == wanted.place_id), "")
    shown = [
        ("来庁日", first if first == last else f"{first}〜{last}"),
        ("会場", place),
        ("手続", names.procedure(wanted.procedure_id) if wanted.procedure_id else ""),
        ("状態", State.of(wanted.state).label if wanted.state else ""),
        ("経路", Channel.of(wanted.channel).label if wanted.channel else ""),
    ]
    return [(label, words) for label, words in shown if words]


def by_day(lines: Iterable[dict[str, Any]]) -> list[tuple[date, list[dict[str, Any]]]]:
    return [(on, list(own)) for on, own in groupby(lines, key=lambda line: line["on"])]


def free_rows(found: Mapping[tuple[date, UUID], int], places: Sequence[Any]) -> list[tuple[date, list[int | None]]]:
    """A row for each day on which there is a slot; None where a place has none, 0 where it is full."""
    days = sorted({on for on, _ in found})
    return [(on, [found.get((on, place.id)) for place in places]) for on in days]


def export_line(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line as it stands in a file: words instead of codes."""
    return {
        **line,
        "visitor": line["visitor_label"],
        "channel": line["channel_label"],
        "state": line["state_label"],
    }


def entry_lines(contract_id: UUID, reservation_id: UUID) -> list[dict[str, Any]]:
    """What was entered in the city's system for a reservation, by whom, and who saw it there."""
    rows = db.session.execute(
        select(ReservationEntry.__table__, ReservationEvent.kind)
        .join(
            ReservationEvent,
            (ReservationEvent.contract_id == ReservationEntry.contract_id)
            & (ReservationEvent.id == ReservationEntry.id),
        )
        .where(ReservationEntry.contract_id == contract_id, ReservationEntry.reservation_id == reservation_id)
        .order_by(ReservationEntry.id)
    ).all()
    who = directory.names_under(contract_id) if rows else {}
    return [
        {
            "id": row.id,
            "what": EventKind.of(row.kind).label,
            "city_number": row.city_number or "",
            "entered_at": row.entered_at,
            "entered_by": who.get(row.entered_by, "") if row.entered_by else "",
            "verified_at": row.verified_at,
            "verified_by": who.get(row.verified_by, "") if row.verified_by else "",
            "returned_note": row.returned_note,
        }
        for row in rows
    ]


def href(args: Mapping[str, str]) -> str:
    """The address of the list under a filter; an entry `from` would be a keyword of the language otherwise."""
    return f"{url_for('reservations.list_reservations')}?{urlencode(args)}"
