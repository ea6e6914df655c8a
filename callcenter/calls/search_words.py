"""Typed search words between a POST and the page that shows what was found.

The words stand in no address and no log. They travel as a sealed token, so that the list can be left and come back to
like any other page: readable to this session only, and for a while only.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from uuid import UUID

from callcenter.errors import InvalidInput
from callcenter.protection.cipher import Unreadable, open_sealed, seal
from callcenter.protection.keys import ContractKeys

LABEL = "call.search"
KEPT_FOR = timedelta(hours=1)


def token_of(keys: ContractKeys, session_id: UUID, words: str, at: datetime) -> str:
    """The words as they may stand in an address."""
    told = f"{int((at + KEPT_FOR).timestamp())} {words}"
    return urlsafe_b64encode(seal(keys, LABEL, keys.contract_id, session_id, told)).decode().rstrip("=")


def words_in(keys: ContractKeys, session_id: UUID, token: str, at: datetime) -> str:
    """Raises `InvalidInput` for a token of another session, one too old, or none of ours."""
    try:
        sealed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        until, _, words = open_sealed(keys, LABEL, keys.contract_id, session_id, sealed).partition(" ")
        expired = int(until) < at.timestamp()
    except (binascii.Error, ValueError, Unreadable):
        expired = True
    if expired:
        raise InvalidInput(errors={"q": ["検索の言葉は残していません。もう一度入力してください。"]})
    return words
