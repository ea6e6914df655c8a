"""Sealed texts open in their own place and nowhere else."""

from __future__ import annotations

from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.protection.cipher import Unreadable, key_id_of, open_sealed, seal
from tests.protection.factories import CONTRACT, OTHER_CONTRACT, OTHER_ROW, ROW, contract_keys

KEYS = contract_keys()


@settings(max_examples=30)
@given(st.text(max_size=200))
def test_a_text_comes_back(text: str) -> None:
    assert open_sealed(KEYS, "call.note", CONTRACT, ROW, seal(KEYS, "call.note", CONTRACT, ROW, text)) == text


def test_the_same_text_never_looks_the_same() -> None:
    assert len({seal(KEYS, "call.note", CONTRACT, ROW, "同じ") for _ in range(20)}) == 20


def test_a_sealed_text_begins_with_version_and_key_id() -> None:
    sealed = seal(KEYS, "call.note", CONTRACT, ROW, "内容")
    assert sealed[:3] == b"\x01\x00\x01"
    assert key_id_of(sealed) == 1
    assert len(sealed) == 3 + 12 + len("内容".encode()) + 16


def test_a_sealed_text_cannot_be_moved() -> None:
    sealed = seal(KEYS, "call.note", CONTRACT, ROW, "内容")
    other = contract_keys(OTHER_CONTRACT)  # the same bytes of key, another contract
    for keys, label, contract, row in [
        (KEYS, "call.answer", CONTRACT, ROW),
        (KEYS, "call.note", CONTRACT, OTHER_ROW),
        (other, "call.note", OTHER_CONTRACT, ROW),
        (KEYS, "call.note", OTHER_CONTRACT, ROW),
        (contract_keys(seed=2), "call.note", CONTRACT, ROW),
    ]:
        with pytest.raises(Unreadable):
            open_sealed(keys, label, contract, row, sealed)


@pytest.mark.parametrize("at", [0, 1, 2, 3, 14, 15, -1])
def test_one_changed_bit_makes_it_unreadable(at: int) -> None:
    sealed = bytearray(seal(KEYS, "call.note", CONTRACT, ROW, "内容"))
    sealed[at] ^= 1
    with pytest.raises(Unreadable):
        open_sealed(KEYS, "call.note", CONTRACT, ROW, bytes(sealed))


@pytest.mark.parametrize("length", [0, 1, 3, 15, 30])
def test_a_cut_text_is_unreadable(length: int) -> None:
    with pytest.raises(Unreadable):
        open_sealed(KEYS, "call.note", CONTRACT, ROW, seal(KEYS, "call.note", CONTRACT, ROW, "内容")[:length])


def test_the_key_id_is_bound_even_when_both_ids_hold_the_same_key() -> None:
    twice = replace(KEYS, data=MappingProxyType({1: KEYS.data[1], 2: KEYS.data[1]}))
    sealed = bytearray(seal(twice, "call.note", CONTRACT, ROW, "内容"))
    sealed[2] = 2
    with pytest.raises(Unreadable):
        open_sealed(twice, "call.note", CONTRACT, ROW, bytes(sealed))


def test_after_a_rotation_old_texts_open_and_new_ones_use_the_new_key() -> None:
    old = seal(KEYS, "call.note", CONTRACT, ROW, "古い")
    rotated = replace(KEYS, data=MappingProxyType({**KEYS.data, 2: bytes(32)}), current=2)
    assert open_sealed(rotated, "call.note", CONTRACT, ROW, old) == "古い"
    assert key_id_of(seal(rotated, "call.note", CONTRACT, ROW, "新しい")) == 2


def test_sealing_with_another_contracts_keys_is_a_fault() -> None:
    with pytest.raises(ValueError, match="another contract"):
        seal(KEYS, "call.note", OTHER_CONTRACT, ROW, "内容")


def test_the_error_says_nothing_of_the_text_or_the_key() -> None:
    sealed = seal(KEYS, "call.note", CONTRACT, ROW, "秘密の内容")
    with pytest.raises(Unreadable) as caught:
        open_sealed(KEYS, "call.note", CONTRACT, OTHER_ROW, sealed)
    assert caught.value.__cause__ is None
    assert caught.value.as_dict() == {
        "code": "unreadable",
        "message": "保存されている内容を読み出せませんでした。管理者に連絡してください。",
        "errors": {},
    }
