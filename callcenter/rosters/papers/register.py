"""The staff list (業務従事者名簿) as the document for the city: its values as of a day."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from callcenter.contracts.queries import contract
from callcenter.rosters.codes import CertificateKind
from callcenter.rosters.papers import queries
from callcenter.rosters.papers.rules import Period, Periods, Standing, standing
from callcenter.rosters.queries import ROLE_ORDER, StaffMember, staff_list
from reports import staff_list as document
from reports.wareki import wareki_weekday

Kept = dict[UUID, tuple[Period, ...]]


class _Papers(Struct, frozen=True):
    trained: Kept
    pledged: Kept


def register(contract_id: UUID, on: date, since: date | None, built_at: datetime) -> document.StaffList:
    """The people assigned on a day, the supervisor first; with who came and left after `since`, if given.

    What is on file now is judged as of the day. Raises `NotFound` for no contract.
    """
    term = contract(contract_id)
    people = sorted(staff_list(contract_id), key=lambda one: ROLE_ORDER.index(one.role))
    papers = _Papers(
        queries.periods(contract_id, CertificateKind.TRAINING), queries.periods(contract_id, CertificateKind.PLEDGE)
    )
    assigned = [one for one in people if one.assigned_on(on)]
    return document.StaffList(
        contract=term.title,
        city=term.city_name,
        contractor=term.contractor_name,
        place=term.place,
        on=on,
        built_at=built_at,
        lines=tuple(_line(one, papers, on) for one in assigned),
        operators=sum(one.role.counts_to_minimum for one in assigned),
        approval=_approval(contract_id, on),
        since=since,
        changes=() if since is None else _changes(people, papers, (since, on)),
    )


def _line(member: StaffMember, papers: _Papers, on: date) -> document.Line:
    trained = papers.trained.get(member.id, ())
    notes = (member.note, _training_note(trained, on))
    return document.Line(
        code=member.code,
        name=member.name,
        name_kana=member.name_kana,
        role=member.role.label,
        employment=member.employment.label,
        starts_on=member.starts_on,
        ends_on=member.ends_on,
        trained_on=_latest(trained, on),
        pledged_on=_latest(papers.pledged.get(member.id, ()), on),
        note="　".join(note for note in notes if note),
    )


def _latest(periods: Periods, on: date) -> date | None:
    return max((one.from_on for one in periods if one.from_on <= on), default=None)


def _training_note(periods: Periods, on: date) -> str:
    """Said where the date alone would let a training look valid that is not."""
    if standing(periods, on) is not Standing.EXPIRED:
        return ""
    ended = max(one.until for one in periods if one.until is not None and one.until < on)
    return f"業務研修の有効期限切れ（{wareki_weekday(ended)}まで）"


def _approval(contract_id: UUID, on: date) -> document.Approval | None:
    holding = queries.approval_on(queries.approvals(contract_id), on)
    if holding is None:
        return None
    source = "契約条件" if holding.number is None else f"市の承認 第{holding.number}号"
    return document.Approval(holding.headcount, holding.since, source)


def _changes(people: list[StaffMember], papers: _Papers, days: tuple[date, date]) -> tuple[document.Change, ...]:
    """Who began after `since`, up to the day; and who, there on `since` or later, was gone on the day."""
    since, on = days
    came = [
        document.Change(True, one.starts_on, _line(one, papers, on)) for one in people if since < one.starts_on <= on
    ]
    left = [
        document.Change(False, one.ends_on, _line(one, papers, on))
        for one in people
        if one.ends_on is not None and since <= one.ends_on < on
    ]
    return tuple(sorted(came + left, key=lambda change: (change.on, change.came, change.line.code)))
