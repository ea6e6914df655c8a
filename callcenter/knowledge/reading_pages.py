"""What a person has not read yet, one key for each, and the leaders' record of who has read what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from callcenter.accounts.identity import current_identity
from callcenter.audit.service import Act
from callcenter.clock import local, now
from callcenter.contracts import queries as contracts
from callcenter.errors import InvalidInput, NotFound
from callcenter.knowledge import queries, readings, sight
from callcenter.knowledge.menu import GROUP
from callcenter.knowledge.readings import Asked, Person
from callcenter.knowledge.rules import KIND_LABELS, SOURCE_LABELS, EntryKind
from callcenter.lists.export import FILE_KINDS, ListFile, export_list, kind_of
from callcenter.web.access import DESK, LEADERSHIP, ROLE_LABELS, actor, allow, only
from callcenter.web.forms import id_of
from callcenter.web.navigation import NavItem
from callcenter.web.pagination import page_from
from callcenter.web.transaction import end_read, transaction
from reports.columns import Column, Kind

blueprint = Blueprint("knowledge_readings", __name__, url_prefix="/knowledge")
NOT_ASKED = LEADERSHIP - DESK
NAV = (
    NavItem("未読", "knowledge_readings.unread", DESK, 22, section="knowledge_readings.", group=GROUP),
    NavItem("既読の記録", "knowledge_readings.overview", NOT_ASKED, 22, section="knowledge_readings.", group=GROUP),
)
"""Who has something to read finds the record there."""
LABELS = {kind.value: label for kind, label in KIND_LABELS.items()}
SOURCES = {kind.value: label for kind, label in SOURCE_LABELS.items()}
SHOWN = (("", "未読があるもの"), ("all", "すべて"))
COLUMNS = (
    Column("kind", "種類", Kind.CODE, 12),
    Column("number", "番号", Kind.SERIAL),
    Column("title", "題名", Kind.LONG_TEXT),
    Column("version", "版", Kind.SERIAL),
    Column("effective_on", "施行日", Kind.DATE),
    Column("name", "氏名", Kind.TEXT, 20),
    Column("role", "役割", Kind.TEXT, 24),
    Column("state", "状態", Kind.CODE),
    Column("read_at", "読んだ日時", Kind.MOMENT),
)


# --- what I have not read ---


@blueprint.get("/unread")
@allow(only(DESK))
def unread() -> str:
    """The changes that wait, each by itself, and what the contract began with, together."""
    who = actor()
    left = readings.unread(who.contract, _me(), local(now()).on)
    first = [one for one in left if one.first]
    return render_template(
        "knowledge/readings_unread.html",
        changes=[one for one in left if not one.first],
        together=[(LABELS[kind], found) for kind in LABELS if (found := [one for one in first if one.kind == kind])],
        kinds=LABELS,
        asked=len(readings.asked(who.contract, local(now()).on)),
    )


def _me() -> UUID:
    """The person who reads. A machine holds no role, so that no rule admits it here."""
    user_id = actor().person_id
    if user_id is None:
        raise NotFound()
    return user_id


@blueprint.get("/unread/line")
@allow(only(DESK))
def unread_line() -> str:
    """How much is unread, in a line that other pages fetch; empty when nothing is."""
    left = readings.unread(actor().contract, _me(), local(now()).on)
    return render_template("knowledge/_readings_line.html", count=len(left))


unread_line.__background__ = True  # type: ignore[attr-defined]


@blueprint.get("/unread/<uuid:version_id>")
@allow(only(DESK))
def unread_one(version_id: UUID) -> str:
    """What a version says, to be read and confirmed."""
    who, today = actor(), local(now()).on
    one = readings.one_asked(who.contract, version_id, today)
    version = queries.version(who.contract, version_id)
    left = readings.unread(who.contract, _me(), today)
    ruling = queries.ruling_version(who.contract, one.entry_id, today)
    return render_template(
        "knowledge/readings_one.html",
        one=one,
        version=version,
        html=sight.rendered(version.body),
        waits=any(version_id == other.id for other in left),
        left=sum(other.first == one.first for other in left),
        ruling=ruling,
        kinds=LABELS,
        sources=SOURCES,
    )


@blueprint.post("/unread/<uuid:version_id>")
@allow(only(DESK))
def unread_confirm(version_id: UUID) -> Any:
    """Confirm a version and go to the next one."""
    who, at = actor(), now()
    end_read()
    with transaction():
        readings.confirm(version_id, by=who, at=at)
    here = readings.one_asked(who.contract, version_id, local(at).on)
    following = readings.next_after(readings.unread(who.contract, _me(), local(at).on), here)
    flash(f"{LABELS[here.kind]} {here.number}「{here.title}」を既読にしました。", "success")
    if following is None:
        return redirect(url_for("knowledge_readings.unread"), 303)
    return redirect(url_for("knowledge_readings.unread_one", version_id=following.id), 303)


@blueprint.post("/unread")
@allow(only(DESK))
def unread_confirm_first() -> Any:
    """Confirm together what the contract began with: exactly what stood on the screen that was shown."""
    shown = [id_of(one, "_") for one in request.form.get("versions", "").split()]
    if not shown:
        raise InvalidInput("確認する項目がありません。画面を読み直してください。")
    end_read()
    with transaction():
        count = readings.confirm_first(shown, by=actor(), at=now())
    flash(f"{count:,}件を既読にしました。", "success")
    return redirect(url_for("knowledge_readings.unread"), 303)


# --- the record ---


@blueprint.get("/readings")
@allow(only(LEADERSHIP))
def overview() -> str:
    """By person what is missing, by version who has not read it."""
    who, page = actor(), page_from(request.args)
    kind, everything = _kind(request.args.get("kind", "")), request.args.get("show") == "all"
    asked = readings.asked(who.contract, _day(who.contract), kind)
    persons = readings.people(who.contract, [one.id for one in asked])
    rows = [row for row in _rows(who.contract, asked, persons) if everything or row["missing"]]
    return render_template(
        "knowledge/readings.html",
        asked=len(asked),
        persons=persons,
        rows=rows[page.offset : page.offset + page.size],
        total=len(rows),
        page=page,
        given={"kind": kind.value if kind else "", "show": "all" if everything else ""},
        kinds=LABELS,
        choices=SHOWN,
        roles=ROLE_LABELS,
        file_kinds=FILE_KINDS,
    )


def _kind(value: str) -> EntryKind | None:
    try:
        return EntryKind(value) if value else None
    except ValueError as error:
        raise InvalidInput(errors={"kind": ["種類を選び直してください。"]}) from error


def _day(contract_id: UUID) -> date:
    """Today; after the term its last day, which is what the record then stands at."""
    return min(local(now()).on, contracts.contract(contract_id).ends_on)


def _rows(contract_id: UUID, asked: Sequence[Asked], persons: Sequence[Person]) -> list[dict[str, Any]]:
    done = readings.readings_of(contract_id, [one.id for one in asked])
    required = {one.user.id for one in persons}
    read = {one.id: len(required & done[one.id].keys()) for one in asked}
    return [{"one": one, "read": read[one.id], "missing": len(required) - read[one.id]} for one in asked]


@blueprint.get("/readings/versions/<uuid:version_id>")
@allow(only(LEADERSHIP))
def version_record(version_id: UUID) -> str:
    """Who has read a version and when, and, while it rules, who has not."""
    who, today = actor(), _day(actor().contract)
    one = readings.one_asked(who.contract, version_id, today)
    done = readings.readings_of(who.contract, [version_id])[version_id]
    ruling = queries.ruling_version(who.contract, one.entry_id, today)
    rules = ruling is not None and ruling.id == version_id
    missing = [person for person in readings.must_read(who.contract) if person.id not in done] if rules else []
    return render_template(
        "knowledge/readings_version.html",
        one=one,
        done=done.values(),
        missing=missing,
        rules=rules,
        kinds=LABELS,
        roles=ROLE_LABELS,
    )


@blueprint.get("/readings/people/<uuid:user_id>")
@allow(only(LEADERSHIP))
def person_record(user_id: UUID) -> str:
    """What somebody has not read."""
    contract_id = actor().contract
    found = next((one for one in readings.must_read(contract_id) if one.id == user_id), None)
    if found is None:
        raise NotFound("この人は見つかりませんでした。")
    left = readings.unread(contract_id, user_id, _day(contract_id))
    return render_template("knowledge/readings_person.html", person=found, left=left, kinds=LABELS, roles=ROLE_LABELS)


@blueprint.post("/readings/export")
@allow(only(LEADERSHIP))
def export() -> Response:
    """Every version with every person who has to read it."""
    who, at = actor(), now()
    file_kind, kind = kind_of(request.form.get("format", "")), _kind(request.form.get("kind", ""))
    identity = current_identity()
    contract = f"{identity.contract.city_name} {identity.contract.title}" if identity else ""
    rows = _lines(who.contract, readings.asked(who.contract, _day(who.contract), kind))
    said = [("種類", LABELS[kind.value] if kind else "すべて")]
    act = Act("knowledge_readings.exported", "contract", str(who.contract), {"filter": kind.value if kind else ""})
    return export_list(
        ListFile("knowledge-readings", "既読の記録", COLUMNS, rows, said, contract), file_kind, act, by=who, at=at
    )


def _lines(contract_id: UUID, asked: Sequence[Asked]) -> Iterator[dict[str, Any]]:
    done = readings.readings_of(contract_id, [one.id for one in asked])
    required = readings.must_read(contract_id)
    for one in asked:
        for user in required:
            read = done[one.id].get(user.id)
            yield {
                "kind": LABELS[one.kind],
                "number": one.number,
                "title": one.title,
                "version": one.version,
                "effective_on": one.effective_on,
                "name": user.name,
                "role": "・".join(ROLE_LABELS[role] for role in user.roles if role in DESK),
                "state": "既読" if read else "未読",
                "read_at": read.at if read else None,
            }
