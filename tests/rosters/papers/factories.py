"""Papers for the tests: recorded by the system unless a test needs a person."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from callcenter.audit.service import system_actor
from callcenter.rosters.codes import AgreementKind, CertificateKind, InstructionKind
from callcenter.rosters.papers import service
from callcenter.rosters.papers.rules import AgreementTerms
from callcenter.rosters.papers.service import NewAgreement, NewCertificate, NewInstruction
from callcenter.web.transaction import transaction
from tests.centre import Centre
from tests.rosters.factories import TRAINED_ON, training_of

YEAR = (date(2026, 4, 1), date(2027, 3, 31))
EARLY = date(2026, 3, 20)


def train(centre: Centre, staff_id: UUID, issued_on: date = TRAINED_ON, until: date | None = None) -> UUID:
    return add_certificate(centre, training_of(staff_id, issued_on, until))


def pledge(centre: Centre, staff_id: UUID, issued_on: date = TRAINED_ON) -> UUID:
    kind = CertificateKind.PLEDGE
    return add_certificate(centre, NewCertificate(staff_id, kind, kind.label, issued_on))


def add_certificate(centre: Centre, new: NewCertificate) -> UUID:
    with centre.inside(), transaction():
        return service.add_certificate(new, by=system_actor(centre.contract_id), at=centre.now)


def set_aside(centre: Centre, staff_id: UUID, certificate_id: UUID, reason: str = "入力の誤り") -> None:
    with centre.inside(), transaction():
        by = system_actor(centre.contract_id)
        service.set_aside_certificate(staff_id, certificate_id, reason, by=by, at=centre.now)


def instruct(centre: Centre, **changes: object) -> UUID:
    """An instruction of the city; an approval when `headcount` is given."""
    kind = InstructionKind.APPROVAL if "headcount" in changes else InstructionKind.INSTRUCTION
    given = {
        "kind": kind,
        "received_on": date(2026, 5, 1),
        "given_by": "市民課（架空）",
        "content": "3名を配置すること。",
        "applies_on": date(2026, 6, 1),
        **changes,
    }
    with centre.inside(), transaction():
        new = NewInstruction(**given)  # type: ignore[arg-type]
        return service.add_instruction(new, by=system_actor(centre.contract_id), at=centre.now)


def agree(centre: Centre, kind: AgreementKind, period: tuple[date, date] = YEAR) -> UUID:
    with centre.inside(), transaction():
        new = NewAgreement(AgreementTerms(kind, period, EARLY))
        return service.add_agreement(new, by=system_actor(centre.contract_id), at=centre.now)
