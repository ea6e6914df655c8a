"""How a contract reads the minimum (003 clause 6): whether somebody on a break counts. The clause leaves it open."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.contracts.models import Setting
from callcenter.extensions import db

SETTING = "floor_during_breaks"
_BREAKS_COUNT = "いいえ"


class BreakReading(Struct, frozen=True):
    """Since when a break counts as being there, and since when not; before the first it does not."""

    since: tuple[tuple[date, bool], ...] = ()

    def counts_on(self, on: date) -> bool:
        """Whether somebody on a break counts towards the minimum of a day."""
        begun = [counts for from_on, counts in self.since if from_on <= on]
        return begun[-1] if begun else False


def break_reading(contract_id: UUID) -> BreakReading:
    """The reading of every day. One statement."""
    rows = db.session.execute(
        select(Setting.effective_on, Setting.value)
        .where(Setting.contract_id == contract_id, Setting.name == SETTING)
        .order_by(Setting.effective_on)
    )
    return BreakReading(tuple((row.effective_on, row.value == [_BREAKS_COUNT]) for row in rows))


def who_counts(breaks_count: bool) -> str:
    """The sentence beside the figures."""
    breaks = "休憩中の人は数えます（契約の設定）" if breaks_count else "休憩中の人は数えません"
    return f"業務責任者・副責任者は数えません（仕様書6）。{breaks}。"
