"""Who a request comes from: a session cookie, or a bearer token with which no cookie is accepted."""

from __future__ import annotations

import logging

from flask import Request, request, session

from callcenter.accounts import queries, service
from callcenter.accounts.rules import LAST_SEEN_EVERY
from callcenter.accounts.sign_in import refuse_token
from callcenter.clock import now
from callcenter.errors import Unavailable
from callcenter.web.access import Actor, current_actor
from callcenter.web.transaction import transaction

COOKIE_KEY = "sid"
# After sign-out: the dead token, so that words left in another tab can be taken up by the same person only.
BEFORE_KEY = "was"
log = logging.getLogger("callcenter")
IDENTITY = "callcenter.identity"


def load_actor(wanted: Request) -> Actor | None:
    """The identity loader of the application. Keeps the whole identity on the request."""
    address = wanted.remote_addr or ""
    bearer = _bearer(wanted)
    if bearer is not None:
        found = _machine(bearer, address) if wanted.path.startswith("/api/") else None
    else:
        token = session.get(COOKIE_KEY)
        found = queries.identity_of_session(token, address, now()) if isinstance(token, str) else None
    wanted.environ[IDENTITY] = found
    return found.actor if found else None


def _machine(bearer: str, address: str) -> queries.Identity | None:
    """Who holds the token; a wrong one is counted against the address and raises `Locked` after too many."""
    found = queries.identity_of_token(bearer, address, now())
    if found is None:
        refuse_token(address, at=now())
    return found


def current_identity() -> queries.Identity | None:
    """The identity of this request, asked for on first need."""
    current_actor()
    return known_identity()


def known_identity() -> queries.Identity | None:
    """The identity if it was asked for already. For error pages, which must not touch the database."""
    found: queries.Identity | None = request.environ.get(IDENTITY)
    return found


def uses_cookie() -> bool:
    """Whether the request is a person's, to be guarded against forgery."""
    identity = current_identity()
    return identity is None or identity.actor.session_id is not None


def note_last_seen() -> None:
    """Keep a session alive, with a write at most once a minute. Where nothing can be written (a full disk),
    what is there can still be read."""
    identity = current_identity()
    if identity is None or identity.last_seen_at is None or identity.actor.session_id is None:
        return
    at = now()
    if at - identity.last_seen_at < LAST_SEEN_EVERY:
        return
    try:
        with transaction():
            service.touch_session(identity.actor.session_id, at)
    except Unavailable:
        log.error("the use of a session could not be noted")


def _bearer(request: Request) -> str | None:
    header = request.headers.get("Authorization", "")
    kind, _, token = header.partition(" ")
    if not header:
        return None
    return token.strip() if kind.lower() == "bearer" else ""


def session_before() -> queries.SessionBefore | None:
    """The session this browser has or had."""
    token = session.get(COOKIE_KEY) or session.get(BEFORE_KEY)
    return queries.session_before(token) if isinstance(token, str) else None
