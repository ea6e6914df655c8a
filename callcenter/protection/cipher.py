"""Texts sealed with AES-256-GCM, each bound to its place: label, contract and row.

A sealed text is: version (1 byte) · key id (2 bytes) · nonce (12 bytes) · ciphertext and tag. The additional
data binds the header, the permanent label ("call.note", never a table or column name), the contract and the
row, so a sealed text copied to another row or field cannot be opened.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from callcenter.errors import AppError
from callcenter.protection.keys import ContractKeys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = 1
_HEADER = struct.Struct(">BH")
_NONCE_BYTES = 12
_TAG_BYTES = 16
_BODY_AT = _HEADER.size + _NONCE_BYTES


class Unreadable(AppError):
    """A sealed text cannot be opened: damaged, moved, or sealed with another key. Says no more than that."""

    code: ClassVar[str] = "unreadable"
    status: ClassVar[int] = 500
    default_message = "保存されている内容を読み出せませんでした。管理者に連絡してください。"


def seal(keys: ContractKeys, label: str, contract_id: UUID, row_id: UUID, plaintext: str) -> bytes:
    """Seal `plaintext` for the field `label` of the row. Raises ValueError for another contract's keys."""
    return seal_bytes(keys, label, contract_id, row_id, plaintext.encode())


def seal_bytes(keys: ContractKeys, label: str, contract_id: UUID, row_id: UUID, content: bytes) -> bytes:
    """The same for a file's bytes."""
    if keys.contract_id != contract_id:
        raise ValueError("keys of another contract")
    header = _HEADER.pack(_VERSION, keys.current)
    nonce = os.urandom(_NONCE_BYTES)
    bound = _bound(header, label, contract_id, row_id)
    return header + nonce + _box(keys.data[keys.current]).encrypt(nonce, content, bound)


def open_sealed(keys: ContractKeys, label: str, contract_id: UUID, row_id: UUID, sealed: bytes) -> str:
    """The text that was sealed for exactly this place. Raises Unreadable."""
    return open_sealed_bytes(keys, label, contract_id, row_id, sealed).decode()


def open_sealed_bytes(keys: ContractKeys, label: str, contract_id: UUID, row_id: UUID, sealed: bytes) -> bytes:
    """The same for a file's bytes."""
    from cryptography.exceptions import InvalidTag

    key = _key_for(keys, contract_id, sealed)
    bound = _bound(sealed[: _HEADER.size], label, contract_id, row_id)
    try:
        return _box(key).decrypt(sealed[_HEADER.size : _BODY_AT], sealed[_BODY_AT:], bound)
    except InvalidTag:
        raise Unreadable() from None


def opener(keys: ContractKeys, label: str) -> Callable[[UUID, bytes], str]:
    """`open_sealed` for many rows of one field under the keys' own contract."""
    from cryptography.exceptions import InvalidTag

    boxes = {key_id: _box(key) for key_id, key in keys.data.items()}

    def open_one(row_id: UUID, sealed: bytes) -> str:
        box = boxes.get(key_id_of(sealed))
        if box is None:
            raise Unreadable()
        bound = _bound(sealed[: _HEADER.size], label, keys.contract_id, row_id)
        try:
            return box.decrypt(sealed[_HEADER.size : _BODY_AT], sealed[_BODY_AT:], bound).decode()
        except InvalidTag:
            raise Unreadable() from None

    return open_one


def key_id_of(sealed: bytes) -> int:
    """The id of the data key a text was sealed with: what is still to be sealed anew after a rotation."""
    if len(sealed) < _BODY_AT + _TAG_BYTES or sealed[0] != _VERSION:
        raise Unreadable()
    return int(_HEADER.unpack_from(sealed)[1])


def _key_for(keys: ContractKeys, contract_id: UUID, sealed: bytes) -> bytes:
    key = keys.data.get(key_id_of(sealed))
    if key is None or keys.contract_id != contract_id:
        raise Unreadable()
    return key


def _bound(header: bytes, label: str, contract_id: UUID, row_id: UUID) -> bytes:
    # Only the label varies in length and it comes last: no two places give the same bytes.
    return header + contract_id.bytes + row_id.bytes + label.encode()


@lru_cache(maxsize=256)
def _box(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)
