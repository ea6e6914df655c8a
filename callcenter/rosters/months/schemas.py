"""What the pages of the month's roster bring, parsed, cleaned and scanned before any transaction opens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from callcenter.errors import InvalidInput
from callcenter.protection.text import clean_line
from callcenter.rosters.codes import LeaveKind
from callcenter.rosters.months.drafts import CellChange
from callcenter.rosters.months.leave import NewLeave
from callcenter.rosters.months.publishing import Publication
from callcenter.rosters.months.rules import Shifts
from callcenter.rosters.months.swaps import NewSwap
from callcenter.rosters.queries import StaffMember
from callcenter.rosters.schemas import Form, optional_id, row_times, scan, texts
from callcenter.rosters.service import about
from callcenter.rosters.shifts import Pattern, shift_times
from callcenter.web.forms import Errors, attempt, date_of, id_of, optional_date, whole_of
from scheduling.shifts import ShiftTimes

MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
RANGE = re.compile(r"(\d{1,4})-(\d{1,4})", re.ASCII)
MOST_CELLS = 2_000
MOST_SHIFTS, MOST_BREAKS = 4, 8
SHIFT_KEYS = ("a", "b")
OFF = "off"
UNREADABLE = "勤務の時刻を読み取れませんでした。"


def month_of(raw: str | None, today: date) -> date:
    """The first day of the month written 2026-06; today's where nothing is written. Raises `InvalidInput`."""
    if not raw:
        return today.replace(day=1)
    found = MONTH.fullmatch(raw.strip())
    if found is None or not 1 <= int(found[2]) <= 12 or not 1900 <= int(found[1]) <= 2099:
        raise InvalidInput(errors={"month": ["月を 2026-06 の形で入力してください。"]})
    return date(int(found[1]), int(found[2]), 1)


def version(form: Mapping[str, Any]) -> int:
    return whole_of(str(form.get("version", "")), "version", least=1)


# --- cells ---


def cell_changes(given: Any, members: Mapping[UUID, StaffMember]) -> tuple[CellChange, ...]:
    """The cells that the page's script sends. Raises `InvalidInput` naming person, day and rule."""
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_CELLS:
        raise InvalidInput("送信された内容を読み取れませんでした。")
    changes = [_cell_change(one, members) for one in given]
    # A later change of the same cell is the one that counts.
    return tuple({(one.staff_id, one.on): one for one in changes}.values())


def _cell_change(given: Any, members: Mapping[UUID, StaffMember]) -> CellChange:
    if not isinstance(given, dict):
        raise InvalidInput("送信された内容を読み取れませんでした。")
    staff_id, on = id_of(str(given.get("staff", "")), "staff"), date_of(str(given.get("on", "")), "on")
    member = members.get(staff_id)
    try:
        shifts = decoded(str(given.get("times", "")))
    except InvalidInput as error:
        raise InvalidInput((about(member, on) if member else "") + error.message) from error
    return CellChange(staff_id, on, shifts, given.get("fixed") is True)


def decoded(text: str) -> Shifts:
    """The shifts of `rules.encoded`. Raises `InvalidInput` for what is no shift of a day."""
    parts = [part for part in text.split(";") if part]
    if len(parts) > MOST_SHIFTS:
        raise InvalidInput(UNREADABLE)
    return tuple(sorted(_shift(part) for part in parts))


def _shift(part: str) -> ShiftTimes:
    ranges = [RANGE.fullmatch(one) for one in part.split("/")]
    pairs = [(int(one[1]), int(one[2])) for one in ranges if one is not None]
    if len(pairs) != len(ranges) or len(pairs) > 1 + MOST_BREAKS or any(max(pair) > 1440 for pair in pairs):
        raise InvalidInput(UNREADABLE)
    found = shift_times(*pairs[0], pairs[1:])
    if isinstance(found, ShiftTimes):
        return found
    raise InvalidInput(next(iter(found.values())))


def typed_cell(staff_id: UUID, on: date, form: Form, known: Iterable[Pattern]) -> CellChange:
    """The editor's form: up to two shifts. Raises `InvalidInput` with `<shift>.<field>` for each wrong time."""
    errors: Errors = {}
    named = {pattern.key: pattern for pattern in known}
    chosen = form.get("pattern-a", "")
    # A kind of shift that is chosen goes before the times that stood in the form when it was opened.
    if chosen in named or chosen == OFF:
        of_kind = (named[chosen].times,) if chosen in named else ()
        return CellChange(staff_id, on, of_kind, form.get("fixed") == "1")
    found = [attempt(errors, row_times, form, key, named) for key in SHIFT_KEYS]
    if errors:
        raise InvalidInput(errors=errors)
    shifts = tuple(sorted(one for one in found if one is not None))
    return CellChange(staff_id, on, shifts, form.get("fixed") == "1")


def proposed_cells(form: Form) -> tuple[CellChange, ...]:
    """The changes of a proposal that was shown: lines of person, day, times and fixed. Raises `InvalidInput`."""
    changes, lines = [], form.getlist("cell")
    if len(lines) > MOST_CELLS:
        raise InvalidInput("送信された内容を読み取れませんでした。")
    for line in lines:
        parts = line.split("|")
        if len(parts) != 4:
            raise InvalidInput("送信された内容を読み取れませんでした。")
        changes.append(
            CellChange(id_of(parts[0], "staff"), date_of(parts[1], "on"), decoded(parts[2]), parts[3] == "1")
        )
    return tuple(changes)


# --- publishing, leave, swaps ---


def optional_line(form: Form, name: str, entity: str) -> str:
    """A typed line that may be left empty, cleaned and scanned."""
    scan({name: form.get(name, "")}, entity)
    return clean_line(form.get(name, ""), max_length=200, field=name)


def publication(first: date, form: Form) -> Publication:
    """Raises `InvalidInput` naming each field."""
    errors: Errors = {}
    reason = attempt(errors, optional_line, form, "reason", "roster_version")
    seen = attempt(errors, version, form)
    instruction = attempt(errors, optional_id, form.get("instruction_id"), "instruction_id")
    if errors or seen is None:
        raise InvalidInput(errors=errors)
    return Publication(first, seen, reason or "", instruction, form.get("accepts_shortage") == "1")


def new_leave(form: Form, staff_id: UUID | None = None) -> NewLeave:
    """A request of leave; the person of the form where `staff_id` names none. Raises `InvalidInput`."""
    errors: Errors = {}
    note = (attempt(errors, texts, form, ("note",), "leave_request") or {}).get("note", "")
    who = staff_id or attempt(errors, id_of, form.get("staff_id"), "staff_id")
    from_on = attempt(errors, date_of, form.get("from_on"), "from_on")
    to_on = attempt(errors, optional_date, form.get("to_on"), "to_on")
    key = attempt(errors, optional_id, form.get("idempotency_key"), "_")
    if not LeaveKind.has(form.get("kind", "")):
        errors["kind"] = ["選んでください。"]
    if errors or who is None or from_on is None:
        raise InvalidInput(errors=errors)
    return NewLeave(who, LeaveKind.of(form["kind"]), from_on, to_on or from_on, note, key)


def new_swap(form: Form, staff_id: UUID) -> NewSwap:
    """A request of a swap. Raises `InvalidInput` naming each field."""
    errors: Errors = {}
    note = attempt(errors, optional_line, form, "swap_note", "swap_request")
    on = attempt(errors, date_of, form.get("on"), "on")
    other = attempt(errors, id_of, form.get("other_id"), "other_id")
    other_on = attempt(errors, optional_date, form.get("other_on"), "other_on")
    key = attempt(errors, optional_id, form.get("idempotency_key"), "_")
    if errors or on is None or other is None:
        raise InvalidInput(errors=errors)
    return NewSwap(staff_id, on, other, other_on, note or "", key)
