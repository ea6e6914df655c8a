"""Who may what in manuals and FAQ, said once in words: a route that is opened wider, or closed, has to be said here."""

from __future__ import annotations

from collections.abc import Iterator

from callcenter.web import access
from callcenter.web.access import EVERY_ROLE, Role
from tests.centre import Centre

OPERATOR, SUPERVISOR, MANAGER = Role.OPERATOR, Role.SUPERVISOR, Role.CONTRACT_MANAGER
VIEWER, OFFICER = Role.CITY_VIEWER, Role.CITY_OFFICER

READING = """
GET /entries · POST /entries · GET /entries/ID · GET /entries/ID/diff · GET /files/ID · GET /manual · GET /versions/ID
"""
FOLLOWING = "GET /confirmations · GET /edition · GET /reviews · GET /usage · POST /usage/export"
"""What the leaders and all of the city follow."""
TALKING = """
GET /news · POST /news/export · GET /news/ID · GET /news/ID/file · GET /questions · GET /questions/ID
"""
"""What the leaders and the officers talk about."""
DECIDING = """
GET /waiting · POST /confirmations · POST /versions/ID/confirm · POST /versions/ID/comment · POST /versions/ID/decision
· POST /questions/ID/answer · POST /edition/requests
"""
LEADING = """
POST /start · POST /edition · GET /edition/draft/<part>
· GET /entries/new · POST /entries/new · POST /entries/ID/position · POST /entries/ID/versions
· GET /entries/ID/retire · POST /entries/ID/retire · POST /entries/ID/retire/cancel
· GET /versions/ID/edit · POST /versions/ID/edit · POST /versions/ID/files · GET /versions/ID/history
· POST /versions/ID/submit · POST /versions/ID/take-back · POST /versions/ID/withdraw
· POST /news · GET /news/new · POST /news/ID/done · POST /news/ID/entries · POST /news/ID/reopen
· POST /news/ID/entries/ID · POST /news/ID/entries/ID/version
· POST /questions/ID/entry · POST /questions/ID/send · POST /questions/ID/settle · POST /questions/ID/take-out
· POST /questions/ID/together
· GET /readings · POST /readings/export · GET /readings/people/ID · GET /readings/versions/ID
"""
SUPERVISING = """
POST /versions/ID/publish · GET /synonyms · POST /synonyms · GET /synonyms/ID · POST /synonyms/ID
· POST /synonyms/ID/remove
"""
ANSWERING = """
POST /suggestions · POST /uses · POST /questions
· GET /unread · POST /unread · GET /unread/line · GET /unread/ID · POST /unread/ID
"""
MAY = {
    READING: {OPERATOR, SUPERVISOR, MANAGER, VIEWER, OFFICER},
    FOLLOWING: {SUPERVISOR, MANAGER, VIEWER, OFFICER},
    TALKING: {SUPERVISOR, MANAGER, OFFICER},
    DECIDING: {OFFICER},
    LEADING: {SUPERVISOR, MANAGER},
    SUPERVISING: {SUPERVISOR},
    ANSWERING: {OPERATOR, SUPERVISOR},
    "GET /guide": EVERY_ROLE,
}
RULES = {route.strip(): roles for routes, roles in MAY.items() for route in routes.split("·")}


def _rules(centre: Centre) -> Iterator[tuple[str, frozenset[Role]]]:
    for url, endpoint, method in access.routes(centre.app):
        if centre.app.view_functions[endpoint].__module__.startswith("callcenter.knowledge."):
            rule = access.rule_of(centre.app, endpoint, method)
            assert rule is not None
            assert rule == access.only(rule.roles), "neither for machines nor for anybody"
            parts = ["ID" if part.startswith("<uuid:") else part for part in url.split("/")]
            yield f"{method} {'/'.join(parts).removeprefix('/knowledge')}", rule.roles


def test_each_route_is_open_to_whom_it_was_said_to_be_and_to_nobody_else(sqlite_centre: Centre) -> None:
    """That the rule is kept, for each route and each role, is seen where every route of the product is asked."""
    assert dict(_rules(sqlite_centre)) == RULES
