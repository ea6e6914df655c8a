"""What the page of a period shows, in the words of its template. Every number is a value of the `PeriodReport`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from flask import url_for
from msgspec import Struct

from callcenter.deliveries.queries import VersionFacts
from callcenter.deliveries.rules import State
from callcenter.jobs.queries import JobFacts
from callcenter.reporting.day_view import AROUND, FindingShown, Remedy
from callcenter.reporting.periods import leaving
from callcenter.reporting.periods.approving import WAITING, ApprovalFacts
from callcenter.reporting.periods.drafts import BuildFacts
from callcenter.reporting.periods.reviewing import PeriodReview
from callcenter.reporting.texts import ReportText, TextFinding
from reports.figures import EMPTY, Figure
from reports.period import CategoryLine, PeriodKind, PeriodReport, SheetChoice, Target, Verdict, verdict
from reports.period_bundle import columns_for
from reports.wareki import WEEKDAYS, clock

VERDICT_BADGES = {Verdict.MET: "ok", Verdict.NEAR: "warn", Verdict.MISSED: "bad", Verdict.OPEN: "mute"}
STEPS = ("作成", "点検", "承認・提出", "市の判定")
RANKED = 20
"""How many categories the ranking of the page shows; the workbook has them all."""


class Judged(Struct, frozen=True):
    """A figure with its target, how it stands against it, and what it was in the periods compared with."""

    key: str
    figure: Figure
    target: str = ""
    verdict: Verdict | None = None
    previous: str = EMPTY
    year_ago: str = EMPTY


class Standing(Struct, frozen=True):
    """Where a period stands: its draft (`current`: it says what the records say), approval, versions, jobs."""

    draft: BuildFacts | None
    current: bool
    approval: ApprovalFacts | None
    versions: Sequence[VersionFacts]
    build_job: JobFacts | None
    submit_job: JobFacts | None

    @property
    def submitting(self) -> bool:
        return self.approval is not None and self.approval.state == WAITING

    @property
    def newest(self) -> VersionFacts | None:
        return self.versions[0] if self.versions else None

    @property
    def step(self) -> int:
        """The index in `STEPS` of what is to be done; all done: their number."""
        newest = self.newest
        if self.submitting:
            return 2
        if newest is not None and newest.state is not State.SENT_BACK:
            return len(STEPS) if newest.state is State.ACCEPTED else 3
        return 1 if self.draft is not None and self.current else 0


def context(found: PeriodReview) -> dict[str, Any]:
    """The parts of the page that are made of the report itself."""
    report = found.report
    figures = list(_judged(report))
    return {
        "figures": figures,
        "targets": [one for one in figures if one.verdict is not None],
        "waiting": [_shown(item) for item in found.unconfirmed],
        "day_figures": [report.figures[key] for key in day_keys()],
        "day_rows": list(_day_rows(report)),
        "month_rows": list(_month_rows(report)) if report.kind is not PeriodKind.MONTHLY else [],
        "hours": _hours(report),
        "majors": _majors(report.categories),
        "ranking": _ranking(report.categories),
    }


def day_keys() -> tuple[str, ...]:
    """The figures of a day that the page's table has."""
    return columns_for(SheetChoice("days"))


def _judged(report: PeriodReport) -> Iterator[Judged]:
    from reports.sheets.period.comparing import target_text, then_of

    targets = {target.key: target for target in report.targets}
    for key, figure in report.figures.items():
        target = targets.get(key)
        then, long_ago = then_of(report.previous, key), then_of(report.year_ago, key)
        yield Judged(
            key,
            figure,
            target_text(target, figure.unit) if target else "",
            _verdict(figure, target),
            then.text if then else EMPTY,
            long_ago.text if long_ago else EMPTY,
        )


def _verdict(figure: Figure, target: Target | None) -> Verdict | None:
    return verdict(figure, target) if target else None


class Row(Struct, frozen=True):
    """A day or a month of the table. `quiet`: the office was closed."""

    label: str
    cells: Sequence[str]
    note: str = ""
    quiet: bool = False


def _day_rows(report: PeriodReport) -> Iterator[Row]:
    for line in report.days:
        figures = report.figures_of(line.tally)
        label = f"{line.on.month}月{line.on.day}日（{WEEKDAYS[line.on.weekday()]}）"
        idle = not line.open and not line.tally.recorded and not line.tally.offered
        cells = ["" if idle else figures[key].text for key in day_keys()]
        handed_in = f"日報 {line.report}" if line.report else ""
        yield Row(label, cells, line.why_closed or handed_in, not line.open)


def _month_rows(report: PeriodReport) -> Iterator[Row]:
    for span in report.span.months():
        figures = report.figures_of(report.tally_of(span))
        yield Row(span.label, [figures[key].text for key in day_keys()])


class Hours(Struct, frozen=True):
    """Records by half hour and weekday; a row without a time is everything outside the hours."""

    weekdays: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int], int]]


def _hours(report: PeriodReport) -> Hours:
    counted = {(cell.start_minute, cell.weekday): cell.recorded for cell in report.cells}
    days = sorted({cell.weekday for cell in report.cells})
    inside = sorted({cell.start_minute for cell in report.cells if cell.start_minute is not None})
    outside = [None] if any(cell.start_minute is None and cell.recorded for cell in report.cells) else []
    rows = []
    for start in [*inside, *outside]:
        counts = [counted.get((start, day), 0) for day in days]
        rows.append(("受付時間外" if start is None else f"{clock(start)}～", counts, sum(counts)))
    return Hours([WEEKDAYS[day] for day in days], rows)


class MajorCount(Struct, frozen=True):
    """A major category, its records and those of its minors that have any."""

    name: str
    count: int
    minors: Sequence[CategoryLine]


def _majors(lines: Sequence[CategoryLine]) -> list[MajorCount]:
    grouped = groupby(lines, key=lambda line: (line.category.major_code, line.category.major_name))
    found = [(name, tuple(minors)) for (_, name), minors in grouped]
    return [
        MajorCount(name, sum(one.total for one in minors), [one for one in minors if one.total])
        for name, minors in found
    ]


class Ranked(Struct, frozen=True):
    """A category in the ranking: how its records moved against the period before."""

    place: int
    line: CategoryLine
    change: str


def _ranking(lines: Sequence[CategoryLine]) -> list[Ranked]:
    ordered = sorted((line for line in lines if line.total), key=lambda line: (-line.total, line.category.code))
    return [Ranked(place, line, _change(line)) for place, line in enumerate(ordered[:RANKED], 1)]


def _change(line: CategoryLine) -> str:
    """+12, -3, ±0; 「―」 where the period before is not known. Not ▲: on Japanese papers that is a minus."""
    if line.previous is None:
        return EMPTY
    moved = line.total - line.previous
    return f"{moved:+,}" if moved else "±0"


# --- findings ---


def _shown(item: TextFinding) -> FindingShown:
    before, after = item.before, item.after
    return FindingShown(
        item,
        ("…" if len(before) > AROUND else "") + before[-AROUND:],
        after[:AROUND] + ("…" if len(after) > AROUND else ""),
        _remedy(item.source),
    )


def _remedy(source: ReportText) -> Remedy:
    """Where the text is mended: a record on its day's report, a remark on this page."""
    kind, on, which = source.place.split(":", 2)
    return _REMEDIES[kind](on, which)


_REMEDIES: Mapping[str, Callable[[str, str], Remedy]] = {
    leaving.CALL: lambda on, _: Remedy("その日の日報で確かめる", url_for("reporting.day", on=on, _anchor="checks")),
    leaving.MATTER: lambda on, _: Remedy("報告事項を書き直す", url_for("reporting.day", on=on, _anchor="matters")),
    leaving.SHORTAGE: lambda on, _: Remedy("原因・対策を書き直す", url_for("coverage.day", on=on)),
    leaving.INSTRUCTION: lambda _, __: Remedy("市の指示・承認を開く", url_for("papers.instructions")),
    leaving.TRAINING: lambda _, __: Remedy("従事者名簿を開く", url_for("staff.page")),
    leaving.COMMENT: lambda _, section: Remedy("所見を書き直す", f"#section-{section}"),
}
