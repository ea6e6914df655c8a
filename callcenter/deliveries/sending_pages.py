"""Handing over: mailboxes of the city, sending by mail, what was handed over by hand."""

from __future__ import annotations

from flask import Blueprint

from callcenter.deliveries import models  # noqa: F401 (the tables)

blueprint = Blueprint("sendings", __name__)
