"""What operators chose before, as a gain for the entries they chose: questions like this one led there.

    gain = 2.5 · alike + 4 · shared + 0.3 · often        of the note that fits best

`alike`: how far the cosine of the content words is above 0.4; `shared`: the words in common, by their rarity, over all
words of both; `often`: the logarithm of how often the entry was chosen at all.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

ALIKE, SHARED, OFTEN = 2.5, 4.0, 0.3
ALIKE_FROM, OFTEN_TO = 0.4, 3.0


class Note(Struct, frozen=True):
    """Content words with which an entry was chosen, and how often; `vector` where there is an encoder."""

    words: str
    times: int = 1
    vector: Any = None


class Learned:
    """Notes by the slots of the entries they lead to."""

    def __init__(self, notes: Mapping[int, Sequence[Note]], same: Mapping[str, str]) -> None:
        import numpy as np

        every = [(slot, note) for slot, held in notes.items() for note in held if note.words]
        self._slots = np.array([slot for slot, _ in every], np.int64)
        self._words = [frozenset(same.get(word, word) for word in note.words.split()) for _, note in every]
        self._holding: dict[str, list[int]] = defaultdict(list)
        for number, words in enumerate(self._words):
            for word in words:
                self._holding[word].append(number)
        vectors = [note.vector for _, note in every]
        self._rows = np.stack(vectors).astype(np.float32) if vectors and vectors[0] is not None else None
        self._often = _often(notes)

    def gains(self, words: Sequence[str], asked: Any, rarity: Callable[[str], float], slots: int) -> Any:
        """A gain for each of `slots` slots. `asked`: the vector of the question's content words, or None."""
        import numpy as np

        gained = np.zeros(slots)
        if not len(self._slots) or not words:
            return gained
        told = SHARED * self._shared(frozenset(words), rarity)
        if asked is not None and self._rows is not None:
            told = told + ALIKE * np.maximum(self._rows @ asked - ALIKE_FROM, 0) / (1 - ALIKE_FROM)
        np.maximum.at(gained, self._slots, told)
        for slot, often in self._often.items():
            gained[slot] += OFTEN * often
        return gained

    def _shared(self, words: frozenset[str], rarity: Callable[[str], float]) -> Any:
        import numpy as np

        common = np.zeros(len(self._slots))
        for word in words:
            common[self._holding.get(word, [])] += rarity(word)
        asked = math.fsum(map(rarity, words))
        touched = np.nonzero(common)[0]
        for number in touched.tolist():
            held = math.fsum(map(rarity, self._words[number]))
            common[number] /= asked + held - common[number]
        return common


def _often(notes: Mapping[int, Sequence[Note]]) -> dict[int, float]:
    return {slot: min(math.log1p(sum(note.times for note in held)), OFTEN_TO) for slot, held in notes.items() if held}
