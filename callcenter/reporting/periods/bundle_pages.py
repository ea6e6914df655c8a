"""The items of the reports: which sheets and columns the city asked for, with preview."""

from __future__ import annotations

from flask import Blueprint

from callcenter.reporting.periods import models  # noqa: F401 (the tables)

blueprint = Blueprint("bundles", __name__)
