"""Putting the starting content into force, and the city's confirmation of it, category by category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from callcenter.audit.typed import NOTHING, Refusal, refused
from callcenter.clock import local, now
from callcenter.errors import AppError, Conflict, InvalidInput, NotFound
from callcenter.knowledge import confirmations, ports, starting
from callcenter.knowledge.confirmations import MANUAL, Seen
from callcenter.knowledge.queries import Current
from callcenter.knowledge.rules import AUDIENCE_LABELS, REASON_LENGTH, SOURCE_LABELS
from callcenter.knowledge.sight import name_of, rendered
from callcenter.protection.scan import IndividualNumberRefused, require_clean
from callcenter.protection.text import clean_text
from callcenter.web.access import CITY, LEADERSHIP, Role, actor, allow, only
from callcenter.web.forms import id_of, whole_of
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("knowledge_starting", __name__, url_prefix="/knowledge")
OFFICERS = frozenset({Role.CITY_OFFICER})
READERS = LEADERSHIP | CITY
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)
MANUAL_CODE, MANUAL_NAME = "manual", "マニュアル"
LABELS = {"versions": "確認する項目", "comment": "直すところ"}
STALE = "画面の内容が古くなっています。読み直してから、もう一度お試しください。"


@blueprint.post("/start")
@allow(only(LEADERSHIP))
def start() -> Any:
    """Put in what of the starting content is not there: some seconds, most of them before the transaction."""
    who = actor()
    wanted = starting.missing(who.contract)
    end_read()
    ready = starting.prepared(wanted)
    with transaction():
        loaded = starting.load(ready, by=who, at=now())
    if loaded.entries:
        done = f"はじめの内容を登録しました（FAQ {loaded.faq}件、マニュアル {loaded.chapters}章）。"
        flash(f"{done}市の確認を受けてください。", "success")
    else:
        flash("はじめの内容は、すべて登録済みです。", "info")
    return redirect(url_for("knowledge_starting.overview"), 303)


@blueprint.get("/confirmations")
@allow(only(READERS))
def overview() -> Any:
    """What waits for the city, one group at a time (`?group=01`, `manual`)."""
    return _page(request.args.get("group", ""))


def _page(asked: str, error: AppError | None = None, form: str = "", again: Refusal = NOTHING) -> Any:
    who, today = actor(), local(now()).on
    found = confirmations.waiting(who.contract, today)
    progress = confirmations.progress(who.contract, found)
    names = _names()
    group = _chosen(asked, progress.waiting, names)
    shown = render_template(
        "knowledge/starting_confirmations.html",
        progress=progress,
        groups=[(code, name, progress.waiting.get(_key(code), 0)) for code, name in names.items()],
        group=group,
        title=names.get(group, ""),
        rows=[_row(one) for one in found if group and confirmations.group_of(one) == _key(group)],
        missing=len(starting.missing(who.contract)) if who.has(*LEADERSHIP) else 0,
        may_decide=who.has(*OFFICERS),
        may_start=who.has(*LEADERSHIP),
        labels=LABELS,
        audiences=AUDIENCE_LABELS,
        sources=SOURCE_LABELS,
        length=REASON_LENGTH,
        error=error,
        form=form,
        typed=again.typed,
        checked=request.form.getlist("version"),
    )
    return shown, error.status if error else 200


def _names() -> Mapping[str, str]:
    """The groups in their order: chapters first, then the major categories as they are called today."""
    majors = ports.categories(actor().contract, local(now()).on)
    return {MANUAL_CODE: MANUAL_NAME, **{one.code: one.name for one in majors}}


def _key(code: str) -> str:
    return MANUAL if code == MANUAL_CODE else code


def _chosen(asked: str, waiting: Mapping[str, int], names: Mapping[str, str]) -> str:
    """The group asked for, or the first with something to do. Raises `NotFound` for one that is none."""
    if asked:
        if asked not in names:
            raise NotFound("この分類はありません。")
        return asked
    return next((code for code in names if waiting.get(_key(code))), "")


def _row(one: Current) -> dict[str, Any]:
    version = one.version
    return {
        "entry": one.entry,
        "version": version,
        "name": name_of(one.entry),
        "body": rendered(version.body),
        "remark": confirmations.remark_of(version),
        "seen": f"{version.id}:{version.row_version}",
    }


@blueprint.post("/confirmations")
@allow(only(OFFICERS))
def confirm_several() -> Any:
    """The city confirms what was chosen, of what its screen showed."""
    group = request.form.get("group", "")
    try:
        count = _confirm([_seen(value) for value in request.form.getlist("version")])
    except REFUSALS as error:
        return _page(group if group in _names() else "", error)
    flash(f"{count}件を確認済みにしました。", "success")
    return redirect(_address(group), 303)


def _confirm(seen: Sequence[Seen]) -> int:
    with transaction():
        return confirmations.confirm(seen, by=actor(), at=now())


def _seen(value: str) -> Seen:
    version_id, _, row_version = value.partition(":")
    return Seen(id_of(version_id, "versions"), whole_of(row_version, "versions", least=1))


def _address(group: str) -> str:
    """The same group while something waits in it; else wherever something waits."""
    left = confirmations.waiting(actor().contract, local(now()).on)
    here = group in _names() and any(confirmations.group_of(one) == _key(group) for one in left)
    return url_for("knowledge_starting.overview", group=group if here else None)


@blueprint.post("/versions/<uuid:version_id>/confirm")
@allow(only(OFFICERS))
def confirm(version_id: UUID) -> Any:
    """The city confirms one version; `row_version` is what its screen showed."""
    _confirm([Seen(version_id, whole_of(request.form.get("row_version"), "row_version", least=1))])
    flash("確認済みにしました。", "success")
    return redirect(_address(request.form.get("group", "")), 303)


@blueprint.post("/versions/<uuid:version_id>/comment")
@allow(only(OFFICERS))
def comment(version_id: UUID) -> Any:
    """The city says what is to be put right; the version stays as it is until the centre publishes a new one."""
    group = request.form.get("group", "")
    try:
        seen = Seen(version_id, whole_of(request.form.get("row_version"), "row_version", least=1))
        text = clean_text(request.form.get("comment", ""), max_length=REASON_LENGTH, field="comment")
        require_clean({"comment": text})
        with transaction():
            confirmations.comment(seen, text, by=actor(), at=now())
    except REFUSALS as error:
        again = refused(error, "knowledge_version")
        return _page(group if group in _names() else "", error, str(version_id), again)
    flash("センターに伝えました。直した版が出るまで、確認待ちのまま残ります。", "success")
    return redirect(_address(group), 303)
