"""Questions in kana that nobody converted find the words of the entries by their readings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.knowledge.search import meaning
from callcenter.knowledge.search.index import Index, Item, prepare
from callcenter.knowledge.search.sound import Sounds, sounds_of

WORDS = ("代理", "暗証", "番号", "照明", "証明", "笑命", "正銘", "印鑑", "痛い", "宅内", "子", "受け取る")
COMMON = {"証明": 0.5, "照明": 3.0}


@pytest.fixture
def sounds() -> Sounds:
    made = Sounds()
    made.put(sounds_of(WORDS))
    return made


def rarity(word: str) -> float:
    return COMMON.get(word, 2.0)


def test_readings_are_those_of_words_with_kanji_that_are_long_enough() -> None:
    found = sounds_of(("代理", "カード", "だいり", "子", "番号"))
    assert found == {"代理": "ダイリ", "番号": "バンゴウ"}


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("だいりにん", "代理にん"),
        ("ﾀﾞｲﾘﾆﾝ", "代理ニン"),
        ("ダイリのいんかん", "代理の印鑑"),
        ("あんしょうばんごうをわすれた", "暗証番号をわすれた"),
        ("カード だいり", "カード 代理"),
        ("家族のだいり", "家族の代理"),
    ],
)
def test_kana_is_written_as_the_word_it_sounds_like(sounds: Sounds, typed: str, written: str) -> None:
    assert sounds.heard(typed, rarity).written == written


@pytest.mark.parametrize(
    "typed",
    ["使いたい", "抱くない", "引きたくない", "とてもだいり", "だい", "番号", "", "🙂", "ー" * 50],
    ids=["ending", "ending at its place", "within a word", "behind another", "short", "kanji", "none", "sign", "long"],
)
def test_an_ending_or_the_middle_of_something_is_no_word(sounds: Sounds, typed: str) -> None:
    assert sounds.heard(typed, rarity).words == []


def test_of_one_reading_the_usual_word_is_written_and_three_are_asked_for(sounds: Sounds) -> None:
    found = sounds.heard("しょうめい", rarity)
    assert found.written == "証明"
    assert (found.words[0], len(found.words)) == ("証明", 3)


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_and_only_words_that_were_put_are_heard(typed: str) -> None:
    made = Sounds()
    made.put(sounds_of(WORDS))
    assert set(made.heard(typed, rarity).words) <= set(WORDS)


def test_an_entry_is_found_by_its_words_in_kana_and_no_more_once_it_is_gone() -> None:
    index = Index()
    for key, title in (("1", "代理人の本人確認書類"), ("2", "休日の窓口"), ("3", "手数料の金額")):
        item = Item(key, title, "窓口で案内します。")
        index.put(item, prepare(item))
    assert index.search("きゅうじつ")[0].key == "2"
    assert index.search("ﾃｽｳﾘｮｳ")[0].key == "3"
    index.drop("3")
    assert "3" not in {hit.key for hit in index.search("ﾃｽｳﾘｮｳ")}


def test_a_question_of_common_words_alone_is_asked_for_what_it_means() -> None:
    index = Index()
    for key, title in (("1", "受付は何時から何時までですか"), ("2", "手数料の金額")):
        item = Item(key, title, "平日の8時半から17時15分までです。")
        index.put(item, prepare(item))
    assert [hit.key for hit in index.search("何時までやってますか", 1)] == ["1"]
    assert index.search("何時？") == []


def test_a_word_that_the_dictionary_reads_in_kana_itself_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "is_available", lambda: False)
    item = Item("1", "葉書を預ける人", "窓口で案内します。")
    deaf, index = Index(), Index()
    made = prepare(item)
    deaf.put(item, replace(made, sounds={}))
    index.put(item, made)
    assert index.search("はがき")[0].score == pytest.approx(deaf.search("はがき")[0].score)
