"""The demonstration's manual and FAQ: the starting content, the city's confirmation, a change, a notice, and uses.

The city confirmed nearly everything before the contract began and found one thing wrong; everybody at the desk has
read it. In the last days a notice came, one entry was changed for it and two of those at the desk have read the
change; another entry that the notice touches is still to be settled.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, datetime
from typing import Final
from uuid import UUID

from msgspec import Struct, structs
from sqlalchemy import select

from callcenter.clock import instant_of
from callcenter.demo import first_edition
from callcenter.demo.clock import FIRST_ON
from callcenter.demo.company import Company
from callcenter.demo.people import DESK
from callcenter.extensions import db
from callcenter.knowledge import approval, confirmations, news, queries, readings, starting, writing
from callcenter.knowledge.confirmations import Seen
from callcenter.knowledge.models import Entry, News, Version
from callcenter.knowledge.news import Issuer, NewNotice, Settlement
from callcenter.knowledge.queries import Current
from callcenter.knowledge.rules import Stage
from callcenter.knowledge.search import store
from callcenter.knowledge.starting import Ready
from callcenter.web.access import Actor
from callcenter.web.transaction import end_read, transaction

CONFIRMED_ON: Final = date(2026, 3, 27)
BEGAN_ON, PUBLISHED_ON = date(2027, 3, 26), date(2027, 3, 29)
_MORNING: Final = 8 * 60 + 20
_NOT_YET: Final = frozenset({"10"})
"""The major category that the city has not looked at."""
_WRONG_KEY: Final = "0101-1"
_WRONG: Final = "窓口での申請は、支所でも受け付けています。受付窓口の一覧を加えてください。"
CHANGED_KEY, TOUCHED_KEY = "0205-1", "0202-3"
_NOTICE: Final = "休日の交付窓口の開設日の追加について（架空）"
_SUMMARY: Final = "令和9年4月から、第2・第4日曜日の午前にも交付窓口を開きます。"
_ADDED: Final = "令和9年4月からは、第2・第4日曜日の午前（9時から12時まで）にも受け取れます。"
_READERS: Final = ("operator1", "operator2")
_FORGOTTEN, _DUE, _LATER = 11, 12, 18
"""After how many months an entry's review date comes."""


def begin(company: Company, at: datetime) -> Future[list[Ready]]:
    """Load the starting content, let the city look at it and have it, and the desk read it before its first call.

    What the search needs takes five seconds and no database: it is prepared while the year is played (`keep`).
    """
    manager, officer = company.actors["manager"], company.actors["officer"]
    wanted = starting.missing(company.contract_id)
    preparing = ThreadPoolExecutor(1).submit(starting.prepared, wanted)
    told = [structs.replace(seed, review_months=_months(place)) for place, seed in enumerate(wanted)]
    with transaction():
        starting.load([Ready(seed, None) for seed in told], by=manager, at=at)
    with transaction():
        _let_the_city_look(officer, instant_of(CONFIRMED_ON, 600))
    first_edition.submit(company)
    at = instant_of(FIRST_ON, _MORNING)
    for person in DESK:
        with transaction():
            _read_everything(company.actors[person.login], at)
    return preparing


def _months(place: int) -> int:
    """A year on, most are looked at again later; some are due this week, and a few were forgotten."""
    return _FORGOTTEN if place % 40 == 7 else _DUE if place % 15 == 3 else _LATER


def keep(preparing: Future[list[Ready]], company: Company) -> None:
    """Keep what was prepared meanwhile: the first question finds its index."""
    contract_id = company.contract_id
    found = db.session.execute(
        select(Entry.starting_key, Version.id)
        .join(Version, (Version.contract_id == Entry.contract_id) & (Version.entry_id == Entry.id))
        .where(Entry.contract_id == contract_id, Version.number == 1)
    )
    versions = {row[0]: row[1] for row in found}
    end_read()
    ready = preparing.result()
    with transaction():
        for one in ready:
            if one.prepared is not None:
                store.keep(contract_id, versions[one.seed.key], one.prepared)


def _let_the_city_look(officer: Actor, at: datetime) -> None:
    found = confirmations.waiting(officer.contract, FIRST_ON)
    wrong = _entry(officer.contract, _WRONG_KEY)
    looked_at = [one for one in found if confirmations.group_of(one) not in _NOT_YET and one.entry.id != wrong]
    confirmations.confirm(map(_seen, looked_at), by=officer, at=at)
    for one in found:
        if one.entry.id == wrong:
            confirmations.comment(_seen(one), _WRONG, by=officer, at=at)


def _seen(one: Current) -> Seen:
    return Seen(one.version.id, one.version.row_version)


def _read_everything(who: Actor, at: datetime) -> None:
    left = readings.unread(who.contract, who.user_id, FIRST_ON) if who.user_id else []
    readings.confirm_first([one.id for one in left], by=who, at=at)


def _entry(contract_id: UUID, key: str) -> UUID:
    return db.session.execute(
        select(Entry.id).where(Entry.contract_id == contract_id, Entry.starting_key == key)
    ).scalar_one()


# --- the last days ---


class Step(Struct, frozen=True):
    """What is done at a minute of a day, by whom."""

    on: date
    minute: int
    login: str
    act: Callable[[Actor, datetime], None]


def on_the_day(on: date, company: Company, *, since: date) -> None:
    """Do what a morning brings. `since`: the first day that was played; without the first step there is no story."""
    for step in STORY if since <= STORY[0].on else ():
        if step.on == on:
            step.act(company.actors[step.login], instant_of(on, step.minute))


def _receive_notice(who: Actor, at: datetime) -> None:
    with transaction():
        new = NewNotice(Issuer.CITY, _NOTICE, received_on=BEGAN_ON, issued_on=date(2027, 3, 25), summary=_SUMMARY)
        news_id = news.record_notice(new, by=who, at=at)
        news.touch(news_id, [_entry(who.contract, key) for key in (CHANGED_KEY, TOUCHED_KEY)], by=who, at=at)


def _write_change(who: Actor, at: datetime) -> None:
    with transaction():
        version_id = writing.new_version(
            _entry(who.contract, CHANGED_KEY), by=who, at=at, news_id=_notice(who.contract)
        )
        draft = _version(who.contract, version_id)
        added = structs.replace(
            draft,
            body=f"{draft.body}\n\n{_ADDED}",
            reason=_SUMMARY,
            review_by_on=starting.months_later(PUBLISHED_ON, 6),
        )
        row_version = writing.edit(version_id, added, 1, by=who, at=at)
        approval.submit(version_id, row_version, by=who, at=at)


def _version(contract_id: UUID, version_id: UUID) -> writing.Content:
    return writing.content_of(queries.version(contract_id, version_id))


def _notice(contract_id: UUID) -> UUID:
    return db.session.execute(
        select(News.id).where(News.contract_id == contract_id, News.title == _NOTICE)
    ).scalar_one()


def _changed(contract_id: UUID) -> UUID:
    """The version that was written for the notice."""
    return db.session.execute(
        select(Version.id).where(Version.contract_id == contract_id, Version.news_id.is_not(None))
    ).scalar_one()


def _approve_change(who: Actor, at: datetime) -> None:
    with transaction():
        approval.decide(_changed(who.contract), approval.Decision(Stage.APPROVED), by=who, at=at)


def _publish_change(who: Actor, at: datetime) -> None:
    version_id = _changed(who.contract)
    prepared = store.prepared_of(queries.version(who.contract, version_id))
    end_read()
    with transaction():
        approval.publish(version_id, approval.Publication(PUBLISHED_ON, prepared), by=who, at=at)
        how = Settlement(_entry(who.contract, CHANGED_KEY), version_id=version_id)
        news.settle(_notice(who.contract), how, by=who, at=at)


def _read_change(who: Actor, at: datetime) -> None:
    with transaction():
        readings.confirm(_changed(who.contract), by=who, at=at)


STORY: Final[tuple[Step, ...]] = (
    Step(BEGAN_ON, 511, "supervisor", _receive_notice),
    Step(BEGAN_ON, 520, "supervisor", _write_change),
    Step(PUBLISHED_ON, 512, "officer", _approve_change),
    Step(PUBLISHED_ON, 516, "supervisor", _publish_change),
    *(Step(PUBLISHED_ON, 520 + place, login, _read_change) for place, login in enumerate(_READERS)),
)
