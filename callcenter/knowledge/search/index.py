"""One order of entries for what a caller says: words, meaning, and what operators chose before.

    score = 0.54 · BM25 ÷ √(words + 1)            title counted twice, other ways to ask as the title
          + 10 · (0.90 · whole + 0.98 · best + 0.62 · plain)
          + what was learned                      see `learned`

`whole`: cosine of the question and the whole entry; `best`: the nearest single sentence under its title, or other way
to ask; `plain`: the question's content words against the whole entry. The weights were fitted on a collection of our
own.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct

from callcenter.knowledge.search import meaning
from callcenter.knowledge.search.learned import Learned, Note
from callcenter.knowledge.search.lexical import Lexical
from callcenter.knowledge.search.sound import Sounds, sounds_of
from callcenter.knowledge.search.words import content_words, nameless_words

TITLE_COUNTS = 2.0
BY_WORDS, BY_WHOLE, BY_BEST, BY_PLAIN = 0.54, 9.0, 9.8, 6.2
FINALISTS = 150
"""Among how many the nearest sentence is looked for; the right entry is among the first hundred in 97 of 100."""
MOST_SENTENCES = 12
SAYS_ENOUGH = 6
"""So many characters without a content word are looked at for what they mean."""
FEWEST_WORDS, MOST_WORDS = 1, 20
"""Of a question that is remembered."""
CATEGORY_VOTERS, SHARPNESS = 12, 1.0
Key = UUID | str
_ENDS = re.compile(r"[。．！？!?\n]+")


class Item(Struct, frozen=True):
    """What is to be found: `title` as the entry's heading, `text` plain (no Markdown), `said_as` other ways to ask."""

    key: Key
    title: str
    text: str
    said_as: tuple[str, ...] = ()
    category: str = ""


class Prepared(Struct, frozen=True):
    """An item as the index holds it; may be kept and put again. `rows`: vectors (float16), the whole entry first;
    `sounds`: its words by how they are read (`sound.sounds_of`)."""

    words: Mapping[str, float]
    rows: Any
    sounds: Mapping[str, str] = {}


class Hit(Struct, frozen=True):
    """An entry found, and how well it fits (comparable within one question only)."""

    key: Key
    score: float
    category: str


def prepare(item: Item) -> Prepared:
    """Cut and encode an item: the slow part, some ten milliseconds."""
    counts: dict[str, float] = defaultdict(float)
    for text, weight in (*((said, TITLE_COUNTS) for said in (item.title, *item.said_as)), (item.text, 1.0)):
        for word in content_words(text):
            counts[word] += weight
    return Prepared(dict(counts), _rows_of(item), sounds_of(counts))


def _rows_of(item: Item) -> Any:
    import numpy as np

    if not meaning.is_available():
        return np.zeros((0, meaning.DIMENSIONS), np.float16)
    sentences = [part for part in _ENDS.split(item.text) if len(part) > 3][:MOST_SENTENCES]
    texts = [f"{item.title}。{item.text}", *(f"{item.title}。{part}" for part in sentences), *item.said_as]
    return meaning.vectors(texts if len(texts) > 1 else texts * 2).astype(np.float16)


def remembered(question: str) -> Note | None:
    """What may be kept of a question that an entry answered; None where nothing of it may, or it says too little."""
    words = nameless_words(question)[:MOST_WORDS]
    if len(words) < FEWEST_WORDS:
        return None
    text = " ".join(words)
    return Note(text, 1, meaning.vectors([text])[0] if meaning.is_available() else None)


class Index:
    """Entries in memory. `same`: a word → the one that stands for its synonyms. Not for several threads at a time:
    whoever shares one guards it."""

    def __init__(self, same: Mapping[str, str] | None = None) -> None:
        self._same = dict(same or {})
        self._slots: dict[Key, int] = {}
        self._keys: list[Key | None] = []
        self._categories: list[str] = []
        self._lexical, self._sounds = Lexical(), Sounds()
        self._rows: list[Any] = []
        self._wholes: Any = None
        self._notes: Mapping[Key, Sequence[Note]] = {}
        self._learned: Learned | None = None

    def __len__(self) -> int:
        return len(self._slots)

    def put(self, item: Item, prepared: Prepared) -> None:
        """Add an entry, or let it be what it is now."""
        slot = self._slots.get(item.key)
        if slot is None:
            slot = self._slots[item.key] = len(self._keys)
            self._keys.append(item.key)
            self._categories.append("")
            self._rows.append(None)
            self._learned = None
        self._categories[slot] = item.category
        self._rows[slot] = prepared.rows
        self._lexical.put(slot, self._together(prepared.words))
        self._sounds.put(prepared.sounds)
        self._wholes = None

    def _together(self, words: Mapping[str, float]) -> dict[str, float]:
        counts: dict[str, float] = defaultdict(float)
        for word, count in words.items():
            counts[self._same.get(word, word)] += count
        return counts

    def drop(self, key: Key) -> None:
        """Take an entry out; its slot stays empty."""
        slot = self._slots.pop(key, None)
        if slot is None:
            return
        self._keys[slot], self._rows[slot] = None, None
        self._lexical.drop(slot)
        self._wholes = self._learned = None

    def learn(self, notes: Mapping[Key, Sequence[Note]]) -> None:
        """What was chosen before; replaces what was learned till now."""
        self._notes, self._learned = notes, None

    def search(self, question: str, most: int = 10) -> list[Hit]:
        """The best `most` entries, the best first; nothing for a question without a word or a match."""
        if not self._slots:
            return []
        heard = self._sounds.heard(question, self._lexical.rarity)
        scores = self._scores(heard.written, self._words_of(question, heard.words))
        return [hit for hit in self._ordered(scores, most) if hit.score > 0]

    def _words_of(self, question: str, heard: Sequence[str]) -> list[str]:
        """The words that are written in a question, and those that are only spelt out in kana."""
        written = content_words(question, self._same)
        others = dict.fromkeys(self._same.get(word, word) for word in heard)
        return [*written, *(word for word in others if word not in written)]

    def _ordered(self, scores: Any, most: int) -> list[Hit]:
        import numpy as np

        order = np.argsort(-scores, kind="stable")[:most]
        found = ((self._keys[slot], float(scores[slot]), self._categories[slot]) for slot in order.tolist())
        return [Hit(key, score, category) for key, score, category in found if key is not None]

    def _scores(self, question: str, words: Sequence[str]) -> Any:
        scores = BY_WORDS * self._lexical.scores(words, len(self._keys))
        asked = self._asked(question, words)
        if asked is not None:
            wholes = self._all_wholes()
            scores = scores + BY_WHOLE * (wholes @ asked[0]) + BY_PLAIN * (wholes @ asked[1])
        plain = None if asked is None else asked[1]
        scores = scores + self._learning().gains(words, plain, self._lexical.rarity, len(self._keys))
        if asked is not None:
            scores = self._with_best(scores, asked[0])
        for slot, key in enumerate(self._keys):
            if key is None:
                scores[slot] = -math.inf
        return scores

    def _asked(self, question: str, words: Sequence[str]) -> Any:
        """The question and its content words as vectors; None without the encoder, or where too little is said. A
        question without a word that tells much (何時までやってますか) still means something."""
        if not meaning.is_available() or not (words or len(question) >= SAYS_ENOUGH):
            return None
        return meaning.vectors([question, " ".join(words) or question])

    def _all_wholes(self) -> Any:
        import numpy as np

        if self._wholes is None:
            empty = np.zeros(meaning.DIMENSIONS, np.float32)
            rows = [empty if one is None or not len(one) else one[0].astype(np.float32) for one in self._rows]
            self._wholes = np.stack(rows)
        return self._wholes

    def _with_best(self, scores: Any, asked: Any) -> Any:
        """The nearest sentence is looked for among those that are ahead; the others cannot win by it."""
        import numpy as np

        ahead = np.argpartition(-scores, min(FINALISTS, len(scores)) - 1)[:FINALISTS]
        best = np.full(len(scores), -1.0)
        for slot in ahead.tolist():
            rows = self._rows[slot]
            if rows is not None and len(rows) > 1:
                best[slot] = float((rows[1:].astype(np.float32) @ asked).max())
        return scores + BY_BEST * best

    def _learning(self) -> Learned:
        """Made when it is first asked: entries may come and go between."""
        if self._learned is None:
            known = {self._slots[key]: held for key, held in self._notes.items() if key in self._slots}
            self._learned = Learned(known, self._same)
        return self._learned


def categories_of(hits: Sequence[Hit], most: int = 3) -> list[str]:
    """The categories that the best entries speak for, the likeliest first."""
    votes: dict[str, float] = defaultdict(float)
    top = hits[0].score if hits else 0.0
    for hit in hits[:CATEGORY_VOTERS]:
        if hit.category:
            votes[hit.category] += math.exp((hit.score - top) * SHARPNESS)
    return sorted(votes, key=lambda code: -votes[code])[:most]
