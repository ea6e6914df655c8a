"""Who may: roles, the `Actor` of an act, and the rule that stands on every route.

Closed by default: `require_rules` refuses to start an app in which any route × method has no rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from flask import Flask, current_app, has_request_context, request
from msgspec import Struct, field

from callcenter.errors import Forbidden, SetupRequired, SignInRequired

ACTOR = "callcenter.actor"
F = TypeVar("F", bound=Callable[..., Any])


class Role(StrEnum):
    """Roles are held per contract."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    CONTRACT_MANAGER = "contract_manager"
    CITY_VIEWER = "city_viewer"
    CITY_OFFICER = "city_officer"
    ADMINISTRATOR = "administrator"


ROLE_LABELS = {
    Role.OPERATOR: "オペレーター",
    Role.SUPERVISOR: "業務責任者",
    Role.CONTRACT_MANAGER: "契約管理者",
    Role.CITY_VIEWER: "市職員（閲覧）",
    Role.CITY_OFFICER: "市職員（承認）",
    Role.ADMINISTRATOR: "システム管理者",
}

# What a machine's token may allow; a route names one in `only(…, scope=…)`.
SCOPES = {
    "calls:read": "対応記録の参照",
    "calls:reveal": "対応記録の個人情報の表示",
    "calls:write": "対応記録の登録",
    "exchange:write": "電話交換機の集計の登録",
    "reservations:read": "予約と空き枠の参照",
    "reservations:reveal": "予約の個人情報の表示",
    "reservations:write": "予約の登録・変更・取消",
    "reports:read": "提出済み報告書の取得",
}

DESK = frozenset({Role.OPERATOR, Role.SUPERVISOR})
SUPERVISION = frozenset({Role.SUPERVISOR})
CENTRE = frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.CONTRACT_MANAGER})
LEADERSHIP = frozenset({Role.SUPERVISOR, Role.CONTRACT_MANAGER})
CITY = frozenset({Role.CITY_VIEWER, Role.CITY_OFFICER})
ADMINISTRATION = frozenset({Role.ADMINISTRATOR})
EVERY_ROLE = frozenset(Role)


class Channel(StrEnum):
    """How an act reached us."""

    PAGE = "page"
    API = "api"
    COMMAND = "command"


class Actor(Struct, frozen=True):
    """Who acts, from where, under which contract. A plain value; never an ORM row."""

    user_id: UUID | None
    name: str
    roles: frozenset[Role]
    contract_id: UUID | None
    address: str = ""
    session_id: UUID | None = None
    channel: Channel = Channel.PAGE
    scopes: frozenset[str] = field(default_factory=frozenset)
    restricted: str = ""

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)

    @property
    def person_id(self) -> UUID | None:
        """The user who acts; None for a machine, whose `user_id` is its token's."""
        is_person = self.channel is not Channel.API or self.session_id is not None
        return self.user_id if is_person else None

    @property
    def contract(self) -> UUID:
        """The contract acted under; raises `Forbidden` when there is none (system acts)."""
        if self.contract_id is None:
            raise Forbidden("契約を選んでください。")
        return self.contract_id


class Rule(Struct, frozen=True):
    """Who may call a route: people by role, machines by scope, or anyone with the reason why."""

    roles: frozenset[Role] = frozenset()
    scope: str | None = None
    open_because: str = ""
    anyone_signed_in: bool = False

    def admits(self, actor: Actor | None) -> bool:
        if self.open_because:
            return True
        if actor is None:
            return False
        if actor.channel is Channel.API and actor.session_id is None:
            return self.scope is not None and self.scope in actor.scopes
        if self.anyone_signed_in:
            return True
        return not self.roles.isdisjoint(actor.roles)


def only(roles: frozenset[Role], *, scope: str | None = None) -> Rule:
    """People with one of `roles`; machines whose token holds `scope`, if one is named."""
    return Rule(roles=roles, scope=scope)


def signed_in() -> Rule:
    """Any person with a session, also one who must set something up first."""
    return Rule(anyone_signed_in=True)


def anyone(because: str) -> Rule:
    """Open without sign-in. The reason is part of the rule."""
    if not because:
        raise ValueError("an open route states why")
    return Rule(open_because=because)


def allow(rule: Rule) -> Callable[[F], F]:
    """Put `rule` on a view. Stands on the line beside the route's registration."""

    def mark(view: F) -> F:
        view.__access_rule__ = rule  # type: ignore[attr-defined]
        return view

    return mark


def rule_of(app: Flask, endpoint: str, method: str) -> Rule | None:
    """The rule of one route × method, or None when it has none."""
    view = app.view_functions[endpoint]
    view_class = getattr(view, "view_class", None)
    handler = getattr(view_class, method.lower(), None) if view_class else view
    return getattr(handler, "__access_rule__", None)


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Every (url rule, endpoint, method); HEAD goes with GET."""
    for entry in app.url_map.iter_rules():
        for method in sorted((entry.methods or set()) - {"HEAD"}):
            yield entry.rule, entry.endpoint, method


def require_rules(app: Flask) -> None:
    """Raise `RuntimeError` naming each route without a rule: the app does not start."""
    missing = [f"{method} {url}" for url, endpoint, method in routes(app) if not rule_of(app, endpoint, method)]
    if missing:
        raise RuntimeError("routes without an access rule: " + ", ".join(sorted(missing)))


def current_actor() -> Actor | None:
    """Who makes this request: asked of the identity loader once, on first need.

    Kept on the request itself, never on the application context, which can outlive a request.
    """
    environ = request.environ
    if ACTOR not in environ:
        environ[ACTOR] = current_app.extensions["callcenter_identity"](request)
    found: Actor | None = environ[ACTOR]
    return found


def actor() -> Actor:
    """The signed-in actor; raises `SignInRequired`."""
    found = current_actor() if has_request_context() else None
    if found is None:
        raise SignInRequired()
    return found


def enforce() -> None:
    """Before every request: the route's rule, or a refusal."""
    if request.endpoint is None:
        return
    method = "GET" if request.method == "HEAD" else request.method
    rule = rule_of(current_app, request.endpoint, method)
    if rule is None:
        raise Forbidden()
    if rule.admits(None):
        return
    who = current_actor()
    if who is None:
        raise SignInRequired()
    if not rule.admits(who):
        raise SetupRequired() if who.restricted else Forbidden()
