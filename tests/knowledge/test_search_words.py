from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.knowledge.search.words import content_words, folded, marked_parts, nameless_words


@pytest.mark.parametrize(
    ("typed", "same_as"),
    [("ﾏｲﾅﾝﾊﾞｰｶｰﾄﾞ", "マイナンバーカード"), ("證明書", "証明書"), ("齋藤", "斎藤"), ("１２３", "123")],
    ids=["half_width_kana", "old_characters", "old_name", "full_width_digits"],
)
def test_what_looks_alike_is_alike(typed: str, same_as: str) -> None:
    assert folded(typed) == same_as
    assert content_words(typed) == content_words(same_as)


def test_only_the_words_that_tell_something_remain() -> None:
    assert content_words("はがきが届かないんですけど、どうしたらいいですか") == ["葉書", "届く"]


@pytest.mark.parametrize("typed", ["", " ", "、。", "はい", "の"])
def test_a_text_without_content_has_no_words(typed: str) -> None:
    assert content_words(typed) == []


def test_words_of_one_group_are_one_word() -> None:
    assert content_words("葉書が届く", {"葉書": "通知"}) == ["通知", "届く"]


def test_what_is_remembered_has_no_number_no_name_and_no_place() -> None:
    kept = nameless_words("和歌山市の田中一郎です。090-1234-5678に、はがきが12日に届いた")
    assert "葉書" in kept
    assert not {"田中", "一郎", "和歌山", "090", "1234", "5678", "12", "十二"} & set(kept)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("光という名前のカードの受取りの書類", "光"),
        ("母の名前は葵でカードの再発行の書類", "葵"),
        ("桜のカードの受取りの書類", "桜"),
        ("太郎のカードの受取りの書類", "太郎"),
        ("森ですがカードの受取りの書類", "森"),
        ("林 翼の受取りの書類", "翼"),
        ("田中 ひかりの受取りの書類", "光"),
        ("グエンヴァンの在留カードの受取りの書類", "ヴァン"),
    ],
)
def test_a_common_word_that_is_somebodys_name_too_is_not_remembered(asked: str, name: str) -> None:
    kept = nameless_words(asked)
    assert name not in kept
    assert {"受ける", "取る", "書類"} & set(kept)


def test_everyday_words_that_are_rare_names_stay_but_beside_a_name() -> None:
    assert nameless_words("役所の書類") == ["役所", "書類"]
    assert nameless_words("田中 役所の書類") == ["書類"]


def test_what_stands_beside_a_name_may_be_the_rest_of_it() -> None:
    assert "港" in nameless_words("港の窓口の書類")
    assert "港" not in nameless_words("田中 港 の窓口の書類")


@pytest.mark.parametrize("typed", ["", " ", "\n"])
def test_nothing_is_remembered_of_nothing(typed: str) -> None:
    assert nameless_words(typed) == []


def test_a_word_is_remembered_once() -> None:
    assert nameless_words("葉書、葉書、葉書") == ["葉書"]


def test_matches_are_marked_where_they_stand() -> None:
    parts = marked_parts("はがきが届かないとき", frozenset({"葉書", "届く"}))
    assert [text for text, hit in parts if hit] == ["はがき", "届か"]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_no_text_loses_a_character_when_it_is_marked(text: str) -> None:
    assert "".join(part for part, _ in marked_parts(text, frozenset({"葉書"}))) == text


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_cut(text: str) -> None:
    assert all(content_words(text))
    assert not any(word.isdecimal() for word in nameless_words(text))
