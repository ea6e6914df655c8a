"""What the pages about the contract share."""

from __future__ import annotations

from typing import Any

from flask import request

from callcenter.errors import Conflict, InvalidInput
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.web.access import ADMINISTRATION, Role, actor
from callcenter.web.forms import minute_of, whole_of
from callcenter.web.tabs import tabs_of

EDITORS = frozenset({Role.ADMINISTRATOR, Role.CONTRACT_MANAGER})
SHOWN_AGAIN = (InvalidInput, Conflict, IndividualNumberRefused)
LABELS = {
    "title": "件名",
    "contractor_name": "受託者",
    "place": "業務場所",
    "ends_on": "終了日",
    "effective_on": "適用日",
    "opens": "開始時刻",
    "closes": "終了時刻",
    "minimum_operators": "最少人数",
    "approved_headcount": "承認された人員",
    "note": "備考",
    "kind": "種類",
    "granted_on": "許可日",
    "granted_by": "許可した方",
    "value": "値",
    "name": "設定",
    "local_on": "日付",
    "reason": "理由",
    "approver": "承認者",
    "reading": "数え方",
    "file": "ファイル",
}


def section_tabs() -> list[dict[str, Any]]:
    pages = [
        ("契約の内容", "contracts.contract"),
        ("開庁日", "contracts_calendar.year"),
        ("開庁日の数え方", "contracts_calendar.reading"),
    ]
    if actor().has(*ADMINISTRATION):
        pages.append(("祝日の一覧", "contracts_calendar.holiday_list"))
    return tabs_of(pages)


def may_edit() -> bool:
    return actor().has(*EDITORS)


def form_minutes(opens: str, closes: str) -> tuple[int, int]:
    """Opening hours as typed. Raises `InvalidInput` naming the field."""
    return minute_of(request.form.get(opens), "opens"), minute_of(request.form.get(closes), "closes")


def form_people() -> tuple[int, int]:
    """Minimum operators and approved headcount as typed. Raises `InvalidInput`."""
    names = ("minimum_operators", "approved_headcount")
    minimum, approved = (whole_of(request.form.get(name), name, most=999) for name in names)
    return minimum, approved
