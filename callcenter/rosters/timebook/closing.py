"""Use cases of closing a month: its punches stand until it is opened again with a reason. None of them commits."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from callcenter.audit.service import Act, record
from callcenter.clock import local
from callcenter.contracts.queries import contract
from callcenter.errors import Conflict, InvalidInput
from callcenter.extensions import db, new_id
from callcenter.rosters.queries import OpenDay, open_days, staff_list
from callcenter.rosters.service import lock_staff
from callcenter.rosters.timebook.models import AttendanceClosing
from callcenter.rosters.timebook.queries import closing_of
from callcenter.rosters.timebook.rules import last_of_month
from callcenter.web.access import Actor
from callcenter.web.labels import date_label
from reports.wareki import wareki_month

CLOSED_ALREADY = "この月は、すでに締められています。最新の内容を確認してください。"
OPEN_ALREADY = "この月は締められていません。最新の内容を確認してください。"


def close_month(month: date, *, by: Actor, at: datetime) -> UUID:
    """Close the month that begins with `month`. Raises `InvalidInput` while it is not over or a last punch is missing
    (naming person and day), `Conflict` when it is closed already."""
    # Whoever corrects a punch holds the person's row: with everybody's, no correction slips past the closing.
    if people := [member.id for member in staff_list(by.contract)]:
        lock_staff(by.contract, people)
    if closing_of(by.contract, month) is not None:
        raise Conflict(CLOSED_ALREADY)
    _require_over(month, by.contract, at)
    forgotten = open_days(by.contract, month, last_of_month(month), at)
    if forgotten:
        raise InvalidInput(f"{wareki_month(month)}分は、打刻もれがあるため締められません。{_named(forgotten)}")
    row = AttendanceClosing(contract_id=by.contract, id=new_id(), month=month, closed_at=at, closed_by=by.user_id)
    db.session.add(row)
    db.session.flush()
    record(Act("attendance.closed", "attendance_closing", str(row.id), {"month": f"{month:%Y-%m}"}), by=by, at=at)
    return row.id


def _require_over(month: date, contract_id: UUID, at: datetime) -> None:
    term, last_on = contract(contract_id), last_of_month(month)
    if last_on < term.starts_on or month > term.ends_on:
        raise InvalidInput(f"{wareki_month(month)}は契約期間の外です。")
    if local(at).on <= last_on:
        raise InvalidInput(
            f"{wareki_month(month)}はまだ終わっていません。{date_label(last_on)}の翌日から締められます。"
        )


def _named(forgotten: list[OpenDay]) -> str:
    return "、".join(f"{one.member.name}さん・{date_label(one.on)}" for one in forgotten) + "の打刻を訂正してください。"


def reopen_month(month: date, reason: str, *, by: Actor, at: datetime) -> None:
    """Open a closed month again. Raises `InvalidInput` without a reason, `Conflict` when it is open."""
    if not reason:
        raise InvalidInput(errors={"reason": ["締めを解除する理由を入力してください。"]})
    found = closing_of(by.contract, month)
    row = db.session.get(AttendanceClosing, (by.contract, found.id), with_for_update=True) if found else None
    if row is None or row.reopened_at is not None:
        raise Conflict(OPEN_ALREADY)
    row.reopened_at, row.reopened_by, row.reopened_because = at, by.user_id, reason
    record(Act("attendance.reopened", "attendance_closing", str(row.id), {"month": f"{month:%Y-%m}"}), by=by, at=at)
