"""How many SQL statements a list page takes: few, and the same few however many rows there are.

The same of a save stands in `tests/calls/test_save.py`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from callcenter.calls import history
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.calls.factories import counted
from tests.centre import Browser, Centre

A_LIST_PAGE = 6
FEW, MANY = 10, 1_000
WORDS = "受け取りの予約を受け付けた。"


def _load(centre: Centre, count: int) -> None:
    """Saved calls, one a minute back from now, over several days, with texts and a caller."""
    person = centre.person(Role.OPERATOR)
    calls = [
        history.HistoryCall(
            started_at=centre.now - timedelta(minutes=5 + turn),
            talk_seconds=60,
            acw_seconds=10,
            category_code="0401",
            disposition="completed",
            operator_id=person.user_id,
            caller_name="見本 花子",
            phone="073-400-0001",
            report_text=WORDS,
        )
        for turn in range(count)
    ]
    with centre.inside(), transaction():
        history.load_history(calls, by=person.actor, at=centre.now)


def _statements(centre: Centre, desk: Browser, **asked: Any) -> list[str]:
    with counted(centre) as seen:
        answer = desk.http.open(**asked)
    assert answer.status_code == 200, answer.text
    return seen


LISTS = {
    "all": "/calls",
    "a later page": "/calls?page=2&size=20",
    "filtered": "/calls?category=04&disposition=completed&from_on=2026-05-01",
}


@pytest.mark.parametrize("url", LISTS.values(), ids=LISTS)
def test_a_list_page_takes_few_statements_however_many_calls_there_are(centre: Centre, url: str) -> None:
    desk = centre.person(Role.SUPERVISOR).client()
    _load(centre, FEW + 20)
    few = _statements(centre, desk, path=url.partition("?")[0], query_string=url.partition("?")[2])
    _load(centre, MANY)
    many = _statements(centre, desk, path=url.partition("?")[0], query_string=url.partition("?")[2])
    assert len(few) <= A_LIST_PAGE, few
    assert many == few


def test_reading_row_by_row_would_be_seen(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    with counted(centre) as seen:
        for _ in range(FEW):
            assert desk.get("/healthz").status_code == 200
    assert len(seen) > A_LIST_PAGE
