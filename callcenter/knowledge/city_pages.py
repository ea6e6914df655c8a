"""What of manuals and FAQ waits for the city, for the page on which its officers begin."""

from __future__ import annotations

from flask import render_template

from callcenter.clock import local, now
from callcenter.knowledge import attention
from callcenter.knowledge.routing import blueprint
from callcenter.web.access import Role, actor, allow, only

OFFICERS = frozenset({Role.CITY_OFFICER})


@blueprint.get("/waiting")
@allow(only(OFFICERS))
def waiting() -> str:
    """Ways to what waits, which the page of documents fetches; empty when nothing does."""
    found = attention.for_the_city(actor().contract, local(now()).on)
    return render_template("knowledge/_city_waiting.html", found=found)


waiting.__background__ = True  # type: ignore[attr-defined]
