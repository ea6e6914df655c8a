"""From a day to a submitted report: review, build both editions, hand over.

`review` and `submit` run inside a transaction each; the workbooks are made between them, so that nobody waits
for a lock while cells are written. The version number printed is checked again when the bytes are kept.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import partial
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from callcenter.audit.service import Act, record
from callcenter.calls import queries as calls
from callcenter.clock import local
from callcenter.contracts import queries as contracts
from callcenter.contracts.settings import PUBLIC_PHONES
from callcenter.deliveries import service as deliveries
from callcenter.deliveries.queries import VersionFacts
from callcenter.deliveries.rules import Edition, Kind
from callcenter.errors import Conflict, InvalidInput
from callcenter.protection.deployment import keys_for
from callcenter.reporting import daily, queries
from callcenter.reporting.changes import Changes, changes_since, marks_of
from callcenter.reporting.rules import Check, DayState, Weight, checks_of, may_submit
from callcenter.reporting.texts import (
    Callers,
    ReportText,
    TextFinding,
    findings_in,
    place_of_call,
    place_of_gap,
    place_of_matter,
    place_of_shortage,
)
from callcenter.rosters import queries as rosters
from callcenter.web.access import Actor
from reports import bundle
from reports import daily as values
from reports.figures import Figure
from reports.wareki import span, wareki

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNREGISTERED = "未登録"


class Review(Struct, frozen=True):
    """A day as it stands: its report in draft, what was found in its texts, what to mend before approval."""

    day: daily.Day
    report: values.DailyReport
    findings: Sequence[TextFinding]
    checks: Sequence[Check]
    note_findings: Sequence[TextFinding] = ()

    @property
    def figures(self) -> dict[str, Figure]:
        return bundle.daily_figures(self.report)

    @property
    def may_submit(self) -> bool:
        return may_submit(self.checks)

    @property
    def mark(self) -> str:
        """What the page was made of, in short: the same as long as nothing that is shown has changed."""
        return mark_of_day(self.day)

    @property
    def needs_consent(self) -> bool:
        """Whether the approver has to say that the open points were seen."""
        return any(check.weight is Weight.WARN for check in self.checks)


def mark_of_day(day: daily.Day) -> str:
    """64 hex digits, keyed: it is kept in the clear, and texts that are sealed must not be guessed by it. Of attendance
    only what stands still: an open end moves with the clock."""
    running = any(person.open_end for person in day.attendance.people)
    shown = (day.lines, day.exchange, day.matters, day.shortage_notes, None if running else day.attendance)
    key = keys_for(day.contract.id).index
    return hmac.new(key, f"report.day_review {shown!r}".encode(), hashlib.sha256).hexdigest()


def review(on: date, *, by: Actor, at: datetime, note: str = "") -> Review:
    """Read a day and check it, and with it the `note` of what changed, which will stand on the cover.

    The callers' names and phones are read for the check: an entry of the log.
    """
    contract_id = by.contract
    day = daily.read_day(contract_id, on, at)
    issue = _draft_issue(contract_id, on, at)
    report = daily.build(day, issue)
    found = calls.callers_of_day(contract_id, on)
    details = {"on": on.isoformat(), "names": len(found.names), "phones": len(found.phones)}
    record(Act("report.callers_checked", "day", on.isoformat(), details), by=by, at=at)
    check = partial(
        findings_in,
        callers=Callers(found.names, found.phones),
        keys=keys_for(contract_id),
        confirmed=queries.confirmed_marks(contract_id, on),
        public=contracts.setting(contract_id, "public_phones", on, PUBLIC_PHONES),
    )
    findings = check(_texts(day))
    noted = check([ReportText("change_note", "変更点", note)])
    return Review(day, report, findings, checks_of(_state(day, findings, at)), noted)


def changes_from(version: VersionFacts, found: Review) -> Changes:
    """What the day says differently from a submitted version of it."""
    return changes_since(version, found.report, found.figures, keys_for(found.day.contract.id))


def _draft_issue(contract_id: UUID, on: date, at: datetime) -> values.Issue:
    number = deliveries.latest_number(contract_id, Kind.DAILY, on, on) + 1
    permission = contracts.permits(contract_id, "network_texts", local(at).on)
    return values.Issue(
        timing=values.Timing(at, at),
        version=values.Version(number),
        free_texts_permitted=permission is not None,
        permission_reference=f"{wareki(permission.granted_on)}の許可" if permission else None,
    )


def _texts(day: daily.Day) -> list[ReportText]:
    """Every text of the day that would leave: the inquiries' report texts, the matters, the reasons of gaps and of
    shortages."""
    found = [
        ReportText(place_of_call(line.id), f"#{line.number}", line.report_text)
        for line in day.lines
        if line.report_text
    ]
    found += [ReportText(place_of_matter(item.id), "報告事項", item.text) for item in day.matters]
    found += [
        ReportText(place_of_gap(entry.start_minute), "着信数との差の理由", entry.text) for entry in day.exchange.reasons
    ]
    return found + list(_shortage_texts(day))


def _shortage_texts(day: daily.Day) -> Iterator[ReportText]:
    standing = {note.id: note for stretch in day.stretches for note in stretch.notes}
    for note in standing.values():
        when = span(note.span.start, note.span.end)
        for name, label, words in (("detail", "原因", note.detail), ("measure", "対策", note.measure)):
            if words:
                yield ReportText(place_of_shortage(note.id, name), f"配置の不足 {when} {label}", words)


def _state(day: daily.Day, findings: Sequence[TextFinding], now: datetime) -> DayState:
    open_ends = sum(1 for person in day.attendance.people if person.open_end)
    involved = any(person.involved and person.actual for person in day.attendance.people)
    return DayState(
        open_calls=day.excluded.open,
        unexplained_gaps=day.gaps,
        exchange_missing=day.status.open and day.exchange.source is None,
        open_attendance=open_ends if daily.closing_instant_passed(day, now) else 0,
        nobody_present=day.status.open and not involved,
        unconfirmed_findings=sum(1 for finding in findings if not finding.confirmed),
        before_closing=not daily.closing_instant_passed(day, now),
        closed_day=not day.status.open,
        unnoted_shortages=sum(stretch.unfinished for stretch in day.stretches),
    )


class Approval(Struct, frozen=True):
    """What the approver saw (`Review.mark`) and adds. `consent`: the points that may stand were seen."""

    seen: str
    change_note: str = ""
    consent: bool = False


def build_submission(found: Review, approval: Approval, *, by: Actor, at: datetime) -> deliveries.Submission:
    """Build both editions of an approved day. Raises `Conflict` when something stops it, `InvalidInput` when a
    second version does not say what changed."""
    _require_clear(found, approval)
    on = found.day.on
    number = deliveries.next_number(by.contract, Kind.DAILY, on, on, approval.change_note)
    issue = replace(
        found.report.issue,
        status=values.ReportStatus.SUBMITTED,
        version=values.Version(number, approval.change_note or None),
        approval=values.Approval(_approver(by, on), at),
    )
    approved = replace(found.report, issue=issue)
    return deliveries.Submission(
        kind=Kind.DAILY,
        period_from=on,
        period_to=on,
        number=number,
        figures={key: figure.as_dict() for key, figure in found.figures.items()},
        marks=marks_of(found.report, keys_for(by.contract)),
        cutoff_at=issue.timing.cutoff_at,
        change_note=approval.change_note,
        files=[edition_file(approved, edition) for edition in Edition],
    )


def _require_clear(found: Review, approval: Approval) -> None:
    if approval.seen != found.mark:
        raise Conflict(
            "この画面を開いたあとに、この日の記録が変わりました。今の内容を確かめてから、もう一度提出してください。"
        )
    if found.note_findings:
        seen = "、".join(f"「{item.words}」（{item.finding.label}）" for item in found.note_findings)
        raise InvalidInput(errors={"change_note": [f"個人情報らしい語があります：{seen}。書き直してください。"]})
    stopping = [check.text for check in found.checks if check.weight is Weight.STOP]
    if stopping:
        raise Conflict(" ".join(stopping))
    if found.needs_consent and not approval.consent:
        raise InvalidInput(errors={"consent": ["「確認してください」の点を確かめ、印を付けてから提出してください。"]})


def _approver(by: Actor, on: date) -> values.Person:
    member = rosters.staff_of_user(by.contract, by.user_id, on) if by.user_id else None
    return values.Person(member.code if member else UNREGISTERED, by.name)


def edition_file(report: values.DailyReport, edition: Edition) -> deliveries.BuiltFile:
    """One edition as an xlsx file."""
    issued = replace(report, issue=replace(report.issue, edition=values.Edition(edition.value)))
    return deliveries.BuiltFile(
        edition=edition,
        name=bundle.daily_filename(issued),
        ascii_name=bundle.daily_ascii_filename(issued),
        media_type=XLSX,
        content=bundle.daily_workbook(issued),
    )
