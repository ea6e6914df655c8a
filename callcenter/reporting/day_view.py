"""What the page of a day's report shows, in the words of its template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import url_for
from msgspec import Struct

from callcenter.clock import local
from callcenter.reporting.approval import Review
from callcenter.reporting.texts import CALL_PLACE, GAP_PLACE, SHORTAGE_PLACE, ReportText, TextFinding
from reports import daily as values
from reports.figures import EMPTY
from reports.wareki import span

AROUND = 30
"""How many characters of the text stand before and after what was found."""


class Remedy(Struct, frozen=True):
    """Where a text is mended."""

    label: str
    href: str


class FindingShown(Struct, frozen=True):
    """A finding with as much of its text as is needed to judge it."""

    item: TextFinding
    before: str
    after: str
    remedy: Remedy


class MajorCount(Struct, frozen=True):
    """A major category, its records and those of its minors that have any."""

    name: str
    count: int
    minors: tuple[values.CategoryCount, ...]


def context(found: Review) -> dict[str, Any]:
    """The parts of the page that are made of the report itself."""
    report = found.report
    return {
        "chart": _chart(report),
        "waiting": [_shown(item, found.day.on) for item in found.findings if not item.confirmed],
        "majors": _majors(report.categories),
        "inquiries": report.inquiries,
        "reservations": report.reservations,
        "staff": [_staff(line) for line in report.staffing.lines],
        "minimum": report.staffing.minimum_operators,
        "shortages": report.staffing.shortages,
    }


def _chart(report: values.DailyReport) -> list[dict[str, Any]]:
    """Bars of the page: records, and beside them what was offered where it was counted. Nothing of what is to come."""
    until = local(report.issue.timing.cutoff_at)
    return [
        {
            "label": f"{slot.start_minute // 60}:{slot.start_minute % 60:02d}",
            "value": slot.recorded if (report.on, slot.start_minute) <= (until.on, until.minute) else None,
            "usual": slot.exchange.offered,
        }
        for slot in report.slots
    ]


def _shown(item: TextFinding, on: date) -> FindingShown:
    before, after = item.before, item.after
    return FindingShown(
        item,
        ("…" if len(before) > AROUND else "") + before[-AROUND:],
        after[:AROUND] + ("…" if len(after) > AROUND else ""),
        _remedy(item.source, on),
    )


def _remedy(source: ReportText, on: date) -> Remedy:
    kind, _, which = source.place.partition(":")
    if kind == CALL_PLACE:
        return Remedy("対応記録を修正する", url_for("call_corrections.correction_form", call_id=UUID(which)))
    if kind == GAP_PLACE:
        return Remedy("差の理由を直す", url_for("exchange.day", on=on.isoformat()))
    if kind == SHORTAGE_PLACE:
        return Remedy("原因・対策を書き直す", url_for("coverage.day", on=on.isoformat()))
    return Remedy("報告事項を取り消して書き直す", "#matters")


def _majors(counts: Sequence[values.CategoryCount]) -> list[MajorCount]:
    grouped = groupby(counts, key=lambda entry: (entry.category.major_code, entry.category.major_name))
    found = [(name, tuple(entries)) for (_, name), entries in grouped]
    return [
        MajorCount(name, sum(one.count for one in entries), tuple(one for one in entries if one.count))
        for name, entries in found
    ]


def _staff(line: values.StaffLine) -> Mapping[str, Any]:
    return {
        "code": line.person.code,
        "name": line.person.name,
        "role": line.role,
        "planned": _spans(line.planned),
        "actual": _spans(line.actual),
        "worked": f"{line.worked_minutes // 60}:{line.worked_minutes % 60:02d}",
        "note": "、".join(part for part in (line.standing and f"{line.standing}（締切時点）", line.note) if part),
    }


def _spans(ranges: Sequence[values.TimeRange]) -> str:
    return "、".join(span(part.start_minute, part.end_minute) for part in ranges) or EMPTY
