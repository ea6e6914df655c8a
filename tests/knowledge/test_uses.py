"""Which entries answered which calls, and the few words that are remembered of it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from callcenter.audit import queries as log
from callcenter.extensions import db
from callcenter.knowledge import learning, queries, uses
from callcenter.knowledge.models import LearnedNote, Use
from callcenter.knowledge.search import live
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.calls.factories import FIELDS, TIMING, individual_number, opened_call
from tests.centre import Browser, Centre, Person
from tests.knowledge.factories import Made, draft, published_entry

ASKED = "通知書が届いたが受取りに必要な書類は何か"


@pytest.fixture
def person(centre: Centre) -> Person:
    return centre.person(Role.OPERATOR)


@pytest.fixture
def desk(person: Person) -> Browser:
    return person.client()


@pytest.fixture
def entry(centre: Centre) -> Made:
    return published_entry(centre)


def use(desk: Browser, call: str, made: Made, **changes: Any) -> Any:
    body = {"call_id": call, "entry_id": str(made.entry_id), "version_id": str(made.version_id), "rank": 2}
    return desk.post("/knowledge/uses", json={**body, "text": ASKED, "name": "", "phone": "", **changes})


def kept(centre: Centre) -> list[Any]:
    with centre.inside():
        rows = db.session.execute(select(Use.outcome, Use.entry_id, Use.version_id, Use.rank, Use.local_on))
        return [tuple(row) for row in rows]


def notes(centre: Centre) -> list[tuple[str, int]]:
    with centre.inside():
        return [(row[0], row[1]) for row in db.session.execute(select(LearnedNote.words, LearnedNote.times))]


def revision(centre: Centre) -> int:
    with centre.inside():
        return queries.revision(centre.contract_id)


def test_a_use_is_kept_with_its_day_and_place_and_is_an_entry_of_the_log(
    centre: Centre, desk: Browser, entry: Made
) -> None:
    assert use(desk, opened_call(desk), entry).status_code == 200
    assert kept(centre) == [("used", entry.entry_id, entry.version_id, 2, date(2026, 6, 1))]
    with centre.inside():
        found = log.history_of(centre.contract_id, "knowledge_entry", str(entry.entry_id))
    noted = [one.details for one in found if one.action == "knowledge_entry.used"]
    assert noted == [{"version": str(entry.version_id), "number": 2}]


def test_the_same_entry_in_the_same_call_is_one_use_and_learned_once(
    centre: Centre, desk: Browser, entry: Made
) -> None:
    call = opened_call(desk)
    assert [use(desk, call, entry, rank=rank).status_code for rank in (2, 1)] == [200, 200]
    assert [row[3] for row in kept(centre)] == [2]
    assert [times for _, times in notes(centre)] == [1]


def test_another_call_and_another_entry_are_uses_of_their_own(centre: Centre, desk: Browser, entry: Made) -> None:
    first = opened_call(desk)
    other = published_entry(centre, title="更新の手続き")
    for call, made in ((first, entry), (first, other), (opened_call(desk), entry)):
        assert use(desk, call, made).status_code == 200
    assert len(kept(centre)) == 3


def test_the_words_are_counted_up_and_only_new_ones_stir_the_search(centre: Centre, desk: Browser, entry: Made) -> None:
    before = revision(centre)
    use(desk, opened_call(desk), entry)
    assert revision(centre) == before + 1
    use(desk, opened_call(desk), entry)
    assert revision(centre) == before + 1
    assert [times for _, times in notes(centre)] == [2]
    use(desk, opened_call(desk), entry, text="暗証番号を忘れたときの手続き")
    assert revision(centre) == before + 2


def test_what_was_learned_is_found_by(centre: Centre, desk: Browser) -> None:
    live.forget()
    published_entry(centre, title="受取りの予約", body="予約は電話でできます。")
    wanted = published_entry(centre, title="代理の方の来庁", body="代理の方は委任状をお持ちください。")
    with centre.inside():
        live.search(centre.contract_id, "おつかいで窓口", date(2026, 6, 1))
    use(desk, opened_call(desk), wanted, text="ぎっくり腰で窓口へ歩けない")
    with centre.inside():
        hits = live.search(centre.contract_id, "ぎっくり腰で歩けない", date(2026, 6, 1))
    assert hits[0].key == wanted.entry_id


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("山田様のカードの受取りの書類", {}),
        ("受取りの書類を 073-432-0001 に連絡", {}),
        ("書類は keiko@example.jp へ送付か", {}),
        ("昭和50年4月3日生まれのカードの書類", {}),
        ("架空太郎の受取りの書類", {"name": "架空 太郎"}),
        ("4320001 に受取りの書類を案内", {"phone": "073-432-0001"}),
        (f"{individual_number()} の受取りの書類", {}),
        ("書類", {}),
        ("", {}),
    ],
    ids=["honorific", "phone", "mail", "birth date", "typed name", "typed phone", "individual number", "one", "none"],
)
def test_nothing_is_remembered_that_may_name_somebody_or_says_too_little(
    sqlite_centre: Centre, text: str, more: dict[str, str]
) -> None:
    entry = published_entry(sqlite_centre)
    desk = sqlite_centre.person(Role.OPERATOR).client()
    assert use(desk, opened_call(desk), entry, text=text, **more).status_code == 200
    assert len(kept(sqlite_centre)) == 1
    assert notes(sqlite_centre) == []


def test_words_are_remembered_without_names_places_and_numbers() -> None:
    words = learning.note_of("和歌山の田中です。通知書が3通届いたが書類は何が必要か").split()
    assert {"通知", "書類", "必要"} <= set(words)
    assert {"和歌山", "田中", "3", "三"} & set(words) == set()


def test_a_name_of_one_letter_is_not_remembered_where_it_is_the_callers() -> None:
    asked = "港の名前が違うときの受取りの書類"
    assert "港" in learning.note_of(asked).split()
    told = learning.note_of(asked, names=["山田 港"]).split()
    assert "書類" in told
    assert "港" not in told


def test_two_words_are_enough_and_one_is_not() -> None:
    assert len(learning.note_of("書類の紛失").split()) == 2
    assert learning.note_of("書類") == ""


def test_a_long_question_is_cut_between_words() -> None:
    found = learning.note_of(
        "。".join(f"{word}の書類" for word in ("通知", "紛失", "更新", "予約", "住所", "写真") * 40)
    )
    assert 0 < len(found) <= learning.LONGEST
    long = learning.note_of("。".join(chr(0x4E00 + place) + "紛失" for place in range(600)))
    assert len(long) <= learning.LONGEST


@pytest.mark.parametrize("rank", [0, -1, 21, "1", None, True, 1.5])
def test_a_place_that_is_none_is_refused(sqlite_centre: Centre, rank: object) -> None:
    entry = published_entry(sqlite_centre)
    desk = sqlite_centre.person(Role.OPERATOR).client()
    assert use(desk, opened_call(desk), entry, rank=rank).status_code == 422
    assert kept(sqlite_centre) == []


def test_an_entry_that_is_not_in_force_or_not_its_version_is_not_found(centre: Centre, desk: Browser) -> None:
    call, made, other = opened_call(desk), published_entry(centre), published_entry(centre, title="ほか")
    unpublished = draft(centre, title="下書き")
    assert use(desk, call, unpublished).status_code == 404
    assert use(desk, call, Made(made.entry_id, other.version_id)).status_code == 404
    assert use(desk, call, Made(made.entry_id, uuid4())).status_code == 404
    assert kept(centre) == []


def test_a_call_of_somebody_else_is_not_found(centre: Centre, desk: Browser, entry: Made) -> None:
    colleague = centre.person(Role.OPERATOR).client()
    assert use(colleague, opened_call(desk), entry).status_code == 404
    assert use(desk, str(uuid4()), entry).status_code == 404
    assert kept(centre) == []


def test_a_call_just_saved_still_takes_the_use(centre: Centre, desk: Browser, entry: Made) -> None:
    call = opened_call(desk)
    body = {"save_key": str(uuid4()), "version": 1, "fields": FIELDS, "timing": TIMING}
    assert desk.post(f"/desk/calls/{call}/save", json=body).status_code == 200
    assert use(desk, call, entry).status_code == 200


def test_a_discarded_call_takes_its_uses_along_and_gets_no_more(centre: Centre, desk: Browser, entry: Made) -> None:
    call, other = opened_call(desk), opened_call(desk)
    use(desk, call, entry)
    use(desk, other, entry)
    answer = desk.post(f"/desk/calls/{call}/discard", json={"version": 1, "drop": True})
    assert answer.status_code == 200
    assert len(kept(centre)) == 1
    assert use(desk, call, entry).status_code == 409
    assert len(kept(centre)) == 1
    assert [times for _, times in notes(centre)] == [2]


def test_a_missing_answer_is_noted_once_for_a_call(centre: Centre, person: Person, desk: Browser) -> None:
    call = UUID(opened_call(desk))
    with centre.inside():
        for _ in range(2):
            with transaction():
                uses.note_missing(call, by=person.actor, at=centre.now)
        assert db.session.execute(select(func.count()).select_from(Use)).scalar_one() == 1
    assert kept(centre) == [("missing", None, None, None, date(2026, 6, 1))]


@pytest.mark.parametrize("role", list(Role))
def test_who_sits_at_the_desk_may_note_a_use(sqlite_centre: Centre, role: Role) -> None:
    entry = published_entry(sqlite_centre)
    person = sqlite_centre.person(role)
    at_desk = role in {Role.OPERATOR, Role.SUPERVISOR}
    call = opened_call(person.client()) if at_desk else str(uuid4())
    assert use(person.client(), call, entry).status_code == (200 if at_desk else 403)


def test_an_entry_of_another_contract_is_not_found(centre: Centre, entry: Made) -> None:
    with centre.inside():
        other = centre.new_contract("OTHER")
    stranger = centre.person(Role.OPERATOR, contract_id=other)
    browser = centre.browser()
    with browser.http.session_transaction() as cookie:
        cookie["sid"] = centre.open_session(stranger, other)
    headers = {"X-CSRFToken": browser.csrf(), "X-Contract-Id": str(other)}
    opened = browser.http.post("/desk/calls", json={"open_key": str(uuid4())}, headers=headers)
    assert opened.json is not None
    body = {"call_id": opened.json["id"], "entry_id": str(entry.entry_id), "version_id": str(entry.version_id)}
    answer = browser.http.post("/knowledge/uses", json={**body, "rank": 1, "text": ASKED}, headers=headers)
    assert answer.status_code == 404
    assert kept(centre) == []
