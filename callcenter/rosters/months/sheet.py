"""The month's roster as the values of its workbook."""

from __future__ import annotations

from datetime import datetime

from callcenter.rosters.months.board import Board, RowView, board
from callcenter.rosters.months.routing import MonthView
from callcenter.rosters.months.rules import short_name
from reports import month_roster as report
from reports.wareki import span
from scheduling.shifts import ShiftTimes


def roster_sheet(view: MonthView, contract: str, at: datetime) -> report.MonthRoster:
    """What the workbook prints of the roster shown."""
    found = board(view.facts, view.cells)
    shown = view.draft if view.editing else view.published
    return report.MonthRoster(
        contract=contract,
        month=view.first,
        state=_state(view),
        published_at=shown.published_at if shown else None,
        built_at=at,
        days=tuple(
            report.Day(
                head.day.on,
                "" if head.day.hours else head.day.why,
                head.fewest,
                head.day.minimum if head.day.hours else None,
                head.below,
            )
            for head in found.heads
        ),
        rows=tuple(_row(row) for row in found.rows),
        legend=_legend(found),
        breaks_count=view.facts.month.days[-1].breaks_count,
    )


def _state(view: MonthView) -> str:
    if view.editing and view.draft is not None:
        return f"第{view.draft.number}版の案（未公開）"
    return f"第{view.published.number}版" if view.published else "いまの予定（版なし）"


def _row(row: RowView) -> report.Row:
    cells = tuple(report.Cell(_lines(one.top, one.below), one.mark, bool(one.leave == "off")) for one in row.cells)
    return report.Row(row.member.name, row.member.role.label, cells, row.days, row.minutes, row.early, row.late)


def _lines(top: str, below: str) -> str:
    return f"{top}\n{below}" if below else top


def _legend(found: Board) -> tuple[str, ...]:
    """What the letters mean, with the times."""
    named: dict[str, str] = {}
    for pattern in found.patterns:
        named.setdefault(short_name(pattern), _times_words(pattern.times))
    return tuple(f"{name}　{words}" for name, words in named.items())


def _times_words(times: ShiftTimes) -> str:
    rest = times.span.minutes - times.worked_minutes
    return span(times.span.start, times.span.end) + (f"（休憩{rest}分）" if rest else "")
