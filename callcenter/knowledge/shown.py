"""The page of an entry and that of a version; a refusal of what was asked there goes back on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from flask import render_template, request

from callcenter.clock import local, now
from callcenter.errors import AppError
from callcenter.knowledge import completeness, files, sight
from callcenter.knowledge.page_parts import links_of, parts
from callcenter.knowledge.queries import EntryFacts, VersionFacts
from callcenter.knowledge.rules import EDITABLE, ON_THE_WAY, Stage, in_force
from callcenter.web.access import LEADERSHIP, actor
from callcenter.web.forms import optional_date


def entry_page(entry_id: UUID, error: AppError | None = None, typed: Mapping[str, str] | None = None) -> str:
    """What an entry says on a day, and its versions. Raises `NotFound`."""
    who, today = actor(), local(now()).on
    on = optional_date(request.args.get("on"), "on") or today
    found, versions = sight.entry_for(who, entry_id)
    published = [one for one in versions if one.stage == Stage.PUBLISHED.value]
    ruling = in_force(published, on, found.retired_on)
    shown = ruling or _last(published, found) or versions[0]
    return render_template(
        "knowledge/entry.html",
        entry=found,
        ruling=ruling,
        now_ruling=in_force(published, today, found.retired_on),
        coming=_coming(published, today) if on == today else None,
        found=shown,
        published=published,
        under_way=next((one for one in versions if Stage(one.stage) in ON_THE_WAY), None),
        html=sight.rendered(shown.body),
        versions=versions,
        on=on,
        related=links_of(who, shown),
        error=error,
        typed=typed or {},
        **parts(who, today),
    )


def _last(published: Sequence[VersionFacts], entry: EntryFacts) -> VersionFacts | None:
    """Of a retired entry what was told until the day it ended, not what was to follow."""
    return in_force(published, entry.retired_on - timedelta(days=1)) if entry.retired_on else None


def _coming(published: Sequence[VersionFacts], today: date) -> VersionFacts | None:
    """The version that takes over next: who reads the one of today is told from when it changes."""
    later = [one for one in published if one.effective_on is not None and one.effective_on > today]
    return min(later, key=lambda one: (one.effective_on or date.max, -one.number), default=None)


def version_page(
    version_id: UUID, form: str = "", error: AppError | None = None, typed: Mapping[str, str] | None = None
) -> str:
    """One version; `form` names the one whose refusal is shown. Raises `NotFound`."""
    who, today = actor(), local(now()).on
    shown = sight.version_for(who, version_id)
    entry, versions = sight.entry_for(who, shown.entry_id)
    published = [one for one in versions if one.stage == Stage.PUBLISHED.value]
    earlier = [one for one in published if one.number < shown.number]
    writes = who.has(*LEADERSHIP)
    return render_template(
        "knowledge/entry_version.html",
        entry=entry,
        found=shown,
        versions=versions,
        ruling=in_force(published, today, entry.retired_on),
        earlier=earlier[0] if earlier else None,
        html=sight.rendered(shown.body),
        related=links_of(who, shown),
        broken=completeness.broken_files(who.contract, shown.body) if writes else [],
        lacking=completeness.lacking(who.contract, shown, today) if writes and Stage(shown.stage) in EDITABLE else {},
        files=files.of_entry(who.contract, shown.entry_id) if writes else [],
        form=form,
        error=error,
        typed=typed or {},
        **parts(who, today),
    )
