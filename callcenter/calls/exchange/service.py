"""Use cases of the exchange's counts: bring them in, choose what rules a day, explain a gap. None of them commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, field
from sqlalchemy import insert, select, update

from callcenter.audit.service import Act, record
from callcenter.calls.exchange import queries
from callcenter.calls.exchange.cdr import ExchangeCall
from callcenter.calls.exchange.csv_text import Refusal
from callcenter.calls.exchange.intake import Term
from callcenter.calls.exchange.models import (
    ExchangeCallRow,
    ExchangeCount,
    ExchangeDaySource,
    ExchangeGapReason,
    ExchangeImport,
    ExchangeSource,
)
from callcenter.calls.exchange.plans import CallPlan, Plan, plan_calls, plan_counts
from callcenter.calls.exchange.rules import MANUAL_NAME, TOKYO_ZONE, Counts, SlotKey, SourceKind
from callcenter.calls.exchange.thresholds import seconds_on
from callcenter.clock import local
from callcenter.contracts.queries import calendar, contract
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.extensions import db, new_id
from callcenter.protection.cipher import seal
from callcenter.protection.deployment import keys_for
from callcenter.web.access import Actor

ACCOUNT_LINES = 500


class Origin(Struct, frozen=True):
    """Where counts come from. `file_mark`: keyed hash of the file's bytes; None for what was typed."""

    source_name: str
    kind: SourceKind
    zone: str = TOKYO_ZONE
    mapping: Mapping[str, Any] = field(default_factory=dict)
    file_name: str = ""
    file_mark: bytes | None = None


class Incoming(Struct, frozen=True):
    """Counts (or, of a detail record, calls) of one act, with the account of its lines and numbers for its summary."""

    origin: Origin
    counts: Mapping[SlotKey, Counts] = field(default_factory=dict)
    calls: tuple[ExchangeCall, ...] = ()
    whole_days: frozenset[date] = frozenset()
    account: tuple[Refusal, ...] = ()
    summary: Mapping[str, int] = field(default_factory=dict)


class Outcome(Struct, frozen=True):
    """What an act did: the id of its import, or None when nothing changed."""

    import_id: UUID | None
    summary: Mapping[str, int]


def term_of(contract_id: UUID, at: datetime) -> Term:
    """What days are judged by: the contract's term and calendar, and the present."""
    facts = contract(contract_id)
    return Term(facts.starts_on, facts.ends_on, local(at), calendar(contract_id).open_interval, seconds_on(contract_id))


def check_source(contract_id: UUID, name: str, kind: SourceKind) -> None:
    """Raises `InvalidInput` on `source` when the name belongs to another kind of source."""
    known = queries.source_named(contract_id, name)
    if (name == MANUAL_NAME) != (kind is SourceKind.MANUAL) or (known and known.kind is not kind):
        raise InvalidInput(errors={"source": ["この名前は別の種類の情報源で使われています。"]})


class Plans(Struct, frozen=True):
    """What `incoming` would change; `calls` for a detail record."""

    counts: Plan
    calls: CallPlan | None
    totals: Mapping[SlotKey, Counts]

    @property
    def writes(self) -> bool:
        return self.calls.writes if self.calls else self.counts.writes

    def as_dict(self) -> dict[str, int]:
        """Numbers for the log and the account."""
        found = self.counts.as_dict()
        if self.calls:
            found |= {"new_calls": len(self.calls.new), "changed_calls": len(self.calls.changed)}
        return found


def plan(contract_id: UUID, incoming: Incoming, at: datetime) -> Plans:
    """Reads only: for the preview, and again inside the transaction that changes."""
    source = queries.source_named(contract_id, incoming.origin.source_name)
    source_id = source.id if source else None
    if incoming.origin.kind is not SourceKind.CDR:
        return Plans(plan_counts(contract_id, source_id, incoming.counts, incoming.whole_days), None, incoming.counts)
    term = term_of(contract_id, at)
    found = plan_calls(contract_id, source_id, incoming.calls, incoming.origin.zone, term)
    return Plans(found.counts, found, found.totals)


def bring_in(incoming: Incoming, *, by: Actor, at: datetime) -> Outcome:
    """Apply a file or a typed day. The same twice changes nothing. Raises `InvalidInput` on `source`."""
    check_source(by.contract, incoming.origin.source_name, incoming.origin.kind)
    source = _locked(incoming.origin, by)
    plans = plan(by.contract, incoming, at)
    summary = {**incoming.summary, **plans.as_dict()}
    if not plans.writes:
        known = str(source.id) if source else "-"
        record(Act("exchange.import_repeated", "exchange_source", known, summary), by=by, at=at)
        return Outcome(None, summary)
    act = _import(incoming, source or _new_source(incoming.origin, by, at), plans, by, at)
    if plans.calls:
        _write_calls(plans.calls, act)
    write_counts(plans.counts, act)
    rule_days(plans.counts.days, act)
    details = {"source": str(act.source_id), "kind": act.kind, **summary}
    record(Act("exchange.imported", "exchange_import", str(act.id), details), by=by, at=at)
    return Outcome(act.id, summary)


def _locked(origin: Origin, by: Actor) -> ExchangeSource | None:
    """The source, locked until the commit: two imports of one source come one after the other."""
    return db.session.execute(
        select(ExchangeSource)
        .where(ExchangeSource.contract_id == by.contract, ExchangeSource.name == origin.source_name)
        .with_for_update()
    ).scalar_one_or_none()


def _new_source(origin: Origin, by: Actor, at: datetime) -> ExchangeSource:
    row = ExchangeSource(
        contract_id=by.contract, id=new_id(), name=origin.source_name, kind=origin.kind.value, created_at=at
    )
    db.session.add(row)
    return row


def _import(incoming: Incoming, source: ExchangeSource, plans: Plans, by: Actor, at: datetime) -> ExchangeImport:
    source.zone, source.mapping = incoming.origin.zone, dict(incoming.origin.mapping)
    db.session.flush()
    days = sorted({key.local_on for key in plans.totals} | set(plans.counts.days))
    row = ExchangeImport(
        contract_id=by.contract,
        id=new_id(),
        source_id=source.id,
        kind=incoming.origin.kind.value,
        file_name=incoming.origin.file_name,
        file_mark=incoming.origin.file_mark,
        zone=incoming.origin.zone,
        mapping=dict(incoming.origin.mapping),
        first_on=days[0] if days else None,
        last_on=days[-1] if days else None,
        summary={**incoming.summary, **plans.as_dict()},
        account=[[item.line, item.reason] for item in incoming.account[:ACCOUNT_LINES]],
        imported_at=at,
        imported_by=by.user_id,
        importer_name=by.name,
    )
    db.session.add(row)
    db.session.flush()
    return row


def write_counts(plan: Plan, act: ExchangeImport) -> None:
    """Mark what is replaced, then add what stands from now on."""
    ended = [*(row_id for row_id, _ in plan.changed.values()), *plan.withdrawn.values()]
    if ended:
        mark = {"contract_id": act.contract_id, "replaced_at": act.imported_at, "replaced_by_import_id": act.id}
        db.session.execute(update(ExchangeCount), [{**mark, "id": row_id} for row_id in ended])
    standing = {**plan.new, **{key: counts for key, (_, counts) in plan.changed.items()}}
    if standing:
        db.session.execute(insert(ExchangeCount), [_count(key, counts, act) for key, counts in standing.items()])


def _count(key: SlotKey, counts: Counts, act: ExchangeImport) -> dict[str, Any]:
    return {
        "contract_id": act.contract_id,
        "id": new_id(),
        "source_id": act.source_id,
        "local_on": key.local_on,
        "start_minute": key.start_minute,
        "inside_hours": key.inside_hours,
        "offered": counts.offered,
        "answered": counts.answered,
        "abandoned": counts.abandoned,
        "wait_seconds": counts.wait_seconds,
        "talk_seconds": counts.talk_seconds,
        "answered_within": counts.answered_within,
        "within_seconds": counts.within_seconds,
        "import_id": act.id,
    }


def _write_calls(plan: CallPlan, act: ExchangeImport) -> None:
    if plan.new:
        rows = [
            {"contract_id": act.contract_id, "id": new_id(), "source_id": act.source_id, **_call(call, act)}
            for call in plan.new
        ]
        db.session.execute(insert(ExchangeCallRow), rows)
    if plan.changed:
        changes = [{"contract_id": act.contract_id, "id": row_id, **_call(call, act)} for row_id, call in plan.changed]
        db.session.execute(update(ExchangeCallRow), changes)


def _call(call: ExchangeCall, act: ExchangeImport) -> dict[str, Any]:
    moment = local(call.started_at)
    return {
        "linked_id": call.linked_id,
        "started_at": call.started_at,
        "local_on": moment.on,
        "minute": moment.minute,
        "offered": call.offered,
        "answered": call.answered,
        "wait_seconds": call.wait_seconds,
        "talk_seconds": call.talk_seconds,
        "import_id": act.id,
    }


def rule_days(days: Iterable[date], act: ExchangeImport) -> None:
    """The first source entered rules a day, until a person chooses another or it no longer says anything of it."""
    wanted = sorted(set(days))
    if not wanted:
        return
    saying = queries.sources_saying(act.contract_id, wanted[0], wanted[-1])
    ruled = queries.ruling_sources(act.contract_id, wanted[0], wanted[-1])
    scope = {"contract_id": act.contract_id, "chooser_name": ""}
    rows = [
        {**scope, "id": new_id(), "local_on": on, "source_id": saying[on][0]}
        for on in wanted
        if on not in ruled and saying.get(on)
    ]
    if rows:
        db.session.execute(insert(ExchangeDaySource), rows)
    for on in wanted:
        if on in ruled and saying.get(on) and ruled[on] not in saying[on]:
            _pass_on(act.contract_id, on, saying[on][0])


def _pass_on(contract_id: UUID, on: date, source_id: UUID) -> None:
    db.session.execute(
        update(ExchangeDaySource)
        .where(ExchangeDaySource.contract_id == contract_id, ExchangeDaySource.local_on == on)
        .values(source_id=source_id, chosen_at=None, chosen_by=None, chooser_name="")
    )


def choose_source(on: date, source_id: UUID, *, by: Actor, at: datetime) -> bool:
    """Let a source rule a day; False when it does already. Raises `NotFound` when it says nothing of that day."""
    said = db.session.execute(
        select(ExchangeCount.id).where(
            ExchangeCount.contract_id == by.contract,
            ExchangeCount.source_id == source_id,
            ExchangeCount.local_on == on,
            ExchangeCount.replaced_at.is_(None),
        )
    ).first()
    if said is None:
        raise NotFound("この情報源には、この日の数がありません。")
    row = db.session.execute(
        select(ExchangeDaySource).where(ExchangeDaySource.contract_id == by.contract, ExchangeDaySource.local_on == on)
    ).scalar_one()
    if row.source_id == source_id:
        return False
    details = {"on": on.isoformat(), "from": str(row.source_id), "to": str(source_id)}
    row.source_id, row.chosen_at = source_id, at
    row.chosen_by, row.chooser_name = by.user_id, by.name
    record(Act("exchange.source_chosen", "exchange_day", on.isoformat(), details), by=by, at=at)
    return True


class ManualDay(Struct, frozen=True):
    """A day typed in: everything the manual source says of it. `seen`: the last manual entry the typist knew of."""

    on: date
    counts: Mapping[SlotKey, Counts]
    seen: UUID | None


def last_manual(contract_id: UUID, on: date) -> UUID | None:
    """The newest manual entry of a day: what a form shows, and what a save is compared with."""
    return db.session.execute(
        select(ExchangeImport.id)
        .where(
            ExchangeImport.contract_id == contract_id,
            ExchangeImport.kind == SourceKind.MANUAL.value,
            ExchangeImport.first_on == on,
        )
        .order_by(ExchangeImport.imported_at.desc(), ExchangeImport.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def save_manual(day: ManualDay, *, by: Actor, at: datetime) -> Outcome:
    """Keep a day as it was typed; what was there before is kept as replaced.

    Raises `InvalidInput` on `on` outside the contract or in the future, `Conflict` when somebody saved meanwhile.
    """
    reason = term_of(by.contract, at).refusal_of(day.on)
    if reason:
        raise InvalidInput(errors={"on": [reason]})
    incoming = Incoming(Origin(MANUAL_NAME, SourceKind.MANUAL), counts=day.counts, whole_days=frozenset({day.on}))
    if day.seen != last_manual(by.contract, day.on) and plan(by.contract, incoming, at).writes:
        raise Conflict("入力している間に、ほかの人がこの日の手入力を保存しました。")
    return bring_in(incoming, by=by, at=at)


def adopt_manual(on: date, *, by: Actor, at: datetime) -> None:
    """Let what was typed in rule the day; nothing happens where nothing was."""
    source = queries.source_named(by.contract, MANUAL_NAME)
    if source is not None and last_manual(by.contract, on) is not None:
        choose_source(on, source.id, by=by, at=at)


class NewReason(Struct, frozen=True):
    """Why exchange and records differ. The text is clean and scanned; an empty one takes the reason back."""

    on: date
    start_minute: int | None
    text: str


def explain_gap(new: NewReason, *, by: Actor, at: datetime) -> bool:
    """Keep the reason beside the gap it explains; False when it stands so already. Raises `NotFound` without a line."""
    day = queries.day_exchange(by.contract, new.on)
    found = queries.comparison(by.contract, day)
    lines = {line.start_minute: line for line in (*found.lines, found.total)}
    if new.start_minute not in lines:
        raise NotFound("この時間帯は受付時間にありません。")
    line = lines[new.start_minute]
    if (line.reason.text if line.reason else "") == new.text and not line.stale:
        return False
    add_reason(new, line.gap or 0, by=by, at=at)
    details = {"on": new.on.isoformat(), "start_minute": new.start_minute, "withdrawn": not new.text}
    record(Act("exchange.gap_explained", "exchange_day", new.on.isoformat(), details), by=by, at=at)
    return True


def add_reason(new: NewReason, difference: int, *, by: Actor, at: datetime) -> None:
    """The row itself; the caller writes the entry of the log."""
    row = ExchangeGapReason(
        contract_id=by.contract,
        id=new_id(),
        local_on=new.on,
        start_minute=new.start_minute,
        difference=difference,
        written_at=at,
        written_by=by.user_id,
        writer_name=by.name,
    )
    row.reason = seal(keys_for(by.contract), queries.REASON_LABEL, by.contract, row.id, new.text)
    db.session.add(row)
