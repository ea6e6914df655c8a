"""An entry is let go with a reason and a day, and may be kept on until that day is over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from callcenter.audit import queries as log
from callcenter.clock import instant_of
from callcenter.errors import Conflict
from callcenter.knowledge import approval, queries
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.centre import Centre, Person
from tests.knowledge.factories import Made, published_entry, retired

TODAY = date(2026, 6, 1)


def keep_on(centre: Centre, made: Made, author: Person) -> None:
    with centre.inside(), transaction():
        approval.keep_on(made.entry_id, by=author.actor, at=centre.now)


def in_force(centre: Centre, on: date) -> int:
    with centre.inside():
        return len(queries.in_force_on(centre.contract_id, on))


def test_retiring_a_linked_entry_shows_who_links_and_keeps_the_reason(centre: Centre, author: Person) -> None:
    made, browser = published_entry(centre, by=author), author.client()
    published_entry(centre, by=author, title="案内する項目", related=(str(made.entry_id),))
    url, given = f"/knowledge/entries/{made.entry_id}/retire", {"from_on": "2026-06-10", "reason": "終わったため"}
    answer = browser.post(url, data=given)
    assert answer.status_code == 409
    assert "案内する項目" in answer.text
    assert "終わったため" in answer.text
    assert browser.post(url, data={**given, "confirmed": "1"}).status_code == 303
    page = browser.get(f"/knowledge/entries/{made.entry_id}").text
    assert "終わったため" in page
    assert "廃止予定" in browser.get("/knowledge/entries").text
    assert "カードの受取り" not in browser.get("/knowledge/entries?on=2026-06-10").text.replace("案内する項目", "")
    assert "カードの受取り" in browser.get("/knowledge/entries?show=retired").text


@pytest.mark.parametrize("days", [0, 30])
def test_a_retirement_is_taken_back_and_the_entry_found_again(centre: Centre, author: Person, days: int) -> None:
    made, on = published_entry(centre, by=author), TODAY + timedelta(days=days)
    retired(centre, made.entry_id, on=on, by=author)
    assert in_force(centre, on) == 0
    with centre.inside():
        before = queries.revision(centre.contract_id)
    keep_on(centre, made, author)
    assert in_force(centre, on) == 1
    with centre.inside():
        assert queries.revision(centre.contract_id) == before + 1
        told = log.history_of(centre.contract_id, "knowledge_entry", str(made.entry_id))
    assert [(one.action, one.details) for one in told if "retire" in one.action] == [
        ("knowledge_entry.retired", {"effective_on": on.isoformat()}),
        ("knowledge_entry.retirement_cancelled", {"effective_on": on.isoformat()}),
    ]


def test_until_the_last_minute_of_its_day_and_no_longer(centre: Centre, author: Person) -> None:
    last, late = published_entry(centre, by=author), published_entry(centre, by=author)
    for made in (last, late):
        retired(centre, made.entry_id, on=TODAY, by=author)
    centre.at(instant_of(TODAY, 23 * 60 + 59))
    keep_on(centre, last, author)
    centre.at(instant_of(TODAY + timedelta(days=1), 0))
    with pytest.raises(Conflict, match="廃止日を過ぎている"):
        keep_on(centre, late, author)


def test_what_was_not_retired_cannot_be_kept_on(centre: Centre, author: Person) -> None:
    made = published_entry(centre, by=author)
    with pytest.raises(Conflict, match="登録はありません"):
        keep_on(centre, made, author)


def test_whoever_writes_keeps_it_on_from_its_page(centre: Centre, author: Person) -> None:
    made = published_entry(centre, by=author)
    retired(centre, made.entry_id, by=author)
    page, browser = f"/knowledge/entries/{made.entry_id}", author.client()
    assert "廃止を取り消す" in browser.get(page).text
    assert "廃止を取り消す" not in centre.person(Role.OPERATOR).client().get(page).text
    assert browser.post(f"{page}/retire/cancel").status_code == 303
    text = browser.get(page).text
    assert "廃止を取り消しました" in text
    assert "廃止を取り消す" not in text
    assert browser.post(f"{page}/retire/cancel").status_code == 409
