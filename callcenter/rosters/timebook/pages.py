"""Pages of the month: totals, closing, the attendance book (出勤簿). The kiosk's pages stand beside."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from callcenter.audit.service import Act, record
from callcenter.clock import local, now
from callcenter.contracts.queries import contract
from callcenter.errors import AppError, Conflict, Forbidden, InvalidInput
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.rosters import queries
from callcenter.rosters.menu import ATTENDANCE
from callcenter.rosters.page_parts import typed_again
from callcenter.rosters.timebook import kiosk_pages, schemas, setup_pages
from callcenter.rosters.timebook.book import book_of
from callcenter.rosters.timebook.closing import close_month, reopen_month
from callcenter.rosters.timebook.page_parts import PageMonth, page_month
from callcenter.rosters.timebook.totals import MonthBook, month_book
from callcenter.web.access import CENTRE, DESK, LEADERSHIP, SUPERVISION, Actor, actor, allow, only
from callcenter.web.navigation import NavItem
from callcenter.web.transaction import end_read, transaction
from reports import attendance_book
from scheduling.labour import describe

blueprint = Blueprint("timebook", __name__)
blueprint.register_blueprint(kiosk_pages.blueprint)
blueprint.register_blueprint(setup_pages.blueprint)
NAV = (
    NavItem("月の集計", "timebook.month", CENTRE, 43, section="timebook.", group=ATTENDANCE),
    NavItem("個人コード", "timebook.setup.own_code", DESK, 44, group=ATTENDANCE),
    NavItem("打刻端末", "timebook.setup.devices", SUPERVISION, 44, section="timebook.setup.", group=ATTENDANCE),
)
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/attendance/month")
@allow(only(CENTRE))
def month() -> Any:
    """Everybody's month for who leads; an operator is led to their own."""
    if not _leads(actor()):
        mine = _own_id()
        if mine is None:
            return render_template("rosters/timebook_nobody.html")
        return redirect(url_for("timebook.person", staff_id=mine, month=request.args.get("month")))
    return _month_page({}, None)


def _leads(who: Actor) -> bool:
    return not who.roles.isdisjoint(LEADERSHIP)


def _own_id() -> UUID | None:
    """The actor's own entry on the staff list, the one of today or else the latest."""
    who, today = actor(), local(now()).on
    own = [one for one in queries.staff_list(who.contract) if who.user_id and one.user_id == who.user_id]
    found = sorted(own, key=lambda one: (one.assigned_on(today), one.starts_on))
    return found[-1].id if found else None


def _shown() -> PageMonth:
    return page_month(actor().contract, request.values.get("month"), now())


def _month_page(typed: dict[str, str], error: AppError | None) -> str:
    who, shown = actor(), _shown()
    found = month_book(who.contract, shown.first, now())
    return render_template(
        "rosters/timebook_month.html",
        month=shown,
        book=found,
        findings=_findings(found),
        today=local(now()).on,
        may_close=not who.roles.isdisjoint(SUPERVISION),
        typed=typed,
        error=error,
    )


def _findings(found: MonthBook) -> list[tuple[str, str]]:
    """What Art. 36 has to say of the month: the badge's kind and the sentence."""
    return [
        ("bad" if one.level.value == "error" else "warn", describe(one, f"{person.member.name}さん"))
        for person in found.people
        for one in person.findings
    ]


@blueprint.get("/attendance/month/<uuid:staff_id>")
@allow(only(CENTRE))
def person(staff_id: UUID) -> str:
    """One person's days; prints as their page of the attendance book. Nobody but who leads sees another's."""
    who, shown = actor(), _shown()
    member = queries.staff_member(who.contract, staff_id)
    if not _leads(who) and (who.user_id is None or member.user_id != who.user_id):
        raise Forbidden("ほかの方の出退勤は表示できません。")
    found = month_book(who.contract, shown.first, now(), staff_id)
    return render_template(
        "rosters/timebook_person.html",
        month=shown,
        book=found,
        member=member,
        findings=_findings(found),
        leads=_leads(who),
        supervises=not who.roles.isdisjoint(SUPERVISION),
    )


# --- closing ---


@blueprint.post("/attendance/month/close")
@allow(only(SUPERVISION))
def close() -> Any:
    shown = _shown()
    try:
        with transaction():
            close_month(shown.first, by=actor(), at=now())
    except REFUSALS as error:
        end_read()
        return _month_page({}, error), error.status
    flash(f"{shown.label}分の出退勤を締めました。", "success")
    return redirect(url_for("timebook.month", month=shown.key), 303)


@blueprint.post("/attendance/month/reopen")
@allow(only(LEADERSHIP))
def reopen() -> Any:
    shown = _shown()
    try:
        why = schemas.reason(request.form)
        with transaction():
            reopen_month(shown.first, why, by=actor(), at=now())
    except REFUSALS as error:
        return _month_page(typed_again(error), error), error.status
    flash(f"{shown.label}分の締めを解除しました。", "success")
    return redirect(url_for("timebook.month", month=shown.key), 303)


# --- the attendance book ---


@blueprint.get("/attendance/book")
@allow(only(LEADERSHIP))
def book() -> str:
    """Everybody's pages of the attendance book, to print."""
    shown = _shown()
    return render_template(
        "rosters/timebook_book.html",
        month=shown,
        book=month_book(actor().contract, shown.first, now()),
    )


@blueprint.post("/attendance/book")
@allow(only(LEADERSHIP))
def workbook() -> Response:
    """The attendance book of everybody as a workbook; the download is an entry of the log."""
    who, at, shown = actor(), now(), _shown()
    found = month_book(who.contract, shown.first, at)
    facts = contract(who.contract)
    end_read()
    with transaction():
        details = {"month": shown.key, "count": len(found.people)}
        record(Act("attendance_book.downloaded", "attendance_book", "-", details), by=who, at=at)
    made = attendance_book.workbook(book_of(found, facts, at))
    answer = Response(made, content_type=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename=attendance-book_{shown.first:%Y%m}.xlsx"
    return answer
