"""One word for each group of synonyms, as the search reads words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from callcenter.knowledge.rules import merged
from callcenter.knowledge.search.words import content_words


def stand_ins(groups: Iterable[Sequence[str]]) -> dict[str, str]:
    """Each word of a group → the word that stands for all of it. Groups are cut as questions are: what is more than
    one word for the search stands for itself."""
    cut = [[word for typed in group for word in _single(typed)] for group in groups]
    return {word: min(group) for group in merged(cut) for word in group}


def _single(typed: str) -> Sequence[str]:
    words = content_words(typed)
    return words if len(words) == 1 else ()
