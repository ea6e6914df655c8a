"""Pages of the shared kiosk and of the attendance book."""

from __future__ import annotations

from flask import Blueprint

from callcenter.rosters.timebook import models as models
from callcenter.web.navigation import NavItem

blueprint = Blueprint("timebook", __name__)
NAV: tuple[NavItem, ...] = ()
