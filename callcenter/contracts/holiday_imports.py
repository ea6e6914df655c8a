"""A newer holiday list: read, compared with the one in force, then taken."""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select

from callcenter.audit.service import Act, record
from callcenter.contracts.models import HolidayImport
from callcenter.contracts.queries import CALENDAR_CHANGED, all_contracts, holidays
from callcenter.errors import Conflict, InvalidInput
from callcenter.events import calendar_changed
from callcenter.extensions import db, new_id
from callcenter.protection.scan import require_clean
from callcenter.web.access import Actor
from callcenter.web.transaction import notes_of
from scheduling.holidays import Holiday, HolidayKind, HolidayList, parse_syukujitsu

LARGEST = 500_000
LONGEST_NAME = 100
_LINE = re.compile(r"line (\d+):")


class Change(Struct, frozen=True):
    """A date on which the two lists differ; None where a list has no holiday."""

    on: date
    before: str | None
    after: str | None


class Preview(Struct, frozen=True):
    """What taking a list would change. Only dates that either list knows are compared."""

    last_on: date
    current_last_on: date
    sha256: str
    changes: tuple[Change, ...]


def preview(content: bytes) -> Preview:
    """Compare with the list in force. Raises `InvalidInput` (field `file`) for what cannot be taken, `Conflict` for
    the list that is in force."""
    found, current = _read(content), holidays()
    _require_newer(found, current)
    digest = hashlib.sha256(content).hexdigest()
    changes = _changes(found, current)
    if not changes and found.last_on == current.last_on:
        raise Conflict("今の一覧と同じ内容です。取り込む必要はありません。")
    return Preview(found.last_on, current.last_on, digest, changes)


def import_holidays(content: bytes, *, by: Actor, at: datetime) -> date:
    """Take a newer list for every contract; returns its last date. Raises as `preview`."""
    seen = preview(content)
    row = HolidayImport(id=new_id(), imported_at=at, last_on=seen.last_on, sha256=seen.sha256, content=content)
    db.session.add(row)
    db.session.flush()
    notes_of(db.session())[CALENDAR_CHANGED] = True
    for contract in all_contracts():
        calendar_changed.send(None, contract_id=contract.id, by=replace(by, contract_id=contract.id), at=at)
    details = {"sha256": seen.sha256, "count": len(seen.changes)}
    record(Act("holidays.imported", "holiday_import", str(row.id), details, system=True), by=by, at=at)
    return seen.last_on


def imports() -> list[tuple[datetime, date]]:
    """When lists were imported and how far each reached, the newest first."""
    statement = select(HolidayImport.imported_at, HolidayImport.last_on).order_by(HolidayImport.id.desc())
    return [(row.imported_at, row.last_on) for row in db.session.execute(statement)]


def _read(content: bytes) -> HolidayList:
    if len(content) > LARGEST:
        raise _refusal("ファイルが大きすぎます。")
    try:
        found = parse_syukujitsu(content)
    except ValueError as error:
        line = _LINE.search(str(error))
        where = f"{line[1]}行目を" if line else ""
        raise _refusal(f"祝日の一覧として読み取れません（{where}確認してください）。") from error
    if any(len(entry.name) > LONGEST_NAME for entry in found.entries):
        raise _refusal("祝日の名称が長すぎます。")
    require_clean({"file": "\n".join(entry.name for entry in found.entries)})
    return found


def _require_newer(found: HolidayList, current: HolidayList) -> None:
    if found.last_on < current.last_on:
        raise _refusal("今の一覧より前の日付で終わっています。新しい一覧を選んでください。")
    if found.first_on > current.first_on:
        raise _refusal("過去の祝日が欠けています。内閣府が公表した一覧をそのまま選んでください。")


def _refusal(message: str) -> InvalidInput:
    return InvalidInput(message, errors={"file": [message]})


def _changes(found: HolidayList, current: HolidayList) -> tuple[Change, ...]:
    """Beyond a list's last date the rule library answers for it: so a confirmed guess is no change."""
    ordinals = range(current.first_on.toordinal(), found.last_on.toordinal() + 1)
    compared = ((on, current.get(on), found.get(on)) for on in map(date.fromordinal, ordinals))
    return tuple(Change(on, _name(old), _name(new)) for on, old, new in compared if _name(old) != _name(new))


def _name(holiday: Holiday | None) -> str | None:
    """What the day is: the list writes 「休日」 where the rule library writes 「振替休日」."""
    if holiday is None:
        return None
    return holiday.name if holiday.kind is HolidayKind.NATIONAL else holiday.kind.label
