"""The key file: per contract a data key, an index key and a log key, and one log key for the system chain.

The file lives outside the database and outside every backup: JSON, mode 0600, in a directory of mode 0700,
replaced atomically and fsynced. Data keys carry an id (1, 2, …) so that they can be rotated: new texts are
sealed with the current one, old ones stay readable. Index and log keys are not rotated: what they made must
stay equal. A key that is missing is an error; it is never replaced by a new one, since that would lose the
data for good.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

from msgspec import Struct

from callcenter.errors import Conflict, Unavailable

_KEY_BYTES = 32
_FORMAT = 1
_MAX_KEY_ID = 0xFFFF


class KeysMissing(Unavailable):
    """The key file, or a contract's key in it, is not there. Restore it; nothing can be read without it."""

    code: ClassVar[str] = "keys_missing"
    default_message = "暗号鍵が見つかりません。鍵ファイルを元に戻してください（新しい鍵は作りません）。"


class KeyFileUnusable(Unavailable):
    """The key file can be read by others, or is not what this product wrote."""

    code: ClassVar[str] = "key_file_unusable"
    default_message = "鍵ファイルが使えません。内容と権限（600）を確認してください。"


class ContractKeys(Struct, frozen=True):
    """One contract's keys. `data` maps key id to key; `current` seals. Printing it shows no key."""

    contract_id: UUID
    data: Mapping[int, bytes]
    current: int
    index: bytes
    log: bytes

    def __repr__(self) -> str:
        return f"ContractKeys({self.contract_id}, current={self.current})"


class Keyring:
    """The keys of one installation, read once and re-read when a contract is not yet known."""

    def __init__(self, path: Path, system_log_key: bytes, contracts: dict[UUID, ContractKeys]) -> None:
        self.path = path
        self.system_log_key = system_log_key
        self._contracts = contracts

    @classmethod
    def create(cls, path: Path) -> Keyring:
        """Make a new key file (and its directory). Raises Conflict when the file exists."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        ring = cls(path, secrets.token_bytes(_KEY_BYTES), {})
        with _locked(path):
            if path.exists():
                raise Conflict("鍵ファイルはすでにあります。上書きしません。")
            ring._write()
        return ring

    @classmethod
    def load(cls, path: Path) -> Keyring:
        """Read the key file. Raises KeysMissing; KeyFileUnusable when others may read it or it is damaged."""
        system_log_key, contracts = _read(path)
        return cls(path, system_log_key, contracts)

    def contract_ids(self) -> list[UUID]:
        return sorted(self._contracts)

    def for_contract(self, contract_id: UUID) -> ContractKeys:
        """The contract's keys; the file is read again if another process may have added them. KeysMissing."""
        if contract_id not in self._contracts:
            self._reload()
        if contract_id not in self._contracts:
            raise KeysMissing()
        return self._contracts[contract_id]

    def ensure_contract(self, contract_id: UUID, *, has_data: bool) -> ContractKeys:
        """The contract's keys, made now if it is new. `has_data`: it has rows, so a lost key is KeysMissing."""
        with _locked(self.path):
            self._reload()
            known = self._contracts.get(contract_id)
            if known is None and has_data:
                raise KeysMissing()
            return known or self._store(_new_keys(contract_id))

    def rotate_data_key(self, contract_id: UUID) -> ContractKeys:
        """Add a data key and make it current; texts sealed before stay readable. Raises KeysMissing."""
        with _locked(self.path):
            self._reload()
            if contract_id not in self._contracts:
                raise KeysMissing()
            return self._store(_with_new_data_key(self._contracts[contract_id]))

    def _store(self, keys: ContractKeys) -> ContractKeys:
        before = dict(self._contracts)
        self._contracts[keys.contract_id] = keys
        try:
            self._write()
        except BaseException:
            self._contracts = before
            raise
        return keys

    def _reload(self) -> None:
        fresh = Keyring.load(self.path)
        self.system_log_key, self._contracts = fresh.system_log_key, fresh._contracts

    def _write(self) -> None:
        contracts = {str(id_): _dumped(keys) for id_, keys in sorted(self._contracts.items())}
        content = {"format": _FORMAT, "system_log": _encoded(self.system_log_key), "contracts": contracts}
        _replace(self.path, json.dumps(content, indent=1).encode())


def _new_keys(contract_id: UUID) -> ContractKeys:
    data, index, log = (secrets.token_bytes(_KEY_BYTES) for _ in range(3))
    return ContractKeys(contract_id, MappingProxyType({1: data}), 1, index, log)


def _with_new_data_key(keys: ContractKeys) -> ContractKeys:
    key_id = max(keys.data) + 1
    if key_id > _MAX_KEY_ID:
        raise Conflict("鍵の世代が上限に達しました。")
    data = {**keys.data, key_id: secrets.token_bytes(_KEY_BYTES)}
    return ContractKeys(keys.contract_id, MappingProxyType(data), key_id, keys.index, keys.log)


def _read(path: Path) -> tuple[bytes, dict[UUID, ContractKeys]]:
    try:
        with path.open("rb") as file:
            _require_private(os.fstat(file.fileno()))
            _require_private(path.parent.stat())
            return _parsed(json.load(file))
    except FileNotFoundError:
        raise KeysMissing() from None
    except OSError:
        raise KeyFileUnusable("鍵ファイルを読めません。所有者と権限を確認してください。") from None
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise KeyFileUnusable("鍵ファイルの内容が壊れています。控えから元に戻してください。") from None


def _parsed(content: Any) -> tuple[bytes, dict[UUID, ContractKeys]]:
    if content["format"] != _FORMAT:
        raise KeyFileUnusable("鍵ファイルの形式が、この版の製品と合いません。")
    contracts = {UUID(id_): _loaded(UUID(id_), entry) for id_, entry in content["contracts"].items()}
    return _decoded(content["system_log"]), contracts


def _loaded(contract_id: UUID, entry: Any) -> ContractKeys:
    data = {int(key_id): _decoded(key) for key_id, key in entry["data"].items()}
    current = int(entry["current"])
    if current not in data:
        raise ValueError("current key is not in the file")
    return ContractKeys(contract_id, MappingProxyType(data), current, _decoded(entry["index"]), _decoded(entry["log"]))


def _dumped(keys: ContractKeys) -> dict[str, object]:
    return {
        "current": keys.current,
        "data": {str(key_id): _encoded(key) for key_id, key in keys.data.items()},
        "index": _encoded(keys.index),
        "log": _encoded(keys.log),
    }


def _encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _decoded(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != _KEY_BYTES:
        raise ValueError("a key has the wrong length")
    return key


def _require_private(status: os.stat_result) -> None:
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise KeyFileUnusable(
            "鍵ファイルかそのフォルダーを他の利用者が読めます。権限を600（フォルダーは700）にしてください。"
        )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One writer at a time, across processes: read, change and replace must not interleave."""
    try:
        descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except FileNotFoundError:
        raise KeysMissing() from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(path: Path, content: bytes) -> None:
    """Write beside, fsync, rename, fsync the directory: after a crash it is the old file or the new one."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _fsync_directory(path.parent)


def _fsync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
