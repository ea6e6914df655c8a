"""A June with records, its page, and the worker that carries out what was asked for."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime
from html import unescape
from typing import Any
from uuid import UUID

from callcenter.deliveries import queries as delivered
from callcenter.deliveries.queries import VersionFacts
from callcenter.deliveries.rules import Edition, Kind, Part
from callcenter.extensions import new_id
from callcenter.jobs.rules import JobKind
from callcenter.jobs.running import run_waiting
from callcenter.reporting.periods import approving, building
from callcenter.reporting.periods.drafts import BuildFacts, Period, build_of
from callcenter.web.access import Role
from reports.period import Span
from tests.calls.factories import saved_call
from tests.centre import Browser, Centre, Person
from tests.jobs.factories import bind

JUNE = Span(date(2026, 6, 1), date(2026, 6, 30))
PAGE = "/reports/periods/monthly/2026-06-01/2026-06-30"
TENTH = datetime(2026, 6, 10, 1, 0, tzinfo=UTC)
FIRST_OF_JULY = datetime(2026, 7, 1, 0, 30, tzinfo=UTC)
WORDS = re.compile(r"<(?:w:)?t(?: [^>]*)?>([^<]+)</")
HANDLERS = (
    (JobKind.BUILD_DAILY, building.build_daily),
    (JobKind.BUILD_MONTHLY, building.build_period),
    (JobKind.BUILD_ANNUAL, building.build_period),
    (JobKind.BUILD_TERM, building.build_period),
    (JobKind.SUBMIT_PERIOD, approving.submit_period),
)


def period_of(centre: Centre, code: str = "monthly", span: Span = JUNE) -> Period:
    return Period(centre.contract_id, code, span)


def recorded_june(centre: Centre, **fields: Any) -> Person:
    """Two calls on 10 June; it is 1 July now. Returns a supervisor."""
    centre.at(TENTH)
    desk = centre.person(Role.OPERATOR, name="例田 一郎").client()
    saved_call(desk, **fields)
    saved_call(desk, category="0302", disposition="booking", report_text="予約の変更", complaint=True)
    centre.at(FIRST_OF_JULY)
    return centre.person(Role.SUPERVISOR, name="見本 責任者")


def another_call(centre: Centre, **fields: Any) -> None:
    """Somebody records one more call of 10 June."""
    today = centre.now
    centre.at(TENTH)
    saved_call(centre.person(Role.OPERATOR, name="仮山 二美").client(), **fields)
    centre.at(today)


def work(centre: Centre) -> int:
    """Let a worker do all that is due; how many jobs it took."""
    bind(centre.app, *HANDLERS)
    return run_waiting(centre.app)


def built(centre: Centre, browser: Browser, page: str = PAGE) -> BuildFacts:
    """Ask for the draft on the page and let it be built."""
    answer = browser.post(f"{page}/build")
    assert answer.status_code == 303, answer.text
    work(centre)
    found = draft(centre)
    assert found is not None
    return found


def draft(centre: Centre, code: str = "monthly", span: Span = JUNE) -> BuildFacts | None:
    with centre.inside():
        return build_of(period_of(centre, code, span))


def seen(browser: Browser, page: str = PAGE) -> str:
    """The mark that the page shows."""
    answer = browser.get(page)
    assert answer.status_code == 200, answer.text
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', answer.text)
    return found[1] if found else ""


def approve(browser: Browser, page: str = PAGE, **form: str) -> Any:
    """Look at the page and approve what it shows."""
    data = {"seen": form.pop("seen", "") or seen(browser, page), "consent": "1", "idempotency_key": str(new_id())}
    return browser.post(f"{page}/approve", data=data | form)


def submitted(centre: Centre, supervisor: Person, **form: str) -> VersionFacts:
    """From the records to a version before the city."""
    browser = supervisor.client()
    built(centre, browser)
    answer = approve(browser, **form)
    assert answer.status_code == 303, answer.text
    work(centre)
    return versions(centre)[0]


def versions(centre: Centre, kind: Kind = Kind.MONTHLY, span: Span = JUNE) -> list[VersionFacts]:
    with centre.inside():
        return delivered.versions_for(centre.contract_id, kind, span.from_on, span.to_on)


def draft_file(browser: Browser, edition: Edition, part: Part, page: str = PAGE) -> Any:
    return browser.get(f"{page}/draft/{edition.value}/{part.value}")


def words_of(content: bytes) -> str:
    """Every word in a workbook or a Word file, wherever it stands."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = [package.read(name).decode() for name in package.namelist() if name.endswith(".xml")]
    return "\n".join(unescape(found) for part in parts for found in WORDS.findall(part))


def shown(page: str) -> dict[str, str]:
    """The figures on the page."""
    return dict(re.findall(r'data-figure-of="(\w+)">([^<]+)</td>', page))


def sent_back(officer: Person, version_id: UUID, why: str = "件数を確かめてください。") -> None:
    form = {"decision": "sent_back", "comment": why}
    answer = officer.client().post(f"/documents/{version_id}/decision", data=form)
    assert answer.status_code == 303, answer.text
