"""The frame keeps to itself what it sets: a page's own words of the same name stay the page's."""

from __future__ import annotations

import pytest
from flask import render_template_string
from jinja2 import nodes

from tests.centre import Centre

OWN = '{% extends "base.html" %}{% block content %}<p id="own">{{ shown }} {{ more }} {{ fits }}</p>{% endblock %}'
MENU = {
    "few": [{"label": "今日", "href": "/today", "current": True}],
    "many": [{"label": f"画面{n}", "href": f"/{n}", "current": n == 9} for n in range(10)],
}


@pytest.mark.parametrize("menu", MENU)
def test_a_pages_own_values_are_not_those_of_the_menu(sqlite_centre: Centre, menu: str) -> None:
    with sqlite_centre.app.test_request_context():
        page = render_template_string(OWN, nav=MENU[menu], shown="表示", more="続き", fits="余白")
    assert '<p id="own">表示 続き 余白</p>' in page


def test_the_menu_of_many_keeps_the_rest_behind_a_word(sqlite_centre: Centre) -> None:
    with sqlite_centre.app.test_request_context():
        page = render_template_string(OWN, nav=MENU["many"])
    before, behind = page.split("<summary>その他</summary>")
    assert "画面6" in before
    assert "画面7" not in before
    assert "data-current" in before
    assert "画面9" in behind


def test_the_frame_sets_nothing_for_its_blocks(sqlite_centre: Centre) -> None:
    jinja = sqlite_centre.app.jinja_env
    loader = jinja.loader
    assert loader is not None
    source, _, _ = loader.get_source(jinja, "base.html")
    assert [one.target for one in jinja.parse(source).find_all(nodes.Assign)] == []
