"""A finished month with a fee, its notice and invoice, for the tests of completion."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from callcenter.audit.service import system_actor
from callcenter.contracts import service as contracts
from callcenter.contracts.queries import calendar
from callcenter.deliveries import queries as delivered
from callcenter.deliveries import service as deliveries
from callcenter.deliveries.queries import VersionFacts
from callcenter.deliveries.rules import Kind, State
from callcenter.rosters.history import HistoryDay, load_history
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Browser, Centre, Person
from tests.rosters.factories import add_staff, marks, shift

JUNE = date(2026, 6, 1)
LAST_OF_JUNE = date(2026, 6, 30)
SECOND_OF_JULY = datetime(2026, 7, 2, 1, 0, tzinfo=UTC)
"""2 July 2026, 10:00 in Tokyo: June is over."""
FEE = 1_980_000
PAGE = "/completion/2026-06"


def noon(on: date) -> datetime:
    """Noon of a day in Tokyo."""
    return datetime(on.year, on.month, on.day, 3, 0, tzinfo=UTC)


def set_up(centre: Centre, manager: Person, *, fee: int | None = FEE) -> None:
    """Let June be over, with the contractor's particulars set."""
    centre.at(SECOND_OF_JULY)
    values = {
        "contractor_address": ["みなと架空市中央一丁目2番3号"],
        "contractor_representative": ["代表取締役 架空 太郎"],
        "contractor_phone": ["03-0000-0000"],
        "invoice_registration": ["T1234567890123"],
        "bank_account": ["架空銀行 みなと支店", "普通 1234567", "カ）カクウコンタクト"],
    }
    if fee is not None:
        values["monthly_fee_yen"] = [str(fee)]
    for name, value in values.items():
        setting(centre, manager, name, value)


def setting(centre: Centre, by: Person, name: str, value: list[str], from_on: date = date(2026, 4, 1)) -> None:
    with centre.inside(), transaction():
        contracts.set_setting(name, value, from_on, by=by.actor, at=centre.now)


def seen(page: str, form: str) -> str:
    """The mark that the form of a document carries."""
    found = re.search(rf'action="[^"]*/{form}".*?name="seen" value="(\w+)"', page, re.DOTALL)
    assert found is not None, form
    return found[1]


def send(browser: Browser, document: str, page: str = PAGE, **changes: str) -> Any:
    """Submit a document of the month as its page shows it, consenting to what may stand."""
    shown = browser.get(page).get_data(as_text=True)
    data = {"seen": seen(shown, document), "consent": "1", "change_note": "", **changes}
    return browser.post(f"{page}/{document}", data=data)


def newest(centre: Centre, kind: Kind, first: date = JUNE, last: date = LAST_OF_JUNE) -> VersionFacts:
    with centre.inside():
        return delivered.versions_for(centre.contract_id, kind, first, last)[0]


def decide(centre: Centre, kind: Kind, decision: State = State.ACCEPTED, comment: str = "") -> None:
    """The city decides on the newest version."""
    officer = centre.person(Role.CITY_OFFICER, name="例田 職員")
    with centre.inside(), transaction():
        version = delivered.versions_for(centre.contract_id, kind, JUNE, LAST_OF_JUNE)[0]
        deliveries.decide(version.id, decision, comment, by=officer.actor, at=centre.now)


def confirmed(centre: Centre, manager: Person) -> Browser:
    """June's notice submitted and accepted; the manager's browser."""
    set_up(centre, manager)
    browser = manager.client()
    assert send(browser, "notice").status_code == 303
    decide(centre, Kind.NOTICE)
    return browser


def claimed(centre: Centre, manager: Person) -> Browser:
    """June's invoice submitted on 2 July."""
    browser = confirmed(centre, manager)
    assert send(browser, "invoice").status_code == 303
    return browser


def reduce(browser: Browser, **changes: str) -> Any:
    data = {
        "yen": "12,345",
        "reason": "最少人数を下回った時間に相当する額",
        "decided_by": "市民課長",
        "decided_on": "2026-07-02",
        "idempotency_key": str(uuid4()),
        **changes,
    }
    return browser.post(f"{PAGE}/reductions", data=data)


def pay(browser: Browser, **changes: str) -> Any:
    data = {"paid_on": "2026-07-02", "yen": f"{FEE:,}", "note": "", "idempotency_key": str(uuid4()), **changes}
    return browser.post(f"{PAGE}/payments", data=data)


def words(answer: Any) -> str:
    """What a person reads of a page."""
    plain = re.sub(r"<(script|style).*?</\1>", " ", answer.get_data(as_text=True), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", plain))


def staffed(centre: Centre, short_on: date = date(2026, 6, 3)) -> None:
    """Two operators all June; on one day the second is away from 12:00 to 13:00. Needs the clock after June."""
    people = [add_staff(centre, code, name) for code, name in (("P01", "見本 花子"), ("P02", "例田 一郎"))]
    with centre.inside(), transaction():
        open_days = calendar(centre.contract_id).open_days(JUNE, LAST_OF_JUNE)
        history = [
            HistoryDay(who, on, shift("8:30-17:15"), marks(_punches(who == people[1] and on == short_on)))
            for on in open_days
            for who in people
        ]
        load_history(history, by=system_actor(centre.contract_id), at=centre.now)


def _punches(away: bool) -> str:
    return "in 8:30, rest 12:00, back 13:00, out 17:15" if away else "in 8:30, out 17:15"
