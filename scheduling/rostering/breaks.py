"""Which person takes which of the day's breaks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence


class Dealer:
    """Deals the breaks of one day, group and kind after the other: who had them early so far gets the later ones.

    What it gives depends on the order of calls and the keys alone, so that the same roster comes out every time.
    """

    def __init__(self) -> None:
        self._late: dict[str, int] = defaultdict(int)

    def deal(self, persons: Sequence[str], counts: Mapping[int, int], kept: Mapping[str, int]) -> dict[str, int | None]:
        """A start for each person, None when the counts (start → how many) are used up.

        `kept` starts are given first, to the persons named there; they must be among the counts.
        """
        left = [start for start, number in sorted(counts.items()) for _ in range(number)]
        for start in kept.values():
            left.remove(start)
        waiting = sorted((one for one in persons if one not in kept), key=lambda one: (self._late[one], one))
        found: dict[str, int | None] = dict.fromkeys(persons)
        found.update(kept)
        found.update(zip(waiting, reversed(left), strict=False))
        self._note(found)
        return found

    def _note(self, found: Mapping[str, int | None]) -> None:
        starts = [start for start in found.values() if start is not None]
        middle = (min(starts) + max(starts)) // 2 if starts else 0
        for person, start in found.items():
            self._late[person] += 0 if start is None else start - middle
