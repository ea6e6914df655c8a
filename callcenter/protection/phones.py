"""Telephone numbers in whatever form they are written, and the shortened forms that lists show."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from callcenter.errors import InvalidInput

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_KANJI_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_EXTENSION = re.compile(r"(?:\(?内線\)?|ext(?:ension)?\.?|#)[:\s番号]*([0-9]{1,8})\)?\s*$", re.IGNORECASE)
_LEADING_WORDS = re.compile(r"^\s*(?:tel|fax|phone|電話(?:番号)?|携帯(?:電話)?|固定|自宅|連絡先)[.:\s]*", re.IGNORECASE)
_BETWEEN_DIGITS = re.compile(r"[\s()\[\]./,・‐‑‒–—―−ー\-~の]|[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SHORT_NUMBERS = frozenset(["104", "110", "115", "117", "118", "119", "171", "177", "186", "188", "189"])
_NATIONAL_DIGITS = re.compile(r"0(?![5-9]0)[1-9][0-9]{8}|0[5-9]0[0-9]{8}")
_NO_NUMBER = re.compile(r"^\D*(?:非通知|通知不可|公衆|表示圏外|不明|なし|ナシ|無し)\D*$")
_MAX_WRITTEN = 64
_JAPAN = "+81"
_ABROAD = "010"


class Phone(Struct, frozen=True):
    """A number as kept (`e164`; a short number's bare digits), as shown, and its extension ("" if none)."""

    e164: str
    display: str
    extension: str = ""


def normalise_phone(text: str, default_area: str | None = None, *, field: str = "phone") -> Phone:
    """Read a phone number in any written form; `default_area` ("073") completes a local number.

    Raises InvalidInput in Japanese for anything that is not a possible number.
    """
    if isinstance(text, str) and _NO_NUMBER.search(text):
        raise _refusal(field, "番号が分からないとき（非通知・公衆電話など）は、電話番号を空のままにしてください。")
    written, extension = _split_extension(_folded(text, field))
    digits = _BETWEEN_DIGITS.sub("", written)
    if digits in _SHORT_NUMBERS:
        return Phone(digits, digits, extension)
    if default_area and re.fullmatch(r"[1-9][0-9]{4,7}", digits):
        digits = default_area + digits
    # Nothing else is asked of the library: it would also read 8190… without its plus, or twelve digits from 00.
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}|0[0-9]{9,10}", digits):
        raise _refusal(field)
    return _parsed(digits, extension, field)


def mask_phone(phone: str) -> str:
    """The first block and the last two digits: `073-***-**01`. Accepts the kept or the shown form."""
    shown = _shown_form(phone)
    # Newer than the library's table: grouped for the eye only, so that lists have one form.
    blocks = [shown[:3], shown[3:-4], shown[-4:]] if _NATIONAL_DIGITS.fullmatch(shown) else shown.split("-")
    if len(blocks) < 2:
        return "*" * max(len(shown) - 2, 0) + shown[-2:] if len(shown) > 4 else "*" * len(shown)
    hidden = ["*" * len(block) for block in blocks[1:-1]]
    last = "*" * max(len(blocks[-1]) - 2, 0) + blocks[-1][-2:]
    return "-".join([blocks[0], *hidden, last])


def mask_name(name: str) -> str:
    """The first letter only: `山＊ ＊＊`."""
    first, rest = name[:1], name[1:]
    return first + "".join(letter if letter.isspace() else "＊" for letter in rest)


def _shown_form(phone: str) -> str:
    if not phone.startswith("+"):
        return phone
    try:
        return normalise_phone(phone).display.replace(" ", "-")
    except InvalidInput:
        return phone


def _folded(text: object, field: str) -> str:
    if not isinstance(text, str) or not text.strip() or len(text) > _MAX_WRITTEN:
        raise _refusal(field)
    return _LEADING_WORDS.sub("", unicodedata.normalize("NFKC", text).translate(_KANJI_DIGITS)).strip()


def _split_extension(written: str) -> tuple[str, str]:
    found = _EXTENSION.search(written)
    if not found:
        return written, ""
    return written[: found.start()], found.group(1)


def _parsed(digits: str, extension: str, field: str) -> Phone:
    if _NATIONAL_DIGITS.fullmatch(digits) and not digits.startswith(_ABROAD):
        return Phone(_JAPAN + digits[1:], _grouped(digits), extension)
    import phonenumbers  # about 70 ms: only where a number is read

    try:
        number = phonenumbers.parse(digits, "JP")
    except phonenumbers.NumberParseException:
        raise _refusal(field) from None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if phonenumbers.is_valid_number(number):
        return Phone(e164, _display(number, e164), extension)
    raise _refusal(field)


def _grouped(digits: str) -> str:
    """A national number as it is written here; as typed where it is newer than the library's table."""
    parts, at = [], 0
    for size in _group_sizes(digits[:-4], len(digits)) or (len(digits),):
        parts.append(digits[at : at + size])
        at += size
    return "-".join(parts)


@lru_cache(maxsize=4096)
def _group_sizes(beginning: str, length: int) -> tuple[int, ...] | None:
    """How many digits stand in each group of the national numbers that begin so, None for those that are none.

    The last four digits decide neither, so that what is remembered is nobody's number. The library's own reading takes
    most of a number's time.
    """
    import phonenumbers

    number = phonenumbers.PhoneNumber(country_code=81, national_number=int(beginning.ljust(length, "0")))
    if not phonenumbers.is_valid_number(number):
        return None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return tuple(len(part) for part in written.split("-"))


def _display(number: PhoneNumber, e164: str) -> str:
    from phonenumbers import PhoneNumberFormat, format_number

    home = e164.startswith(_JAPAN)
    return format_number(number, PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL)


def _refusal(
    field: str, message: str = "電話番号を確認してください（例：073-432-0001、090-1234-5678）。"
) -> InvalidInput:
    return InvalidInput(message, errors={field: [message]})
