"""Tabs that are pages of one section: the one whose address leads furthest to the request's is current."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import request, url_for


def tabs_of(pages: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """(label, endpoint) pairs as the page frame draws them. A form that comes back stays on its tab."""
    found = [(label, url_for(endpoint)) for label, endpoint in pages]
    here = max((href for _, href in found if _leads_to(href)), key=len, default="")
    return [{"label": label, "href": href, "current": href == here} for label, href in found]


def _leads_to(href: str) -> bool:
    return request.path == href or request.path.startswith(f"{href}/")
