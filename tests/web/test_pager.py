"""The pager of a list: every page once, gaps where pages are left out."""

from __future__ import annotations

import re

import pytest

from tests.centre import Centre

MACRO = '{% import "components/ui.html" as ui %}{{ ui.pagination(page, last, 100, "/list?page=%d") }}'


def pager(centre: Centre, page: int, last: int) -> list[str]:
    with centre.app.test_request_context():
        text = centre.app.jinja_env.from_string(MACRO).render(page=page, last=last)
    return re.findall(r">(\d+|…)</(?:a|span|li)>", text)


@pytest.mark.parametrize(
    ("page", "last", "shown"),
    [
        (1, 1, ""),
        (1, 2, "1 2"),
        (2, 2, "1 2"),
        (2, 3, "1 2 3"),
        (4, 7, "1 2 3 4 5 6 7"),
        (1, 50, "1 2 3 … 49 50"),
        (25, 50, "1 2 … 23 24 25 26 27 … 49 50"),
        (50, 50, "1 2 … 48 49 50"),
    ],
)
def test_every_page_is_named_once(sqlite_centre: Centre, page: int, last: int, shown: str) -> None:
    assert " ".join(pager(sqlite_centre, page, last)) == shown
