"""Signals by which features react to each other inside one transaction (blinker).

A service sends; `app.py` connects module-level receivers. Each signal names its keyword arguments.
"""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

contract_created = _signals.signal("contract-created")
"""Sent with `contract_id`, `by`, `at` when a contract's row exists: features load what a new contract needs."""
