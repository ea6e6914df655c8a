"""What the pages of records show: lines grouped by day, one record with its history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from msgspec import Struct

from callcenter.audit.queries import history_of
from callcenter.audit.rules import Entry
from callcenter.audit.words import action_label
from callcenter.calls import category_queries, record_queries, rules
from callcenter.calls.corrections import Before, may_change, opened_revision
from callcenter.calls.desk_view import category_label
from callcenter.calls.forms import LABELS
from callcenter.calls.listing import Line
from callcenter.calls.sealing import masked_phone, opened
from callcenter.coded import Labelled
from callcenter.protection.keys import ContractKeys
from callcenter.protection.phones import mask_name
from callcenter.web.access import DESK, Actor
from callcenter.web.labels import datetime_label, seconds_label

PERSONAL = frozenset({"phone", "caller_name", "question", "answer"})
_CODED: Mapping[str, type[Labelled]] = {
    "relation": rules.Relation,
    "channel": rules.Channel,
    "language": rules.Language,
    "disposition": rules.Disposition,
}


def by_day(lines: Iterable[Line]) -> list[tuple[date, list[Line]]]:
    """Lines in their order, under the day they belong to."""
    return [(on, list(own)) for on, own in groupby(lines, key=lambda line: line["local_on"])]


class HistoryItem(Struct, frozen=True):
    """One entry of the log about a record, or one correction with its reason."""

    at: datetime
    who: str
    what: str
    fields: str
    reason: str = ""
    before: tuple[tuple[str, str], ...] = ()
    revision: int | None = None
    has_personal: bool = False


def detail(keys: ContractKeys, row: Any, *, by: Actor) -> dict[str, Any]:
    """The context of `calls/detail.html`: texts masked, the report text and codes in the clear."""
    known = category_queries.names(keys.contract_id)
    state = rules.CallState.of(row.state)
    masked = {
        "phone": masked_phone(opened(keys, "phone", row.id, row.phone)),
        "caller_name": mask_name(opened(keys, "caller_name", row.id, row.caller_name)),
    }
    return {
        "row": row,
        "state_label": state.label,
        "is_voided": state is rules.CallState.VOIDED,
        "channel_label": rules.Channel.of(row.channel).label,
        "relation_label": rules.Relation.of(row.relation).label,
        "language_label": rules.Language.of(row.language).label,
        "disposition_label": rules.Disposition.of(row.disposition).label,
        "category_label": category_label(known, row.category_code, row.local_on),
        "major_label": known.label(row.category_code[:2], row.local_on),
        "masked": masked,
        "report_text": opened(keys, "report_text", row.id, row.report_text),
        "void_reason": opened(keys, "void_reason", row.id, row.void_reason),
        "may_reveal": by.has(*DESK),
        "may_change": by.has(*DESK) and state is rules.CallState.SAVED and may_change(by, row.operator_id),
        "history": history(keys, row, known),
    }


def history(keys: ContractKeys, row: Any, known: category_queries.Names) -> list[HistoryItem]:
    """Everything that happened to a record, the newest first."""
    entries = history_of(keys.contract_id, "call", str(row.id))
    names = record_queries.names_of_users(entry.user_id for entry in entries)
    revisions = {
        one.revision: opened_revision(keys, one) for one in record_queries.revisions_of(keys.contract_id, row.id)
    }
    wording = _Wording(known, row.local_on, opened(keys, "void_reason", row.id, row.void_reason))
    return [_item(entry, names, revisions, wording) for entry in reversed(entries)]


class _Wording(Struct, frozen=True):
    """How a stored value is said."""

    known: category_queries.Names
    on: date
    void_reason: str

    def said(self, name: str, value: Any) -> str:
        if name in _CODED and value:
            return _CODED[name].of(value).label
        if name == "category_code":
            return category_label(self.known, value, self.on)
        if name in {"talk_seconds", "acw_seconds"}:
            return seconds_label(value)
        if isinstance(value, bool):
            return "あり" if value else "なし"
        if name == "started_at":
            return datetime_label(datetime.fromisoformat(value))
        return str(value) if value else "（空）"


def _item(entry: Entry, names: Mapping[UUID, str], revisions: Mapping[int, Before], wording: _Wording) -> HistoryItem:
    who = names.get(entry.user_id, "") if entry.user_id else ""
    what = action_label(entry.action)
    before = revisions.get(entry.details.get("revision", 0)) if entry.action == "call.corrected" else None
    fields = field_labels(entry.details.get("fields", ()))
    if before is None:
        reason = wording.void_reason if entry.action == "call.voided" else ""
        return HistoryItem(entry.at, who or _machine(entry), what, fields, reason=reason)
    open_values = tuple(
        (LABELS[name], wording.said(name, value)) for name, value in before.values.items() if name not in PERSONAL
    )
    return HistoryItem(
        entry.at,
        who or _machine(entry),
        what,
        fields,
        reason=before.reason,
        before=open_values,
        revision=entry.details["revision"],
        has_personal=not PERSONAL.isdisjoint(before.values),
    )


def _machine(entry: Entry) -> str:
    return "外部連携" if entry.channel == "api" else "システム"


def field_labels(names: Sequence[str]) -> str:
    return "・".join(LABELS.get(name, name) for name in names)


def personal_before(before: Before) -> list[tuple[str, str]]:
    """The personal values that a correction replaced, for a showing that is logged."""
    return [(LABELS[name], str(value) or "（空）") for name, value in before.values.items() if name in PERSONAL]
