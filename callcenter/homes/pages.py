"""The door, which sends each person to the page they work on, and the supervisor's page 今日."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from flask import Blueprint, current_app, redirect, render_template, url_for

from callcenter.clock import local, now
from callcenter.contracts import queries as contracts
from callcenter.homes import today as day
from callcenter.homes.rules import Link, Task
from callcenter.web.access import LEADERSHIP, Actor, Role, actor, allow, only, rule_of, signed_in
from callcenter.web.navigation import NavItem

blueprint = Blueprint("homes", __name__)
NAV = (NavItem("今日", "homes.today", LEADERSHIP, 5, section="homes.today"),)
HOMES: Final = (
    (Role.SUPERVISOR, "homes.today"),
    (Role.CONTRACT_MANAGER, "homes.today"),
    (Role.OPERATOR, "desk.desk"),
    (Role.CITY_OFFICER, "deliveries.documents"),
    (Role.CITY_VIEWER, "deliveries.documents"),
    (Role.ADMINISTRATOR, "people.list_people"),
)
"""Where each role works. Who holds several starts at the first of them."""
NOBODYS: Final = "accounts.account"


def home_of(roles: Collection[Role]) -> str:
    """The endpoint of the first page of somebody with these roles."""
    return next((endpoint for role, endpoint in HOMES if role in roles), NOBODYS)


@blueprint.get("/")
@allow(signed_in())
def home() -> Any:
    who = actor()
    if who.restricted == "second_factor":
        return redirect(url_for("accounts.second_factor_form"))
    return redirect(url_for(home_of(who.roles)))


@blueprint.get("/today")
@allow(only(LEADERSHIP))
def today() -> str:
    """What needs a hand, in order of urgency, and how the day goes."""
    return render_template("homes/today.html", on=local(now()).on, **_shown())


@blueprint.get("/today/board")
@allow(only(LEADERSHIP))
def board() -> str:
    """The live part, which the page fetches again every minute."""
    return render_template("homes/_board.html", **_shown())


board.__background__ = True  # type: ignore[attr-defined]


def _shown() -> dict[str, Any]:
    who, at = actor(), now()
    found = day.board(who.contract, at) if day.within_term(who.contract, at) else None
    tasks = found.tasks if found else day.tasks_after_term(who.contract, at)
    return {
        "term": contracts.contract(who.contract),
        "board": found,
        "at": at,
        "tasks": [(task, _links(task, who)) for task in tasks if _concerns(task, who)],
    }


def _concerns(task: Task, who: Actor) -> bool:
    return not task.for_manager or who.has(Role.CONTRACT_MANAGER)


def _links(task: Task, who: Actor) -> list[Link]:
    return [link for link in task.links if _may_open(link, who)]


def _may_open(link: Link, who: Actor) -> bool:
    """Whether the link's page admits the person: nobody is sent to a closed door."""
    rule = rule_of(current_app, link.endpoint, "GET")
    return rule is not None and rule.admits(who)
