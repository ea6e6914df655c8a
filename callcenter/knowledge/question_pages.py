"""Questions that nothing answered, on the screen: the centre puts them together and asks, the city answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from callcenter.audit.service import Act, record
from callcenter.audit.typed import NOTHING, Refusal, refused
from callcenter.clock import local, now
from callcenter.errors import Conflict, InvalidInput
from callcenter.knowledge import queries as entry_queries
from callcenter.knowledge import question_queries as queries
from callcenter.knowledge import questions, suggesting
from callcenter.knowledge.menu import GROUP
from callcenter.knowledge.ports import categories
from callcenter.knowledge.question_queries import Asked
from callcenter.knowledge.questions import ANSWER_LENGTH
from callcenter.knowledge.rules import QUESTION_BADGES, QUESTION_LABELS, TITLE_LENGTH, QuestionState, SourceKind
from callcenter.knowledge.writing import Content
from callcenter.protection.scan import IndividualNumberRefused, require_clean
from callcenter.protection.text import clean_text
from callcenter.web.access import LEADERSHIP, Role, actor, allow, only
from callcenter.web.forms import whole_of
from callcenter.web.navigation import NavItem
from callcenter.web.pagination import page_from
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("knowledge_questions", __name__)
ANSWERERS = frozenset({Role.CITY_OFFICER})
READERS = LEADERSHIP | ANSWERERS
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)
MADE_FROM_ANSWER = "市の回答からFAQの下書きを作りました。内容を整えて、市の確認に出してください。"
MADE_TO_WRITE = "FAQの下書きを作りました。見出しを整え、回答を書いて、市の確認に出してください。"
NAV = (NavItem("該当なし", "knowledge_questions.overview", READERS, 24, section="knowledge_questions.", group=GROUP),)
LABELS = {"answer": "回答", "with_number": "まとめ先の番号"}
UNANSWERED = frozenset({QuestionState.OPEN, QuestionState.AT_THE_CITY})
MOST_NEAR = 3


@blueprint.get("/knowledge/questions")
@allow(only(READERS))
def overview() -> str:
    """The questions in one state, the longest waiting first; the city finds what was put before it. An entry of the log
    where there are any: these are callers' words."""
    who, city = actor(), _is_city()
    shown = _states(city=city)
    chosen = next((one for one in shown if one.value == request.args.get("state")), shown[0])
    page = page_from(request.args)
    rows, total = queries.listed(who.contract, [chosen], page, sent_only=city)
    found = queries.counts(who.contract, sent_only=city)
    if rows:
        _note_shown(Act("question.listed", "contract", str(who.contract), {"count": len(rows)}))
    return render_template(
        "knowledge/questions.html",
        rows=rows,
        total=total,
        page=page,
        chosen=chosen,
        tabs=[_tab(one, found.get(one, 0), chosen) for one in shown],
        names=_names(),
        city=city,
        labels=QUESTION_LABELS,
        badges=QUESTION_BADGES,
    )


def _states(*, city: bool) -> list[QuestionState]:
    return [one for one in QuestionState if not city or one is not QuestionState.OPEN]


def _tab(state: QuestionState, count: int, chosen: QuestionState) -> dict[str, Any]:
    href = url_for("knowledge_questions.overview", state=state.value)
    return {"label": QUESTION_LABELS[state], "href": href, "count": count, "current": state is chosen}


def _names() -> dict[str, str]:
    """Every category's name as it is called today."""
    majors = categories(actor().contract, local(now()).on)
    return {minor.code: minor.name for major in majors for minor in major.minors}


def _is_city() -> bool:
    return not actor().has(*LEADERSHIP)


@blueprint.get("/knowledge/questions/<uuid:question_id>")
@allow(only(READERS))
def question(question_id: UUID) -> str:
    """One question. An entry of the log: these are a caller's words."""
    found = queries.question(actor().contract, question_id, sent_only=_is_city())
    _note_shown(Act("question.shown", "knowledge_question", str(question_id), {"number": found.number}))
    return _question_page(question_id, NOTHING)


def _note_shown(act: Act) -> None:
    end_read()
    with transaction():
        record(act, by=actor(), at=now())


def _question_page(question_id: UUID, refusal: Refusal) -> str:
    who, city = actor(), _is_city()
    asked = queries.question(who.contract, question_id, sent_only=city)
    leader = queries.question(who.contract, asked.group_id, sent_only=city) if asked.group_id else None
    is_open = asked.state is QuestionState.OPEN and leader is None
    return render_template(
        "knowledge/question.html",
        asked=asked,
        leader=leader,
        following=queries.following(who.contract, question_id),
        alike=queries.alike(asked, who.contract) if is_open and not city else [],
        near=_near(asked) if asked.state in UNANSWERED and leader is None else [],
        names=_names(),
        city=city,
        may_answer=who.has(*ANSWERERS) and asked.state is QuestionState.AT_THE_CITY and leader is None,
        refusal=refusal,
        field_labels=LABELS,
        longest=ANSWER_LENGTH,
        labels=QUESTION_LABELS,
        badges=QUESTION_BADGES,
    )


def _near(asked: Asked) -> list[tuple[UUID, str]]:
    """The FAQ that come nearest, by number and heading: perhaps one answers, in other words than the caller's."""
    found = suggesting.suggest(actor().contract, asked.text, local(now()).on).suggestions[:MOST_NEAR]
    return [(one.entry_id, f"FAQ {one.number}　{''.join(part for part, _ in one.title)}") for one in found]


@blueprint.post("/knowledge/questions/<uuid:question_id>/send")
@allow(only(LEADERSHIP))
def send(question_id: UUID) -> Any:
    """Put it before the city."""
    return _answered(question_id, lambda: _act(questions.send, question_id), "市に照会しました。")


@blueprint.post("/knowledge/questions/<uuid:question_id>/settle")
@allow(only(LEADERSHIP))
def settle(question_id: UUID) -> Any:
    """Nothing more is to be done about it."""
    return _answered(question_id, lambda: _act(questions.settle, question_id), "整理済みにしました。")


@blueprint.post("/knowledge/questions/<uuid:question_id>/take-out")
@allow(only(LEADERSHIP))
def take_out(question_id: UUID) -> Any:
    """Let it stand for itself again."""
    return _answered(question_id, lambda: _act(questions.take_out, question_id), "まとめから外しました。")


@blueprint.post("/knowledge/questions/<uuid:question_id>/together")
@allow(only(LEADERSHIP))
def put_together(question_id: UUID) -> Any:
    """Let it follow another question of the same meaning."""

    def act() -> None:
        number = whole_of(request.form.get("with_number"), "with_number", least=1)
        _act(questions.put_together, question_id, number)

    return _answered(question_id, act, "質問をまとめました。")


@blueprint.post("/knowledge/questions/<uuid:question_id>/answer")
@allow(only(ANSWERERS))
def answer(question_id: UUID) -> Any:
    """What the city says."""

    def act() -> None:
        text = clean_text(request.form.get("answer", ""), max_length=ANSWER_LENGTH, field="answer")
        require_clean({"answer": text})
        queries.question(actor().contract, question_id, sent_only=True)
        _act(questions.answer, question_id, text)

    return _answered(question_id, act, "回答しました。センターに伝わります。")


@blueprint.post("/knowledge/questions/<uuid:question_id>/entry")
@allow(only(LEADERSHIP))
def make_entry(question_id: UUID) -> Any:
    """The draft of a FAQ: from the city's answer, or one that the centre writes itself."""
    try:
        asked = queries.question(actor().contract, question_id, sent_only=False)
        content = _content(asked)
        end_read()
        with transaction():
            entry_id = questions.make_entry(question_id, content, by=actor(), at=now())
        version_id = entry_queries.versions(actor().contract, entry_id)[0].id
    except REFUSALS as error:
        return _question_page(question_id, refused(error, "knowledge_question")), error.status
    flash(MADE_FROM_ANSWER if asked.answer else MADE_TO_WRITE, "success")
    return redirect(f"/knowledge/versions/{version_id}/edit", 303)


def _content(asked: Asked) -> Content:
    """What is known of the entry: the rest is for its author to write."""
    title = next(iter(asked.text.splitlines()), "")[:TITLE_LENGTH]
    if not asked.answer:
        why = f"該当なしの質問{asked.number}に答えられるようにするため"
        return Content(title, "", category_code=asked.category_code, reason=why)
    return Content(
        title=title,
        body=asked.answer,
        category_code=asked.category_code,
        reason=f"該当なしの質問{asked.number}への市の回答による",
        source_kind=SourceKind.CITY,
        source=f"質問{asked.number}への回答",
        source_on=local(asked.answered_at).on if asked.answered_at else None,
    )


def _act(act: Callable[..., None], question_id: UUID, *more: object) -> None:
    end_read()
    with transaction():
        act(question_id, *more, by=actor(), at=now())


def _answered(question_id: UUID, act: Callable[[], None], done: str) -> Any:
    """Act, and show the question again; a refusal goes back with what was typed."""
    try:
        act()
    except REFUSALS as error:
        return _question_page(question_id, refused(error, "knowledge_question")), error.status
    flash(done, "success")
    return redirect(url_for("knowledge_questions.question", question_id=question_id), 303)
