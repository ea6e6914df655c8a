"""The door: sends each person to the page their role works on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for

from callcenter.web.access import actor, allow, signed_in

blueprint = Blueprint("homes", __name__)


@blueprint.get("/")
@allow(signed_in())
def home() -> Any:
    who = actor()
    if who.restricted == "second_factor":
        return redirect(url_for("accounts.second_factor_form"))
    return redirect(url_for("accounts.account"))
