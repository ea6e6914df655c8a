"""What the list remembers between pages is only true while nothing happened: each act is seen on the next page."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from callcenter.calls import category_service, record_queries
from callcenter.calls.category_service import NewName
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.calls.factories import counted, saved_call
from tests.centre import Browser, Centre


def _shown(desk: Browser) -> str:
    page: str = desk.get("/calls").text
    return page


def _counts(statements: list[str]) -> int:
    return sum("count(" in statement.lower() for statement in statements)


def test_a_second_page_of_the_same_list_counts_nothing(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    saved_call(desk)
    _shown(desk)
    with counted(centre) as again:
        assert "全1件" in _shown(desk)
    assert _counts(again) == 0


def test_a_call_saved_in_between_is_counted(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    saved_call(desk)
    assert "全1件" in _shown(desk)
    saved_call(desk)
    assert "全2件" in _shown(desk)


def test_a_call_voided_in_between_is_counted_no_more(centre: Centre) -> None:
    desk = centre.person(Role.SUPERVISOR).client()
    saved_call(desk)
    second = saved_call(desk)
    assert "全2件" in _shown(desk)
    _void(desk, second)
    assert "全1件" in _shown(desk)


def _void(desk: Browser, call: str) -> None:
    answer: Any = desk.post(f"/calls/{call}/void", data={"version": "2", "reason": "二重に記録したため"})
    assert answer.status_code in (200, 303), answer.text


def test_a_category_renamed_in_between_bears_its_new_name(centre: Centre) -> None:
    supervisor = centre.person(Role.SUPERVISOR)
    desk = supervisor.client()
    saved_call(desk, category="0401")
    assert "本体の切替え" not in _shown(desk)
    with centre.inside(), transaction():
        new = NewName("0401", "本体の切替え", date(2026, 6, 1))
        category_service.rename_category(new, by=supervisor.actor, at=centre.now)
    assert "本体の切替え" in _shown(desk)


def test_a_total_that_never_moved_would_be_seen(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard's own guard: with one stamp for all times the saved call is missed."""
    monkeypatch.setattr("callcenter.calls.record_pages.head_of", lambda _: b"always the same")
    desk = centre.person(Role.OPERATOR).client()
    saved_call(desk)
    assert "全1件" in _shown(desk)
    saved_call(desk)
    assert "全1件" in _shown(desk)
    record_queries._total.cache_clear()
