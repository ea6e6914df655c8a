"""Who sees which version: operators what was published, the city what lies before it or was approved, leaders all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

from markupsafe import Markup

from callcenter.errors import NotFound
from callcenter.knowledge import queries, texts
from callcenter.knowledge.completeness import files_named
from callcenter.knowledge.queries import GONE, EntryFacts, VersionFacts
from callcenter.knowledge.rules import EntryKind, Stage
from callcenter.knowledge.writing import NO_VERSION
from callcenter.web.access import CITY, LEADERSHIP, Actor

BEFORE_THE_CITY = frozenset({Stage.IN_REVIEW, Stage.APPROVED, Stage.PUBLISHED})
SHORT_NAMES = {EntryKind.FAQ.value: "FAQ", EntryKind.CHAPTER.value: "マニュアル"}


def name_of(entry: EntryFacts) -> str:
    """What people call an entry: FAQ 12, マニュアル 3."""
    return f"{SHORT_NAMES[entry.kind]} {entry.number}"


def may_see(who: Actor, version: VersionFacts) -> bool:
    stage = Stage(version.stage)
    if who.has(*LEADERSHIP) or stage is Stage.PUBLISHED:
        return True
    return who.has(*CITY) and stage in BEFORE_THE_CITY


def version_for(who: Actor, version_id: UUID) -> VersionFacts:
    """A version that this person may see. Raises `NotFound` for every other one."""
    found = queries.version(who.contract, version_id)
    if not may_see(who, found):
        raise NotFound(NO_VERSION)
    return found


def entry_for(who: Actor, entry_id: UUID) -> tuple[EntryFacts, list[VersionFacts]]:
    """An entry with those of its versions that this person may see, the newest first. Raises `NotFound` where there
    is none."""
    entry = queries.entry(who.contract, entry_id)
    seen = [one for one in queries.versions(who.contract, entry_id) if may_see(who, one)]
    if not seen:
        raise NotFound(GONE)
    return entry, seen


def may_see_file(who: Actor, file_id: UUID, entry_id: UUID) -> bool:
    """Leaders see every file, others those that a version names which they may see."""
    if who.has(*LEADERSHIP):
        return True
    seen: Sequence[VersionFacts] = [one for one in queries.versions(who.contract, entry_id) if may_see(who, one)]
    return any(file_id in files_named(one.body) for one in seen)


@lru_cache(maxsize=32)
def rendered(body: str) -> Markup:
    """Safe HTML of a body. Two megabytes take seconds, and the same text is read again and again."""
    return texts.html(body)
