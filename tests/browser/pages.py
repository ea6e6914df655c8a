"""Every page a person can open, with someone who may: what the tests of looks and access go through."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest

from tests.browser.demonstration import Demonstration
from tests.browser.seats import database

DAY = "2027-03-29"
MONTH = "2027-03"
SAVED_CALL = "SELECT id FROM calls WHERE state = 'saved' ORDER BY number DESC"
CATEGORY = "SELECT code FROM call_categories ORDER BY code"
DOCUMENT = "SELECT id FROM delivery_versions ORDER BY id"
IMPORT = "SELECT id FROM exchange_imports ORDER BY id"
STAFF = "SELECT id FROM staff ORDER BY id"
RESERVATION = "SELECT id FROM reservations WHERE number IS NOT NULL ORDER BY number"
PERSON = "SELECT id FROM users WHERE login = 'operator1'"
ENTRY = "SELECT entry_id FROM knowledge_versions GROUP BY entry_id ORDER BY count(*) DESC"
FIRST_VERSION = "SELECT id FROM knowledge_versions WHERE number = 1 ORDER BY id"
CHANGE = "SELECT id FROM knowledge_versions WHERE number > 1 AND stage = 'published' ORDER BY id"
NOTICE = "SELECT id FROM knowledge_news ORDER BY id"
SYNONYMS = "SELECT id FROM knowledge_synonyms ORDER BY id"
OPEN_QUESTION = "SELECT id FROM knowledge_questions WHERE state = 'open' ORDER BY number"
SENT_QUESTION = "SELECT id FROM knowledge_questions WHERE state = 'at_the_city' ORDER BY number"


@dataclass(frozen=True)
class Screen:
    """A page: who opens it, where, and the statement that finds the id in its address."""

    name: str
    login: str
    path: str
    having: str = ""
    status: int = 200

    def address(self, demonstration: Demonstration) -> str:
        return self.path.format(_first(demonstration, self.having)) if self.having else self.path


def _first(demonstration: Demonstration, statement: str) -> str:
    with database(demonstration.home) as connection:
        found = str(connection.execute(f"{statement} LIMIT 1").fetchone()[0])
    return str(UUID(found)) if len(found) == 32 else found


SCREENS = (
    Screen("sign-in", "", "/sign-in"),
    Screen("desk", "operator1", "/desk"),
    Screen("calls", "supervisor", "/calls"),
    Screen("calls-none-found", "supervisor", "/calls?category=0101&from=2026-04-01&to=2026-04-01"),
    Screen("call", "supervisor", "/calls/{}", SAVED_CALL),
    Screen("call-of-an-operator", "operator1", "/calls/{}", SAVED_CALL),
    Screen("correction", "supervisor", "/calls/{}/correct", SAVED_CALL),
    Screen("today", "supervisor", "/today"),
    Screen("exchange-day", "supervisor", f"/exchange/day?on={DAY}"),
    Screen("exchange-typing", "supervisor", f"/exchange/day/edit?on={DAY}"),
    Screen("exchange-import", "supervisor", "/exchange/import"),
    Screen("exchange-imports", "supervisor", "/exchange/imports"),
    Screen("exchange-one-import", "supervisor", "/exchange/imports/{}", IMPORT),
    Screen("attendance", "supervisor", "/attendance"),
    Screen("attendance-of-an-operator", "operator1", "/attendance"),
    Screen("attendance-correction", "supervisor", "/attendance/corrections/{}", STAFF),
    Screen("staff", "supervisor", "/staff"),
    Screen("staff-change", "supervisor", "/staff/{}", STAFF),
    Screen("staff-new", "supervisor", "/staff/new"),
    Screen("roster-day", "supervisor", f"/roster/day?on={DAY}"),
    Screen("roster-month", "supervisor", f"/roster/month?month={MONTH}&view=plan"),
    Screen("roster-month-print", "supervisor", f"/roster/month/print?month={MONTH}&view=plan"),
    Screen("roster-leave", "supervisor", "/roster/leave"),
    Screen("roster-leave-of-the-manager", "manager", "/roster/leave?all=1"),
    Screen("roster-mine", "operator1", f"/roster/mine?month={MONTH}"),
    Screen("staffing", "supervisor", "/staffing"),
    Screen("staffing-accuracy", "supervisor", "/staffing/accuracy"),
    Screen("staff-untrained", "supervisor", "/staff?show=untrained"),
    Screen("staff-instructions", "supervisor", "/staff/instructions"),
    Screen("staff-agreements", "supervisor", "/staff/agreements"),
    Screen("staff-register", "supervisor", "/staff/register"),
    Screen("attendance-month", "supervisor", f"/attendance/month?month={MONTH}"),
    Screen("attendance-of-a-person", "supervisor", f"/attendance/month/{{}}?month={MONTH}", STAFF),
    Screen("attendance-book", "supervisor", f"/attendance/book?month={MONTH}"),
    Screen("attendance-code", "operator1", "/attendance/kiosk/code"),
    Screen("attendance-code-of-a-person", "supervisor", "/attendance/kiosk/codes/{}", STAFF),
    Screen("kiosk-devices", "supervisor", "/attendance/kiosk/devices"),
    Screen("kiosk-elsewhere", "", "/kiosk", status=403),
    Screen("coverage-month", "supervisor", f"/coverage?month={MONTH}"),
    Screen("coverage-day", "supervisor", f"/coverage/day?on={DAY}"),
    Screen("reservations", "supervisor", f"/reservations?from={DAY}&to={DAY}"),
    Screen("reservation", "operator1", "/reservations/{}", RESERVATION),
    Screen("reservations-free", "operator1", "/reservations/free"),
    Screen("reservations-calls", "operator1", "/reservations/calls"),
    Screen("reservations-waiting", "operator1", "/reservations/waiting"),
    Screen("reservations-slots", "supervisor", "/reservations/slots?on=2027-04-05"),
    Screen("reservations-city", "supervisor", "/reservations/city"),
    Screen("reservations-results", "supervisor", f"/reservations/results?from={DAY}&to={DAY}"),
    Screen("reservations-setup", "supervisor", "/reservations/setup"),
    Screen("reservations-book", "operator1", "/reservations/book"),
    Screen("reports-month", "supervisor", "/reports/daily"),
    Screen("reports-day", "supervisor", f"/reports/daily/{DAY}"),
    Screen("periods", "supervisor", "/reports/periods"),
    Screen("period-month", "supervisor", f"/reports/periods/monthly/{MONTH}-01/{MONTH}-31"),
    Screen("period-month-of-the-manager", "manager", f"/reports/periods/monthly/{MONTH}-01/{MONTH}-31"),
    Screen("period-year", "supervisor", "/reports/periods/annual/2026-04-01/2027-03-31"),
    Screen("period-term", "supervisor", f"/reports/periods/term/{MONTH}-26/{DAY}"),
    Screen("report-items", "supervisor", "/reports/items"),
    Screen("report-items-choice", "supervisor", "/reports/items/monthly"),
    Screen("jobs", "supervisor", "/jobs"),
    Screen("knowledge-entries", "supervisor", "/knowledge/entries"),
    Screen("knowledge-entries-of-an-operator", "operator1", "/knowledge/entries"),
    Screen("knowledge-entries-of-the-city", "officer", "/knowledge/entries?kind=chapter"),
    Screen("knowledge-entries-none-found", "viewer", "/knowledge/entries?on=2020-01-01"),
    Screen("knowledge-entry", "supervisor", "/knowledge/entries/{}", ENTRY),
    Screen("knowledge-entry-of-an-operator", "operator1", "/knowledge/entries/{}", ENTRY),
    Screen("knowledge-entry-of-the-city", "officer", "/knowledge/entries/{}", ENTRY),
    Screen("knowledge-diff", "operator1", "/knowledge/entries/{}/diff", ENTRY),
    Screen("knowledge-retire", "supervisor", "/knowledge/entries/{}/retire", ENTRY),
    Screen("knowledge-new-faq", "supervisor", "/knowledge/entries/new?kind=faq"),
    Screen("knowledge-new-chapter", "manager", "/knowledge/entries/new?kind=chapter"),
    Screen("knowledge-version", "supervisor", "/knowledge/versions/{}", FIRST_VERSION),
    Screen("knowledge-version-history", "supervisor", "/knowledge/versions/{}/history", CHANGE),
    Screen("knowledge-manual", "operator1", "/knowledge/manual"),
    Screen("knowledge-reviews", "supervisor", "/knowledge/reviews"),
    Screen("knowledge-reviews-of-the-officer", "officer", "/knowledge/reviews"),
    Screen("knowledge-reviews-of-the-viewer", "viewer", "/knowledge/reviews"),
    Screen("knowledge-unread", "supervisor", "/knowledge/unread"),
    Screen("knowledge-unread-of-an-operator", "operator1", "/knowledge/unread"),
    Screen("knowledge-unread-version", "supervisor", "/knowledge/unread/{}", CHANGE),
    Screen("knowledge-readings", "supervisor", "/knowledge/readings?show=all"),
    Screen("knowledge-readings-of-the-manager", "manager", "/knowledge/readings"),
    Screen("knowledge-readings-of-a-version", "supervisor", "/knowledge/readings/versions/{}", CHANGE),
    Screen("knowledge-readings-of-a-person", "manager", "/knowledge/readings/people/{}", PERSON),
    Screen("knowledge-questions", "supervisor", "/knowledge/questions"),
    Screen("knowledge-questions-of-the-city", "officer", "/knowledge/questions"),
    Screen("knowledge-question", "supervisor", "/knowledge/questions/{}", OPEN_QUESTION),
    Screen("knowledge-question-of-the-city", "officer", "/knowledge/questions/{}", SENT_QUESTION),
    Screen("knowledge-news", "supervisor", "/knowledge/news"),
    Screen("knowledge-news-of-the-city", "officer", "/knowledge/news"),
    Screen("knowledge-notice", "supervisor", "/knowledge/news/{}?suggest=1", NOTICE),
    Screen("knowledge-notice-of-the-city", "officer", "/knowledge/news/{}", NOTICE),
    Screen("knowledge-notice-new", "supervisor", "/knowledge/news/new"),
    Screen("knowledge-confirmations", "supervisor", "/knowledge/confirmations"),
    Screen("knowledge-confirmations-of-the-city", "officer", "/knowledge/confirmations"),
    Screen("knowledge-edition", "supervisor", "/knowledge/edition"),
    Screen("knowledge-edition-of-the-officer", "officer", "/knowledge/edition"),
    Screen("knowledge-edition-of-the-viewer", "viewer", "/knowledge/edition"),
    Screen("knowledge-usage", "supervisor", "/knowledge/usage"),
    Screen("knowledge-usage-unused", "manager", "/knowledge/usage?view=unused"),
    Screen("knowledge-usage-missing", "officer", "/knowledge/usage?view=missing"),
    Screen("knowledge-usage-review", "viewer", "/knowledge/usage?view=review"),
    Screen("knowledge-words", "supervisor", "/knowledge/synonyms"),
    Screen("knowledge-words-of-a-group", "supervisor", "/knowledge/synonyms/{}", SYNONYMS),
    Screen("knowledge-guide", "operator1", "/knowledge/guide"),
    Screen("knowledge-guide-of-the-administrator", "admin", "/knowledge/guide"),
    Screen("completion", "manager", "/completion"),
    Screen("completion-month", "manager", "/completion/2027-02"),
    Screen("completion-month-of-the-supervisor", "supervisor", f"/completion/{MONTH}"),
    Screen("addresses", "supervisor", "/documents/addresses"),
    Screen("sending", "supervisor", "/documents/{}/sending", DOCUMENT),
    Screen("document-of-the-supervisor", "supervisor", "/documents/{}", DOCUMENT),
    Screen("documents", "officer", "/documents"),
    Screen("document", "officer", "/documents/{}", DOCUMENT),
    Screen("people", "admin", "/admin/users"),
    Screen("person", "admin", "/admin/users/{}", PERSON),
    Screen("person-new", "admin", "/admin/users/new"),
    Screen("second-factor-rules", "admin", "/admin/second-factor"),
    Screen("tokens", "admin", "/admin/tokens"),
    Screen("contract", "admin", "/contract"),
    Screen("contract-reading", "admin", "/contract/reading"),
    Screen("calendar", "manager", "/contract/calendar"),
    Screen("holidays", "admin", "/contract/holidays"),
    Screen("categories", "supervisor", "/settings/categories"),
    Screen("category", "supervisor", "/settings/categories/{}", CATEGORY),
    Screen("log", "admin", "/admin/log"),
    Screen("account", "operator1", "/account"),
    Screen("second-factor", "operator1", "/account/second-factor"),
    Screen("api", "admin", "/api/docs"),
    Screen("missing", "operator1", "/nothing-here", status=404),
    Screen("refused", "operator1", "/admin/log", status=403),
)
each_screen = pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
