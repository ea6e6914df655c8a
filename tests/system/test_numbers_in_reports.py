"""An Individual Number in any field of the reports: refused, kept nowhere, and never sent back to the screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from callcenter.extensions import Base, db
from callcenter.web.access import Role
from tests.calls.factories import individual_number
from tests.centre import Browser, Centre
from tests.deliveries.factories import submitted
from tests.deliveries.sending_factories import A, listed
from tests.reporting.completion import factories as money
from tests.reporting.periods.june import PAGE as MONTH

NOWHERE = UUID(int=0)
"""An id of nothing; workers of the test run must collect the same names."""

NUMBER = individual_number()
ITEMS, COMPLETION = "/reports/items/monthly", money.PAGE
HAND = {
    "method": "hand",
    "edition": "handover",
    "handed_on": "2026-06-01",
    "handed_time": "09:30",
    "recipient": "係長",
    "agreement": "協議",
    "receipt": "",
    "idempotency_key": "",
}
REDUCTION = {"yen": "1", "reason": "理由", "decided_by": "課長", "decided_on": "2026-07-01", "idempotency_key": ""}
PAYMENT = {"yen": "1", "paid_on": "2026-07-01", "note": "", "idempotency_key": ""}
CHOICE = {
    "sheet": "cover",
    "order": "cover",
    "applies_from": "2026-06-01",
    "instructed_by": "課長",
    "instructed_on": "2026-06-01",
    "note": "",
    "seen": "0",
    "idempotency_key": "",
}
APPROVAL = {"seen": "", "change_note": "", "consent": "1", "idempotency_key": ""}
FORMS: list[tuple[str, dict[str, str]]] = [
    (f"{MONTH}/comments", {"section": "summary", "revision": "0", "text": ""}),
    (f"{MONTH}/approve", APPROVAL),
    (f"{MONTH}/findings", {"mark": ""}),
    ("/documents/addresses", {"address": A, "owner": "担当", "idempotency_key": ""}),
    ("/documents/{version}/handing-over", HAND),
    ("/documents/{version}/sending", {"address_ids": "", "again": "1", "idempotency_key": ""}),
    ("/documents/{version}/remarks", {"text": "", "idempotency_key": ""}),
    ("/documents/{version}/decision", {"decision": "accepted", "comment": ""}),
    ("/documents/zip", {"version": "", "edition": "", "kind": "", "state": "", "period": ""}),
    (ITEMS, CHOICE),
    (f"{COMPLETION}/reductions", REDUCTION),
    (f"{COMPLETION}/payments", PAYMENT),
    (f"{COMPLETION}/reductions/{NOWHERE}/set-aside", {"because": ""}),
    (f"{COMPLETION}/payments/{NOWHERE}/set-aside", {"because": ""}),
    (f"{COMPLETION}/notice", APPROVAL),
    (f"{COMPLETION}/invoice", APPROVAL),
]
KEEPING_NOTHING = [f"{ITEMS}/arranged", f"{ITEMS}/headings", f"{ITEMS}/preview"]
ADDRESSES = [
    "/reports/periods/open?period_from={number}&period_to=2026-06-30",
    "/reports/periods/open?period_from=2026-06-01&period_to={number}",
    "/documents?period={number}",
    "/documents?kind={number}",
    "/documents/open-data.csv?from={number}",
    "/documents/open-data.csv?encoding={number}",
    "/reports/periods/monthly/{number}/2026-06-30",
    "/completion/{number}",
]


@pytest.fixture
def everybody(sqlite_centre: Centre) -> Browser:
    """Somebody who may do everything, in a July with a submitted day and a mailbox."""
    manager = sqlite_centre.person(*Role, name="見本 花子")
    money.set_up(sqlite_centre, manager)
    listed(sqlite_centre, manager, "b@city.example.jp")
    return manager.client()


def _stored(centre: Centre) -> Iterator[str]:
    with centre.inside():
        for table in Base.metadata.sorted_tables:
            yield from (str(tuple(row)) for row in db.session.execute(select(table)))


def _with_number(form: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The form with the number in each field in turn, alone and amid words, everything else in order."""
    for name in form:
        for text in (NUMBER, f"番号{NUMBER}です"):
            keys = {"idempotency_key": str(uuid4())} if "idempotency_key" in form else {}
            yield name, {**form, **keys, name: text}


@pytest.mark.parametrize(("url", "form"), FORMS, ids=[url for url, _ in FORMS])
def test_no_field_takes_a_number_or_shows_it_again(
    sqlite_centre: Centre, everybody: Browser, url: str, form: dict[str, str]
) -> None:
    version = submitted(sqlite_centre, sqlite_centre.person(Role.SUPERVISOR))
    for name, sent in _with_number(form):
        answer = everybody.post(url.format(version=version), data=sent)
        assert NUMBER not in _told(answer), name
        assert 400 <= answer.status_code < 500 or name in {"again", "consent", "sheet", "order"}, name
    assert [row for row in _stored(sqlite_centre) if NUMBER in row] == []


@pytest.mark.parametrize("url", KEEPING_NOTHING)
def test_what_keeps_nothing_shows_none_again(everybody: Browser, url: str) -> None:
    for name, sent in _with_number({**CHOICE, "move": "up:cover"}):
        assert NUMBER not in _told(everybody.post(url, data=sent)), name


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_with_a_number_leads_to_a_page_without_it(everybody: Browser, url: str) -> None:
    answer = everybody.get(url.format(number=NUMBER), headers={"Accept": "text/html"})
    assert 400 <= answer.status_code < 500
    assert NUMBER not in _told(answer)


def _told(answer: Any) -> str:
    body = answer.get_data().decode("utf-8", "ignore")
    return f"{body} {answer.headers.get('Location', '')}"
