"""Reads of the exchange's counts: a day with its sources, totals of a period, gaps to the records, imports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import and_, func, select

from callcenter.calls import queries as records
from callcenter.calls.exchange.day import (
    Comparison,
    DayExchange,
    DayTotals,
    Reason,
    Recorded,
    SourceFacts,
    StoredCount,
    compare,
    day_exchange_of,
    day_source,
)
from callcenter.calls.exchange.models import (
    ExchangeCount,
    ExchangeDaySource,
    ExchangeGapReason,
    ExchangeImport,
    ExchangeSource,
)
from callcenter.calls.exchange.rules import Counts, SlotKey, SourceKind, slots_of
from callcenter.calls.exchange.thresholds import seconds_on
from callcenter.contracts.queries import calendar
from callcenter.errors import NotFound
from callcenter.extensions import db
from callcenter.protection.cipher import open_sealed
from callcenter.protection.deployment import keys_for
from callcenter.web.pagination import Page
from scheduling.intervals import MinuteRange

REASON_LABEL = "exchange.gap_reason"
BY_MINUTE = 1
COUNTED = (
    ExchangeCount.offered,
    ExchangeCount.answered,
    ExchangeCount.abandoned,
    ExchangeCount.wait_seconds,
    ExchangeCount.talk_seconds,
    ExchangeCount.answered_within,
    ExchangeCount.within_seconds,
)


class Source(Struct, frozen=True):
    """A source with what it remembers."""

    id: UUID
    name: str
    kind: SourceKind
    zone: str
    mapping: dict[str, Any]

    @property
    def facts(self) -> SourceFacts:
        return SourceFacts(self.id, self.name, self.kind)


_SOURCE = select(
    ExchangeSource.id, ExchangeSource.name, ExchangeSource.kind, ExchangeSource.zone, ExchangeSource.mapping
)


def sources(contract_id: UUID) -> list[Source]:
    """Every source, by name."""
    rows = db.session.execute(_SOURCE.where(ExchangeSource.contract_id == contract_id).order_by(ExchangeSource.name))
    return [_source(row) for row in rows]


def source_named(contract_id: UUID, name: str) -> Source | None:
    row = db.session.execute(
        _SOURCE.where(ExchangeSource.contract_id == contract_id, ExchangeSource.name == name)
    ).first()
    return None if row is None else _source(row)


def _source(row: Any) -> Source:
    return Source(row.id, row.name, SourceKind(row.kind), row.zone, dict(row.mapping))


def hours_on(contract_id: UUID, on: date) -> MinuteRange | None:
    """The opening hours of a day; None when closed."""
    return calendar(contract_id).open_interval(on)


class _Ruling(Struct, frozen=True):
    source_id: UUID
    chosen_by: str
    chosen_at: datetime | None


def day_exchange(contract_id: UUID, on: date) -> DayExchange:
    """The day under its ruling source, with the other sources' totals and the reasons for gaps."""
    slots = slots_of(hours_on(contract_id, on))
    found = _sources_of_days(contract_id, on, on).get(on, [])
    ruling = _rulings(contract_id, on, on).get(on)
    said = [day_source(facts, stored, slots) for facts, stored in found]
    chosen = next((source for source in said if ruling and source.id == ruling.source_id), None)
    day = day_exchange_of(on, chosen, [source for source in said if source is not chosen], slots)
    return replace(
        day,
        chosen_by=ruling.chosen_by if ruling else "",
        chosen_at=ruling.chosen_at if ruling else None,
        reasons=tuple(_reasons(contract_id, on, slots)),
    )


def totals_between(contract_id: UUID, from_on: date, to_on: date) -> dict[date, DayTotals]:
    """The totals of each day that has a ruling source, by the same rule as the day itself.

    Answers in time are among them only where they were counted with the seconds that the contract sets for that day.
    """
    opening, rulings = calendar(contract_id), _rulings(contract_id, from_on, to_on)
    seconds = seconds_on(contract_id)
    found: dict[date, DayTotals] = {}
    for on, said in sorted(_sources_of_days(contract_id, from_on, to_on).items()):
        slots = slots_of(opening.open_interval(on))
        for facts, stored in said:
            if on in rulings and rulings[on].source_id == facts.id:
                source = day_source(facts, stored, slots)
                found[on] = DayTotals(on, _judged(source.in_hours, on, seconds), source.out_of_hours)
    return found


def _judged(counts: Counts, on: date, seconds: Callable[[date], int]) -> Counts:
    return counts if counts.within_seconds is None else counts.judged_by(seconds(on))


_STORED = (
    select(
        ExchangeCount.source_id,
        ExchangeSource.name,
        ExchangeSource.kind,
        ExchangeCount.local_on,
        ExchangeCount.start_minute,
        ExchangeCount.inside_hours,
        *COUNTED,
        ExchangeImport.imported_at,
        ExchangeImport.importer_name,
        ExchangeCount.import_id,
    )
    .join(
        ExchangeSource,
        and_(
            ExchangeSource.contract_id == ExchangeCount.contract_id,
            ExchangeSource.id == ExchangeCount.source_id,
        ),
    )
    .join(
        ExchangeImport,
        and_(
            ExchangeImport.contract_id == ExchangeCount.contract_id,
            ExchangeImport.id == ExchangeCount.import_id,
        ),
    )
    .order_by(ExchangeCount.local_on, ExchangeSource.created_at, ExchangeSource.id, ExchangeCount.start_minute)
)

_Said = list[tuple[SourceFacts, list[StoredCount]]]


def _sources_of_days(contract_id: UUID, from_on: date, to_on: date) -> dict[date, _Said]:
    statement = _STORED.where(
        ExchangeCount.contract_id == contract_id,
        ExchangeCount.local_on.between(from_on, to_on),
        ExchangeCount.replaced_at.is_(None),
    )
    grouped: defaultdict[date, dict[UUID, tuple[SourceFacts, list[StoredCount]]]] = defaultdict(dict)
    for row in db.session.execute(statement):
        facts = SourceFacts(row.source_id, row.name, SourceKind(row.kind))
        _, stored = grouped[row.local_on].setdefault(row.source_id, (facts, []))
        stored.append(_stored(row))
    return {on: list(said.values()) for on, said in grouped.items()}


def _stored(row: Any) -> StoredCount:
    key = SlotKey(row.local_on, row.start_minute, row.inside_hours)
    return StoredCount(key, counts_of(row), row.imported_at, row.importer_name, row.import_id)


def counts_of(row: Any) -> Counts:
    """The counts of a row that holds the counted columns."""
    return Counts(
        row.offered,
        row.answered,
        row.abandoned,
        row.wait_seconds,
        row.talk_seconds,
        row.answered_within,
        row.within_seconds,
    )


def _rulings(contract_id: UUID, from_on: date, to_on: date) -> dict[date, _Ruling]:
    rows = db.session.execute(
        select(
            ExchangeDaySource.local_on,
            ExchangeDaySource.source_id,
            ExchangeDaySource.chooser_name,
            ExchangeDaySource.chosen_at,
        ).where(ExchangeDaySource.contract_id == contract_id, ExchangeDaySource.local_on.between(from_on, to_on))
    )
    return {row.local_on: _Ruling(row.source_id, row.chooser_name, row.chosen_at) for row in rows}


def ruling_sources(contract_id: UUID, from_on: date, to_on: date) -> dict[date, UUID]:
    """The source that rules each day of a range; days without one are absent."""
    return {on: ruling.source_id for on, ruling in _rulings(contract_id, from_on, to_on).items()}


def sources_saying(contract_id: UUID, from_on: date, to_on: date) -> dict[date, list[UUID]]:
    """The sources that have counts of each day, in the order in which they first came in."""
    said = _sources_of_days(contract_id, from_on, to_on)
    return {on: [facts.id for facts, _ in found] for on, found in said.items()}


def _reasons(contract_id: UUID, on: date, slots: Sequence[MinuteRange]) -> Iterable[Reason]:
    """The newest reason of each stretch, in order of the day, the whole day's last."""
    rows = db.session.execute(
        select(
            ExchangeGapReason.id,
            ExchangeGapReason.start_minute,
            ExchangeGapReason.reason,
            ExchangeGapReason.difference,
            ExchangeGapReason.writer_name,
            ExchangeGapReason.written_at,
        )
        .where(ExchangeGapReason.contract_id == contract_id, ExchangeGapReason.local_on == on)
        .order_by(ExchangeGapReason.written_at, ExchangeGapReason.id)
    ).all()
    newest = {row.start_minute: row for row in rows}
    ends = {slot.start: slot.end for slot in slots}
    keys = keys_for(contract_id) if newest else None
    for start, row in sorted(newest.items(), key=lambda item: (item[0] is None, item[0] or 0)):
        text = open_sealed(keys, REASON_LABEL, contract_id, row.id, row.reason) if keys else ""
        if text:
            end = None if start is None else ends.get(start)
            yield Reason(start, end, text, row.writer_name, row.written_at, row.difference)


def comparison(contract_id: UUID, day: DayExchange) -> Comparison:
    """The day beside the phone records of the desk."""
    found = records.counts_by_slot(contract_id, day.on, day.on, BY_MINUTE)
    return compare(day, Recorded({slot.start_minute: slot.recorded_by_phone for slot in found}))


class Gap(Struct, frozen=True):
    """A difference nobody has explained; `start_minute` None: of the whole day."""

    start_minute: int | None
    end_minute: int | None
    difference: int


def unexplained_gaps(contract_id: UUID, on: date) -> list[Gap]:
    """The gaps of a day that still need a reason."""
    found = comparison(contract_id, day_exchange(contract_id, on)).unexplained
    return [Gap(line.start_minute, line.end_minute, line.gap or 0) for line in found]


class ReplacedCount(Struct, frozen=True):
    """A count that stood once, and what replaced it."""

    source_name: str
    start_minute: int | None
    inside_hours: bool
    counts: Counts
    replaced_at: datetime
    replaced_by: str


def replaced_counts(contract_id: UUID, on: date) -> list[ReplacedCount]:
    """What was corrected on a day, the newest first."""
    rows = db.session.execute(
        select(
            ExchangeSource.name,
            ExchangeCount.start_minute,
            ExchangeCount.inside_hours,
            *COUNTED,
            ExchangeCount.replaced_at,
            ExchangeImport.importer_name,
        )
        .join(
            ExchangeSource,
            and_(ExchangeSource.contract_id == ExchangeCount.contract_id, ExchangeSource.id == ExchangeCount.source_id),
        )
        .join(
            ExchangeImport,
            and_(
                ExchangeImport.contract_id == ExchangeCount.contract_id,
                ExchangeImport.id == ExchangeCount.replaced_by_import_id,
            ),
        )
        .where(ExchangeCount.contract_id == contract_id, ExchangeCount.local_on == on)
        .order_by(ExchangeCount.replaced_at.desc(), ExchangeSource.name, ExchangeCount.start_minute)
    )
    return [
        ReplacedCount(row.name, row.start_minute, row.inside_hours, counts_of(row), row.replaced_at, row.importer_name)
        for row in rows
    ]


class ImportFacts(Struct, frozen=True):
    """One act that brought counts in. `account`: (line, reason) of what was refused or passed over."""

    id: UUID
    source_name: str
    kind: SourceKind
    file_name: str
    zone: str
    mapping: dict[str, Any]
    first_on: date | None
    last_on: date | None
    summary: dict[str, int]
    account: list[tuple[int, str]]
    imported_at: datetime
    importer_name: str


_IMPORT = select(
    ExchangeImport.id,
    ExchangeSource.name,
    ExchangeImport.kind,
    ExchangeImport.file_name,
    ExchangeImport.zone,
    ExchangeImport.mapping,
    ExchangeImport.first_on,
    ExchangeImport.last_on,
    ExchangeImport.summary,
    ExchangeImport.account,
    ExchangeImport.imported_at,
    ExchangeImport.importer_name,
).join(
    ExchangeSource,
    and_(ExchangeSource.contract_id == ExchangeImport.contract_id, ExchangeSource.id == ExchangeImport.source_id),
)


def _import(row: Any) -> ImportFacts:
    values = row._asdict()
    account = [(int(line), str(reason)) for line, reason in values.pop("account")]
    name, kind = values.pop("name"), SourceKind(values.pop("kind"))
    return ImportFacts(**values, account=account, source_name=name, kind=kind)


def one_import(contract_id: UUID, import_id: UUID) -> ImportFacts:
    """Raises `NotFound`."""
    row = db.session.execute(
        _IMPORT.where(ExchangeImport.contract_id == contract_id, ExchangeImport.id == import_id)
    ).first()
    if row is None:
        raise NotFound("取込の記録が見つかりませんでした。")
    return _import(row)


def page_of_imports(contract_id: UUID, page: Page) -> tuple[list[ImportFacts], int]:
    """The newest first, and how many there are."""
    own = ExchangeImport.contract_id == contract_id
    total = db.session.execute(select(func.count()).select_from(ExchangeImport).where(own)).scalar_one()
    rows = db.session.execute(
        _IMPORT.where(own)
        .order_by(ExchangeImport.imported_at.desc(), ExchangeImport.id.desc())
        .limit(page.size)
        .offset(page.offset)
    )
    return [_import(row) for row in rows], total


def import_of_file(contract_id: UUID, source_id: UUID, file_mark: bytes) -> ImportFacts | None:
    """The last import of the same bytes under the same source."""
    row = db.session.execute(
        _IMPORT.where(
            ExchangeImport.contract_id == contract_id,
            ExchangeImport.source_id == source_id,
            ExchangeImport.file_mark == file_mark,
        )
        .order_by(ExchangeImport.imported_at.desc())
        .limit(1)
    ).first()
    return None if row is None else _import(row)
