from __future__ import annotations

from datetime import date
from typing import Any

from callcenter.audit.queries import history_of
from callcenter.calls import history, queries
from callcenter.clock import instant_of
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.calls.factories import actions, counted, keep, opened_call, plain, row_of, saved_call
from tests.centre import Centre, Person

MONDAY, TUESDAY = date(2026, 6, 1), date(2026, 6, 2)


def _call(on: date, minute: int, **more: Any) -> history.HistoryCall:
    values: dict[str, Any] = {
        "talk_seconds": 100,
        "acw_seconds": 20,
        "category_code": "0401",
        "disposition": "completed",
        "operator_id": None,
        **more,
    }
    return history.HistoryCall(instant_of(on, minute), **values)


def _load(centre: Centre, person: Person, *calls: history.HistoryCall) -> int:
    with centre.inside(), transaction():
        return history.load_history(calls, by=person.actor, at=centre.now)


def test_calls_are_counted_by_the_slot_of_their_start(centre: Centre) -> None:
    person = centre.person(Role.SUPERVISOR)
    minutes = (510, 539, 540, 541)
    _load(centre, person, *(_call(MONDAY, minute) for minute in minutes), _call(TUESDAY, 510, channel="fax"))
    with centre.inside():
        found = queries.counts_by_slot(centre.contract_id, MONDAY, TUESDAY)
        quarters = queries.counts_by_slot(centre.contract_id, MONDAY, MONDAY, minutes=15)
    assert found == [
        queries.SlotCount(MONDAY, 510, 2, 2),
        queries.SlotCount(MONDAY, 540, 2, 2),
        queries.SlotCount(TUESDAY, 510, 1, 0),
    ]
    assert [(slot.start_minute, slot.recorded) for slot in quarters] == [(510, 1), (525, 1), (540, 2)]


def test_a_call_at_local_midnight_belongs_to_the_new_day(centre: Centre) -> None:
    _load(centre, centre.person(Role.SUPERVISOR), _call(MONDAY, 1439), _call(TUESDAY, 0))
    with centre.inside():
        assert queries.counts_by_day(centre.contract_id, MONDAY, TUESDAY) == {MONDAY: 1, TUESDAY: 1}


def test_sums_are_over_saved_calls_and_seconds_over_those_that_have_both(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    _load(
        centre,
        person,
        _call(MONDAY, 510, complaint=True),
        _call(MONDAY, 520, difficult=True, channel="counter", disposition="referred", category_code="0101"),
    )
    desk = person.client()
    keep(desk, opened_call(desk), fields={"question": "未保存"})
    opened_call(desk)
    voided = saved_call(desk)
    desk.post(f"/calls/{voided}/void", data={"reason": "二重", "version": "2"})
    untimed = saved_call(desk, timing={"talk_seconds": None})
    assert row_of(centre, untimed).talk_seconds is None
    with centre.inside():
        contract = centre.contract_id
        assert queries.day_summary(contract, MONDAY) == queries.DaySummary(3, 2, 1, 1, 2, 200, 40)
        assert queries.excluded_counts(contract, MONDAY) == queries.Excluded(voided=1, open=1)
        assert queries.counts_by_category(contract, MONDAY, MONDAY) == {"0101": 1, "0401": 2}
        assert queries.counts_by_disposition(contract, MONDAY, MONDAY) == {"completed": 2, "referred": 1}
        assert queries.month_counts(contract) == {(2026, 6): 3}
        assert queries.last_recorded_day(contract, TUESDAY) == MONDAY
        assert queries.last_recorded_day(contract, date(2026, 5, 31)) is None


def test_a_day_without_calls_has_zeros(centre: Centre) -> None:
    with centre.inside():
        assert queries.day_summary(centre.contract_id, MONDAY) == queries.DaySummary()
        assert queries.day_calls(centre.contract_id, MONDAY) == []
        assert queries.excluded_counts(centre.contract_id, MONDAY) == queries.Excluded(0, 0)


def test_the_days_calls_stand_in_the_order_of_their_numbers_with_names_and_report_texts(centre: Centre) -> None:
    _load(
        centre,
        centre.person(Role.SUPERVISOR),
        _call(MONDAY, 520, report_text="後"),
        _call(MONDAY, 510, report_text="先"),
    )
    with centre.inside(), counted(centre) as seen:
        lines = queries.day_calls(centre.contract_id, MONDAY)
    assert [(line.number, line.report_text, line.local_minute) for line in lines] == [(1, "先", 510), (2, "後", 520)]
    assert (lines[0].category_name, lines[0].major_name) == ("カード本体の更新", "有効期限・更新")
    assert len(seen) == 2


def test_the_callers_of_a_day_are_named_once_each(centre: Centre) -> None:
    who = {"caller_name": "架空 太郎", "phone": "0734320001"}
    _load(
        centre,
        centre.person(Role.SUPERVISOR),
        _call(MONDAY, 510, **who),
        _call(MONDAY, 520, **who),
        _call(TUESDAY, 510),
    )
    with centre.inside():
        found = queries.callers_of_day(centre.contract_id, MONDAY)
    assert found == queries.Callers(("架空 太郎",), ("073-432-0001",))


def test_each_operator_has_her_own_sums(centre: Centre) -> None:
    one, other = centre.person(Role.OPERATOR), centre.person(Role.OPERATOR)
    _load(centre, one, *(_call(MONDAY, 510 + n, operator_id=one.user_id) for n in range(2)))
    _load(centre, one, _call(MONDAY, 530, operator_id=other.user_id))
    with centre.inside():
        found = {row.operator_id: row for row in queries.operators_day(centre.contract_id, MONDAY)}
    assert found[one.user_id] == queries.OperatorDay(one.user_id, 2, 200, 40)
    assert found[other.user_id].recorded == 1


def test_open_calls_are_listed_without_their_texts(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    desk = person.client()
    empty, typed = opened_call(desk), opened_call(desk)
    keep(desk, typed, fields={"question": "途中"})
    with centre.inside():
        found = queries.open_calls(centre.contract_id)
    assert {str(call.id): call.has_words for call in found} == {empty: False, typed: True}
    assert {call.operator_id for call in found} == {person.user_id}


def test_another_contract_counts_nothing_of_ours(centre: Centre) -> None:
    _load(centre, centre.person(Role.SUPERVISOR), _call(MONDAY, 510))
    with centre.inside():
        other = centre.new_contract("R8-B")
        assert queries.day_summary(other, MONDAY).recorded == 0
        assert queries.counts_by_day(other, MONDAY, TUESDAY) == {}


# --- loading ---


def test_loaded_calls_are_numbered_by_their_start_sealed_and_found(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    texts = {"question": "秘密の話", "phone": "０７３-４３２-０００１", "operator_id": person.user_id}
    assert _load(centre, person, _call(MONDAY, 520, **texts), _call(MONDAY, 510)) == 2
    desk = person.client()
    page = desk.post("/calls", data={"q": "073-432-0001"}, follow_redirects=True).text
    assert "#2<" in page
    assert "#1<" not in page
    call_id = saved_call(desk)
    assert row_of(centre, call_id).number == 3
    assert plain(centre, call_id, "phone") == "073-432-0001"


def test_a_batch_is_one_entry_and_an_empty_one_none(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    _load(centre, person, *(_call(MONDAY, 510 + n) for n in range(5)))
    assert _load(centre, person) == 0
    with centre.inside():
        entries = [
            one
            for one in history_of(centre.contract_id, "contract", str(centre.contract_id))
            if one.action == "call.loaded"
        ]
    assert len(entries) == 1
    assert entries[0].details["count"] == 5


def test_loading_takes_as_many_statements_for_ten_as_for_a_hundred(centre: Centre) -> None:
    person = centre.person(Role.OPERATOR)
    counts = []
    for number in (10, 100):
        with counted(centre) as seen:
            _load(centre, person, *(_call(MONDAY, 510 + n) for n in range(number)))
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert actions(centre, saved_call(person.client())) == ["call.saved"]
