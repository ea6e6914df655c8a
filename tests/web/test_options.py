"""The options of a select: what is chosen, and that no label can become markup."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from callcenter.web.options import options


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: str


@pytest.mark.parametrize(
    "choices", [[("a", "甲"), ("b", "乙")], [Choice("a", "甲"), Choice("b", "乙")]], ids=["pairs", "named"]
)
def test_the_choice_with_the_value_is_selected_and_no_other(choices: list[object]) -> None:
    shown = options(choices, "b")
    assert '<option value="a">甲</option>' in shown
    assert '<option value="b" selected>乙</option>' in shown


def test_a_number_as_value_selects_its_code() -> None:
    assert '<option value="8" selected>' in options([(8, "8時")], 8)


def test_what_a_person_named_is_text_and_never_markup() -> None:
    shown = options([('"><script>', "<b>太字</b>")], "")
    assert "<script>" not in shown
    assert "<b>" not in shown
    assert "&lt;b&gt;太字&lt;/b&gt;" in shown


def test_nothing_to_choose_is_nothing() -> None:
    assert options([], "") == ""
