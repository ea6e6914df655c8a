"""Signals by which features react to each other inside one transaction (blinker).

A service sends; `app.py` connects module-level receivers. Each signal names its keyword arguments.
"""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

contract_created = _signals.signal("contract-created")
"""Sent with `contract_id`, `by`, `at` when a contract's row exists: features load what a new contract needs."""

calendar_changed = _signals.signal("calendar-changed")
"""Sent with `contract_id`, `by`, `at` after the opening calendar of a contract was changed: what stands on a day that
is closed now, or may stand on one that is open now, follows."""

reservation_changed = _signals.signal("reservation-changed")
"""Sent with `contract_id`, `call_id`, `kind` (booked, moved, cancelled …) when a step of a reservation was taken in a
call: the call notes it."""

call_discarded = _signals.signal("call-discarded")
"""Sent with `contract_id`, `call_id` when an open call was closed unsaved: what was noted beside it counts no more."""
