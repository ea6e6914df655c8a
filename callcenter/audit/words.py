"""An entry of the log in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from callcenter.audit.value_words import OF_ACTIONS, VALUES
from callcenter.audit.vocabulary import ACTIONS, DETAILS, THINGS
from callcenter.web.access import Channel

SHOWN_OF_MARK = 8
_MARK = re.compile(r"[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A digest or an id: enough of it to tell two apart; the whole stands in the log itself."""
CHANNELS: Mapping[str, str] = {Channel.PAGE: "画面", Channel.API: "機械接続", Channel.COMMAND: "コマンド"}


def action_label(action: str) -> str:
    return ACTIONS.get(action, f"その他（{action}）")


def thing_label(entity: str) -> str:
    return THINGS.get(entity, entity)


def value_label(value: str, action: str = "") -> str:
    """A code's words in an entry of this action; anything else (an id, a number, a date) as it is."""
    own = OF_ACTIONS.get(action.partition(".")[0], {})
    return own.get(value) or VALUES.get(value, value)


def channel_label(channel: str) -> str:
    return CHANNELS.get(channel, channel)


def details_label(details: Mapping[str, Any], action: str = "") -> str:
    """One line: 役割：オペレーター／件数：3."""
    told = ((DETAILS.get(name) or value_label(name, action), value) for name, value in details.items())
    return "／".join(f"{name}：{_value(value, action)}" for name, value in told)


def _value(value: Any, action: str) -> str:
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, list):
        return "、".join(_value(part, action) for part in value)
    if isinstance(value, dict):
        return f"（{details_label(value, action)}）"
    if not isinstance(value, str):
        return str(value)
    return f"{value[:SHOWN_OF_MARK]}…" if _MARK.fullmatch(value) else value_label(value, action)
