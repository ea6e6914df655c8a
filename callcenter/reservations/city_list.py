"""The city system's list (CSV) beside ours: read whatever the order of its columns, then compared. Pure.

A row of theirs is ours when it bears the number that was noted when it was entered, else by notice number. What is left
over is missing there, extra there, at another time, or of another person.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from io import StringIO
from typing import TypeVar

from msgspec import Struct

from callcenter.errors import InvalidInput
from callcenter.reservations.rules import BirthDateRefused, birth_date, notice_number

LARGEST, MOST_ROWS = 2_000_000, 20_000
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "city_number": ("予約番号", "受付番号", "予約id", "予約no", "受付no", "番号"),
    "notice_number": ("交付通知書番号", "交付通知書の番号", "通知書番号", "通知番号"),
    "name": ("氏名", "名前", "予約者氏名", "予約者名", "申請者氏名"),
    "birth": ("生年月日", "誕生日"),
    "on": ("予約日", "来庁日", "来庁予定日", "日付"),
    "time": ("予約時間", "予約時刻", "開始時刻", "時刻", "時間", "来庁時間"),
    "when": ("予約日時", "来庁日時", "来庁予定日時"),
    "state": ("状態", "ステータス", "予約状態"),
}
_CANCELLED = ("取消", "キャンセル", "取り消", "削除", "無効")
_DATE = re.compile(r"([0-9]{4})[年/.\-]?([0-9]{1,2})[月/.\-]?([0-9]{1,2})日?")
_TIME = re.compile(r"([0-9]{1,2})[:時]([0-9]{2})?")
T = TypeVar("T")


class Kind(StrEnum):
    """How the two lists disagree."""

    MISSING = "missing"
    EXTRA = "extra"
    TIME = "time"
    PERSON = "person"


KIND_LABELS: Mapping[str, str] = {
    Kind.MISSING: "市の一覧にない",
    Kind.EXTRA: "こちらにない",
    Kind.TIME: "日時が違う",
    Kind.PERSON: "人が違う",
}


class CityRow(Struct, frozen=True):
    """A live row of the city's list. Texts folded; `birth_on` None where it cannot be read."""

    line: int
    city_number: str
    notice_number: str
    name: str
    birth_on: date | None
    on: date
    minute: int


class OurRow(Struct, frozen=True):
    """A reservation of ours, with what the city's list may be told from it by."""

    reservation_id: str
    city_number: str
    notice_numbers: tuple[str, ...]
    names: tuple[str, ...]
    births: tuple[date, ...]
    on: date
    minute: int


class Difference(Struct, frozen=True):
    """One disagreement; `ours` None: extra there, `theirs` None: missing there."""

    kind: Kind
    ours: OurRow | None
    theirs: CityRow | None


class Compared(Struct, frozen=True):
    matched: int
    differences: tuple[Difference, ...]


# --- reading ---


def read(content: bytes, today: date) -> list[CityRow]:
    """The rows that are not cancelled. Raises `InvalidInput` (field `file`) naming the line that cannot be read."""
    if len(content) > LARGEST:
        raise _refusal("ファイルが大きすぎます（2MBまで）。")
    rows = list(csv.reader(StringIO(_decoded(content), newline=""), delimiter=_delimiter(content)))
    if len(rows) > MOST_ROWS:
        raise _refusal(f"行が多すぎます（{MOST_ROWS:,}行まで）。")
    start, columns = _columns(rows)
    found = (_row(number, row, columns, today) for number, row in enumerate(rows[start:], start + 1) if any(row))
    return [one for one in found if one is not None]


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise _refusal("文字コードを読み取れません。CSV（Shift_JISまたはUTF-8）で保存し直してください。")


def _delimiter(content: bytes) -> str:
    first = content.split(b"\n", 1)[0]
    return "\t" if first.count(b"\t") > first.count(b",") else ","


def _columns(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Where the headings stand (titles may stand above), and which column is what."""
    for number, row in enumerate(rows[:20]):
        named = {_folded(heading): place for place, heading in reversed(list(enumerate(row)))}
        found = {
            key: named[heading]
            for key, headings in HEADINGS.items()
            for heading in reversed(headings)
            if heading in named
        }
        is_dated = {"on", "time"} <= found.keys() or "when" in found
        if is_dated and not found.keys().isdisjoint({"notice_number", "city_number"}):
            return number + 1, found
    raise _refusal("見出しの行が見つかりません。予約日・時間と、予約番号または通知書番号の列が必要です。")


def _folded(text: str) -> str:
    return re.sub(r"[\s　()（）]", "", unicodedata.normalize("NFKC", text)).lower()


def _row(number: int, row: Sequence[str], columns: Mapping[str, int], today: date) -> CityRow | None:
    cell = {key: row[place].strip() if place < len(row) else "" for key, place in columns.items()}
    if any(word in cell.get("state", "") for word in _CANCELLED):
        return None
    when = unicodedata.normalize("NFKC", cell.get("when") or f"{cell.get('on', '')} {cell.get('time', '')}")
    day, time = _DATE.search(when), _TIME.search(_DATE.sub(" ", when, count=1))
    if not day or not time:
        raise _refusal(f"{number}行目の日時を読み取れません。")
    try:
        on = date(*(int(part) for part in day.groups()))
    except ValueError:
        raise _refusal(f"{number}行目の日付を読み取れません。") from None
    return CityRow(
        number,
        unicodedata.normalize("NFKC", cell.get("city_number", "")).strip(),
        notice_number(cell.get("notice_number", "")),
        same_name(cell.get("name", "")),
        _birth(cell.get("birth", ""), today),
        on,
        int(time[1]) * 60 + int(time[2] or 0),
    )


def _birth(text: str, today: date) -> date | None:
    try:
        return birth_date(text, today) if text else None
    except BirthDateRefused:
        return None


def same_name(text: str) -> str:
    """A name as two systems may both write it: without spaces, one form of each letter."""
    return re.sub(r"[\s　]", "", unicodedata.normalize("NFKC", text))


def _refusal(message: str) -> InvalidInput:
    return InvalidInput(message, errors={"file": [message]})


# --- comparing ---


def compare(ours: Sequence[OurRow], theirs: Sequence[CityRow]) -> Compared:
    """Match by the city's number, then by notice number; then say in what the matched ones differ."""
    left = list(theirs)
    pairs: list[tuple[OurRow, CityRow]] = []
    for matches in (_same_number, _same_notice):
        known = {id(one) for one, _ in pairs}
        for our in ours:
            if id(our) in known:
                continue
            other = next((row for row in left if matches(our, row)), None)
            if other is not None:
                left.remove(other)
                pairs.append((our, other))
    matched = {id(one) for one, _ in pairs}
    differences = [
        *(Difference(Kind.MISSING, our, None) for our in ours if id(our) not in matched),
        *(Difference(Kind.EXTRA, None, row) for row in left),
        *(found for our, row in pairs for found in _differing(our, row)),
    ]
    return Compared(len(pairs), tuple(differences))


def _same_number(our: OurRow, row: CityRow) -> bool:
    return bool(our.city_number) and our.city_number == row.city_number


def _same_notice(our: OurRow, row: CityRow) -> bool:
    return bool(row.notice_number) and _plain(row.notice_number) in {_plain(one) for one in our.notice_numbers}


def _plain(number: str) -> str:
    return number.replace("-", "")


def _differing(our: OurRow, row: CityRow) -> Iterator[Difference]:
    if (our.on, our.minute) != (row.on, row.minute):
        yield Difference(Kind.TIME, our, row)
    other_notice = bool(row.notice_number) and not _same_notice(our, row)
    other_name = bool(row.name) and row.name not in {same_name(one) for one in our.names}
    other_birth = row.birth_on is not None and row.birth_on not in our.births
    if other_notice or (other_name and other_birth) or (other_name and row.birth_on is None):
        yield Difference(Kind.PERSON, our, row)
