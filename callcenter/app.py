"""Puts the application together: config → extensions → features → bindings → error handlers."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Any

from flask import Flask, current_app, request
from flask_wtf.csrf import generate_csrf
from whitenoise import WhiteNoise

from callcenter import __version__
from callcenter.accounts import admin_pages, directory, identity, token_pages
from callcenter.accounts import pages as account_pages
from callcenter.accounts.rules import IDLE
from callcenter.audit import pages as audit_pages
from callcenter.audit import service as audit
from callcenter.audit.checkpoints import CheckpointFile
from callcenter.audit.ports import CONTRACTS_IN_USE, PEOPLE
from callcenter.calls import api as call_api
from callcenter.calls import (
    category_pages,
    correction_pages,
    desk_pages,
    draft_api,
    period_queries,
    record_pages,
    recording,
)
from callcenter.calls import queries as calls
from callcenter.calls import receivers as call_receivers
from callcenter.calls import volumes as call_volumes
from callcenter.calls.category_queries import categories_on
from callcenter.calls.exchange import import_pages as exchange_import_pages
from callcenter.calls.exchange import pages as exchange_pages
from callcenter.clock import Clock, now
from callcenter.config import Settings, from_environment
from callcenter.contracts import calendar_pages
from callcenter.contracts import pages as contract_pages
from callcenter.deliveries import api as report_api
from callcenter.deliveries import pages as delivery_pages
from callcenter.deliveries import sending, sending_pages
from callcenter.errors import AppError, Forbidden, SetupRequired
from callcenter.events import calendar_changed, call_discarded, contract_created, reservation_changed
from callcenter.extensions import db, new_id
from callcenter.homes import pages as home_pages
from callcenter.homes.ports import CHANGED_REPORTS, OPEN_REPORTS, READY_DRAFTS
from callcenter.jobs import pages as job_pages
from callcenter.jobs import queue
from callcenter.jobs.ports import HANDLERS, SCHEDULES, Handler
from callcenter.jobs.rules import JobKind
from callcenter.knowledge import edition as knowledge_edition
from callcenter.knowledge import edition_pages as knowledge_edition_pages
from callcenter.knowledge import news_pages as knowledge_news_pages
from callcenter.knowledge import pages as knowledge_pages
from callcenter.knowledge import ports as knowledge_ports
from callcenter.knowledge import question_pages, starting_pages, suggest_pages, synonym_pages, usage_pages
from callcenter.knowledge import reading_pages as knowledge_reading_pages
from callcenter.knowledge import uses as knowledge_uses
from callcenter.knowledge.search import live
from callcenter.protection.deployment import log_key
from callcenter.protection.scan import FieldKind, IndividualNumberRefused, masked_text
from callcenter.reporting import attention as report_attention
from callcenter.reporting import changes as report_changes
from callcenter.reporting import pages as report_pages
from callcenter.reporting.completion import pages as completion_pages
from callcenter.reporting.periods import approving, building, bundle_pages, scheduling
from callcenter.reporting.periods import pages as period_pages
from callcenter.reservations import api as reservation_api
from callcenter.reservations import city_pages as reservation_city_pages
from callcenter.reservations import desk_more as booking_desk
from callcenter.reservations import feed as reservation_feed
from callcenter.reservations import pages as reservation_pages
from callcenter.reservations import receivers as reservation_receivers
from callcenter.reservations import result_pages as reservation_result_pages
from callcenter.reservations import setup_pages as reservation_setup_pages
from callcenter.reservations import slots_pages as reservation_slots_pages
from callcenter.rosters import pages as roster_pages
from callcenter.rosters import plan_pages, staff_pages
from callcenter.rosters.coverage import pages as coverage_pages
from callcenter.rosters.months import pages as month_pages
from callcenter.rosters.papers import pages as paper_pages
from callcenter.rosters.ports import VOLUME
from callcenter.rosters.staffing import pages as staffing_pages
from callcenter.rosters.timebook import pages as timebook_pages
from callcenter.web import access, errors, headers, labels, navigation, openapi, options, service_pages, transaction
from callcenter.web.cookies import ForgeryCheck, SignedCookies
from callcenter.web.forms import require_no_other_contract, require_same_contract
from callcenter.web.labels import datetime_label
from callcenter.web.proxy import TrustedProxies
from callcenter.web.uploads import MemoryRequest

LARGEST_REQUEST = 16 * 1024 * 1024
LARGEST_FORM_PART = 1024 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PAGES = (
    service_pages,
    account_pages,
    home_pages,
    report_pages,
    period_pages,
    bundle_pages,
    completion_pages,
    delivery_pages,
    sending_pages,
    job_pages,
    roster_pages,
    staff_pages,
    plan_pages,
    paper_pages,
    month_pages,
    timebook_pages,
    coverage_pages,
    staffing_pages,
    desk_pages,
    booking_desk,
    suggest_pages,
    question_pages,
    reservation_pages,
    reservation_slots_pages,
    reservation_city_pages,
    reservation_result_pages,
    reservation_setup_pages,
    reservation_feed,
    record_pages,
    correction_pages,
    category_pages,
    exchange_pages,
    exchange_import_pages,
    audit_pages,
    admin_pages,
    token_pages,
    contract_pages,
    calendar_pages,
    knowledge_pages,
    knowledge_reading_pages,
    knowledge_edition_pages,
    knowledge_news_pages,
    starting_pages,
    usage_pages,
    synonym_pages,
)
"""Modules with a `blueprint` and, where a menu leads to it, a `NAV`."""
csrf = ForgeryCheck()
log = logging.getLogger("callcenter")


class Application(Flask):
    """Flask without asking of each view and hook at each request whether it is a coroutine: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(settings: Settings | None = None) -> Flask:
    """The application. Raises `RuntimeError` when a route has no access rule."""
    settings = settings or from_environment()
    app = Application("callcenter", template_folder=str(templates_folder()), static_folder=None)
    app.request_class = MemoryRequest
    app.config.from_mapping(_flask_config(settings))
    app.extensions["callcenter_settings"] = settings
    app.extensions["callcenter_clock"] = Clock(settings.clock_offset)
    _extensions(app, settings)
    _edge(app)
    for module in PAGES:
        app.register_blueprint(module.blueprint)
        navigation.declare(app, *getattr(module, "NAV", ()))
    _connect()
    app.add_url_rule("/static/<path:filename>", "static", service_pages.missing_asset)
    labels.init_app(app)
    options.init_app(app)
    app.jinja_env.filters["echo"] = echo
    app.context_processor(_page_context)
    openapi.init_app(app, call_api.blueprint, draft_api.blueprint, reservation_api.blueprint, report_api.blueprint)
    errors.init_app(app)
    app.extensions["callcenter_refusals"] = record_refusal
    app.extensions[PEOPLE] = directory.names_under
    app.extensions[CONTRACTS_IN_USE] = calls.contracts_in_use
    app.extensions[CHANGED_REPORTS] = report_changes.changed_days
    app.extensions[OPEN_REPORTS] = report_attention.open_points
    app.extensions[READY_DRAFTS] = report_attention.ready_days
    app.extensions[VOLUME] = call_volumes.volume
    app.extensions[knowledge_ports.CATEGORIES] = categories_on
    app.extensions[knowledge_ports.OWN_CALL] = recording.require_own
    app.extensions[knowledge_ports.RECORDED] = period_queries.recorded
    app.extensions[HANDLERS] = _job_handlers()
    app.extensions[SCHEDULES] = (scheduling.wanted_jobs,)
    access.require_rules(app)
    _serve_static(app, settings)
    return app


def served() -> Flask:
    """The application of a web server, with everything loaded that a request would otherwise wait for."""
    app = create_app()
    queue.load()
    Thread(target=live.load, daemon=True, name="search").start()  # what is served meanwhile does not wait for it
    return app


def _job_handlers() -> dict[JobKind, Handler]:
    """Who does what the worker is asked for."""
    return {
        JobKind.BUILD_DAILY: building.build_daily,
        JobKind.BUILD_MONTHLY: building.build_period,
        JobKind.BUILD_ANNUAL: building.build_period,
        JobKind.BUILD_TERM: building.build_period,
        JobKind.SUBMIT_PERIOD: approving.submit_period,
        JobKind.SEND_MAIL: sending.deliver,
        JobKind.SUBMIT_MANUAL: knowledge_edition.submit_edition,
    }


def _connect() -> None:
    """What features do when something happens elsewhere. A receiver that is connected already stays one."""
    contract_created.connect(call_receivers.prepare_contract)
    contract_created.connect(reservation_receivers.prepare_contract)
    calendar_changed.connect(reservation_receivers.follow_calendar)
    reservation_changed.connect(call_receivers.note_reservation)
    call_discarded.connect(knowledge_uses.forget_call)


def echo(value: object, kind: str = "text") -> str:
    """What was typed, as it goes back on the screen: an Individual Number is masked on every form alike."""
    return masked_text(str(value), FieldKind.PHONE if kind == "tel" else FieldKind.TEXT)


def templates_folder() -> Path:
    """Inside the installed package; in a checkout, beside it."""
    installed = Path(str(files("callcenter"))) / "templates"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "templates"


def static_folder() -> Path:
    return Path(__file__).parent / "static"


def _flask_config(settings: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.secret_key,
        "TESTING": settings.testing,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(settings),
        "SESSION_COOKIE_NAME": "__Host-callcenter" if settings.secure_cookies else "callcenter",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": LARGEST_REQUEST,
        "MAX_FORM_MEMORY_SIZE": LARGEST_FORM_PART,
        "PROVIDE_AUTOMATIC_OPTIONS": False,
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "JSON_AS_ASCII": False,
    }


def _engine_options(settings: Settings) -> dict[str, Any]:
    if settings.on_sqlite:
        return {"pool_use_lifo": True, "connect_args": {"check_same_thread": False, "timeout": 10}}
    return {"pool_use_lifo": True, "pool_size": 10, "connect_args": {"connect_timeout": 5}}


def _extensions(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    csrf.init_app(app)
    app.session_interface = SignedCookies(app)
    transaction.init_app(app, exclusive=settings.on_sqlite)
    checkpoints = CheckpointFile(settings.checkpoint_file, log_key)
    audit.init_app(app, audit.LogWriter(log_key, checkpoints))
    with app.app_context():
        prepare = transaction.prepare_sqlite if settings.on_sqlite else transaction.prepare_postgres
        prepare(db.engine)


def _edge(app: Flask) -> None:
    app.extensions["callcenter_identity"] = identity.load_actor
    app.before_request(_guard)
    headers.init_app(app)


def _guard() -> None:
    """Before every request: the rule, then (for people) forgery and the contract the form was made for."""
    access.enforce()
    if request.endpoint is None:
        return
    view = current_app.view_functions[request.endpoint]
    if hasattr(view, "__form_memory__"):
        request.max_form_memory_size = view.__form_memory__
    who = access.current_actor()
    if who is not None and not identity.uses_cookie():
        require_no_other_contract(who)
    elif request.method not in SAFE_METHODS and not hasattr(view, "__checks_origin__"):
        csrf.check(current_app)
        if who is not None and not hasattr(view, "__any_contract__"):
            require_same_contract(who)
    if not hasattr(view, "__background__"):
        identity.note_last_seen()


def record_refusal(error: AppError) -> None:
    """Put a refused act into the log, in a transaction of its own. Wrong input is no entry; a denial is."""
    act = getattr(error, "act", None) or _act_of(error)
    found = identity.known_identity()
    who = found.actor if found else None
    if act is None or who is None:
        return
    try:
        with transaction.transaction():
            audit.record(act, by=who, at=now())
    except AppError:
        log.error("a refusal could not be recorded")


def _act_of(error: AppError) -> audit.Act | None:
    """The entry of a refusal that brings none of its own: a refused number, or a denial."""
    where = request.endpoint or "-"
    if isinstance(error, IndividualNumberRefused):
        found = [{"field": one.field, "length": one.length, "rule": one.rule} for one in error.findings]
        return audit.Act("individual_number.refused", "route", where, {"fields": found})
    if isinstance(error, Forbidden) and not isinstance(error, SetupRequired):
        return audit.Act("access.denied", "route", where, {"method": request.method})
    return None


def _page_context() -> dict[str, Any]:
    found = identity.known_identity()
    who = found.actor if found else None
    settings: Settings = current_app.extensions["callcenter_settings"]
    return {
        "contract": found.contract if found else None,
        "actor": _actor_card(who, found.login if found else ""),
        "nav": navigation.navigation_for(who),
        "nav_tabs": navigation.tabs_for(who),
        "now_label": datetime_label(now()),
        "product_version": __version__,
        "demo_clock": _demo_clock(settings),
        "session_idle_seconds": int(IDLE.total_seconds()) if who else None,
        "csrf_token": generate_csrf,
        "new_idempotency_key": lambda: str(new_id()),
    }


def _actor_card(who: access.Actor | None, login: str) -> dict[str, Any] | None:
    if who is None:
        return None
    labels = [access.ROLE_LABELS[role] for role in access.Role if role in who.roles]
    return {"display_name": who.name, "login": login, "role_labels": labels, "actor": who}


def _demo_clock(settings: Settings) -> str | None:
    if not settings.demonstration:
        return None
    return f"これはデモです。市・会社・人物はすべて架空で、時計は{datetime_label(now())}として動いています。"


def _serve_static(app: Flask, settings: Settings) -> None:
    version = static_version()
    app.url_defaults(partial(_version_files, version))
    served = WhiteNoise(
        app.wsgi_app,
        root=str(static_folder()),
        prefix="static/",
        max_age=60,
        allow_all_origins=False,
        add_headers_function=_static_headers,
        immutable_file_test=lambda _path, url: url.startswith(f"/static/{version}/"),
    )
    served.add_files(str(static_folder()), prefix=f"static/{version}/")
    app.wsgi_app = TrustedProxies(served, settings.trusted_proxies)  # type: ignore[method-assign]


@cache
def static_version() -> str:
    """What the files of the browser are, in short: their addresses carry it, so that no screen mixes old and new."""
    found = hashlib.sha256()
    for file in sorted(path for path in static_folder().rglob("*") if path.is_file()):
        found.update(file.relative_to(static_folder()).as_posix().encode() + b"\0" + file.read_bytes())
    return found.hexdigest()[:12]


def _version_files(version: str, endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static":
        values["filename"] = f"{version}/{values['filename']}"


def _static_headers(response_headers: Any, _path: str, _url: str) -> None:
    for name, value in headers.ALWAYS.items():
        response_headers[name] = value
