"""The form in which a day's counts are typed: what it shows, and what a sent one holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from callcenter.calls.exchange.csv_values import clean, is_negative, read_count, read_seconds
from callcenter.calls.exchange.day import DaySource
from callcenter.calls.exchange.rules import (
    LARGEST_COUNT,
    LARGEST_SECONDS,
    Counts,
    SlotKey,
    check_counts,
    slot_of,
    slots_of,
)
from callcenter.errors import InvalidInput
from callcenter.protection.scan import require_clean
from reports.wareki import clock
from scheduling.intervals import MinuteRange

COLUMNS: Final = (
    ("offered", "着信数"),
    ("answered", "応答数"),
    ("abandoned", "放棄数"),
    ("wait_seconds", "待ち時間の合計（秒）"),
    ("answered_within", "秒以内の応答数"),
)
DAY, OUTSIDE = "day", "out"


class FormRow(Struct, frozen=True):
    """One line of the form; its fields are named `offered-510`, `offered-day`, `offered-out`."""

    code: str
    label: str
    key: SlotKey

    def field(self, name: str) -> str:
        return f"{name}-{self.code}"


def rows_of(on: date, hours: MinuteRange | None, *, per_day: bool) -> list[FormRow]:
    """The lines of a day: its half hours or the day, then what lies outside the opening hours."""
    outside = FormRow(OUTSIDE, "受付時間外（1日の合計）", SlotKey(on, None, False))
    if hours is None:
        return [outside]
    if per_day:
        return [FormRow(DAY, "受付時間内の合計", SlotKey(on, None, True)), outside]
    slots = [
        FormRow(
            str(slot.start),
            f"{clock(slot.start)}–{clock(slot.end)}",
            SlotKey(on, slot_of(slot.start), True),
        )
        for slot in slots_of(hours)
    ]
    return [*slots, outside]


def columns_on(seconds: int) -> list[tuple[str, str]]:
    """The columns with their labels; `seconds`: within which an answer counts for the service level of the day."""
    return [(name, f"{seconds}{label}" if name == "answered_within" else label) for name, label in COLUMNS]


def values_of(rows: list[FormRow], source: DaySource | None, seconds: int) -> dict[str, str]:
    """What the fields hold when the form is opened: the counts that stand. Answers within other seconds than those of
    the day are left out: saved again they would be said to be within these."""
    if source is None:
        return {}
    by_key = {str(slot.start_minute): slot.counts for slot in source.slots}
    by_key |= {OUTSIDE: source.out_of_hours}
    if source.per_day:
        by_key[DAY] = source.in_hours
    by_key = {code: counts.judged_by(seconds) for code, counts in by_key.items()}
    return {
        row.field(name): "" if (value := getattr(by_key[row.code], name)) is None else str(value)
        for row in rows
        if row.code in by_key
        for name, _ in COLUMNS
    }


def typed(rows: list[FormRow], form: Mapping[str, str]) -> dict[str, str]:
    """The fields of the form as they were sent."""
    names = [row.field(name) for row in rows for name, _ in COLUMNS]
    return {name: form.get(name, "").strip() for name in names}


def labels(rows: list[FormRow], seconds: int) -> dict[str, str]:
    """Each field's words for the summary of errors."""
    return {row.field(name): f"{row.label} {label}" for row in rows for name, label in columns_on(seconds)}


def counts_from(rows: list[FormRow], fields: Mapping[str, str], seconds: int) -> dict[SlotKey, Counts]:
    """The counts typed; a line left empty was not measured. `seconds`: those that `answered_within` was counted with.

    Raises IndividualNumberRefused, or InvalidInput naming each field.
    """
    require_clean(fields)
    errors: dict[str, list[str]] = {}
    found: dict[SlotKey, Counts] = {}
    for row in rows:
        counts, wrong = _counts(row, fields)
        errors |= {row.field(name): [message] for name, message in (wrong or check_counts(counts)).items()}
        if counts.measured:
            within = seconds if counts.answered_within is not None else None
            found[row.key] = replace(counts, within_seconds=within)
    if errors:
        raise InvalidInput(errors=errors)
    return found


def _counts(row: FormRow, fields: Mapping[str, str]) -> tuple[Counts, dict[str, str]]:
    values: dict[str, int | None] = {}
    wrong: dict[str, str] = {}
    for name, _ in COLUMNS:
        text = clean(fields.get(row.field(name), ""))
        value = (read_seconds if name == "wait_seconds" else read_count)(text) if text else None
        most = LARGEST_SECONDS if name == "wait_seconds" else LARGEST_COUNT
        if text and value is None:
            wrong[name] = "0以上の数を入力してください。" if is_negative(text) else "数で入力してください。"
        elif value is not None and value > most:
            wrong[name] = f"{most:,}以下の数を入力してください。"
        values[name] = value
    return Counts(**values), wrong
