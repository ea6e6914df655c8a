"""What may be kept of a text that is still being typed.

A number is typed digit by digit and eleven digits already determine the twelfth. So a draft leaves out every
run of 9 or more digits (joined as in `digits`: separators, kanji, kana) that touches the last edit; "…"
stands in its place, so that a restored draft shows where something is missing. A finished number elsewhere is
masked as on save.
"""

from __future__ import annotations

from callcenter.errors import InvalidInput
from callcenter.protection.digits import long_runs, skip_separators
from callcenter.protection.mynumber import find, mask
from callcenter.protection.phones import normalise_phone

HELD = "…"


def hold_back(
    text: str, edited_at: int | None = None, previous: str | None = None, *, spare_phones: bool = False
) -> str:
    """The part of a draft that may be stored.

    `edited_at`: the caret after the last edit, in code points. Without it the edit is what differs from
    `previous` (the draft as stored before); without both, every run of 9 or more digits is held.
    `spare_phones`: a run that reads as a whole telephone number stays, for a field that was left.
    """
    low, high = _edit(text, edited_at, previous)
    safe = mask(text, find(text))
    parts, at = [], 0
    for start, end in long_runs(text):
        if spare_phones and _is_phone(text[start:end]):
            continue
        if skip_separators(text, start, -1) <= high and low <= skip_separators(text, end, 1):
            parts += [safe[at:start], HELD]
            at = end
    return "".join([*parts, safe[at:]])


def _is_phone(written: str) -> bool:
    try:
        normalise_phone(written)
    except InvalidInput:
        return False
    return True


def code_point_offset(text: str, utf16_offset: int) -> int:
    """A browser's caret (UTF-16 units) as an offset in code points."""
    units = text.encode("utf-16-le", "surrogatepass")[: max(utf16_offset, 0) * 2]
    return len(units.decode("utf-16-le", "ignore"))


def _edit(text: str, edited_at: int | None, previous: str | None) -> tuple[int, int]:
    if edited_at is not None:
        return edited_at, edited_at
    if previous is None:
        return 0, len(text)
    return _difference(previous, text)


def _difference(before: str, after: str) -> tuple[int, int]:
    """The part of `after` that is not common with `before`, from its start and from its end."""
    shorter = min(len(before), len(after))
    head = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    tail = next((at for at in range(shorter - head) if before[-1 - at] != after[-1 - at]), shorter - head)
    return head, len(after) - tail
