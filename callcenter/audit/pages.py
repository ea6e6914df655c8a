"""操作記録: the log of one's contract, and whether it is whole. Reading it shows no personal data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from msgspec import Struct

from callcenter.audit import queries
from callcenter.audit.ports import people_under
from callcenter.audit.rules import SYSTEM_CHAIN, Entry, Verdict, chain_of
from callcenter.audit.service import Act, record
from callcenter.audit.vocabulary import THINGS
from callcenter.audit.words import action_label, channel_label, details_label, thing_label, value_label
from callcenter.clock import instant_of, now
from callcenter.web.access import ADMINISTRATION, Actor, actor, allow, only
from callcenter.web.forms import id_of, optional_date
from callcenter.web.navigation import NavItem
from callcenter.web.pagination import page_from
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("audit", __name__)
NAV = (NavItem("操作記録", "audit.log", ADMINISTRATION, 95, section="audit."),)
NOBODY = "―"
AUTOMATIC = frozenset({"report.callers_checked"})
"""What the product does whenever a page is opened: shown on demand, else it would bury what people do."""
UUID_LENGTH = 36


class Line(Struct, frozen=True):
    """One entry as the page shows it."""

    seq: int
    at: Any
    action: str
    thing: str
    target: str
    target_href: str
    who: str
    address: str
    channel: str
    details: str


@blueprint.get("/admin/log")
@allow(only(ADMINISTRATION))
def log() -> str:
    return _log_page()


@blueprint.post("/admin/log/verify")
@allow(only(ADMINISTRATION))
def verify() -> str:
    """Walk this contract's chain and the system's; the result stands above the list."""
    who = actor()
    found = queries.verify({SYSTEM_CHAIN, chain_of(who.contract)})
    end_read()
    broken = sum(not verdict.whole for verdict in found.verdicts)
    details = {"entries": sum(v.entries for v in found.verdicts), "broken": broken, "unprotected": found.unprotected}
    with transaction():
        record(Act("audit.verified", "audit", "-", details), by=who, at=now())
    return _log_page(found)


def _log_page(verification: queries.Verification | None = None) -> str:
    who, page = actor(), page_from(request.args)
    people = people_under(who.contract)
    wanted = _wanted(who, people)
    entries, total = queries.page_of_entries(wanted, page)
    return render_template(
        "audit/log.html",
        lines=[_line(entry, people) for entry in entries],
        page=page.number,
        last=page.last(total),
        total=total,
        page_href=_href(page="%d"),
        tabs=_tabs(),
        shown={
            name: request.args.get(name, "") for name in ("chain", "action", "entity", "user", "since", "until", "all")
        },
        target=wanted.entity_id,
        actions=[(code, action_label(code)) for code in queries.actions_in(_chain_only(wanted))],
        things=sorted(THINGS.items(), key=lambda pair: pair[1]),
        people=[(str(who_id), name) for who_id, name in people.items()],
        verification=verification,
        verdicts=[_verdict(found) for found in verification.verdicts] if verification else [],
    )


def _wanted(who: Actor, people: Mapping[UUID, str]) -> queries.LogFilter:
    args, system = request.args, request.args.get("chain") == SYSTEM_CHAIN
    since, until = (optional_date(args.get(name), name) for name in ("since", "until"))
    return queries.LogFilter(
        contract_id=None if system else who.contract,
        action=args.get("action", ""),
        entity=args.get("entity", ""),
        entity_id=args.get("target", "")[:64],
        user_id=id_of(args["user"], "user") if args.get("user") else None,
        since=instant_of(since) if since else None,
        until=instant_of(_day_after(until)) if until else None,
        people=frozenset(people) if system else None,
        without=frozenset() if _shows_all(args) else AUTOMATIC,
    )


def _shows_all(args: Mapping[str, str]) -> bool:
    """Whether acts of the product itself are shown: asked for, or one action or thing is."""
    return any(args.get(name) for name in ("all", "action", "entity", "target"))


def _day_after(on: date) -> date:
    return on + timedelta(days=1)


def _chain_only(wanted: queries.LogFilter) -> queries.LogFilter:
    return queries.LogFilter(wanted.contract_id, people=wanted.people)


def _line(entry: Entry, people: Mapping[UUID, str]) -> Line:
    linked = entry.entity_id not in {"", "-"}
    return Line(
        seq=entry.seq,
        at=None if entry.action == queries.UNREADABLE else entry.at,
        action=action_label(entry.action),
        thing=thing_label(entry.entity),
        target=_target(entry, people) if linked else "",
        target_href=_href(entity=entry.entity, target=entry.entity_id, page="") if linked else "",
        who=_who(entry, people),
        address=entry.address,
        channel=channel_label(entry.channel),
        details=details_label(entry.details, entry.action),
    )


def _target(entry: Entry, people: Mapping[UUID, str]) -> str:
    if len(entry.entity_id) != UUID_LENGTH:
        return value_label(entry.entity_id)
    named = {str(who_id): name for who_id, name in people.items()}
    return named.get(entry.entity_id, f"…{entry.entity_id[-8:]}")


def _who(entry: Entry, people: Mapping[UUID, str]) -> str:
    if entry.user_id is None:
        return "システム" if entry.channel == "command" else NOBODY
    return people.get(entry.user_id, "この契約に登録のない利用者")


def _href(**changes: str) -> str:
    """This list with some of its filters changed."""
    kept = {name: value for name, value in request.args.items() if value}
    merged = {**kept, **changes}
    address = url_for("audit.log", **{name: value for name, value in merged.items() if value})  # type: ignore[arg-type]
    return address.replace("%25d", "%d")


def _tabs() -> list[dict[str, Any]]:
    system = request.args.get("chain") == SYSTEM_CHAIN
    return [
        {"label": "この契約の業務", "href": url_for("audit.log"), "current": not system},
        {"label": "サインインと利用者", "href": url_for("audit.log", chain=SYSTEM_CHAIN), "current": system},
    ]


def _verdict(found: Verdict) -> dict[str, Any]:
    return {
        "name": "サインインと利用者" if found.chain == SYSTEM_CHAIN else "この契約の業務",
        "found": found,
    }
