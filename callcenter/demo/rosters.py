"""What the demonstration's supervisor does about the roster: notes of shortages, the month in force, requests."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from callcenter.demo.clock import LAST_ON, TODAY
from callcenter.demo.company import Company
from callcenter.demo.shape import OPENS_MINUTE
from callcenter.rosters.codes import LeaveKind, ShortageCause
from callcenter.rosters.coverage import queries as coverage
from callcenter.rosters.coverage.service import NewNote, note_shortage
from callcenter.rosters.months import drafts, publishing
from callcenter.rosters.months.leave import NewLeave, request_leave
from callcenter.web.access import Actor
from callcenter.web.transaction import transaction

_EARLY: Final = OPENS_MINUTE + 30
_CAUSES: Final = {
    True: (
        ShortageCause.LATE,
        "オペレーター1名の出勤が遅れたため。",
        "副責任者が着信を受け、本人に始業10分前の着席を指導しました。",
    ),
    False: (
        ShortageCause.BREAK,
        "昼休みからの戻りが遅れ、次の交替と重なったため。",
        "交替は前の人の着席を確かめてから行うよう、朝礼で周知しました。",
    ),
}
ASKS_FOR_LEAVE: Final = "operator6"
LEAVE_NOTE: Final = "私用のため"
BELOW: Final = "月末の配置を確認し、昼休みの交替で対応するため"


def note_shortages(company: Company, on: date, *, by: Actor, at: datetime) -> None:
    """Say why operators were fewer than the minimum on a day, and what was done."""
    for day in coverage.days(company.contract_id, on, on, at):
        for one in day.stretches:
            cause, detail, measure = _CAUSES[one.span.start < _EARLY]
            note_shortage(NewNote(on, one.span, cause, detail, measure), by=by, at=at)


def publish_month(leader: Actor, at: datetime) -> None:
    """Publish the month of today as it is planned."""
    first = TODAY.replace(day=1)
    with transaction():
        drafts.start_draft(first, by=leader, at=at)
    with transaction():
        publishing.publish(publishing.Publication(first, 1, BELOW, accepts_shortage=True), by=leader, at=at)


def ask_for_leave(company: Company, at: datetime) -> None:
    """Somebody asks for tomorrow off: left for this morning's supervisor to decide."""
    tomorrow = min(TODAY + timedelta(days=1), LAST_ON)
    wanted = NewLeave(company.staff_ids[ASKS_FOR_LEAVE], LeaveKind.PAID, tomorrow, tomorrow, LEAVE_NOTE)
    with transaction():
        request_leave(wanted, by=company.actors[ASKS_FOR_LEAVE], at=at)
