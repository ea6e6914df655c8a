"""What holds for reservations on a day: the contract's settings, and the window that its calendar gives them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct, convert, to_builtins

from callcenter.clock import LocalMoment, local
from callcenter.contracts import queries as contracts
from callcenter.contracts import service as contract_service
from callcenter.errors import InvalidInput
from callcenter.reservations.rules import STANDARD_NOTICE_PATTERN, Mode
from callcenter.web.access import Actor
from scheduling.calendar import BusinessCalendar
from scheduling.capacity import LeadTimes, Window, window

SETTING = "reservations"
MOST_DAYS = 200
LONGEST_PATTERN = 120


class BookingSettings(Struct, frozen=True):
    """One contract's way of working with reservations; every figure is a proposal the city may change. Days are open
    days before the appointment (D)."""

    mode: str = Mode.OWN.value
    notice_pattern: str = STANDARD_NOTICE_PATTERN
    notice_example: str = "A12-345678"
    opens_days: int = 45
    closes_days: int = 3
    cancel_days: int = 2
    second_days: int = 20
    return_days: int = 7
    hold_minutes: int = 8
    offer_minutes: int = 120
    alarm_minutes: int = 30
    late_minutes: int = 5

    @property
    def lead(self) -> LeadTimes:
        return LeadTimes(self.opens_days, self.closes_days, self.cancel_days, self.second_days, self.return_days)

    @property
    def keeps_ledger(self) -> bool:
        """Whether each operation has to be entered in the city's own system too."""
        return self.mode == Mode.LEDGER.value


WHOLE: Mapping[str, tuple[str, int, int]] = {
    "opens_days": ("予約を始める日（開庁日前）", 1, MOST_DAYS),
    "closes_days": ("予約を締め切る日（開庁日前）", 0, MOST_DAYS),
    "cancel_days": ("変更・取消を締め切る日（開庁日前）", 0, MOST_DAYS),
    "second_days": ("残りの枠を開く日（開庁日前）", 0, MOST_DAYS),
    "return_days": ("経路別の枠を全体に戻す日（開庁日前）", 0, MOST_DAYS),
    "hold_minutes": ("仮押さえの時間（分）", 1, 60),
    "offer_minutes": ("空き待ちの案内の期限（分）", 5, 2880),
    "alarm_minutes": ("市システム未入力の警告（受付終了の何分前）", 0, 480),
    "late_minutes": ("遅刻とする時間（分）", 0, 120),
}
"""The settings that are numbers: label, least, most."""


def settings_on(contract_id: UUID, on: date) -> BookingSettings:
    return _settings(contracts.setting(contract_id, SETTING, on))


def _settings(found: Any) -> BookingSettings:
    return convert(found, BookingSettings) if found else BookingSettings()


class Terms(Struct, frozen=True):
    """Everything a request about reservations is judged by, at one instant."""

    contract_id: UUID
    at: datetime
    here: LocalMoment
    settings: BookingSettings
    calendar: BusinessCalendar
    window: Window

    @property
    def today(self) -> date:
        return self.here.on

    @property
    def hold_until(self) -> datetime:
        return self.at + timedelta(minutes=self.settings.hold_minutes)


def terms_at(contract_id: UUID, at: datetime) -> Terms:
    here = local(at)
    calendar, found = contracts.calendar_and_setting(contract_id, SETTING, here.on)
    settings = _settings(found)
    return Terms(contract_id, at, here, settings, calendar, window(calendar, here.on, settings.lead))


def change_settings(given: Mapping[str, Any], effective_on: date, *, by: Actor, at: datetime) -> None:
    """Let settings hold from a date on. Raises `InvalidInput` naming the field."""
    errors = _faults(given)
    if errors:
        raise InvalidInput(errors=errors)
    value = to_builtins(convert(given, BookingSettings))
    contract_service.set_setting(SETTING, value, effective_on, by=by, at=at)


def _faults(given: Mapping[str, Any]) -> dict[str, list[str]]:
    errors = {
        name: [f"{least} から {most} までの数字で入力してください。"]
        for name, (_, least, most) in WHOLE.items()
        if not least <= given[name] <= most
    }
    if not errors and given["opens_days"] <= given["closes_days"]:
        errors["closes_days"] = ["締切は、予約を始める日より後（小さい数）にしてください。"]
    if not Mode.has(given["mode"]):
        errors["mode"] = ["一覧から選んでください。"]
    fault = _pattern_fault(given["notice_pattern"], given["notice_example"])
    if fault:
        errors["notice_pattern"] = [fault]
    return errors


def _pattern_fault(pattern: str, example: str) -> str:
    """Why a pattern cannot be. Nested repetition could make one number take minutes to judge."""
    if not 0 < len(pattern) <= LONGEST_PATTERN or re.search(r"[+*}]\)?[+*{]|\(\?", pattern):
        return "番号の形は、[A-Z0-9]{3}-?[0-9]{6} のように書いてください（入れ子の繰返しは使えません）。"
    try:
        fits = re.fullmatch(pattern, example)
    except re.error:
        return "番号の形を読み取れません。[A-Z0-9]{3}-?[0-9]{6} のように書いてください。"
    return "" if fits else "番号の例が、番号の形に合っていません。"
