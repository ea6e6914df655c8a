from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.accounts.factories import cheap_hashing


@pytest.fixture(autouse=True)
def quick_passwords() -> Iterator[None]:
    with cheap_hashing():
        yield
