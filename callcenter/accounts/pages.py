"""Pages of one's own account: sign-in and out, keeping a session alive, password, second factor, contract."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import HTTPException

from callcenter.accounts import queries, second_factor, service
from callcenter.accounts.identity import BEFORE_KEY, COOKIE_KEY, current_identity, session_before
from callcenter.accounts.passwords import prepare
from callcenter.accounts.rules import IDLE
from callcenter.accounts.sign_in import (
    SEED_LABEL,
    Credentials,
    SecondFactorRequired,
    confirm_password,
    resume,
)
from callcenter.accounts.sign_in import sign_in as open_session_for
from callcenter.clock import now, world
from callcenter.errors import AppError, Forbidden, InvalidInput, SessionUnknown
from callcenter.protection.cipher import Unreadable, open_sealed, seal
from callcenter.protection.deployment import SYSTEM_ID, system_keys
from callcenter.protection.scan import masked_text
from callcenter.web.access import actor, allow, anyone, current_actor, signed_in
from callcenter.web.forms import body, id_of, text
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("accounts", __name__)
LONGEST_LOGIN_TYPED = 100
OFFER_LABEL = "user.totp_offer"
# Visible ASCII without the backslash, which some browsers read as a slash; a second slash would name a host.
OWN_PATH = re.compile(r"/(?!/)[\x21-\x5b\x5d-\x7e]*")


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
        login=masked_text(login),
        ask_code=isinstance(error, SecondFactorRequired),
        next=safe_next(request.values.get("next", "")),
    )
    return page, error.status if error else 200


@blueprint.post("/sign-in")
@allow(anyone("a person who is not signed in has to get in"))
def sign_in() -> Any:
    given = Credentials(text("login")[:LONGEST_LOGIN_TYPED], request.form.get("password", ""), text("code"), _address())
    try:
        signed = open_session_for(given, session_before(), at=now())
    except AppError as error:
        return _sign_in_page(error, given.login)
    _enter(signed)
    return redirect(safe_next(request.form.get("next", "")) or url_for("homes.home"), 303)


def safe_next(target: str) -> str:
    """A page of ours to go on to after sign-in, or nothing: never another host, a scheme, or what is no page."""
    if not OWN_PATH.fullmatch(target):
        return ""
    try:
        path = urlsplit(target).path
        current_app.url_map.bind("").match(path, method="GET")
    except (ValueError, HTTPException):
        return ""
    return target


def _address() -> str:
    return request.remote_addr or ""


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
    ended = session.get(COOKIE_KEY)
    session.clear()
    session[BEFORE_KEY] = ended
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
    """The view verifies where the request comes from itself: no CSRF token exists any more when a session ended."""
    view.__checks_origin__ = True
    return view


@blueprint.post("/session/resume")
@allow(anyone("a session that ended while someone was typing is taken up again"))
@checks_origin
def resume_session() -> Any:
    """Sign in again without leaving the page. Who was before stands in our own table, found by the old cookie:
    another person is refused, since the words on the screen are the first one's."""
    if not request.is_json or not _from_our_own_page():
        raise Forbidden()
    given = body()
    before = session_before()
    if before is None:
        raise SessionUnknown()
    login, password, code = (str(given.get(name) or "") for name in ("login", "password", "code"))
    credentials = Credentials(login.strip()[:LONGEST_LOGIN_TYPED], password, code, _address())
    _enter(resume(credentials, before, at=now()))
    return jsonify({"csrf_token": generate_csrf(), "idle_seconds": int(IDLE.total_seconds())})


def _from_our_own_page() -> bool:
    """What the browser itself says of the page that asks; scripts cannot set either header."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    try:
        return urlsplit(request.headers.get("Origin", "")).netloc == request.host
    except ValueError:
        return False


@blueprint.get("/account")
@allow(signed_in())
def account() -> str:
    return _account_page()


def _account_page(error: AppError | None = None) -> str:
    who = actor()
    contracts = queries.contracts_of(who.user_id) if who.user_id else []
    identity = current_identity()
    return render_template(
        "accounts/account.html",
        who=who,
        login=identity.login if identity else "",
        contracts=contracts,
        contract_choices=[(str(found.id), f"{found.city_name} {found.title}") for found in contracts],
        has_second_factor=bool(identity and identity.has_second_factor),
        error=error,
    )


@blueprint.post("/account/password")
@allow(signed_in())
def change_password() -> Any:
    """Change one's own password: other sessions end, this one gets another token."""
    try:
        _change_password(request.form.get("current", ""), request.form.get("password", ""))
    except AppError as error:
        return _account_page(error), error.status
    flash("パスワードを変えました。ほかの端末でのサインインは終わりました。", "success")
    return redirect(url_for("homes.home"), 303)


def _change_password(current: str, wanted: str) -> None:
    who, at = _person(), now()
    known = _myself()
    end_read()
    if not confirm_password(known, current, _address(), at=at):
        raise InvalidInput(errors={"current": ["今のパスワードが正しくありません。"]})
    if wanted != request.form.get("again"):
        raise InvalidInput(errors={"again": ["新しいパスワードと一致しません。"]})
    if wanted == current:
        raise InvalidInput(errors={"password": ["今のパスワードとは別のものにしてください。"]})
    prepared = prepare(wanted, known.login)
    with transaction():
        service.set_password(who, prepared, by=actor(), at=at)
        token = service.renew_token(by=actor())
    session[COOKIE_KEY] = token


def _myself() -> queries.Candidate:
    identity = current_identity()
    known = queries.candidate(identity.login) if identity else None
    if known is None:
        raise Forbidden()
    return known


def _person() -> UUID:
    user_id = actor().user_id
    if user_id is None:
        raise Forbidden()
    return user_id


@blueprint.get("/account/second-factor")
@allow(signed_in())
def second_factor_form() -> Any:
    identity = current_identity()
    if identity is not None and identity.has_second_factor:
        return redirect(url_for("accounts.account"))
    return _second_factor_page(second_factor.new_seed())


def _second_factor_page(seed: str, error: AppError | None = None) -> str:
    identity, who = current_identity(), actor()
    uri = second_factor.provisioning_uri(seed, identity.login if identity else "")
    offer = seal(system_keys(), OFFER_LABEL, SYSTEM_ID, who.session_id or SYSTEM_ID, seed)
    return render_template(
        "accounts/second_factor.html",
        who=who,
        seed=seed,
        offer=offer.hex(),
        picture=second_factor.picture(uri),
        error=error,
    )


@blueprint.post("/account/second-factor")
@allow(signed_in())
def enrol_second_factor() -> Any:
    """Take the seed that this session was offered, once the person proves that the app holds it and that it is they
    who sit there: whoever finds an open screen must not bind an app of their own."""
    who, seed = _person(), _offered_seed()
    known = _myself()
    end_read()
    try:
        step = _proved_step(known, seed)
    except InvalidInput as error:
        return _second_factor_page(seed, error), error.status
    sealed = seal(system_keys(), SEED_LABEL, SYSTEM_ID, who, seed)
    with transaction():
        service.enrol_second_factor(sealed, step, by=actor(), at=now())
        token = service.renew_token(by=actor())
    session[COOKIE_KEY] = token
    flash("認証アプリを登録しました。次のサインインから、コードの入力が必要です。", "success")
    return redirect(url_for("homes.home"), 303)


def _offered_seed() -> str:
    """The seed that was made for this session's page; another one for whatever else comes back."""
    try:
        offer = bytes.fromhex(text("offer"))
        return open_sealed(system_keys(), OFFER_LABEL, SYSTEM_ID, actor().session_id or SYSTEM_ID, offer)
    except (ValueError, Unreadable):
        return second_factor.new_seed()


def _proved_step(known: queries.Candidate, seed: str) -> int:
    """The time step of the code. Raises `InvalidInput` for a wrong password or code, `Locked` after too many."""
    if not confirm_password(known, request.form.get("current", ""), _address(), at=now()):
        raise InvalidInput(errors={"current": ["今のパスワードが正しくありません。"]})
    step = second_factor.matching_step(seed, text("code"), world(now()), 0)
    if step is None:
        raise InvalidInput(errors={"code": ["コードが一致しません。アプリの表示を確認してください。"]})
    return step


@blueprint.post("/account/contract")
@allow(signed_in())
def switch_contract() -> Any:
    wanted = id_of(request.form.get("wanted"), "wanted")
    with transaction():
        signed = service.switch_contract(wanted, by=actor(), at=now())
    _enter(signed)
    return redirect(url_for("homes.home"), 303)
