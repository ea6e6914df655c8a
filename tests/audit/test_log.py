from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from callcenter.app import create_app
from callcenter.audit import queries
from callcenter.audit.rules import Entry
from callcenter.audit.service import Act, record, system_actor
from callcenter.calls.service import next_numbers
from callcenter.extensions import db
from callcenter.web.access import Role
from callcenter.web.transaction import begins_writing, hold_read, transaction
from tests.centre import Centre


def _note(centre: Centre, *names: str) -> None:
    for name in names:
        with transaction():
            record(Act("test.noted", "thing", name), by=system_actor(centre.contract_id), at=centre.now)


def _broken(centre: Centre) -> dict[str, int | None]:
    db.session.rollback()
    return {verdict.chain: verdict.broken_at for verdict in queries.verify().verdicts}


@contextmanager
def _raw() -> Iterator[Connection]:
    """A connection that may write, past everything of the product."""
    with db.engine.connect() as raw, begins_writing(), raw.begin():
        yield raw


def _tamper(*statements: str) -> None:
    """What someone with the database file (but not the keys) can do: take the triggers away first."""
    with _raw() as raw:
        if raw.dialect.name == "sqlite":
            raw.execute(text("DROP TRIGGER IF EXISTS audit_entries_no_update"))
            raw.execute(text("DROP TRIGGER IF EXISTS audit_entries_no_delete"))
        else:
            raw.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER ALL"))
        for statement in statements:
            raw.execute(text(statement))


def _entries_of(chain: str) -> list[tuple[Entry, bytes]]:
    hold_read()
    return [found for found in queries._walk(chain) if found]


def test_a_chain_written_by_the_product_is_whole(centre: Centre) -> None:
    with centre.inside():
        _note(centre, "a", "b", "c")
        found = queries.verify()
        assert found.whole
        assert {verdict.unprotected for verdict in found.verdicts} == {0}


def test_an_act_outside_a_transaction_cannot_be_recorded(centre: Centre) -> None:
    with centre.inside(), pytest.raises(RuntimeError):
        record(Act("test.noted", "thing", "x"), by=system_actor(centre.contract_id), at=centre.now)


def test_an_act_that_fails_leaves_no_entry(centre: Centre) -> None:
    with centre.inside():
        with pytest.raises(ValueError, match="stop"), transaction():
            record(Act("test.noted", "thing", "x"), by=system_actor(centre.contract_id), at=centre.now)
            raise ValueError("stop")
        assert queries.history_of(centre.contract_id, "thing", "x") == []


@pytest.mark.parametrize("verb", ["UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries"])
def test_the_database_itself_refuses_to_change_an_entry(centre: Centre, verb: str) -> None:
    with centre.inside():
        _note(centre, "a")
        with pytest.raises(DBAPIError, match="append-only"), _raw() as raw:
            raw.execute(text(verb))


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        (["UPDATE audit_entries SET action = 'other' WHERE seq = 2 AND chain <> 'system'"], 2),
        (["DELETE FROM audit_entries WHERE seq = 2 AND chain <> 'system'"], 2),
        (
            [
                "UPDATE audit_entries SET seq = 99 WHERE seq = 2 AND chain <> 'system'",
                "UPDATE audit_entries SET seq = 2 WHERE seq = 3 AND chain <> 'system'",
                "UPDATE audit_entries SET seq = 3 WHERE seq = 99 AND chain <> 'system'",
            ],
            2,
        ),
        (["UPDATE audit_entries SET hash = zeroblob(32) WHERE seq = 3 AND chain <> 'system'"], 3),
        (
            [
                "DELETE FROM audit_entries WHERE seq = 3 AND chain <> 'system'",
                "UPDATE audit_chains SET seq = 2 WHERE chain <> 'system'",
            ],
            3,
        ),
    ],
    ids=["edited", "deleted", "reordered", "rewritten hash", "cut tail"],
)
def test_verification_names_the_first_broken_entry(centre: Centre, tampering: list[str], broken_at: int) -> None:
    if centre.database == "postgresql":
        tampering = [line.replace("zeroblob(32)", "decode(repeat('00', 32), 'hex')") for line in tampering]
    with centre.inside():
        _note(centre, "a", "b", "c")
        _tamper(*tampering)
        assert _broken(centre)[str(centre.contract_id)] == broken_at


def test_a_chain_recomputed_with_its_key_still_differs_from_the_checkpoints(centre: Centre) -> None:
    from callcenter.audit.rules import GENESIS, link
    from callcenter.protection.deployment import log_key

    chain = str(centre.contract_id)
    with centre.inside():
        _note(centre, "a", "b")
        forged, head = [], GENESIS
        for entry, _ in _entries_of(chain):
            entry = replace(entry, action="forged")
            head = link(log_key(chain), head, entry)
            forged.append((entry.seq, head.hex()))
        db.session.rollback()
        statements = ["UPDATE audit_entries SET action = 'forged' WHERE chain <> 'system'"]
        literal = "x'{}'" if centre.database == "sqlite" else "decode('{}', 'hex')"
        statements += [
            f"UPDATE audit_entries SET hash = {literal.format(value)} WHERE chain <> 'system' AND seq = {seq}"
            for seq, value in forged
        ]
        _tamper(*statements)
        assert _broken(centre)[chain] == 1


def test_entries_no_checkpoint_covers_are_stated(centre: Centre) -> None:
    with centre.inside():
        _note(centre, "a")
        log = centre.app.extensions["callcenter_log"]
        writes, log.checkpoints.append = log.checkpoints.append, lambda _points: True
        _note(centre, "b", "c")
        log.checkpoints.append = writes
        db.session.rollback()
        unprotected = {v.chain: v.unprotected for v in queries.verify().verdicts}
        assert unprotected[str(centre.contract_id)] == 2


def test_a_forged_line_of_the_checkpoint_file_is_reported(centre: Centre) -> None:
    with centre.inside():
        _note(centre, "a")
        with centre.settings.checkpoint_file.open("a") as stream:
            stream.write(f"{centre.contract_id} 9 {'00' * 32} {'0' * 32}\n")
        found = queries.verify()
        assert not found.whole
        assert len(found.damaged_lines) == 1


def test_a_tail_cut_and_written_over_is_found_by_the_old_checkpoint(centre: Centre) -> None:
    """A copy of the database from before is put back, and work goes on: the same numbers come again."""
    chain = str(centre.contract_id)
    with centre.inside():
        _note(centre, "a", "b", "c")
        before = {entry.seq: head.hex() for entry, head in _entries_of(chain)}
        db.session.rollback()
        literal = "x'{}'" if centre.database == "sqlite" else "decode('{}', 'hex')"
        _tamper(
            "DELETE FROM audit_entries WHERE seq > 1 AND chain <> 'system'",
            f"UPDATE audit_chains SET seq = 1, head = {literal.format(before[1])} WHERE chain <> 'system'",
        )
        _note(centre, "d", "e", "f")
        assert _broken(centre)[chain] == 2


def test_a_tail_cut_where_nothing_was_noted_shows_in_the_chains_own_row(centre: Centre) -> None:
    with centre.inside():
        _note(centre, "a", "b", "c")
        centre.settings.checkpoint_file.unlink()
        _tamper("DELETE FROM audit_entries WHERE seq = 3 AND chain <> 'system'")
        assert _broken(centre)[str(centre.contract_id)] == 3


def test_a_whole_chain_that_is_gone_is_found(centre: Centre) -> None:
    with centre.inside():
        _note(centre, "a")
        _tamper("DELETE FROM audit_entries WHERE chain <> 'system'", "DELETE FROM audit_chains WHERE chain <> 'system'")
        assert _broken(centre)[str(centre.contract_id)] == 1


def test_a_line_for_a_chain_without_a_key_is_damage_and_no_crash(centre: Centre) -> None:
    with centre.inside():
        _note(centre, "a")
        with centre.settings.checkpoint_file.open("a") as stream:
            stream.write(f"{UUID(int=7)} 9 {'00' * 32} {'0' * 32}\nsystem x y\n\u00e9\n")
        found = queries.verify()
        assert not found.whole
        assert len(found.damaged_lines) == 3


def test_the_checkpoints_in_any_order_protect_the_same(centre: Centre) -> None:
    """Two processes note their heads in the order in which they come to it."""
    with centre.inside():
        _note(centre, "a", "b", "c")
        file = centre.settings.checkpoint_file
        file.write_text("".join(reversed(file.read_text().splitlines(keepends=True))))
        found = queries.verify()
        assert found.whole
        assert found.unprotected == 0


def test_the_next_checkpoint_covers_what_a_crash_left_unnoted(centre: Centre) -> None:
    with centre.inside():
        _note(centre, "a")
        log = centre.app.extensions["callcenter_log"]
        writes, log.checkpoints.append = log.checkpoints.append, lambda _points: True
        _note(centre, "b")
        log.checkpoints.append = writes
        assert queries.unnoted() == 1
        _note(centre, "c")
        assert queries.unnoted() == 0
        assert queries.verify().whole


@pytest.mark.parametrize(
    "details",
    [
        {"n": 1, "ratio": 0.1, "big": 2**53 + 1, "none": None, "yes": True},
        {"words": ["個人番号", "𠮷野家 🍣", "\u00e9", "\\ \" '"], "deep": {"b": {"z": [1, [2]]}, "a": 1}},
        {"nul": "\u0000", "lone": "\ud800", "line": "\n\t\u2028"},
        {10: "ten", 9: "nine"},
        {"tuple": (1, 2)},
        {},
    ],
)
def test_details_are_hashed_as_the_database_gives_them_back(centre: Centre, details: dict[Any, Any]) -> None:
    with centre.inside():
        with transaction():
            record(Act("test.noted", "thing", "x", details), by=system_actor(centre.contract_id), at=centre.now)
        assert queries.verify().whole


@pytest.mark.parametrize("instant", ["2026-06-01T00:30:00.000001", "2026-12-31T15:00:00", "2026-06-01T00:00:00.999999"])
def test_an_instant_keeps_its_microseconds_in_any_zone(centre: Centre, instant: str) -> None:
    at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    tokyo = at.astimezone(timezone(timedelta(hours=9)))
    with centre.inside():
        for when in (at, tokyo):
            with transaction():
                record(Act("test.noted", "thing", "x"), by=system_actor(centre.contract_id), at=when)
        assert queries.verify().whole
        assert {entry.at for entry in queries.history_of(centre.contract_id, "thing", "x")} == {at}


@pytest.mark.parametrize("details", [{"n": float("nan")}, {"n": float("inf")}, {"n": object()}, {"n": b"x"}])
def test_what_json_does_not_hold_is_a_fault_and_nothing_is_saved(centre: Centre, details: dict[str, Any]) -> None:
    with centre.inside():
        with pytest.raises((ValueError, TypeError)), transaction():
            record(Act("test.noted", "thing", "x", details), by=system_actor(centre.contract_id), at=centre.now)
        assert queries.history_of(centre.contract_id, "thing", "x") == []


@pytest.mark.parametrize(
    "act", [Act("a" * 61, "b", "c"), Act("a", "b" * 41, "c"), Act("a", "b", "c" * 65), Act("a", "b", "\x00")]
)
def test_what_a_column_cannot_hold_is_refused_on_both_databases(centre: Centre, act: Act) -> None:
    with centre.inside(), pytest.raises(ValueError, match="not fit"), transaction():
        record(act, by=system_actor(centre.contract_id), at=centre.now)


def test_an_address_from_outside_is_made_fit(centre: Centre) -> None:
    by = replace(system_actor(centre.contract_id), address="\x00evil\n" + "9" * 200)
    with centre.inside():
        with transaction():
            record(Act("test.noted", "thing", "x"), by=by, at=centre.now)
        assert queries.verify().whole
        assert queries.history_of(centre.contract_id, "thing", "x")[0].address == ("evil" + "9" * 200)[:64]


def test_writers_at_the_same_moment_make_one_chain(centre: Centre) -> None:
    """Also when they meet at the first entry of a chain that does not exist yet."""
    with centre.inside():
        fresh = centre.new_contract("R7")

    def write(number: int) -> None:
        with centre.app.app_context():
            for round_ in range(5):
                with transaction():
                    record(Act("test.noted", "thing", f"{number}-{round_}"), by=system_actor(fresh), at=centre.now)
                    record(Act("test.noted", "thing", "-", system=True), by=system_actor(fresh), at=centre.now)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    with centre.inside():
        found = queries.verify()
    assert found.whole
    assert found.unprotected == 0
    assert next(v.entries for v in found.verdicts if v.chain == str(fresh)) >= 30


def test_a_process_of_its_own_writes_on_the_same_chain_and_file(centre: Centre) -> None:
    """Several web processes share database and file on PostgreSQL; a command runs beside the server on SQLite."""
    other = create_app(centre.settings)
    with other.app_context():
        with transaction():
            record(Act("test.noted", "thing", "other"), by=system_actor(centre.contract_id), at=centre.now)
        db.session.remove()
        db.engine.dispose()
    other.extensions["callcenter_log"].checkpoints.close()
    with centre.inside():
        _note(centre, "here")
        found = queries.verify()
    assert found.whole
    assert found.unprotected == 0


def test_verification_needs_no_more_memory_for_a_longer_log(sqlite_centre: Centre) -> None:
    import tracemalloc

    def peak() -> int:
        tracemalloc.start()
        assert queries.verify().whole
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    with sqlite_centre.inside():
        _many(sqlite_centre, 6_000)
        short = peak()
        _many(sqlite_centre, 18_000)
        assert peak() < short * 1.5


def _many(centre: Centre, count: int) -> None:
    with transaction():
        for _ in range(count):
            record(Act("test.noted", "thing", "-"), by=system_actor(centre.contract_id), at=centre.now)


@pytest.mark.parametrize("garbage", ["details = '{'", "at = 'then'", "user_id = 'zz'"])
def test_an_edit_that_makes_an_entry_unreadable_is_named_and_can_be_looked_at(
    sqlite_centre: Centre, garbage: str
) -> None:
    """PostgreSQL does not take such values; SQLite takes anything."""
    chain = str(sqlite_centre.contract_id)
    admin = sqlite_centre.person(Role.ADMINISTRATOR).client()
    with sqlite_centre.inside():
        _note(sqlite_centre, "a", "b", "c")
        _tamper(f"UPDATE audit_entries SET {garbage} WHERE seq = 2 AND chain <> 'system'")
        assert _broken(sqlite_centre)[chain] == 2
    assert "2件目" in admin.post("/admin/log/verify").text
    assert "読み取れない記録" in admin.get("/admin/log").text


def test_a_contract_in_use_without_its_chain_is_a_breach(centre: Centre) -> None:
    with centre.inside():
        with transaction():
            next_numbers(centre.contract_id)
            record(Act("test.noted", "thing", "x"), by=system_actor(centre.contract_id), at=centre.now)
        _tamper("DELETE FROM audit_entries", "DELETE FROM audit_chains")
        centre.settings.checkpoint_file.unlink()
        assert _broken(centre) == {str(centre.contract_id): 1, "system": 1}


@pytest.mark.parametrize("left", [None, b""])
def test_entries_without_any_checkpoint_are_a_breach(centre: Centre, left: bytes | None) -> None:
    with centre.inside():
        _note(centre, "a")
        if left is None:
            centre.settings.checkpoint_file.unlink()
        else:
            centre.settings.checkpoint_file.write_bytes(left)
        assert _broken(centre)[str(centre.contract_id)] == 1


def test_a_line_that_a_crash_cut_short_is_no_breach(centre: Centre) -> None:
    with centre.inside():
        _note(centre, "a")
        with centre.settings.checkpoint_file.open("ab") as stream:
            stream.write(f"{centre.contract_id} 2 00".encode())
        found = queries.verify()
    assert found.whole
    assert found.torn_lines == 1
