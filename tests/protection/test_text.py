"""Texts as kept and as compared."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.errors import InvalidInput
from callcenter.protection.text import clean_line, clean_text, normalise_for_search


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("一行目\r\n二行目\r三行目", "一行目\n二行目\n三行目"),
        ("a\u2028b\u2029c\x85d\x0be\x0cf", "a\nb\nc\nd\ne\nf"),
        ("a\x00b\x07c\x1bd\x7fe\x9ff", "abcdef"),
        ("a\u202eb\u2066c\u200bd\ufeffe\u061cf", "abcdef"),
        ("a\ufffe\uffff\ufdd0\U0001ffffb", "ab"),
        ("a\ud800b", "ab"),
        ("か\u3099", "が"),
        ("😀👨‍👩‍👧 𠮷野家 葛\U000e0100城 ☎️", "😀👨‍👩‍👧 𠮷野家 葛\U000e0100城 ☎️"),
        ("a\tb", "a\tb"),
        ("  前後  \n", "前後"),
        ("", ""),
    ],
)
def test_a_text_is_cleaned(typed: str, kept: str) -> None:
    assert clean_text(typed, max_length=100) == kept


def test_a_line_has_no_line_ends_and_no_tabs() -> None:
    assert clean_line("山田\r\n花子\t様", max_length=20) == "山田 花子 様"


@pytest.mark.parametrize("clean", [clean_line, clean_text])
def test_the_limit_counts_what_is_kept_and_is_named(clean: object) -> None:
    assert callable(clean)
    assert clean("あ" * 10 + "\x00" * 5, max_length=10) == "あ" * 10
    with pytest.raises(InvalidInput, match="10文字以内で入力してください（いま11文字）。") as caught:
        clean("あ" * 11, max_length=10, field="note")
    assert list(caught.value.errors) == ["note"]


def test_a_huge_text_is_refused_without_being_cleaned_first() -> None:
    with pytest.raises(InvalidInput, match="2,000文字以内"):
        clean_text("\x00" * 10_000_000, max_length=2000)


@pytest.mark.parametrize("value", [None, 5, b"a", ["a"]])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput):
        clean_text(value, max_length=10)


@settings(max_examples=50)
@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=40))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean_text(text, max_length=500)
    assert clean_text(once, max_length=500) == once
    once.encode()  # nothing that UTF-8 cannot carry is left


@pytest.mark.parametrize(
    ("one", "other"),
    [("ﾏｲﾅﾝﾊﾞｰ", "まいなんばー"), ("ＡＢＣ", "abc"), ("カード", "かーど"), ("①", "1"), ("ヴ", "ゔ")],
)
def test_forms_of_one_word_compare_equal(one: str, other: str) -> None:
    assert normalise_for_search(one) == normalise_for_search(other)
