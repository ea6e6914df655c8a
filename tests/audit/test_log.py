from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from callcenter.audit import queries
from callcenter.audit.service import Act, record, system_actor
from callcenter.extensions import db
from callcenter.web.transaction import transaction
from tests.centre import Centre


def _note(centre: Centre, *names: str) -> None:
    for name in names:
        with transaction():
            record(Act("test.noted", "thing", name), by=system_actor(centre.contract_id), at=centre.now)


def _broken(centre: Centre) -> dict[str, int | None]:
    db.session.rollback()
    return {verdict.chain: verdict.broken_at for verdict in queries.verify().verdicts}


def _tamper(*statements: str) -> None:
    """What someone with the database file (but not the keys) can do: take the triggers away first."""
    raw = db.engine.connect().execution_options(callcenter_write=True)
    with raw, raw.begin():
        if raw.dialect.name == "sqlite":
            raw.execute(text("DROP TRIGGER IF EXISTS audit_entries_no_update"))
            raw.execute(text("DROP TRIGGER IF EXISTS audit_entries_no_delete"))
        else:
            raw.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER ALL"))
        for statement in statements:
            raw.execute(text(statement))


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
        raw = db.engine.connect().execution_options(callcenter_write=True)
        with pytest.raises(DBAPIError, match="append-only"), raw, raw.begin():
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
def test_verification_names_the_first_broken_entry(
    centre: Centre, tampering: list[str], broken_at: int
) -> None:
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
        for entry, _ in list(queries._walk(chain)):
            entry = type(entry)(
                **{f: getattr(entry, f) for f in entry.__slots__ if f != "action"}, action="forged"
            )
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
        writes, log.checkpoints.append = log.checkpoints.append, lambda points: None
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
