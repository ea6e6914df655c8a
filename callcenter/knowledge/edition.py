"""From what is in force to an edition before the city (003 clause 8⑤): one Word file, one workbook, kept as they are.

`plan` says what an edition of now would hold and how it differs from the last one; `ask` lets a job submit it; the job
(`submit_edition`) reads anew, writes every file outside any transaction, and hands them over once, whatever happens
twice. A submission answers every open request of the city.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from itertools import product
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from callcenter.accounts import directory
from callcenter.clock import local, now
from callcenter.contracts import queries as contracts
from callcenter.deliveries import queries as delivered
from callcenter.deliveries import service as deliveries
from callcenter.deliveries.queries import VersionFacts
from callcenter.deliveries.rules import EDITION_LABELS, PART_LABELS, Edition, Kind, Part
from callcenter.errors import Conflict, Forbidden, NotFound
from callcenter.jobs import queries as jobs
from callcenter.jobs import service as asking
from callcenter.jobs.ports import Progress, RunningJob, WantedJob
from callcenter.jobs.rules import JobKind
from callcenter.knowledge import edition_queries, files, ports, queries, requests
from callcenter.knowledge.blocks import blocks_of
from callcenter.knowledge.queries import Current
from callcenter.knowledge.rules import SOURCE_LABELS, Audience, EntryKind, SourceKind
from callcenter.web.access import LEADERSHIP, ROLE_LABELS, Actor, Channel, Role
from callcenter.web.transaction import end_read, transaction
from reports import manual as values
from reports.daily import Edition as PaperEdition
from reports.daily import Person
from reports.word import MEDIA_TYPE as DOCX

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ASKED = "asked"
"""Under this key a version keeps which form asked for it, so that it is submitted once."""
NOTHING = "有効なマニュアル・FAQがありません。公開してから提出してください。"
UNDER_WAY = "提出しているところです。終わるまでお待ちください。"
UNCHANGED = "前の版から内容の変更はありません。"
READING, WRITING, SUBMITTING = "内容を読み取っています", "{edition}の{part}を作成しています", "提出しています"
FROM_PERCENT, TO_PERCENT = 20, 90
Reader = Callable[[str], tuple[values.Block, ...]]
_FILE = re.compile(r"/knowledge/files/([0-9a-f-]{36})")


class Changes(Struct, frozen=True):
    """What an edition says otherwise than the one before: entries as sentences name them."""

    added: Sequence[str] = ()
    changed: Sequence[str] = ()
    confirmed: Sequence[str] = ()
    retired: Sequence[str] = ()

    @property
    def groups(self) -> list[tuple[str, Sequence[str]]]:
        """(what happened, to which entries) of all that happened."""
        named = (("追加", self.added), ("変更", self.changed), ("市の確認", self.confirmed), ("廃止", self.retired))
        return [(label, found) for label, found in named if found]

    @property
    def sentences(self) -> list[str]:
        return [f"{label}：{one}" for label, found in self.groups for one in found]

    @property
    def note(self) -> str:
        """All of it in a line: 追加 2件、廃止 1件."""
        return "、".join(f"{label} {len(found):,}件" for label, found in self.groups) or UNCHANGED


class Plan(Struct, frozen=True):
    """An edition as it would be submitted. `as_of`: the day whose content it holds; `before`: the one submitted last;
    `number`: its version among those of its day."""

    on: date
    as_of: date
    number: int
    found: Sequence[Current]
    before: VersionFacts | None
    changes: Changes

    @property
    def change_note(self) -> str:
        """The second edition of a day says what changed, as every second version does."""
        return self.changes.note if self.number > 1 else ""


def plan(contract_id: UUID, on: date) -> Plan:
    """What the edition of a day would hold now."""
    as_of = edition_queries.content_day(contract_id, on)
    found = queries.in_force_on(contract_id, as_of)
    before = edition_queries.newest(contract_id)
    number = deliveries.latest_number(contract_id, Kind.MANUAL, on, on) + 1
    return Plan(on, as_of, number, found, before, _changes(contract_id, found, before))


def label_of(kind: str, number: int) -> str:
    """What people call an entry: FAQ 12, 第3章."""
    return f"FAQ {number}" if kind == EntryKind.FAQ else f"第{number}章"


def _named(current: Current) -> str:
    return f"{label_of(current.entry.kind, current.entry.number)}　{current.version.title}"


def marks_of(found: Sequence[Current]) -> dict[str, str]:
    """Which version of each entry an edition holds, and when the city confirmed it: what the next one is compared
    with."""
    return {str(one.entry.id): f"{one.version.id} {_confirmed_on(one) or ''}".strip() for one in found}


def _confirmed_on(current: Current) -> date | None:
    decided_at = current.version.decided_at
    return local(decided_at).on if decided_at else None


def _changes(contract_id: UUID, found: Sequence[Current], before: VersionFacts | None) -> Changes:
    if before is None:
        return Changes()
    marks, held = marks_of(found), before.marks
    added = [_named(one) for one in found if str(one.entry.id) not in held]
    known = [one for one in found if str(one.entry.id) in held]
    moved = [one for one in known if _version(held, one) != _version(marks, one)]
    same = [one for one in known if _version(held, one) == _version(marks, one)]
    confirmed = [_named(one) for one in same if held[str(one.entry.id)] != marks[str(one.entry.id)]]
    return Changes(added, [_named(one) for one in moved], confirmed, _retired(contract_id, held, marks))


def _version(marks: Mapping[str, str], current: Current) -> str:
    return marks[str(current.entry.id)].partition(" ")[0]


def _retired(contract_id: UUID, held: Mapping[str, str], marks: Mapping[str, str]) -> list[str]:
    gone = {entry_id: UUID(mark.partition(" ")[0]) for entry_id, mark in held.items() if entry_id not in marks}
    if not gone:
        return []
    titles = {one.id: one.title for one in queries.versions_by_id(contract_id, gone.values())}
    known = {str(one.id): one for one in queries.entries(contract_id)}
    return [
        f"{label_of(known[entry_id].kind, known[entry_id].number)}　{titles[version_id]}"
        for entry_id, version_id in gone.items()
    ]


# --- the values that are printed ---


def manual_of(contract_id: UUID, planned: Plan, approver: Person, at: datetime, *, draft: bool) -> values.Manual:
    """The edition as values, pictures included."""
    issue = _issue(contract_id, planned, approver, at, draft)
    return _manual(contract_id, planned, issue, partial(blocks_of, pictures=partial(_picture, contract_id)))


def outline_of(contract_id: UUID, planned: Plan, at: datetime) -> values.Manual:
    """The edition without its words: for whoever counts what it holds."""
    return _manual(contract_id, planned, _issue(contract_id, planned, Person("", ""), at, True), lambda _body: ())


def _issue(contract_id: UUID, planned: Plan, approver: Person, at: datetime, draft: bool) -> values.Issue:
    contract = contracts.contract(contract_id)
    return values.Issue(
        contract=contract.title,
        city=contract.city_name,
        contractor=contract.contractor_name,
        submitted_on=planned.on,
        as_of=planned.as_of,
        number=planned.number,
        built_at=at,
        approver=approver,
        change_note=planned.change_note,
        changes=planned.changes.sentences,
        draft=draft,
    )


def _manual(contract_id: UUID, planned: Plan, issue: values.Issue, read: Reader) -> values.Manual:
    categories = ports.categories(contract_id, planned.as_of)
    names = {minor.code: f"{minor.code} {minor.name}" for major in categories for minor in major.minors}
    printed = [(one, _entry(one, names, read)) for one in planned.found]
    chapters = tuple(entry for one, entry in printed if one.entry.kind == EntryKind.CHAPTER)
    return values.Manual(issue, chapters, _majors(categories, printed))


def _majors(
    categories: Sequence[ports.Major], printed: Sequence[tuple[Current, values.Entry]]
) -> tuple[values.Major, ...]:
    """The FAQ by category; what has none stands at the end."""
    by_code: dict[str, list[values.Entry]] = {}
    for one, entry in printed:
        if one.entry.kind == EntryKind.FAQ:
            by_code.setdefault(one.version.category_code if entry.category else "", []).append(entry)
    found = []
    for major in categories:
        groups = [values.Group(one.code, one.name, tuple(by_code.get(one.code, ()))) for one in major.minors]
        found.append(values.Major(major.code, major.name, tuple(group for group in groups if group.entries)))
    others = values.Group("", values.NO_CATEGORY, tuple(by_code.get("", ())))
    found.append(values.Major("", values.NO_CATEGORY, (others,) if others.entries else ()))
    return tuple(major for major in found if major.groups)


def _entry(current: Current, categories: Mapping[str, str], read: Reader) -> values.Entry:
    entry, version = current.entry, current.version
    confirmed_on = _confirmed_on(current)
    confirmed = values.Confirmation(confirmed_on, version.decider_name) if confirmed_on else None
    return values.Entry(
        label=label_of(entry.kind, entry.number),
        title=version.title,
        blocks=read(version.body),
        version=version.number,
        effective_on=version.effective_on or date.min,
        internal=version.audience == Audience.INTERNAL,
        source=_source(current),
        confirmed=confirmed,
        category=categories.get(version.category_code, ""),
        said_as=tuple(version.said_as),
        law=version.law,
        verify=version.verify,
        review_by_on=version.review_by_on,
    )


def _source(current: Current) -> str:
    version = current.version
    return version.source or SOURCE_LABELS[SourceKind(version.source_kind)]


def _picture(contract_id: UUID, address: str) -> bytes:
    """A picture of ours; nothing for any other address, and for one that is gone."""
    found = _FILE.fullmatch(address)
    try:
        return files.content(contract_id, UUID(found[1])) if found else b""
    except (NotFound, ValueError):
        return b""


def file_of(manual: values.Manual, edition: Edition, part: Part) -> deliveries.BuiltFile:
    """One file of an edition."""
    from reports.manual_book import manual_workbook
    from reports.manual_paper import manual_paper

    issue = replace(manual.issue, edition=PaperEdition(edition.value))
    shown = replace(manual, issue=issue)
    on_paper = part is Part.PAPER
    suffix = "docx" if on_paper else "xlsx"
    return deliveries.BuiltFile(
        edition=edition,
        name=values.filename(issue, suffix),
        ascii_name=values.ascii_filename(issue, suffix),
        media_type=DOCX if on_paper else XLSX,
        content=manual_paper(shown) if on_paper else manual_workbook(shown),
        part=part,
    )


# --- submitting ---


def ask(key: UUID, *, by: Actor, at: datetime) -> None:
    """Let the edition of today be submitted; within `transaction()`. `key` is the form's own: sent twice, it is asked
    for once. Raises `Conflict` when nothing is in force, or another one is on its way."""
    today = local(at).on
    wanted = WantedJob(JobKind.SUBMIT_MANUAL, today, today, str(key))
    if jobs.job_of(by.contract, wanted) is not None:
        return
    last = jobs.newest_of(by.contract, JobKind.SUBMIT_MANUAL)
    if last is not None and last.active:
        raise Conflict(UNDER_WAY)
    if not queries.ruling_on(by.contract, edition_queries.content_day(by.contract, today)):
        raise Conflict(NOTHING)
    asking.ask(wanted, contract_id=by.contract, asked_by=by.person_id, at=at)


def submit_edition(job: RunningJob, progress: Progress) -> UUID:
    """Submit the edition of a day: the handler of its job; returns the version's id.

    Raises `Conflict` when nothing is in force, or another version of the day was submitted meanwhile.
    """
    done = _version_of(job)
    if done is not None:
        return done
    progress(5, READING)
    by, at = actor_of(job), now()
    planned = plan(job.contract_id, job.period_from)
    if not planned.found:
        raise Conflict(NOTHING)
    approver = Person(_office(by), by.name)
    manual = manual_of(job.contract_id, planned, approver, at, draft=False)
    end_read()
    written = list(_written(manual, progress))
    progress(TO_PERCENT, SUBMITTING)
    with transaction():
        done = _version_of(job)
        return done or _hand_over(submission(planned, manual, written, job.subject), by, at)


def _version_of(job: RunningJob) -> UUID | None:
    """The version that this job has made already."""
    versions = delivered.versions_for(job.contract_id, Kind.MANUAL, job.period_from, job.period_to)
    return next((one.id for one in versions if one.definitions.get(ASKED) == job.subject), None)


def actor_of(job: RunningJob) -> Actor:
    """Who submits: the person that asked. Raises `Forbidden` for nobody, `NotFound` for one who left the contract."""
    if job.asked_by is None:
        raise Forbidden()
    person = directory.person_under(job.contract_id, job.asked_by)
    return Actor(person.id, person.name, frozenset(person.roles), job.contract_id, channel=Channel.COMMAND)


def _office(by: Actor) -> str:
    """What stands for a person whose name is withheld."""
    return next((ROLE_LABELS[role] for role in Role if role in LEADERSHIP & by.roles), "受託者")


def _written(manual: values.Manual, progress: Progress) -> Iterator[deliveries.BuiltFile]:
    wanted = list(product(Edition, Part))
    for done, (edition, part) in enumerate(wanted):
        percent = FROM_PERCENT + (TO_PERCENT - FROM_PERCENT) * done // len(wanted)
        progress(percent, WRITING.format(edition=EDITION_LABELS[edition], part=PART_LABELS[part]))
        yield file_of(manual, edition, part)


def submission(
    planned: Plan, manual: values.Manual, written: Sequence[deliveries.BuiltFile], asked: str
) -> deliveries.Submission:
    """The edition as deliveries keep it."""
    return deliveries.Submission(
        kind=Kind.MANUAL,
        period_from=planned.on,
        period_to=planned.on,
        number=planned.number,
        figures=figures_of(manual),
        marks=marks_of(planned.found),
        cutoff_at=manual.issue.built_at,
        change_note=planned.change_note,
        files=written,
        definitions={ASKED: asked},
        differences=planned.changes.sentences,
    )


def figures_of(manual: values.Manual) -> dict[str, dict[str, object]]:
    """The counts that the cover prints."""
    found = {}
    for key, count in manual.counts.items():
        label, unit = values.COUNT_LABELS[key]
        found[key] = {"label": label, "state": "value", "value": count, "text": f"{count:,}{unit}"}
    return found


def _hand_over(wanted: deliveries.Submission, by: Actor, at: datetime) -> UUID:
    version_id = deliveries.submit(wanted, by=by, at=at)
    requests.answer_open(version_id, by=by, at=at)
    return version_id
