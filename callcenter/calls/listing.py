"""The list of records: its filter as coded values, its columns, and a row as the screen and the export show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from callcenter.calls import rules
from callcenter.calls.category_queries import Names
from callcenter.calls.record_queries import ALL_NUMBERED, CallFilter
from callcenter.calls.sealing import column_opener, masked_phone
from callcenter.errors import InvalidInput
from callcenter.protection.keys import ContractKeys
from callcenter.protection.phones import mask_name
from callcenter.web.forms import id_of, optional_date
from callcenter.web.labels import date_label
from reports.columns import Column, Kind

COLUMNS = (
    Column("number", "番号", Kind.SERIAL),
    Column("local_on", "日付", Kind.DATE),
    Column("local_minute", "時刻", Kind.CLOCK),
    Column("channel", "受付方法", Kind.TEXT, 10),
    Column("category_code", "分類番号", Kind.CODE, 10),
    Column("category", "分類", Kind.TEXT, 30),
    Column("report_text", "報告用要旨", Kind.LONG_TEXT, 50),
    Column("caller_name", "氏名（伏字）", Kind.TEXT, 16),
    Column("phone", "電話番号（伏字）", Kind.TEXT, 18),
    Column("disposition", "結果", Kind.TEXT, 20),
    Column("complaint", "苦情", Kind.FLAG),
    Column("difficult", "困難事例", Kind.FLAG, 10),
    Column("talk_seconds", "通話時間", Kind.SECONDS),
    Column("acw_seconds", "後処理時間", Kind.SECONDS, 12),
    Column("operator", "担当", Kind.TEXT, 16),
    Column("state", "状態", Kind.TEXT, 10),
)
STATES = (*rules.CallState.choices()[1:], (ALL_NUMBERED, "すべて"))
FILTER_LABELS = {
    "from": "期間（から）",
    "to": "期間（まで）",
    "operator": "担当",
    "category": "分類",
    "disposition": "結果",
    "state": "状態",
    "q": "言葉または電話番号",
}

Line = dict[str, Any]


def filter_from(given: Mapping[str, str]) -> CallFilter:
    """Read coded values of an address or a form. `day` is short for a period of one day.

    Raises `InvalidInput` for anything that is not a date, an id or a known code.
    """
    day = optional_date(given.get("day"), "from")
    found = CallFilter(
        from_on=day or optional_date(given.get("from"), "from"),
        to_on=day or optional_date(given.get("to"), "to"),
        operator_id=id_of(given["operator"], "operator") if given.get("operator") else None,
        category=given.get("category", ""),
        disposition=given.get("disposition", ""),
        state=given.get("state") or rules.CallState.SAVED.value,
        complaint=bool(given.get("complaint")),
        difficult=bool(given.get("difficult")),
    )
    return checked(found)


def checked(found: CallFilter) -> CallFilter:
    """The filter, if its codes are known and its period is one. Raises `InvalidInput`."""
    errors: dict[str, list[str]] = {}
    if found.category and not (found.category.isascii() and found.category.isdigit() and len(found.category) in (2, 4)):
        errors["category"] = ["分類を一覧から選んでください。"]
    if found.disposition and not rules.Disposition.has(found.disposition):
        errors["disposition"] = ["結果を一覧から選んでください。"]
    if found.state not in dict(STATES):
        errors["state"] = ["状態を一覧から選んでください。"]
    if found.from_on and found.to_on and found.to_on < found.from_on:
        errors["to"] = ["終わりの日は、始めの日以後にしてください。"]
    if errors:
        raise InvalidInput(errors=errors)
    return found


def require_within(wanted: CallFilter, first: date, last: date) -> None:
    """Raises `InvalidInput` for a period that has no day of the contract's term."""
    term = f"契約期間（{date_label(first)}から{date_label(last)}まで）の日付を入力してください。"
    if wanted.from_on and wanted.from_on > last:
        raise InvalidInput(errors={"from": [term]})
    if wanted.to_on and wanted.to_on < first:
        raise InvalidInput(errors={"to": [term]})


def as_args(wanted: CallFilter) -> dict[str, Any]:
    """The filter as it stands in an address or in hidden fields: coded values only."""
    given = {
        "from": wanted.from_on.isoformat() if wanted.from_on else "",
        "to": wanted.to_on.isoformat() if wanted.to_on else "",
        "operator": str(wanted.operator_id or ""),
        "category": wanted.category,
        "disposition": wanted.disposition,
        "state": wanted.state if wanted.state != rules.CallState.SAVED.value else "",
        "complaint": "1" if wanted.complaint else "",
        "difficult": "1" if wanted.difficult else "",
    }
    return {name: value for name, value in given.items() if value}


def conditions(wanted: CallFilter, operators: Mapping[Any, str], known: Names, today: date) -> list[tuple[str, str]]:
    """The filter in words, for the sheet that says how a list was made."""
    category = f"{wanted.category} {known.label(wanted.category, today)}" if known.of(wanted.category) else ""
    shown = [
        ("期間", _period(wanted)),
        ("担当", operators.get(wanted.operator_id, "")),
        ("分類", category or wanted.category),
        ("結果", rules.Disposition.of(wanted.disposition).label if wanted.disposition else ""),
        ("状態", dict(STATES)[wanted.state]),
        ("苦情", "あり" if wanted.complaint else ""),
        ("困難事例", "あり" if wanted.difficult else ""),
    ]
    return [(label, words) for label, words in shown if words]


def in_words(wanted: CallFilter, operators: Mapping[Any, str], known: Names, today: date) -> str:
    """The filter in one line, for the list itself and its print."""
    return "　".join(f"{label}：{words}" for label, words in conditions(wanted, operators, known, today))


def _period(wanted: CallFilter) -> str:
    first = date_label(wanted.from_on) if wanted.from_on else ""
    last = date_label(wanted.to_on) if wanted.to_on else ""
    return first if first == last else f"{first}〜{last}"


class Lines:
    """Turns rows into what is shown: names of their day, texts opened, names and phones masked."""

    def __init__(self, keys: ContractKeys, known: Names) -> None:
        self._known = known
        self._report_text = column_opener(keys, "report_text")
        self._name, self._phone = column_opener(keys, "caller_name"), column_opener(keys, "phone")

    def of(self, rows: Iterable[Any]) -> Iterator[Line]:
        """One line per row, keyed as `COLUMNS`, with `id`, `state_code` and the coded values beside it."""
        return map(self._line, rows)

    def _line(self, row: Any) -> Line:
        return {
            "id": row.id,
            "number": row.number,
            "local_on": row.local_on,
            "local_minute": row.local_minute,
            "channel": rules.Channel.of(row.channel).label,
            "category_code": row.category_code,
            "category": self._known.label(row.category_code, row.local_on),
            "report_text": self._report_text(row.id, row.report_text),
            "caller_name": mask_name(self._name(row.id, row.caller_name)),
            "phone": masked_phone(self._phone(row.id, row.phone)),
            "disposition": rules.Disposition.of(row.disposition).label if row.disposition else "",
            "complaint": row.complaint,
            "difficult": row.difficult,
            "talk_seconds": row.talk_seconds,
            "acw_seconds": row.acw_seconds,
            "operator": row.operator_name or "",
            "state": rules.CallState.of(row.state).label,
            "state_code": row.state,
        }
