"""Words as they sound: a question typed in kana that nobody converted yet (だいりにん, ﾀﾞｲﾘﾆﾝ) finds the words of the
entries by their readings.

Only what begins where a word can begin is heard: the first kana of a run, or what follows a word that was heard. What
follows a kanji is its ending, unless a particle parts them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from callcenter.knowledge.search.words import folded, reading_of

FEWEST_KANA, MOST_KANA = 3, 12
"""Of a word that is heard: shorter ones sound like anything."""
MOST_ALIKE = 3
"""Words of one reading (証明, 照明) that are all taken for meant."""
_KANJI = re.compile(r"[㐀-鿿々]")
_RUN = re.compile(rf"[ァ-ヺー]{{{FEWEST_KANA},}}")
_PARTICLES = frozenset("ノヲガニハトモデヘ")
_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


def sounds_of(words: Iterable[str]) -> dict[str, str]:
    """Word → its reading in katakana, of those that are written with kanji and long enough to be heard."""
    read = {word: _reading(word) for word in words if _KANJI.search(word)}
    return {word: sound for word, sound in read.items() if FEWEST_KANA <= len(sound) <= MOST_KANA}


_reading = lru_cache(20_000)(reading_of)


class Heard(Struct, frozen=True):
    """A question with its kana `written` as words, and the words themselves (all of a reading), in their order."""

    written: str
    words: Sequence[str]


class Sounds:
    """Words by their readings. What was put once stays; a word that no entry has any more finds nothing."""

    def __init__(self) -> None:
        self._words: dict[str, set[str]] = {}

    def put(self, sounds: Mapping[str, str]) -> None:
        for word, sound in sounds.items():
            self._words.setdefault(sound, set()).add(word)

    def heard(self, question: str, rarity: Callable[[str], float]) -> Heard:
        """What stands in the kana of a question. `rarity`: of two words of one reading the usual one is written."""
        shown = folded(question)
        typed, written, words, done = shown.translate(_KATAKANA), list[str](), list[str](), 0
        for run in _RUN.finditer(typed):
            for at, sound in self._of_run(run.group(), _before(typed, run.start())):
                alike = sorted(self._words[sound], key=lambda word: (rarity(word), word))[:MOST_ALIKE]
                begin = run.start() + at
                written += shown[done:begin], alike[0]
                words += alike
                done = begin + len(sound)
        return Heard("".join((*written, shown[done:])), words)

    def _of_run(self, run: str, before: str) -> Iterator[tuple[int, str]]:
        """Where in a run which sound is heard."""
        at = 0
        if _KANJI.match(before):
            if run[0] not in _PARTICLES:
                return
            at = 1
        while sound := self._longest(run, at):
            yield at, sound
            at += len(sound)
            at += run[at : at + 1] in _PARTICLES

    def _longest(self, run: str, at: int) -> str:
        lengths = range(min(MOST_KANA, len(run) - at), FEWEST_KANA - 1, -1)
        return next((run[at : at + length] for length in lengths if run[at : at + length] in self._words), "")


def _before(text: str, at: int) -> str:
    return text[at - 1] if at else ""
