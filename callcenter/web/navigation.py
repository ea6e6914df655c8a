"""The navigation every page shows: items declared by features, shown by role. Items of one group share an entry of the
menu and stand as tabs on each other's pages."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask, current_app, request, url_for
from msgspec import Struct

from callcenter.web.access import Actor, Role


class NavItem(Struct, frozen=True):
    """One page to go to: shown to `roles`, in ascending `order`; current while a page of `section` is open, or of the
    sections in `also`, which are reached from it. The first item of a `group` that somebody may use leads there from
    the menu, under the group's name."""

    label: str
    endpoint: str
    roles: frozenset[Role]
    order: int
    section: str = ""
    group: str = ""
    also: tuple[str, ...] = ()

    @property
    def entry(self) -> str:
        """Its words in the menu."""
        return self.group or self.label


def declare(app: Flask, *items: NavItem) -> None:
    known: list[NavItem] = app.extensions.setdefault("callcenter_nav", [])
    known.extend(items)


def navigation_for(who: Actor | None) -> list[dict[str, object]]:
    """The entries `who` may use, as the page frame draws them."""
    entries: dict[str, list[NavItem]] = {}
    items = _items_of(who)
    for item in items:
        entries.setdefault(item.entry, []).append(item)
    here = _current(items)
    return [
        {"label": name, "href": url_for(found[0].endpoint), "key": "", "current": here in found}
        for name, found in entries.items()
    ]


def tabs_for(who: Actor | None) -> list[dict[str, object]]:
    """The items of the group whose page is open; none where it stands alone."""
    items = _items_of(who)
    here = _current(items)
    alike = [item for item in items if here is not None and here.group and item.group == here.group]
    if len(alike) < 2:
        return []
    return [{"label": one.label, "href": url_for(one.endpoint), "current": one is here} for one in alike]


def _items_of(who: Actor | None) -> list[NavItem]:
    if who is None:
        return []
    items: list[NavItem] = current_app.extensions.get("callcenter_nav", [])
    return sorted((item for item in items if not item.roles.isdisjoint(who.roles)), key=lambda item: item.order)


def _current(items: Iterable[NavItem]) -> NavItem | None:
    """The item to which the open page belongs: the one that says most of its address."""
    endpoint = request.endpoint or ""
    best = max(items, key=lambda item: _closeness(item, endpoint), default=None)
    return best if best is not None and _closeness(best, endpoint) else None


def _closeness(item: NavItem, endpoint: str) -> int:
    if endpoint == item.endpoint:
        return 2 * len(endpoint)
    sections = (one for one in (item.section, *item.also) if one and endpoint.startswith(one))
    return max(map(len, sections), default=0)
