from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select

from callcenter.audit.models import AuditEntry
from callcenter.calls.exchange import queries, service
from callcenter.calls.exchange.history import HistoryDay, HistoryReason, HistorySlot, load_history
from callcenter.calls.exchange.models import ExchangeCallRow, ExchangeCount, ExchangeImport
from callcenter.calls.exchange.rules import Counts, SlotKey, SourceKind
from callcenter.calls.exchange.service import Incoming, ManualDay, Origin
from callcenter.clock import instant_of
from callcenter.errors import Conflict, InvalidInput, NotFound
from callcenter.extensions import Base, db
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from tests.calls.exchange.factories import (
    FRIDAY,
    MONDAY,
    SATURDAY,
    bring_in,
    cdr_call,
    content,
    evening,
    import_counts,
    report,
    slots,
    type_in,
)
from tests.centre import Centre, Person

TUESDAY = date(2026, 6, 2)


def rows(model: type[Base]) -> int:
    return db.session.execute(select(func.count()).select_from(model)).scalar_one()


def actions(centre: Centre) -> list[str]:
    statement = select(AuditEntry.action).where(AuditEntry.chain == str(centre.contract_id)).order_by(AuditEntry.seq)
    return list(db.session.execute(statement).scalars())


def a_day_of_calls() -> bytes:
    """09:00 answered, 17:00 abandoned, 17:15 outside, and one announcement only (UTC)."""
    return content(
        cdr_call("1.1", "2026-06-01 00:00:00"),
        cdr_call("1.2", "2026-06-01 08:00:00", answered=False),
        cdr_call("1.3", "2026-06-01 08:15:00"),
        cdr_call("1.4", "2026-06-01 01:00:00", app="Hangup", to=""),
    )


def test_a_day_nobody_counted_is_not_measured(centre: Centre) -> None:
    with centre.inside():
        day = queries.day_exchange(centre.contract_id, MONDAY)
    assert (day.source, day.in_hours, day.out_of_hours, len(day.slots)) == (None, Counts(), Counts(), 18)


def test_a_report_gives_the_half_hours_and_their_sum(centre: Centre, boss: Person) -> None:
    with centre.inside():
        bring_in(centre, boss, report("2026/06/01,8:30,5,4,1", "2026/06/01,9:00,3,3,0"), zeros=True)
        day = queries.day_exchange(centre.contract_id, MONDAY)
    assert (day.source_name, day.day_total) == ("交換機の集計", None)
    assert [slot.counts.offered for slot in day.slots[:3]] == [5, 3, 0]
    assert (day.in_hours.offered, day.in_hours.answered, day.in_hours.abandoned) == (8, 7, 1)
    assert day.out_of_hours == Counts()


def test_a_half_hour_that_is_missing_leaves_the_total_unmeasured(centre: Centre, boss: Person) -> None:
    with centre.inside():
        bring_in(centre, boss, report("2026/06/01,8:30,5,4,1"))
        assert queries.day_exchange(centre.contract_id, MONDAY).in_hours == Counts()


def test_the_same_file_twice_changes_nothing(centre: Centre, boss: Person) -> None:
    file = report("2026/06/01,8:30,5,4,1", "2026/06/01,9:00,3,3,0")
    with centre.inside():
        first = bring_in(centre, boss, file)
        second = bring_in(centre, boss, file)
        assert (first.import_id is None, second.import_id) == (False, None)
        assert (rows(ExchangeCount), rows(ExchangeImport)) == (2, 1)
        assert actions(centre)[-2:] == ["exchange.imported", "exchange.import_repeated"]


def test_a_corrected_file_replaces_what_differs_and_keeps_what_stood(centre: Centre, boss: Person) -> None:
    with centre.inside():
        bring_in(centre, boss, report("2026/06/01,8:30,5,4,1", "2026/06/01,9:00,3,3,0"))
        done = bring_in(centre, boss, report("2026/06/01,8:30,6,5,1", "2026/06/01,9:00,3,3,0"))
        assert (done.summary["changed"], done.summary["same"]) == (1, 1)
        assert queries.day_exchange(centre.contract_id, MONDAY).slots[0].counts == Counts(6, 5, 1)
        (past,) = queries.replaced_counts(centre.contract_id, MONDAY)
        assert (past.counts, past.start_minute, past.replaced_by) == (Counts(5, 4, 1), 510, "責任 太郎")


def test_a_count_of_the_day_and_of_its_half_hours_never_stand_side_by_side(centre: Centre, boss: Person) -> None:
    with centre.inside():
        import_counts(centre, boss, slots(day=(100, 95, 5), out=(4, 0, 4)))
        day = queries.day_exchange(centre.contract_id, MONDAY)
        assert (day.day_total, day.in_hours, day.out_of_hours) == (Counts(100, 95, 5), day.day_total, Counts(4, 0, 4))
        import_counts(centre, boss, slots(m510=(5, 4, 1)))
        day = queries.day_exchange(centre.contract_id, MONDAY)
        assert (day.day_total, day.slots[0].counts, day.out_of_hours.offered) == (None, Counts(5, 4, 1), 4)


def test_calls_outside_the_opening_hours_are_counted_apart(centre: Centre, boss: Person) -> None:
    with centre.inside():
        bring_in(centre, boss, a_day_of_calls(), kind="cdr", zone="UTC")
        day = queries.day_exchange(centre.contract_id, MONDAY)
        assert (day.in_hours.offered, day.in_hours.answered, day.in_hours.abandoned) == (2, 1, 1)
        assert (day.out_of_hours.offered, day.out_slots[0].start_minute) == (1, 1020)
        assert [slot.counts.offered for slot in day.slots] == [0, 1, *[0] * 15, 1]


def test_a_detail_record_twice_changes_nothing(centre: Centre, boss: Person) -> None:
    with centre.inside():
        bring_in(centre, boss, a_day_of_calls(), kind="cdr", zone="UTC")
        before = (rows(ExchangeCount), rows(ExchangeCallRow), rows(ExchangeImport))
        centre.at(instant_of(TUESDAY, 600))
        assert bring_in(centre, boss, a_day_of_calls(), kind="cdr", zone="UTC").import_id is None
        assert (rows(ExchangeCount), rows(ExchangeCallRow), rows(ExchangeImport)) == before
        assert queries.replaced_counts(centre.contract_id, MONDAY) == []


def test_overlapping_detail_records_count_each_call_once(centre: Centre, boss: Person) -> None:
    more = content(cdr_call("1.1", "2026-06-01 00:00:00"), cdr_call("1.9", "2026-06-01 00:10:00"))
    with centre.inside():
        bring_in(centre, boss, a_day_of_calls(), kind="cdr", zone="UTC")
        done = bring_in(centre, boss, more, kind="cdr", zone="UTC")
        assert (done.summary["new_calls"], done.summary["changed_calls"], done.summary["changed"]) == (1, 0, 1)
        assert queries.day_exchange(centre.contract_id, MONDAY).in_hours.offered == 3


def test_a_call_cut_in_two_by_a_file_is_one_call(centre: Centre, boss: Person) -> None:
    ringing = cdr_call("1.1", "2026-06-01 00:00:00", answered=False, sequence="1")
    talking = cdr_call("1.1", "2026-06-01 00:00:05", sequence="2", answer="2026-06-01 00:00:20")
    with centre.inside():
        bring_in(centre, boss, content(ringing), kind="cdr", zone="UTC")
        bring_in(centre, boss, content(talking), kind="cdr", zone="UTC")
        assert queries.day_exchange(centre.contract_id, MONDAY).slots[1].counts == Counts(1, 1, 0, 20, 60, 1, 20)


def test_a_record_read_in_the_wrong_zone_moves_when_it_is_read_in_the_right_one(centre: Centre, boss: Person) -> None:
    centre.at(evening(TUESDAY))
    file = content(cdr_call("1.1", "2026-06-01 00:00:00"), cdr_call("1.2", "2026-06-01 15:10:00"))
    with centre.inside():
        bring_in(centre, boss, file, kind="cdr", zone="Asia/Tokyo")
        wrong = queries.day_exchange(centre.contract_id, MONDAY)
        assert (wrong.in_hours.offered, wrong.out_of_hours.offered) == (1, 1)
        bring_in(centre, boss, file, kind="cdr", zone="UTC")
        assert queries.day_exchange(centre.contract_id, MONDAY).slots[1].counts.offered == 1
        assert queries.day_exchange(centre.contract_id, MONDAY).out_of_hours.offered == 0
        assert queries.day_exchange(centre.contract_id, TUESDAY).out_of_hours.offered == 1
        assert rows(ExchangeCallRow) == 2


def test_a_day_that_lost_its_calls_to_another_says_nothing(centre: Centre, boss: Person) -> None:
    centre.at(evening(TUESDAY))
    file = content(cdr_call("1.1", "2026-06-01 23:40:00"))
    with centre.inside():
        bring_in(centre, boss, file, kind="cdr", zone="Asia/Tokyo")
        bring_in(centre, boss, file, kind="cdr", zone="UTC")
        assert queries.day_exchange(centre.contract_id, MONDAY).source is None
        assert queries.day_exchange(centre.contract_id, TUESDAY).slots[0].counts.offered == 1


def test_the_afternoon_of_a_record_imported_at_noon_is_not_measured_yet(centre: Centre, boss: Person) -> None:
    centre.at(instant_of(MONDAY, 720))
    morning = [cdr_call("1.1", "2026-06-01 00:00:00")]
    with centre.inside():
        bring_in(centre, boss, content(*morning), kind="cdr", zone="UTC")
        day = queries.day_exchange(centre.contract_id, MONDAY)
        assert (day.slots[6].counts.offered, day.slots[7].counts.offered, day.in_hours) == (0, None, Counts())
        centre.at(evening())
        whole = [*morning, cdr_call("1.2", "2026-06-01 05:00:00")]
        bring_in(centre, boss, content(*whole), kind="cdr", zone="UTC")
        assert queries.day_exchange(centre.contract_id, MONDAY).in_hours.offered == 2


def test_a_file_of_the_morning_tells_nothing_more_in_the_evening(centre: Centre, boss: Person) -> None:
    centre.at(instant_of(MONDAY, 720))
    morning = content(cdr_call("1.1", "2026-06-01 00:00:00"))
    with centre.inside():
        bring_in(centre, boss, morning, kind="cdr", zone="UTC")
        centre.at(evening())
        assert bring_in(centre, boss, morning, kind="cdr", zone="UTC").import_id is None
        assert queries.day_exchange(centre.contract_id, MONDAY).slots[7].counts == Counts()


def test_two_people_importing_at_once_count_once(centre: Centre, boss: Person) -> None:
    def work(start: Barrier) -> str:
        with centre.app.app_context():
            start.wait()
            try:
                return "done" if bring_in(centre, boss, a_day_of_calls(), kind="cdr", zone="UTC").import_id else "same"
            except Conflict:
                return "conflict"

    barrier = Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        results = sorted(pool.map(work, [barrier] * 4))
    assert results.count("done") == 1
    with centre.inside():
        assert (rows(ExchangeCallRow), rows(ExchangeImport)) == (4, 1)


def test_a_growing_record_completes_the_day_it_reaches_beyond(centre: Centre, boss: Person) -> None:
    centre.at(instant_of(MONDAY, 1030))
    day_one = [cdr_call("1.1", "2026-06-01 00:00:00")]
    with centre.inside():
        bring_in(centre, boss, content(*day_one), kind="cdr", zone="UTC")
        assert queries.day_exchange(centre.contract_id, MONDAY).in_hours == Counts()
        centre.at(evening(TUESDAY))
        bring_in(centre, boss, content(*day_one, cdr_call("2.1", "2026-06-02 00:00:00")), kind="cdr", zone="UTC")
        assert queries.day_exchange(centre.contract_id, MONDAY).in_hours.offered == 1


def test_the_first_source_entered_rules_until_a_person_chooses(centre: Centre, boss: Person) -> None:
    with centre.inside():
        type_in(centre, boss, slots(day=(100, 95, 5)))
        import_counts(centre, boss, slots(day=(104, 99, 5)))
        day = queries.day_exchange(centre.contract_id, MONDAY)
        assert (day.source_name, day.chosen_by, [other.name for other in day.others]) == (
            "手入力",
            "",
            ["交換機の集計"],
        )
        with transaction():
            assert service.choose_source(MONDAY, day.others[0].id, by=boss.actor, at=centre.now)
        day = queries.day_exchange(centre.contract_id, MONDAY)
        assert (day.source_name, day.chosen_by, day.in_hours.offered) == ("交換機の集計", "責任 太郎", 104)
        with transaction():
            assert not service.choose_source(MONDAY, day.source.id, by=boss.actor, at=centre.now)  # type: ignore[union-attr]
        assert actions(centre).count("exchange.source_chosen") == 1


def test_a_source_that_says_nothing_of_a_day_cannot_rule_it(centre: Centre, boss: Person) -> None:
    with centre.inside():
        import_counts(centre, boss, slots(FRIDAY, day=(100, 95, 5)))
        source = queries.day_exchange(centre.contract_id, FRIDAY).source
        assert source is not None
        with pytest.raises(NotFound), transaction():
            service.choose_source(MONDAY, source.id, by=boss.actor, at=centre.now)


def test_a_day_whose_ruling_source_is_emptied_passes_to_the_next(centre: Centre, boss: Person) -> None:
    with centre.inside():
        type_in(centre, boss, slots(day=(100, 95, 5)))
        import_counts(centre, boss, slots(day=(104, 99, 5)))
        type_in(centre, boss, {})
        assert queries.day_exchange(centre.contract_id, MONDAY).source_name == "交換機の集計"


def test_a_day_typed_anew_withdraws_what_was_left_out(centre: Centre, boss: Person) -> None:
    with centre.inside():
        type_in(centre, boss, slots(m510=(5, 4, 1), m540=(2, 2, 0)))
        done = type_in(centre, boss, slots(m510=(5, 4, 1)))
        assert (done.summary["withdrawn"], done.summary["same"]) == (1, 1)
        assert not queries.day_exchange(centre.contract_id, MONDAY).slots[1].counts.measured
        assert len(queries.replaced_counts(centre.contract_id, MONDAY)) == 1
        assert type_in(centre, boss, slots(m510=(5, 4, 1))).import_id is None


def test_two_people_typing_one_day_do_not_overwrite_each_other_unseen(centre: Centre, boss: Person) -> None:
    other = centre.person(Role.SUPERVISOR, name="副 花子")
    with centre.inside():
        type_in(centre, boss, slots(day=(100, 95, 5)))
        with pytest.raises(Conflict), transaction():
            service.save_manual(ManualDay(MONDAY, slots(day=(90, 85, 5)), None), by=other.actor, at=centre.now)
        with transaction():
            same = ManualDay(MONDAY, slots(day=(100, 95, 5)), None)
            assert service.save_manual(same, by=other.actor, at=centre.now).import_id is None


@pytest.mark.parametrize("on", [date(2026, 3, 31), date(2026, 6, 2), date(2027, 4, 1)])
def test_a_day_outside_the_contract_or_to_come_is_not_typed(centre: Centre, boss: Person, on: date) -> None:
    with centre.inside(), pytest.raises(InvalidInput) as refused, transaction():
        service.save_manual(ManualDay(on, {}, None), by=boss.actor, at=centre.now)
    assert set(refused.value.errors) == {"on"}


def test_a_name_belongs_to_one_kind_of_source(centre: Centre, boss: Person) -> None:
    with centre.inside():
        import_counts(centre, boss, slots(day=(1, 1, 0)), source="本庁")
        for origin in (Origin("本庁", SourceKind.CDR), Origin("手入力", SourceKind.CSV)):
            with pytest.raises(InvalidInput) as refused, transaction():
                service.bring_in(Incoming(origin), by=boss.actor, at=centre.now)
            assert set(refused.value.errors) == {"source"}


def test_the_database_refuses_counts_that_cannot_be(centre: Centre, boss: Person) -> None:
    for counts in (Counts(1, 1, 1), Counts(-1), Counts(2, 1, -1)):
        with centre.inside(), pytest.raises(Conflict):
            import_counts(centre, boss, {SlotKey(MONDAY, 510, True): counts})
    with centre.inside(), pytest.raises(Conflict):
        import_counts(centre, boss, {SlotKey(MONDAY, 515, True): Counts(1)})


def test_another_contract_sees_nothing_of_it(centre: Centre, boss: Person) -> None:
    with centre.inside():
        import_counts(centre, boss, slots(day=(100, 95, 5)))
        other = centre.new_contract("R8-2")
        assert queries.day_exchange(other, MONDAY).source is None
        assert queries.sources(other) == []


def test_totals_of_a_period_are_those_of_its_days(centre: Centre, boss: Person) -> None:
    with centre.inside():
        import_counts(centre, boss, slots(FRIDAY, day=(100, 95, 5), out=(2, 0, 2)))
        import_counts(centre, boss, slots(SATURDAY, out=(7, 0, 7)))
        bring_in(centre, boss, a_day_of_calls(), kind="cdr", zone="UTC")
        type_in(centre, boss, slots(day=(50, 50, 0)))
        found = queries.totals_between(centre.contract_id, FRIDAY, MONDAY)
        assert sorted(found) == [FRIDAY, SATURDAY, MONDAY]
        for on, totals in found.items():
            day = queries.day_exchange(centre.contract_id, on)
            assert (totals.in_hours, totals.out_of_hours) == (day.in_hours, day.out_of_hours)
        assert (found[MONDAY].in_hours.offered, found[SATURDAY].out_of_hours.offered) == (2, 7)


def test_a_day_closed_later_is_counted_outside(centre: Centre, boss: Person) -> None:
    from callcenter.contracts.service import DayException, except_day

    with centre.inside():
        import_counts(centre, boss, slots(m510=(5, 4, 1)))
        with transaction():
            except_day(DayException(MONDAY, "closed", "停電", "市民課長"), by=boss.actor, at=centre.now)
        day = queries.day_exchange(centre.contract_id, MONDAY)
        assert (day.slots, day.in_hours, day.out_of_hours) == ((), Counts(), Counts(5, 4, 1))


def test_an_import_keeps_who_when_what_and_the_refused_lines(centre: Centre, boss: Person) -> None:
    with centre.inside():
        done = bring_in(centre, boss, report("2026/06/01,8:30,5,4,1", "2026/03/31,8:30,5,4,1", "x,8:30,5,4,1"))
        found = queries.one_import(centre.contract_id, done.import_id or UUID(int=0))
    assert (found.importer_name, found.first_on, found.kind, found.file_name) == (
        "責任 太郎",
        MONDAY,
        SourceKind.CSV,
        "file.csv",
    )
    assert [line for line, _ in found.account] == [3, 4]
    assert found.summary["refused"] == 2
    assert found.mapping["offered"] == "着信数"


def test_a_year_loads_as_one_import_with_one_entry(centre: Centre, boss: Person) -> None:
    slot = HistorySlot(510, 5, 4, 1, 40, 700)
    days = [
        HistoryDay(FRIDAY, (slot,)),
        HistoryDay(MONDAY, (slot, replace(slot, start_minute=540)), (HistoryReason(510, 4, "例"),)),
    ]
    with centre.inside():
        with transaction():
            assert load_history(days, source_name="交換機の集計", by=boss.actor, at=centre.now) == 3
        assert (rows(ExchangeImport), actions(centre).count("exchange.imported")) == (1, 1)
        day = queries.day_exchange(centre.contract_id, MONDAY)
        assert (day.source_name, day.slots[0].counts.talk_seconds, day.reasons[0].text) == ("交換機の集計", 700, "例")


def test_a_day_takes_few_statements_however_much_it_holds(sqlite_centre: Centre) -> None:
    from sqlalchemy import event

    centre = sqlite_centre
    centre.at(evening())
    boss = centre.person(Role.SUPERVISOR)
    with centre.inside():
        bring_in(centre, boss, a_day_of_calls(), kind="cdr", zone="UTC")
        type_in(centre, boss, slots(day=(50, 50, 0)))
        queries.day_exchange(centre.contract_id, MONDAY)
        seen: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        queries.day_exchange(centre.contract_id, MONDAY)
    assert len([statement for statement in seen if statement.startswith("SELECT")]) <= 5
