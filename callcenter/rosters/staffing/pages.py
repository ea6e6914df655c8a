"""Page of the forecast and the operators it needs."""

from __future__ import annotations

from flask import Blueprint

from callcenter.web.navigation import NavItem

blueprint = Blueprint("staffing", __name__)
NAV: tuple[NavItem, ...] = ()
