"""What every page of entries shows alike: words of codes, names of categories and entries, what the reader may do."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from callcenter.knowledge import ports, queries
from callcenter.knowledge.queries import VersionFacts
from callcenter.knowledge.rules import (
    AUDIENCE_LABELS,
    EDITABLE,
    KIND_LABELS,
    SOURCE_LABELS,
    STAGE_BADGES,
    STAGE_LABELS,
    EntryKind,
)
from callcenter.knowledge.sight import name_of
from callcenter.web.access import LEADERSHIP, Actor, Role

LABELS: dict[str, dict[str, str]] = {
    "kinds": {kind.value: label for kind, label in KIND_LABELS.items()},
    "stages": {stage.value: label for stage, label in STAGE_LABELS.items()},
    "badges": {stage.value: label for stage, label in STAGE_BADGES.items()},
    "audiences": {audience.value: label for audience, label in AUDIENCE_LABELS.items()},
    "short_audiences": {"public": "公開", "internal": "内部"},
    "sources": {source.value: label for source, label in SOURCE_LABELS.items()},
    "fields": {
        "title": "見出し",
        "body": "本文",
        "said_as": "言い換え",
        "category_code": "分類",
        "audience": "対象",
        "reason": "作成・改定の理由",
        "source_kind": "根拠の種類",
        "source": "根拠の名称",
        "source_url": "根拠のアドレス",
        "law": "法令",
        "source_on": "根拠の日付",
        "verify": "市に確かめること",
        "review_by_on": "次に見直す日",
        "related": "関連する項目",
        "effective_on": "施行日",
        "comment": "コメント",
        "decision": "判断",
        "from_on": "廃止日",
        "confirmed": "確認",
        "file": "ファイル",
        "kind": "種類",
    },
}


def parts(who: Actor, today: date) -> dict[str, Any]:
    """For every template of this feature."""
    return {
        "labels": LABELS,
        "today": today,
        "categories": category_names(who.contract, today),
        "name_of": name_of,
        "may_write": who.has(*LEADERSHIP),
        "may_publish": who.has(Role.SUPERVISOR),
        "may_decide": who.has(Role.CITY_OFFICER),
        "editable": {stage.value for stage in EDITABLE},
    }


def category_names(contract_id: UUID, on: date) -> dict[str, str]:
    """Code → major and minor category, in the order of the codes."""
    majors = ports.categories(contract_id, on)
    return {minor.code: f"{major.name}／{minor.name}" for major in majors for minor in major.minors}


def links_of(who: Actor, version: VersionFacts) -> dict[str, str]:
    """Id → what people call it, of the entries that a version names."""
    wanted = set(version.related)
    if not wanted:
        return {}
    return {str(one.id): name_of(one) for one in queries.entries(who.contract) if str(one.id) in wanted}


def known_numbers(contract_id: UUID) -> dict[tuple[EntryKind, int], UUID]:
    """Every entry by what people call it."""
    return {(EntryKind(one.kind), one.number): one.id for one in queries.entries(contract_id)}


def numbers_of(contract_id: UUID, ids: list[str]) -> str:
    """Entries as they are typed into the form: FAQ12, M3."""
    named = {str(one.id): f"{'FAQ' if one.kind == 'faq' else 'M'}{one.number}" for one in queries.entries(contract_id)}
    return "、".join(named[one] for one in ids if one in named)
