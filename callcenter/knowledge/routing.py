"""Where the pages of entries hang."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("knowledge", __name__, url_prefix="/knowledge")
