"""Japanese text cut into content words: SudachiPy, the shortest units, in their normalised forms.

The dictionary is loaded at the first use, in some tenths of a second; nothing here touches it when it is imported.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from threading import Lock
from typing import Any

MOST_CHARACTERS = 2_000
"""What is looked at of a query; whoever pastes a chapter is answered by its beginning."""
_SILENT = frozenset({"助詞", "助動詞", "補助記号", "空白", "感動詞", "記号"})
_STOP_WORDS = frozenset(
    {
        *("為る", "居る", "有る", "成る", "出来る", "事", "物", "其れ", "此れ", "何"),
        *("良い", "御", "様", "方", "下さる", "頂く", "貰う", "言う", "教える", "知る"),
        *("思う", "呉れる", "遣る", "行く", "来る", "見る", "場合", "時", "又", "掛かる"),
        *("無い", "どう", "如何", "何処", "何時", "誰", "さん", "欲しい"),
    }
)
_NUMBER, _PROPER, _PERSON, _PLACE = "数詞", "固有名詞", "人名", "地名"
_PERSONAL = frozenset({"姓", "名"})
_NAMING = frozenset({"名詞", "接頭辞", "接尾辞", "形状詞"})
"""What a name may be made of."""
_OF_THE_DESK = frozenset(
    {
        *("役所", "国", "国保", "厚生", "健康", "税", "円", "回", "平日", "大学", "工事", "定年", "結果", "無理"),
        *("親", "孫", "一人", "出る", "掛ける"),
    }
)
"""Rare names that are everyday words of this desk; beside another name they still go."""
_lock = Lock()


def folded(text: str) -> str:
    """One form for what looks alike: full-width and half-width, old and new shapes of a character."""
    return unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).translate(_OLD_SHAPES)


def content_words(text: str, same: Mapping[str, str] | None = None) -> list[str]:
    """The words that carry the meaning, in order, in their dictionary form. `same`: a word → the one that stands for
    its group of synonyms."""
    known = same or {}
    found = [morpheme.normalized_form() for morpheme in _morphemes(text) if _tells(morpheme)]
    return [known.get(word, word) for word in found if word not in _STOP_WORDS]


def nameless_words(text: str) -> list[str]:
    """The content words that can name nobody: no number, no name of a person or place, nothing the dictionary does not
    know, each once. What the search may remember of a caller's question. 光 and 桜 are given names too: a word goes
    that is read as a name anywhere, or that stands beside one without a particle between."""
    parts = [one for one in _morphemes(text) if one.part_of_speech()[0] != "空白"]
    kept = (parts[at].normalized_form() for at in range(len(parts)) if _names_nobody(parts, at))
    return [word for word in dict.fromkeys(kept) if word not in _STOP_WORDS]


def marked_parts(text: str, words: frozenset[str]) -> list[tuple[str, bool]]:
    """The text in parts, and of each whether it is one of `words`: for showing what matched."""
    parts: list[tuple[str, bool]] = []
    for morpheme in _morphemes(text, fold=False):
        hit = _tells(morpheme) and morpheme.normalized_form() in words
        if parts and parts[-1][1] == hit:
            parts[-1] = (parts[-1][0] + morpheme.surface(), hit)
        else:
            parts.append((morpheme.surface(), hit))
    return parts


def _tells(morpheme: Any) -> bool:
    return morpheme.part_of_speech()[0] not in _SILENT


def _is_common(morpheme: Any) -> bool:
    kinds: Sequence[str] = morpheme.part_of_speech()
    return not (morpheme.is_oov() or _NUMBER in kinds or _PROPER in kinds or _PERSON in kinds or _PLACE in kinds)


def _names_nobody(parts: Sequence[Any], at: int) -> bool:
    one, beside = parts[at], (*parts[max(at - 1, 0) : at], *parts[at + 1 : at + 2])
    if not (_tells(one) and _is_common(one)) or _reads_as_name(one):
        return False
    return one.part_of_speech()[0] not in _NAMING or not any(map(_is_somebody, beside))


def _is_somebody(morpheme: Any) -> bool:
    """A name of a person, or a word that the dictionary does not know, as foreign names are."""
    return bool(morpheme.is_oov()) or _PERSON in morpheme.part_of_speech()


def _reads_as_name(morpheme: Any) -> bool:
    word = morpheme.normalized_form()
    return word not in _OF_THE_DESK and (_is_a_name(morpheme.surface()) or _is_a_name(word))


@lru_cache(maxsize=10_000)
def _is_a_name(word: str) -> bool:
    """Whether the dictionary has a word as somebody's name, whatever else it is."""
    with _lock:
        return any(_PERSONAL & set(one.part_of_speech()) for one in _dictionary().lookup(word))


def reading_of(word: str) -> str:
    """How a word is read, in katakana."""
    return "".join(one.reading_form() for one in _morphemes(word))


def _morphemes(text: str, *, fold: bool = True) -> list[Any]:
    shown = folded(text) if fold else text[:MOST_CHARACTERS]
    # A tokenizer serves one thread at a time; a sentence takes it a tenth of a millisecond.
    with _lock:
        return list(_tokenizer().tokenize(shown))


@cache
def _tokenizer() -> Any:
    from sudachipy import SplitMode

    return _dictionary().tokenizer(SplitMode.A)


@cache
def _dictionary() -> Any:
    from sudachipy import Dictionary

    return Dictionary(dict="core")


_OLD_SHAPES = str.maketrans(
    "證號變學國圖會體廳區縣濱澤邊邉齋齊髙﨑德廣藏權轉續發實當寫藝團圓氣驛鐵譯辯辨來稅",
    "証号変学国図会体庁区県浜沢辺辺斎斉高崎徳広蔵権転続発実当写芸団円気駅鉄訳弁弁来税",
)
"""Old shapes of characters that stand in names of places and offices → those of the dictionary."""
