"""Within how many seconds an answer counts for the service level: the contract's setting on each day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from uuid import UUID

from callcenter.contracts.queries import settings_of
from callcenter.contracts.settings import SETTINGS

NAME = "service_level_seconds"


def seconds_on(contract_id: UUID) -> Callable[[date], int]:
    """Tells the seconds of any day. The settings are read once, when first asked for; needs an app context."""

    @cache
    def held() -> list[tuple[date, int]]:
        """The newest first."""
        return [(row.effective_on, int(row.value[0])) for row in settings_of(contract_id) if row.name == NAME]

    def on(day: date) -> int:
        standard = int(SETTINGS[NAME].standard[0])
        return next((seconds for since, seconds in held() if since <= day), standard)

    return on
