"""What a version needs before the city can judge it, and the files its text names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from uuid import UUID

from sqlalchemy import select

from callcenter.errors import InvalidInput
from callcenter.extensions import db
from callcenter.knowledge import queries
from callcenter.knowledge.models import EntryFile
from callcenter.knowledge.queries import VersionFacts
from callcenter.knowledge.rules import EntryKind, SourceKind

FILE_ADDRESS = re.compile(r"/knowledge/files/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9a-f-])")
_IMAGE = re.compile(r"!\[[^\]\n]*\]\(\s*<?([^)\s>]*)")


def check(contract_id: UUID, version: VersionFacts, today: date) -> None:
    """Raises `InvalidInput` for what is `lacking`."""
    errors = lacking(contract_id, version, today)
    if errors:
        raise InvalidInput(errors=errors)


def lacking(contract_id: UUID, version: VersionFacts, today: date) -> dict[str, list[str]]:
    """Field → what is wrong with it: each without which the city cannot judge, and pictures nobody could see."""
    errors = {name: [said] for name, said in _missing(queries.entry(contract_id, version.entry_id).kind, version)}
    if version.review_by_on is None or version.review_by_on <= today:
        errors["review_by_on"] = ["次に見直す日を、今日より後の日で入力してください。"]
    broken = broken_files(contract_id, version.body)
    if broken:
        errors.setdefault("body", []).extend(broken)
    return errors


def _missing(kind: str, version: VersionFacts) -> Iterator[tuple[str, str]]:
    if not version.title:
        yield "title", "見出しを入力してください。"
    if not version.body:
        yield "body", "本文を入力してください。"
    if kind == EntryKind.FAQ.value and not version.category_code:
        yield "category_code", "分類を選んでください。"
    if version.number > 1 and not version.reason:
        yield "reason", "改める理由を入力してください。"
    if version.source_kind != SourceKind.OWN.value and not (version.source or version.source_url or version.law):
        yield "source", "根拠の名称・アドレス・法令のどれかを入力してください。"


def broken_files(contract_id: UUID, body: str) -> list[str]:
    """What is wrong with the pictures and files a text names, in words: those of other hosts, those that are not
    kept."""
    outside = [one for one in _images(body) if not FILE_ADDRESS.fullmatch(one)]
    said = [f"画像「{one[:60]}」は表示できません。「画像・添付」から入れ直してください。" for one in outside]
    named = files_named(body)
    known = _kept(contract_id, named)
    return said + [
        f"取り込まれていないファイルがあります（/knowledge/files/{one}）。" for one in named if one not in known
    ]


def _images(body: str) -> list[str]:
    """Where pictures are to come from. Not by parsing all of a long chapter, while everybody waits."""
    return list(dict.fromkeys(_IMAGE.findall(body)))


def files_named(body: str) -> list[UUID]:
    """The files a text names, each once."""
    return list(dict.fromkeys(UUID(found) for found in FILE_ADDRESS.findall(body)))


def _kept(contract_id: UUID, ids: list[UUID]) -> set[UUID]:
    if not ids:
        return set()
    statement = select(EntryFile.id).where(EntryFile.contract_id == contract_id, EntryFile.id.in_(ids[:500]))
    return set(db.session.scalars(statement))
