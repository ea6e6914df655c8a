"""Pages that show entries: the list, an entry and its versions, differences, the manual as one text, files.

The modules named here hold the routes that write (`edit_pages`), decide (`review_pages`), tell the city what waits
(`city_pages`) and explain (`guide_pages`).
"""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Response, redirect, render_template, request, url_for

from callcenter.accounts import directory
from callcenter.audit import queries as log
from callcenter.audit.rules import Entry as LogEntry
from callcenter.audit.vocabulary import ACTIONS
from callcenter.clock import local, now
from callcenter.errors import InvalidInput, NotFound
from callcenter.knowledge import (
    city_pages,
    differences,
    edit_pages,
    files,
    finding,
    guide_pages,
    listing,
    ports,
    queries,
    review_pages,
    shown,
    sight,
)
from callcenter.knowledge.listing import SHOW_LABELS, Filter, Show
from callcenter.knowledge.menu import GROUP
from callcenter.knowledge.page_parts import LABELS, category_names, links_of, parts
from callcenter.knowledge.queries import VersionFacts
from callcenter.knowledge.routing import blueprint as blueprint
from callcenter.knowledge.rules import KIND_LABELS, EntryKind
from callcenter.knowledge.writing import FIELDS
from callcenter.protection.text import clean_line
from callcenter.web.access import CENTRE, CITY, LEADERSHIP, actor, allow, only
from callcenter.web.forms import optional_date, whole_of
from callcenter.web.navigation import NavItem

READERS = CENTRE | CITY
NAV = (
    NavItem("一覧", "knowledge.entries", READERS, 21, section="knowledge.", group=GROUP),
    NavItem("確認・公開待ち", "knowledge.reviews", LEADERSHIP | CITY, 23, group=GROUP, also=("knowledge_starting.",)),
    NavItem("マニュアルを読む", "knowledge.manual", READERS, 25, group=GROUP),
)
ROUTES = (edit_pages, review_pages, city_pages, guide_pages)
"""Their routes are registered by being imported."""


@blueprint.get("/entries")
@allow(only(READERS))
def entries() -> str:
    """What is in force today, or on a day in the past or to come."""
    return _entries(listing.filter_from(request.args))


@blueprint.post("/entries")
@allow(only(READERS))
def find() -> Any:
    """The entries of the list that speak of what was typed. A reading: what is typed stands in no address, what is
    chosen without it does."""
    chosen = Filter()
    try:
        chosen = listing.filter_from(request.form)
        words = clean_line(request.form.get("words", ""), max_length=finding.LONGEST, field="words")
    except InvalidInput as error:
        return _entries(chosen, error=error), error.status
    address: dict[str, Any] = chosen.arguments()
    return _entries(chosen, words) if words else redirect(url_for("knowledge.entries", **address), 303)


def _entries(chosen: Filter, words: str = "", error: InvalidInput | None = None) -> str:
    who, today = actor(), local(now()).on
    rows = listing.listed(who, chosen, today)
    nothing = not rows and chosen == Filter(chosen.kind)
    return render_template(
        "knowledge/list.html",
        found=finding.found(who.contract, rows, words, today),
        words=words,
        error=error,
        chosen=chosen,
        shows=_shows(),
        kinds=[(kind, label) for kind, label in KIND_LABELS.items()],
        majors=[(one.code, one.name) for one in ports.categories(who.contract, chosen.on or today)],
        nothing=nothing and not queries.entries(who.contract),
        **parts(who, chosen.on or today),
    )


def _shows() -> list[tuple[Show, str]]:
    """What waits before the city is shown to those who write or decide."""
    hidden = set() if actor().has(*LEADERSHIP, *CITY) else {Show.WAITING}
    return [(show, label) for show, label in SHOW_LABELS.items() if show not in hidden]


@blueprint.get("/entries/<uuid:entry_id>")
@allow(only(READERS))
def entry(entry_id: UUID) -> str:
    """What an entry says, today or on another day, and its versions."""
    return shown.entry_page(entry_id)


@blueprint.get("/versions/<uuid:version_id>")
@allow(only(READERS))
def version(version_id: UUID) -> str:
    """One version: what it says, where it stands, and what may be done with it."""
    return shown.version_page(version_id)


@blueprint.get("/versions/<uuid:version_id>/history")
@allow(only(LEADERSHIP))
def history(version_id: UUID) -> str:
    """Who did what with a version, as the log has it."""
    who = actor()
    found = sight.version_for(who, version_id)
    names = directory.names_under(who.contract)
    steps = [
        (one.at, ACTIONS.get(one.action, one.action), names.get(one.user_id) if one.user_id else "", _fields(one))
        for one in _acts(who.contract, found)
    ]
    held = queries.entry(who.contract, found.entry_id)
    return render_template(
        "knowledge/entry_history.html", entry=held, version=found, steps=steps, **parts(who, local(now()).on)
    )


def _acts(contract_id: UUID, version: VersionFacts) -> list[LogEntry]:
    """Of the entry's acts the one that began this version, then those with it."""
    told = log.history_of(contract_id, "knowledge_entry", str(version.entry_id))
    begun = [one for one in told if one.details.get("version") == str(version.id)]
    return [*begun, *log.history_of(contract_id, "knowledge_version", str(version.id))]


def _fields(one: Any) -> str:
    return "、".join(LABELS["fields"].get(name, name) for name in one.details.get("fields", []))


@blueprint.get("/entries/<uuid:entry_id>/diff")
@allow(only(READERS))
def diff(entry_id: UUID) -> str:
    """Two versions side by side; without numbers the newest and the one before."""
    who = actor()
    found, versions = sight.entry_for(who, entry_id)
    after = _numbered(versions, request.args.get("to"), versions[0])
    older = [one for one in versions if one.number < after.number]
    before = _numbered(versions, request.args.get("from"), older[0] if older else after)
    names = category_names(who.contract, local(now()).on)
    return render_template(
        "knowledge/diff.html",
        entry=found,
        versions=versions,
        before=before,
        after=after,
        fields=_changed_fields(before, after, names),
        rows=differences.rows(before.body, after.body),
        **parts(who, local(now()).on),
    )


def _numbered(versions: list[VersionFacts], written: str | None, otherwise: VersionFacts) -> VersionFacts:
    if not written:
        return otherwise
    number = whole_of(written, "version", least=1)
    found = next((one for one in versions if one.number == number), None)
    if found is None:
        raise NotFound("この版は見つかりませんでした。")
    return found


def _changed_fields(
    before: VersionFacts, after: VersionFacts, categories: dict[str, str]
) -> list[tuple[str, str, str]]:
    """Label, before, after of what differs beside the text."""
    beside = (name for name in LABELS["fields"] if name in FIELDS and name != "body")
    wanted = [name for name in beside if getattr(before, name) != getattr(after, name)]
    named = links_of(actor(), before) | links_of(actor(), after) if "related" in wanted else {}
    said = {"category_code": categories, "audience": LABELS["audiences"], "source_kind": LABELS["sources"]}

    def words(name: str, value: Any) -> str:
        if name == "related":
            return "、".join(named[one] for one in value if one in named)
        if isinstance(value, list):
            return "\n".join(value)
        if isinstance(value, date):
            return value.isoformat()
        return str(said.get(name, {}).get(value, value) or "")

    return [
        (LABELS["fields"][name], words(name, getattr(before, name)), words(name, getattr(after, name)))
        for name in wanted
    ]


@blueprint.get("/manual")
@allow(only(READERS))
def manual() -> str:
    """The whole manual in force on a day, with a table of contents."""
    who, today = actor(), local(now()).on
    on = optional_date(request.args.get("on"), "on") or today
    chapters = queries.in_force_on(who.contract, on, EntryKind.CHAPTER)
    read = [(one, sight.rendered(one.version.body)) for one in chapters]
    return render_template("knowledge/manual.html", chapters=read, on=on, **parts(who, today))


@blueprint.get("/files/<uuid:file_id>")
@allow(only(READERS))
def file(file_id: UUID) -> Response:
    """A picture to be shown, any other file to be kept. Only what a version names that the reader may see."""
    who = actor()
    found = files.facts(who.contract, file_id)
    if not sight.may_see_file(who, file_id, found.entry_id):
        raise NotFound("ファイルが見つかりませんでした。")
    answer = Response(files.content(who.contract, file_id), content_type=found.media_type)
    how = "inline" if found.is_image else "attachment"
    answer.headers["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(found.name, safe='')}"
    return answer
