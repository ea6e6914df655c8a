"""A change is made once, however often it is sent: what was answered is kept under the sender's key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, select

from callcenter.errors import Conflict, InvalidInput
from callcenter.extensions import db
from callcenter.reservations.models import ReservationRequest
from callcenter.web.idempotency import IdempotencyMismatch
from callcenter.web.statements import Read, Write
from callcenter.web.transaction import end_read, notes_of, together_with_commit, transaction, writing

_REQUESTS = cast(Table, ReservationRequest.__table__)
_NEW = Write.into(_REQUESTS)
_KNOWN = Read(
    select(_REQUESTS.c.mark, _REQUESTS.c.answer).where(
        _REQUESTS.c.contract_id == bindparam("wanted_contract", type_=_REQUESTS.c.contract_id.type),
        _REQUESTS.c.key == bindparam("wanted_key", type_=_REQUESTS.c.key.type),
    )
)
Answer = dict[str, Any]


def once(contract_id: UUID, key: UUID, mark: bytes, at: datetime, act: Callable[[], Answer]) -> tuple[Answer, bool]:
    """Do `act` in a transaction, or answer what it answered the first time; and whether it was done just now.

    The answer holds ids, codes and numbers only. A refusal is not kept: the next try may succeed. Raises
    `IdempotencyMismatch` for the same key with another body.
    """
    end_read()
    try:
        with transaction() as session:
            answer = act()
            row = {"contract_id": contract_id, "key": key, "mark": mark, "at": at, "answer": answer}
            together_with_commit(notes_of(session), partial(_NEW.execute, writing(), row))
    except (Conflict, InvalidInput):
        # Most are sent once: whether it was done before is asked only when it cannot be done (again).
        known = _answered(contract_id, key, mark)
        if known is None:
            raise
        return known, False
    return answer, True


def _answered(contract_id: UUID, key: UUID, mark: bytes) -> Answer | None:
    found = _KNOWN.first(db.session.connection(), {"wanted_contract": contract_id, "wanted_key": key})
    if found is None:
        return None
    if found.mark != mark:
        raise IdempotencyMismatch()
    answer: Answer = found.answer
    return answer
