from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.knowledge.search import index as indexes
from callcenter.knowledge.search import meaning
from callcenter.knowledge.search.index import Hit, Index, Item, categories_of, prepare, remembered
from callcenter.knowledge.search.learned import Note
from callcenter.knowledge.search.lexical import Lexical

POSTCARD = Item("postcard", "交付通知書（はがき）が届きません", "はがきは申請から約1か月で届きます。", (), "0201")
PIN = Item(
    "pin",
    "暗証番号を忘れました",
    "窓口で再設定します。本人確認書類をお持ちください。",
    ("パスワードがわからない",),
    "0501",
)
LOSS = Item("loss", "カードをなくしました", "コールセンターで一時停止の手続をします。", (), "0601")
EVERY = (POSTCARD, PIN, LOSS)


def index_of(*items: Item, same: dict[str, str] | None = None) -> Index:
    made = Index(same)
    for item in items:
        made.put(item, prepare(item))
    return made


def first(found: list[Hit]) -> object:
    return found[0].key if found else None


def noted(question: str) -> Note:
    note = remembered(question)
    assert note is not None
    return note


@pytest.fixture
def words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the encoder is not installed."""
    monkeypatch.setattr(meaning, "is_available", lambda: False)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("はがきがまだ来ない", "postcard"),
        ("ﾊｶﾞｷ 届かない", "postcard"),
        ("パスワードが思い出せない", "pin"),
        ("財布ごと落としてカードがない", "loss"),
    ],
    ids=["postcard", "half_width", "alias", "loss"],
)
def test_the_entry_that_answers_comes_first(asked: str, answer: str) -> None:
    assert first(index_of(*EVERY).search(asked)) == answer


@pytest.mark.usefixtures("words_alone")
def test_without_the_encoder_words_find_it() -> None:
    assert first(index_of(*EVERY).search("はがきが届かない")) == "postcard"
    assert index_of(*EVERY).search("犬の登録") == []


@pytest.mark.parametrize("asked", ["", "あ", "、", "   "])
def test_a_question_without_words_finds_nothing(asked: str) -> None:
    assert index_of(*EVERY).search(asked) == []


def test_an_empty_index_finds_nothing() -> None:
    assert Index().search("はがき") == []


def test_an_edited_entry_is_found_by_its_new_words_and_not_by_its_old_ones() -> None:
    made = index_of(*EVERY)
    edited = Item("pin", "顔写真の大きさを知りたい", "縦4.5センチ、横3.5センチです。", (), "0103")
    made.put(edited, prepare(edited))
    assert first(made.search("写真の大きさ")) == "pin"
    assert first(made.search("暗証番号を忘れた")) != "pin"
    assert len(made) == 3


def test_what_was_taken_out_is_not_found_any_more() -> None:
    made = index_of(*EVERY)
    made.drop("pin")
    made.drop("pin")
    assert "pin" not in {hit.key for hit in made.search("暗証番号を忘れた")}
    assert len(made) == 2


@pytest.mark.usefixtures("words_alone")
def test_a_synonym_leads_to_the_word_of_the_entry() -> None:
    assert index_of(*EVERY).search("切手") == []
    assert first(index_of(*EVERY, same={"葉書": "切手", "切手": "切手"}).search("切手")) == "postcard"


def test_what_was_chosen_before_comes_ahead() -> None:
    made = index_of(*EVERY)
    asked = "役所から何か来るはずなのですが音沙汰がない"
    made.learn({"loss": [noted("役所から音沙汰がない")]})
    assert first(made.search(asked)) == "loss"
    made.learn({})
    assert first(made.search(asked)) != "loss"


def test_a_note_of_an_entry_that_is_gone_says_nothing() -> None:
    made = index_of(*EVERY)
    made.learn({"loss": [noted("役所から音沙汰がない")], "unknown": [noted("葉書")]})
    made.drop("loss")
    assert {hit.key for hit in made.search("役所から音沙汰がない")} <= {"postcard", "pin"}


def test_the_best_entries_speak_for_their_categories() -> None:
    hits = [Hit("a", 5.0, "0201"), Hit("b", 4.0, "0501"), Hit("c", 4.5, "0501"), Hit("d", 0.1, "0601"), Hit("e", 0, "")]
    assert categories_of(hits) == ["0201", "0501", "0601"]
    assert categories_of(hits, most=1) == ["0201"]
    assert categories_of([]) == []


def test_more_entries_than_finalists_are_ranked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "FINALISTS", 1)
    assert first(index_of(*EVERY).search("暗証番号を忘れてしまった")) == "pin"


@pytest.mark.parametrize("question", ["", "090-1234-5678", "和歌山", "の"])
def test_nothing_is_kept_of_a_question_that_only_names_somebody(question: str) -> None:
    assert remembered(question) is None


@pytest.mark.usefixtures("words_alone")
def test_notes_count_by_their_words_where_there_is_no_encoder() -> None:
    made = index_of(*EVERY)
    made.learn({"pin": [noted("数字を四つ入れた")]})
    assert first(made.search("数字が四つ")) == "pin"


# --- words ---

counts = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 4).map(float), max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), counts), max_size=12), st.sets(st.integers(0, 4), max_size=3))
def test_an_index_that_was_changed_is_the_one_that_is_made_anew(
    puts: list[tuple[int, dict[str, float]]], drops: set[int]
) -> None:
    changed, last = Lexical(), dict[int, dict[str, float]]()
    for slot, words in puts:
        changed.put(slot, words)
        last[slot] = words
    for slot in drops:
        changed.drop(slot)
        last.pop(slot, None)
    anew = Lexical()
    for slot, words in last.items():
        anew.put(slot, words)
    for asked in (["a"], ["a", "b", "c"], ["z"], ["f", "f"]):
        assert changed.scores(asked, 5).tolist() == pytest.approx(anew.scores(asked, 5).tolist())


def test_a_rare_word_tells_more_than_a_common_one() -> None:
    made = Lexical()
    for slot, text in enumerate(["x rare", "x y", "x y", "x y"]):
        made.put(slot, Counter(text.split()))
    assert made.rarity("rare") > made.rarity("y") > made.rarity("x") > 0
