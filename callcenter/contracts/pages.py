"""契約の内容: facts, terms with their dates, the city's permissions, settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from callcenter.audit.typed import NOTHING, Line, Refusal, clean_lines, refused
from callcenter.clock import local, now
from callcenter.contracts import queries, service
from callcenter.contracts.page_parts import (
    EDITORS,
    LABELS,
    SHOWN_AGAIN,
    form_minutes,
    form_people,
    may_edit,
    section_tabs,
)
from callcenter.contracts.rules import PERMISSION_KINDS
from callcenter.contracts.settings import SETTING_GROUPS, SETTINGS
from callcenter.errors import AppError, InvalidInput
from callcenter.protection.scan import require_clean
from callcenter.web.access import CITY, EVERY_ROLE, Role, actor, allow, only
from callcenter.web.forms import date_of, optional_date
from callcenter.web.navigation import NavItem
from callcenter.web.transaction import transaction

blueprint = Blueprint("contracts", __name__)
SHOWN_TO = EDITORS | CITY | {Role.SUPERVISOR}
NAV = (NavItem("契約と開庁日", "contracts.contract", SHOWN_TO, 85, section="contracts"),)


@blueprint.get("/contract")
@allow(only(EVERY_ROLE))
def contract() -> str:
    return _page(NOTHING, "")


def _page(refusal: Refusal, form: str) -> str:
    """The page; `form` names the one whose refusal is shown."""
    contract_id, today = actor().contract, local(now()).on
    terms = queries.terms(contract_id)
    return render_template(
        "contracts/contract.html",
        facts=queries.contract(contract_id),
        terms=terms,
        in_force=_in_force(terms, today),
        permissions=queries.permissions(contract_id),
        kinds=PERMISSION_KINDS,
        settings=_settings(contract_id),
        today=today,
        refusal=refusal,
        form=form,
        labels=LABELS,
        may_edit=may_edit(),
        tabs=section_tabs(),
    )


def _in_force(terms: Sequence[queries.Terms], today: date) -> dict[str, str]:
    """What a change of the terms starts from: those that hold today, else the first."""
    now_holding = next((one for one in reversed(terms) if one.effective_on <= today), terms[0])
    return {
        "opens": f"{now_holding.opens_minute // 60:02d}:{now_holding.opens_minute % 60:02d}",
        "closes": f"{now_holding.closes_minute // 60:02d}:{now_holding.closes_minute % 60:02d}",
        "minimum": str(now_holding.minimum_operators),
        "headcount": str(now_holding.approved_headcount),
    }


def _settings(contract_id: UUID) -> list[dict[str, Any]]:
    """Under each heading its settings, with every value that was ever set."""
    rows = queries.settings_of(contract_id)
    return [
        {
            "heading": heading,
            "entries": [{"spec": SETTINGS[name], "rows": [row for row in rows if row.name == name]} for name in names],
        }
        for heading, names in SETTING_GROUPS.items()
    ]


def _saved(form: str, save: Callable[[], None], message: str) -> Any:
    """Run one form's save; a refusal goes back on the page beside its form."""
    try:
        save()
    except SHOWN_AGAIN as error:
        return _refused(error, form)
    flash(message, "success")
    return redirect(url_for("contracts.contract"), 303)


def _refused(error: AppError, form: str) -> Any:
    return _page(refused(error, "contract"), form), error.status


@blueprint.post("/contract/facts")
@allow(only(EDITORS))
def change_facts() -> Any:
    return _saved("facts", _change_facts, "契約の内容を保存しました。")


def _change_facts() -> None:
    typed = clean_lines(request.form, {"title": Line(200), "contractor_name": Line(100), "place": Line(200)})
    new = service.NewFacts(**typed, ends_on=date_of(request.form.get("ends_on"), "ends_on"))
    with transaction():
        service.change_facts(new, by=actor(), at=now())


@blueprint.post("/contract/terms")
@allow(only(EDITORS))
def change_terms() -> Any:
    return _saved("terms", _change_terms, "契約条件を登録しました。")


def _change_terms() -> None:
    typed = clean_lines(request.form, {"note": Line(200, required=False)})
    effective_on = date_of(request.form.get("effective_on"), "effective_on")
    new = service.NewTerms(effective_on, *form_minutes("opens", "closes"), *form_people(), typed["note"])
    with transaction():
        service.change_terms(new, by=actor(), at=now())


@blueprint.post("/contract/permissions")
@allow(only(EDITORS))
def record_permission() -> Any:
    return _saved("permissions", _record_permission, "市の許可を記録しました。")


def _record_permission() -> None:
    typed = clean_lines(request.form, {"granted_by": Line(100), "note": Line(300, required=False)})
    new = service.NewPermission(
        kind=request.form.get("kind", ""),
        granted_on=date_of(request.form.get("granted_on"), "granted_on"),
        granted_by=typed["granted_by"],
        note=typed["note"],
        ends_on=optional_date(request.form.get("ends_on"), "ends_on"),
    )
    with transaction():
        service.record_permission(new, by=actor(), at=now())


@blueprint.post("/contract/permissions/<uuid:permission_id>/end")
@allow(only(EDITORS))
def end_permission(permission_id: UUID) -> Any:
    def save() -> None:
        ends_on = date_of(request.form.get("ends_on"), "ends_on")
        with transaction():
            service.end_permission(permission_id, ends_on, by=actor(), at=now())

    return _saved("permissions", save, "許可の終了日を記録しました。")


@blueprint.post("/contract/settings")
@allow(only(EDITORS))
def change_setting() -> Any:
    return _saved("settings", _change_setting, "設定を保存しました。")


def _change_setting() -> None:
    spec = SETTINGS.get(request.form.get("name", ""))
    if spec is None:
        raise InvalidInput(errors={"name": ["設定を選んでください。"]})
    written = request.form.get("value", "")
    require_clean({"value": written})
    effective_on = date_of(request.form.get("effective_on"), "effective_on")
    value = spec.read(written)
    with transaction():
        service.set_setting(spec.name, value, effective_on, by=actor(), at=now())
