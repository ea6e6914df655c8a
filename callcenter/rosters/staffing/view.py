"""What the page of the forecast shows. Loads numpy: imported when the page is first asked for (see `pages`)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response, render_template, request
from msgspec import Struct

from callcenter.audit.service import Act
from callcenter.clock import local, now
from callcenter.contracts.queries import calendar, contract
from callcenter.errors import InvalidInput
from callcenter.lists.export import FILE_KINDS, ListFile, export_list, kind_of
from callcenter.rosters import queries
from callcenter.rosters.codes import RosterState
from callcenter.rosters.months import queries as months
from callcenter.rosters.months.absences import standing
from callcenter.rosters.months.rules import Cell
from callcenter.rosters.service import assignment_fault
from callcenter.rosters.staffing import rules
from callcenter.rosters.staffing.forecasting import Past, assumptions, forecast_days, past
from callcenter.rosters.staffing.rules import Assumptions, DayLoad, Slot, WhatIf
from callcenter.rosters.staffing.table import COLUMNS, slot_rows
from callcenter.web.access import actor
from callcenter.web.forms import optional_date
from callcenter.web.labels import date_label
from reports.wareki import clock
from scheduling.forecast import DayForecast, Forecast, TooLittleHistory, backtest
from scheduling.shifts import ShiftTimes
from scheduling.simulation import DaySimulation, Runs, simulate_day

AHEAD = timedelta(days=27)
REPLICATIONS = 200
FOLDS, HORIZON_DAYS = 6, 14
HOUR = 60
CHOICES = {
    "more": [(str(number), f"{number:+d}名" if number else "予定のまま") for number in range(-2, 4)],
    "longer": [(str(number), f"{number:+d}%" if number else "今のまま") for number in (-20, -10, 0, 10, 20, 30, 50)],
    "calls": [(str(number), f"{number:+d}%" if number else "予測のまま") for number in (-20, -10, 0, 10, 20, 30, 50)],
}
Shifts = dict[date, list[ShiftTimes]]


class View(Struct, frozen=True):
    """What the page is asked for: a range and a day of it, whose plan, and what if."""

    contract_id: UUID
    at: datetime
    from_on: date
    to_on: date
    asked: date | None
    draft: tuple[Cell, ...] | None
    use_draft: bool
    what: WhatIf

    @property
    def of_draft(self) -> bool:
        return self.use_draft and self.draft is not None

    @property
    def link(self) -> dict[str, Any]:
        """The address of the same view, without its day."""
        what = {"more": self.what.more, "longer": self.what.longer, "calls": self.what.calls}
        plan = {"plan": "draft"} if self.of_draft else {}
        return {"from": self.from_on.isoformat(), **plan, **{name: value for name, value in what.items() if value}}


def _view() -> View:
    """Raises `InvalidInput` outside the contract and for a value that is not offered."""
    contract_id, at, given = actor().contract, now(), request.values
    term = contract(contract_id)
    from_on = optional_date(given.get("from"), "from") or min(max(local(at).on, term.starts_on), term.ends_on)
    if not term.starts_on <= from_on <= term.ends_on:
        span = f"{date_label(term.starts_on)}から{date_label(term.ends_on)}まで"
        raise InvalidInput(f"{date_label(from_on)}は契約期間（{span}）の外の日です。")
    return View(
        contract_id=contract_id,
        at=at,
        from_on=from_on,
        to_on=min(from_on + AHEAD, term.ends_on),
        asked=optional_date(given.get("on"), "on"),
        draft=_draft(contract_id, from_on),
        use_draft=given.get("plan") == "draft",
        what=_what_if(*(given.get(name) for name in ("more", "longer", "calls"))),
    )


def _what_if(*typed: str | None) -> WhatIf:
    try:
        return WhatIf(*(int(value or 0) for value in typed))
    except ValueError as error:
        raise InvalidInput("「もし…なら」の値は、選択肢の中から選んでください。") from error


def _draft(contract_id: UUID, on: date) -> tuple[Cell, ...] | None:
    """The draft of the month, if one is being made."""
    draft = months.in_state(months.versions(contract_id, on.replace(day=1)), RosterState.DRAFT)
    return None if draft is None else months.cells_of(contract_id, draft.id)


def page() -> Any:
    """The coming four weeks, and one day by quarters of an hour."""
    view = _view()
    found = past(view.contract_id, view.at)
    given = assumptions(view.contract_id, found.aht_seconds, view.from_on)
    try:
        ahead = forecast_days(found, view.from_on, view.to_on)
    except TooLittleHistory as short:
        return _too_little(short)
    shifts = _operators_shifts(view)
    day = _chosen(view, ahead)
    return render_template(
        "rosters/staffing.html",
        view=view,
        ahead=ahead,
        past=found,
        given=given,
        days=[_load(view, one, shifts, given, WhatIf()) for one in ahead.days],
        choices=CHOICES,
        formats=FILE_KINDS,
        **({"day": None} if day is None else _of_day(view, day, shifts, given)),
    )


def _too_little(short: TooLittleHistory) -> str:
    return render_template("rosters/staffing_too_little.html", days=short.days, needed=short.needed)


def _chosen(view: View, ahead: Forecast) -> DayForecast | None:
    """The day asked for; else the first of the range."""
    if view.asked is None:
        return ahead.days[0] if ahead.days else None
    return ahead.day(view.asked)


def _load(view: View, day: DayForecast, shifts: Shifts, given: Assumptions, what: WhatIf) -> DayLoad:
    hours = calendar(view.contract_id).open_interval(day.on)
    if hours is None:
        raise ValueError(f"a forecast of a closed day: {day.on}")
    return rules.day_load(day, hours, shifts.get(day.on, []), given, what)


def _of_day(view: View, day: DayForecast, shifts: Shifts, given: Assumptions) -> dict[str, Any]:
    hours = calendar(view.contract_id).open_interval(day.on)
    planned = shifts.get(day.on, [])
    load = _load(view, day, shifts, given, WhatIf())
    return {
        "day": load,
        "other": _load(view, day, shifts, given, view.what) if view.what.changes else None,
        "enough": rules.enough(day, hours, planned, given) if hours else None,
        "played": _played(day, planned, given),
        "bars": [_bar(slot, first=index == 0) for index, slot in enumerate(load.slots)],
    }


def _bar(slot: Slot, *, first: bool) -> dict[str, Any]:
    """Full hours in full, the quarters between as :15."""
    minute = slot.span.start % HOUR
    label = clock(slot.span.start) if first or minute == 0 else f":{minute:02d}"
    return {"label": label, "value": slot.planned, "usual": slot.required}


def _played(day: DayForecast, planned: list[ShiftTimes], given: Assumptions) -> DaySimulation | None:
    """The day as planned, played two hundred times; the same day gives the same answer."""
    if not planned or not day.mean:
        return None
    return simulate_day(planned, rules.played_day(day, given), day.on.toordinal(), Runs(REPLICATIONS))


# --- the plan ---


def _operators_shifts(view: View) -> Shifts:
    """The shifts of the people who count to the minimum: those in force, or (within its month) the draft's, which may
    hold people on leave or without training whom nobody could publish."""
    operators = {one.id: one for one in queries.staff_list(view.contract_id) if one.role.counts_to_minimum}
    leaves = [one for one in standing(view.contract_id, view.from_on, view.to_on) if one.binding]
    off = {(one.staff_id, on) for one in leaves for on in one.days()}
    found: defaultdict[date, list[ShiftTimes]] = defaultdict(list)
    for cell in _cells(view):
        member = operators.get(cell.staff_id)
        if member is not None and assignment_fault(member, cell.on) is None and cell.key not in off:
            found[cell.on].append(cell.times)
    return dict(found)


def _cells(view: View) -> list[Cell]:
    live = months.live_cells(view.contract_id, view.from_on, view.to_on)
    if not view.of_draft:
        return list(live)
    of_draft = view.from_on.replace(day=1)
    return [*(view.draft or ()), *(cell for cell in live if cell.on.replace(day=1) != of_draft)]


# --- how good it is; the table ---


def accuracy() -> Any:
    """How such forecasts would have done: made as if on past days, held against what came."""
    found = past(actor().contract, now())
    try:
        scored = backtest(found.history, found.calendar, horizon_days=HORIZON_DAYS, folds=FOLDS)
    except TooLittleHistory as short:
        return _too_little(short)
    return render_template("rosters/staffing_accuracy.html", scored=scored, horizon=HORIZON_DAYS)


def table() -> Response:
    """Every quarter of an hour of the range as a list: xlsx, or CSV."""
    view, kind = _view(), kind_of(request.form.get("format", ""))
    found = past(view.contract_id, view.at)
    given = assumptions(view.contract_id, found.aht_seconds, view.from_on)
    try:
        ahead = forecast_days(found, view.from_on, view.to_on)
    except TooLittleHistory as short:
        raise InvalidInput(f"着信の履歴が{short.days}日分しかないため、予測できません。") from short
    shifts = _operators_shifts(view)
    loads = [_load(view, day, shifts, given, view.what) for day in ahead.days]
    wanted = ListFile(
        f"staffing-{view.from_on.isoformat()}",
        "必要人数（もし…なら）" if view.what.changes else "必要人数",
        COLUMNS,
        slot_rows(loads),
        _conditions(view, found, given),
        contract(view.contract_id).title,
    )
    act = Act("staffing.exported", "contract", str(view.contract_id), {"from": view.from_on.isoformat()})
    return export_list(wanted, kind, act, by=actor(), at=view.at)


def _conditions(view: View, found: Past, given: Assumptions) -> tuple[tuple[str, str], ...]:
    what = view.what
    return (
        ("期間", f"{date_label(view.from_on)}～{date_label(view.to_on)}"),
        ("平均処理時間", f"{given.aht_seconds:.0f}秒"),
        ("目標", f"{given.target.share:.0%}を{given.target.seconds:.0f}秒以内に応答"),
        (
            "もし…なら",
            f"人数{what.more:+d}名、処理時間{what.longer:+d}%、着信{what.calls:+d}%" if what.changes else "なし",
        ),
        ("履歴", f"{len(found.history.days)}日"),
    )
