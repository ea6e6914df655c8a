"""Images that tests leave for people: named once at the end of a run, whichever process made them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import images


def _report(*properties: tuple[str, object]) -> pytest.TestReport:
    return pytest.TestReport("a", ("a", 0, "a"), {}, "passed", None, "call", user_properties=list(properties))


def test_the_folder_of_attached_images_is_named_once(tmp_path: Path) -> None:
    (tmp_path / "page-1.png").touch()
    noted: list[tuple[str, object]] = []
    images.attach(lambda name, value: noted.append((name, value)), tmp_path)
    reports = [_report(*noted), _report(*noted), _report(("duration", 3)), object()]
    assert images.attached(reports) == [f"1 images: {tmp_path}"]
