"""Page of the forecast and the operators it needs: what a contractor shows the city (003 clauses 6, 9(1)).

What it shows is put together by `view`, which loads numpy: a tenth of a second that the start of the application and
everybody who never opens this page need not wait for.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from callcenter.rosters.menu import SHIFTS
from callcenter.web.access import LEADERSHIP, allow, only
from callcenter.web.navigation import NavItem

blueprint = Blueprint("staffing", __name__, url_prefix="/staffing")
NAV = (NavItem("必要人数", "staffing.page", LEADERSHIP, 34, section="staffing.", group=SHIFTS),)


@blueprint.get("")
@allow(only(LEADERSHIP))
def page() -> Any:
    """The coming four weeks, and one day by quarters of an hour."""
    from callcenter.rosters.staffing import view

    return view.page()


@blueprint.get("/accuracy")
@allow(only(LEADERSHIP))
def accuracy() -> Any:
    """How such forecasts would have done."""
    from callcenter.rosters.staffing import view

    return view.accuracy()


@blueprint.post("/table")
@allow(only(LEADERSHIP))
def table() -> Response:
    """Every quarter of an hour of the range as a list: xlsx, or CSV."""
    from callcenter.rosters.staffing import view

    return view.table()
