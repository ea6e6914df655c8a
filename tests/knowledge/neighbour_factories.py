"""A second contract in the same database, in which there is one of everything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from callcenter.knowledge import confirmations, files, news, questions, readings, requests, starting, synonyms, uses
from callcenter.knowledge.confirmations import Seen
from callcenter.knowledge.content import Seed, seeds
from callcenter.knowledge.news import Issuer, NewFile, NewNotice
from callcenter.knowledge.rules import EntryKind
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.calls.factories import opened_call
from tests.centre import Centre, Person
from tests.knowledge.factories import Made, draft, published_entry, submitted
from tests.knowledge.question_factories import asked, put_together

TODAY = date(2026, 6, 1)
KEY = UUID("018f0000-0000-7000-8000-0000000000aa")
"""A form's own key, the same in both contracts: nobody promises that two browsers draw different ones."""
UPLOAD = files.Upload("図.pdf", files.PDF, b"%PDF-1.7 plan")
FEW: tuple[Seed, ...] = (
    next(one for one in seeds() if one.kind is EntryKind.FAQ),
    next(one for one in seeds() if one.kind is EntryKind.CHAPTER),
)


@dataclass(frozen=True)
class Neighbour:
    """What there is. `ruling` is in force and names `waiting`, which lies before the city; `begun_with`: a FAQ of the
    starting set that the city has not confirmed; `call`: one in which an entry was used."""

    contract_id: UUID
    leader: Person
    ruling: Made
    waiting: Made
    begun_with: UUID
    question: UUID
    call: UUID
    notice: UUID
    file: UUID


@contextmanager
def under(centre: Centre, contract_id: UUID) -> Iterator[None]:
    """Everything that is made and done is of this contract."""
    own, centre.contract_id = centre.contract_id, contract_id
    try:
        yield
    finally:
        centre.contract_id = own


def neighbour(centre: Centre) -> Neighbour:
    """One of everything, in a contract beside the centre's."""
    with centre.inside():
        other = centre.new_contract("R8B")
    with under(centre, other):
        return _one_of_everything(centre)


def _one_of_everything(centre: Centre) -> Neighbour:
    leader, officer = centre.person(Role.SUPERVISOR, name="隣の 責任者"), centre.person(Role.CITY_OFFICER)
    waiting = draft(centre, leader, title="確認待ちの下書き")
    submitted(centre, waiting.version_id, by=leader)
    ruling = published_entry(
        centre, title="駐車場はありますか", by=leader, officer=officer, related=(str(waiting.entry_id),)
    )
    call, question = _questions(centre, leader)
    file = _kept(centre, leader, officer, ruling, call)
    return Neighbour(
        centre.contract_id,
        leader,
        ruling,
        waiting,
        begun_with=_begun_with(centre, leader, officer),
        question=question,
        call=call,
        notice=_notice(centre, leader, ruling),
        file=file,
    )


def _questions(centre: Centre, leader: Person) -> tuple[UUID, UUID]:
    """A question at the city, which another one follows; (its call, its id)."""
    call = UUID(opened_call(leader.client()))
    new = questions.NewQuestion(call, "駐車場は何台分ありますか", "0101", True, KEY)
    with centre.inside(), transaction():
        first = questions.ask(new, by=leader.actor, at=centre.now)
    put_together(centre, asked(centre), first.number, by=leader)
    return call, first.id


def _begun_with(centre: Centre, leader: Person, officer: Person) -> UUID:
    """The starting set is loaded, its chapter confirmed and its FAQ not."""
    with centre.inside():
        with transaction():
            starting.load(starting.prepared(FEW), by=leader.actor, at=centre.now)
        chapter, faq = confirmations.waiting(centre.contract_id, TODAY)
        with transaction():
            confirmations.confirm([Seen(chapter.version.id, 1)], by=officer.actor, at=centre.now)
        return faq.version.id


def _notice(centre: Centre, leader: Person, made: Made) -> UUID:
    file = NewFile("通知.pdf", files.PDF, b"%PDF-1.7 notice")
    new = NewNotice(Issuer.STATE, "手数料の改定", TODAY, file=file, key=KEY)
    with centre.inside(), transaction():
        notice = news.record_notice(new, by=leader.actor, at=centre.now)
        news.touch(notice, [made.entry_id], by=leader.actor, at=centre.now)
    return notice


def _kept(centre: Centre, leader: Person, officer: Person, made: Made, call: UUID) -> UUID:
    """A request of the city, a group of words, a use with its words, a reading; and a file, whose id it answers."""
    used = uses.NewUse(call, made.entry_id, made.version_id, 1)
    with centre.inside(), transaction():
        requests.ask(requests.NewRequest(key=KEY), by=officer.actor, at=centre.now)
        synonyms.add(synonyms.Wanted(("はがき", "通知")), KEY, by=leader.actor, at=centre.now)
        uses.note_use(used, "駐車 場所", by=leader.actor, at=centre.now)
        readings.confirm(made.version_id, by=leader.actor, at=centre.now)
        return files.add(made.entry_id, UPLOAD, by=leader.actor, at=centre.now)
