"""Use cases of categories: loaded once, then renamed or retired with a date. None is ever deleted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import insert, update

from callcenter.audit.service import Act, record
from callcenter.calls import category_queries
from callcenter.calls.categories import Major, Minor, load_categories
from callcenter.calls.models import CallCategory, CallCategoryName
from callcenter.contracts.queries import contract
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.extensions import db
from callcenter.protection.scan import require_clean
from callcenter.protection.text import clean_line
from callcenter.web.access import Actor

NAME_LENGTH = 60
READING_LENGTH = 120


def load_shipped(contract_id: UUID, *, by: Actor, at: datetime) -> None:
    """The shipped majors and minors for a contract, named from its first day on."""
    first = contract(contract_id).starts_on
    everything: list[Major | Minor] = []
    for major in load_categories():
        everything.append(major)
        everything.extend(major.minors)
    codes = [
        {"contract_id": contract_id, "code": item.code, "major_code": _major_of(item.code)}
        for item in sorted(everything, key=lambda item: (len(item.code), item.code))
    ]
    db.session.execute(insert(CallCategory), codes)
    db.session.execute(insert(CallCategoryName), [_shipped_name(contract_id, item, first) for item in everything])
    record(Act("categories.loaded", "contract", str(contract_id), {"codes": len(codes)}, system=True), by=by, at=at)


def _major_of(code: str) -> str | None:
    return code[:2] if len(code) == 4 else None


def _shipped_name(contract_id: UUID, item: Major | Minor, first: date) -> dict[str, Any]:
    return {
        "contract_id": contract_id,
        "code": item.code,
        "valid_from": first,
        "name": item.name,
        "reading": item.reading,
        "explanation": item.explanation,
    }


class NewName(Struct, frozen=True):
    """What a code is called from a day on."""

    code: str
    name: str
    valid_from: date
    reading: str = ""


def rename_category(new: NewName, *, by: Actor, at: datetime) -> None:
    """Let a code bear another name from a day on; reports of earlier days keep the old one.

    Raises `NotFound`, `InvalidInput` (no name, a day before the last change), `Conflict` (retired).
    """
    name = _clean_name(new.name, NAME_LENGTH, "name")
    reading = _clean_name(new.reading, READING_LENGTH, "reading")
    if not name:
        raise InvalidInput(errors={"name": ["名称を入力してください。"]})
    require_clean({"name": name, "reading": reading})
    last = _last_version(new.code, by.contract)
    if last.version.retired_on is not None:
        raise Conflict("この分類は廃止されています。")
    if new.valid_from <= last.version.valid_from:
        raise InvalidInput(errors={"valid_from": ["前回の変更より後の日付にしてください。"]})
    row = {
        "contract_id": by.contract,
        "code": new.code,
        "valid_from": new.valid_from,
        "name": name,
        "reading": reading or last.reading,
        "explanation": last.explanation,
    }
    db.session.execute(insert(CallCategoryName), row)
    _record("category.renamed", new.code, new.valid_from, by=by, at=at)


def retire_category(code: str, retired_on: date, *, by: Actor, at: datetime) -> None:
    """Let a minor no longer be chosen from a day on. Its name stays in every report of the days before.

    Raises `NotFound`, `InvalidInput` for a major or a day before the last change, `Conflict` when retired.
    """
    if len(code) != 4:
        raise InvalidInput(errors={"retired_on": ["廃止できるのは小分類だけです。"]})
    last = _last_version(code, by.contract)
    if last.version.retired_on is not None:
        raise Conflict("この分類はすでに廃止されています。")
    if retired_on <= last.version.valid_from:
        raise InvalidInput(errors={"retired_on": ["今の名称になった日より後の日付にしてください。"]})
    db.session.execute(
        update(CallCategoryName)
        .where(
            CallCategoryName.contract_id == by.contract,
            CallCategoryName.code == code,
            CallCategoryName.valid_from == last.version.valid_from,
        )
        .values(retired_on=retired_on)
    )
    _record("category.retired", code, retired_on, by=by, at=at)


def _last_version(code: str, contract_id: UUID) -> category_queries.NamedVersion:
    own = category_queries.names(contract_id).of(code)
    if not own:
        raise NotFound("この分類はありません。")
    return own[-1]


def _clean_name(value: str, limit: int, field: str) -> str:
    return clean_line(value, max_length=limit, field=field)


def _record(action: str, code: str, on: date, *, by: Actor, at: datetime) -> None:
    record(Act(action, "category", code, {"on": on.isoformat()}), by=by, at=at)
