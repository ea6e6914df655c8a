"""What 今日 says of questions that no FAQ answered, and of versions on which the city has decided."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from callcenter.knowledge import approval, questions
from callcenter.knowledge.rules import Stage
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Centre, Person
from tests.knowledge.factories import approved, draft, published_entry, submitted
from tests.knowledge.question_factories import answered, asked, put_together

OPEN, ANSWERED = "合うFAQがなかった質問が未整理です", "市が質問に回答しました。FAQにしてください"
APPROVED, BACK = "市が承認した版を公開してください", "市がマニュアル・FAQの版を差し戻しました"
TITLES = {OPEN, ANSWERED, APPROVED, BACK}
LEADERS = pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.CONTRACT_MANAGER])


def rows(person: Person) -> dict[str, str]:
    """What each thing to do about this says, by its title."""
    page = person.client().get("/today").text
    found = re.findall(r'<tr id="task-.*?</tr>', page, re.DOTALL)
    named = {re.findall(r"<b>([^<]+)</b>", row)[0]: row for row in found}
    return {title: row for title, row in named.items() if title in TITLES}


def opened(person: Person, row: str) -> str:
    """The page that the first link of a thing to do leads to."""
    answer = person.client().get(re.findall(r'href="([^"]+)"', row)[0])
    assert answer.status_code == 200
    return str(answer.text)


def test_nothing_is_said_while_nothing_waits(centre: Centre) -> None:
    asked(centre, to_city=True)
    submitted(centre, draft(centre).version_id)
    published_entry(centre, title="公開した項目")
    assert rows(centre.person(Role.SUPERVISOR)) == {}


@LEADERS
def test_an_open_question_waits_with_its_age_until_it_is_settled(centre: Centre, role: Role) -> None:
    person = centre.person(role)
    question_id = asked(centre)
    centre.at(centre.now + timedelta(days=2))
    row = rows(person)[OPEN]
    assert "質問1（2日前に受付）" in row
    assert "駐車場" not in row
    assert "市に照会する" in opened(person, row)
    with centre.inside(), transaction():
        questions.settle(question_id, by=person.actor, at=centre.now)
    assert rows(person) == {}


@LEADERS
def test_an_answer_of_the_city_waits_to_become_a_faq(centre: Centre, role: Role) -> None:
    person = centre.person(role)
    answered(centre)
    row = rows(person)[ANSWERED]
    assert "質問1（今日回答）" in row
    assert "FAQの下書きを作る" in opened(person, row)


def test_questions_put_together_count_once(centre: Centre) -> None:
    person = centre.person(Role.SUPERVISOR)
    asked(centre)
    put_together(centre, asked(centre), 1, by=person)
    assert '<b class="today-count">1</b>' in rows(person)[OPEN]


def test_another_contracts_questions_are_not_told(centre: Centre) -> None:
    asked(centre)
    with centre.inside():
        other_id = centre.new_contract("R8-B", city_name="別の架空市")
    elsewhere = centre.person(Role.SUPERVISOR, contract_id=other_id)
    browser = centre.browser()
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = centre.open_session(elsewhere, other_id)
    assert OPEN not in browser.get("/today").text


@LEADERS
def test_an_approved_version_waits_to_be_published(centre: Centre, role: Role) -> None:
    person = centre.person(role)
    made = draft(centre)
    approved(centre, made.version_id)
    row = rows(person)[APPROVED]
    assert "FAQ 1 第1版" in row
    assert "公開する" in opened(person, row)


@LEADERS
def test_a_version_sent_back_says_why(centre: Centre, role: Role) -> None:
    person, officer = centre.person(role), centre.person(Role.CITY_OFFICER)
    made = draft(centre)
    submitted(centre, made.version_id)
    with centre.inside(), transaction():
        wanted = approval.Decision(Stage.SENT_BACK, "根拠を加えてください。")
        approval.decide(made.version_id, wanted, by=officer.actor, at=centre.now)
    row = rows(person)[BACK]
    assert "FAQ 1 第1版（根拠を加えてください）" in row
    assert "編集する" in opened(person, row)
