"""How manuals and FAQ are used, in the words of the screens: one page for every role."""

from __future__ import annotations

from flask import render_template

from callcenter.knowledge.routing import blueprint
from callcenter.web.access import EVERY_ROLE, allow, only


@blueprint.get("/guide")
@allow(only(EVERY_ROLE))
def guide() -> str:
    """Each part has an address of its own (`#questions`), to which the pages it is about lead."""
    return render_template("help/knowledge.html")
