"""開庁日: the year's calendar, closures and extra openings, the reading of clause 4, the holiday list."""

from __future__ import annotations

import base64
import binascii
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from msgspec import Struct

from callcenter.audit.typed import NOTHING, Line, Refusal, clean_lines, refused
from callcenter.clock import local, now
from callcenter.contracts import holiday_imports, queries, service
from callcenter.contracts.page_parts import (
    EDITORS,
    LABELS,
    SHOWN_AGAIN,
    form_minutes,
    may_edit,
    section_tabs,
)
from callcenter.contracts.rules import EXCEPTION_KINDS, ExceptionKind
from callcenter.errors import AppError, InvalidInput
from callcenter.web.access import ADMINISTRATION, EVERY_ROLE, actor, allow, only
from callcenter.web.forms import date_of, whole_of
from callcenter.web.transaction import transaction
from reports.wareki import wareki_month, wareki_year
from scheduling.calendar import (
    READINGS,
    BusinessCalendar,
    DayStatus,
    Reading,
    Why,
    consequences,
    fiscal_year,
    fiscal_year_range,
)

blueprint = Blueprint("contracts_calendar", __name__)
ORDINARY = frozenset({Why.WEEKDAY, Why.SATURDAY, Why.SUNDAY})


class Month(Struct, frozen=True):
    """One month as the calendar draws it: `weeks` of seven days from Monday, None outside the month."""

    label: str
    open_days: int
    weeks: list[list[DayStatus | None]]
    notable: list[DayStatus]


@blueprint.get("/contract/calendar")
@allow(only(EVERY_ROLE))
def year() -> str:
    return _year_page(NOTHING)


def _year_page(refusal: Refusal) -> str:
    contract_id = actor().contract
    facts, calendar = queries.contract(contract_id), queries.calendar(contract_id)
    years = range(fiscal_year(facts.starts_on), fiscal_year(facts.ends_on) + 1)
    shown = _shown_year(years)
    months = _months(calendar, *fiscal_year_range(shown))
    return render_template(
        "contracts/calendar.html",
        facts=facts,
        years=[(str(number), f"{wareki_year(date(number, 4, 1))}度") for number in years],
        year=str(shown),
        months=months,
        open_days=sum(month.open_days for month in months),
        reading=READINGS[calendar.reading],
        today=local(now()).on,
        exceptions=queries.live_exceptions(contract_id),
        kinds=EXCEPTION_KINDS,
        refusal=refusal,
        labels=LABELS,
        may_edit=may_edit(),
        tabs=section_tabs(),
    )


def _shown_year(years: range) -> int:
    asked = request.args.get("year")
    wanted = whole_of(asked, "year", least=2000, most=2099) if asked else fiscal_year(local(now()).on)
    return min(max(wanted, years[0]), years[-1])


def _months(calendar: BusinessCalendar, from_on: date, to_on: date) -> list[Month]:
    days = calendar.days(from_on, to_on)
    return [_month(list(part)) for _, part in groupby(days, key=lambda day: (day.on.year, day.on.month))]


def _month(days: list[DayStatus]) -> Month:
    first = days[0].on
    cells: list[DayStatus | None] = [None] * first.weekday() + list(days)
    cells += [None] * (-len(cells) % 7)
    return Month(
        label=wareki_month(first),
        open_days=sum(day.open for day in days),
        weeks=[cells[start : start + 7] for start in range(0, len(cells), 7)],
        notable=[day for day in days if _is_notable(day)],
    )


def _is_notable(day: DayStatus) -> bool:
    """Worth a line of words: a holiday, an exception, or a day on which offices usually rest."""
    return day.why_code not in ORDINARY or bool(day.detail) or (day.open and (day.on.month, day.on.day) >= (12, 29))


@blueprint.post("/contract/calendar/exceptions")
@allow(only(EDITORS))
def except_day() -> Any:
    try:
        new = _typed_exception()
        with transaction():
            service.except_day(new, by=actor(), at=now())
    except SHOWN_AGAIN as error:
        return _refused(error)
    return _back(f"{EXCEPTION_KINDS[new.kind]}を登録しました。", new.local_on)


def _typed_exception() -> service.DayException:
    typed = clean_lines(request.form, {"reason": Line(200), "approver": Line(100)})
    kind = request.form.get("kind", "")
    hours = form_minutes("opens", "closes") if kind == ExceptionKind.OPEN else (None, None)
    local_on = date_of(request.form.get("local_on"), "local_on")
    return service.DayException(local_on, kind, typed["reason"], typed["approver"], *hours)


def _refused(error: AppError) -> Any:
    return _year_page(refused(error, "calendar_exception")), error.status


def _back(message: str, on: date) -> Any:
    flash(message, "success")
    return redirect(url_for("contracts_calendar.year", year=fiscal_year(on)), 303)


@blueprint.post("/contract/calendar/exceptions/<uuid:exception_id>/withdraw")
@allow(only(EDITORS))
def withdraw_exception(exception_id: UUID) -> Any:
    try:
        typed = clean_lines(request.form, {"reason": Line(200)})
        with transaction():
            service.withdraw_exception(exception_id, typed["reason"], by=actor(), at=now())
    except SHOWN_AGAIN as error:
        return _refused(error)
    flash("登録を取り消しました。", "success")
    return redirect(url_for("contracts_calendar.year"), 303)


@blueprint.get("/contract/reading")
@allow(only(EVERY_ROLE))
def reading() -> str:
    return _reading_page()


def _reading_page(error: AppError | None = None) -> str:
    contract_id = actor().contract
    facts = queries.contract(contract_id)
    found = consequences(facts.starts_on, facts.ends_on, queries.calendar(contract_id))
    return render_template(
        "contracts/reading.html",
        facts=facts,
        choices=[(entry, READINGS[entry.reading]) for entry in found],
        default=Reading.LISTED,
        year_end_open=_open_year_end(queries.calendar(contract_id), facts.starts_on, facts.ends_on),
        error=error,
        may_edit=may_edit(),
        tabs=section_tabs(),
    )


def _open_year_end(calendar: BusinessCalendar, from_on: date, to_on: date) -> list[date]:
    """The last days of December on which the centre is open, easily forgotten."""
    return [on for on in calendar.open_days(from_on, to_on) if on.month == 12 and on.day >= 29]


@blueprint.post("/contract/reading")
@allow(only(EDITORS))
def choose_reading() -> Any:
    try:
        wanted = Reading(request.form.get("reading", ""))
    except ValueError:
        error = InvalidInput(errors={"reading": ["数え方を選んでください。"]})
        return _reading_page(error), error.status
    with transaction():
        service.choose_reading(wanted, by=actor(), at=now())
    flash("開庁日の数え方を保存しました。", "success")
    return redirect(url_for("contracts_calendar.reading"), 303)


@blueprint.get("/contract/holidays")
@allow(only(ADMINISTRATION))
def holiday_list() -> str:
    return _holiday_page(NOTHING)


def _holiday_page(refusal: Refusal, preview: holiday_imports.Preview | None = None, content: str = "") -> str:
    source, today = queries.holiday_source(), local(now()).on
    return render_template(
        "contracts/holidays.html",
        source=source,
        coming=list(queries.holidays().between(today, today + timedelta(days=365))),
        imports=holiday_imports.imports(),
        preview=preview,
        content=content,
        refusal=refusal,
        labels=LABELS,
        tabs=section_tabs(),
    )


@blueprint.post("/contract/holidays")
@allow(only(ADMINISTRATION))
def preview_holidays() -> Any:
    """Show what the chosen file would change; it is kept nowhere until it is confirmed."""
    file = request.files.get("file")
    content = file.read(holiday_imports.LARGEST + 1) if file else b""
    try:
        if not content:
            raise InvalidInput(errors={"file": ["ファイルを選んでください。"]})
        found = holiday_imports.preview(content)
    except SHOWN_AGAIN as error:
        return _holiday_page(refused(error, "holiday_import")), error.status
    return _holiday_page(NOTHING, found, base64.b64encode(content).decode())


@blueprint.post("/contract/holidays/confirm")
@allow(only(ADMINISTRATION))
def import_holidays() -> Any:
    """Take the list that was shown: it is read and checked again."""
    try:
        content = _confirmed_content()
        with transaction():
            last_on = holiday_imports.import_holidays(content, by=actor(), at=now())
    except SHOWN_AGAIN as error:
        return _holiday_page(refused(error, "holiday_import")), error.status
    flash(f"祝日の一覧を取り込みました（{last_on.year}年{last_on.month}月{last_on.day}日まで）。", "success")
    return redirect(url_for("contracts_calendar.holiday_list"), 303)


def _confirmed_content() -> bytes:
    try:
        return base64.b64decode(request.form.get("content", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(errors={"file": ["ファイルを選び直してください。"]}) from error
