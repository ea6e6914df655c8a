"""What the product does by itself: running and finished jobs, their progress, cancelling."""

from __future__ import annotations

from flask import Blueprint

from callcenter.jobs import models  # noqa: F401 (the tables)

blueprint = Blueprint("jobs", __name__)
