"""利用者: who may what under the administrator's contract."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from callcenter.accounts import administration, directory
from callcenter.accounts.identity import known_identity
from callcenter.accounts.passwords import prepare, temporary_password
from callcenter.accounts.rules import login_faults, normalise_login
from callcenter.audit.typed import NOTHING, Line, Refusal, clean_lines, refused
from callcenter.clock import now
from callcenter.errors import AppError, Conflict, InvalidInput
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.web.access import ADMINISTRATION, ROLE_LABELS, Role, actor, allow, only
from callcenter.web.navigation import NavItem
from callcenter.web.tabs import tabs_of
from callcenter.web.transaction import transaction

blueprint = Blueprint("people", __name__)
NAV = (NavItem("利用者", "people.list_people", ADMINISTRATION, 90, section="people"),)
NAME_LINES = {"name": Line(100), "reading": Line(100)}
LINES = {"login": Line(40), **NAME_LINES}
ROLE_CHOICES = [(role.value, ROLE_LABELS[role]) for role in Role]
SHOWN_AGAIN = (InvalidInput, Conflict, IndividualNumberRefused)


def section_tabs() -> list[dict[str, Any]]:
    """The pages about who may what."""
    pages = (
        ("利用者", "people.list_people"),
        ("二段階認証の要否", "people.policies"),
        ("機械接続のトークン", "people_tokens.list_tokens"),
    )
    return tabs_of(pages)


@blueprint.get("/admin/users")
@allow(only(ADMINISTRATION))
def list_people() -> str:
    who = actor()
    people = directory.people_under(who.contract)
    return render_template(
        "accounts/people.html", people=people, labels=ROLE_LABELS, tabs=section_tabs(), me=who.user_id
    )


@blueprint.get("/admin/users/new")
@allow(only(ADMINISTRATION))
def new_person() -> str:
    return _new_page(NOTHING)


def _new_page(refusal: Refusal) -> str:
    chosen = request.form.getlist("roles")
    return render_template("accounts/person_new.html", refusal=refusal, role_choices=ROLE_CHOICES, chosen=chosen)


@blueprint.post("/admin/users")
@allow(only(ADMINISTRATION))
def add_person() -> Any:
    """The temporary password is shown in the answer and nowhere else."""
    who, password = actor(), temporary_password()
    try:
        typed = _typed_person()
        new = administration.NewPerson(
            typed["login"], typed["name"], typed["reading"], prepare(password, typed["login"]), _roles()
        )
        with transaction():
            user_id = administration.add_person(new, by=who, at=now())
    except SHOWN_AGAIN as error:
        return _new_page(refused(error, "user")), error.status
    return _password_page(user_id, password, "利用者を登録しました")


def _typed_person() -> dict[str, str]:
    typed = clean_lines(request.form, LINES)
    typed["login"] = normalise_login(typed["login"])
    faults = login_faults(typed["login"])
    if faults:
        raise InvalidInput(errors={"login": faults})
    return typed


def _roles() -> frozenset[Role]:
    chosen = request.form.getlist("roles")
    if not set(chosen) <= set(Role):
        raise InvalidInput(errors={"roles": ["選び直してください。"]})
    return frozenset(Role(value) for value in chosen)


def _password_page(user_id: UUID, password: str, title: str) -> str:
    person = directory.person_under(actor().contract, user_id)
    return render_template("accounts/person_password.html", person=person, password=password, page_title=title)


@blueprint.get("/admin/users/<uuid:user_id>")
@allow(only(ADMINISTRATION))
def person(user_id: UUID) -> str:
    return _person_page(user_id, NOTHING)


def _person_page(user_id: UUID, refusal: Refusal) -> str:
    who = actor()
    found = directory.person_under(who.contract, user_id)
    chosen = request.form.getlist("roles") if "roles" in refusal.errors else [role.value for role in found.roles]
    return render_template(
        "accounts/person.html",
        person=found,
        refusal=refusal,
        role_choices=ROLE_CHOICES,
        chosen=chosen,
        is_me=who.user_id == found.id,
    )


def _refused_page(user_id: UUID, error: AppError) -> Any:
    return _person_page(user_id, refused(error, "user")), error.status


def _back(user_id: UUID, message: str) -> Any:
    flash(message, "success")
    return redirect(url_for("people.person", user_id=user_id), 303)


@blueprint.post("/admin/users/<uuid:user_id>/name")
@allow(only(ADMINISTRATION))
def rename(user_id: UUID) -> Any:
    try:
        typed = clean_lines(request.form, NAME_LINES)
        with transaction():
            administration.rename(user_id, typed["name"], typed["reading"], by=actor(), at=now())
    except SHOWN_AGAIN as error:
        return _refused_page(user_id, error)
    return _back(user_id, "氏名を保存しました。")


@blueprint.post("/admin/users/<uuid:user_id>/roles")
@allow(only(ADMINISTRATION))
def set_roles(user_id: UUID) -> Any:
    try:
        with transaction():
            administration.set_roles(user_id, _roles(), by=actor(), at=now())
    except SHOWN_AGAIN as error:
        return _refused_page(user_id, error)
    return _back(user_id, "役割を保存しました。")


@blueprint.post("/admin/users/<uuid:user_id>/password")
@allow(only(ADMINISTRATION))
def reset_password(user_id: UUID) -> Any:
    found = directory.person_under(actor().contract, user_id)
    password = temporary_password()
    prepared = prepare(password, found.login)
    try:
        with transaction():
            administration.reset_password(user_id, prepared, by=actor(), at=now())
    except SHOWN_AGAIN as error:
        return _refused_page(user_id, error)
    return _password_page(user_id, password, "仮パスワードを発行しました")


@blueprint.post("/admin/users/<uuid:user_id>/second-factor")
@allow(only(ADMINISTRATION))
def reset_second_factor(user_id: UUID) -> Any:
    try:
        with transaction():
            administration.reset_second_factor(user_id, by=actor(), at=now())
    except SHOWN_AGAIN as error:
        return _refused_page(user_id, error)
    return _back(user_id, "二段階認証の登録を解除しました。")


@blueprint.post("/admin/users/<uuid:user_id>/disable")
@allow(only(ADMINISTRATION))
def disable(user_id: UUID) -> Any:
    try:
        with transaction():
            administration.disable(user_id, by=actor(), at=now())
    except SHOWN_AGAIN as error:
        return _refused_page(user_id, error)
    return _back(user_id, "利用を停止しました。サインイン中の画面も終わりました。")


@blueprint.post("/admin/users/<uuid:user_id>/enable")
@allow(only(ADMINISTRATION))
def enable(user_id: UUID) -> Any:
    with transaction():
        administration.enable(user_id, by=actor(), at=now())
    return _back(user_id, "利用の停止を解除しました。")


@blueprint.get("/admin/second-factor")
@allow(only(ADMINISTRATION))
def policies() -> str:
    required = directory.roles_with_second_factor(actor().contract)
    found = known_identity()
    return render_template(
        "accounts/policies.html",
        role_choices=ROLE_CHOICES,
        required=required,
        own_role_unready=found is not None and not found.has_second_factor,
        tabs=section_tabs(),
    )


@blueprint.post("/admin/second-factor")
@allow(only(ADMINISTRATION))
def save_policies() -> Any:
    wanted = _roles()
    with transaction():
        administration.set_second_factor_policy(wanted, by=actor(), at=now())
    flash("二段階認証の要否を保存しました。", "success")
    return redirect(url_for("people.policies"), 303)
