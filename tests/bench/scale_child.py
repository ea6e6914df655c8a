"""One piece of work in a process of its own, with what it cost: `python -m tests.bench.scale_child WORK CONTRACT`.

Prints JSON: seconds, cpu (both without the imports), peak (bytes of the whole process), and `counts`, by which two ways
of counting the same are compared. The environment names the deployment.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

from tests.bench.scale_rows import YEAR

Counts = dict[str, int]
_SAVED = "contract_id = %s AND number IS NOT NULL AND state = 'saved' AND local_on BETWEEN %s AND %s"
_DONE = "disposition IN ('completed', 'booking', 'referred')"
_DAYS = f"""
SELECT local_on, local_minute / 30, count(*), count(*) FILTER (WHERE channel = 'phone'),
    count(*) FILTER (WHERE {_DONE}), count(*) FILTER (WHERE complaint), count(*) FILTER (WHERE difficult),
    count(*) FILTER (WHERE talk_seconds IS NOT NULL AND acw_seconds IS NOT NULL),
    sum(talk_seconds) FILTER (WHERE acw_seconds IS NOT NULL), sum(acw_seconds) FILTER (WHERE talk_seconds IS NOT NULL),
    count(*) FILTER (WHERE disposition = 'booking'), count(*) FILTER (WHERE disposition = 'referred'),
    count(*) FILTER (WHERE disposition = 'transferred'), count(*) FILTER (WHERE disposition = 'escalated'),
    count(*) FILTER (WHERE disposition = 'callback_promised'), count(*) FILTER (WHERE disposition = 'disconnected'),
    count(*) FILTER (WHERE language <> 'ja')
FROM calls WHERE {_SAVED} GROUP BY 1, 2
"""
_CATEGORIES = f"SELECT category_code, local_on, count(*) FROM calls WHERE {_SAVED} GROUP BY 1, 2"
_ATTRIBUTES = f"SELECT channel, relation, language, disposition, count(*) FROM calls WHERE {_SAVED} GROUP BY 1, 2, 3, 4"
_REPEATS = f"""
SELECT local_on, count(*), count(*) FILTER (WHERE since <= 7), count(*) FILTER (WHERE {_DONE}),
    count(*) FILTER (WHERE {_DONE} AND (until IS NULL OR until > 7))
FROM (
    SELECT local_on, disposition,
        local_on - lag(local_on) OVER same AS since, lead(local_on) OVER same - local_on AS until
    FROM calls WHERE {_SAVED} AND phone_key IS NOT NULL
    WINDOW same AS (PARTITION BY phone_key, category_code ORDER BY local_on, local_minute, number)
) AS numbered
GROUP BY 1
"""


def bare(contract_id: UUID) -> Counts:
    """The same counts by statements written by hand for PostgreSQL, over its driver alone."""
    import psycopg

    address = os.environ["CALLCENTER_DATABASE_URL"].replace("postgresql+psycopg", "postgresql")
    values = (contract_id, YEAR.from_on, YEAR.to_on)
    with psycopg.connect(address) as connection:
        days, categories, _attributes, repeats = (
            connection.execute(statement, values).fetchall()
            for statement in (_DAYS, _CATEGORIES, _ATTRIBUTES, _REPEATS)
        )
    return {
        "recorded": sum(row[2] for row in days),
        "talk_seconds": sum(row[8] for row in days),
        "categories": sum(row[2] for row in categories),
        "repeated": sum(row[2] for row in repeats),
        "solved": sum(row[4] for row in repeats),
    }


def summary(contract_id: UUID) -> Counts:
    """The year's workbook with every sheet but the list of cases, read and written."""
    from callcenter.clock import now
    from callcenter.reporting.periods import reading
    from callcenter.web.transaction import end_read
    from reports.daily import Issue, Timing
    from reports.period import Bundle, PeriodKind
    from reports.period_book import period_workbook
    from reports.period_bundle import proposal

    at = now()
    facts = reading.read(contract_id, PeriodKind.ANNUAL, YEAR, at)
    end_read()
    sheets = tuple(one for one in proposal(PeriodKind.ANNUAL).sheets if one.key != "cases")
    report = reading.build(facts, Issue(Timing(at, at)), Bundle(sheets=sheets))
    period_workbook(report)
    tally = report.tally
    return {
        "recorded": tally.recorded,
        "talk_seconds": tally.talk_seconds,
        "categories": sum(line.total for line in report.categories),
        "repeated": tally.repeated,
        "solved": tally.solved_at_first,
    }


def build(contract_id: UUID) -> Counts:
    """The job that builds the year's draft: read, checked, both editions in Excel and Word, sealed and kept."""
    from callcenter.extensions import new_id
    from callcenter.jobs.ports import RunningJob
    from callcenter.jobs.rules import JobKind
    from callcenter.reporting.periods.building import build_period

    job = RunningJob(new_id(), contract_id, JobKind.BUILD_ANNUAL, YEAR.from_on, YEAR.to_on, "", None, 1)
    build_period(job, lambda _percent, _step: None)
    return {}


OURS: dict[str, Callable[[UUID], Counts]] = {"summary": summary, "build": build}


def main(work: str, contract_id: UUID) -> None:
    from callcenter.app import create_app

    app = create_app()
    begun, used = perf_counter(), _used()
    if work in OURS:
        with app.app_context():
            counts = OURS[work](contract_id)
    else:
        counts = bare(contract_id)
    found: dict[str, Any] = {"seconds": perf_counter() - begun, "cpu": _used() - used, "peak": peak(), "counts": counts}
    print(json.dumps(found))


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak() -> int:
    """Bytes this process ever held. What `getrusage` says is also its parent's, from before it began."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main(sys.argv[1], UUID(sys.argv[2]))
