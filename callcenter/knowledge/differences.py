"""What differs between two versions: line beside line, the changed words marked, long equal stretches folded. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

from msgspec import Struct

CONTEXT = 3
LONGEST_MARKED = 2_000
"""Characters of a line up to which the words are compared; longer lines are marked as a whole."""
ALIKE = 0.4
"""Lines less alike than this were written anew: marks on single letters would say nothing."""
SAME, CHANGED, REMOVED, ADDED, FOLDED = "same", "changed", "removed", "added", "folded"


class Piece(Struct, frozen=True):
    """A part of a line; `marked` where the other side says something else."""

    text: str
    marked: bool = False


class Row(Struct, frozen=True):
    """A line of each side, numbered from 1; `folded`: how many equal lines are left out here."""

    kind: str
    left: tuple[Piece, ...] = ()
    right: tuple[Piece, ...] = ()
    left_number: int | None = None
    right_number: int | None = None
    folded: int = 0


def rows(before: str, after: str) -> list[Row]:
    """The two texts line beside line."""
    left, right = before.splitlines(), after.splitlines()
    found: list[Row] = []
    for tag, *place in SequenceMatcher(None, left, right, autojunk=len(left) > 5_000).get_opcodes():
        i1, i2, j1, j2 = place
        if tag == "equal":
            found += _folded([_same(left[i1 + n], i1 + n, j1 + n) for n in range(i2 - i1)], i1 == 0, i2 == len(left))
        else:
            found += _beside(left[i1:i2], right[j1:j2], i1, j1)
    return found


def _same(line: str, left_at: int, right_at: int) -> Row:
    piece = (Piece(line),)
    return Row(SAME, piece, piece, left_at + 1, right_at + 1)


def _folded(equal: list[Row], first: bool, last: bool) -> list[Row]:
    """Some lines before and after a change stay."""
    before, after = 0 if first else CONTEXT, 0 if last else CONTEXT
    left_out = len(equal) - before - after
    if left_out <= CONTEXT:
        return equal
    tail = equal[len(equal) - after :]
    return [*equal[:before], Row(FOLDED, folded=left_out), *tail]


def _beside(left: Sequence[str], right: Sequence[str], left_at: int, right_at: int) -> Iterator[Row]:
    for n, (old, new) in enumerate(zip_longest(left, right)):
        if new is None:
            yield Row(REMOVED, (Piece(old, True),), (), left_at + n + 1, None)
        elif old is None:
            yield Row(ADDED, (), (Piece(new, True),), None, right_at + n + 1)
        else:
            yield Row(CHANGED, *_words(old, new), left_at + n + 1, right_at + n + 1)


def _words(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    if max(len(old), len(new)) > LONGEST_MARKED:
        return (Piece(old, True),), (Piece(new, True),)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return (Piece(old, True),), (Piece(new, True),)
    steps = matcher.get_opcodes()
    left = tuple(Piece(old[i1:i2], tag != "equal") for tag, i1, i2, _, _ in steps if i2 > i1)
    right = tuple(Piece(new[j1:j2], tag != "equal") for tag, _, _, j1, j2 in steps if j2 > j1)
    return left, right
