from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.clock import instant_of
from callcenter.demo import first_edition, loader
from callcenter.demo.clock import FIRST_ON
from callcenter.demo.company import found_company
from callcenter.knowledge import edition
from callcenter.web.transaction import transaction
from tests.demo.stage import staged


def test_it_comes_before_the_contract_begins_and_after_the_centre_was_founded() -> None:
    assert loader.FOUNDED_ON < first_edition.SUBMITTED_ON < first_edition.ACCEPTED_ON < FIRST_ON


def test_a_demonstration_whose_edition_could_not_be_made_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edition, "ask", lambda *_, **__: None)
    with staged(tmp_path):
        with transaction():
            company = found_company(instant_of(loader.FOUNDED_ON, 600))
        with pytest.raises(RuntimeError, match="first edition"):
            first_edition.submit(company)
