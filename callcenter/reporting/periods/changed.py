"""What a period was made of, in marks; what became different since a version; what a delivery keeps of it.

A version keeps a keyed mark of each part, so that a change that no figure shows (a text, a person's hours) is told too.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from msgspec.structs import replace

from callcenter.protection.keys import ContractKeys
from callcenter.reporting.periods.comparing import CATEGORY
from reports.booking_counts import Counts
from reports.period import DayLine, DocumentUse, PeriodReport
from reports.period_bundle import SECTIONS

PART_LABELS = {
    "days": "日別の件数",
    "cells": "時間帯・曜日別の件数",
    "categories": "分類別の件数・名称",
    "attributes": "経路・問合せ者・言語・結果の内訳",
    "cases": "苦情・困難事例等の一覧",
    "reservations": "予約",
    "documents": "マニュアル・FAQの利用",
    "coverage": "最少人数を下回った日（原因・対策を含む）",
    "people": "従事者ごとの日数・時間",
    "trainings": "研修・誓約",
    "instructions": "市の指示への対応",
    "matters": "市への報告事項",
    "comparisons": "前の期間・前年との比較",
    "targets": "目標",
    "definitions": "計算の方法",
    "bundle": "報告の項目",
    "exclusions": "集計から除いた件数",
    "notes": "注記",
    "contract": "件名・契約の内容",
}
COMMENT = "comment:"
NOT_SUBMITTED, SUBMITTED = "未提出", "提出済み"


class Kept(Protocol):
    """A version, as far as it is compared: `deliveries.queries.VersionFacts` is one."""

    @property
    def figures(self) -> Mapping[str, Any]: ...

    @property
    def marks(self) -> Mapping[str, str]: ...


# --- marks ---


def _parts(report: PeriodReport) -> dict[str, object]:
    """Everything that is shown, by part; not who issues it when, nor what was open then."""
    return {
        "contract": (report.kind, report.span, report.contract),
        "bundle": report.bundle,
        "definitions": report.definitions,
        "days": [_without_answer(line) for line in report.days],
        "categories": report.categories,
        "cells": report.cells,
        "attributes": report.attributes,
        "cases": report.cases,
        "coverage": report.coverage,
        "people": report.people,
        "trainings": report.trainings,
        "instructions": report.instructions,
        "matters": report.matters,
        "reservations": _without_backlog(report.reservations),
        "documents": _without_grouping(report.documents),
        "comparisons": (report.previous, report.year_ago),
        "targets": report.targets,
        "exclusions": report.exclusions,
        "notes": (report.notes, report.sources),
        **{COMMENT + one.section: one.text for one in report.comments if one.text},
    }


def _without_answer(line: DayLine) -> DayLine:
    """What the city said of a day's report, and in which version it has it, changes nothing of the period; whether it
    was submitted at all does."""
    known = line.report in {"", NOT_SUBMITTED}
    return line if known else replace(line, report=SUBMITTED)


def _without_backlog(counts: Counts | None) -> Counts | None:
    """Not what waits to be settled now, whatever the period: it changes with every working day."""
    if counts is None:
        return None
    entries = counts.entries and (counts.entries[0], 0, 0)
    return replace(counts, differences=0, to_rebook=0, entries=entries)


def _without_grouping(use: DocumentUse | None) -> DocumentUse | None:
    """Not which questions were put together: that is done after the period, and changes nothing of what was asked."""
    return use and replace(use, unanswered=tuple(replace(one, different=0) for one in use.unanswered))


def marks_of(report: PeriodReport, keys: ContractKeys) -> dict[str, str]:
    """A short keyed mark of each part of a period."""
    return {part: _mark(keys, part, content) for part, content in _parts(report).items()}


def _mark(keys: ContractKeys, part: str, content: object) -> str:
    return hmac.new(keys.index, f"report.period {part} {content!r}".encode(), hashlib.sha256).hexdigest()[:32]


def mark_of_period(report: PeriodReport) -> str:
    """What a report was made of, in short (64 hex digits): the same as long as nothing that is shown has changed."""
    return hashlib.sha256(repr((_parts(report), report.checks)).encode()).hexdigest()


# --- what a delivery keeps ---


def snapshot(report: PeriodReport) -> dict[str, Any]:
    """Every figure as printed, and under `category.<code>` the records of each minor category."""
    lines = {
        f"{CATEGORY}{line.category.code}": {
            "label": line.category.name,
            "state": "value",
            "value": line.total,
            "text": f"{line.total:,}",
        }
        for line in report.categories
    }
    return {key: figure.as_dict() for key, figure in report.figures.items()} | lines


# --- differences ---


def difference(before: Kept, report: PeriodReport, keys: ContractKeys) -> list[str]:
    """What a report says differently from a version: a sentence for each figure and category, then for each part whose
    content is another."""
    return [*_figures(before.figures, snapshot(report)), *_changed(before.marks, marks_of(report, keys))]


def _figures(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(before.keys() | after, key=lambda one: _place(one, before, after)):
        old, new = before.get(key), after.get(key)
        texts = [one["text"] if one else "なし" for one in (old, new)]
        if texts[0] != texts[1]:
            yield f"{_label(key, new or old)}：{texts[0]} → {texts[1]}"


def _place(key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[int, str]:
    """Figures in the order they are printed, those that are gone behind them, then the categories by code."""
    order = list(after)
    if key.startswith(CATEGORY):
        return len(order) + len(before), key
    return (order.index(key) if key in after else len(order)), key


def _label(key: str, figure: Any) -> str:
    label = str(figure["label"])
    return f"分類{key.removeprefix(CATEGORY)} {label}" if key.startswith(CATEGORY) else label


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """Nothing for a version that kept no marks."""
    if not before:
        return
    # A part that older versions did not have yet says nothing about them.
    yield from (
        f"「{label}」の内容が変わりました。"
        for part, label in PART_LABELS.items()
        if part in before and before[part] != after.get(part)
    )
    for section, label in SECTIONS.items():
        if before.get(COMMENT + section) != after.get(COMMENT + section):
            yield f"所見（{label}）の内容が変わりました。"
