"""A fiscal year of any number of calls in a measured deployment: invented, coded, the same in each run.

SQLite gets its rows from here, names and phones sealed as the desk seals them, one record of a hundred a
complaint with its text; PostgreSQL makes millions by itself, with bytes of their length in the place of texts.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Date, String

from callcenter.calls import category_queries
from callcenter.calls.models import Call, CallSerial
from callcenter.calls.sealing import Texts, sealed_columns
from callcenter.contracts import queries as contracts
from callcenter.extensions import db, new_id
from callcenter.protection.deployment import keys_for
from callcenter.web.transaction import end_read, transaction
from reports.period import Span
from tests.bench.desks import REPORT

YEAR = Span(date(2026, 4, 1), date(2027, 3, 31))
AFTER = datetime(2027, 4, 20, 1, 0, tzinfo=UTC)
"""An open day after the year, 10:00 in Tokyo."""
DISPOSITIONS = ("completed", "completed", "booking", "completed", "referred", "completed", "transferred", "completed")
PORTION = 5_000


def fill(contract_id: UUID, count: int, span: Span = YEAR) -> None:
    """Put so many calls into the open days of a span, in order. Needs an app context."""
    days, codes = _open_days(contract_id, span), _minors(contract_id)
    end_read()
    with transaction() as session:
        on_postgres = session.connection().dialect.name == "postgresql"
        serial = update(CallSerial).where(CallSerial.contract_id == contract_id)
        session.execute(serial.values(next_number=count + 1))
    if on_postgres:
        _fill_on_postgres(contract_id, count, days, codes)
        return
    table = Call.__table__
    assert isinstance(table, Table)
    for first in range(0, count, PORTION):
        numbers = range(first, min(first + PORTION, count))
        rows = [
            _call(contract_id, one, days[one * len(days) // count], codes[one * 2 // 3 * 7 % len(codes)])
            for one in numbers
        ]
        with transaction() as session:
            session.connection().execute(insert(table), rows)


def _open_days(contract_id: UUID, span: Span) -> list[date]:
    return [one.on for one in contracts.calendar(contract_id).days(span.from_on, span.to_on) if one.open]


def _minors(contract_id: UUID) -> list[str]:
    return [code for code in category_queries.names(contract_id).codes() if len(code) == 4]


def _call(contract_id: UUID, number: int, on: date, category: str) -> dict[str, Any]:
    call_id, minute = new_id(), 510 + number * 7919 % 525
    at = datetime(on.year, on.month, on.day, tzinfo=UTC) + timedelta(minutes=minute - 540)
    name, phone = f"架空 {number % 997}子", f"073-4{number % 90 + 10}-{number % 10_000:04}"
    texts = Texts(phone, name, report_text=REPORT if number % 100 == 0 else "")
    instants = dict.fromkeys(("opened_at", "edited_at", "started_at", "ended_at", "saved_at"), at)
    columns = sealed_columns(keys_for(contract_id), call_id, texts, "")
    return {
        "contract_id": contract_id,
        "id": call_id,
        "number": number + 1,
        "state": "saved",
        "version": 1,
        "local_on": on,
        "local_minute": minute,
        "channel": "phone" if number % 25 else "counter",
        "relation": "self" if number % 7 else "family",
        "language": "ja" if number % 60 else "en",
        "disposition": "escalated" if number % 200 == 9 else DISPOSITIONS[number % 8],
        "category_code": category,
        "complaint": number % 100 == 0,
        "difficult": number % 400 == 1,
        "talk_seconds": 60 + number % 400,
        "acw_seconds": 10 + number % 50,
        "open_key": new_id(),
        **instants,
        **columns,
        "phone_key": (number * 2 // 3).to_bytes(32, "big"),
    }


_MANY = """
INSERT INTO calls (contract_id, id, number, state, version, opened_at, edited_at, started_at, ended_at, saved_at,
    local_on, local_minute, channel, relation, language, disposition, category_code, complaint, difficult,
    talk_seconds, acw_seconds, open_key, phone_key, phone, caller_name, question, answer, tokens)
SELECT :contract, lpad(to_hex(g), 32, '0')::uuid, g + 1, 'saved', 1, at, at, at, at, at,
    local_on, local_minute,
    CASE WHEN g % 25 = 0 THEN 'counter' ELSE 'phone' END,
    CASE WHEN g % 7 = 0 THEN 'family' ELSE 'self' END,
    CASE WHEN g % 60 = 0 THEN 'en' ELSE 'ja' END,
    CASE WHEN g % 200 = 9 THEN 'escalated' ELSE (:dispositions)[g % 8 + 1] END,
    (:codes)[g * 2 / 3 * 7 % :code_count + 1],
    g % 100 = 0, g % 400 = 1, 60 + g % 400, 10 + g % 50,
    lpad(to_hex(g), 32, '0')::uuid,
    sha256(CAST(CAST(g * 2 / 3 AS text) AS bytea)),
    decode(repeat('5a', 42), 'hex'), decode(repeat('5a', 46), 'hex'), decode(repeat('5a', 170), 'hex'),
    decode(repeat('5a', 170), 'hex'), decode(repeat('5a', 400), 'hex')
FROM (
    SELECT g, local_on, local_minute, CAST(local_on AS timestamptz) + local_minute * interval '1 minute' AS at
    FROM (
        SELECT g, (:days)[g * :day_count / :count + 1] AS local_on,
            CAST(510 + g * 7919 % 525 AS integer) AS local_minute
        FROM generate_series(CAST(0 AS bigint), :count - 1) AS g
    ) AS dated
) AS made
"""


def _fill_on_postgres(contract_id: UUID, count: int, days: list[date], codes: list[str]) -> None:
    statement = text(_MANY).bindparams(
        bindparam("days", type_=ARRAY(Date)),
        bindparam("codes", type_=ARRAY(String)),
        bindparam("dispositions", type_=ARRAY(String)),
    )
    values = {
        "contract": contract_id,
        "count": count,
        "days": days,
        "day_count": len(days),
        "codes": codes,
        "code_count": len(codes),
        "dispositions": list(DISPOSITIONS),
    }
    with transaction() as session:
        session.connection().execute(statement, values)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE calls")
