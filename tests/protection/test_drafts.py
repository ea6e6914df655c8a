"""A draft never holds nine digits of a number that is being typed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.protection.drafts import HELD, code_point_offset, hold_back
from tests.protection.factories import FULL_WIDTH, KANJI, NUMBER, grouped, number, written_in

ELEVEN = st.text("0123456789", min_size=11, max_size=11)
SEPARATORS = st.sampled_from(["", " ", "-", "・", ".", "　", "の", "、", "\u200b", " - ", "\n", "ー", "と"])
WORDS = st.text("番号は案内、です。（カード）い😀𠮷\n ", max_size=20)


def digits_in(text: str) -> int:
    return sum(unicodedata.numeric(letter, None) is not None for letter in text)


@pytest.mark.parametrize("caret", [3, 9, 14])
def test_a_long_run_at_the_caret_is_left_out_whole(caret: int) -> None:
    assert hold_back("番号は12345678901です", caret) == f"番号は{HELD}です"


@pytest.mark.parametrize("caret", [0, 1, 18])
def test_a_long_run_away_from_the_caret_is_kept(caret: int) -> None:
    assert hold_back("折返しは09012345678ですから", caret) == "折返しは09012345678ですから"


def test_eight_digits_are_kept_and_nine_are_not() -> None:
    assert hold_back("12345678", 8) == "12345678"
    assert hold_back("123456789", 9) == HELD


@pytest.mark.parametrize("typed", ["123456789-", "123456789 の", "123456789の", "123456789、 ", "123456789から"])
def test_a_separator_typed_after_the_run_still_touches_it(typed: str) -> None:
    assert hold_back(typed, len(typed)).startswith(HELD)


@pytest.mark.parametrize("typed", ["-123456789", "の 123456789"])
def test_a_separator_before_the_run_touches_it(typed: str) -> None:
    assert HELD in hold_back(typed, 0)


def test_a_finished_number_elsewhere_is_masked_as_on_a_save() -> None:
    text = f"番号は{NUMBER}だそうです。次に"
    assert hold_back(text, len(text)) == "番号は" + "＊" * 12 + "だそうです。次に"


def test_a_note_without_long_runs_is_kept_as_it_is() -> None:
    assert hold_back("6月1日 10:30 受付。3名。", 5) == "6月1日 10:30 受付。3名。"


def test_without_caret_the_difference_to_the_previous_draft_is_the_edit() -> None:
    before = "先の電話 090-1234-5678。案内"
    assert hold_back(before + "済み", None, before) == before + "済み"
    assert hold_back(before + "123456789", None, before) == before + HELD
    assert hold_back("090-1234-56789 済み", None, "090-1234-5678 済み") == f"{HELD} 済み"


def test_without_caret_and_previous_every_long_run_is_held() -> None:
    assert hold_back("自宅073-432-0001、090-1234-5678。勤務先0734320001") == f"自宅{HELD}。勤務先{HELD}"


def test_all_that_was_pasted_at_once_is_the_edit() -> None:
    assert (
        hold_back("先の件。電話は 0734320001 とのこと。以上です。", None, "先の件。")
        == f"先の件。電話は {HELD} とのこと。以上です。"
    )


def test_a_removed_digit_is_an_edit_too() -> None:
    assert hold_back("12345678901", None, "123456789012") == HELD


@pytest.mark.parametrize("read_aloud", ["いち に さん よん ご ろく なな はち きゅう", "ｲﾁﾆｻﾝﾖﾝｺﾞﾛｸﾅﾅﾊﾁｸ"])
def test_digits_read_aloud_are_held_too(read_aloud: str) -> None:
    assert hold_back(read_aloud, len(read_aloud)) == HELD


def typed_steps(before: str, written: str, after: str) -> list[tuple[str, int]]:
    """Each state of the text while `written` is typed, with its caret."""
    ends = [len(before) + at for at in range(1, len(written) + 1)]
    return [(before + written[: end - len(before)] + after, end) for end in ends]


@settings(max_examples=50)
@given(
    eleven=ELEVEN, separator=SEPARATORS, alphabet=st.sampled_from(["0123456789", FULL_WIDTH, KANJI]),
    before=WORDS, after=WORDS, sizes=st.sampled_from([(12,), (4, 4, 4), (1,) * 12, (6, 6)]),
)  # fmt: skip
def test_a_number_typed_anywhere_never_leaves_nine_digits_in_a_draft(
    eleven: str, separator: str, alphabet: str, before: str, after: str, sizes: tuple[int, ...]
) -> None:
    written = written_in(grouped(number(eleven), separator, *sizes), alphabet)
    stored: str | None = None
    for text, caret in typed_steps(before, written, after):
        assert digits_in(hold_back(text, caret)) <= 8
        assert digits_in(hold_back(text)) <= 8
        stored = hold_back(text, None, stored or before + after)
        assert digits_in(stored) <= 8


@settings(max_examples=25)
@given(eleven=ELEVEN, order=st.permutations(range(12)))
def test_the_order_in_which_the_digits_come_does_not_matter(eleven: str, order: list[int]) -> None:
    digits = number(eleven)
    for count in range(1, 13):
        present = sorted(order[:count])
        text = "番号" + "".join(digits[at] for at in present) + "です"
        caret = 2 + present.index(order[count - 1]) + 1
        assert digits_in(hold_back(text, caret)) <= 8


@pytest.mark.parametrize(("text", "utf16", "expected"), [("😀ab", 2, 1), ("😀ab", 3, 2), ("ab", 9, 2), ("a", -1, 0)])
def test_a_browsers_caret_becomes_code_points(text: str, utf16: int, expected: int) -> None:
    assert code_point_offset(text, utf16) == expected
