"""Settings of categories: what each code is called from when on, and until when it may be chosen."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from callcenter.audit.service import Act, record
from callcenter.calls import category_queries, category_service
from callcenter.clock import local, now
from callcenter.errors import AppError, Conflict, InvalidInput, NotFound
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.web.access import Role, actor, allow, only
from callcenter.web.forms import date_of, text
from callcenter.web.navigation import NavItem
from callcenter.web.transaction import transaction

blueprint = Blueprint("call_categories", __name__)
KEEPERS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
NAV = (NavItem("分類", "call_categories.list_categories", KEEPERS, 80, section="call_categories."),)


@blueprint.get("/settings/categories")
@allow(only(KEEPERS))
def list_categories() -> Any:
    return _page()


def _page(status: int = 200) -> Any:
    today = local(now()).on
    known = category_queries.names(actor().contract)
    shown = render_template("calls/categories.html", majors=known.tree(today), known=known, today=today)
    return shown, status


@blueprint.get("/settings/categories/<code>")
@allow(only(KEEPERS))
def category(code: str) -> Any:
    return _form(code)


def _form(code: str, error: AppError | None = None, typed: dict[str, str] | None = None) -> Any:
    known = category_queries.names(actor().contract)
    versions = known.of(code)
    if not versions:
        raise NotFound("この分類はありません。")
    shown = {"code": code, "versions": versions, "error": error, "typed": typed or {}, "today": local(now()).on}
    return render_template("calls/category.html", **shown), error.status if error else 200


@blueprint.post("/settings/categories/<code>/rename")
@allow(only(KEEPERS))
def rename(code: str) -> Any:
    typed = {name: request.form.get(name, "") for name in ("name", "reading", "valid_from")}
    try:
        new = category_service.NewName(
            code, typed["name"], date_of(typed["valid_from"], "valid_from"), typed["reading"]
        )
        with transaction():
            category_service.rename_category(new, by=actor(), at=now())
    except IndividualNumberRefused as refusal:
        _log_refusal(refusal, code)
        return _form(code, refusal, {**typed, **refusal.masked})
    except (InvalidInput, Conflict) as error:
        return _form(code, error, typed)
    flash(f"分類{code}の名称を登録しました。", "success")
    return redirect(url_for("call_categories.list_categories"), 303)


def _log_refusal(refusal: IndividualNumberRefused, code: str) -> None:
    found = [{"field": one.field, "length": one.length, "rule": one.rule} for one in refusal.findings]
    with transaction():
        record(Act("category.number_refused", "category", code, {"found": found}), by=actor(), at=now())


@blueprint.post("/settings/categories/<code>/retire")
@allow(only(KEEPERS))
def retire(code: str) -> Any:
    typed = {"retired_on": text("retired_on")}
    try:
        on = date_of(typed["retired_on"], "retired_on")
        with transaction():
            category_service.retire_category(code, on, by=actor(), at=now())
    except (InvalidInput, Conflict) as error:
        return _form(code, error, typed)
    flash(f"分類{code}の廃止日を登録しました。", "success")
    return redirect(url_for("call_categories.list_categories"), 303)
