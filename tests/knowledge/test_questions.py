"""What nothing answered: asked at the desk in one key, put together, answered by the city, made into a FAQ."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from callcenter.audit import queries as log
from callcenter.errors import Conflict, InvalidInput
from callcenter.extensions import db
from callcenter.knowledge import queries as entries
from callcenter.knowledge import question_queries as reads
from callcenter.knowledge import questions
from callcenter.knowledge.models import Question, Use
from callcenter.knowledge.rules import QuestionState
from callcenter.web.access import LEADERSHIP, Role
from callcenter.web.pagination import Page
from callcenter.web.transaction import transaction
from tests.calls.factories import individual_number, opened_call
from tests.centre import Browser, Centre, Person

TEXT = "海外転出中の家族のカードを代理で受け取れるか"
ANSWER = "受け取れません。**帰国後**に手続きしてください。"
READERS = LEADERSHIP | {Role.CITY_OFFICER}


@pytest.fixture
def operator(centre: Centre) -> Person:
    return centre.person(Role.OPERATOR)


@pytest.fixture
def desk(operator: Person) -> Browser:
    return operator.client()


@pytest.fixture
def lead(centre: Centre) -> Browser:
    return centre.person(Role.SUPERVISOR).client()


@pytest.fixture
def officer(centre: Centre) -> Browser:
    return centre.person(Role.CITY_OFFICER, name="例田 職員").client()


def ask(desk: Browser, call: str, **changes: Any) -> Any:
    body = {"call_id": call, "key": str(uuid4()), "text": TEXT, "category": "0301", "send": False}
    return desk.post("/knowledge/questions", json={**body, "name": "", "phone": "", **changes})


def asked(centre: Centre, desk: Browser, *, send: bool = False, text: str = TEXT) -> UUID:
    """A question asked in a call of its own."""
    number = ask(desk, opened_call(desk), send=send, text=text).json["number"]
    return next(one for one in rows(centre) if one.number == number).id


def rows(centre: Centre) -> list[reads.Asked]:
    with centre.inside():
        ids = db.session.scalars(
            select(Question.id).where(Question.contract_id == centre.contract_id).order_by(Question.number)
        ).all()
        return [reads.question(centre.contract_id, one, sent_only=False) for one in ids]


def states(centre: Centre) -> list[QuestionState]:
    return [one.state for one in rows(centre)]


def missing(centre: Centre) -> int:
    with centre.inside():
        return len(db.session.scalars(select(Use.id).where(Use.outcome == "missing")).all())


def act(browser: Browser, question: UUID, what: str, **form: str) -> Any:
    return browser.post(f"/knowledge/questions/{question}/{what}", data=form)


# --- at the desk ---


def test_one_key_puts_a_question_before_the_city(centre: Centre, desk: Browser) -> None:
    answer = ask(desk, opened_call(desk), send=True)
    assert answer.status_code == 200
    assert answer.json == {"number": 1, "state": "at_the_city", "message": "市に照会しました（質問1）。"}
    found = rows(centre)[0]
    assert (found.text, found.category_code, found.sent_at) == (TEXT, "0301", centre.now)
    assert missing(centre) == 1


def test_nothing_fits_is_kept_for_the_supervisor(centre: Centre, desk: Browser) -> None:
    assert ask(desk, opened_call(desk)).json["state"] == "open"
    assert states(centre) == [QuestionState.OPEN]
    assert missing(centre) == 1


def test_the_same_key_again_is_the_same_question_and_may_still_go_to_the_city(centre: Centre, desk: Browser) -> None:
    call, key = opened_call(desk), str(uuid4())
    numbers = [ask(desk, call, key=key, send=send).json["number"] for send in (False, False, True, True, False)]
    assert numbers == [1] * 5
    assert states(centre) == [QuestionState.AT_THE_CITY]
    assert missing(centre) == 1
    with centre.inside():
        acts = [one.action for one in log.history_of(centre.contract_id, "knowledge_question", str(rows(centre)[0].id))]
    assert sorted(acts) == ["question.asked", "question.sent"]


def test_a_key_of_another_call_is_refused(centre: Centre, desk: Browser) -> None:
    key = str(uuid4())
    ask(desk, opened_call(desk), key=key)
    assert ask(desk, opened_call(desk), key=key).status_code == 409
    assert missing(centre) == 1


def test_a_second_question_of_a_call_is_a_question_but_the_call_counts_once(centre: Centre, desk: Browser) -> None:
    call = opened_call(desk)
    assert [ask(desk, call).json["number"] for _ in range(2)] == [1, 2]
    assert missing(centre) == 1


def test_what_is_kept_is_sealed_and_the_log_has_no_words(centre: Centre, desk: Browser) -> None:
    question = asked(centre, desk, send=True)
    with centre.inside():
        assert TEXT.encode() not in db.session.execute(select(Question.text)).scalar_one()
        found = log.history_of(centre.contract_id, "knowledge_question", str(question))
    assert all("海外" not in str(one.details) for one in found)
    assert {"number": 1, "fields": ["question"]} in [one.details for one in found]


@pytest.mark.parametrize(
    ("text", "more", "kept"),
    [
        ("架空太郎の代理で受け取れるか", {"name": "架空 太郎"}, "＊＊＊の代理で受け取れるか"),
        ("折返しは 080-0000-1234 へ", {}, "折返しは ＊＊＊ へ"),
        ("山田様の分も受け取れるか", {}, "＊＊＊の分も受け取れるか"),
        ("a@example.jp と b@example.jp", {}, "＊＊＊ と ＊＊＊"),
    ],
    ids=["typed name", "phone", "honorific", "twice"],
)
def test_what_may_be_somebodys_is_hidden_before_it_is_kept(
    sqlite_centre: Centre, text: str, more: dict[str, str], kept: str
) -> None:
    desk = sqlite_centre.person(Role.OPERATOR).client()
    assert ask(desk, opened_call(desk), text=text, **more).status_code == 200
    assert [one.text for one in rows(sqlite_centre)] == [kept]


def test_an_individual_number_is_refused(centre: Centre, desk: Browser) -> None:
    number = individual_number()
    answer = ask(desk, opened_call(desk), text=f"{number} の家族のカード", send=True)
    assert answer.status_code == 422
    assert answer.json["code"] == "individual_number"
    assert number not in answer.text
    assert rows(centre) == []
    assert missing(centre) == 0


@pytest.mark.parametrize(("text", "status"), [("", 422), (" \n", 422), ("長" * 4001, 422), ("長" * 4000, 200)])
def test_nothing_and_too_much_are_refused(sqlite_centre: Centre, text: str, status: int) -> None:
    desk = sqlite_centre.person(Role.OPERATOR).client()
    assert ask(desk, opened_call(desk), text=text).status_code == status


@pytest.mark.parametrize("code", ["", "03", "03011", "abcd", "０３０１", None, 301])
def test_a_category_that_is_none_is_left_out(sqlite_centre: Centre, code: object) -> None:
    desk = sqlite_centre.person(Role.OPERATOR).client()
    assert ask(desk, opened_call(desk), category=code).status_code == 200
    assert [one.category_code for one in rows(sqlite_centre)] == [""]


def test_a_call_of_somebody_else_is_not_found(centre: Centre, desk: Browser) -> None:
    call = opened_call(desk)
    assert ask(centre.person(Role.OPERATOR).client(), call).status_code == 404
    assert rows(centre) == []


def test_a_discarded_call_leaves_its_question_and_counts_no_more(centre: Centre, desk: Browser) -> None:
    call = opened_call(desk)
    ask(desk, call, send=True)
    assert desk.post(f"/desk/calls/{call}/discard", json={"version": 1, "drop": True}).status_code == 200
    assert states(centre) == [QuestionState.AT_THE_CITY]
    assert missing(centre) == 0
    assert ask(desk, call).status_code == 409


@pytest.mark.parametrize("role", list(Role))
def test_who_sits_at_the_desk_may_ask(sqlite_centre: Centre, role: Role) -> None:
    person = sqlite_centre.person(role)
    at_desk = role in {Role.OPERATOR, Role.SUPERVISOR}
    call = opened_call(person.client()) if at_desk else str(uuid4())
    assert ask(person.client(), call).status_code == (200 if at_desk else 403)


# --- the centre and the city ---


def test_the_city_answers_and_the_answer_becomes_a_draft(
    centre: Centre, desk: Browser, lead: Browser, officer: Browser
) -> None:
    question = asked(centre, desk)
    assert act(lead, question, "send").status_code == 303
    assert TEXT in officer.get("/knowledge/questions").text
    assert act(officer, question, "answer", answer=ANSWER).status_code == 303
    assert ANSWER in lead.get(f"/knowledge/questions/{question}").text
    answer = act(lead, question, "entry")
    assert answer.status_code == 303
    assert answer.location.endswith("/edit")
    with centre.inside():
        version = entries.version(centre.contract_id, UUID(answer.location.split("/")[-2]))
    assert (version.title, version.body, version.stage) == (TEXT, ANSWER, "draft")
    assert (version.category_code, version.source_kind) == ("0301", "city")
    assert version.source == "質問1への回答"
    assert states(centre) == [QuestionState.DONE]
    assert act(lead, question, "entry").location == answer.location
    assert str(version.entry_id) in lead.get(f"/knowledge/questions/{question}").text


def test_what_the_centre_can_answer_itself_becomes_a_draft_that_it_still_has_to_write(
    centre: Centre, desk: Browser, lead: Browser
) -> None:
    question = asked(centre, desk)
    assert "照会せずFAQの下書きを作る" in lead.get(f"/knowledge/questions/{question}").text
    answer = act(lead, question, "entry")
    assert answer.location.endswith("/edit")
    assert "回答を書いて、市の確認に出してください" in lead.get(answer.location).text
    with centre.inside():
        version = entries.version(centre.contract_id, UUID(answer.location.split("/")[-2]))
    assert (version.title, version.body, version.stage, version.category_code) == (TEXT, "", "draft", "0301")
    assert (version.reason, version.source_kind) == ("該当なしの質問1に答えられるようにするため", "own")
    assert states(centre) == [QuestionState.DONE]
    assert lead.post(f"/knowledge/versions/{version.id}/submit").status_code == 422


def test_an_answer_is_sealed_and_comes_once(centre: Centre, desk: Browser, officer: Browser) -> None:
    question = asked(centre, desk, send=True)
    assert act(officer, question, "answer", answer=ANSWER).status_code == 303
    again = act(officer, question, "answer", answer="別の回答")
    assert again.status_code == 409
    assert "別の回答" in again.text
    assert [one.answer for one in rows(centre)] == [ANSWER]
    with centre.inside():
        assert ANSWER.encode() not in (db.session.execute(select(Question.answer)).scalar_one() or b"")


def test_no_answer_and_a_number_in_it_are_refused_and_stay_typed(
    centre: Centre, desk: Browser, officer: Browser
) -> None:
    question, number = asked(centre, desk, send=True), individual_number()
    assert act(officer, question, "answer", answer=" ").status_code == 422
    refused = act(officer, question, "answer", answer=f"{number} の方は窓口へ")
    assert refused.status_code == 422
    assert number not in refused.text
    assert "の方は窓口へ" in refused.text
    assert states(centre) == [QuestionState.AT_THE_CITY]


def test_what_was_not_sent_the_city_cannot_find(centre: Centre, desk: Browser, officer: Browser) -> None:
    question = asked(centre, desk)
    assert officer.get(f"/knowledge/questions/{question}").status_code == 404
    assert act(officer, question, "answer", answer=ANSWER).status_code == 404
    for state in ("open", "at_the_city", "answered", "done", "nonsense", ""):
        page = officer.get(f"/knowledge/questions?state={state}")
        assert page.status_code == 200
        assert TEXT not in page.text
    assert states(centre) == [QuestionState.OPEN]


def test_what_was_settled_without_the_city_is_none_of_its_questions(
    centre: Centre, desk: Browser, lead: Browser, officer: Browser
) -> None:
    act(lead, asked(centre, desk), "settle")
    assert TEXT in lead.get("/knowledge/questions?state=done").text
    assert TEXT not in officer.get("/knowledge/questions?state=done").text


def test_the_city_is_not_told_who_asked(centre: Centre, desk: Browser, officer: Browser, lead: Browser) -> None:
    question = asked(centre, desk, send=True)
    assert "見本 花子" in lead.get(f"/knowledge/questions/{question}").text.split("<main")[1]
    assert "見本 花子" not in officer.get(f"/knowledge/questions/{question}").text


def test_a_question_stands_under_the_tab_of_its_state(centre: Centre, desk: Browser, lead: Browser) -> None:
    asked(centre, desk, text="まだの質問")
    asked(centre, desk, send=True, text="照会した質問")
    assert "まだの質問" in lead.get("/knowledge/questions").text
    sent = lead.get("/knowledge/questions?state=at_the_city").text
    assert "照会した質問" in sent
    assert "まだの質問" not in sent


@pytest.mark.parametrize("state", ["open", "at_the_city", "answered", "done"])
def test_an_empty_list_says_what_it_is_for(sqlite_centre: Centre, state: str) -> None:
    page = sqlite_centre.person(Role.SUPERVISOR).client().get(f"/knowledge/questions?state={state}")
    assert 'class="empty"' in page.text


@pytest.mark.parametrize("what", ["answer", "entry"])
def test_steps_that_may_not_follow_are_refused(
    centre: Centre, desk: Browser, lead: Browser, officer: Browser, what: str
) -> None:
    question = asked(centre, desk, send=True)
    if what == "entry":
        assert act(lead, question, "entry").status_code == 409
        assert act(lead, question, "settle").status_code == 409
        assert act(lead, question, "send").status_code == 409
    else:
        act(officer, question, "answer", answer=ANSWER)
        assert act(lead, question, "settle").status_code == 303
        assert act(lead, question, "settle").status_code == 409


def test_an_open_question_may_be_done_without_the_city(centre: Centre, desk: Browser, lead: Browser) -> None:
    question = asked(centre, desk)
    assert act(lead, question, "settle").status_code == 303
    assert states(centre) == [QuestionState.DONE]


# --- put together ---


def test_questions_put_together_are_sent_and_answered_as_one(
    centre: Centre, desk: Browser, lead: Browser, officer: Browser
) -> None:
    first, second = asked(centre, desk), asked(centre, desk, text="国外の家族の分は？")
    assert act(lead, second, "together", with_number="1").status_code == 303
    assert "ほか1件" in lead.get("/knowledge/questions").text
    act(lead, first, "send")
    assert states(centre) == [QuestionState.AT_THE_CITY] * 2
    assert "国外の家族の分は？" in officer.get(f"/knowledge/questions/{first}").text
    assert act(officer, second, "answer", answer=ANSWER).status_code == 409
    act(officer, first, "answer", answer=ANSWER)
    assert states(centre) == [QuestionState.ANSWERED] * 2
    assert ANSWER in lead.get(f"/knowledge/questions/{second}").text
    act(lead, first, "settle")
    assert states(centre) == [QuestionState.DONE] * 2


def test_who_follows_a_follower_follows_the_leader_and_brings_its_own(
    centre: Centre, desk: Browser, lead: Browser
) -> None:
    ids = [asked(centre, desk, text=f"質問の文{place}") for place in range(4)]
    act(lead, ids[1], "together", with_number="1")
    act(lead, ids[3], "together", with_number="3")
    assert act(lead, ids[2], "together", with_number="2").status_code == 303
    assert [one.group_id for one in rows(centre)] == [None, ids[0], ids[0], ids[0]]


def test_a_question_joins_one_that_is_at_the_city_and_is_there_too(
    centre: Centre, desk: Browser, lead: Browser
) -> None:
    asked(centre, desk, send=True)
    act(lead, asked(centre, desk), "together", with_number="1")
    assert states(centre) == [QuestionState.AT_THE_CITY] * 2
    assert rows(centre)[1].sent_at == centre.now


def test_a_question_taken_out_is_open_again(centre: Centre, desk: Browser, lead: Browser) -> None:
    asked(centre, desk, send=True)
    second = asked(centre, desk)
    act(lead, second, "together", with_number="1")
    assert act(lead, second, "take-out").status_code == 303
    assert states(centre) == [QuestionState.AT_THE_CITY, QuestionState.OPEN]
    assert rows(centre)[1].sent_at is None
    assert act(lead, second, "take-out").status_code == 409


@pytest.mark.parametrize("number", ["", "0", "-1", "x", "99", "2"], ids=["none", "0", "-1", "x", "unknown", "own"])
def test_a_number_that_is_no_other_question_is_refused(
    centre: Centre, desk: Browser, lead: Browser, number: str
) -> None:
    asked(centre, desk)
    second = asked(centre, desk)
    answer = act(lead, second, "together", with_number=number)
    assert answer.status_code == 422
    assert "まとめ先の番号" in answer.text
    assert rows(centre)[1].group_id is None


def test_what_is_too_far_on_is_not_put_together(centre: Centre, desk: Browser, lead: Browser) -> None:
    done, sent, still_open = asked(centre, desk), asked(centre, desk, send=True), asked(centre, desk)
    act(lead, done, "settle")
    assert act(lead, sent, "together", with_number="3").status_code == 409
    assert act(lead, still_open, "together", with_number="1").status_code == 409


def test_the_leader_of_others_cannot_follow_its_follower(centre: Centre, desk: Browser, lead: Browser) -> None:
    first, second = asked(centre, desk), asked(centre, desk)
    act(lead, second, "together", with_number="1")
    assert act(lead, first, "together", with_number="2").status_code == 422


def test_questions_with_words_in_common_are_proposed(centre: Centre, desk: Browser) -> None:
    asked(centre, desk, text="駐車場の料金はいくらか")
    wanted = asked(centre, desk, text="海外の家族のカードを代理人が受け取る方法")
    question = asked(centre, desk)
    with centre.inside():
        own = reads.question(centre.contract_id, question, sent_only=False)
        assert [one.id for one in reads.alike(own, centre.contract_id)] == [wanted]


# --- who may ---


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_and_who_acts(sqlite_centre: Centre, role: Role) -> None:
    desk = sqlite_centre.person(Role.OPERATOR).client()
    question = asked(sqlite_centre, desk, send=True)
    browser = sqlite_centre.person(role).client()
    reads_it = 200 if role in READERS else 403
    assert browser.get("/knowledge/questions").status_code == reads_it
    assert browser.get(f"/knowledge/questions/{question}").status_code == reads_it
    leads = role in LEADERSHIP
    for what in ("send", "settle", "take-out", "entry"):
        assert act(browser, question, what).status_code == (409 if leads else 403)
    assert act(browser, question, "together", with_number="9").status_code == (409 if leads else 403)
    answered = act(browser, question, "answer", answer=ANSWER)
    assert answered.status_code == (303 if role is Role.CITY_OFFICER else 403)


def test_a_question_of_another_contract_is_not_found(centre: Centre, desk: Browser) -> None:
    question = asked(centre, desk, send=True)
    with centre.inside():
        other = centre.new_contract("OTHER")
    for role, acts in ((Role.SUPERVISOR, ("send", "settle", "take-out", "entry")), (Role.CITY_OFFICER, ("answer",))):
        stranger = centre.person(role, contract_id=other)
        browser = centre.browser()
        with browser.http.session_transaction() as cookie:
            cookie["sid"] = centre.open_session(stranger, other)
        assert browser.get(f"/knowledge/questions/{question}").status_code == 404
        assert TEXT not in browser.get("/knowledge/questions?state=at_the_city").text
        for what in acts:
            headers = {"X-CSRFToken": browser.csrf(), "X-Contract-Id": str(other)}
            address = f"/knowledge/questions/{question}/{what}"
            assert browser.http.post(address, data={"answer": ANSWER}, headers=headers).status_code == 404
    assert states(centre) == [QuestionState.AT_THE_CITY]


def test_numbers_are_each_contracts_own(centre: Centre, operator: Person, desk: Browser) -> None:
    asked(centre, desk)
    with centre.inside():
        assert reads.counts(centre.contract_id, sent_only=False) == {QuestionState.OPEN: 1}
        assert reads.listed(centre.new_contract("OTHER"), list(QuestionState), Page(), sent_only=False) == ([], 0)


def test_services_refuse_an_empty_answer_and_a_draft_without_one(
    centre: Centre, desk: Browser, operator: Person
) -> None:
    question = asked(centre, desk, send=True)
    officer = centre.person(Role.CITY_OFFICER)
    with centre.inside():
        with pytest.raises(InvalidInput), transaction():
            questions.answer(question, "", by=officer.actor, at=centre.now)
        with pytest.raises(Conflict), transaction():
            questions.take_out(question, by=operator.actor, at=centre.now)


def test_opening_a_question_is_an_entry_of_the_log_that_holds_none_of_its_words(
    centre: Centre, desk: Browser, lead: Browser, officer: Browser
) -> None:
    question = asked(centre, desk, send=True)
    for reader in (lead, officer):
        assert TEXT in reader.get(f"/knowledge/questions/{question}").text
    with centre.inside():
        found = log.history_of(centre.contract_id, "knowledge_question", str(question))
    assert [one.details for one in found if one.action == "question.shown"] == [{"number": 1}, {"number": 1}]


def test_a_list_with_callers_words_is_an_entry_of_the_log_and_an_empty_one_none(
    centre: Centre, desk: Browser, lead: Browser, officer: Browser
) -> None:
    asked(centre, desk)
    assert TEXT in lead.get("/knowledge/questions?state=open").text
    assert TEXT not in officer.get("/knowledge/questions").text
    assert TEXT not in lead.get("/knowledge/questions?state=done").text
    with centre.inside():
        found = log.history_of(centre.contract_id, "contract", str(centre.contract_id))
    told = [one.details for one in found if one.action == "question.listed"]
    assert told == [{"count": 1}]


def test_a_question_that_may_not_be_seen_leaves_no_entry_of_having_been_shown(
    centre: Centre, desk: Browser, officer: Browser
) -> None:
    question = asked(centre, desk)
    assert officer.get(f"/knowledge/questions/{question}").status_code == 404
    with centre.inside():
        found = log.history_of(centre.contract_id, "knowledge_question", str(question))
    assert "question.shown" not in [one.action for one in found]
