"""Plays the demonstration year into the database, day after day, through the features' own services.

Each day is one transaction in the order in which it would have happened, so that the log reads like a year's.
The texts are the product's own and not scanned again; everything else is what a person's work would leave.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from flask import current_app
from msgspec import Struct

from callcenter.calls import desk_queries as desk
from callcenter.calls import history as call_history
from callcenter.calls import queries as calls
from callcenter.calls import service as call_service
from callcenter.calls.drafts import StoredDraft
from callcenter.calls.exchange import history as exchange_history
from callcenter.calls.forms import Times, Typed
from callcenter.calls.record_queries import record_of
from callcenter.calls.rules import CallState
from callcenter.clock import instant_of
from callcenter.config import Settings
from callcenter.contracts.queries import calendar
from callcenter.demo import appointments, attendance, episodes, handover, knowledge_story, months, records
from callcenter.demo import rosters as roster_desk
from callcenter.demo.appointments import Appointments
from callcenter.demo.attendance import PersonDay
from callcenter.demo.clock import FIRST_ON, LAST_ON, RECORDED_UNTIL_MINUTE, TODAY
from callcenter.demo.company import Company, found_company
from callcenter.demo.shape import CLOSES_MINUTE, DayShape, day_counts, day_shape
from callcenter.demo.uses import Uses
from callcenter.extensions import new_id
from callcenter.protection.deployment import keys_for
from callcenter.rosters import attendance as punches
from callcenter.rosters import history as roster_history
from callcenter.rosters import queries as rosters
from callcenter.rosters.rules import Mark, PunchKind
from callcenter.web.access import Actor
from callcenter.web.transaction import transaction

SEED: Final = 8
SOURCE: Final = "市の電話交換機（集計）"
FOUNDED_ON: Final = FIRST_ON - timedelta(days=8)
_EVENING: Final = CLOSES_MINUTE + 5
_WHOLE_DAY: Final = 1440
Tell = Callable[[int], None]


class Scene(Struct, frozen=True):
    """An open day of the year: how many open days before today it lies (negative: after) and its calls."""

    on: date
    ahead: int
    calls: int

    @property
    def until_minute(self) -> int:
        """How far the day has come."""
        return 0 if self.ahead < 0 else _WHOLE_DAY if self.ahead else RECORDED_UNTIL_MINUTE

    @property
    def evening_at(self) -> datetime:
        """When the day's work is entered: at its end, and no later than now."""
        return min(instant_of(self.on, _EVENING), instant_of(TODAY, RECORDED_UNTIL_MINUTE))


def scenes(open_days: Sequence[date], days: int | None = None) -> list[Scene]:
    """The days to play: the last `days` before today (all of them when None), today, and what is to come."""
    today = open_days.index(TODAY)
    counts = day_counts(open_days, SEED)
    found = [Scene(on, today - place, counts[on]) for place, on in enumerate(open_days)]
    return [scene for scene in found if days is None or scene.ahead <= days]


def load(days: int | None, tell: Tell) -> Company:
    """Found the company and play its days, telling after each. Refuses (`RuntimeError`) outside a demonstration."""
    settings: Settings = current_app.extensions["callcenter_settings"]
    if not settings.demonstration:
        raise RuntimeError("demonstration data belong into a demonstration's home")
    with transaction():
        company = found_company(instant_of(FOUNDED_ON, 600))
    preparing = knowledge_story.begin(company, instant_of(FOUNDED_ON, 660))
    wanted = scenes(calendar(company.contract_id).open_days(FIRST_ON, LAST_ON), days)
    book, uses = Appointments(company.contract_id), Uses(company)
    for scene in wanted:
        uses.begin_day(scene.on)
        knowledge_story.on_the_day(scene.on, company, since=wanted[0].on)
        months.on_the_day(scene.on, company, since=wanted[0].on)
        play(scene, company, book)
        tell(1)
    uses.finish(instant_of(TODAY, RECORDED_UNTIL_MINUTE))
    _arrange_the_month(company)
    knowledge_story.keep(preparing, company)
    return company


def _arrange_the_month(company: Company) -> None:
    """The roster in force, a request that waits, and the month's report as a draft."""
    at = instant_of(TODAY, RECORDED_UNTIL_MINUTE)
    roster_desk.publish_month(company.actors["supervisor"], at)
    roster_desk.ask_for_leave(company, at)
    months.draft_of_this_month(company, at)


def play(scene: Scene, company: Company, book: Appointments) -> None:
    """One day: what the day before left to do, the day itself, and the report in the evening."""
    shape = day_shape(scene.on, scene.calls, SEED)
    people = attendance.day_at_work(shape, scene.ahead, SEED, scene.until_minute)
    leader = company.actors[people[0].person.login]
    if scene.ahead >= 0:
        handover.answer_of_the_city(scene.on, scene.ahead + 1, company, leader)
    with transaction():
        _correct_forgotten(scene, company, leader)
        if scene.ahead >= 0:
            _keep_appointments(scene, people, company, book, leader)
        _load_work(scene, people, company, leader)
        if scene.ahead >= 0:
            _load_calls(scene, records.until(shape, scene.until_minute), company, leader)
            _load_exchange(scene, shape, leader)
            _besides(scene, company, leader)
    if scene.ahead in episodes.SUBMITTED_DAYS:
        handover.submit(scene.on, by=leader, at=instant_of(scene.on, CLOSES_MINUTE + 30))


def _load_work(scene: Scene, people: tuple[PersonDay, ...], company: Company, leader: Actor) -> None:
    kept = episodes.with_forgotten(people, scene.ahead) if scene.ahead > 0 else people
    days = [
        roster_history.HistoryDay(company.staff_ids[one.person.login], scene.on, one.shift, one.marks) for one in kept
    ]
    roster_history.load_history(days, by=leader, at=scene.evening_at)


def _load_calls(scene: Scene, shape: DayShape, company: Company, leader: Actor) -> None:
    operators = attendance.operators_of(scene.on, shape.desks, scene.ahead)
    found = records.calls_of(shape, operators, company.user_ids, SEED)
    if scene.ahead and episodes.voids_a_call(scene.ahead):
        found.insert(len(found) // 2, found[len(found) // 2])
    call_history.load_history(found, by=leader, at=scene.evening_at)


def _load_exchange(scene: Scene, shape: DayShape, leader: Actor) -> None:
    explained = scene.ahead > episodes.LEFT_OPEN
    gaps = [gap for gap in episodes.gaps_of(shape) if explained]
    day = records.exchange_of(shape, gaps, scene.until_minute)
    exchange_history.load_history([day], source_name=SOURCE, by=leader, at=scene.evening_at)


def _besides(scene: Scene, company: Company, leader: Actor) -> None:
    if scene.ahead > episodes.LEFT_OPEN:
        roster_desk.note_shortages(company, scene.on, by=leader, at=scene.evening_at)
    told = episodes.matter_of(scene.ahead)
    if told and scene.ahead:
        handover.add_matter(scene.on, told, by=leader, at=scene.evening_at)
    if scene.ahead and episodes.voids_a_call(scene.ahead):
        _void_double(scene, leader)
    for left in episodes.left_open(scene.ahead):
        operators = attendance.operators_of(scene.on, left.desk + 1, scene.ahead)
        _leave_open(scene.on, left, company.actors[operators[left.desk].login])


def _keep_appointments(
    scene: Scene, people: tuple[PersonDay, ...], company: Company, book: Appointments, leader: Actor
) -> None:
    if scene.ahead <= appointments.PLAYED:
        actors = [company.actors[one.person.login] for one in people]
        book.day(scene.on, scene.ahead, scene.until_minute, actors=actors, leader=leader)


def _void_double(scene: Scene, leader: Actor) -> None:
    """Void the second of the two records of one conversation."""
    keys, seen = keys_for(leader.contract), set()
    for line in calls.day_calls(leader.contract, scene.on):
        mark = (line.operator_id, line.local_minute, line.talk_seconds, line.acw_seconds)
        if mark in seen:
            version = record_of(leader.contract, line.id).version
            place = call_service.Place(line.id, version, CallState.SAVED)
            call_service.void_call(keys, place, episodes.VOID_REASON, by=leader, at=scene.evening_at)
            return
        seen.add(mark)


def _leave_open(on: date, left: episodes.LeftOpen, operator: Actor) -> None:
    """A call with words in it that its operator has not saved."""
    began_at = instant_of(on, left.minute)
    call_id = call_service.open_call(new_id(), by=operator, at=began_at)
    row = desk.target(call_id, "", by=operator).row
    draft = StoredDraft(Typed(phone=left.phone, question=left.question))
    at = began_at + timedelta(minutes=1)
    prepared = call_service.prepare_draft(keys_for(operator.contract), row, draft, Times(began_at), at)
    call_service.keep_draft(prepared, by=operator)


def _correct_forgotten(scene: Scene, company: Company, leader: Actor) -> None:
    """Enter the punch that somebody forgot the evening before."""
    before = scene.ahead + 1
    if scene.ahead < 0 or before == episodes.LEFT_OPEN or not episodes.forgetful(before):
        return
    at = instant_of(scene.on, 540)
    for found in rosters.open_days(company.contract_id, scene.on - timedelta(days=14), scene.on, at):
        mark = Mark(PunchKind.OUT, CLOSES_MINUTE + 3)
        correction = punches.Correction(found.member.id, found.on, (), (mark,), episodes.PUNCH_REASON)
        punches.correct(correction, by=leader, at=at)
