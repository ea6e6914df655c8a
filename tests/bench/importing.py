"""Importing the application against importing the bare stack, and what must not be loaded by it.

Processor time: what a busy machine adds by keeping an import waiting is nobody's cost.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

from tests.bench.measuring import Comparison, Target, alternate
from tests.bench.serving import ROOT

OURS = ("callcenter.app",)
BARE = (
    "argon2",
    "cryptography.hazmat.primitives.ciphers.aead",
    "flask",
    "flask_smorest",
    "flask_sqlalchemy",
    "flask_wtf",
    "marshmallow",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.orm",
    "uuid_utils",
    "whitenoise",
)
HEAVY = ("docx", "huey", "lxml", "numpy", "openpyxl", "ortools", "pandas", "peewee", "xlsxwriter")
TARGET = Target(1.5, 1.5, at_most=True)
SCRIPT = """
import json, sys, time
begun = time.process_time()
for name in {names}:
    __import__(name)
seconds = time.process_time() - begun
print(json.dumps([seconds, [name for name in {heavy} if name in sys.modules]]))
"""


def compare(rounds: int) -> list[Comparison]:
    """Rounds of ours and bare in turn, each import in a fresh interpreter. Raises `RuntimeError` for a heavy one."""
    found = Comparison("import", "CPU ms", TARGET, note=f"(none of {', '.join(HEAVY)} loaded)")
    ours, bare = _import(OURS), _import(BARE)
    ours(), bare()
    return [alternate(rounds, ours, bare, found)]


def _import(names: tuple[str, ...]) -> Callable[[], float]:
    def run() -> float:
        seconds, heavy = imported(names)
        if heavy:
            raise RuntimeError(f"{', '.join(names)} loads {', '.join(heavy)}")
        return seconds * 1000

    return run


def imported(names: tuple[str, ...]) -> tuple[float, list[str]]:
    """Processor seconds of importing the modules in a fresh interpreter, and which heavy ones came with them.

    Both find their modules compiled, as an installed package does, whatever this shell says of byte code.
    """
    script = SCRIPT.format(names=names, heavy=HEAVY)
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=120, check=True, env=compiled
    )
    seconds, heavy = json.loads(done.stdout)
    return seconds, heavy
