"""What the desk's script sends, as values. The browser brings durations; instants come from the server's clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import isfinite
from typing import Any
from uuid import UUID

from msgspec import Struct

from callcenter.calls.desk_queries import OpenRow
from callcenter.calls.drafts import Edited
from callcenter.calls.forms import DESK_NAMES, Times, Typed, typed_of
from callcenter.calls.rules import DURATION_LIMIT_SECONDS, check_talk
from callcenter.errors import InvalidInput
from callcenter.web.forms import id_of

BEFORE_OPENING = timedelta(minutes=1)
"""A call's row is made at the first key: how much earlier than its row a call may have begun."""
_DAY_MS = DURATION_LIMIT_SECONDS * 1000


class DeskClock(Struct, frozen=True):
    """Durations by the browser's own clock; None = not (yet) measured."""

    started_ms_ago: int | None
    ended_ms_ago: int | None
    talk_seconds: int | None
    acw_seconds: int | None


class DraftRequest(Struct, frozen=True):
    """`editor` and `sequence` name the screen and the number of its draft: the same one may arrive twice."""

    version: int
    typed: Typed
    edited: Edited | None
    clock: DeskClock
    editor: str
    sequence: int


class SaveRequest(Struct, frozen=True):
    save_key: UUID
    version: int
    typed: Typed
    clock: DeskClock


def draft_request(data: Mapping[str, Any]) -> DraftRequest:
    """Raises `InvalidInput`."""
    return DraftRequest(
        version=version_of(data),
        typed=typed_of(_object(data, "fields")),
        edited=_edited(data.get("edited")),
        clock=_clock(data.get("timing", {})),
        editor=_short_text(data, "editor"),
        sequence=_whole(data, "sequence", 2**31 - 1) or 0,
    )


def save_request(data: Mapping[str, Any]) -> SaveRequest:
    """Raises `InvalidInput`."""
    return SaveRequest(
        save_key=key_of(data, "save_key"),
        version=version_of(data),
        typed=typed_of(_object(data, "fields")),
        clock=_clock(data.get("timing", {})),
    )


def key_of(data: Mapping[str, Any], name: str) -> UUID:
    """An idempotency key. Raises `InvalidInput`."""
    value = data.get(name)
    return id_of(value if isinstance(value, str) else None, name)


def version_of(data: Mapping[str, Any]) -> int:
    """The version a change is based on. Raises `InvalidInput`."""
    found = _whole(data, "version", 2**31 - 1)
    if found is None:
        raise InvalidInput(errors={"version": ["画面を読み直してください。"]})
    return found


def draft_times(row: OpenRow, clock: DeskClock, at: datetime) -> Times | None:
    """When the call began and ended as far as known; None before it began. The first start stands."""
    started = row.started_at or _began(row, clock, at)
    if started is None:
        return None
    ended = None if clock.ended_ms_ago is None else max(started, at - timedelta(milliseconds=clock.ended_ms_ago))
    return Times(started, ended, clock.talk_seconds, clock.acw_seconds)


def save_times(row: OpenRow, clock: DeskClock, at: datetime) -> Times:
    """The times of a save. A corrected talk time moves the end, never the start, and never into the future.

    Raises `InvalidInput` for a talk longer than the screen or the server knows the call.
    """
    started = row.started_at or _began(row, clock, at) or at
    if clock.talk_seconds is None:
        return Times(started, row.ended_at, None, clock.acw_seconds)
    known = max(at - started, timedelta(milliseconds=clock.started_ms_ago or 0))
    if impossible := check_talk(clock.talk_seconds, known):
        raise InvalidInput(errors=impossible)
    ended = max(started, min(at, started + timedelta(seconds=clock.talk_seconds)))
    return Times(started, ended, clock.talk_seconds, clock.acw_seconds)


def _began(row: OpenRow, clock: DeskClock, at: datetime) -> datetime | None:
    if clock.started_ms_ago is None:
        return None
    return max(at - timedelta(milliseconds=clock.started_ms_ago), row.opened_at - BEFORE_OPENING)


def _clock(timing: Any) -> DeskClock:
    if not isinstance(timing, Mapping):
        raise InvalidInput(errors={"_": ["時刻を読み取れません。画面を読み直してください。"]})
    return DeskClock(
        started_ms_ago=_milliseconds(timing, "started_ms_ago"),
        ended_ms_ago=_milliseconds(timing, "ended_ms_ago"),
        talk_seconds=_seconds(timing, "talk_seconds"),
        acw_seconds=_seconds(timing, "acw_seconds"),
    )


def _milliseconds(timing: Mapping[str, Any], name: str) -> int | None:
    """A machine that slept brings absurd durations: they are cut, no word is lost over them."""
    value = timing.get(name)
    if value is None:
        return None
    unreadable = isinstance(value, bool) or not isinstance(value, int | float)
    if unreadable or (isinstance(value, float) and not isfinite(value)):
        raise InvalidInput(errors={"_": ["時刻を読み取れません。画面を読み直してください。"]})
    return int(min(max(value, 0), _DAY_MS))


def _seconds(timing: Mapping[str, Any], name: str) -> int | None:
    value = timing.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= DURATION_LIMIT_SECONDS:
        raise InvalidInput(errors={name: ["0秒から24時間までで入力してください。"]})
    return value


def _edited(value: Any) -> Edited | None:
    if not isinstance(value, Mapping) or not isinstance(value.get("field"), str):
        return None
    caret = value.get("caret")
    is_place = isinstance(caret, int) and not isinstance(caret, bool) and caret >= 0
    return Edited(DESK_NAMES.get(value["field"], value["field"]), caret if is_place else None)


def _object(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    if not isinstance(value, Mapping):
        raise InvalidInput(errors={"_": ["送信された内容を読み取れませんでした。"]})
    return value


def _whole(data: Mapping[str, Any], name: str, most: int) -> int | None:
    value = data.get(name)
    is_whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
    return value if is_whole else None


def _short_text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) and len(value) <= 40 else ""
