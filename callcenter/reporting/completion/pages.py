"""The month completion notice and the invoice."""

from __future__ import annotations

from flask import Blueprint

from callcenter.reporting.completion import models  # noqa: F401 (the tables)

blueprint = Blueprint("completion", __name__)
