"""Publishing a month: the draft becomes the version in force, and its difference the planned shifts. Never commits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.audit.service import Act, record
from callcenter.errors import Conflict, InvalidInput
from callcenter.extensions import db, new_id
from callcenter.rosters import planning
from callcenter.rosters.codes import RosterState
from callcenter.rosters.months.drafts import draft_row, hold_still, insert_cells, lock_month, outdated, replace_cells
from callcenter.rosters.months.facts import MonthFacts, month_facts
from callcenter.rosters.months.judging import DayShortage, judge, month_shortages
from callcenter.rosters.months.models import RosterVersion
from callcenter.rosters.months.queries import LiveShift, cells_of, live_cells, live_shifts
from callcenter.rosters.months.rules import Cell, Change, Month, differences
from callcenter.rosters.papers.models import StaffingInstruction
from callcenter.rosters.planning import DayPlan, RowPlan
from callcenter.web.access import Actor
from callcenter.web.labels import date_label
from reports.wareki import length
from reports.wareki import span as span_label

MOST_NAMED = 20
REASON_NEEDED = "第2版からは、変えた理由を入力してください。"
SHORTAGE_REASON = "最少人員を下回る時間があるまま公開する理由を入力してください。"
SHORTAGE_TICK = "最少人員を下回る時間があります。内容を確かめて、印を付けてください。"


class Publication(Struct, frozen=True):
    """The draft to publish, as it was seen. `reason` (cleaned and scanned) is needed from the second version on, and
    for a roster below the minimum, which `accepts_shortage` has to say knowingly."""

    first: date
    version: int
    reason: str = ""
    instruction_id: UUID | None = None
    accepts_shortage: bool = False


class Published(Struct, frozen=True):
    """The number of the version and the person's days that it changed in the plan."""

    number: int
    changes: tuple[Change, ...]


def publish(wanted: Publication, *, by: Actor, at: datetime) -> Published:
    """Publish the draft, in one go with the planned shifts of every day from today on.

    Raises `InvalidInput` naming person, day and rule for what stands in the way, `Conflict` naming the days whose plan
    was changed elsewhere meanwhile (`drafts.reload_days` takes them over) or when somebody was faster.
    """
    hold_still(by.contract)
    row = draft_row(by.contract, wanted.first, wanted.version)
    facts = month_facts(by.contract, wanted.first, at)
    _keep_past(row, facts)
    _require_current(row, facts.month)
    cells = cells_of(by.contract, row.id)
    _require_publishable(wanted, row.number, facts, cells)
    _require_instruction(by.contract, wanted.instruction_id)
    changes = write_plan(facts, cells, f"シフト表 第{row.number}版", by=by, at=at)
    _promote(row, wanted, by=by, at=at)
    _record(row, changes, by=by, at=at)
    return Published(row.number, changes)


def _keep_past(row: RosterVersion, facts: MonthFacts) -> None:
    """Days that are over stand in the version as they were planned in the end: a publication never rewrites them."""
    month = facts.month
    live = live_cells(row.contract_id, month.from_on, month.to_on)
    differing = differences(cells_of(row.contract_id, row.id), live)
    past = [change.key for change in differing if change.on < facts.today]
    if past:
        replace_cells(row, {key: tuple(cell for cell in live if cell.key == key) for key in past})


def _require_current(row: RosterVersion, month: Month) -> None:
    changed = outdated(row.contract_id, month, row.id, row.created_at)
    days = sorted({on for _, on in changed})
    if days:
        named = "、".join(map(date_label, days[:MOST_NAMED])) + ("ほか" if len(days) > MOST_NAMED else "")
        raise Conflict(
            f"{named}の予定が、この案を作ったあとに変わっています。「変わった日を案に取り込む」を押してから公開してください。"
        )


def _require_publishable(wanted: Publication, number: int, facts: MonthFacts, cells: Sequence[Cell]) -> None:
    errors: dict[str, list[str]] = {}
    blocking = [one.text for one in judge(facts, cells) if one.blocking]
    if blocking:
        errors["_"] = blocking[:MOST_NAMED] + ([f"ほか{len(blocking) - MOST_NAMED}件"] * (len(blocking) > MOST_NAMED))
    shortages = month_shortages(facts, cells)
    if shortages and not wanted.accepts_shortage:
        errors["accepts_shortage"] = [SHORTAGE_TICK, *map(shortage_words, shortages[:MOST_NAMED])]
    if not wanted.reason and (number > 1 or shortages):
        errors["reason"] = [SHORTAGE_REASON if shortages else REASON_NEEDED]
    if errors:
        raise InvalidInput("公開できませんでした。", errors=errors)


def _require_instruction(contract_id: UUID, instruction_id: UUID | None) -> None:
    if instruction_id is None:
        return
    row = db.session.get(StaffingInstruction, (contract_id, instruction_id))
    if row is None or row.set_aside_at is not None:
        raise InvalidInput(errors={"instruction_id": ["市の指示を選び直してください。"]})


def shortage_words(found: DayShortage) -> str:
    """`令和8年6月1日（月）：12:00～13:00は1名（最少2名）、あわせて1時間`"""
    spans = "、".join(f"{span_label(one.span.start, one.span.end)}は{one.present}名" for one in found.stretches)
    return f"{date_label(found.day.on)}：{spans}（最少{found.day.minimum}名）。あわせて{length(found.minutes)}"


def write_plan(facts: MonthFacts, cells: Iterable[Cell], why: str, *, by: Actor, at: datetime) -> tuple[Change, ...]:
    """Bring the planned shifts of today and later to these cells. Raises `InvalidInput` as `planning.plan_day`."""
    month = facts.month
    live = live_shifts(by.contract, month.from_on, month.to_on)
    found = differences((one.cell for one in live), cells)
    changes = tuple(change for change in found if change.on >= facts.today)
    by_day: defaultdict[date, list[Change]] = defaultdict(list)
    for change in changes:
        by_day[change.on].append(change)
    for on, of_day in sorted(by_day.items()):
        rows = [row for change in of_day for row in _rows(change, live)]
        _plan_day(DayPlan(on, tuple(rows), why), by=by, at=at)
    return changes


def _rows(change: Change, live: Sequence[LiveShift]) -> Iterable[RowPlan]:
    """What is no longer wanted is withdrawn, what is new is planned; a shift of the day that stays is left alone."""
    key = str(change.staff_id)
    for one in live:
        if one.cell.key == change.key and one.cell.times not in change.after:
            yield RowPlan(key, change.staff_id, None, one.id)
    for times in change.after:
        if times not in change.before:
            yield RowPlan(key, change.staff_id, times)


def _plan_day(plan: DayPlan, *, by: Actor, at: datetime) -> None:
    try:
        planning.plan_day(plan, by=by, at=at)
    except InvalidInput as error:
        texts = [text for texts in error.errors.values() for text in texts]
        raise InvalidInput(error.message, errors={"_": texts}) from error


def _promote(row: RosterVersion, wanted: Publication, *, by: Actor, at: datetime) -> None:
    supersede(row.contract_id, row.month, at)
    row.state, row.published_at, row.published_by = RosterState.PUBLISHED.value, at, by.user_id
    row.reason, row.instruction_id = wanted.reason, wanted.instruction_id
    row.version += 1
    db.session.flush()


def _of_month(contract_id: UUID, month: date, state: RosterState) -> RosterVersion | None:
    statement = select(RosterVersion).where(
        RosterVersion.contract_id == contract_id, RosterVersion.month == month, RosterVersion.state == state.value
    )
    return db.session.execute(statement).scalar_one_or_none()


def supersede(contract_id: UUID, month: date, at: datetime) -> RosterVersion | None:
    """Let the version in force, if there is one, be an old one."""
    row = _of_month(contract_id, month, RosterState.PUBLISHED)
    if row is not None:
        row.state, row.superseded_at = RosterState.SUPERSEDED.value, at
        row.version += 1
        db.session.flush()
    return row


def _record(row: RosterVersion, changes: Sequence[Change], *, by: Actor, at: datetime) -> None:
    details = {
        "month": f"{row.month:%Y-%m}",
        "number": row.number,
        "cells": len(changes),
        "instruction": str(row.instruction_id) if row.instruction_id else None,
    }
    record(Act("roster.published", "roster_version", str(row.id), details), by=by, at=at)


def picture_plan(first: date, reason: str, changes: Sequence[Change], *, by: Actor, at: datetime) -> int | None:
    """Where the month is published: make the plan in force, which an approved leave or swap has just changed, its next
    version. Its number; None where nothing is published yet. A draft moves up by one."""
    lock_month(by.contract)
    before = supersede(by.contract, first, at)
    if before is None:
        return None
    number = before.number + 1
    draft = _of_month(by.contract, first, RosterState.DRAFT)
    if draft is not None:
        draft.number = number + 1
        db.session.flush()
    row = _pictured(before, number, reason, by=by, at=at)
    facts = month_facts(by.contract, first, at)
    fixed = {(cell.key, cell.times) for cell in cells_of(by.contract, before.id) if cell.fixed}
    live = live_cells(by.contract, facts.month.from_on, facts.month.to_on)
    kept = (Cell(one.staff_id, one.on, one.times, (one.key, one.times) in fixed) for one in live)
    insert_cells(by.contract, row.id, kept)
    _record(row, changes, by=by, at=at)
    return number


def _pictured(before: RosterVersion, number: int, reason: str, *, by: Actor, at: datetime) -> RosterVersion:
    row = RosterVersion(
        contract_id=before.contract_id,
        id=new_id(),
        month=before.month,
        number=number,
        state=RosterState.PUBLISHED.value,
        reason=reason,
        based_on_id=before.id,
        created_at=at,
        created_by=by.user_id,
        published_at=at,
        published_by=by.user_id,
    )
    db.session.add(row)
    db.session.flush()
    return row
