"""Use cases of a roster that is being made. None of them commits. A draft's single cells are no entries of the log:
what is published is, day by day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import delete, insert, select, tuple_

from callcenter.audit.service import Act, record
from callcenter.clock import local
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.rosters.codes import RosterState
from callcenter.rosters.months.facts import month_days
from callcenter.rosters.months.models import RosterCell, RosterVersion
from callcenter.rosters.months.queries import cells_of, changed_since, in_state, live_cells, versions
from callcenter.rosters.months.rules import Cell, Key, Month, Shifts, by_cell, self_overlap
from callcenter.rosters.queries import staff_list
from callcenter.rosters.service import about, lock_staff
from callcenter.web.access import Actor
from reports.wareki import span as span_label

CHANGED = "ほかの人が先に、このシフト表の案を変えました。読み直してから、もう一度入力してください。"
OVER = "過ぎた日の予定は、案では変えられません。「1日の予定」で、理由を付けて変えてください。"


class CellChange(Struct, frozen=True):
    """What a person's day is to be: its shifts (none: empty) and whether the solver has to leave it."""

    staff_id: UUID
    on: date
    shifts: Shifts
    fixed: bool = False

    @property
    def cells(self) -> tuple[Cell, ...]:
        return tuple(Cell(self.staff_id, self.on, times, self.fixed) for times in self.shifts)


def start_draft(first: date, *, empty: bool = False, key: UUID | None = None, by: Actor, at: datetime) -> UUID:
    """Begin the month's next version from the plan in force, or empty from tomorrow on: today people are at work. Where
    a draft is already there, it is that one. Raises `InvalidInput` outside the contract."""
    month = month_days(by.contract, first)
    hold_still(by.contract)
    lock_month(by.contract)
    known = versions(by.contract, first)
    existing = in_state(known, RosterState.DRAFT)
    if existing is not None:
        return existing.id
    published = in_state(known, RosterState.PUBLISHED)
    row = RosterVersion(
        contract_id=by.contract,
        id=new_id(),
        month=first,
        number=max((one.number for one in known), default=0) + 1,
        state=RosterState.DRAFT.value,
        based_on_id=published.id if published else None,
        created_at=at,
        created_by=by.user_id,
        idempotency_key=key,
    )
    db.session.add(row)
    db.session.flush()
    insert_cells(by.contract, row.id, _first_cells(by.contract, month, published.id if published else None, empty, at))
    details = {"month": month.label, "number": row.number, "empty": empty}
    record(Act("roster.drafted", "roster_version", str(row.id), details), by=by, at=at)
    return row.id


def _first_cells(contract_id: UUID, month: Month, published: UUID | None, empty: bool, at: datetime) -> list[Cell]:
    live = live_cells(contract_id, month.from_on, month.to_on)
    if empty:
        return [cell for cell in live if cell.on <= local(at).on]
    before = cells_of(contract_id, published) if published else ()
    fixed = {(cell.key, cell.times) for cell in before if cell.fixed}
    return [replace(cell, fixed=(cell.key, cell.times) in fixed) for cell in live]


def insert_cells(contract_id: UUID, roster_id: UUID, cells: Iterable[Cell]) -> None:
    rows = [
        {
            "contract_id": contract_id,
            "id": new_id(),
            "roster_id": roster_id,
            "staff_id": cell.staff_id,
            "local_on": cell.on,
            "start_minute": cell.times.span.start,
            "end_minute": cell.times.span.end,
            "breaks": [[one.start, one.end] for one in cell.times.breaks],
            "fixed": cell.fixed,
        }
        for cell in cells
    ]
    if rows:
        db.session.execute(insert(RosterCell), rows)


def hold_still(contract_id: UUID) -> None:
    """Nobody's plan changes meanwhile, so that what is read of it is what is there. Taken before `lock_month`, as by
    whoever approves leave or a swap: in the other order two of them would wait for each other for ever."""
    lock_staff(contract_id, [one.id for one in staff_list(contract_id)])


def lock_month(contract_id: UUID) -> None:
    """One writer at a time: what is published looks at the draft and the version in force together."""
    statement = select(RosterVersion.id).where(RosterVersion.contract_id == contract_id)
    db.session.execute(statement.where(RosterVersion.state != RosterState.SUPERSEDED.value).with_for_update()).all()


def draft_row(contract_id: UUID, first: date, version: int | None = None) -> RosterVersion:
    """The draft for writing. Raises `NotFound` without one, `Conflict` when it is not at the version that was seen."""
    lock_month(contract_id)
    row = db.session.execute(
        select(RosterVersion).where(
            RosterVersion.contract_id == contract_id,
            RosterVersion.month == first,
            RosterVersion.state == RosterState.DRAFT.value,
        )
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("作成中のシフト表がありません。")
    if version is not None and row.version != version:
        raise Conflict(CHANGED)
    return row


def set_cells(first: date, changes: tuple[CellChange, ...], version: int, *, by: Actor, at: datetime) -> int:
    """Write person's days into the draft, all or none; the draft's new version.

    A draft may hold what cannot be published (it is marked), but raises `InvalidInput` naming person and day for days
    outside the month or over and shifts that overlap, `Conflict` when somebody was faster.
    """
    row = draft_row(by.contract, first, version)
    _require_writable(by.contract, month_days(by.contract, first), changes, local(at).on)
    replace_cells(row, {(one.staff_id, one.on): one.cells for one in changes})
    return row.version


def _require_writable(contract_id: UUID, month: Month, changes: tuple[CellChange, ...], today: date) -> None:
    members = {one.id: one for one in staff_list(contract_id)}
    errors: list[str] = []
    for one in changes:
        member = members.get(one.staff_id)
        if member is None:
            raise NotFound("業務従事者が見つかりませんでした。")
        fault = _unwritable(month, one, today)
        if fault is not None:
            errors.append(about(member, one.on) + fault)
    if errors:
        raise InvalidInput(errors[0], errors={"_": errors})


def _unwritable(month: Month, change: CellChange, today: date) -> str | None:
    if month.day(change.on) is None:
        return "この月のシフト表の外の日です。"
    if change.on < today:
        return OVER
    other = self_overlap(change.shifts)
    if other is not None:
        return f"{span_label(other.start, other.end)} の勤務と時間が重なっています。"
    return None


def replace_cells(row: RosterVersion, replaced: dict[Key, tuple[Cell, ...]]) -> None:
    """Write person's days as given; the row's version moves on."""
    keys = list(replaced)
    for start in range(0, len(keys), 400):
        db.session.execute(
            delete(RosterCell).where(
                RosterCell.contract_id == row.contract_id,
                RosterCell.roster_id == row.id,
                tuple_(RosterCell.staff_id, RosterCell.local_on).in_(keys[start : start + 400]),
            )
        )
    insert_cells(row.contract_id, row.id, [cell for cells in replaced.values() for cell in cells])
    row.version += 1
    db.session.flush()


def outdated(contract_id: UUID, month: Month, roster_id: UUID, compared_at: datetime) -> dict[Key, tuple[Cell, ...]]:
    """The person's days whose plan was changed elsewhere since the draft knew it, with what is planned now. Days on
    which the draft says the same are left out."""
    changed = changed_since(contract_id, month.from_on, month.to_on, compared_at)
    if not changed:
        return {}
    live, own = live_cells(contract_id, month.from_on, month.to_on), by_cell(cells_of(contract_id, roster_id))
    now_planned = by_cell(live)
    differing = sorted(key for key in changed if now_planned.get(key) != own.get(key))
    return {key: tuple(cell for cell in live if cell.key == key) for key in differing}


def reload_days(first: date, version: int, *, by: Actor, at: datetime) -> int:
    """Take the days that were changed elsewhere over into the draft; how many person's days those are."""
    hold_still(by.contract)
    row = draft_row(by.contract, first, version)
    found = outdated(by.contract, month_days(by.contract, first), row.id, row.created_at)
    replace_cells(row, found)
    row.created_at = at
    details = {"cells": len(found)}
    record(Act("roster.reloaded", "roster_version", str(row.id), details), by=by, at=at)
    return len(found)


def discard_draft(first: date, version: int, *, by: Actor, at: datetime) -> None:
    """Throw the draft away; what is in force stays. Raises `Conflict` when somebody was faster."""
    row = draft_row(by.contract, first, version)
    db.session.execute(
        delete(RosterCell).where(RosterCell.contract_id == row.contract_id, RosterCell.roster_id == row.id)
    )
    db.session.delete(row)
    record(Act("roster.discarded", "roster_version", str(row.id), {"number": row.number}), by=by, at=at)


def fill_draft(first: date, cells: Iterable[Cell], how: str, version: int, *, by: Actor, at: datetime) -> int:
    """Write a solver's roster for today and later into the draft, whole; how many person's days it changed. `how` is
    `build` or `replan`. Raises `Conflict` when the draft moved on while the solver ran."""
    row, today = draft_row(by.contract, first, version), local(at).on
    before = cells_of(by.contract, row.id)
    wanted = [cell for cell in cells if cell.on >= today]
    old, new = by_cell(before), by_cell(wanted)
    keys = {key for key in old.keys() | new.keys() if key[1] >= today and old.get(key) != new.get(key)}
    replace_cells(row, {key: tuple(cell for cell in wanted if cell.key == key) for key in sorted(keys)})
    record(Act("roster.filled", "roster_version", str(row.id), {"how": how, "cells": len(keys)}), by=by, at=at)
    return len(keys)
