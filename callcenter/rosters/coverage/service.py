"""Use cases of the coverage proof: noting why a stretch was below the minimum. None of them commits."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select, update

from callcenter.audit.service import Act, record
from callcenter.errors import Conflict
from callcenter.extensions import db, new_id
from callcenter.rosters.codes import ShortageCause
from callcenter.rosters.coverage import queries
from callcenter.rosters.coverage.models import ShortageNote
from callcenter.rosters.coverage.rules import Stretch, stretch_at
from callcenter.rosters.queries import staff_list
from callcenter.rosters.service import lock_staff
from callcenter.web.access import Actor
from callcenter.web.labels import date_label
from reports.wareki import span
from scheduling.intervals import MinuteRange

SEEN_BEFORE = "ほかの人が先に、この時間の原因・対策を記入しました。最新の内容を確認してください。"


class NewNote(Struct, frozen=True):
    """Cause and measure of the minutes `span` (texts cleaned and scanned). `seen`: the note that stood on the form,
    None when there was none; `key` makes a second send of the same form the same note."""

    on: date
    span: MinuteRange
    cause: ShortageCause
    detail: str
    measure: str
    seen: UUID | None = None
    key: UUID | None = None


def note_shortage(new: NewNote, *, by: Actor, at: datetime) -> UUID:
    """Note cause and measure of a stretch below the minimum (003 clause 6); a later note takes an earlier's place.

    Raises `Conflict` when these minutes are not short, when the stretch became another one since the form was shown,
    or when somebody noted it meanwhile.
    """
    _hold_still(new.on, by.contract)
    same = _id_of_key(by.contract, new.key)
    if same is not None:
        return same
    stretch = _stretch(new, by.contract, at)
    _supersede(new.on, stretch.span, by.contract, at)
    row = ShortageNote(
        contract_id=by.contract,
        id=new_id(),
        local_on=new.on,
        start_minute=stretch.span.start,
        end_minute=stretch.span.end,
        cause=new.cause.value,
        detail=new.detail,
        measure=new.measure,
        recorded_at=at,
        recorded_by=by.user_id,
        idempotency_key=new.key,
    )
    db.session.add(row)
    db.session.flush()
    details = {"on": new.on.isoformat(), "fields": ["cause", "detail", "measure"]}
    record(Act("shortage.noted", "shortage_note", str(row.id), details), by=by, at=at)
    return row.id


def _hold_still(on: date, contract_id: UUID) -> None:
    """The stretch follows from punches: nobody corrects one, or notes the same day, meanwhile."""
    people = [one.id for one in staff_list(contract_id, on)]
    if people:
        lock_staff(contract_id, people)


def _id_of_key(contract_id: UUID, key: UUID | None) -> UUID | None:
    if key is None:
        return None
    statement = select(ShortageNote.id).where(
        ShortageNote.contract_id == contract_id, ShortageNote.idempotency_key == key
    )
    return db.session.execute(statement).scalar_one_or_none()


def _stretch(new: NewNote, contract_id: UUID, at: datetime) -> Stretch:
    """The stretch these minutes stand for now. One that is going on may have grown since."""
    (day,) = queries.days(contract_id, new.on, new.on, at)
    found = stretch_at(day.stretches, new.span)
    when = f"{date_label(new.on)} {span(new.span.start, new.span.end)}"
    if found is None:
        raise Conflict(f"{when}：最少人数を下回っていません。打刻が訂正された可能性があります。")
    if found.over and found.span != new.span:
        now = span(found.span.start, found.span.end)
        raise Conflict(f"{when}：下回った時間が {now} に変わりました。今の記録を確かめて、もう一度記入してください。")
    if (found.last.id if found.last else None) != new.seen:
        raise Conflict(SEEN_BEFORE)
    return found


def _supersede(on: date, span: MinuteRange, contract_id: UUID, at: datetime) -> None:
    """The standing notes whose minutes all lie within these make room; one that reaches further stands on there."""
    db.session.execute(
        update(ShortageNote)
        .where(
            ShortageNote.contract_id == contract_id,
            ShortageNote.local_on == on,
            ShortageNote.superseded_at.is_(None),
            ShortageNote.start_minute >= span.start,
            ShortageNote.end_minute <= span.end,
        )
        .values(superseded_at=at)
    )
