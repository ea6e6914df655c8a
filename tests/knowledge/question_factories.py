"""Questions that nothing answered, as the services keep them."""

from __future__ import annotations

from uuid import UUID, uuid4

from callcenter.knowledge import questions
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.calls.factories import opened_call
from tests.centre import Centre, Person


def asked(centre: Centre, *, to_city: bool = False) -> UUID:
    """A question from a call of its own."""
    operator = centre.person(Role.OPERATOR)
    call = UUID(opened_call(operator.client()))
    new = questions.NewQuestion(call, "駐車場は何台分ありますか", "0101", to_city, uuid4())
    with centre.inside(), transaction():
        return questions.ask(new, by=operator.actor, at=centre.now).id


def put_together(centre: Centre, question_id: UUID, with_number: int, *, by: Person) -> None:
    with centre.inside(), transaction():
        questions.put_together(question_id, with_number, by=by.actor, at=centre.now)


def answered(centre: Centre, *, officer: Person | None = None) -> UUID:
    """A question to which the city has said something."""
    question_id = asked(centre, to_city=True)
    by = officer or centre.person(Role.CITY_OFFICER, name="例田 職員")
    with centre.inside(), transaction():
        questions.answer(question_id, "20台分あります。", by=by.actor, at=centre.now)
    return question_id
