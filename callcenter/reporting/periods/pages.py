"""Reports over a period: the list, a period from draft to submission."""

from __future__ import annotations

from flask import Blueprint

from callcenter.reporting.periods import models  # noqa: F401 (the tables)

blueprint = Blueprint("periods", __name__)
