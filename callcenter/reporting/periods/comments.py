"""People's remarks on the sections of a report over a period: revisions, the newest rules. None of them commits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import and_, func, select

from callcenter.audit.service import Act, record
from callcenter.errors import Conflict, Forbidden, InvalidInput
from callcenter.extensions import db, new_id
from callcenter.protection.cipher import open_sealed, seal
from callcenter.protection.deployment import keys_for
from callcenter.reporting.periods.drafts import Period
from callcenter.reporting.periods.models import ReportComment
from callcenter.web.access import Actor
from reports.period import Comment
from reports.period_bundle import sections_for

COMMENT_LABEL = "report.comment"
COMMENT_LENGTH = 2000


class WrittenComment(Struct, frozen=True):
    """The newest remark on a section; an empty text: it was withdrawn."""

    section: str
    revision: int
    text: str
    written_at: datetime
    writer_name: str


class NewComment(Struct, frozen=True):
    """A remark as it was typed, clean and scanned. `seen`: the revision the writer had before them (0: none)."""

    section: str
    seen: int
    text: str


class StaleComment(Conflict):
    """Somebody else wrote meanwhile: both texts stay on the screen."""

    default_message = "ほかの人が先にこの所見を書き換えました。両方を見比べて、もう一度保存してください。"


def written(period: Period) -> dict[str, WrittenComment]:
    """The newest remark of each section that has any. One statement."""
    newest = (
        select(ReportComment.section, func.max(ReportComment.revision).label("revision"))
        .where(*period.of(ReportComment))
        .group_by(ReportComment.section)
        .subquery()
    )
    rows = db.session.execute(
        select(
            ReportComment.id,
            ReportComment.section,
            ReportComment.revision,
            ReportComment.body,
            ReportComment.written_at,
            ReportComment.writer_name,
        )
        .join(newest, and_(newest.c.section == ReportComment.section, newest.c.revision == ReportComment.revision))
        .where(*period.of(ReportComment))
    )
    keys = keys_for(period.contract_id)
    return {
        row.section: WrittenComment(
            row.section,
            row.revision,
            open_sealed(keys, COMMENT_LABEL, period.contract_id, row.id, row.body),
            row.written_at,
            row.writer_name,
        )
        for row in rows
    }


def comments_of(period: Period) -> tuple[Comment, ...]:
    """What stands, in the order of the sections."""
    found = written(period)
    sections = (found[section] for section in sections_for(period.kind) if section in found)
    return tuple(Comment(one.section, one.text) for one in sections if one.text)


def write(period: Period, new: NewComment, *, by: Actor, at: datetime) -> int:
    """Add a revision; the same words again add none. Returns the revision that rules.

    Raises `StaleComment` when another one was written since, `InvalidInput` for a section the report has not.
    """
    if new.section not in sections_for(period.kind):
        raise InvalidInput(errors={"section": ["この報告書にない項目です。"]})
    before = written(period).get(new.section)
    newest = before.revision if before else 0
    if new.text == (before.text if before else ""):
        return newest
    if new.seen != newest:
        raise StaleComment()
    return _add(period, new, newest + 1, by, at)


def _add(period: Period, new: NewComment, revision: int, by: Actor, at: datetime) -> int:
    row = ReportComment(
        contract_id=period.contract_id,
        id=new_id(),
        kind=period.kind.value,
        period_from=period.span.from_on,
        period_to=period.span.to_on,
        section=new.section,
        revision=revision,
        written_at=at,
        written_by=_person(by),
        writer_name=by.name,
    )
    row.body = seal(keys_for(period.contract_id), COMMENT_LABEL, period.contract_id, row.id, new.text)
    db.session.add(row)
    details = {**period.details, "field": new.section, "revision": revision}
    record(Act("report_comment.written", "report_comment", str(row.id), details), by=by, at=at)
    return revision


def _person(by: Actor) -> UUID:
    if by.user_id is None:
        raise Forbidden()
    return by.user_id
