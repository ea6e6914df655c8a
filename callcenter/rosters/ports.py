"""What rosters need to know of the calls, which stand beside them; `app.py` binds it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol
from uuid import UUID

from flask import current_app

VOLUME = "callcenter_volume_history"


class CallVolume(Protocol):
    """Offered calls: day → minute at which a half hour starts → calls; and how long the timed ones took in all."""

    @property
    def days(self) -> Mapping[date, Mapping[int, int]]: ...
    @property
    def recorded_on(self) -> frozenset[date]: ...
    @property
    def timed_calls(self) -> int: ...
    @property
    def handling_seconds(self) -> int: ...


class VolumeHistory(Protocol):
    """The calls of a contract from one day to another, both included."""

    def __call__(self, contract_id: UUID, from_on: date, to_on: date, /) -> CallVolume: ...


def volume_history(contract_id: UUID, from_on: date, to_on: date) -> CallVolume:
    bound: VolumeHistory = current_app.extensions[VOLUME]
    return bound(contract_id, from_on, to_on)
