"""What else twelve digits can be by their writing: dates, times, telephone numbers, amounts, addresses.

In order of strength, used by `mynumber`:

* `plainly_other`: a date and time (202606011530), a number after "+", a mail or web address, a UUID, yen.
* `falls_apart`: the groups divide without rest into telephone numbers, dates, times, amounts, each written
  with its own separators ("6/1 073-432-0001", "10:00-10:30、11:00"). `part_explained` asks for one such part
  only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise

from callcenter.protection.digits import ARABIC, SPACED, Group, Run
from callcenter.protection.words import mentions

_PHONE_WORD = re.compile(r"(?:電話|携帯|TEL|FAX|ファックス|連絡先|着信|発信|℡|☎)(?:番号)?\W{0,4}$", re.IGNORECASE)
_ADDRESS = re.compile(
    r"[\w.+\-]{1,80}@[\w\-]{1,60}(?:\.[\w\-]{1,60}){1,4}|https?://[^\s、。（）「」]{1,300}"
    r"|(?<![0-9A-Fa-f-])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Fa-f-])",
    re.IGNORECASE | re.ASCII,
)
_AROUND = 320
_YEN_AFTER = re.compile(r"\s?(?:円|yen|千円|万円)", re.IGNORECASE)
_YEN_BEFORE = re.compile(r"[¥￥]\s?$")
_UNIT_AFTER = re.compile(
    r"\s?(?:回目?|件|名|人|時|分|秒|日|月|年|歳|才|円|枚|通|階|つ|個|本|台|度|%|％|週|か月|ヶ月|カ月|丁目|番地|番(?!号)|号室|号棟|歩|点|世帯|種類|営業日)"
)
_PHONE_LAYOUTS = {
    *((3, 3, 4), (2, 4, 4), (4, 2, 4), (5, 1, 4), (3, 4, 4), (4, 3, 3), (4, 3, 4)),
    *((4, 6), (3, 7), (3, 8), (2, 8), (6, 4), (7, 4)),
    *((10,), (11,)),
}
_DOMESTIC = re.compile(r"0(?:(?![5-9]0)[1-9]\d{8}|[5-9]0\d{8}|20\d{8})")
_FROM_ABROAD = re.compile(r"81[1-9]\d{8,9}")
_MOBILE_FROM_ABROAD = re.compile(r"81[5-9]0\d{8}")
_PLUS = {"+", "＋"}
_LEFTOVER = 4
_LONGEST_LIST = 9


def plainly_other(text: str, groups: Sequence[Group]) -> bool:
    """A plain date and time, a number from abroad, part of an address, or an amount in yen."""
    start, end = groups[0].start, groups[-1].end
    digits = _joined(groups)
    return (
        _is_date_and_time(digits, groups)
        or is_from_abroad(text, groups)
        or _in_address(text, start, end)
        or _is_yen(text, groups)
    )


def unit_follows(text: str, group: Group) -> bool:
    """Is it a small quantity with its unit ("3回", "15時")? Then it belongs to no longer number."""
    return len(group.digits) <= _LEFTOVER and _UNIT_AFTER.match(text, group.end) is not None


def begins_elsewhere(text: str, run: Run, at: int) -> bool:
    """Does something known by its writing begin with group `at`, further from the group before than within itself?"""
    gap = run.gaps[at - 1]
    if gap >= SPACED and unit_follows(text, run.groups[at]):
        return True
    return any(_is_thing(text, run, at, end, gap) for end in range(at + 1, min(at + 4, len(run.groups)) + 1))


def ends_elsewhere(text: str, run: Run, at: int) -> bool:
    """The same of something that ends with group `at`, seen from the group after."""
    gap = run.gaps[at]
    return any(_is_thing(text, run, first, at + 1, gap) for first in range(max(at - 3, 0), at + 1))


def _is_thing(text: str, run: Run, first: int, end: int, gap: int) -> bool:
    part, inner = run.groups[first:end], run.gaps[first : end - 1]
    if is_phone(part) or (_plus_before(text, part) and _FROM_ABROAD.fullmatch(_joined(part))):
        return True
    return gap >= SPACED and max(inner, default=0) < gap and _kind(text, part) in {"date", "time", "amount"}


def is_phone(groups: Sequence[Group]) -> bool:
    """Groups that make exactly one Japanese telephone number, divided as people divide them."""
    return (
        tuple(len(group.digits) for group in groups) in _PHONE_LAYOUTS
        and _DOMESTIC.fullmatch(_joined(groups)) is not None
    )


def is_from_abroad(text: str, groups: Sequence[Group]) -> bool:
    """A valid number behind a plus; 8190… without one only after a word for telephone."""
    digits, start = _joined(groups), groups[0].start
    if _plus_before(text, groups):
        return _FROM_ABROAD.fullmatch(digits) is not None or _is_foreign_number(digits)
    before = text[max(start - 12, 0) : start]
    return _MOBILE_FROM_ABROAD.fullmatch(digits) is not None and _PHONE_WORD.search(before) is not None


def falls_apart(text: str, groups: Sequence[Group]) -> bool:
    """Do the groups divide without rest into things of their own kind, one of them plainly written?"""
    return _divides(text, groups, 0, leftovers=0, visible=False)


def may_fall_apart(text: str, groups: Sequence[Group]) -> bool:
    """The same with one small number left over; or three years, numbers that count up, an internet address."""
    years = len(groups) == 3 and all(_is_year(group.digits) for group in groups)
    return (
        years
        or _counts_up(groups)
        or _is_internet_address(text, groups)
        or _divides(text, groups, 0, leftovers=1, visible=False)
    )


def part_explained(text: str, groups: Sequence[Group]) -> bool:
    """Does a phone, a date or a time explain some of the digits? Enough against a keyword alone."""
    digits = _joined(groups)
    if _MOBILE_FROM_ABROAD.fullmatch(digits) or _is_short_date_and_time(digits):
        return True
    return any(
        _kind(text, groups[first : last + 1]) in {"phone", "date", "time"}
        for first in range(len(groups))
        for last in range(first, min(first + 3, len(groups)))
    )


def _divides(text: str, groups: Sequence[Group], at: int, *, leftovers: int, visible: bool) -> bool:
    """From group `at` on; `leftovers` small numbers may be left over, and something must be plainly visible."""
    if at == len(groups):
        return visible
    for end in range(at + 1, min(at + 3, len(groups)) + 1):
        fits = _stands_apart(text, groups, at, end) and _kind(text, groups[at:end])
        if fits and _divides(text, groups, end, leftovers=leftovers, visible=visible or end - at > 1):
            return True
    if unit_follows(text, groups[at]):
        return _divides(text, groups, at + 1, leftovers=leftovers, visible=True)
    small = leftovers > 0 and len(groups[at].digits) <= _LEFTOVER
    return small and _divides(text, groups, at + 1, leftovers=leftovers - 1, visible=visible)


def _stands_apart(text: str, groups: Sequence[Group], first: int, end: int) -> bool:
    """Are the part's own separators others than those around it? Else it is a slice of something uniform."""
    inner = {_mark(text, groups, at) for at in range(first, end - 1)}
    quantity_next = end < len(groups) and unit_follows(text, groups[end])
    edges = [first - 1] if quantity_next else [first - 1, end - 1]
    return not inner & {_mark(text, groups, at) for at in edges if 0 <= at < len(groups) - 1}


def _mark(text: str, groups: Sequence[Group], at: int) -> str:
    """The separator after group `at`, without the spaces around it."""
    gap = unicodedata.normalize("NFKC", text[groups[at].end : groups[at + 1].start])
    return gap.strip() or gap[:1]


def _kind(text: str, part: Sequence[Group]) -> str | None:
    """What a part of the groups is by its writing: a phone, a date, a time, an amount; None if nothing."""
    marks = {_mark(text, part, at) for at in range(len(part) - 1)}
    for kind, fits in _KINDS.items():
        if fits(part, marks):
            return kind
    return None


def _looks_phone(part: Sequence[Group], marks: set[str]) -> bool:
    return is_phone(part) and (len(part) == 1 or not marks & {":", ",", "."})


def _looks_date(part: Sequence[Group], marks: set[str]) -> bool:
    numbers = [group.digits for group in part]
    if len(part) == 1:
        return len(numbers[0]) == 8 and _is_full_date(numbers[0])
    if len(part) > 3 or marks not in ({"/"}, {"."}, {"-"}) or any(len(number) > 2 for number in numbers[1:]):
        return False
    if len(part) == 2:
        return marks == {"/"} and len(numbers[0]) <= 2 and _is_day("2024", *numbers)
    year = numbers[0] if len(numbers[0]) == 4 else "20" + numbers[0].zfill(2)  # R8.6.1 and 26/6/1 alike
    return _is_full_year(year) and _is_day(year, *numbers[1:])


def _looks_time(part: Sequence[Group], marks: set[str]) -> bool:
    numbers = [group.digits for group in part]
    if marks != {":"} or len(numbers[0]) > 2 or any(len(number) != 2 for number in numbers[1:]):
        return False
    return int(numbers[0]) < 30 and all(int(number) < 60 for number in numbers[1:])


def _looks_amount(part: Sequence[Group], marks: set[str]) -> bool:
    return marks == {","} and len(part[0].digits) <= 3 and all(len(group.digits) == 3 for group in part[1:])


def _looks_postal(part: Sequence[Group], marks: set[str]) -> bool:
    return marks == {"-"} and [len(group.digits) for group in part] == [3, 4]


_KINDS: dict[str, Callable[[Sequence[Group], set[str]], bool]] = {
    "phone": _looks_phone,
    "date": _looks_date,
    "time": _looks_time,
    "amount": _looks_amount,
    "postal": _looks_postal,
}


def _counts_up(groups: Sequence[Group]) -> bool:
    """1043、1044、1045 or 10、11、12、…: a list, not one number."""
    numbers = [int(group.digits) for group in groups]
    return 3 <= len(groups) <= _LONGEST_LIST and all(0 < after - one < 10 for one, after in pairwise(numbers))


def _is_internet_address(text: str, groups: Sequence[Group]) -> bool:
    dotted = {_mark(text, groups, at) for at in range(len(groups) - 1)} == {"."}
    return dotted and len(groups) == 4 and all("100" <= group.digits <= "255" for group in groups)


def _is_date_and_time(digits: str, groups: Sequence[Group]) -> bool:
    """YYYYMMDDHHMM of this century in Arabic digits, divided only where its parts meet."""
    divided_at = {sum(len(group.digits) for group in groups[:at]) for at in range(1, len(groups))}
    plain = len(digits) == 12 and divided_at <= {4, 6, 8, 10} and all(group.script is ARABIC for group in groups)
    return plain and digits.startswith("20") and _is_full_date(digits[:8]) and _is_clock(digits[8:])


def _is_short_date_and_time(digits: str) -> bool:
    return _is_day("20" + digits[:2], digits[2:4], digits[4:6]) and _is_clock(digits[6:])


def _is_full_date(digits: str) -> bool:
    return _is_full_year(digits[:4]) and _is_day(digits[:4], digits[4:6], digits[6:8])


def _is_full_year(year: str) -> bool:
    return "1900" <= year <= "2099"


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and "1950" <= digits <= "2050"


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _is_clock(digits: str) -> bool:
    return int(digits[:2]) < 24 and all(int(digits[at : at + 2]) < 60 for at in range(2, len(digits), 2))


def _plus_before(text: str, groups: Sequence[Group]) -> bool:
    return text[groups[0].start - 1 : groups[0].start] in _PLUS


def _is_foreign_number(digits: str) -> bool:
    import phonenumbers  # about 70 ms: only behind a "+"

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse("+" + digits, None))
    except phonenumbers.NumberParseException:
        return False


def _in_address(text: str, start: int, end: int) -> bool:
    at = max(start - _AROUND, 0)
    around = text[at : end + _AROUND]
    if not ("@" in around or "://" in around or text[start - 1 : start] == "-"):
        return False
    return any(
        found.start() + at <= start and end <= found.end() + at and not mentions(found.group())
        for found in _ADDRESS.finditer(around)
    )


def _is_yen(text: str, groups: Sequence[Group]) -> bool:
    start, end = groups[0].start, groups[-1].end
    by_thousands = all(
        len(group.digits) == 3 and _mark(text, groups, at) == "," for at, group in enumerate(groups[:-1])
    )
    said = _YEN_AFTER.match(text, end) or _YEN_BEFORE.search(text[max(start - 2, 0) : start])
    return bool(said) and by_thousands and (len(groups) == 1 or len(groups[-1].digits) == 3)


def _joined(groups: Sequence[Group]) -> str:
    return "".join(group.digits for group in groups)
