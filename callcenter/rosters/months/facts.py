"""Everything a month's roster is judged by, read at once: days, people, leave, agreements, work of the days before."""

from __future__ import annotations

import calendar as months
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from callcenter.clock import local
from callcenter.contracts.queries import Terms, calendar, contract, setting, terms
from callcenter.contracts.settings import SETTINGS
from callcenter.errors import InvalidInput, NotFound
from callcenter.rosters.codes import AgreementKind
from callcenter.rosters.floor import break_reading
from callcenter.rosters.months.absences import Leave, standing
from callcenter.rosters.months.queries import worked_by_plan
from callcenter.rosters.months.rules import Day, Key, Month
from callcenter.rosters.papers import queries as papers
from callcenter.rosters.queries import ROLE_ORDER, StaffMember, staff_list
from callcenter.web.labels import date_label
from reports.wareki import wareki_month
from scheduling import labour
from scheduling.labour import WorkedDay
from scheduling.rostering.problem import LeaderRule


class MonthFacts(Struct, frozen=True):
    """What holds for a month, whatever its roster. `off`: days of approved leave; `asked`: leave asked for and wishes.

    `members` holds everybody ever assigned; `people` those of the month, the responsible first."""

    month: Month
    members: Mapping[UUID, StaffMember]
    people: tuple[StaffMember, ...]
    off: Mapping[Key, Leave]
    asked: Mapping[Key, Leave]
    agreements: tuple[labour.Agreement, ...]
    before: tuple[WorkedDay, ...]
    today: date
    leader_rule: LeaderRule = LeaderRule.WARN

    @property
    def operators(self) -> frozenset[UUID]:
        return frozenset(one.id for one in self.members.values() if one.role.counts_to_minimum)


def month_days(contract_id: UUID, first: date) -> Month:
    """The month that begins on `first`. Raises `InvalidInput` when no day of it lies in the contract."""
    term, last = contract(contract_id), first.replace(day=months.monthrange(first.year, first.month)[1])
    from_on, to_on = max(first, term.starts_on), min(last, term.ends_on)
    if from_on > to_on:
        span = f"{date_label(term.starts_on)}から{date_label(term.ends_on)}まで"
        raise InvalidInput(
            f"{wareki_month(first)}は契約期間（{span}）の外の月です。",
            errors={"month": ["契約期間の外の月です。"]},
        )
    known, reading = terms(contract_id), break_reading(contract_id)
    days = calendar(contract_id).days(from_on, to_on)
    return Month(
        first,
        tuple(
            Day(one.on, one.hours, "" if one.open else one.why, _minimum(known, one.on), reading.counts_on(one.on))
            for one in days
        ),
    )


def _minimum(known: list[Terms], on: date) -> int:
    begun = [entry for entry in known if entry.effective_on <= on]
    if not begun:
        raise NotFound("この月の契約条件が登録されていません。")
    return begun[-1].minimum_operators


def month_facts(contract_id: UUID, first: date, at: datetime) -> MonthFacts:
    """Read the facts. Raises as `month_days` does."""
    month = month_days(contract_id, first)
    members = {one.id: one for one in staff_list(contract_id)}
    leaves = standing(contract_id, month.from_on, month.to_on)
    return MonthFacts(
        month=month,
        members=members,
        people=_people(members, month),
        off={(one.staff_id, on): one for one in leaves if one.binding for on in one.days()},
        asked={(one.staff_id, on): one for one in leaves if not one.binding for on in one.days()},
        agreements=agreements(contract_id),
        before=worked_by_plan(contract_id, contract(contract_id).starts_on, month.from_on),
        today=local(at).on,
        leader_rule=_leader_rule(contract_id, month.from_on),
    )


def _leader_rule(contract_id: UUID, on: date) -> LeaderRule:
    """Whether a leader has to be there at every opening minute, as the contract's setting says."""
    word = setting(contract_id, "leader_per_slot", on, SETTINGS["leader_per_slot"].standard)[0]
    return {"必須": LeaderRule.REQUIRE, "確認しない": LeaderRule.OFF}.get(word, LeaderRule.WARN)


def _people(members: Mapping[UUID, StaffMember], month: Month) -> tuple[StaffMember, ...]:
    there = [
        one
        for one in members.values()
        if one.starts_on <= month.to_on and (one.ends_on is None or month.from_on <= one.ends_on)
    ]
    return tuple(sorted(there, key=lambda one: (ROLE_ORDER.index(one.role), one.reading)))


_KINDS = {
    AgreementKind.OVERTIME: (labour.AgreementKind.OVERTIME, labour.AgreementKind.REST_DAY_WORK),
    AgreementKind.OVERTIME_SPECIAL: (labour.AgreementKind.SPECIAL_CLAUSE,),
    AgreementKind.STAGGERED_BREAKS: (labour.AgreementKind.STAGGERED_BREAKS,),
}


def agreements(contract_id: UUID) -> tuple[labour.Agreement, ...]:
    """The agreements on file as labour law names them: a 36 agreement covers overtime and work on rest days."""
    return tuple(
        labour.Agreement(kind, one.from_on, one.to_on, one.month_limit, one.year_limit)
        for one in papers.agreements(contract_id)
        for kind in _KINDS[one.kind]
    )
