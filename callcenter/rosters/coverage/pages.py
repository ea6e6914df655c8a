"""Pages of the coverage proof."""

from __future__ import annotations

from flask import Blueprint

from callcenter.rosters.coverage import models as models
from callcenter.web.navigation import NavItem

blueprint = Blueprint("coverage", __name__)
NAV: tuple[NavItem, ...] = ()
