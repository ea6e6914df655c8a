"""BM25 over the words of entries, in memory, entry by entry: one that changes is put anew, the others stay."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

K1, B = 1.2, 0.5
"""How soon a word's repetition stops counting, and how much a long text is held back."""


class Lexical:
    """Scores slots (small whole numbers) for words. Counts may be weighted, so they need not be whole."""

    def __init__(self) -> None:
        self._postings: dict[str, dict[int, float]] = {}
        self._arrays: dict[str, tuple[Any, Any]] = {}
        self._words: dict[int, Mapping[str, float]] = {}
        self._lengths: dict[int, float] = {}
        self._total = 0.0
        self._length_array: Any = None

    def put(self, slot: int, words: Mapping[str, float]) -> None:
        """Let a slot hold these words, whatever it held before."""
        self.drop(slot)
        self._words[slot], self._lengths[slot] = words, sum(words.values())
        self._total += self._lengths[slot]
        self._length_array = None
        for word, count in words.items():
            self._postings.setdefault(word, {})[slot] = count
            self._arrays.pop(word, None)

    def drop(self, slot: int) -> None:
        """Forget a slot; one that holds nothing stays so."""
        for word in self._words.pop(slot, ()):
            del self._postings[word][slot]
            if not self._postings[word]:
                del self._postings[word]
            self._arrays.pop(word, None)
        self._total -= self._lengths.pop(slot, 0.0)
        self._length_array = None

    def rarity(self, word: str) -> float:
        """The inverse document frequency."""
        among, held = len(self._words), len(self._postings.get(word, ()))
        return math.log(1 + (among - held + 0.5) / (held + 0.5))

    def scores(self, words: Sequence[str], slots: int) -> Any:
        """A score for each of `slots` slots (float64), divided by the root of the number of words asked for, so that
        long and short questions compare."""
        import numpy as np

        found = np.zeros(slots)
        mean = self._total / len(self._words) if self._words else 1.0
        lengths = self._all_lengths(slots)
        for word in words:
            if word in self._postings:
                at, counts = self._posting(word)
                held = K1 * (1 - B + B * lengths[at] / mean)
                found[at] += self.rarity(word) * counts * (K1 + 1) / (counts + held)
        return found / math.sqrt(len(set(words)) + 1)

    def _all_lengths(self, slots: int) -> Any:
        import numpy as np

        if self._length_array is None or len(self._length_array) != slots:
            self._length_array = np.zeros(slots)
            for slot, length in self._lengths.items():
                self._length_array[slot] = length
        return self._length_array

    def _posting(self, word: str) -> tuple[Any, Any]:
        import numpy as np

        if word not in self._arrays:
            held = self._postings[word]
            slots = np.fromiter(held, np.int64, len(held))
            self._arrays[word] = slots, np.fromiter(held.values(), float, len(held))
        return self._arrays[word]
