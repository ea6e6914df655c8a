"""The demonstration's daily reports: handed over, sent back, corrected, accepted; and the draft of the last day."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from callcenter.audit.service import Act, record, system_actor
from callcenter.clock import instant_of
from callcenter.deliveries import queries as delivered
from callcenter.deliveries import service as deliveries
from callcenter.deliveries.rules import Edition, Kind, State
from callcenter.demo import episodes
from callcenter.demo.company import Company
from callcenter.reporting import approval
from callcenter.reporting import service as reporting
from callcenter.reporting.rules import MatterKind
from callcenter.web.access import Actor
from callcenter.web.transaction import end_read, transaction


def add_matter(on: date, told: episodes.Told, *, by: Actor, at: datetime) -> None:
    new = reporting.NewMatter(on, MatterKind(told.kind.value), told.minute, told.text)
    reporting.add_matter(new, by=by, at=at)


def submit(on: date, *, by: Actor, at: datetime, change_note: str = "") -> UUID:
    """Check the day, let what was found stand, build both editions and put them before the city."""
    with transaction():
        found = approval.review(on, by=by, at=at)
        for finding in found.findings:
            reporting.confirm_finding(on, finding.mark, by=by, at=at)
    if found.findings:
        with transaction():
            found = approval.review(on, by=by, at=at)
    submission = approval.build_submission(
        found, approval.Approval(found.mark, change_note, consent=True), by=by, at=at
    )
    end_read()
    with transaction():
        return deliveries.submit(submission, by=by, at=at)


def answer_of_the_city(on: date, ahead: int, company: Company, leader: Actor) -> None:
    """On the morning of `on` the officer decides on the report of the day before (`ahead` open days before today)."""
    if ahead not in episodes.SUBMITTED_DAYS or ahead == episodes.AWAITS_CITY:
        return
    officer = company.actors["officer"]
    newest = _newest(company.contract_id, on)
    if newest is None:
        return
    if ahead == episodes.SENT_BACK:
        _decide(newest.id, State.SENT_BACK, episodes.SENT_BACK_COMMENT, by=officer, at=instant_of(on, 570))
        with transaction():
            told = episodes.ADDED_AFTER_SENDING_BACK
            add_matter(newest.period_from, told, by=leader, at=instant_of(on, 615))
        at = instant_of(on, 625)
        version_id = submit(newest.period_from, by=leader, at=at, change_note=episodes.CHANGE_NOTE)
    else:
        version_id = newest.id
    _decide(version_id, State.ACCEPTED, "", by=officer, at=instant_of(on, 680))


def _newest(contract_id: UUID, before: date) -> delivered.VersionFacts | None:
    """The newest report of the last day handed over before a day."""
    found = delivered.states_between(contract_id, Kind.DAILY, date.min, before)
    return found[max(found)] if found else None


def _decide(version_id: UUID, decision: State, comment: str, *, by: Actor, at: datetime) -> None:
    with transaction():
        deliveries.decide(version_id, decision, comment, by=by, at=at)


def write_drafts(contract_id: UUID, on: date, folder: Path, at: datetime) -> list[Path]:
    """Build both editions of a day's report as a draft and put them into a folder."""
    by = system_actor(contract_id, name="デモ")
    with transaction():
        found = approval.review(on, by=by, at=at)
        record(Act("report.exported", "day", on.isoformat(), {"kind": Kind.DAILY.value}), by=by, at=at)
    built = [approval.edition_file(found.report, edition) for edition in Edition]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in built:
        (folder / one.ascii_name).write_bytes(one.content)
    return [folder / one.ascii_name for one in built]
