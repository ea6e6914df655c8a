"""From the draft that was looked at to the version that is delivered.

`approve` keeps the approval and asks for the job in one transaction; `submit_period` carries it out from the records as
they then are, and only if they say what was approved. Whatever happens twice, a version is submitted once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict, replace
from sqlalchemy import select, update

from callcenter.audit.service import Act, record
from callcenter.clock import now
from callcenter.deliveries import queries as delivered
from callcenter.deliveries import service as deliveries
from callcenter.errors import AppError, Conflict, Forbidden, InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.jobs import queries as jobs
from callcenter.jobs import service as asking
from callcenter.jobs.ports import Progress, RunningJob, WantedJob
from callcenter.jobs.rules import JobKind
from callcenter.protection.deployment import keys_for
from callcenter.reporting import approval
from callcenter.reporting.periods import building, drafts, reading
from callcenter.reporting.periods.drafts import Period
from callcenter.reporting.periods.models import ReportApproval
from callcenter.reporting.periods.reviewing import PeriodReview, look
from callcenter.rosters import queries as rosters
from callcenter.web.access import Actor, Channel
from callcenter.web.transaction import end_read, transaction
from reports import daily as values
from reports.period import PeriodReport, Span

WAITING, SUBMITTED, REFUSED = "waiting", "submitted", "refused"
CHANGED = "承認したあとに記録が変わりました。今の内容を確かめて、もう一度承認してください。"
OUTDATED = "この画面を開いたあとに記録が変わりました。案を作り直し、今の内容を確かめてから承認してください。"
NO_DRAFT = "承認する案がありません。案を作り、内容を確かめてから承認してください。"
UNDER_WAY = "この報告書は、承認した内容を提出しているところです。終わるまでお待ちください。"
NOTE_NAMES_SOMEBODY = "変更点に個人情報らしい語があります。書き直し、もう一度承認してください。"
GIVEN_WAY = "新しく承認されたため、この承認は使われませんでした。"


class ApprovalFacts(Struct, frozen=True):
    """Where an approval stands: `waiting`, `submitted` (its version), `refused` (why)."""

    id: UUID
    code: str
    period_from: Any
    period_to: Any
    mark: str
    change_note: str
    state: str
    refused_because: str
    version_id: UUID | None
    approved_at: datetime
    approved_by: UUID
    approver_name: str


_FACTS = tuple(getattr(ReportApproval, "kind" if name == "code" else name) for name in ApprovalFacts.__struct_fields__)


class Wanted(Struct, frozen=True):
    """What the approver saw and adds. `seen`: the mark of the page; `consent`: the points that may stand were seen;
    `key`: the form's own, so that a double send is one approval."""

    seen: str
    key: UUID
    change_note: str = ""
    consent: bool = False


def newest_approval(period: Period) -> ApprovalFacts | None:
    """The last approval of a period."""
    return _first(*period.of(ReportApproval))


def known_by(contract_id: UUID, key: UUID) -> ApprovalFacts | None:
    """The approval that the form with this key made already."""
    return _first(ReportApproval.contract_id == contract_id, ReportApproval.idempotency_key == key)


def waiting_periods(contract_id: UUID) -> frozenset[tuple[str, Span]]:
    """(code, span) of every approval that is being carried out; one whose job gave up waits for nothing."""
    rows = db.session.execute(
        select(*_FACTS).where(ReportApproval.contract_id == contract_id, ReportApproval.state == WAITING)
    ).all()
    waiting = [one for one in (ApprovalFacts(*row) for row in rows) if not _is_stopped(contract_id, one)]
    return frozenset((one.code, Span(one.period_from, one.period_to)) for one in waiting)


def stopped(contract_id: UUID, since: datetime) -> list[ApprovalFacts]:
    """The newest approval of each period, where it came to nothing since an instant: refused, or its job gave up."""
    rows = db.session.execute(
        select(*_FACTS)
        .where(ReportApproval.contract_id == contract_id, ReportApproval.approved_at >= since)
        .order_by(ReportApproval.approved_at, ReportApproval.id)
    )
    newest = {(one.code, one.period_from, one.period_to): one for one in (ApprovalFacts(*row) for row in rows)}
    return [one for one in newest.values() if _is_stopped(contract_id, one)]


def _is_stopped(contract_id: UUID, one: ApprovalFacts) -> bool:
    if one.state != WAITING:
        return one.state == REFUSED
    job = jobs.job_of(contract_id, job_key(one.id, Span(one.period_from, one.period_to)))
    return job is None or not job.active


def approval_of(contract_id: UUID, approval_id: UUID) -> ApprovalFacts:
    """Raises `NotFound`."""
    found = _first(ReportApproval.contract_id == contract_id, ReportApproval.id == approval_id)
    if found is None:
        raise NotFound("この承認は見つかりませんでした。")
    return found


def _first(*conditions: Any) -> ApprovalFacts | None:
    newest = (ReportApproval.approved_at.desc(), ReportApproval.id.desc())
    row = db.session.execute(select(*_FACTS).where(*conditions).order_by(*newest).limit(1)).first()
    return ApprovalFacts(*row) if row else None


def job_key(approval_id: UUID, span: Span) -> WantedJob:
    """The job that carries an approval out."""
    return WantedJob(JobKind.SUBMIT_PERIOD, span.from_on, span.to_on, str(approval_id))


# --- approving ---


def require_clear(found: PeriodReview, wanted: Wanted) -> None:
    """Raises `Conflict` when something stops the approval, `InvalidInput` for what the approver has to add."""
    if wanted.seen != found.mark:
        raise Conflict(OUTDATED)
    if found.note_findings:
        seen = "、".join(f"「{item.words}」（{item.finding.label}）" for item in found.note_findings)
        raise InvalidInput(errors={"change_note": [f"個人情報らしい語があります：{seen}。書き直してください。"]})
    if found.stopping:
        raise Conflict(" ".join(found.stopping))
    if found.needs_consent and not wanted.consent:
        raise InvalidInput(errors={"consent": ["「確認してください」の点を確かめ、印を付けてから提出してください。"]})


def approve(found: PeriodReview, wanted: Wanted, *, by: Actor, at: datetime) -> UUID:
    """Keep the approval of a draft and ask for its submission; returns the approval's id. Within `transaction()`.

    Raises `Conflict` when no draft says what was seen, or another approval is being carried out.
    """
    period = found.period
    # Two who approve at once meet at the draft's row: the second finds the first's approval.
    draft = drafts.build_of(period, locked=True)
    if draft is None:
        raise Conflict(NO_DRAFT)
    if draft.mark != found.mark:
        raise Conflict(OUTDATED)
    _set_aside_broken(period, by=by, at=at)
    _next_number(period, wanted.change_note)
    row = _row(period, wanted, by, at)
    db.session.add(row)
    db.session.flush()
    record(Act("report.approved", "report_approval", str(row.id), period.details), by=by, at=at)
    asking.ask(job_key(row.id, period.span), contract_id=by.contract, asked_by=by.user_id, at=at)
    return row.id


def _row(period: Period, wanted: Wanted, by: Actor, at: datetime) -> ReportApproval:
    if by.user_id is None:
        raise Forbidden()
    return ReportApproval(
        contract_id=by.contract,
        id=new_id(),
        kind=period.code,
        period_from=period.span.from_on,
        period_to=period.span.to_on,
        mark=wanted.seen,
        change_note=wanted.change_note,
        state=WAITING,
        approved_at=at,
        approved_by=by.user_id,
        approver_name=by.name,
        idempotency_key=wanted.key,
    )


def _set_aside_broken(period: Period, *, by: Actor, at: datetime) -> None:
    """An approval whose job gave up makes room for a new one; one that is under way does not."""
    standing = newest_approval(period)
    if standing is None or standing.state != WAITING:
        return
    job = jobs.job_of(period.contract_id, job_key(standing.id, period.span))
    if job is not None and job.active:
        raise Conflict(UNDER_WAY)
    _refuse(period, standing, GIVEN_WAY, by=by, at=at)


def _next_number(period: Period, note: str) -> int:
    span = period.span
    return deliveries.next_number(period.contract_id, period.delivered_as, span.from_on, span.to_on, note)


# --- carrying it out ---


def submit_period(job: RunningJob, progress: Progress) -> UUID:
    """Carry an approval out: the handler of its job; returns the version's id.

    Raises `Conflict` when the records do not say any more what was approved: the approval is refused then.
    """
    standing = approval_of(job.contract_id, UUID(job.subject))
    if standing.version_id is not None:
        return standing.version_id
    if standing.state == REFUSED:
        raise Conflict(standing.refused_because)
    period = Period(job.contract_id, standing.code, Span(job.period_from, job.period_to))
    by = Actor(standing.approved_by, standing.approver_name, frozenset(), job.contract_id, channel=Channel.COMMAND)
    try:
        return _submit(period, standing, progress, by)
    except (Conflict, InvalidInput) as error:
        return _refused_or_done(period, standing, error, by)


def _refused_or_done(period: Period, standing: ApprovalFacts, error: AppError, by: Actor) -> UUID:
    """Another worker may have carried it out meanwhile: then its version is ours. Else the approval is refused."""
    end_read()
    done = approval_of(period.contract_id, standing.id).version_id
    if done is not None:
        return done
    why = " ".join(text for texts in error.errors.values() for text in texts) or error.message
    with transaction():
        _refuse(period, standing, why, by=by, at=now())
    raise Conflict(why)


def _submit(period: Period, standing: ApprovalFacts, progress: Progress, by: Actor) -> UUID:
    progress(5, building.READING)
    found = look(period, by=by, at=now(), note=standing.change_note)
    if found.mark != standing.mark:
        raise Conflict(CHANGED)
    if found.note_findings:
        # What is said here is kept in the clear, beside the approval and its job: not the words themselves.
        raise Conflict(NOTE_NAMES_SOMEBODY)
    require_clear(found, Wanted(standing.mark, standing.id, consent=True))
    number = _next_number(period, standing.change_note)
    approved = _approved(found.report, standing, number, by)
    files = list(building.written(approved, progress))
    progress(building.TO_PERCENT, "提出しています")
    submission = _submission(found, approved, files)
    with transaction():
        return _hand_over(period, standing, submission, by)


def _hand_over(period: Period, standing: ApprovalFacts, submission: deliveries.Submission, by: Actor) -> UUID:
    at = now()
    version_id = deliveries.submit(submission, by=by, at=at)
    changed = db.session.execute(
        update(ReportApproval)
        .where(
            ReportApproval.contract_id == period.contract_id,
            ReportApproval.id == standing.id,
            ReportApproval.state == WAITING,
        )
        .values(state=SUBMITTED, version_id=version_id)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("この承認は、すでに処理されています。")
    return version_id


def _approved(report: PeriodReport, standing: ApprovalFacts, number: int, by: Actor) -> PeriodReport:
    """The report as it goes to the city: its version, who approved it and when."""
    member = rosters.staff_of_user(by.contract, by.user_id, report.span.to_on)
    person = values.Person(member.code if member else approval.UNREGISTERED, by.name)
    issue = replace(
        report.issue,
        status=values.ReportStatus.SUBMITTED,
        version=values.Version(number, standing.change_note or None),
        approval=values.Approval(person, standing.approved_at),
    )
    return replace(report, issue=issue)


def _submission(
    found: PeriodReview, approved: PeriodReport, files: Sequence[deliveries.BuiltFile]
) -> deliveries.Submission:
    period, before = found.period, newest_version(found.period)
    keys = keys_for(period.contract_id)
    return deliveries.Submission(
        kind=period.delivered_as,
        period_from=period.span.from_on,
        period_to=period.span.to_on,
        number=approved.issue.version.number,
        figures=reading.snapshot(approved),
        marks=reading.marks_of(found.report, keys),
        cutoff_at=approved.issue.timing.cutoff_at,
        change_note=approved.issue.version.change_note or "",
        files=files,
        definitions=definitions_of(approved),
        differences=reading.difference(before, found.report, keys) if before else (),
    )


def definitions_of(report: PeriodReport) -> dict[str, Any]:
    """How the figures were computed and which items the city had asked for: kept with the version, as printed."""
    return {
        "formulas": {one.key: {"label": one.label, "formula": one.formula} for one in report.measures},
        "chosen": asdict(report.definitions),
        "targets": [asdict(one) for one in report.targets],
        "bundle": {
            "number": report.bundle.number,
            "sheets": [{"key": one.key, "columns": list(one.columns)} for one in report.bundle.sheets],
        },
        "sources": list(report.sources),
    }


def newest_version(period: Period) -> delivered.VersionFacts | None:
    """The version before the next one."""
    found = versions_of(period)
    return found[0] if found else None


def versions_of(period: Period) -> list[delivered.VersionFacts]:
    """What was submitted of a period, the newest first."""
    return delivered.versions_for(period.contract_id, period.delivered_as, period.span.from_on, period.span.to_on)


def _refuse(period: Period, standing: ApprovalFacts, why: str, *, by: Actor, at: datetime) -> None:
    changed = db.session.execute(
        update(ReportApproval)
        .where(
            ReportApproval.contract_id == period.contract_id,
            ReportApproval.id == standing.id,
            ReportApproval.state == WAITING,
        )
        .values(state=REFUSED, refused_because=why[:300])
    )
    if changed.rowcount == 1:  # type: ignore[attr-defined]
        record(Act("report.approval_refused", "report_approval", str(standing.id), period.details), by=by, at=at)
