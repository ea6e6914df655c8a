"""The staff list as the document for the city: to look at and print, and as a workbook whose leaving is an entry."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, render_template, request

from callcenter.audit.service import Act, record
from callcenter.clock import local, now
from callcenter.contracts.queries import contract
from callcenter.errors import InvalidInput
from callcenter.rosters.papers.register import register
from callcenter.rosters.papers.routing import blueprint
from callcenter.rosters.papers.view import day_of_contract
from callcenter.web.access import LEADERSHIP, actor, allow, only
from callcenter.web.forms import optional_date
from callcenter.web.labels import date_label
from callcenter.web.transaction import end_read, transaction
from reports import staff_list as document
from reports.wareki import wareki

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _days() -> tuple[date, date | None]:
    """The day of the list and the day since which changes are wanted. Raises `InvalidInput` for a day outside the
    contract."""
    term, given = contract(actor().contract), request.values
    on = optional_date(given.get("on"), "on") or day_of_contract(actor().contract, local(now()).on)
    since = optional_date(given.get("since"), "since")
    if not term.starts_on <= on <= term.ends_on:
        span = f"{date_label(term.starts_on)}から{date_label(term.ends_on)}まで"
        raise InvalidInput(errors={"on": [f"契約期間（{span}）の中の日にしてください。"]})
    if since is not None and since >= on:
        raise InvalidInput(errors={"since": ["名簿の日より前の日にしてください。"]})
    return on, since


@blueprint.get("/staff/register")
@allow(only(LEADERSHIP))
def staff_register() -> Any:
    """The document as of `?on=` (today), with the changes since `?since=`, if given."""
    errors: dict[str, list[str]] = {}
    try:
        on, since = _days()
    except InvalidInput as error:
        errors, on, since = error.errors, day_of_contract(actor().contract, local(now()).on), None
    found = register(actor().contract, on, since, now())
    status = 422 if errors else 200
    typed = {name: request.args.get(name, "") for name in ("on", "since")} if errors else {}
    shown = {"found": found, "errors": errors, "typed": typed, "wareki": wareki}
    return render_template("rosters/papers_register.html", **shown), status


@blueprint.post("/staff/register/workbook")
@allow(only(LEADERSHIP))
def download_register() -> Response:
    """The document as a workbook; each download is an entry in the log."""
    who, at, (on, since) = actor(), now(), _days()
    found = register(who.contract, on, since, at)
    end_read()
    with transaction():
        details = {"on": on.isoformat(), "count": len(found.lines)}
        record(Act("staff_list.downloaded", "staff_list", "-", details), by=who, at=at)
    answer = Response(document.workbook(found), content_type=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename=staff-list_{on:%Y%m%d}.xlsx"
    answer.headers["Cache-Control"] = "no-store"
    return answer
