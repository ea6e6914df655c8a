from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.calls.drafts import Edited, keepable
from callcenter.calls.forms import Typed
from callcenter.extensions import new_id
from callcenter.protection.digits import long_runs
from callcenter.web.access import Role
from tests.calls.factories import (
    EMPTY,
    actions,
    everything_stored,
    individual_number,
    keep,
    opened_call,
    row_of,
    save,
    saved_call,
    stored_draft,
)
from tests.centre import Browser, Centre

NUMBER = individual_number("31415926535")
TEXT_FIELDS = ("question", "answer", "report_text", "caller_name", "phone")


def _typed(desk: Browser, call_id: str, version: int, text: str, field: str = "question") -> Any:
    """A draft as the desk sends it while somebody types at the end of a field."""
    caret = len(text.encode("utf-16-le")) // 2
    return keep(
        desk, call_id, version=version, fields={field: text}, edited={"field": field, "caret": caret}, sequence=version
    )


def _only(field: str, text: str) -> Typed:
    """A call of which one text is typed."""
    return replace(Typed(), **{field: text})


# --- keeping and restoring ---


def test_a_draft_survives_a_closed_tab_and_a_new_sign_in(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    call_id = opened_call(person.client())
    desk = person.client()
    keep(desk, call_id, fields={"name": "架空 太郎", "question": "更新の手続き", "category": "0401", "complaint": True})
    page = person.client().get("/desk").text
    assert "更新の手続き" in page
    assert "架空 太郎" in page
    assert 'data-code="0401"' in page
    assert "data-restored" in page


def test_a_draft_is_no_entry_and_restoring_one_is(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    keep(desk, call_id, fields={"question": "あ"})
    assert actions(centre, call_id) == []
    desk.get(f"/desk/calls/{call_id}")
    assert actions(centre, call_id) == ["call.restored"]


def test_an_empty_call_is_shown_without_an_entry(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    assert "data-restored" not in desk.get("/desk").text
    assert actions(centre, call_id) == []


def test_a_draft_is_sealed(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    keep(desk, opened_call(desk), fields={"question": "秘密の合言葉"})
    assert "秘密の合言葉".encode() not in everything_stored(centre)


def test_a_draft_emptied_again_leaves_an_empty_call(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    keep(desk, call_id, fields={"question": "あ"})
    keep(desk, call_id, version=2)
    assert row_of(centre, call_id).draft is None


def test_what_is_no_code_is_dropped_from_a_draft(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    coded = {"category": "山田太郎", "channel": "山田", "relation": "", "language": "x", "disposition": "123456789012"}
    keep(desk, call_id, fields={**coded, "question": "あ"})
    kept = stored_draft(centre, call_id)
    assert (kept["category_code"], kept["channel"], kept["relation"], kept["language"], kept["disposition"]) == (
        "",
        "phone",
        "self",
        "ja",
        "",
    )


# --- Individual Numbers ---


def test_a_number_typed_digit_by_digit_never_stands_in_the_database(centre: Centre) -> None:
    """300 ms a digit, a draft after each: at every step fewer than nine digits of it are stored."""
    desk = centre.person(Role.OPERATOR).client()
    call_id, version = opened_call(desk), 1
    for length in range(1, 13):
        centre.at(centre.now + timedelta(milliseconds=300))
        answer = _typed(desk, call_id, version, "番号は" + NUMBER[:length])
        version = answer.json["draft_version"]
        stored = str(stored_draft(centre, call_id)["question"])
        assert sum(letter.isdigit() for letter in stored) < 9, (length, stored)
        assert NUMBER[:9] not in stored
        assert answer.status_code == (422 if length == 12 else 200)
    assert answer.json["masked"]["question"] == "番号は" + "＊" * 12
    assert NUMBER.encode() not in everything_stored(centre)


@pytest.mark.parametrize("field", TEXT_FIELDS)
@pytest.mark.parametrize("at", range(1, 12))
def test_whatever_the_drafts_caught_of_it_no_part_that_gives_it_away_is_kept(at: int, field: str) -> None:
    """All ways in which two drafts can split the typing of a number, in every field."""
    first = keepable(_only(field, NUMBER[:at]), Typed(), Edited(field, at))
    kept = getattr(first.typed, field)
    assert sum(letter.isdigit() for letter in kept) < 9
    then = keepable(_only(field, NUMBER), first.typed, Edited(field, 12))
    assert then.refusal is not None
    assert not any(letter.isdigit() for letter in getattr(then.typed, field))


@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_leaving_a_field_with_eleven_digits_in_it_does_not_keep_them(field: str) -> None:
    during = keepable(_only(field, NUMBER[:11]), Typed(), Edited(field, 11))
    left = keepable(_only(field, NUMBER[:11]), during.typed, None)
    assert getattr(left.typed, field) == "…"


@given(text=st.text(alphabet="0123456789０１ -－のは番号あ\n", max_size=40), at=st.integers(0, 40))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_run_of_nine_digits_at_the_caret_is_ever_kept(text: str, at: int) -> None:
    caret = min(at, len(text))
    kept = keepable(Typed(question=text), Typed(), Edited("question", caret)).typed.question
    runs_at_caret = [run for run in long_runs(text) if run[0] <= caret <= run[1]]
    for start, end in runs_at_caret:
        assert text[start:end].strip() not in kept


def test_a_refused_draft_keeps_the_rest_overwrites_the_old_one_and_is_logged(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    keep(desk, call_id, fields={"question": "12345678 と言いかけた", "answer": "案内した"})
    answer = keep(desk, call_id, version=2, fields={"question": f"{NUMBER} とのこと", "answer": "案内した"})
    assert answer.status_code == 422
    assert answer.json["code"] == "individual_number"
    assert NUMBER not in answer.text
    kept = stored_draft(centre, call_id)
    assert "12345678" not in kept["question"]
    assert kept["question"].endswith("とのこと")
    assert kept["answer"] == "案内した"
    assert actions(centre, call_id) == ["call.number_refused"]
    assert answer.json["draft_version"] == row_of(centre, call_id).version


def test_a_number_hidden_by_control_characters_is_found_once_they_are_gone(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    hidden = "\u200b".join(NUMBER[:6]) + "\x00" + NUMBER[6:]
    keep(desk, call_id, fields={"question": hidden}, edited={"field": "answer", "caret": 0})
    stored = str(stored_draft(centre, call_id)["question"])
    assert not any(letter.isdigit() for letter in stored)
    assert save(desk, call_id, version=2, fields={"question": hidden}).status_code == 422


def test_a_finished_phone_number_is_kept_when_its_field_is_left(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    _typed(desk, call_id, 1, "073-432-0001", "phone")
    assert stored_draft(centre, call_id)["phone"] == "…"
    keep(desk, call_id, version=2, fields={"phone": "073-432-0001"}, edited=None)
    assert stored_draft(centre, call_id)["phone"] == "073-432-0001"


def test_a_phone_number_in_a_note_is_kept_once_something_else_is_typed(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id, note = opened_call(desk), "折返しは 090-1234-5678 へ"
    keep(desk, call_id, fields={"question": note[:-2]}, edited={"field": "question", "caret": len(note) - 2})
    assert "…" in stored_draft(centre, call_id)["question"]
    body = {"question": note, "answer": "案内"}
    keep(desk, call_id, version=2, fields=body, edited={"field": "answer", "caret": 2})
    assert stored_draft(centre, call_id)["question"] == note
    keep(desk, call_id, version=3, fields=body, edited=None)
    assert stored_draft(centre, call_id)["question"] == note


def test_a_caret_is_counted_as_browsers_count(centre: Centre) -> None:
    """Four emoji are eight UTF-16 units: the caret stands behind the digits, not in the middle of them."""
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    _typed(desk, call_id, 1, "😀😀😀😀" + NUMBER[:10])
    assert stored_draft(centre, call_id)["question"] == "😀😀😀😀…"


# --- too long ---


def test_a_field_too_long_keeps_what_it_had_and_the_rest_is_stored(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    keep(desk, call_id, fields={"question": "はじめ"})
    answer = keep(desk, call_id, version=2, fields={"question": "長" * 4001, "answer": "案内した"})
    assert answer.status_code == 422
    assert "4,000文字以内" in answer.json["errors"]["question"][0]
    kept = stored_draft(centre, call_id)
    assert (kept["question"], kept["answer"]) == ("はじめ", "案内した")
    assert keep(desk, call_id, version=answer.json["draft_version"], fields={"question": "短い"}).status_code == 200


# --- two screens ---


def test_a_second_screen_gets_the_first_ones_words_instead_of_overwriting_them(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    keep(desk, call_id, fields={"question": "一枚目"}, editor="screen-1")
    answer = keep(desk, call_id, version=1, fields={"question": "二枚目"}, editor="screen-2")
    assert (answer.status_code, answer.json["code"]) == (409, "conflict")
    assert answer.json["current"] == {"version": 2, "fields": {**EMPTY, "question": "一枚目"}}
    assert stored_draft(centre, call_id)["question"] == "一枚目"
    assert actions(centre, call_id) == ["call.restored"]
    mine = keep(desk, call_id, version=2, fields={"question": "二枚目"}, editor="screen-2")
    assert mine.status_code == 200


def test_a_save_from_a_screen_that_missed_the_others_words_is_a_conflict(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    keep(desk, call_id, fields={"question": "一枚目"})
    answer = save(desk, call_id, version=1)
    assert (answer.status_code, answer.json["current"]["fields"]["question"]) == (409, "一枚目")
    assert row_of(centre, call_id).state == "open"


def test_a_draft_whose_answer_was_lost_does_not_stop_the_save(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    fields = {"question": "あ", "category": "0401", "disposition": "completed"}
    keep(desk, call_id, fields=fields)
    answer = save(desk, call_id, version=1, fields={**EMPTY, **fields})
    assert answer.status_code == 200


def test_the_same_draft_may_arrive_twice_or_after_a_later_one(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    keep(desk, call_id, fields={"question": "あい"}, sequence=2)
    late = keep(desk, call_id, version=1, fields={"question": "あ"}, sequence=1)
    assert (late.status_code, late.json["draft_version"]) == (200, 2)
    assert stored_draft(centre, call_id)["question"] == "あい"
    newer = keep(desk, call_id, version=1, fields={"question": "あいう"}, sequence=3)
    assert newer.status_code == 200
    assert stored_draft(centre, call_id)["question"] == "あいう"


def test_a_draft_for_a_saved_call_says_its_number_and_where_to_go_on(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    call_id = saved_call(desk)
    answer = keep(desk, call_id, version=9, fields={"question": "あ"})
    assert (answer.status_code, answer.json["code"], answer.json["number"]) == (409, "already_saved", 1)
    assert answer.json["next"].startswith("/desk/calls/")
    assert row_of(centre, call_id).draft is None


def test_an_unknown_call_is_not_found(centre: Centre) -> None:
    desk = centre.person(Role.OPERATOR).client()
    assert keep(desk, str(new_id())).status_code == 404


def test_an_expired_session_while_typing_loses_nothing(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    desk = person.client()
    call_id = opened_call(desk)
    centre.at(centre.now + timedelta(days=1))
    answer = keep(desk, call_id, fields={"question": "途中"})
    assert (answer.status_code, answer.json["code"]) == (401, "sign_in_required")
    desk.sign_in_as(person)
    assert keep(desk, call_id, fields={"question": "途中"}).status_code == 200
    assert stored_draft(centre, call_id)["question"] == "途中"
