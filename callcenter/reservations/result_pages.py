"""The result report (予約受付結果報告, 003 clause 8②) on the screen and as a workbook of its own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request

from callcenter.accounts.identity import current_identity
from callcenter.audit.service import Act, record
from callcenter.clock import now
from callcenter.errors import InvalidInput
from callcenter.protection.deployment import keys_for
from callcenter.reservations import booking, catalogue, figures, queries, view
from callcenter.reservations.pages import section_tabs, terms_now
from callcenter.reservations.sealing import PHONE, opened
from callcenter.web.access import CENTRE, Role, actor, allow, only
from callcenter.web.forms import optional_date
from callcenter.web.transaction import end_read, transaction
from reports import reservations as report

blueprint = Blueprint("reservations_results", __name__, url_prefix="/reservations/results")
LONGEST_DAYS = 400
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _period() -> tuple[date, date]:
    """Raises `InvalidInput`. Without dates: the month so far."""
    today = terms_now().today
    given = request.values
    first = optional_date(given.get("from"), "from") or today.replace(day=1)
    last = optional_date(given.get("to"), "to") or max(first, today)
    if not 0 <= (last - first).days <= LONGEST_DAYS:
        raise InvalidInput(errors={"to": ["終わりの日は、始めの日から400日以内にしてください。"]})
    return first, last


@blueprint.get("")
@allow(only(CENTRE))
def results() -> Any:
    errors: dict[str, list[str]] = {}
    try:
        first, last = _period()
    except InvalidInput as error:
        errors, first, last = error.errors, terms_now().today, terms_now().today
    found = figures.results(actor().contract, first, last)
    return render_template(
        "reservations/results.html",
        tabs=section_tabs(),
        first=first,
        last=last,
        found=found,
        counts=figures.counts(found, actor().contract),
        errors=errors,
        may_name=actor().has(Role.SUPERVISOR),
        month_before=_month_before(terms_now().today),
    ), 422 if errors else 200


def _month_before(today: date) -> tuple[date, date]:
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


@blueprint.post("/workbook")
@allow(only(CENTRE))
def workbook() -> Response:
    """The report as a workbook; with names only for handing over inside the city hall, by the supervisor."""
    who, at, (first, last) = actor(), now(), _period()
    with_names = request.form.get("edition") == "handover"
    if with_names and not who.has(Role.SUPERVISOR):
        raise InvalidInput("氏名入りの結果報告は、業務責任者が出力します。")
    found, named = figures.results(who.contract, first, last), []
    end_read()
    with transaction():
        if with_names:
            named = _named(first, last)
        details = {
            "from": first.isoformat(),
            "to": last.isoformat(),
            "edition": "handover" if with_names else "network",
        }
        record(
            Act("reservation_results.exported", "reservations", "-", {**details, "count": len(named)}), by=who, at=at
        )
    made = report.workbook(_values(found, named if with_names else None, first, last))
    label = "handover" if with_names else "counts"
    answer = Response(made, content_type=XLSX)
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=reservation-results_{first:%Y%m%d}-{last:%Y%m%d}_{label}.xlsx"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _named(first: date, last: date) -> list[report.Line]:
    """Who was booked, changed or cancelled: each showing is an entry."""
    who, keys = actor(), keys_for(actor().contract)
    names = catalogue.names(who.contract)
    rows = queries.touched_between(who.contract, first, last)
    people = queries.applicants_of(who.contract, [row.id for row in rows])
    found = []
    for row in rows:
        booking.record_shown(row.id, ["name", "phone", "notice_number"], by=who, at=now())
        shown = view.line(keys, row, people.get(row.id, []), names)
        opened_people = view.people(keys, people.get(row.id, []))
        found.append(
            report.Line(
                number=shown["number"],
                on=row.local_on,
                start_minute=row.start_minute,
                where=shown["where"],
                procedure=shown["procedure"],
                people=row.people,
                name="\n".join(one["name"] for one in opened_people),
                notice_number="\n".join(one["notice_number"] for one in opened_people),
                phone=opened(keys, PHONE, row.id, row.phone),
                state=shown["state_label"],
            )
        )
    return found


def _values(
    found: figures.Results, named: list[report.Line] | None, first: date, last: date
) -> report.ReservationReport:
    identity = current_identity()
    assert identity is not None
    return report.ReservationReport(
        contract=f"{identity.contract.city_name} {identity.contract.title}",
        from_on=first,
        to_on=last,
        built_at=now(),
        counts=figures.counts(found, actor().contract),
        lines=tuple(named) if named is not None else None,
    )
