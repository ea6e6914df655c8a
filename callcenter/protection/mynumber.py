"""The rule by which an Individual Number (個人番号) is recognised in a text.

番号法 forbids keeping the number; contract clause 10(1)⑤ allows only data without personal information to
leave.

A *candidate* is whole groups of digits (see `digits`) that make exactly twelve and are not part of a longer
number. "Part of" is read from the separators, so that other digits beside a number cannot hide it:

* never when it continues by a tighter gap than its own: `32-0001 0734-32` in two phone numbers is nothing;
* always free when the next digits are further away than its own digits are from each other
  ("123456789018 3回", "1234-5678-9018 090-…"), are a quantity with its unit, a telephone number, or of
  another script;
* at the same distance it is free if the next digits belong more tightly to something else ("1234 5678 9018
  10:30") or break its even division (4-4-4 before 10). 4-4-4-4 and 4-4-4-2 are longer numbers, unless
  個人番号 or マイナンバー stands before and the check digit is right.

A candidate is an Individual Number
* with a right check digit, or with a keyword within 20 characters before it and neither a phone number nor a
  date nor a time that explains some of its digits;
* but not when the words before say it is another number (parcel, receipt, licence …), or it is a plain date
  and time, a number after "+", part of a mail or web address, or yen, or divides without rest into phones,
  dates, times and amounts ("6/1 073-432-0001"); without a keyword one small number may be left over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from callcenter.protection import explained
from callcenter.protection.digits import Group, Run, is_separator, runs
from callcenter.protection.words import Words

LENGTH = 12
MASK = "＊"
_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_SURE_DIGITS = 6


class Span(Struct, frozen=True):
    """Where a number stands: first digit to last (end exclusive), in code points of the text as given."""

    start: int
    end: int
    rule: str
    """`check_digit`, `keyword` or `both`."""


class _Candidate(Struct, frozen=True):
    run: Run
    first: int
    last: int

    @property
    def start(self) -> int:
        return self.run.groups[self.first].start

    @property
    def end(self) -> int:
        return self.run.groups[self.last].end

    @property
    def digits(self) -> str:
        return "".join(group.digits for group in self.groups)

    @property
    def groups(self) -> tuple[Group, ...]:
        return self.run.groups[self.first : self.last + 1]

    @property
    def looseness(self) -> int:
        return max(self.run.gaps[self.first : self.last], default=0)


def check_digit(eleven: str) -> int:
    """The twelfth digit: weights 6 5 4 3 2 7 6 5 4 3 2, r = sum mod 11, 0 if r ≤ 1, else 11 − r."""
    remainder = sum(int(digit) * weight for digit, weight in zip(eleven, _WEIGHTS, strict=True)) % 11
    return 0 if remainder <= 1 else 11 - remainder


def check_digit_ok(digits: str) -> bool:
    """Are these twelve ASCII digits with a right check digit?"""
    if len(digits) != LENGTH or not digits.isascii() or not digits.isdigit():
        return False
    return check_digit(digits[:-1]) == int(digits[-1])


def find(text: str) -> list[Span]:
    """Every Individual Number in the text, in order, not overlapping."""
    candidates = [candidate for run in runs(text, LENGTH) for candidate in _candidates(run)]
    if not candidates:
        return []
    words = Words.of(text)
    judged = [(candidate, rule) for candidate in candidates if (rule := _rule(words, candidate))]
    judged.sort(key=lambda item: (item[0].looseness, item[0].start))
    return _without_overlaps([Span(candidate.start, candidate.end, rule) for candidate, rule in judged])


def mask(text: str, spans: Sequence[Span]) -> str:
    """The text with ＊ for every character of the spans but the separators; its length does not change."""
    letters = list(text)
    for span in spans:
        for at in range(span.start, span.end):
            if not is_separator(letters[at]):
                letters[at] = MASK
    return "".join(letters)


def _without_overlaps(by_preference: Sequence[Span]) -> list[Span]:
    taken: set[int] = set()
    kept: list[Span] = []
    for span in by_preference:
        if taken.isdisjoint(range(span.start, span.end)):
            kept.append(span)
            taken.update(range(span.start, span.end))
    return sorted(kept, key=lambda span: span.start)


def _candidates(run: Run) -> Iterator[_Candidate]:
    """Whole groups that make exactly twelve digits; at most twelve groups are looked at from each."""
    for first in range(len(run.groups)):
        total, last = 0, first
        while last < len(run.groups) and total < LENGTH:
            total += len(run.groups[last].digits)
            last += 1
        if total == LENGTH:
            yield _Candidate(run, first, last - 1)


def _rule(words: Words, candidate: _Candidate) -> str | None:
    """The rule that makes the candidate an Individual Number; None if it is none."""
    checks, keyword = check_digit_ok(candidate.digits), words.keyword_before(candidate.start)
    if not (checks or keyword) or sum(group.sure for group in candidate.groups) < _SURE_DIGITS:
        return None
    if not ((checks and keyword) or _is_free(words.text, candidate)):
        return None
    if words.labelled(candidate.start) or _is_explained(words.text, candidate, checks, keyword):
        return None
    return "both" if checks and keyword else "check_digit" if checks else "keyword"


def _is_explained(text: str, candidate: _Candidate, checks: bool, keyword: bool) -> bool:
    """Is it plainly something else? With less evidence a weaker explanation is enough."""
    groups = candidate.groups
    if explained.plainly_other(text, groups) or explained.falls_apart(text, groups):
        return True
    if not keyword:
        return explained.may_fall_apart(text, groups)
    return not checks and explained.part_explained(text, groups)


def _is_free(text: str, candidate: _Candidate) -> bool:
    return _free_before(text, candidate) and _free_after(text, candidate)


def _free_before(text: str, candidate: _Candidate) -> bool:
    run, first = candidate.run, candidate.first
    if first == 0 or _other_script(candidate, run.groups[first - 1]):
        return True
    if explained.ends_elsewhere(text, run, first - 1):
        return True
    gap, own = run.gaps[first - 1], candidate.looseness
    if gap != own or _phone_across(candidate):
        return gap > own
    bound_elsewhere = first >= 2 and run.gaps[first - 2] < gap
    return bound_elsewhere or _even(candidate) not in {0, len(run.groups[first - 1].digits)}


def _free_after(text: str, candidate: _Candidate) -> bool:
    run, after = candidate.run, candidate.last + 1
    if after == len(run.groups) or _other_script(candidate, run.groups[after]):
        return True
    if explained.begins_elsewhere(text, run, after):
        return True
    gap, own = run.gaps[after - 1], candidate.looseness
    if gap != own or _phone_across(candidate):
        return gap > own
    bound_elsewhere = after < len(run.gaps) and run.gaps[after] < gap
    return bound_elsewhere or 0 < _even(candidate) < len(run.groups[after].digits)


def _even(candidate: _Candidate) -> int:
    """The size of the candidate's groups if they are all equal, else 0."""
    sizes = {len(group.digits) for group in candidate.groups}
    return sizes.pop() if len(sizes) == 1 else 0


def _other_script(candidate: _Candidate, neighbour: Group) -> bool:
    scripts = {group.script for group in candidate.groups}
    return len(scripts) == 1 and neighbour.script not in scripts


def _phone_across(candidate: _Candidate) -> bool:
    """Does a telephone number reach over the candidate's edge? Then its digits are not one number."""
    groups = candidate.run.groups
    for edge in (candidate.first, candidate.last + 1):
        for first in range(max(edge - 2, 0), edge):
            if any(explained.is_phone(groups[first:end]) for end in range(edge + 1, first + 4)):
                return True
    return False
