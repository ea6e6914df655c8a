"""The items of the reports: which sheets and columns the city asked for, with preview."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from msgspec import Struct

from callcenter.audit.service import Act, record
from callcenter.audit.typed import NOTHING, Line, Refusal, clean_lines, refused
from callcenter.clock import local, now
from callcenter.contracts import queries as contracts
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.reporting.periods import bundle_choice, bundles, reading
from callcenter.reporting.periods.bundle_choice import SheetLine
from callcenter.web.access import LEADERSHIP, actor, allow, only
from callcenter.web.forms import date_of, id_of, raise_all, text, whole_of
from callcenter.web.navigation import NavItem
from callcenter.web.transaction import end_read, hold_read, transaction
from reports.daily import Edition, Issue, Timing
from reports.period import Bundle, PeriodKind, Span
from reports.period_book import period_filename, period_workbook
from reports.period_bundle import SHEET
from reports.wareki import wareki, wareki_year

blueprint = Blueprint("bundles", __name__)
NAV = (NavItem("報告の項目", "bundles.overview", LEADERSHIP, 45, section="bundles.", group="報告書"),)
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LABELS = {
    "applies_from": "適用開始",
    "instructed_by": "指示した市の担当",
    "instructed_on": "指示を受けた日",
    "note": "メモ",
    **{f"column-{key}": f"「{sheet.name}」の列" for key, sheet in SHEET.items()},
}
LINES = {
    "instructed_by": Line(bundles.INSTRUCTED_BY_LENGTH),
    "note": Line(bundles.NOTE_LENGTH, required=False),
}


@blueprint.get("/reports/items")
@allow(only(LEADERSHIP))
def overview() -> str:
    """Each report with the versions of its items, the newest first."""
    who, today = actor(), local(now()).on
    within = _within(contracts.contract(who.contract))
    on = min(max(today, within.from_on), within.to_on)
    return render_template(
        "periods/bundle_overview.html",
        kinds=[
            KindVersions(kind, bundles.versions(who.contract, kind), _begins_on(kind, within, on))
            for kind in PeriodKind
        ],
        sheets=SHEET,
    )


class KindVersions(Struct, frozen=True):
    """A report's versions, the newest first; `begins_on`: when the period of today began."""

    kind: PeriodKind
    versions: Sequence[bundles.BundleVersion]
    begins_on: date

    @property
    def ruling(self) -> int:
        """The number of the version that rules the period of today; 0: the proposal."""
        return next((one.bundle.number for one in self.versions if one.applies_from <= self.begins_on), 0)


def _within(contract: contracts.ContractFacts) -> Span:
    return Span(contract.starts_on, contract.ends_on)


def _begins_on(kind: PeriodKind, within: Span, on: date) -> date:
    """The first day of the period that runs on a day."""
    if kind is PeriodKind.TERM:
        return within.from_on
    begun = [first for first in bundles.first_days(kind, within) if first <= on]
    return max(begun[-1], within.from_on)


@blueprint.get("/reports/items/<kind>")
@allow(only(LEADERSHIP))
def editor(kind: str) -> str:
    wanted = _kind(kind)
    known = bundles.versions(actor().contract, wanted)
    return _editor(wanted, bundle_choice.lines_of(wanted, known[0].bundle if known else None))


def _kind(name: str) -> PeriodKind:
    try:
        return PeriodKind(name)
    except ValueError as error:
        raise NotFound("この報告書はありません。") from error


def _editor(kind: PeriodKind, lines: Sequence[SheetLine], refusal: Refusal = NOTHING, moved: str = "") -> str:
    who, today = actor(), local(now()).on
    known = bundles.versions(who.contract, kind)
    days = bundles.open_first_days(who.contract, kind)
    return render_template(
        "periods/bundle.html",
        kind=kind,
        lines=lines,
        days=[(on.isoformat(), _day_label(kind, on)) for on in days],
        proposed_from=_proposed(kind, days, today),
        newest=known[0] if known else None,
        preview=bundles.preview_span(kind, _within(contracts.contract(who.contract)), today),
        today=today,
        refusal=refusal,
        labels=LABELS,
        moved=moved,
    )


def _day_label(kind: PeriodKind, on: date) -> str:
    return f"{wareki_year(on)}度（{wareki(on)}）から" if kind is PeriodKind.ANNUAL else f"{wareki(on)}から"


def _proposed(kind: PeriodKind, days: Sequence[date], today: date) -> str:
    """The period that runs today, else the first that may still change. A report over a term begins when it is told
    to: the earliest."""
    begun = [on for on in days if on <= today and kind is not PeriodKind.TERM]
    return (begun[-1] if begun else days[0]).isoformat() if days else ""


def _typed() -> dict[str, str]:
    """The texts of the form as they were sent; the fields mask an Individual Number."""
    return {name: request.form.get(name, "") for name in ("applies_from", *LINES, "instructed_on")}


@blueprint.post("/reports/items/<kind>")
@allow(only(LEADERSHIP))
def save(kind: str) -> Any:
    """Record the city's instruction as the next version."""
    wanted = _kind(kind)
    lines = bundle_choice.lines_in(wanted, request.form)
    try:
        new = _new_bundle(wanted, lines)
        end_read()
        with transaction():
            number = bundles.save(new, by=actor(), at=now())
    except REFUSALS as error:
        return _editor(wanted, lines, refused(error, "report_bundle")), error.status
    flash(f"{wanted.label}の項目を第{number}版として保存しました。", "success")
    return redirect(url_for("bundles.overview", _anchor=wanted.value), 303)


def _new_bundle(kind: PeriodKind, lines: Sequence[SheetLine]) -> bundles.NewBundle:
    faults, found = [], dict[str, Any]()
    for name, read in (
        ("texts", lambda: clean_lines(request.form, LINES)),
        ("applies_from", lambda: date_of(text("applies_from"), "applies_from")),
        ("instructed_on", lambda: date_of(text("instructed_on"), "instructed_on")),
        ("sheets", lambda: bundle_choice.chosen(lines)),
    ):
        try:
            found[name] = read()
        except InvalidInput as error:
            faults.append(error)
    raise_all(*faults)
    return bundles.NewBundle(
        kind,
        found["applies_from"],
        found["sheets"],
        **found["texts"],
        instructed_on=found["instructed_on"],
        seen=whole_of(text("seen"), "seen"),
        key=id_of(text("idempotency_key"), "idempotency_key"),
    )


@blueprint.post("/reports/items/<kind>/arranged")
@allow(only(LEADERSHIP))
def arranged(kind: str) -> str:
    """The same form with a sheet moved: for browsers without scripts. Nothing is kept."""
    wanted, (way, _, key) = _kind(kind), text("move").partition(":")
    lines = bundle_choice.moved(bundle_choice.lines_in(wanted, request.form), key, up=way == "up")
    return _editor(wanted, lines, Refusal("", {}, _typed()), moved=key)


@blueprint.post("/reports/items/<kind>/headings")
@allow(only(LEADERSHIP))
def headings(kind: str) -> str:
    """What the sheets would show, as a part of the page. Nothing is kept."""
    wanted = _kind(kind)
    return render_template("periods/bundle_headings.html", lines=bundle_choice.lines_in(wanted, request.form))


@blueprint.post("/reports/items/<kind>/preview")
@allow(only(LEADERSHIP))
def preview(kind: str) -> Any:
    """The workbook (案) of the last period that is over with the items as they stand in the form. Without names and
    free texts, so that it can be shown to the city while the items are agreed. Nothing is kept."""
    wanted = _kind(kind)
    lines = bundle_choice.lines_in(wanted, request.form)
    try:
        sheets = bundle_choice.chosen(lines)
    except InvalidInput as error:
        return _editor(wanted, lines, refused(error, "report_bundle")), error.status
    return _preview(wanted, Bundle(sheets=sheets))


def _preview(kind: PeriodKind, bundle: Bundle) -> Response:
    who, at = actor(), now()
    span = bundles.preview_span(kind, _within(contracts.contract(who.contract)), local(at).on)
    details = {"kind": kind.value, "period_from": span.from_on.isoformat(), "period_to": span.to_on.isoformat()}
    end_read()
    with transaction():
        record(Act("report_bundle.previewed", "report_bundle", kind.value, details), by=who, at=at)
    hold_read()
    issue = Issue(Timing(at, at), edition=Edition.NETWORK)
    report = reading.build(reading.read(who.contract, kind, span, at), issue, bundle, ())
    end_read()
    name = f"項目の見本_{period_filename(report)}"
    return send_file(io.BytesIO(period_workbook(report)), mimetype=XLSX, as_attachment=True, download_name=name)
