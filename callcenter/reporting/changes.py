"""What became different since a report was submitted.

A version keeps a keyed mark of each part of its day. The parts are told from now's by their marks, so that a change
that no figure shows (a text, a punch) is noticed too. Who had not left yet at the cut-off is not compared: that they
left afterwards is no change.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from callcenter.calls import queries as calls
from callcenter.calls.exchange import change_queries as exchange
from callcenter.deliveries import queries as delivered
from callcenter.deliveries.rules import Kind, State
from callcenter.protection.deployment import keys_for
from callcenter.protection.keys import ContractKeys
from callcenter.reporting import daily, queries
from callcenter.reservations import figures as reservations
from callcenter.rosters import queries as rosters
from reports import daily as values
from reports.figures import Figure

PERSON = "staff:"
UNTOLD = ""
"""The mark of somebody who had not left yet."""
PART_LABELS = {
    "inquiries": "対応記録",
    "exchange": "着信数",
    "matters": "市への報告事項",
    "exclusions": "取り消した記録・保存していない通話",
    "reservations": "予約の結果",
    "shortages": "配置（最少人数を下回った時間の原因・対策）",
}


class FigureChange(Struct, frozen=True):
    """A figure as it was submitted and as it is now, as printed."""

    label: str
    before: str
    after: str


class Changes(Struct, frozen=True):
    """What differs from the version: parts in Japanese, and the figures."""

    parts: tuple[str, ...]
    figures: tuple[FigureChange, ...]

    def __bool__(self) -> bool:
        return bool(self.parts or self.figures)


def marks_of(report: values.DailyReport, keys: ContractKeys) -> dict[str, str]:
    """A short keyed mark of each part of a day."""
    parts: dict[str, object] = {
        "inquiries": report.inquiries,
        "exchange": ([slot.exchange for slot in report.slots], report.exchange, report.gap_reasons),
        "matters": report.matters,
        "exclusions": report.exclusions,
        "reservations": (report.reservations.tables, report.reservations.days) if report.reservations else None,
        "shortages": _noted(report.staffing.shortages),
    }
    parts |= {PERSON + line.person.code: line for line in report.staffing.lines if not line.standing}
    marks = {part: _mark(keys, part, content) for part, content in parts.items()}
    return marks | {PERSON + line.person.code: UNTOLD for line in report.staffing.lines if line.standing}


def _noted(shortages: Iterable[values.Shortage]) -> list[tuple[str, ...]]:
    """What was noted, apart from its minutes: those follow from the punches, which have marks of their own."""
    return sorted({(one.cause, one.detail or "", one.measure or "") for one in shortages if one.cause})


def _mark(keys: ContractKeys, part: str, content: object) -> str:
    return hmac.new(keys.index, f"report.part {part} {content!r}".encode(), hashlib.sha256).hexdigest()[:32]


def changes_since(
    version: delivered.VersionFacts, report: values.DailyReport, figures: Mapping[str, Figure], keys: ContractKeys
) -> Changes:
    """What the day's report would say differently from the version."""
    return Changes(
        tuple(_changed_parts(version.marks, marks_of(report, keys))), tuple(_changed_figures(version.figures, figures))
    )


def _changed_parts(before: Mapping[str, str], after: Mapping[str, str]) -> Iterable[str]:
    """Nothing for a version that kept no marks."""
    if not before:
        return
    # A part that versions of older days did not have yet says nothing about them.
    yield from (label for part, label in PART_LABELS.items() if part in before and before[part] != after.get(part))
    everybody = sorted(part for part in before.keys() | after if part.startswith(PERSON))
    people = [part for part in everybody if _differ(before.get(part), after.get(part))]
    if people:
        yield f"出退勤（{'、'.join(part.removeprefix(PERSON) for part in people)}）"


def _differ(before: str | None, after: str | None) -> bool:
    return UNTOLD not in (before, after) and before != after


def _changed_figures(before: Mapping[str, Any], after: Mapping[str, Figure]) -> Iterable[FigureChange]:
    for key, figure in after.items():
        known = before.get(key)
        if known and known["text"] != figure.text:
            yield FigureChange(figure.label, known["text"], figure.text)


def changed_days(
    contract_id: UUID, from_on: date, to_on: date, at: datetime, recorded: Mapping[date, datetime] | None = None
) -> list[date]:
    """The days whose newest version, not sent back, says something else than the day does now. `recorded`: when the
    records of each day were last changed, from who knows it.

    A day is read anew only where something was written after the version's cut-off.
    """
    newest = delivered.states_between(contract_id, Kind.DAILY, from_on, to_on)
    touched = last_changes(contract_id, from_on, to_on, recorded) if newest else []
    return [
        on
        for on, version in sorted(newest.items())
        if version.state is not State.SENT_BACK
        and any(found[on] > version.cutoff_at for found in touched if on in found)
        and _differs(version, contract_id, on, at)
    ]


def last_changes(
    contract_id: UUID, from_on: date, to_on: date, recorded: Mapping[date, datetime] | None = None
) -> list[Mapping[date, datetime]]:
    """When something of a day was last written, by day, as each feature knows it; `recorded`: see `changed_days`."""
    if recorded is None:
        recorded = calls.last_changes(contract_id, from_on, to_on)
    return [recorded, *(read(contract_id, from_on, to_on) for read in _LAST_CHANGES)]


_LAST_CHANGES = (
    exchange.last_changes,
    rosters.last_changes,
    queries.last_changes,
    reservations.last_changes,
)


def _differs(version: delivered.VersionFacts, contract_id: UUID, on: date, at: datetime) -> bool:
    report = daily.build(daily.read_day(contract_id, on, at), values.Issue(values.Timing(at, at)))
    return bool(tuple(_changed_parts(version.marks, marks_of(report, keys_for(contract_id)))))
