"""A June that went all the way: reported, sent by mail, handed over, remarked on, accepted, claimed and paid, with a
word of its own planted in every text that a person typed on the way."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from msgspec import structs

from callcenter.config import MailServer
from callcenter.deliveries import queries as delivered
from callcenter.deliveries import sending, sending_queries
from callcenter.deliveries.rules import Kind
from callcenter.jobs.rules import JobKind
from callcenter.jobs.running import run_waiting
from callcenter.reporting.completion import queries as completion
from callcenter.web.access import Role
from tests.centre import Browser, Centre, Person
from tests.deliveries.sending_factories import A, listed, permitted
from tests.jobs.factories import bind
from tests.reporting.completion import factories as money
from tests.reporting.periods import june

SEALED = {
    "caller": "鬼頭 龍之介",
    "phone": "073-432-0987",
    "question": "植込一の問合せ",
    "case": "植込二の苦情の要旨",
    "comment": "植込三の所見です。",
    "remark": "植込四のコメントです。",
    "agreement": "植込五の協議で手渡しとした",
    "recipient": "植込六係長",
    "receipt": "植込七号",
}
"""What people typed on the way that must stand nowhere in the clear."""


class DeliveredJune:
    """The people, and the ids of what they made."""

    def __init__(self, centre: Centre, server: MailServer) -> None:
        self.centre = centre
        centre.app.extensions["callcenter_settings"] = structs.replace(centre.settings, mail=server)
        self.manager = centre.person(Role.CONTRACT_MANAGER, name="例田 管理")
        self.officer = centre.person(Role.CITY_OFFICER, name="例田 職員")
        permitted(centre, self.manager)
        (self.address,) = listed(centre, self.manager, A)
        self.supervisor = self._recorded()
        self.browser = self.supervisor.client()
        self._reported()
        self._handed_over()
        self._claimed()

    def work(self) -> int:
        bind(self.centre.app, *june.HANDLERS, (JobKind.SEND_MAIL, sending.deliver))
        return run_waiting(self.centre.app)

    def _recorded(self) -> Person:
        return june.recorded_june(
            self.centre,
            name=SEALED["caller"],
            phone=SEALED["phone"],
            question=SEALED["question"],
            report_text=SEALED["case"],
            complaint=True,
        )

    def _reported(self) -> None:
        words = {"section": "summary", "revision": "0", "text": SEALED["comment"]}
        _done(self.browser.post(f"{june.PAGE}/comments", data=words))
        june.built(self.centre, self.browser)
        _done(june.approve(self.browser))
        self.work()
        self.version = self._newest(Kind.MONTHLY)
        city = self.officer.client()
        words = {"text": SEALED["remark"], "idempotency_key": str(uuid4())}
        _done(city.post(f"/documents/{self.version}/remarks", data=words))
        _done(city.post(f"/documents/{self.version}/decision", data={"decision": "accepted"}))

    def _newest(self, kind: Kind) -> UUID:
        with self.centre.inside():
            span = june.JUNE
            return delivered.versions_for(self.centre.contract_id, kind, span.from_on, span.to_on)[0].id

    def _handed_over(self) -> None:
        form = {"address_ids": str(self.address), "idempotency_key": str(uuid4())}
        _done(self.browser.post(f"/documents/{self.version}/sending", data=form))
        self.work()
        form = {
            "method": "hand",
            "edition": "handover",
            "handed_on": "2026-07-01",
            "handed_time": "09:30",
            "recipient": SEALED["recipient"],
            "agreement": SEALED["agreement"],
            "idempotency_key": str(uuid4()),
        }
        _done(self.browser.post(f"/documents/{self.version}/handing-over", data=form))
        with self.centre.inside():
            found = sending_queries.handing_over(self.centre.contract_id, self.version, for_city=False).sendings
        self.by_hand, self.by_mail = (one.id for one in found)
        self.recipient = found[1].recipients[0].id
        assert found[1].job is not None
        self.job = found[1].job.id
        words = {"receipt": SEALED["receipt"]}
        _done(self.officer.client().post(f"/documents/sendings/{self.by_hand}/receipt", data=words))

    def _claimed(self) -> None:
        browser = money.claimed(self.centre, self.manager)
        _done(money.reduce(browser))
        _done(money.pay(browser))
        self.notice, self.invoice = self._newest(Kind.NOTICE), self._newest(Kind.INVOICE)
        with self.centre.inside():
            (reduction,) = completion.reductions_of(self.centre.contract_id, money.JUNE)
            (payment,) = completion.payments_of(self.centre.contract_id, money.JUNE, money.JUNE)[money.JUNE]
        self.reduction, self.payment = reduction.id, payment.id


def _done(answer: Any) -> None:
    assert answer.status_code == 303, answer.text


def stranger(centre: Centre) -> Browser:
    """Somebody who may do everything, under another contract of the same days."""
    with centre.inside():
        other = centre.new_contract("R7", city_name="別の架空市")
    centre.contract_id = other
    return centre.person(*Role, contract_id=other).client()
