"""What is used and what is not, what nothing answered, what is due: the numbers and their page."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from callcenter.audit import queries as log
from callcenter.clock import instant_of
from callcenter.knowledge import questions, usage, uses
from callcenter.knowledge.questions import NewQuestion
from callcenter.knowledge.rules import EntryKind
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.calls.factories import opened_call, saved_call
from tests.centre import Centre, Person
from tests.knowledge.factories import Made, published_entry, retired, revised

MONDAY, TUESDAY = date(2026, 6, 1), date(2026, 6, 2)
NOON = 12 * 60


@pytest.fixture
def operator(centre: Centre) -> Person:
    return centre.person(Role.OPERATOR)


@pytest.fixture
def leader(centre: Centre) -> Person:
    return centre.person(Role.SUPERVISOR)


@pytest.fixture
def entry(centre: Centre) -> Made:
    return published_entry(centre, title="受取りに必要なものは何ですか")


def call(centre: Centre, operator: Person, on: date = MONDAY, minute: int = NOON) -> UUID:
    """A call that began that minute of a day and was saved."""
    known = centre.now
    centre.at(instant_of(on, minute))
    made = saved_call(operator.client(), timing={"started_ms_ago": 0, "talk_seconds": 0})
    centre.at(known)
    return UUID(made)


def use(centre: Centre, operator: Person, made: Made, call_id: UUID | None = None, on: date = MONDAY) -> UUID:
    """Note that an entry was used in a call, at noon of a day."""
    used_in = call_id or call(centre, operator, on)
    with centre.inside(), transaction():
        new = uses.NewUse(used_in, made.entry_id, made.version_id, 1)
        uses.note_use(new, "", by=operator.actor, at=instant_of(on, NOON))
    return used_in


def nothing_fits(centre: Centre, operator: Person, call_id: UUID | None = None, on: date = MONDAY) -> UUID:
    asked_in = call_id or call(centre, operator, on)
    with centre.inside(), transaction():
        uses.note_missing(asked_in, by=operator.actor, at=instant_of(on, NOON))
    return asked_in


def ask(centre: Centre, operator: Person, category: str) -> questions.Asked:
    call_id = call(centre, operator)
    with centre.inside(), transaction():
        new = NewQuestion(call_id, "駐車場はありますか", category, to_city=False, key=uuid4())
        return questions.ask(new, by=operator.actor, at=centre.now)


# --- the numbers ---


def test_an_entry_counts_once_for_each_call_whichever_of_its_versions(
    centre: Centre, operator: Person, entry: Made
) -> None:
    first = use(centre, operator, entry)
    later = Made(entry.entry_id, revised(centre, entry.entry_id, body="直した本文です。"))
    use(centre, operator, later, first)
    use(centre, operator, later)
    with centre.inside():
        assert usage.use_counts(centre.contract_id, MONDAY, MONDAY) == {entry.entry_id: 2}


def test_a_call_with_two_entries_is_one_call_with_use(centre: Centre, operator: Person, entry: Made) -> None:
    other = published_entry(centre, title="代理の人が受け取れますか")
    call_id = use(centre, operator, entry)
    use(centre, operator, other, call_id)
    use(centre, operator, entry, on=TUESDAY)
    with centre.inside():
        counts = usage.use_counts(centre.contract_id, MONDAY, TUESDAY)
        assert counts == {entry.entry_id: 2, other.entry_id: 1}
        assert usage.calls_with_use(centre.contract_id, MONDAY, TUESDAY) == {MONDAY: 1, TUESDAY: 1}


def test_both_ends_of_a_span_belong_to_it_and_the_days_beside_do_not(
    centre: Centre, operator: Person, entry: Made
) -> None:
    for days in range(-1, 3):
        use(centre, operator, entry, on=MONDAY + timedelta(days=days))
    with centre.inside():
        assert usage.calls_with_use(centre.contract_id, MONDAY, TUESDAY) == {MONDAY: 1, TUESDAY: 1}
        assert usage.use_counts(centre.contract_id, MONDAY, TUESDAY) == {entry.entry_id: 2}


def test_calls_that_nothing_fitted_are_counted_for_themselves(centre: Centre, operator: Person, entry: Made) -> None:
    nothing_fits(centre, operator, nothing_fits(centre, operator))
    nothing_fits(centre, operator, use(centre, operator, entry))
    with centre.inside():
        assert usage.calls_missing(centre.contract_id, MONDAY, MONDAY) == {MONDAY: 2}
        assert usage.calls_with_use(centre.contract_id, MONDAY, MONDAY) == {MONDAY: 1}
        assert usage.use_counts(centre.contract_id, MONDAY, MONDAY) == {entry.entry_id: 1}


def test_what_was_noted_in_an_open_or_a_voided_call_counts_nowhere(
    centre: Centre, operator: Person, leader: Person, entry: Made
) -> None:
    use(centre, operator, entry, UUID(opened_call(operator.client())))
    voided = use(centre, operator, entry)
    nothing_fits(centre, operator, voided)
    counted = [usage.calls_with_use, usage.calls_missing, usage.use_counts]
    with centre.inside():
        before = [count(centre.contract_id, MONDAY, MONDAY) for count in counted]
    form = {"reason": "重複して記録したため", "version": "2"}
    assert leader.client().post(f"/calls/{voided}/void", data=form).status_code == 303
    with centre.inside():
        after = [count(centre.contract_id, MONDAY, MONDAY) for count in counted]
    assert before == [{MONDAY: 1}, {MONDAY: 1}, {entry.entry_id: 1}]
    assert after == [{}, {}, {}]


def test_a_use_counts_on_the_day_its_call_began_though_it_was_noted_after_midnight(
    centre: Centre, operator: Person, entry: Made
) -> None:
    last = date(2027, 3, 31)
    call_id = call(centre, operator, last, 23 * 60 + 59)
    with centre.inside(), transaction():
        new = uses.NewUse(call_id, entry.entry_id, entry.version_id, 1)
        uses.note_use(new, "", by=operator.actor, at=instant_of(last + timedelta(days=1), 1))
    with centre.inside():
        assert usage.calls_with_use(centre.contract_id, last, last) == {last: 1}
        assert usage.calls_with_use(centre.contract_id, last + timedelta(days=1), last + timedelta(days=1)) == {}


def test_nothing_is_measured_before_there_is_something_to_use_or_renew(centre: Centre, operator: Person) -> None:
    published_entry(centre, title="はじめに", kind=EntryKind.CHAPTER, on=TUESDAY)
    entry = published_entry(centre, on=TUESDAY + timedelta(days=2))
    use(centre, operator, entry, on=TUESDAY + timedelta(days=2))
    with centre.inside():
        days = usage.days(centre.contract_id, MONDAY, MONDAY + timedelta(days=4))
        other = usage.days(centre.new_contract("R9"), TUESDAY, TUESDAY)
    assert [days.on(MONDAY + timedelta(days=number)) for number in range(5)] == [
        (None, None, None),
        (None, None, 1),
        (None, None, 0),
        (1, 0, 1),
        (0, 0, 0),
    ]
    assert other.on(TUESDAY) == (None, None, None)


def test_another_contracts_calls_count_nowhere(centre: Centre, operator: Person, entry: Made) -> None:
    use(centre, operator, entry)
    ask(centre, operator, "0101")
    with centre.inside():
        other = centre.new_contract("R9")
        assert usage.use_counts(other, MONDAY, MONDAY) == {}
        assert usage.calls_with_use(other, MONDAY, MONDAY) == {}
        assert usage.unanswered(other, MONDAY, MONDAY) == []
        assert usage.counted(other, MONDAY, MONDAY) == []
        assert usage.published(other, MONDAY, MONDAY) == {}


def test_a_version_counts_as_published_on_the_day_it_comes_into_force(centre: Centre, entry: Made) -> None:
    revised(centre, entry.entry_id, on=TUESDAY, body="直した本文です。")
    with centre.inside():
        days = usage.published(centre.contract_id, MONDAY, TUESDAY)
        before = usage.published(centre.contract_id, date(2026, 5, 1), date(2026, 5, 31))
    assert (days, before) == ({MONDAY: 1, TUESDAY: 1}, {})


def test_the_most_used_come_first_and_the_rest_by_number(centre: Centre, operator: Person, entry: Made) -> None:
    often = published_entry(centre, title="いつ受け取れますか")
    never = published_entry(centre, title="どこで受け取れますか")
    for made, times in ((entry, 1), (often, 2)):
        for _ in range(times):
            use(centre, operator, made)
    published_entry(centre, title="はじめに", kind=EntryKind.CHAPTER)
    with centre.inside():
        found = usage.counted(centre.contract_id, MONDAY, MONDAY)
    assert [(one.current.entry.id, one.calls) for one in found] == [
        (often.entry_id, 2),
        (entry.entry_id, 1),
        (never.entry_id, 0),
    ]


def test_an_entry_that_is_retired_by_then_is_not_called_unused(centre: Centre, entry: Made) -> None:
    retired(centre, entry.entry_id, on=TUESDAY)
    with centre.inside():
        assert len(usage.counted(centre.contract_id, MONDAY, MONDAY)) == 1
        assert usage.counted(centre.contract_id, MONDAY, TUESDAY) == []


def test_entries_are_announced_thirty_days_before_their_review_and_called_late_the_day_after(centre: Centre) -> None:
    day = MONDAY + timedelta(days=60)
    for name, ahead in (("今日", 0), ("30日後", 30), ("31日後", 31)):
        published_entry(centre, title=name, review_by_on=day + timedelta(days=ahead))
    published_entry(centre, title="章", kind=EntryKind.CHAPTER, review_by_on=day + timedelta(days=1))
    with centre.inside():
        found = usage.reviews(centre.contract_id, day)
        late = usage.reviews(centre.contract_id, day + timedelta(days=1))
    assert [(one.current.version.title, one.days, one.overdue) for one in found] == [
        ("今日", 0, False),
        ("章", 1, False),
        ("30日後", 30, False),
    ]
    assert [(one.current.version.title, one.overdue) for one in late if one.overdue] == [("今日", True)]
    assert "31日後" in {one.current.version.title for one in late}


def test_questions_are_counted_by_category_and_those_put_together_once(
    centre: Centre, operator: Person, leader: Person
) -> None:
    first, second = ask(centre, operator, "0202"), ask(centre, operator, "0202")
    ask(centre, operator, "0101")
    settled = ask(centre, operator, "0202")
    with centre.inside(), transaction():
        questions.put_together(second.id, first.number, by=leader.actor, at=centre.now)
        questions.settle(settled.id, by=leader.actor, at=centre.now)
    with centre.inside():
        found = usage.unanswered(centre.contract_id, MONDAY, MONDAY)
        assert usage.unanswered(centre.contract_id, TUESDAY, TUESDAY) == []
    assert [(one.category_code, one.asked, one.different, one.waiting) for one in found] == [
        ("0202", 3, 2, 1),
        ("0101", 1, 1, 1),
    ]


# --- the page ---


def page(who: Person, **given: str) -> Any:
    return who.client().get("/knowledge/usage", query_string=given)


def figure(text: str, key: str) -> str:
    return text.split(f'data-figure="{key}">')[1].split("<")[0]


def test_the_page_shows_each_table_and_the_figures_above(
    centre: Centre, operator: Person, leader: Person, entry: Made
) -> None:
    published_entry(centre, title="だれも使わない項目", review_by_on=MONDAY + timedelta(days=3))
    use(centre, operator, entry)
    nothing_fits(centre, operator)
    ask(centre, operator, "0202")
    used, unused = page(leader).text, page(leader, view="unused").text
    assert "受取りに必要なものは何ですか" in used
    assert "だれも使わない項目" not in used
    assert "だれも使わない項目" in unused
    assert "受取りに必要なものは何ですか" not in unused
    assert [figure(used, key) for key in ("used", "missing", "published", "overdue", "soon")] == [
        "1",
        "2",
        "2",
        "0",
        "1",
    ]
    missing = page(leader, view="missing").text
    assert "0202" in missing
    assert "該当がなかった問合せ（1分類）" in missing
    review = page(leader, view="review").text
    assert "あと3日" in review
    assert "だれも使わない項目" in review


def test_a_span_outside_which_the_use_lies_shows_it_as_unused(
    centre: Centre, operator: Person, leader: Person, entry: Made
) -> None:
    use(centre, operator, entry)
    span = {"from": "2026-06-02", "to": "2026-06-02"}
    assert "この期間に使われたFAQはありません" in page(leader, **span).text
    assert "受取りに必要なものは何ですか" in page(leader, view="unused", **span).text


@pytest.mark.parametrize(
    "given",
    [{"from": "2026-06-02", "to": "2026-06-01"}, {"from": "x"}, {"view": "all"}],
    ids=["turned round", "no date", "no view"],
)
def test_what_cannot_be_shown_is_refused(sqlite_centre: Centre, given: dict[str, str]) -> None:
    answer = page(sqlite_centre.person(Role.SUPERVISOR), **given)
    assert answer.status_code == 422
    assert "入力内容を確認してください" in answer.text


def test_each_table_is_a_file_with_the_rows_of_the_screen(
    centre: Centre, operator: Person, leader: Person, entry: Made
) -> None:
    use(centre, operator, entry)
    form = {"format": "csv", "view": "used", "from": "2026-06-01", "to": "2026-06-01"}
    answer = leader.client().post("/knowledge/usage/export", data=form)
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["番号"], row["項目"], row["使われた記録"]) for row in rows] == [
        ("FAQ 1", "受取りに必要なものは何ですか", "1")
    ]
    with centre.inside():
        entries = log.history_of(centre.contract_id, "contract", str(centre.contract_id))
    told = [entry.details for entry in entries if entry.action == "knowledge_usage.exported"]
    assert told == [{"filter": {name: form[name] for name in ("view", "from", "to")}, "format": "csv", "count": 1}]


@pytest.mark.parametrize("view", ["used", "unused", "missing", "review"])
def test_every_table_can_be_empty_and_says_so(sqlite_centre: Centre, view: str) -> None:
    answer = page(sqlite_centre.person(Role.CITY_VIEWER), view=view)
    assert answer.status_code == 200
    assert 'class="empty"' in answer.text


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMINISTRATOR])
def test_operators_and_administrators_do_not_see_it(sqlite_centre: Centre, role: Role) -> None:
    browser = sqlite_centre.person(role).client()
    assert browser.get("/knowledge/usage").status_code == 403
    assert browser.post("/knowledge/usage/export", data={"format": "csv"}).status_code == 403


def test_the_last_thirty_days_are_shown_unless_others_are_chosen(centre: Centre, leader: Person) -> None:
    centre.at(datetime.fromisoformat("2026-06-01T09:00+09:00"))
    text = page(leader).text
    assert 'name="from" value="2026-05-03"' in text
    assert 'name="to" value="2026-06-01"' in text
