"""The list of entries as a person may see it: what is in force on a day, what is on its way, what has ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from msgspec import Struct, structs

from callcenter.errors import InvalidInput
from callcenter.knowledge import queries
from callcenter.knowledge.queries import Current
from callcenter.knowledge.rules import ON_THE_WAY, Audience, EntryKind, Stage
from callcenter.knowledge.sight import may_see
from callcenter.web.access import Actor
from callcenter.web.forms import optional_date


class Show(StrEnum):
    """Which entries are listed."""

    CURRENT = "current"
    WAITING = "waiting"
    DUE = "due"
    UNCONFIRMED = "unconfirmed"
    RETIRED = "retired"


SHOW_LABELS = {
    Show.CURRENT: "施行中",
    Show.WAITING: "作成・確認中の版",
    Show.DUE: "見直し期限を過ぎたもの",
    Show.UNCONFIRMED: "市の確認前",
    Show.RETIRED: "廃止（予定を含む）",
}


class Filter(Struct, frozen=True):
    """What is chosen of the list; all of it is coded and stands in the address. `on`: the day looked at, if not today;
    `major`: a major category."""

    kind: EntryKind = EntryKind.FAQ
    show: Show = Show.CURRENT
    major: str = ""
    audience: str = ""
    on: date | None = None

    def arguments(self, **changes: Any) -> dict[str, str]:
        """The address of the list so filtered."""
        given = structs.asdict(structs.replace(self, **changes))
        return {name: str(value) for name, value in given.items() if value}


def filter_from(args: Mapping[str, str]) -> Filter:
    """Raises `InvalidInput` for codes that do not exist."""
    try:
        kind, show = EntryKind(args.get("kind") or "faq"), Show(args.get("show") or "current")
        audience = Audience(args["audience"]).value if args.get("audience") else ""
    except ValueError as error:
        raise InvalidInput("表示の条件を選び直してください。") from error
    major = args.get("major", "")
    if major and not (len(major) == 2 and major.isascii() and major.isdigit()):
        raise InvalidInput(errors={"major": ["分類を選び直してください。"]})
    return Filter(kind, show, major, audience, optional_date(args.get("on"), "on"))


def listed(who: Actor, chosen: Filter, today: date) -> list[Current]:
    """The entries of the filter, FAQ by category, chapters in their order."""
    rows = [one for one in _shown(who, chosen, today) if _fits(one, chosen)]
    if chosen.kind is EntryKind.FAQ:
        rows.sort(key=lambda one: (one.version.category_code or "99", one.entry.position, one.entry.number))
    return rows


def _shown(who: Actor, chosen: Filter, today: date) -> Sequence[Current]:
    if chosen.show is Show.WAITING:
        rows = queries.on_the_way(who.contract, sorted(ON_THE_WAY))
        return [one for one in rows if may_see(who, one.version)] + _scheduled(who, today)
    if chosen.show is Show.RETIRED:
        return _ended(who)
    rows = queries.in_force_on(who.contract, chosen.on or today, chosen.kind)
    if chosen.show is Show.DUE:
        return [one for one in rows if one.version.review_by_on and one.version.review_by_on < (chosen.on or today)]
    if chosen.show is Show.UNCONFIRMED:
        return [one for one in rows if one.version.decided_at is None]
    return rows


def _scheduled(who: Actor, today: date) -> list[Current]:
    rows = queries.on_the_way(who.contract, [Stage.PUBLISHED])
    return [one for one in rows if one.version.effective_on and one.version.effective_on > today]


def _ended(who: Actor) -> list[Current]:
    """Each retired entry with what it said last."""
    found = []
    for entry in queries.entries(who.contract):
        if entry.retired_on is not None:
            published = [v for v in queries.versions(who.contract, entry.id) if v.stage == Stage.PUBLISHED.value]
            found.append(Current(entry, published[0]))
    return found


def _fits(one: Current, chosen: Filter) -> bool:
    return (
        one.entry.kind == chosen.kind.value
        and (not chosen.major or one.version.category_code[:2] == chosen.major)
        and (not chosen.audience or one.version.audience == chosen.audience)
    )
