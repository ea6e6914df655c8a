"""What tells a person apart besides name and phone, found by its form: birth date, address, a document's number, a
full name without an honorific. A finding is a place to look at, so the patterns rather find too much.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

# As long as what it replaces, so that places in the plain text are places in the text.
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | str.maketrans("−‐‑–―　", "----- ")
_DATE = (
    r"(?:(?:明治|大正|昭和|平成|令和|[MTSHR明大昭平令])\.? ?(?:\d{1,2}|元)|(?:18|19|20)\d\d)"
    r" ?(?:年|[-/.]) ?\d{1,2} ?(?:月|[-/.]) ?\d{1,2} ?日?"
)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when a text is first looked at: together they would be a tenth of the time to start."""
    return re.compile(pattern)


_BORN_BEFORE = r"(?:生年月日|誕生日|生まれ)[^\d。\n]{0,8}"
_BIRTH_DATES = (
    (rf"{_BORN_BEFORE}(?P<what>{_DATE}|(?:18|19|20)\d{{6}})"),
    (rf"(?P<what>{_DATE}) ?(?:生|産まれ|誕生)"),
    # Nobody speaks of a day of these eras but to say when somebody was born.
    (r"(?P<what>(?:明治|大正|昭和|[MTS])\.? ?\d{1,2} ?(?:年|[-/.]) ?\d{1,2} ?(?:月|[-/.]) ?\d{1,2} ?日?)"),
)
_NUMERAL = r"[0-9一二三四五六七八九十]{1,4}"
_PLACE = r"[^\s、。,()「」0-9]"
_ADDRESSES = (
    (r"(?P<what>〒 ?\d{3} ?-? ?\d{4})"),
    (rf"(?P<what>{_PLACE}{{1,12}}?{_NUMERAL} ?(?:丁目|番地)(?: ?の? ?{_NUMERAL} ?(?:番地?|号)?){{0,3}})"),
    (rf"(?P<what>{_PLACE}{{1,12}}?{_NUMERAL}番(?:の)?{_NUMERAL}号)"),
    (
        rf"(?P<what>[市区町村郡字]{_PLACE}{{0,10}}\d{{1,4}} ?[-ーの] ?\d{{1,4}}(?: ?[-ーの] ?\d{{1,4}})?)"
        r"(?![\d:時月日名人件歳枚回階])"
    ),
)
_DOCUMENT_NUMBERS = (
    (
        r"(?:通知書|照会書|申請書|申請|受付|登録|製造|整理|管理|免許|旅券|保険者?証?|被保険者|住民票コード|在留カード|お客様|記号)"
        r"(?:ID|番号|の番号|No\.?)[^0-9A-Za-z。\n]{0,4}(?P<what>[0-9A-Za-z](?:[ -]?[0-9A-Za-z]){5,24})(?![0-9A-Za-z])"
    ),
)
_SURNAMES = (
    "佐藤|鈴木|高橋|田中|伊藤|渡辺|渡邊|渡邉|山本|中村|小林|加藤|吉田|山田|佐々木|山口|松本|井上|木村|斎藤|斉藤|齋藤|齊藤|清水|山崎|阿部|池田"
    "|橋本|山下|石川|中島|前田|藤田|後藤|小川|岡田|長谷川|村上|近藤|石井|坂本|遠藤|青木|藤井|西村|福田|太田|三浦|岡本|松田|中川|中野|原田"
    "|小野|竹内|金子|和田|中山|藤原|石田|上田|森田|柴田|酒井|工藤|横山|宮崎|宮本|内田|高木|安藤|谷口|大野|丸山|今井|高田|藤本|武田|村田"
    "|上野|杉山|増田|平野|大塚|千葉|久保|松井|小島|岩崎|桜井|野口|松尾|野村|木下|菊地|菊池|佐野|大西|杉本|新井|浜田|古川|市川|水野|小松"
    "|島田|小山|高野|西田|山内|西川|北村|安田|五十嵐|川口|平田|中田|久保田|吉川|飯田|沢田|辻|関|堀|森|林"
)
_GIVEN_END = (
    "子美奈香恵代江枝乃菜花華央音咲希愛結優莉里男雄夫郎朗太介助輔樹也哉斗翔人一二三治"
    "司彦平吾悟之行幸弘浩博和明正義信孝隆誠健剛進勇翼蓮陽"
)
_FULL_NAMES = (
    (rf"(?<![一-龥々])(?P<what>(?:{_SURNAMES})(?: [一-龥々]{{1,3}}|[一-龥々]{{0,2}}[{_GIVEN_END}]))(?![一-龥々])"),
    (
        r"(?:氏名|名前|名義|申請者|届出人|フリガナ|ふりがな)(?:は|が|:|=)[「 ]{0,2}"
        r"(?P<what>[一-龥々]{2,6}(?: [一-龥々]{1,3})?|[ァ-ヺ-]{2,10} ?[ァ-ヺ-]{2,10})(?![一-龥々ァ-ヺぁ-ん]{2})"
    ),
)
_NOT_GIVEN = re.compile(r"(?:本人|代理人|世帯主|住民|市民|不一致|一致|同一|以上|不明|未定|変更|記載)$")
_PATTERNS = {
    "birth_date": _BIRTH_DATES,
    "address": _ADDRESSES,
    "document_number": _DOCUMENT_NUMBERS,
    "full_name": _FULL_NAMES,
}


def find_particulars(text: str) -> Iterator[tuple[str, int, int]]:
    """(kind, start, end) of everything that looks like a particular of a person; places may overlap."""
    plain = text.translate(_PLAIN)
    for kind, patterns in _PATTERNS.items():
        for pattern in patterns:
            for match in _compiled(pattern).finditer(plain):
                if not (kind == "full_name" and _NOT_GIVEN.search(match["what"])):
                    yield kind, *match.span("what")
