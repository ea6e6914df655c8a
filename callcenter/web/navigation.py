"""The navigation every page shows: items declared by features, shown by role."""

from __future__ import annotations

from flask import Flask, current_app, request, url_for
from msgspec import Struct

from callcenter.web.access import Actor, Role


class NavItem(Struct, frozen=True):
    """One entry: shown to `roles`, in ascending `order`; current while a page of `section` is open."""

    label: str
    endpoint: str
    roles: frozenset[Role]
    order: int
    section: str = ""


def declare(app: Flask, *items: NavItem) -> None:
    known: list[NavItem] = app.extensions.setdefault("callcenter_nav", [])
    known.extend(items)


def navigation_for(who: Actor | None) -> list[dict[str, object]]:
    """The items `who` may use, as the page frame draws them."""
    if who is None:
        return []
    items: list[NavItem] = current_app.extensions.get("callcenter_nav", [])
    shown = sorted((item for item in items if not item.roles.isdisjoint(who.roles)), key=lambda item: item.order)
    return [
        {"label": item.label, "href": url_for(item.endpoint), "key": "", "current": _is_current(item)} for item in shown
    ]


def _is_current(item: NavItem) -> bool:
    endpoint = request.endpoint or ""
    return endpoint == item.endpoint or bool(item.section and endpoint.startswith(item.section))
