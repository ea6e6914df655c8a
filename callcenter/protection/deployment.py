"""The running deployment's keys. The only module of this package that knows Flask."""

from __future__ import annotations

import hashlib
import hmac
from types import MappingProxyType
from uuid import UUID

from flask import current_app

from callcenter.config import Settings
from callcenter.protection.keys import ContractKeys, Keyring

SYSTEM_ID = UUID(int=0)


def keyring() -> Keyring:
    """The key file, read at first use. Raises `KeysMissing`."""
    ring: Keyring | None = current_app.extensions.get("callcenter_keyring")
    if ring is None:
        settings: Settings = current_app.extensions["callcenter_settings"]
        ring = current_app.extensions["callcenter_keyring"] = Keyring.load(settings.key_file)
    return ring


def keys_for(contract_id: UUID) -> ContractKeys:
    """A contract's keys. Raises `KeysMissing`."""
    return keyring().for_contract(contract_id)


def log_key(chain: str) -> bytes:
    """The key of a chain of the log: the system's or a contract's. Raises `KeysMissing`, `ValueError`."""
    ring = keyring()
    return ring.system_log_key if chain == "system" else ring.for_contract(UUID(chain)).log


def system_keys() -> ContractKeys:
    """Keys for what belongs to no contract (a person's TOTP seed), derived from the system's own secret."""
    secret = keyring().system_log_key
    data, index, log = (hmac.new(secret, label, hashlib.sha256).digest() for label in (b"data", b"index", b"log"))
    return ContractKeys(SYSTEM_ID, MappingProxyType({1: data}), 1, index, log)
