"""Personal data in a text that is to leave the house: checked when a report is approved (clause 10(1)⑤).

A finding is a place to look at, not a verdict: the approver confirms or rewrites each. So it would rather
find too much (every phone pattern, every 山田様) than let a caller's name through.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from msgspec import Struct

from callcenter.protection import explained, mynumber
from callcenter.protection.digits import Run, runs
from callcenter.protection.particulars import find_particulars
from callcenter.protection.text import normalise_for_search

LABELS = {
    "individual_number": "個人番号",
    "name": "お問い合わせ者の氏名",
    "phone": "電話番号",
    "email": "メールアドレス",
    "birth_date": "生年月日",
    "document_number": "通知書・申請書などの番号",
    "address": "住所",
    "full_name": "氏名らしい語",
    "honorific": "氏名らしい語（敬称つき）",
}
_EMAIL = re.compile(r"[\w.+\-]{1,64}[@＠][\w\-]{1,63}(?:[.．][\w\-]{1,63}){1,4}")
_HONORIFIC = r"(?:さん|サン|ｻﾝ|様(?![式子々態相])|さま|氏(?!名)|殿|くん|君|ちゃん)"
_NAME_WITH_HONORIFIC = re.compile(
    rf"(?P<name>[々〆ヶ\u4e00-\u9fff\U00020000-\U0003ffff]{{1,4}}(?:[ 　][々\u4e00-\u9fff]{{1,4}})?"
    rf"|[ァ-ヺー]{{2,12}}(?:[ 　・][ァ-ヺー]{{2,12}})?|[A-Z][a-z]{{2,15}}(?: [A-Z][a-z]{{2,15}})?)[ 　]?{_HONORIFIC}"
)
# Words that carry 様・さん without being a name.
_NOT_A_NAME = re.compile(
    r"(?:.*(?:客|母|父|親|子|娘|息|奥|旦|主人|夫|妻|家族|祖|兄|姉|弟|妹|孫|皆|方|代理|代行|住民|市民|区民|町民|来庁者"
    r"|申請者|利用者|患者|対象者|相談者|担当者?|職員|係|課|局|所|社|店|院|館|課長|部長|係長|市長|先生|業者|相手|同|仕|有"
    r"|多|各|一|何|神|王|王子|上|外|本人|受取人|届出人|世帯主|旧|模|異|口)"
    r"|お|ご|オペレーター|スタッフ|カスタマー|ユーザー|モバイル|ヤマト|ドコモ|ソフトバンク)$"
)
_LOCAL_NUMBER = re.compile(r"\d{2,4}\D?\d{4}")
_LOCAL_DIGITS = 6
_DROPPED = re.compile(r"[\s・]")
_LETTER = re.compile(r"\S[\u0300-\u036f\u3099\u309a\uff9e\uff9f]*")
_SHORT_NAME = 2


class Finding(Struct, frozen=True):
    """A place in the text (code points, end exclusive), what it seems to be, and that in Japanese."""

    kind: str
    start: int
    end: int
    label: str


def find_personal_data(
    text: str, *, names: Iterable[str] = (), phones: Iterable[str] = (), public_phones: Iterable[str] = ()
) -> list[Finding]:
    """Everything in `text` that may be personal: `names` and `phones` of the day's callers in any written
    form, any phone pattern but the `public_phones`, mail addresses, Individual Numbers, particulars such as a
    birth date or an address, and words with さん・様・氏.
    """
    found = [
        *_places("individual_number", ((span.start, span.end) for span in mynumber.find(text))),
        *_places("name", _name_places(text, names)),
        *_places("phone", _phone_places(text, set(map(_national, phones)), set(map(_national, public_phones)))),
        *_places("email", (match.span() for match in _EMAIL.finditer(text))),
        *_places("honorific", _honorific_places(text)),
        *(Finding(kind, start, end, LABELS[kind]) for kind, start, end in find_particulars(text)),
    ]
    return _first_of_overlapping(found)


def _places(kind: str, spans: Iterable[tuple[int, int]]) -> Iterator[Finding]:
    return (Finding(kind, start, end, LABELS[kind]) for start, end in spans)


def _first_of_overlapping(found: list[Finding]) -> list[Finding]:
    """Sorted; of two that overlap the one of the stronger kind stays (the order of LABELS)."""
    kept: list[Finding] = []
    for finding in found:
        if all(finding.end <= other.start or other.end <= finding.start for other in kept):
            kept.append(finding)
    return sorted(kept, key=lambda finding: finding.start)


def _name_places(text: str, names: Iterable[str]) -> Iterator[tuple[int, int]]:
    letters, places = _comparable(text)
    for name in sorted({form for written in names for form in _forms(written)}, key=len, reverse=True):
        at = letters.find(name)
        while at >= 0:
            yield places[at][0], places[at + len(name) - 1][1]
            at = letters.find(name, at + len(name))


def _forms(written: str) -> Iterator[str]:
    """The whole name without spaces, and each of its parts; none shorter than two letters."""
    for part in [written, *re.split(r"[\s・]+", written)]:
        form, _ = _comparable(part)
        if len(form) >= _SHORT_NAME:
            yield form


def _comparable(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text as compared (no spaces, kana folded) and, for each of its letters, its place in `text`."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    for match in _LETTER.finditer(text):
        folded = _DROPPED.sub("", normalise_for_search(match.group()))
        letters.append(folded)
        places.extend([match.span()] * len(folded))
    return "".join(letters), places


def _phone_places(text: str, known: set[str], public: set[str]) -> Iterator[tuple[int, int]]:
    """Whole numbers by their pattern or because known; of known ones also the part after the area code."""
    for run in runs(text):
        at = 0
        while at < len(run.groups):
            end = _phone_end(text, run, at, known)
            digits = _digits(run, at, end)
            if end and _national(digits) not in public:
                yield run.groups[at].start, run.groups[end - 1].end
            at = end or at + 1
    for match in _LOCAL_NUMBER.finditer(text):
        digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", match.group()))
        if len(digits) >= _LOCAL_DIGITS and any(phone.endswith(digits) for phone in known):
            yield match.span()


def _phone_end(text: str, run: Run, at: int, known: set[str]) -> int:
    """Where the phone that begins with group `at` ends (index after its last group); 0 if none begins."""
    for end in range(at + 1, min(at + 13, len(run.groups) + 1)):
        digits = _digits(run, at, end)
        if len(digits) > 13:
            break
        groups = run.groups[at:end]
        if _national(digits) in known or explained.is_phone(groups) or explained.is_from_abroad(text, groups):
            return end
    return 0


def _digits(run: Run, at: int, end: int) -> str:
    return "".join(group.digits for group in run.groups[at:end])


def _national(written: str) -> str:
    """Digits with the leading 0, from any written form: the one in which phones are compared."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", written))
    return "0" + digits[2:] if digits.startswith("81") and len(digits) >= 11 else digits


def _honorific_places(text: str) -> Iterator[tuple[int, int]]:
    for match in _NAME_WITH_HONORIFIC.finditer(text):
        if not _NOT_A_NAME.match(match["name"]):
            yield match.span()
