"""Pages of a person's certificates, the city's instructions on staffing and the labour agreements."""

from __future__ import annotations

from flask import Blueprint

from callcenter.rosters.papers import models as models
from callcenter.web.navigation import NavItem

blueprint = Blueprint("papers", __name__)
NAV: tuple[NavItem, ...] = ()
