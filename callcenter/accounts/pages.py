"""Pages of one's own account: sign-in and out, keeping a session alive, password, second factor, contract."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, session, url_for
from flask_wtf.csrf import generate_csrf

from callcenter.accounts import queries, second_factor, service
from callcenter.accounts.identity import COOKIE_KEY, current_identity
from callcenter.accounts.passwords import password_matches
from callcenter.accounts.rules import IDLE
from callcenter.clock import local, now
from callcenter.errors import AppError, Forbidden, InvalidInput, SignInRequired, TooManyAttempts
from callcenter.protection.cipher import open_sealed, seal
from callcenter.protection.deployment import SYSTEM_ID, system_keys
from callcenter.web.access import Actor, actor, allow, anyone, current_actor, signed_in
from callcenter.web.forms import body, id_of, text
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("accounts", __name__)
SEED_LABEL = "user.totp"
WRONG = "ログイン名、パスワード、または認証コードが正しくありません。"


class SecondFactorRequired(AppError):
    code = "second_factor_required"
    status = 422
    default_message = "認証アプリに表示されている 6 桁のコードを入力してください。"


@blueprint.get("/sign-in")
@allow(anyone("a person who is not signed in has to get in"))
def sign_in_form() -> Any:
    if current_actor() is not None:
        return redirect(url_for("homes.home"))
    return _sign_in_page()


def _sign_in_page(error: AppError | None = None, login: str = "") -> Any:
    page = render_template(
        "accounts/sign_in.html",
        error=error,
        login=login,
        ask_code=isinstance(error, SecondFactorRequired),
        next=_safe_next(request.values.get("next", "")),
    )
    return page, error.status if error else 200


@blueprint.post("/sign-in")
@allow(anyone("a person who is not signed in has to get in"))
def sign_in() -> Any:
    login = text("login")
    try:
        signed = _attempt(login, request.form.get("password", ""), text("code"))
    except AppError as error:
        return _sign_in_page(error, login)
    _enter(signed)
    return redirect(_safe_next(request.form.get("next", "")) or url_for("homes.home"), 303)


def _safe_next(target: str) -> str:
    """Only a path of ours: never another host, never a scheme."""
    parts = urlsplit(target)
    ours = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc
    return target if ours and "\\" not in target else ""


def _attempt(login: str, password: str, code: str) -> service.SignedIn:
    """Check credentials outside any transaction (the hash is slow), then note the outcome inside one."""
    at, address = now(), request.remote_addr or ""
    locked = queries.locked_until(service.subjects_of(login, address), at)
    if locked is not None:
        raise TooManyAttempts("失敗が続いたため、しばらくサインインできません。時間をおいてお試しください。")
    who = queries.candidate(login)
    end_read()
    matches = password_matches(who.password_hash if who else None, password)
    if who is None or not matches:
        _fail(login, address)
        raise SignInRequired(WRONG)
    step = _used_step(who, code, login, address)
    contracts = queries.contracts_of(who.user_id)
    if not contracts:
        raise Forbidden("担当する契約がありません。管理者に連絡してください。")
    with transaction():
        return service.open_session(who, _contract_to_work_on(contracts), step=step, address=address, at=at)


def _contract_to_work_on(contracts: list[queries.ContractLabel]) -> UUID:
    """The contract whose term holds today, else the newest."""
    today = local(now()).on
    running = [found for found in contracts if found.starts_on <= today <= found.ends_on]
    return (running or contracts)[0].id


def _used_step(who: queries.Candidate, code: str, login: str, address: str) -> int | None:
    if who.totp_sealed is None:
        return None
    if not code:
        raise SecondFactorRequired()
    seed = open_sealed(system_keys(), SEED_LABEL, SYSTEM_ID, who.user_id, who.totp_sealed)
    step = second_factor.matching_step(seed, code, now(), who.totp_last_step)
    if step is None:
        _fail(login, address)
        raise SignInRequired(WRONG)
    return step


def _fail(login: str, address: str) -> None:
    nobody = Actor(None, "", frozenset(), None, address)
    with transaction():
        service.count_failure(login, address, by=nobody, at=now())


def _enter(signed: service.SignedIn) -> None:
    """Put the new session into the cookie; whatever the browser had before is forgotten."""
    session.clear()
    session[COOKIE_KEY] = signed.token
    g.pop("csrf_token", None)


@blueprint.post("/sign-out")
@allow(signed_in())
def sign_out() -> Any:
    with transaction():
        service.end_session(by=actor(), at=now())
    session.clear()
    return redirect(url_for("accounts.sign_in_form"), 303)


@blueprint.post("/session/extend")
@allow(signed_in())
def extend_session() -> Response:
    who = actor()
    with transaction():
        if who.session_id is not None:
            service.touch_session(who.session_id, now())
    return jsonify({"idle_seconds": int(IDLE.total_seconds())})


def checks_origin(view: Any) -> Any:
    """The view verifies `Origin` itself: no CSRF token exists any more when a session has ended."""
    view.__checks_origin__ = True
    return view


@blueprint.post("/session/resume")
@allow(anyone("a session that ended while someone was typing is taken up again"))
@checks_origin
def resume_session() -> Any:
    """Sign in again without leaving the page. Another person than before is refused: the words on the screen
    are the first one's."""
    origin = request.headers.get("Origin", "")
    if not request.is_json or urlsplit(origin).netloc != request.host:
        raise Forbidden()
    given = body()
    login = str(given.get("login", "")).strip()
    if given.get("expected_login") not in (None, "", login):
        raise Forbidden("入力中の方とは別の方です。入力中だった方がサインインしてください。")
    _enter(_attempt(login, str(given.get("password", "")), str(given.get("code") or "")))
    return jsonify({"csrf_token": generate_csrf(), "idle_seconds": int(IDLE.total_seconds())})


@blueprint.get("/account")
@allow(signed_in())
def account() -> str:
    return _account_page()


def _account_page(error: AppError | None = None, **more: Any) -> str:
    who = actor()
    contracts = queries.contracts_of(who.user_id) if who.user_id else []
    identity = current_identity()
    return render_template(
        "accounts/account.html",
        who=who,
        contracts=contracts,
        contract_choices=[(str(found.id), f"{found.city_name} {found.title}") for found in contracts],
        has_second_factor=bool(identity and identity.has_second_factor),
        error=error,
        **more,
    )


@blueprint.post("/account/password")
@allow(signed_in())
def change_password() -> Any:
    who = _person()
    identity = current_identity()
    known = queries.candidate(identity.login) if identity else None
    end_read()
    if known is None or not password_matches(known.password_hash, request.form.get("current", "")):
        wrong = InvalidInput(errors={"current": ["今のパスワードが正しくありません。"]})
        return _account_page(wrong), 422
    if request.form.get("password") != request.form.get("again"):
        differs = InvalidInput(errors={"again": ["新しいパスワードと一致しません。"]})
        return _account_page(differs), 422
    try:
        with transaction():
            service.set_password(who, request.form.get("password", ""), by=actor(), at=now())
    except InvalidInput as error:
        return _account_page(error), 422
    return redirect(url_for("homes.home"), 303)


def _person() -> UUID:
    user_id = actor().user_id
    if user_id is None:
        raise Forbidden()
    return user_id


@blueprint.get("/account/second-factor")
@allow(signed_in())
def second_factor_form() -> str:
    return _second_factor_page(second_factor.new_seed())


def _second_factor_page(seed: str, error: AppError | None = None) -> str:
    identity = current_identity()
    uri = second_factor.provisioning_uri(seed, identity.login if identity else "")
    return render_template(
        "accounts/second_factor.html", seed=seed, picture=second_factor.picture(uri), error=error
    )


@blueprint.post("/account/second-factor")
@allow(signed_in())
def enrol_second_factor() -> Any:
    """Take the seed that was shown once the person proves that the app holds it."""
    who, seed = _person(), text("seed")
    identity = current_identity()
    if identity is not None and identity.has_second_factor:
        raise Forbidden("登録済みです。変更するときは管理者に連絡してください。")
    step = second_factor.matching_step(seed, text("code"), now(), 0) if second_factor.is_seed(seed) else None
    if step is None:
        wrong = InvalidInput(errors={"code": ["コードが一致しません。アプリの表示を確認してください。"]})
        return _second_factor_page(
            seed if second_factor.is_seed(seed) else second_factor.new_seed(), wrong
        ), 422
    sealed = seal(system_keys(), SEED_LABEL, SYSTEM_ID, who, seed)
    with transaction():
        service.enrol_second_factor(sealed, step, by=actor(), at=now())
    return redirect(url_for("homes.home"), 303)


@blueprint.post("/account/contract")
@allow(signed_in())
def switch_contract() -> Any:
    wanted = id_of(request.form.get("wanted"), "wanted")
    with transaction():
        signed = service.switch_contract(wanted, by=actor(), at=now())
    _enter(signed)
    return redirect(url_for("homes.home"), 303)
