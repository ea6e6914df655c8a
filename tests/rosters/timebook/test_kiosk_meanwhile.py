"""What happens at the kiosk while a typed code is being checked."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest

from callcenter.audit.service import system_actor
from callcenter.rosters import queries as rosters
from callcenter.rosters import service
from callcenter.rosters.timebook import kiosk, kiosk_pages
from callcenter.rosters.timebook.rules import WRONG_TRIES
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.rosters.factories import FRIDAY_BEFORE
from tests.rosters.timebook.test_kiosk import CODE, _device, _punch, _punches, _staff


def _meanwhile(monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Let something happen between the reading of a code's hash and the punch."""

    def matches(stored: str | None, typed: str) -> bool:
        act()
        return True

    monkeypatch.setattr(kiosk_pages, "password_matches", matches)


def test_a_device_revoked_while_the_code_is_checked_punches_no_more(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff_id, (device_id, browser) = _staff(centre), _device(centre)

    def revoked() -> None:
        with transaction():
            kiosk.revoke(device_id, by=system_actor(centre.contract_id), at=centre.now)

    _meanwhile(monkeypatch, revoked)
    assert _punch(browser, staff_id).status_code == 403
    assert _punches(centre) == []


def test_whose_assignment_ends_while_the_code_is_checked_punches_no_more(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff_id, (_, browser) = _staff(centre), _device(centre)

    def ended() -> None:
        with transaction():
            version = rosters.staff_member(centre.contract_id, staff_id).version
            by = system_actor(centre.contract_id)
            service.end_staff(staff_id, FRIDAY_BEFORE, version, by=by, at=centre.now)

    _meanwhile(monkeypatch, ended)
    assert _punch(browser, staff_id).headers["Location"] == "/kiosk"
    assert _punches(centre) == []


def test_tries_at_the_same_moment_are_no_more_than_one_by_one(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    staff_id, (_, browser) = _staff(centre), _device(centre)
    heard: list[str] = []

    def matches(stored: str | None, typed: str) -> bool:
        heard.append(typed)
        return False

    monkeypatch.setattr(kiosk_pages, "password_matches", matches)
    token = browser.http.get_cookie("kiosk")
    assert token is not None
    desks = [centre.browser() for _ in range(WRONG_TRIES + 3)]
    headers = []
    for desk in desks:
        desk.http.set_cookie("kiosk", token.value)
        headers.append({"X-CSRFToken": desk.csrf()})
    start, answers = Barrier(len(desks)), list[int]()

    def send(place: int) -> None:
        start.wait()
        form = {"code": f"90{place}7", "kind": "in", "idempotency_key": str(uuid4())}
        answers.append(desks[place].http.post(f"/kiosk/{staff_id}", data=form, headers=headers[place]).status_code)

    threads = [Thread(target=send, args=(place,)) for place in range(len(desks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [422] * WRONG_TRIES + [429] * 3
    assert len(heard) == WRONG_TRIES
    monkeypatch.undo()
    assert _punch(browser, staff_id, code=CODE).status_code == 429
