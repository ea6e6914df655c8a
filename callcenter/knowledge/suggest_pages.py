"""What the desk's script asks of the FAQ: suggestions for what is typed, what was used, and what nothing answered.

Everything typed comes in the body of a POST: it stands in no address and no log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, render_template

from callcenter.clock import local, now
from callcenter.errors import InvalidInput
from callcenter.knowledge import learning, questions, suggesting, uses
from callcenter.knowledge.ports import require_own_call
from callcenter.knowledge.rules import QuestionState
from callcenter.protection.scan import require_clean
from callcenter.protection.text import clean_text
from callcenter.web.access import DESK, actor, allow, only
from callcenter.web.forms import body, id_of
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("knowledge_desk", __name__)
MOST_RANK = 20
SENT = "市に照会しました（質問{0}）。"
NOTED = "該当なしと記録しました（質問{0}）。市への照会は、業務責任者が判断します。"


@blueprint.post("/knowledge/suggestions")
@allow(only(DESK))
def suggestions() -> str:
    """The panel for what is typed so far."""
    found = suggesting.suggest(actor().contract, _typed(body(), "text"), local(now()).on)
    end_read()
    return render_template("knowledge/_suggestions.html", found=found)


@blueprint.post("/knowledge/uses")
@allow(only(DESK))
def note_use() -> Response:
    """An entry was put into the answer of a call. The same one in the same call is noted once."""
    given, who, at = body(), actor(), now()
    use = uses.NewUse(_id(given, "call_id"), _id(given, "entry_id"), _id(given, "version_id"), _rank(given))
    words = learning.note_of(_typed(given, "text"), names=[_typed(given, "name")], phones=[_typed(given, "phone")])
    end_read()
    with transaction():
        require_own_call(use.call_id, who)
        uses.note_use(use, words, by=who, at=at)
    return jsonify({})


@blueprint.post("/knowledge/questions")
@allow(only(DESK))
def ask() -> Response:
    """Nothing fitted: the question is kept, and with `send` it is at the city at once."""
    given, who, at = body(), actor(), now()
    new = _question(given)
    end_read()
    with transaction():
        require_own_call(new.call_id, who)
        asked = questions.ask(new, by=who, at=at)
    words = SENT if asked.state is QuestionState.AT_THE_CITY else NOTED
    return jsonify({"number": asked.number, "state": asked.state.value, "message": words.format(asked.number)})


def _question(given: Mapping[str, Any]) -> questions.NewQuestion:
    """Raises `InvalidInput`, and `IndividualNumberRefused` for what may not be kept at all."""
    text = clean_text(_typed(given, "text"), max_length=questions.TEXT_LENGTH, field="question")
    if not text:
        raise InvalidInput(errors={"question": ["問合せ内容を入力してから、もう一度押してください。"]})
    require_clean({"question": text})
    return questions.NewQuestion(
        call_id=_id(given, "call_id"),
        text=learning.without_personal_data(text, names=[_typed(given, "name")], phones=[_typed(given, "phone")]),
        category_code=questions.code_of(_typed(given, "category")),
        to_city=given.get("send") is True,
        key=_id(given, "key"),
    )


def _typed(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    return value if isinstance(value, str) else ""


def _id(given: Mapping[str, Any], name: str) -> UUID:
    return id_of(_typed(given, name), name)


def _rank(given: Mapping[str, Any]) -> int:
    value = given.get("rank")
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_RANK:
        raise InvalidInput(errors={"rank": ["画面を読み直してください。"]})
    return value
