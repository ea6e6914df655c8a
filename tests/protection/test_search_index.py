"""Keyed search: what is found, and what the index does not give away."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.protection.search_index import (
    KEY_BYTES,
    TOKEN_BYTES,
    IndexKind,
    key_of,
    matches,
    query_tokens,
    tokens,
)
from tests.protection.factories import KANJI, NUMBER, contract_keys, grouped, written_in

KEYS = contract_keys()
NOTE = "マイナンバーカードの受取について。休日窓口 6月14日を案内。"


def hit(query: str, *texts: str) -> bool:
    """As the database does it: every token of the query stands somewhere in the row's bytes."""
    stored, wanted = tokens(KEYS, texts), query_tokens(KEYS, query)
    return bool(wanted) and all(token in stored for token in wanted)


@pytest.mark.parametrize("query", ["受取", "休日窓口", "かーど", "カード", "ｶｰﾄﾞ", "窓口6月", "休日 窓口", "14日"])
def test_words_inside_a_sentence_are_found(query: str) -> None:
    assert hit(query, NOTE)
    assert matches(query, [NOTE])


def test_words_that_are_not_there_are_not_found() -> None:
    assert not hit("紛失", NOTE)
    assert not matches("紛失", [NOTE, None, ""])


@settings(max_examples=50)
@given(st.text("あいカキ漢字ab -。１2", min_size=2, max_size=30), st.data())
def test_every_part_of_a_text_is_a_hit(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    part = text[start : data.draw(st.integers(start + 1, len(text)))]
    assert not query_tokens(KEYS, part) or hit(part, text)
    assert matches(part, [text])


def test_tokens_are_sorted_unique_and_four_bytes_each() -> None:
    stored = tokens(KEYS, ["ああああ", "いう", "いう", None])
    parts = [stored[at : at + TOKEN_BYTES] for at in range(0, len(stored), TOKEN_BYTES)]
    assert parts == sorted(set(parts))
    assert len(parts) == 2


def test_two_texts_of_a_row_do_not_join() -> None:
    assert not hit("取休", "受取", "休日")


def test_one_letter_is_not_indexed_and_asks_for_more() -> None:
    assert query_tokens(KEYS, "窓") == query_tokens(KEYS, " 窓。") == query_tokens(KEYS, "") == []
    assert tokens(KEYS, ["窓"]) == b""


def test_another_contract_has_other_tokens_and_keys() -> None:
    other = contract_keys(seed=2)
    assert tokens(KEYS, [NOTE]) != tokens(other, [NOTE])
    assert key_of(KEYS, IndexKind.PHONE, "+81734320001") != key_of(other, IndexKind.PHONE, "+81734320001")


@pytest.mark.parametrize(
    "run",
    [NUMBER, NUMBER[:9], grouped(NUMBER, "-"), " ".join(NUMBER), written_in(NUMBER, KANJI), "の".join(NUMBER[:9])],
)
def test_no_run_of_nine_digits_leaves_a_trace(run: str) -> None:
    assert tokens(KEYS, [run]) == b""
    assert tokens(KEYS, [f"受取{run}窓口"]) == tokens(KEYS, ["受取", "窓口"])
    assert query_tokens(KEYS, run) == []


def test_eight_digits_are_searchable() -> None:
    assert hit("345678", "番号12345678まで")


def test_a_key_is_sixteen_bytes_and_belongs_to_its_kind() -> None:
    keys = {key_of(KEYS, kind, "同じ") for kind in IndexKind}
    assert len(keys) == len(IndexKind)
    assert {len(key) for key in keys} == {KEY_BYTES}


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (IndexKind.NAME, "山田 花子", "山田　花子"),
        (IndexKind.NAME, "ヤマダ ハナコ", "ﾔﾏﾀﾞﾊﾅｺ"),
        (IndexKind.NOTICE_NUMBER, "ＡＢＣ－123456", "abc123456"),
        (IndexKind.EMAIL, "Taro@Example.jp ", "taro@example.jp"),
    ],
)
def test_forms_of_one_value_have_one_key(kind: IndexKind, one: str, other: str) -> None:
    assert key_of(KEYS, kind, one) == key_of(KEYS, kind, other)


def test_mail_addresses_keep_their_marks() -> None:
    assert key_of(KEYS, IndexKind.EMAIL, "a.b@example.jp") != key_of(KEYS, IndexKind.EMAIL, "ab@example.jp")
