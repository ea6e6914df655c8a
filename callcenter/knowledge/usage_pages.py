"""What is used and what is not, what nothing answered, what is due for review: one page of four tables, each a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any

from flask import Blueprint, Response, render_template, request

from callcenter.accounts.identity import current_identity
from callcenter.audit.service import Act
from callcenter.clock import local, now
from callcenter.contracts import queries as contracts
from callcenter.errors import InvalidInput
from callcenter.knowledge import confirmations, ports, usage
from callcenter.knowledge.menu import GROUP
from callcenter.knowledge.queries import Current
from callcenter.knowledge.sight import name_of
from callcenter.lists.export import FILE_KINDS, ListFile, export_list, kind_of
from callcenter.web.access import CITY, LEADERSHIP, actor, allow, only
from callcenter.web.forms import optional_date
from callcenter.web.labels import date_label
from callcenter.web.navigation import NavItem
from reports.columns import Column, Kind

blueprint = Blueprint("knowledge_usage", __name__, url_prefix="/knowledge")
READERS = LEADERSHIP | CITY
NAV = (
    NavItem(
        "利用状況",
        "knowledge_usage.overview",
        READERS,
        28,
        section="knowledge_usage.",
        group=GROUP,
        also=("knowledge_synonyms.",),
    ),
)
USED, UNUSED, MISSING, REVIEW = "used", "unused", "missing", "review"
VIEWS = {
    USED: "よく使われた項目",
    UNUSED: "使われなかった項目",
    MISSING: "該当がなかった問合せ",
    REVIEW: "見直し期限",
}
SPAN = timedelta(days=29)
_NAME = (Column("name", "番号", Kind.CODE, 14), Column("title", "項目", Kind.LONG_TEXT))
_CATEGORY = Column("category", "分類", Kind.TEXT, 30)
COLUMNS = {
    USED: (*_NAME, _CATEGORY, Column("calls", "使われた記録", Kind.COUNT)),
    UNUSED: (*_NAME, _CATEGORY, Column("effective_on", "施行日", Kind.DATE)),
    MISSING: (
        _CATEGORY,
        Column("asked", "件数", Kind.COUNT),
        Column("different", "まとめた後の件数", Kind.COUNT),
        Column("waiting", "整理していない件数", Kind.COUNT),
    ),
    REVIEW: (
        *_NAME,
        Column("review_by_on", "見直し期限", Kind.DATE),
        Column("state", "状態", Kind.CODE, 20),
        Column("verify", "市に確かめること", Kind.LONG_TEXT),
        Column("confirmed", "市の確認", Kind.CODE, 14),
    ),
}
NO_CATEGORY = "分類なし"
Row = dict[str, Any]


class Asked:
    """What the page is asked for. Raises `InvalidInput` for a view or span that is none."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.contract_id, self.today = actor().contract, local(now()).on
        term = contracts.contract(self.contract_id)
        self.view = given.get("view") or USED
        self.to_on = optional_date(given.get("to"), "to") or min(self.today, term.ends_on)
        self.from_on = optional_date(given.get("from"), "from") or max(self.to_on - SPAN, term.starts_on)
        if self.view not in VIEWS:
            raise InvalidInput(errors={"view": ["表示を選んでください。"]})
        if self.from_on > self.to_on:
            raise InvalidInput(errors={"to": ["終わりの日は、始めの日以後にしてください。"]})

    @cached_property
    def categories(self) -> dict[str, str]:
        majors = ports.categories(self.contract_id, self.today)
        return {minor.code: minor.name for major in majors for minor in major.minors}

    def category(self, code: str) -> str:
        return f"{code} {self.categories.get(code, '')}".strip() or NO_CATEGORY

    def link(self, view: str) -> dict[str, str]:
        """The address of another view of the same span."""
        return {"view": view, "from": self.from_on.isoformat(), "to": self.to_on.isoformat()}


@blueprint.get("/usage")
@allow(only(READERS))
def overview() -> Any:
    try:
        asked, error = Asked(request.args), None
    except InvalidInput as refusal:
        asked, error = Asked({}), refusal
    shown = render_template(
        "knowledge/usage.html",
        asked=asked,
        views=VIEWS,
        rows=list(ROWS[asked.view](asked)),
        figures=_figures(asked),
        columns=COLUMNS[asked.view],
        file_kinds=FILE_KINDS,
        error=error,
    )
    return shown, error.status if error else 200


def _figures(asked: Asked) -> list[tuple[str, str, int, str]]:
    """(key, words, number, unit) of what stands above the tables."""
    span = asked.contract_id, asked.from_on, asked.to_on
    due = usage.reviews(asked.contract_id, asked.today)
    late = sum(one.overdue for one in due)
    return [
        ("used", "FAQを使った記録", usage.totals(usage.calls_with_use(*span)), "件"),
        ("missing", "該当がなかった記録", usage.totals(usage.calls_missing(*span)), "件"),
        ("published", "施行した版", usage.totals(usage.published(*span)), "件"),
        ("overdue", "見直し期限を過ぎた項目", late, "件"),
        ("soon", "30日以内に期限が来る項目", len(due) - late, "件"),
    ]


def _used(asked: Asked) -> Iterator[Row]:
    for one in usage.counted(asked.contract_id, asked.from_on, asked.to_on):
        if one.calls:
            yield {**_entry(asked, one.current), "calls": one.calls}


def _unused(asked: Asked) -> Iterator[Row]:
    for one in usage.counted(asked.contract_id, asked.from_on, asked.to_on):
        if not one.calls:
            yield {**_entry(asked, one.current), "effective_on": one.current.version.effective_on}


def _missing(asked: Asked) -> Iterator[Row]:
    for one in usage.unanswered(asked.contract_id, asked.from_on, asked.to_on):
        yield {
            "category": asked.category(one.category_code),
            "asked": one.asked,
            "different": one.different,
            "waiting": one.waiting,
        }


def _review(asked: Asked) -> Iterator[Row]:
    for one in usage.reviews(asked.contract_id, asked.today):
        yield {
            **_entry(asked, one.current),
            "review_by_on": one.review_by_on,
            "overdue": one.overdue,
            "state": f"{-one.days}日超過" if one.overdue else f"あと{one.days}日",
            "verify": one.current.version.verify,
            "confirmed": "市の確認前" if confirmations.is_unconfirmed(one.current.version) else "確認済み",
        }


def _entry(asked: Asked, one: Current) -> Row:
    return {
        "id": one.entry.id,
        "name": name_of(one.entry),
        "title": one.version.title,
        "category": asked.category(one.version.category_code),
    }


ROWS: Mapping[str, Callable[[Asked], Iterator[Row]]] = {
    USED: _used,
    UNUSED: _unused,
    MISSING: _missing,
    REVIEW: _review,
}


@blueprint.post("/usage/export")
@allow(only(READERS))
def export() -> Response:
    """The table as it is shown, as a file."""
    kind, asked = kind_of(request.form.get("format", "")), Asked(request.form)
    columns = COLUMNS[asked.view]
    keys = [one.key for one in columns]
    rows = ({key: row[key] for key in keys} for row in ROWS[asked.view](asked))
    identity = current_identity()
    contract = f"{identity.contract.city_name} {identity.contract.title}" if identity and identity.contract else ""
    title = f"FAQ利用状況（{VIEWS[asked.view]}）"
    wanted = ListFile("knowledge_usage", title, columns, rows, [("期間", _span(asked))], contract)
    act = Act("knowledge_usage.exported", "contract", str(asked.contract_id), {"filter": asked.link(asked.view)})
    return export_list(wanted, kind, act, by=actor(), at=now())


def _span(asked: Asked) -> str:
    if asked.view == REVIEW:
        return f"{date_label(asked.today)}現在"
    return f"{date_label(asked.from_on)}から{date_label(asked.to_on)}まで"
