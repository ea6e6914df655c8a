"""The jobs that build drafts (案): read in one moment, write both editions, keep them sealed in one transaction.

Cancelled or broken on the way, the older draft stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from uuid import UUID

from msgspec.structs import replace

from callcenter.audit.service import system_actor
from callcenter.clock import now
from callcenter.deliveries.rules import EDITION_LABELS, PART_LABELS, Edition, Part
from callcenter.deliveries.service import BuiltFile
from callcenter.jobs.ports import Progress, RunningJob
from callcenter.jobs.rules import JobKind
from callcenter.protection.deployment import keys_for
from callcenter.reporting import approval
from callcenter.reporting.changes import marks_of as marks_of_day
from callcenter.reporting.periods import drafts, reading
from callcenter.reporting.periods.drafts import Built, Period
from callcenter.reporting.periods.reviewing import PeriodReview, look
from callcenter.reporting.rules import Check
from callcenter.web.access import Actor
from callcenter.web.transaction import end_read, transaction
from reports import daily as values
from reports.period import PeriodReport, Span

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CODES = {
    JobKind.BUILD_DAILY: "daily",
    JobKind.BUILD_MONTHLY: "monthly",
    JobKind.BUILD_ANNUAL: "annual",
    JobKind.BUILD_TERM: "term",
}
JOBS = {code: kind for kind, code in CODES.items()}
READING, WRITING, KEEPING = "記録を読み取っています", "{edition}の{part}を作成しています", "案を保存しています"
FROM_PERCENT, TO_PERCENT = 30, 90


def build_period(job: RunningJob, progress: Progress) -> UUID:
    """Build the draft of a month, a fiscal year or a span of the contract; returns its id."""
    period = period_of(job)
    by = actor_of(job)
    progress(5, READING)
    found = look(period, by=by, at=now())
    files = [drafts.sealed(period, one) for one in written(found.report, progress)]
    progress(TO_PERCENT, KEEPING)
    with transaction():
        return drafts.keep(period, _built(found, files), by=by, at=found.report.issue.timing.built_at)


def _built(found: PeriodReview, files: list[drafts.SealedFile]) -> Built:
    return Built(
        mark=found.mark,
        figures=reading.snapshot(found.report),
        files=files,
        bundle_number=found.report.bundle.number,
        marks=reading.marks_of(found.report, keys_for(found.period.contract_id)),
        checks=[as_kept(one.check) for one in found.checks],
    )


def build_daily(job: RunningJob, progress: Progress) -> UUID:
    """Build the draft of a day's report."""
    period, by, at = period_of(job), actor_of(job), now()
    progress(5, READING)
    with transaction():
        found = approval.review(period.span.from_on, by=by, at=at)
    end_read()
    files = []
    for done, edition in enumerate(Edition):
        progress(_percent(done, len(Edition)), _writing(edition, Part.WORKBOOK))
        files.append(drafts.sealed(period, approval.edition_file(found.report, edition)))
    built = Built(
        mark=found.mark,
        figures={key: figure.as_dict() for key, figure in found.figures.items()},
        files=files,
        marks=marks_of_day(found.report, keys_for(period.contract_id)),
        checks=[as_kept(check) for check in found.checks],
    )
    progress(TO_PERCENT, KEEPING)
    with transaction():
        return drafts.keep(period, built, by=by, at=at)


def written(report: PeriodReport, progress: Progress) -> Iterator[BuiltFile]:
    """Every file of the report, one at a time: Excel and Word, for each edition."""
    wanted = list(product(Edition, Part))
    for done, (edition, part) in enumerate(wanted):
        progress(_percent(done, len(wanted)), _writing(edition, part))
        yield file_of(report, edition, part)


def file_of(report: PeriodReport, edition: Edition, part: Part) -> BuiltFile:
    """One file of a report over a period."""
    from reports import period_book, period_paper

    issued = replace(report, issue=replace(report.issue, edition=values.Edition(edition.value)))
    if part is Part.WORKBOOK:
        media_type, suffix, content = approval.XLSX, "xlsx", period_book.period_workbook(issued)
    else:
        media_type, suffix, content = DOCX, "docx", period_paper.period_paper(issued)
    return BuiltFile(
        edition=edition,
        name=period_book.period_filename(issued, suffix),
        ascii_name=period_book.period_ascii_filename(issued, suffix),
        media_type=media_type,
        content=content,
        part=part,
    )


def period_of(job: RunningJob) -> Period:
    """What a building job is about."""
    return Period(job.contract_id, CODES[job.kind], Span(job.period_from, job.period_to))


def actor_of(job: RunningJob) -> Actor:
    """The product itself, in the name of who asked."""
    found = system_actor(job.contract_id, name="自動処理")
    return replace(found, user_id=job.asked_by) if job.asked_by else found


def as_kept(check: Check) -> dict[str, str]:
    return {"weight": check.weight.value, "text": check.text}


def _percent(done: int, of: int) -> int:
    return FROM_PERCENT + (TO_PERCENT - FROM_PERCENT) * done // of


def _writing(edition: Edition, part: Part) -> str:
    return WRITING.format(edition=EDITION_LABELS[edition], part=PART_LABELS[part])
