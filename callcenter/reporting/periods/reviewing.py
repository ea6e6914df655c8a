"""A period as it stands: its report in draft, what was found in its texts, what to mend before the approval.

`look` opens transactions of its own and is called outside of one: the entry that callers are read stands before they
are read, and nobody waits for a lock while a year is counted.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from callcenter.audit.service import Act, record
from callcenter.clock import local
from callcenter.contracts import queries as contracts
from callcenter.deliveries import service as deliveries
from callcenter.protection.deployment import keys_for
from callcenter.reporting.periods import comments, leaving, reading
from callcenter.reporting.periods.bundles import bundle_for
from callcenter.reporting.periods.drafts import Period
from callcenter.reporting.periods.rules import PeriodCheck, checks_of
from callcenter.reporting.rules import Weight
from callcenter.reporting.texts import ReportText, TextFinding
from callcenter.web.access import Actor
from callcenter.web.transaction import end_read, hold_read, transaction
from reports import daily as values
from reports.figures import Figure
from reports.period import PeriodReport
from reports.wareki import wareki


class PeriodReview(Struct, frozen=True):
    """What a person looks at before they approve. `mark`: the same as long as nothing that is shown has changed."""

    period: Period
    report: PeriodReport
    mark: str
    checks: Sequence[PeriodCheck]
    findings: Sequence[TextFinding] = ()
    note_findings: Sequence[TextFinding] = ()

    @property
    def figures(self) -> Mapping[str, Figure]:
        return self.report.figures

    @property
    def unconfirmed(self) -> list[TextFinding]:
        return [item for item in self.findings if not item.confirmed]

    @property
    def stopping(self) -> list[str]:
        """Sentences that stand between the draft and its approval."""
        return [one.check.text for one in self.checks if one.check.weight is Weight.STOP]

    @property
    def may_submit(self) -> bool:
        return not self.stopping

    @property
    def needs_consent(self) -> bool:
        """Whether the approver has to say that the open points were seen."""
        return any(one.check.weight is Weight.WARN for one in self.checks)


def look(period: Period, *, by: Actor, at: datetime, note: str = "") -> PeriodReview:
    """Read and check a period, and with it the `note` of what changed, which will stand on the cover.

    The names, phones and notice numbers of its callers are searched for in its texts: an entry of the log.
    """
    facts = reading.read(period.contract_id, period.kind, period.span, at)
    bundle = bundle_for(period.contract_id, period.kind, period.span.from_on)
    report = reading.build(facts, draft_issue(period, at), bundle, comments.comments_of(period))
    end_read()
    texts, noted = leaving.texts_of(report), [leaving.note_text(note)] if note else []
    found = _findings(period, [*texts, *noted], by=by, at=at)
    findings = [item for item in found if item.source.place != leaving.NOTE]
    unconfirmed = sum(not item.confirmed for item in findings)
    return PeriodReview(
        period=period,
        report=report,
        mark=_keyed(period, reading.mark_of_period(report)),
        checks=checks_of(reading.state(facts), unconfirmed),
        findings=findings,
        note_findings=[item for item in found if item.source.place == leaving.NOTE],
    )


def _keyed(period: Period, mark: str) -> str:
    """Marks are kept in the clear: without a key, texts that are sealed could be guessed and tried."""
    key = keys_for(period.contract_id).index
    return hmac.new(key, f"report.review {mark}".encode(), hashlib.sha256).hexdigest()


def _findings(period: Period, texts: list[ReportText], *, by: Actor, at: datetime) -> list[TextFinding]:
    """Nobody's name is read where there is no text to look through."""
    if not texts:
        return []
    with transaction():
        record(Act("report.callers_checked", "report_period", period.log_id, period.details), by=by, at=at)
    hold_read()
    found = leaving.findings_of(period.contract_id, period.span, texts)
    end_read()
    return found


def draft_issue(period: Period, at: datetime) -> values.Issue:
    """The next version's, as a draft; free texts by network only under the city's permission (10(1)⑤)."""
    latest = deliveries.latest_number(period.contract_id, period.delivered_as, period.span.from_on, period.span.to_on)
    permission = contracts.permits(period.contract_id, "network_texts", local(at).on)
    return values.Issue(
        timing=values.Timing(at, at),
        version=values.Version(latest + 1),
        free_texts_permitted=permission is not None,
        permission_reference=f"{wareki(permission.granted_on)}の許可" if permission else None,
    )
