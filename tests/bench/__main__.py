"""`python -m tests.bench`: what the product costs over the least that would do the job, side by side in one run."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench import (
    answering,
    booking,
    importing,
    list_page,
    period_workbook,
    rostering,
    save,
    scale,
    staffing,
    under_load,
    workbook,
)
from tests.bench.deployments import DATABASES, subfolder
from tests.bench.measuring import Comparison, table

ITEMS = (
    "save",
    "list",
    "book",
    "free",
    "workbook",
    "period",
    "scale",
    "underload",
    "import",
    "staffing",
    "roster",
    "answer",
)
ROSTER = "roster"
"""Has no bare counterpart: a roster is held against its own proven bound."""
SERVED = {
    "save": save.compare,
    "list": list_page.compare,
    "book": booking.compare,
    "free": booking.compare_page,
}
ALONE = {
    "workbook": workbook.compare,
    "period": period_workbook.compare,
    "scale": scale.compare,
    "underload": under_load.compare,
    "import": importing.compare,
    "staffing": staffing.compare,
    "answer": answering.compare,
}
MOST_ROUNDS = 50


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; the exit code is 1 when a target was missed."""
    asked = _parser().parse_args(arguments)
    items = ITEMS if asked.item == "all" else (asked.item,)
    databases = DATABASES if asked.database == "both" else (asked.database,)
    found: list[Comparison] = []
    for item in items:
        if item != ROSTER:
            found += _measured(item, databases, min(asked.rounds, MOST_ROUNDS))
    rosters = rostering.measure() if ROSTER in items else []
    lines = [str(one) for one in rosters]
    report = "\n".join([*([_report(found)] if found else []), *lines])
    print(json.dumps([*(one.as_dict() for one in found), *lines], ensure_ascii=False) if asked.json else report)
    verdicts = [one.verdict for one in found] + [one.verdict for one in rosters]
    return 1 if "MISSED" in verdicts else 0


def _measured(item: str, databases: Sequence[str], rounds: int) -> list[Comparison]:
    print(f"… {item}", file=sys.stderr, flush=True)
    if item in ALONE:
        return ALONE[item](rounds)
    found: list[Comparison] = []
    with tempfile.TemporaryDirectory(prefix="callcenter-bench-") as scratch:
        for database in databases:
            found += SERVED[item](database, subfolder(Path(scratch), database), rounds)
    return found


def _report(found: Sequence[Comparison]) -> str:
    load = os.getloadavg()[0]
    machine = f"Python {platform.python_version()}, {os.cpu_count()} processors, load {load:.1f}"
    return f"{table(found)}\n\nMedians (least–most) of rounds run ours, bare, ours, bare …; {machine}."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("item", nargs="?", choices=(*ITEMS, "all"), default="all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--database", choices=(*DATABASES, "both"), default="both")
    parser.add_argument("--json", action="store_true", help="for machines")
    return parser


if __name__ == "__main__":
    sys.exit(main())
