"""Each signal reaches each of its receivers exactly once, however many applications a process makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from blinker import NamedSignal

from callcenter import events
from callcenter.app import create_app
from callcenter.calls import receivers as calls
from callcenter.knowledge import uses
from callcenter.reservations import receivers as reservations
from tests.centre import settings_for

RECEIVERS: dict[str, list[Any]] = {
    "contract-created": [calls.prepare_contract, reservations.prepare_contract],
    "calendar-changed": [reservations.follow_calendar],
    "reservation-changed": [calls.note_reservation],
    "call-discarded": [uses.forget_call],
}


def test_every_signal_has_its_receivers_once_after_two_applications(tmp_path: Path) -> None:
    for name in ("a", "b"):
        create_app(settings_for(tmp_path / name, f"sqlite:///{tmp_path / name}.sqlite"))
    declared: dict[str, Any] = {one.name: one for one in vars(events).values() if isinstance(one, NamedSignal)}
    assert declared.keys() == RECEIVERS.keys()
    for name, wanted in RECEIVERS.items():
        found = [repr(receiver) for receiver in declared[name].receivers_for(None)]
        assert sorted(found) == sorted(map(repr, wanted)), name
