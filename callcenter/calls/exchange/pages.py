"""A day's counts beside the records: reasons for gaps, the source that rules, figures typed in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from callcenter.calls.exchange import manual_form, queries, service
from callcenter.calls.exchange.day import Comparison, DayExchange, DaySource, Line
from callcenter.calls.exchange.rules import REASON_LENGTH, SourceKind
from callcenter.calls.exchange.thresholds import seconds_on
from callcenter.clock import local, now
from callcenter.contracts.queries import calendar, contract
from callcenter.errors import AppError, Conflict, InvalidInput
from callcenter.protection.scan import IndividualNumberRefused, require_clean
from callcenter.protection.text import clean_line
from callcenter.web.access import CENTRE, LEADERSHIP, SUPERVISION, actor, allow, only
from callcenter.web.forms import date_of, id_of, text, whole_of
from callcenter.web.navigation import NavItem
from callcenter.web.transaction import end_read, transaction
from reports.figures import Figure
from reports.measures import figures
from reports.tally import Tally, paired
from scheduling.calendar import DayStatus

blueprint = Blueprint("exchange", __name__)
NAV = (NavItem("着信数", "exchange.day", LEADERSHIP, 35, section="exchange"),)
SUGGESTED_REASONS = (
    "時間帯をまたいだ通話",
    "間違い電話・無言電話（記録なし）",
    "切断後のかけ直し（同じ記録）",
    "記録漏れ（追って記録）",
    "転送された通話",
    "交換機の集計の遅れ",
)


@blueprint.get("/exchange/day")
@allow(only(CENTRE))
def day() -> str:
    """Offered, answered, abandoned and recorded of each half hour, with the reason for each gap."""
    return _day_page(_day_asked())


def _day_asked() -> date:
    """The day in the address; else today, or the last open day before it, within the contract."""
    facts = contract(actor().contract)
    asked = request.args.get("on")
    if asked:
        return _within(date_of(asked, "on"))
    today = min(max(local(now()).on, facts.starts_on), facts.ends_on)
    opening = calendar(facts.id)
    return today if opening.is_open(today) else max(opening.previous_open_day(today), facts.starts_on)


def _within(on: date) -> date:
    facts = contract(actor().contract)
    if not facts.starts_on <= on <= facts.ends_on:
        raise InvalidInput("契約期間外の日付です。", errors={"on": ["契約期間内の日付を選んでください。"]})
    return on


def _day_page(on: date) -> str:
    found = queries.day_exchange(actor().contract, on)
    compared = queries.comparison(actor().contract, found)
    return render_template(
        "exchange/day.html",
        **_frame(on),
        day=found,
        compared=compared,
        figures=_figures(found, compared),
        history=queries.replaced_counts(actor().contract, on),
        suggested=SUGGESTED_REASONS,
        reason_length=REASON_LENGTH,
        chart=_chart(compared),
    )


def _frame(on: date) -> dict[str, Any]:
    """What every page of a day shows: its status, the open days beside it, what the person may do."""
    opening, facts = calendar(actor().contract), contract(actor().contract)
    status: DayStatus = opening.day(on)
    before, after = opening.previous_open_day(on), opening.next_open_day(on)
    return {
        "on": on,
        "status": status,
        "before": before if before >= facts.starts_on else None,
        "after": after if after <= facts.ends_on else None,
        "is_future": on > local(now()).on,
        "may_write": actor().has(*SUPERVISION),
    }


def _figures(found: DayExchange, compared: Comparison) -> dict[str, Figure]:
    """The day's figures from the one place that defines them, as the report prints them."""
    inside, total = found.in_hours, compared.total
    return figures(
        paired(
            Tally(
                offered=inside.offered,
                answered=inside.answered,
                abandoned=inside.abandoned,
                out_of_hours_offered=found.out_of_hours.offered,
                recorded_by_phone=total.recorded_by_phone + compared.recorded_outside,
                recorded_by_phone_in_hours=total.recorded_by_phone,
            )
        )
    )


def _chart(compared: Comparison) -> list[dict[str, Any]]:
    return [
        {
            "label": f"{(line.start_minute or 0) // 60}:{(line.start_minute or 0) % 60:02d}",
            "value": line.counts.offered,
            "usual": line.recorded_by_phone,
        }
        for line in compared.lines
    ]


# --- reasons ---


@blueprint.post("/exchange/day/reason")
@allow(only(SUPERVISION))
def explain() -> Any:
    """Keep the reason of one gap; in place for a page with scripts, else the page again."""
    on = _within(date_of(text("on"), "on"))
    start = text("start_minute")
    minute = whole_of(start, "start_minute", most=1439) if start else None
    typed = request.form.get("reason", "")
    try:
        reason = clean_line(typed, max_length=REASON_LENGTH, field="reason")
        require_clean({"reason": reason})
        end_read()
        with transaction():
            service.explain_gap(service.NewReason(on, minute, reason), by=actor(), at=now())
    except (InvalidInput, IndividualNumberRefused) as error:
        return _refused_reason(on, minute, error, typed)
    if not _in_place():
        return redirect(url_for("exchange.day", on=on.isoformat()), 303)
    return _reason_part(on, minute, saved=True)


def _refused_reason(on: date, minute: int | None, error: AppError, typed: str) -> Any:
    shown = error.masked["reason"] if isinstance(error, IndividualNumberRefused) else typed
    if _in_place():
        return _reason_part(on, minute, error=error, typed=shown), error.status
    flash(" ".join(error.errors.get("reason", [error.message])), "error")
    return _day_page(on), error.status


def _in_place() -> bool:
    return request.headers.get("HX-Request") == "true"


def _reason_part(
    on: date, minute: int | None, *, saved: bool = False, error: AppError | None = None, typed: str = ""
) -> str:
    compared = queries.comparison(actor().contract, queries.day_exchange(actor().contract, on))
    return render_template(
        "exchange/_reason_saved.html",
        on=on,
        line=_line(compared, minute),
        compared=compared,
        saved=saved,
        error=error,
        typed=typed,
        reason_length=REASON_LENGTH,
        may_write=True,
    )


def _line(compared: Comparison, minute: int | None) -> Line:
    return next((line for line in compared.lines if line.start_minute == minute), compared.total)


# --- the source that rules ---


@blueprint.post("/exchange/day/source")
@allow(only(SUPERVISION))
def choose_source() -> Response:
    """Let another source rule the day; the report follows."""
    on = _within(date_of(text("on"), "on"))
    source_id = id_of(text("source_id"), "source_id")
    end_read()
    with transaction():
        changed = service.choose_source(on, source_id, by=actor(), at=now())
    flash("採用する情報源を変えました。" if changed else "この情報源は採用中です。", "success" if changed else "info")
    return _to_day(on)


def _to_day(on: date) -> Response:
    return redirect(url_for("exchange.day", on=on.isoformat()), 303)  # type: ignore[return-value]


# --- typed in ---


@blueprint.get("/exchange/day/edit")
@allow(only(SUPERVISION))
def edit() -> str:
    """The form of a day: per half hour, or per day."""
    on = _within(date_of(request.args.get("on"), "on"))
    manual = _manual(on)
    asked = request.args.get("per", "day" if manual and manual.per_day else "slot")
    rows = manual_form.rows_of(on, queries.hours_on(actor().contract, on), per_day=asked == "day")
    seen = service.last_manual(actor().contract, on)
    values = manual_form.values_of(rows, manual, _seconds(on))
    return _edit_page(on, rows, values, {"per": asked, "seen": str(seen or "")})


def _seconds(on: date) -> int:
    """Within how many seconds an answer counts for the service level of a day."""
    return seconds_on(actor().contract)(on)


def _manual(on: date) -> DaySource | None:
    found = queries.day_exchange(actor().contract, on)
    said = [found.source, *found.others]
    return next((source for source in said if source and source.kind is SourceKind.MANUAL), None)


@blueprint.post("/exchange/day/edit")
@allow(only(SUPERVISION))
def save() -> Any:
    """Keep the day as typed. What was typed stays on the page when it is refused."""
    on, per, seen = _within(date_of(text("on"), "on")), text("per"), text("seen")
    rows = manual_form.rows_of(on, queries.hours_on(actor().contract, on), per_day=per == "day")
    fields = manual_form.typed(rows, request.form)
    sent = {"per": per, "seen": seen}
    try:
        counts = manual_form.counts_from(rows, fields, _seconds(on))
        known = id_of(seen, "seen") if seen else None
        end_read()
        with transaction():
            done = service.save_manual(service.ManualDay(on, counts, known), by=actor(), at=now())
            if text("adopt") == "1":
                service.adopt_manual(on, by=actor(), at=now())
    except IndividualNumberRefused as error:
        return _edit_page(on, rows, error.masked, sent, error), error.status
    except (InvalidInput, Conflict) as error:
        latest = service.last_manual(actor().contract, on)
        return _edit_page(on, rows, fields, {**sent, "seen": str(latest or "")}, error), error.status
    _say_saved(on, changed=bool(done.import_id))
    return _to_day(on)


def _say_saved(on: date, *, changed: bool) -> None:
    other = _ruling_other(on)
    if other:
        flash(f"この日は「{other}」を採用しているため、日報の着信数は手入力した数になりません。", "warning")
    if changed:
        flash("着信数を保存しました。", "success")
    elif not other:
        flash("変更はありません。", "info")


def _ruling_other(on: date) -> str | None:
    """The name of the source that rules a day instead of what is typed in; None where nothing or that does."""
    source = queries.day_exchange(actor().contract, on).source
    return source.name if source and source.kind is not SourceKind.MANUAL else None


def _edit_page(
    on: date,
    rows: list[manual_form.FormRow],
    values: Mapping[str, str],
    sent: Mapping[str, str],
    error: AppError | None = None,
) -> str:
    return render_template(
        "exchange/edit.html",
        **_frame(on),
        rows=rows,
        columns=manual_form.columns_on(_seconds(on)),
        values=values,
        labels={**manual_form.labels(rows, _seconds(on)), "on": "日付"},
        sent=sent,
        manual=_manual(on),
        ruling=_ruling_other(on),
        adopt=text("adopt") == "1",
        error=error,
    )
