"""Asking for what is due by itself: each schedule, for each contract in its term and a while after."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask import Flask, current_app

from callcenter.clock import local, now
from callcenter.contracts import queries as contracts
from callcenter.jobs import queries, service
from callcenter.jobs.ports import SCHEDULES, Schedule
from callcenter.jobs.rules import in_care
from callcenter.web.transaction import end_read, transaction

log = logging.getLogger("callcenter.jobs")


def ask_due(app: Flask) -> int:
    """Ask for all that is due now and was never asked for; returns how many jobs were new. A schedule that fails
    holds no other up, and is asked again the next minute."""
    asked = 0
    with app.app_context():
        at = now()
        cared_for = [one for one in contracts.all_contracts() if in_care(one.starts_on, one.ends_on, local(at).on)]
        for contract in cared_for:
            for schedule in _schedules():
                asked += _ask(schedule, contract.id, at)
    return asked


def _schedules() -> Sequence[Schedule]:
    found: Sequence[Schedule] = current_app.extensions.get(SCHEDULES, ())
    return found


def _ask(schedule: Schedule, contract_id: UUID, at: datetime) -> int:
    try:
        new = queries.not_yet_asked(contract_id, schedule(contract_id, at))
        end_read()
        if new:
            with transaction():
                for wanted in new:
                    service.ask(wanted, contract_id=contract_id, asked_by=None, at=at, scheduled=True)
    except Exception as error:
        log.warning("a schedule failed: %s", type(error).__name__)
        return 0
    return len(new)
