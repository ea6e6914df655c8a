"""Settings of reservations: procedures, places and counters, weekly patterns, lead times, calendar addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from msgspec.structs import asdict

from callcenter.audit.typed import NOTHING, Line, Refusal, clean_lines, refused
from callcenter.clock import clock_label
from callcenter.errors import AppError, Conflict, InvalidInput
from callcenter.protection.scan import IndividualNumberRefused, require_clean
from callcenter.protection.text import clean_text
from callcenter.reservations import catalogue, patterns, setup
from callcenter.reservations.pages import section_tabs, terms_now
from callcenter.reservations.patterns import PatternForm
from callcenter.reservations.rules import Mode
from callcenter.reservations.setup import ProcedureForm
from callcenter.reservations.slots import Synced
from callcenter.reservations.terms import WHOLE, Terms, change_settings
from callcenter.web.access import CENTRE, LEADERSHIP, Role, actor, allow, only
from callcenter.web.forms import date_of, id_of, minute_of, whole_of
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("reservations_setup", __name__, url_prefix="/reservations/setup")
EDITORS = LEADERSHIP | {Role.ADMINISTRATOR}
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)
WEEKDAYS = tuple("月火水木金土日")
STANDARD = PatternForm(540, 1020, 720, 780, 15, 2)


@blueprint.get("")
@allow(only(CENTRE | EDITORS))
def settings_page() -> Any:
    return _page()


def _page(refusal: Refusal = NOTHING, form: str = "", status: int = 200, secret: str = "") -> Any:
    terms, contract_id = terms_now(), actor().contract
    places = catalogue.places(contract_id)
    shown = render_template(
        "reservations/setup.html",
        tabs=section_tabs(),
        procedures=catalogue.procedures(contract_id),
        procedure_choices=catalogue.choices([one for one in catalogue.procedures(contract_id) if not one.retired]),
        places=places,
        place_choices=catalogue.choices([one for one in places if not one.retired]),
        weeks={one.id: _week(contract_id, one.id, terms) for place in places for one in place.counters},
        weekdays=list(enumerate(WEEKDAYS)),
        standard=STANDARD,
        settings=asdict(terms.settings),
        whole=WHOLE,
        modes=Mode.choices(),
        feeds=setup.feeds(contract_id),
        secret=secret,
        today=terms.today,
        may_edit=actor().has(*EDITORS),
        refusal=refusal,
        form=form,
    )
    return shown, status


def _week(contract_id: UUID, counter_id: UUID, terms: Terms) -> list[dict[str, Any]]:
    """The patterns in force and to come, in words; weekdays that look alike stand in one line."""
    rows = patterns.patterns_of(contract_id, counter_id)
    alike: dict[tuple[date, str], list[str]] = {}
    for row in rows:
        if row.effective_on > terms.today or row is _in_force(rows, row.weekday, terms):
            alike.setdefault((row.effective_on, _pattern_words(row)), []).append(WEEKDAYS[row.weekday])
    return [
        {"weekday": "・".join(days), "effective_on": on, "to_come": on > terms.today, "said": said}
        for (on, said), days in alike.items()
    ]


def _in_force(rows: Any, weekday: int, terms: Terms) -> Any:
    return max(
        (row for row in rows if row.weekday == weekday and row.effective_on <= terms.today),
        key=lambda row: row.effective_on,
        default=None,
    )


def _pattern_words(row: Any) -> str:
    if not row.capacity:
        return "枠なし"
    gap = f"（{clock_label(row.gap_start)}〜{clock_label(row.gap_end)} 休止）" if row.gap_start is not None else ""
    kept = [
        f"{label}{count}"
        for label, count in zip(
            ("電話", "Web", "窓口", "後から開く"),
            (row.phone_quota, row.web_quota, row.counter_quota, row.later),
            strict=True,
        )
        if count
    ]
    quotas = f"　うち{'・'.join(kept)}" if kept else ""
    hours = f"{clock_label(row.start_minute)}〜{clock_label(row.end_minute)}"
    return f"{hours}{gap}　{row.slot_minutes}分ごと　定員{row.capacity}{quotas}"


def _saved(form: str, act: Callable[[Terms], Any], message: Callable[[Any], str]) -> Any:
    try:
        end_read()
        with transaction():
            done = act(terms_now())
    except REFUSALS as error:
        return _again(error, form)
    flash(message(done), "success")
    return redirect(url_for("reservations_setup.settings_page"), 303)


def _again(error: AppError, form: str) -> Any:
    shown = refused(error, "setting")
    return _page(Refusal(shown.message, shown.errors or {"_": [error.message]}, shown.typed), form, error.status)


@blueprint.post("/procedure")
@allow(only(EDITORS))
def save_procedure() -> Any:
    form = request.form

    def act(terms: Terms) -> UUID:
        typed = clean_lines(form, {"name": Line(40), "note": Line(300, required=False), "category_code": Line(4)})
        texts = {name: clean_text(form.get(name, ""), max_length=1000, field=name) for name in _DOCUMENTS}
        require_clean(texts)
        if not re.fullmatch(r"[0-9]{4}", typed["category_code"], re.ASCII):
            raise InvalidInput(errors={"category_code": ["分類は4桁の番号で入力してください。"]})
        new = ProcedureForm(
            typed["name"],
            whole_of(form.get("units"), "units", least=1, most=12),
            texts["documents"],
            texts["guardian_documents"],
            typed["note"],
            form.get("bookable") == "1",
            typed["category_code"],
            form.get("retired") == "1",
        )
        procedure_id = id_of(form["procedure_id"], "procedure_id") if form.get("procedure_id") else None
        version = whole_of(form.get("version", "1"), "version", least=1)
        return setup.save_procedure(procedure_id, new, version, by=actor(), at=terms.at)

    return _saved("procedure", act, lambda _: "手続を保存しました。")


_DOCUMENTS = ("documents", "guardian_documents")


@blueprint.post("/place")
@allow(only(EDITORS))
def save_place() -> Any:
    form = request.form

    def act(terms: Terms) -> UUID:
        typed = clean_lines(form, {"name": Line(60), "address": Line(200, required=False)})
        place_id = id_of(form["place_id"], "place_id") if form.get("place_id") else None
        retired = form.get("retired") == "1"
        return setup.save_place(place_id, typed["name"], typed["address"], retired=retired, terms=terms, by=actor())

    return _saved("place", act, lambda _: "会場を保存しました。")


@blueprint.post("/counter")
@allow(only(EDITORS))
def save_counter() -> Any:
    form = request.form

    def act(terms: Terms) -> UUID:
        return setup.save_counter(
            id_of(form["counter_id"], "counter_id") if form.get("counter_id") else None,
            id_of(form.get("place_id"), "place_id"),
            clean_lines(form, {"name": Line(60)})["name"],
            [id_of(one, "procedures") for one in form.getlist("procedures")],
            retired=form.get("retired") == "1",
            terms=terms,
            by=actor(),
        )

    return _saved("counter", act, lambda _: "窓口を保存しました。")


@blueprint.post("/pattern")
@allow(only(EDITORS))
def save_pattern() -> Any:
    form = request.form

    def act(terms: Terms) -> Synced:
        weekdays = [whole_of(one, "weekdays", most=6) for one in form.getlist("weekdays")]
        return patterns.save_pattern(
            id_of(form.get("counter_id"), "counter_id"),
            weekdays,
            _pattern(),
            date_of(form.get("effective_on"), "effective_on"),
            terms=terms,
            by=actor(),
        )

    return _saved(
        "pattern", act, lambda done: f"枠の型を保存しました（{done.made}枠を作り、{done.closed}枠を閉じました）。"
    )


def _pattern() -> PatternForm:
    form = request.form
    gaps = [minute_of(form[name], name) if form.get(name) else None for name in ("gap_start", "gap_end")]
    return PatternForm(
        minute_of(form.get("start"), "start"),
        minute_of(form.get("end"), "end"),
        gaps[0],
        gaps[1],
        whole_of(form.get("slot_minutes"), "slot_minutes", least=5, most=240),
        whole_of(form.get("capacity"), "capacity", most=99),
        *(
            whole_of(form.get(name) or "0", name, most=99)
            for name in ("phone_quota", "web_quota", "counter_quota", "later")
        ),
    )


@blueprint.post("/settings")
@allow(only(EDITORS))
def save_settings() -> Any:
    form = request.form

    def act(terms: Terms) -> None:
        typed = clean_lines(form, {"notice_pattern": Line(120), "notice_example": Line(40)})
        whole = {
            name: whole_of(form.get(name), name, least=least, most=most) for name, (_, least, most) in WHOLE.items()
        }
        given = {**typed, **whole, "mode": form.get("mode", "")}
        effective_on = date_of(form.get("effective_on"), "effective_on")
        change_settings(given, effective_on, by=actor(), at=terms.at)

    return _saved("settings", act, lambda _: "設定を保存しました。")


@blueprint.post("/feed")
@allow(only(EDITORS))
def create_feed() -> Any:
    """A calendar address; its secret is shown on this page and never again."""
    form = request.form
    try:
        end_read()
        with transaction():
            name = clean_lines(form, {"name": Line(60)})["name"]
            _, secret = setup.create_feed(id_of(form.get("place"), "place"), name, by=actor(), at=terms_now().at)
    except REFUSALS as error:
        return _again(error, "feed")
    return _page(secret=url_for("reservations_feed.calendar", secret=secret, _external=True))


@blueprint.post("/feed/<uuid:feed_id>/revoke")
@allow(only(EDITORS))
def revoke_feed(feed_id: UUID) -> Any:
    return _saved(
        "feed",
        lambda terms: setup.revoke_feed(feed_id, by=actor(), at=terms.at),
        lambda _: "カレンダーのアドレスを失効させました。",
    )
