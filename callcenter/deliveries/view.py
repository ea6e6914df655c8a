"""A version as its page shows it: the figures as printed, what was aimed at, how each was counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from callcenter.deliveries.queries import VersionFacts
from reports.figures import Unit
from reports.measures import period_measures
from reports.period import Target
from reports.period_bundle import SHEET

CATEGORY = "category."
_UNITS = {measure.key: measure.unit for measure in period_measures()}


class FigureRow(Struct, frozen=True):
    """A figure in words. `target` and `formula` are empty where the version keeps none."""

    label: str
    text: str
    target: str = ""
    formula: str = ""


class Shown(Struct, frozen=True):
    """`figures` with what belongs to them, `categories` apart; `facts`: (label, value) of how all of it was counted."""

    figures: list[FigureRow]
    categories: list[FigureRow]
    facts: list[tuple[str, str]]

    @property
    def has_targets(self) -> bool:
        return any(row.target for row in self.figures)

    @property
    def has_formulas(self) -> bool:
        return any(row.formula for row in self.figures)


def shown(version: VersionFacts) -> Shown:
    """What the page says of a version's figures."""
    formulas: Mapping[str, Any] = version.definitions.get("formulas", {})
    targets = {one["key"]: _target(one) for one in version.definitions.get("targets", [])}
    rows = {
        key: FigureRow(figure["label"], figure["text"], targets.get(key, ""), formulas.get(key, {}).get("formula", ""))
        for key, figure in version.figures.items()
    }
    return Shown(
        [row for key, row in rows.items() if not key.startswith(CATEGORY)],
        [row for key, row in rows.items() if key.startswith(CATEGORY)],
        list(_facts(version.definitions)),
    )


def _target(target: Mapping[str, Any]) -> str:
    """In the words of the workbook: 90.0%以上."""
    from reports.sheets.period.comparing import target_text

    agreed = Target(target["key"], target["value"], target["at_least"])
    return target_text(agreed, _UNITS.get(target["key"], Unit.COUNT))


def _facts(definitions: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    bundle, sources = definitions.get("bundle"), definitions.get("sources")
    if bundle:
        yield "報告の項目", f"第{bundle['number']}版" if bundle["number"] else "標準の項目"
        yield (
            "シート",
            "、".join(SHEET[one["key"]].name if one["key"] in SHEET else one["key"] for one in bundle["sheets"]),
        )
    if sources:
        yield "着信数の情報源", "、".join(sources)
