"""What machines around the product ask: is it well, where are its assets.

Files under /static/ are served before a request reaches Flask.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from callcenter.errors import NotFound
from callcenter.extensions import db
from callcenter.web.access import allow, anyone

blueprint = Blueprint("service", __name__)


@blueprint.get("/healthz")
@allow(anyone("a monitor has no account; the answer holds nothing but the state"))
def health() -> Response:
    """200 when the database answers; the error handler makes it 503 when it does not."""
    db.session.execute(text("SELECT 1"))
    return jsonify({"status": "ok"})


@allow(anyone("style and scripts of the sign-in page; files are served before this is reached"))
def missing_asset(filename: str) -> Response:
    raise NotFound(f"ファイルがありません: {filename[:80]}")
