from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("xlsxwriter", "pandas", "numpy", "openpyxl")


@pytest.mark.parametrize(
    "module", ["reports", "reports.bundle", "reports.tables", "reports.delimited", "reports.wareki"]
)
def test_importing_loads_nothing_heavy(module: str) -> None:
    program = f"import sys, {module}; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
