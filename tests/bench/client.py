"""Running the client and reading what it brings back."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.bench.serving import ROOT

CONNECTIONS = 12
MOST_SECONDS = 60.0


class LoadFailed(RuntimeError):
    """An answer was not the one that was asked for, or not enough came in time."""


def loaded(plan: dict[str, Any]) -> dict[str, Any]:
    """Run the client and insist on right answers, all of them. Raises `LoadFailed` with the first wrong ones."""
    outcome = outcome_of(plan)
    if outcome["failures"]:
        raise LoadFailed("; ".join(outcome["failures"][:3]))
    if len(outcome["milliseconds"]) != plan["requests"]:
        raise LoadFailed(f"{len(outcome['milliseconds'])} answers to {plan['requests']} requests")
    return outcome


def outcome_of(plan: dict[str, Any]) -> dict[str, Any]:
    """Run the client in a process of its own, whatever it meets. Raises `LoadFailed` when it fails itself."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=plan["most_seconds"] + 120,
        check=False,
    )
    if done.returncode:
        raise LoadFailed(done.stderr[-2000:])
    outcome: dict[str, Any] = json.loads(done.stdout)
    return outcome


def percentile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]
