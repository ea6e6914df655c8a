"""Words that mean the same to a caller, kept by supervisors. None of it commits.

Groups with a word in common are one for the search (`rules.merged`), however they run in a circle. A word that the
search cuts into several is looked for in its parts and takes no part in a group.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select

from callcenter.audit.service import Act, record
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.extensions import db
from callcenter.knowledge.models import SynonymGroup
from callcenter.knowledge.search import store
from callcenter.knowledge.search.words import content_words
from callcenter.knowledge.writing import hold_still
from callcenter.web.access import Actor

FEWEST, MOST, WORD_LENGTH, NOTE_LENGTH = 2, 20, 40, 200
MOST_GROUPS = 500
_BETWEEN = re.compile(r"[、,，\n]")
GONE = "この言葉の組は見つかりませんでした。"
CHANGED_SINCE = "この組は、ほかの人が先に変更しました。最新の内容を確かめてから、もう一度お試しください。"


class Group(Struct, frozen=True):
    """A group as it is kept."""

    id: UUID
    words: list[str]
    note: str
    row_version: int
    changed_at: datetime


class Wanted(Struct, frozen=True):
    """A group as typed, cleaned."""

    words: tuple[str, ...]
    note: str = ""


class Shown(Struct, frozen=True):
    """A group with what the search makes of it. `idle`: words that have no effect; `shared`: word → other words of the
    groups with which it makes this one; `works`: whether anything is the same as anything else by it."""

    group: Group
    idle: Sequence[str]
    shared: Mapping[str, Sequence[str]]
    works: bool


def words_of(typed: str) -> tuple[str, ...]:
    """The words between commas or lines, each once. Raises `InvalidInput`."""
    found = tuple(dict.fromkeys(word.strip() for word in _BETWEEN.split(typed) if word.strip()))
    if len(found) < FEWEST:
        raise InvalidInput(errors={"words": ["同じ意味の言葉を、「、」で区切って2つ以上入力してください。"]})
    if len(found) > MOST:
        raise InvalidInput(errors={"words": [f"1つの組の言葉は{MOST}個までにしてください。"]})
    if any(len(word) > WORD_LENGTH for word in found):
        raise InvalidInput(errors={"words": [f"1つの言葉は{WORD_LENGTH}文字までにしてください。"]})
    return found


def groups(contract_id: UUID) -> list[Group]:
    """Every group, in the order of its first word."""
    columns = (getattr(SynonymGroup, name) for name in Group.__struct_fields__)
    rows = db.session.execute(select(*columns).where(SynonymGroup.contract_id == contract_id))
    return sorted((Group(*row) for row in rows), key=lambda one: (one.words, one.id))


def group(contract_id: UUID, group_id: UUID) -> Group:
    """Raises `NotFound`."""
    found = [one for one in groups(contract_id) if one.id == group_id]
    if not found:
        raise NotFound(GONE)
    return found[0]


def shown(found: Sequence[Group]) -> list[Shown]:
    """What the search makes of each group."""
    units = {word: content_words(word) for one in found for word in one.words}
    holders: dict[str, list[Group]] = defaultdict(list)
    for one in found:
        for unit in {units[word][0] for word in one.words if len(units[word]) == 1}:
            holders[unit].append(one)
    return [_shown(one, units, holders) for one in found]


def _shown(one: Group, units: Mapping[str, Sequence[str]], holders: Mapping[str, Sequence[Group]]) -> Shown:
    single = {word: units[word][0] for word in one.words if len(units[word]) == 1}
    shared = {
        word: [other for held in holders[unit] if held.id != one.id for other in held.words if other != word]
        for word, unit in single.items()
        if len(holders[unit]) > 1
    }
    idle = [word for word in one.words if word not in single]
    return Shown(one, idle, shared, len(set(single.values())) > 1 or bool(shared))


def add(wanted: Wanted, key: UUID, *, by: Actor, at: datetime) -> UUID:
    """Keep a group. `key` becomes its id: a second send is the same group. Raises `Conflict` for the same words."""
    hold_still(by.contract)
    if _row(by.contract, key) is not None:
        return key
    known = groups(by.contract)
    _check_new(wanted, known)
    if len(known) >= MOST_GROUPS:
        raise Conflict(f"言葉の組は{MOST_GROUPS}組までです。使わない組を削除してください。")
    db.session.add(
        SynonymGroup(
            contract_id=by.contract,
            id=key,
            words=list(wanted.words),
            note=wanted.note,
            row_version=1,
            changed_at=at,
            changed_by=by.person_id,
        )
    )
    _note("knowledge_synonyms.added", key, ["words"], by, at)
    return key


def change(group_id: UUID, wanted: Wanted, row_version: int, *, by: Actor, at: datetime) -> None:
    """Raises `NotFound`, and `Conflict` when it was changed since or is the same as another."""
    row = _locked(by.contract, group_id, row_version)
    told = {"words": list(wanted.words), "note": wanted.note}
    fields = [name for name, value in told.items() if getattr(row, name) != value]
    if not fields:
        return
    _check_new(wanted, [one for one in groups(by.contract) if one.id != group_id])
    row.words, row.note, row.row_version = list(wanted.words), wanted.note, row.row_version + 1
    row.changed_at, row.changed_by = at, by.person_id
    _note("knowledge_synonyms.changed", group_id, fields, by, at)


def remove(group_id: UUID, row_version: int, *, by: Actor, at: datetime) -> None:
    """Raises `NotFound`, `Conflict`."""
    row = _locked(by.contract, group_id, row_version)
    db.session.delete(row)
    _note("knowledge_synonyms.removed", group_id, ["words"], by, at)


def _check_new(wanted: Wanted, known: Iterable[Group]) -> None:
    if any(set(wanted.words) <= set(one.words) for one in known):
        raise Conflict("同じ言葉の組が、もうあります。")


def _row(contract_id: UUID, group_id: UUID) -> SynonymGroup | None:
    statement = select(SynonymGroup).where(SynonymGroup.contract_id == contract_id, SynonymGroup.id == group_id)
    return db.session.scalars(statement.with_for_update().execution_options(populate_existing=True)).one_or_none()


def _locked(contract_id: UUID, group_id: UUID, row_version: int) -> SynonymGroup:
    row = _row(contract_id, group_id)
    if row is None:
        raise NotFound(GONE)
    if row.row_version != row_version:
        raise Conflict(CHANGED_SINCE)
    return row


def _note(action: str, group_id: UUID, fields: Sequence[str], by: Actor, at: datetime) -> None:
    db.session.flush()
    store.changed(by.contract)
    record(Act(action, "knowledge_synonyms", str(group_id), {"fields": list(fields)}), by=by, at=at)
