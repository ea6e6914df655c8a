"""Digits however they are written, joined into runs: the ground the Individual Number rule stands on.

A *group* is digits of one script with nothing between them (characters that cannot be seen count as nothing).
A *run* is groups joined by gaps. A gap has a looseness; the rule uses it to see which digits belong together:

    TIGHT   hyphens of every kind, dots, slashes, colons, commas, brackets; also a change of script (12三四)
    SPACED  spaces, の (読み上げ：1234の5678)
    LOOSE   line ends, 、 。 ; other kana or a spoken word (から, ハイフン), four or more visible characters

Scripts: Arabic digits of any writing system, full-width and mathematical ones included; kanji digits with
大字 (〇一二, 壱弐参); enclosed and raised digits (①, ²); digits read aloud (いち に さん). Readings are
ordinary kana in other texts, so a run counts as read aloud only with at least 6 of them.

Every pattern here is possessive and consumes a character at most a dozen times, whatever the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

TIGHT, SPACED, LOOSE = 1, 2, 3
ARABIC, KANJI, ENCLOSED, SPOKEN = "arabic", "kanji", "enclosed", "spoken"
HOLD_FROM = 9

_UNSEEN = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u0300-\u036f\u061c\u06dd\u070f\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u20d0-\u20f0\u3099\u309a\ud800-\udfff\ufe00-\ufe0f\ufeff\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U000e0000-\U000e0fff\ufdd0-\ufdef"
    # Noncharacters close every plane; cleaning drops them, so they must not part digits here either.
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17))
)
_SPACES = "\t \xa0\u115f\u1160\u1680\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\uffa0"
_NEWLINES = "\n\x0b\x0c\r\x85\u2028\u2029"
_MARKS = (
    r"\-\u02d7\u058a\u1806\u2010-\u2015\u2043\u2053\u2212\u223c\u2500\u2501\u2796\u2e3a\u2e3b\u301c\u3030\u30fc"
    r"\ufe58\ufe63\uff0d\uff5e\uff70~_\uff3f\xaf\uffe3"  # hyphens, dashes, ー
    r"\u037e\u1fef\u1ffd\u2329\u232a"  # NFC turns them into marks of this list
    r".\uff0e\u30fb\uff65\xb7\u0387\u2022\u2027\u2219\u22c5\u2024-\u2026"  # dots
    r"/\uff0f\\\uff3c\u2044\u2215|\uff5c\xa6:\uff1a*=\uff1d,\uff0c'\u2018\u2019`\xb4"
    r"()\[\]{}<>\"\uff08\uff09\uff3b\uff3d\uff5b\uff5d\uff1c\uff1e\u201c\u201d\u3008-\u3011\u3014-\u301b\uff62\uff63"
    r"\ufe50-\ufe52\ufe55\u2032-\u2037#\uff03%\uff05@\uff20"
    r"\u203b\u25a0\u25a1\u25b2-\u25bd\u25c6-\u25c8\u25ce\u25cf\u2605\u2606"  # signs that begin a line of a list
    r"+\uff0b!\uff01?\uff1f&\uff06^\uff3e\u2192\u21d2\u30a0\u2e17\u2e1a\u2e40\ufe31\ufe32\u1400\u05be\uff40"
)
_STOPS = "\u3001\u3002\uff61\uff64;\uff1b"
_SEPARATOR = f"[{_UNSEEN}{_SPACES}{_NEWLINES}{_MARKS}{_STOPS}]"
_KANA = "\u3041-\u3096\u30a1-\u30fa\uff66-\uff6f\uff71-\uff9d"
_KANA_LETTER = f"[{_KANA}]"
_SAID = "から|まで|ハイフン|はいふん|ドット|どっと|テン|てん|スペース|すぺーす|スラッシュ|えっと|ええと|えーと|あと"

_KANJI_ZEROES = "○◯"
_KANJI = "〇零一二三四五六七八九壱壹弌弐貳貮弍参參弎肆伍陸漆柒捌玖\uf9b2\uf9d1" + _KANJI_ZEROES
_ENCLOSED = (
    "\xb2\xb3\xb9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff"
    "\u2776-\u277e\u2780-\u2788\u278a-\u2792\u3220-\u3228\u3280-\u3288\U0001f100-\U0001f10c"
)
_DIGIT = rf"[\d{_KANJI}{_ENCLOSED}]"
_READINGS = {
    "いち": 1, "に": 2, "さん": 3, "よん": 4, "し": 4, "ご": 5, "ろく": 6, "なな": 7, "しち": 7,
    "はち": 8, "きゅう": 9, "きゅー": 9, "く": 9, "ぜろ": 0, "れい": 0, "まる": 0,
}  # fmt: skip
_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_HALF_WIDTH = dict(zip("イチニサンヨシロクナハキュウーレマル", "ｲﾁﾆｻﾝﾖｼﾛｸﾅﾊｷｭｳｰﾚﾏﾙ", strict=True))
_HALF_WIDTH |= {"ゴ": "ｺﾞ", "ゼ": "ｾﾞ"}


def _all_readings() -> dict[str, int]:
    spoken = dict(_READINGS)
    for reading, value in _READINGS.items():
        katakana = reading.translate(_TO_KATAKANA)
        spoken[katakana] = value
        spoken["".join(_HALF_WIDTH[letter] for letter in katakana)] = value
    return spoken


_SPOKEN_VALUES = _all_readings()
_SPOKEN_TOKEN = "|".join(sorted(_SPOKEN_VALUES, key=len, reverse=True))
_ENOUGH_READ_ALOUD = re.compile(rf"(?:[^{_KANA}]*+(?>{_SPOKEN_TOKEN})){{6}}")

_GAP = rf"(?:{_SEPARATOR}*+(?:(?:{_SAID}|{_KANA_LETTER}){_SEPARATOR}*+)?+)"
_WRITTEN_RUN = re.compile(rf"{_DIGIT}(?:{_GAP}{_DIGIT}){{{HOLD_FROM - 1},}}+")
_SPOKEN_RUN = re.compile(
    rf"(?:{_DIGIT}|{_SPOKEN_TOKEN})(?:{_SEPARATOR}*+(?>{_DIGIT}|{_SPOKEN_TOKEN})){{{HOLD_FROM - 1},}}+"
)
_WRITTEN_TOKEN = re.compile(_DIGIT)
_ANY_TOKEN = re.compile(rf"{_DIGIT}|{_SPOKEN_TOKEN}")
_IS_SEPARATOR = re.compile(_SEPARATOR)
_ONLY_UNSEEN = re.compile(f"[{_UNSEEN}]*")
_IS_LOOSE = re.compile(f"[{_NEWLINES}{_STOPS}]")
_IS_SPACED = re.compile(f"[{_SPACES}のノﾉ]")
_IS_KANA = re.compile(_KANA_LETTER)
_LONG_GAP = 4
_AFTER_RUN = re.compile(rf"{_SEPARATOR}*+{_KANA_LETTER}{{0,2}}+{_SEPARATOR}*+")
_NEAR = 64


class Group(Struct, frozen=True):
    """Digits of one script with nothing to be seen between them; offsets into the text as given."""

    digits: str
    start: int
    end: int
    script: str
    sure: int
    """How many are digits beyond doubt: ○ is a zero among kanji digits, and a blank everywhere else."""


class Run(Struct, frozen=True):
    """Groups and, between each two of them, the gap's looseness."""

    groups: tuple[Group, ...]
    gaps: tuple[int, ...]

    @property
    def start(self) -> int:
        return self.groups[0].start

    @property
    def end(self) -> int:
        return self.groups[-1].end


def runs(text: str, least: int = HOLD_FROM) -> Iterator[Run]:
    """Every run of at least `least` (9 or more) digits; a second reading of the same digits comes after the first."""
    for found in _WRITTEN_RUN.finditer(text):
        if least > HOLD_FROM and len(_WRITTEN_TOKEN.findall(found.group())) < least:
            continue
        run = _run(text, _WRITTEN_TOKEN, found.start(), found.end())
        yield run
        if "一" in found.group() and (other := _with_dashes(run)) != run:
            yield other
    for found in _SPOKEN_RUN.finditer(text):
        if _ENOUGH_READ_ALOUD.match(found.group()):
            yield _run(text, _ANY_TOKEN, found.start(), found.end())


def long_runs(text: str) -> list[tuple[int, int]]:
    """Where runs of 9 or more digits stand, merged where they overlap, in order."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((run.start, run.end) for run in runs(text)):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def is_separator(letter: str) -> bool:
    """May this character stand between the digits of one number (kana aside)?"""
    return bool(_IS_SEPARATOR.match(letter))


def skip_separators(text: str, at: int, step: int) -> int:
    """From the edge of a run outwards (`step` -1 or 1) over all that could still join a digit typed next."""
    if step > 0:
        return _end_of(_AFTER_RUN.match(text, at, at + _NEAR), at)
    before = text[max(at - _NEAR, 0) : at][::-1]
    return at - _end_of(_AFTER_RUN.match(before), 0)


def _end_of(found: re.Match[str] | None, default: int) -> int:
    return found.end() if found else default


def _run(text: str, token: re.Pattern[str], start: int, end: int) -> Run:
    groups: list[Group] = []
    gaps: list[int] = []
    digits: list[str] = []
    sure = first = last = 0
    script = ""
    for found in token.finditer(text, start, end):
        letter = found.group()
        kind = _script_of(letter)
        gap = looseness(text[last : found.start()]) if digits else 0
        if digits and (gap or kind is not script):
            groups.append(Group("".join(digits), first, last, script, sure))
            gaps.append(gap or TIGHT)
            digits, sure = [], 0
        if not digits:
            first, script = found.start(), kind
        digits.append(_value_of(letter))
        sure += letter not in _KANJI_ZEROES
        last = found.end()
    groups.append(Group("".join(digits), first, last, script, sure))
    return Run(tuple(groups), tuple(gaps))


def _with_dashes(run: Run) -> Run:
    """The other reading of 1234一5678: a kanji one alone between Arabic digits was meant as a dash."""
    scripts = [group.script for group in run.groups]
    dashes = {
        at
        for at in range(1, len(run.groups) - 1)
        if run.groups[at].digits == "1" and scripts[at - 1 : at + 2] == [ARABIC, KANJI, ARABIC]
    }
    kept = [at for at in range(len(run.groups)) if at not in dashes]
    gaps = [max(run.gaps[one:other]) for one, other in pairwise(kept)]
    return Run(tuple(run.groups[at] for at in kept), tuple(gaps))


def looseness(gap: str) -> int:
    """How loosely a gap joins: 0 (nothing to be seen), TIGHT, SPACED or LOOSE."""
    if not gap or _ONLY_UNSEEN.fullmatch(gap):
        return 0
    if _IS_LOOSE.search(gap) or len(gap) >= _LONG_GAP:
        return LOOSE
    if _IS_SPACED.search(gap):
        return SPACED
    return LOOSE if _IS_KANA.search(gap) else TIGHT


def _script_of(letter: str) -> str:
    if letter in _SPOKEN_VALUES:
        return SPOKEN
    if letter.isdecimal():
        return ARABIC
    return KANJI if letter in _KANJI else ENCLOSED


def _value_of(letter: str) -> str:
    if letter in _SPOKEN_VALUES:
        return str(_SPOKEN_VALUES[letter])
    return "0" if letter in _KANJI_ZEROES else str(int(unicodedata.numeric(letter)))
