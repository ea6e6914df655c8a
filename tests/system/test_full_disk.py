"""A full disk: the person is told so in Japanese, nothing is half saved, what was kept stays, and work goes on later.

SQLite is held to the pages it has (`max_page_count`): a write that needs another one fails as on a full disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, select, text

from callcenter.audit import queries as audit_queries
from callcenter.calls.models import Call
from callcenter.extensions import db, new_id
from callcenter.web.access import Role
from tests.calls.factories import FIELDS, actions, keep, opened_call, plain, row_of, save, saved_call, stored_draft
from tests.centre import Browser, Centre

LONG = "受け取りの予約を受け付けた。" * 200
MOST_TRIES = 40


@contextmanager
def full_disk(centre: Centre) -> Iterator[None]:
    """No connection of the application may let the database grow meanwhile."""
    with centre.app.app_context():
        engine = db.engine
        pages = db.session.execute(text("PRAGMA page_count")).scalar_one()
        db.session.remove()

    def hold(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    engine.dispose()
    event.listen(engine, "connect", hold)
    try:
        yield
    finally:
        event.remove(engine, "connect", hold)
        engine.dispose()


def _refused_at_last(desk: Browser) -> Any:
    """Open and save long calls until that is refused; returns the answer."""
    for _ in range(MOST_TRIES):
        answer = desk.post("/desk/calls", json={"open_key": str(new_id())})
        if answer.status_code == 201:
            answer = save(desk, answer.json["id"], fields={"question": LONG, "answer": LONG})
        if answer.status_code != 200:
            return answer
    raise AssertionError("the disk never became full")


def test_a_save_on_a_full_disk_is_refused_in_japanese_and_nothing_is_half_saved(sqlite_centre: Centre) -> None:
    centre = sqlite_centre
    desk = centre.person(Role.OPERATOR).client()
    first = saved_call(desk)
    with full_disk(centre):
        answer = _refused_at_last(desk)
        assert answer.status_code == 503
        assert answer.json["code"] == "unavailable"
        assert "空き容量" in answer.json["message"]
        assert "保存されていません" in answer.json["message"]
        assert int(answer.headers["Retry-After"]) > 0
        assert desk.get("/calls").status_code == 200
    assert plain(centre, first, "question") == FIELDS["question"]
    _nothing_is_half_saved(centre)


def _nothing_is_half_saved(centre: Centre) -> None:
    with centre.inside():
        rows = db.session.execute(select(Call.id, Call.number, Call.state).order_by(Call.number)).all()
        assert audit_queries.verify().whole
    saved = [row for row in rows if row.number is not None]
    assert [row.number for row in saved] == list(range(1, len(saved) + 1))
    assert {row.state for row in saved} == {"saved"}
    for row in saved:
        assert actions(centre, str(row.id)).count("call.saved") == 1


def test_what_was_typed_before_the_disk_was_full_is_kept_and_can_be_saved_afterwards(sqlite_centre: Centre) -> None:
    centre = sqlite_centre
    desk = centre.person(Role.OPERATOR).client()
    call_id = opened_call(desk)
    assert keep(desk, call_id, fields={"question": "消えては困る内容"}).status_code == 200
    with full_disk(centre):
        assert _refused_at_last(desk).status_code == 503
        answer = save(desk, call_id, version=2, fields={"question": LONG, "answer": LONG})
        assert answer.status_code == 503
    assert row_of(centre, call_id).state == "open"
    assert stored_draft(centre, call_id)["question"] == "消えては困る内容"
    assert save(desk, call_id, version=2, fields={"question": "消えては困る内容"}).status_code == 200
    assert plain(centre, call_id, "question") == "消えては困る内容"
    _nothing_is_half_saved(centre)
