"""Pages of the month's roster."""

from __future__ import annotations

from flask import Blueprint

from callcenter.rosters.months import models as models
from callcenter.web.navigation import NavItem

blueprint = Blueprint("months", __name__)
NAV: tuple[NavItem, ...] = ()
