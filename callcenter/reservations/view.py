"""Reservations as screens, lists and the interface show them: masked, with their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from callcenter.protection.keys import ContractKeys
from callcenter.reservations import queries
from callcenter.reservations.catalogue import Names, Procedure
from callcenter.reservations.rules import (
    Asker,
    CancelReason,
    Channel,
    EventKind,
    State,
    Visitor,
    number_of,
)
from callcenter.reservations.sealing import (
    NAME,
    NOTICE,
    PHONE,
    REASON,
    masked_name,
    masked_notice,
    masked_phone,
    opened,
    opened_applicant,
)
from callcenter.web.labels import date_label, datetime_label, minute_label

STATE_BADGES: Mapping[State, str] = {
    State.HELD: "info",
    State.BOOKED: "ok",
    State.REBOOK: "bad",
    State.ATTENDED: "mute",
    State.LATE: "mute",
    State.NO_SHOW: "warn",
    State.CANCELLED: "mute",
}


def when_label(on: date, start_minute: int) -> str:
    """`令和8年6月10日（水） 9:00`"""
    return f"{date_label(on)} {minute_label(start_minute)}"


def lines(keys: ContractKeys, rows: Sequence[Any], names: Names) -> list[dict[str, Any]]:
    """Rows of reservations with their words; who comes is masked. One statement for the people."""
    people = queries.applicants_of(keys.contract_id, [row.id for row in rows])
    return [line(keys, row, people.get(row.id, []), names) for row in rows]


def line(keys: ContractKeys, row: Any, applicants: Sequence[Any], names: Names) -> dict[str, Any]:
    state, first = State.of(row.state), applicants[0] if applicants else None
    return {
        "id": row.id,
        "number": number_of(row.number),
        "state": row.state,
        "state_label": state.label,
        "state_badge": STATE_BADGES[state],
        "version": row.version,
        "procedure_id": row.procedure_id,
        "procedure": names.procedure(row.procedure_id),
        "place_id": row.place_id,
        "place": names.place(row.counter_id),
        "counter_id": row.counter_id,
        "where": names.where(row.counter_id),
        "on": row.local_on,
        "start_minute": row.start_minute,
        "end_minute": row.end_minute,
        "when": when_label(row.local_on, row.start_minute),
        "people": row.people,
        "channel": row.channel,
        "channel_label": Channel.of(row.channel).label,
        "visitor": row.visitor,
        "visitor_label": Visitor.of(row.visitor).label,
        "documents_told": row.documents_told,
        "booked_at": row.booked_at,
        "lead_days": row.lead_days,
        "call_id": row.call_id,
        "name": masked_name(opened(keys, NAME, first.id, first.name)) if first else "",
        "notice_number": masked_notice(opened(keys, NOTICE, first.id, first.notice_number)) if first else "",
        "phone": masked_phone(opened(keys, PHONE, row.id, row.phone)),
    }


def people(keys: ContractKeys, rows: Sequence[Any]) -> list[dict[str, str]]:
    """The applicants, opened: a showing, which the caller records."""
    found = [opened_applicant(keys, row) for row in rows]
    return [
        {
            "name": one.name,
            "kana": one.kana,
            "birth": date_label(one.birth_on).partition("（")[0],
            "notice_number": one.notice_number,
        }
        for one in found
    ]


def masked_people(keys: ContractKeys, rows: Sequence[Any]) -> list[dict[str, str]]:
    found = [opened_applicant(keys, row) for row in rows]
    return [
        {
            "name": masked_name(one.name),
            "kana": masked_name(one.kana),
            "birth": "＊＊＊＊年＊月＊日",
            "notice_number": masked_notice(one.notice_number),
        }
        for one in found
    ]


def steps(keys: ContractKeys, events: Iterable[Any], names: Names, who: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """The history in words, the first step first."""
    return [_step(keys, event, names, who) for event in events]


def _step(keys: ContractKeys, event: Any, names: Names, who: Mapping[UUID, str]) -> dict[str, Any]:
    return {
        "at": event.at,
        "at_label": datetime_label(event.at),
        "what": EventKind.of(event.kind).label,
        "who": who.get(event.by_id, "外部連携") if event.by_id else "外部連携",
        "before": spot_label(event.before, names) if event.before else "",
        "after": spot_label(event.after, names),
        "asker": Asker.of(event.asker).label if event.asker else "",
        "reason_code": CancelReason.of(event.reason_code).label if event.reason_code else "",
        "reason": opened(keys, REASON, event.reservation_id, event.reason),
        "call_id": event.call_id,
    }


def spot_label(spot: Mapping[str, Any], names: Names) -> str:
    """`令和8年6月10日（水） 9:00 市役所本庁 交付窓口`"""
    return f"{when_label(date.fromisoformat(spot['on']), spot['start'])} {names.where(UUID(spot['counter']))}"


def documents(procedure: Procedure, visitor: str) -> list[str]:
    """What to bring, as it is read out."""
    if visitor == Visitor.SELF.value:
        return list(procedure.documents)
    return [*procedure.documents, *procedure.guardian_documents]


def read_back(shown: Mapping[str, Any], names_of_people: Sequence[str], to_bring: Sequence[str]) -> list[str]:
    """What the operator says before the call ends (復唱), sentence by sentence."""
    said = [
        f"ご予約の内容を復唱いたします。{names_of_people[0]}様"
        + (f"ほか{len(names_of_people) - 1}名様、" if len(names_of_people) > 1 else "、")
        + f"{shown['procedure']}のご予約です。",
        f"日時は、{shown['when']}から、場所は、{shown['where']}です。",
        f"予約番号は、{'、'.join(shown['number'].replace('-', 'の'))}です。変更や取消のときにお伺いします。",
    ]
    if to_bring:
        said.append(f"お持ちいただくものは、{'、'.join(to_bring)}です。")
    said.append("当日お越しになれないときは、早めにお電話ください。")
    return said


def read_back_cancelled(shown: Mapping[str, Any], names_of_people: Sequence[str]) -> list[str]:
    """The same after a cancellation."""
    return [
        f"{names_of_people[0]}様の、{shown['when']}、{shown['where']}のご予約を取り消しました。",
        f"取り消した予約番号は、{'、'.join(shown['number'].replace('-', 'の'))}です。",
        "もう一度お越しになるときは、新しくご予約が必要です。",
    ]
