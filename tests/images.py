"""Where the tests leave images for people to look at, and how a run says so.

A test that made images calls `attach`; the run ends with the folder, and a JUnit report carries it too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("CALLCENTER_TEST_IMAGES") or Path(__file__).parents[1] / ".test-images")
_KEY = "images"


def attach(record_property: Callable[[str, object], None], folder: Path) -> None:
    """Name the folder of a test's images in the report of the run."""
    record_property(_KEY, f"{len(list(folder.glob('*.png')))} images: {folder.resolve()}")


def attached(reports: Iterable[object]) -> list[str]:
    """What the tests attached, each once; `reports`: those of the run, from whichever process."""
    found = (one.user_properties for one in reports if isinstance(one, pytest.TestReport))
    return list(dict.fromkeys(str(value) for properties in found for key, value in properties if key == _KEY))
