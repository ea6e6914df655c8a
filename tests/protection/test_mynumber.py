"""The Individual Number rule: what is found, what is not, and where exactly."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from callcenter.protection import mynumber
from callcenter.protection.mynumber import Span, check_digit, check_digit_ok, find, mask
from tests.protection.factories import (
    CIRCLED,
    FORMAL,
    FULL_WIDTH,
    KANJI,
    NUMBER,
    READ_ALOUD,
    WRONG,
    filled,
    grouped,
    number,
    written_in,
)

NOTES = [
    line
    for line in (Path(__file__).parent / "data" / "desk_notes.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
ELEVEN = st.text("0123456789", min_size=11, max_size=11)


def spoken(separator: str) -> str:
    return separator.join(READ_ALOUD[int(digit)] for digit in NUMBER)


def found_in(text: str) -> list[str]:
    return [text[span.start : span.end] for span in find(text)]


@pytest.mark.parametrize(
    ("eleven", "expected"),
    [
        ("00000000000", 0),
        ("00000000001", 9),  # 1×2 = 2, 11 − 2
        ("00000000006", 0),  # 6×2 = 12, r = 1
        ("00000000005", 1),  # 5×2 = 10, r = 10
        ("10000000000", 5),  # weight 6
        ("01000000000", 6),  # weight 5
        ("00001000000", 9),  # weight 2
        ("00000100000", 4),  # weight 7
        ("12345678901", 8),
    ],
)
def test_the_check_digit_follows_the_weights(eleven: str, expected: int) -> None:
    assert check_digit(eleven) == expected


@given(ELEVEN)
def test_exactly_one_twelfth_digit_is_right(eleven: str) -> None:
    assert sum(check_digit_ok(eleven + digit) for digit in "0123456789") == 1


@pytest.mark.parametrize("text", ["", NUMBER[:-1], NUMBER + "0", written_in(NUMBER, FULL_WIDTH), "a" * 12])
def test_only_twelve_plain_digits_can_have_a_check_digit(text: str) -> None:
    assert not check_digit_ok(text)


GUILTY = [
    NUMBER,
    grouped(NUMBER, " "),
    grouped(NUMBER, "-"),
    grouped(NUMBER, "　"),
    grouped(NUMBER, "\u00a0"),
    grouped(NUMBER, "."),
    grouped(NUMBER, "・"),
    grouped(NUMBER, "\ufe52"),
    grouped(NUMBER, "′"),
    grouped(NUMBER, "#"),
    grouped(NUMBER, "●"),
    grouped(NUMBER, "．"),
    grouped(NUMBER, "、"),
    grouped(NUMBER, ","),
    grouped(NUMBER, "/"),
    grouped(NUMBER, "："),
    grouped(NUMBER, "_"),
    grouped(NUMBER, "*"),
    grouped(NUMBER, "="),
    grouped(NUMBER, "\n"),
    grouped(NUMBER, "\r\n"),
    grouped(NUMBER, "\t"),
    grouped(NUMBER, " - "),
    grouped(NUMBER, "の"),
    grouped(NUMBER, "ノ"),
    grouped(NUMBER, "と"),
    grouped(NUMBER, "ハイフン"),
    grouped(NUMBER, "から"),
    *(grouped(NUMBER, dash) for dash in "‐‑‒–—―−ー－ｰ﹣～"),
    *(grouped(NUMBER, unseen) for unseen in "\u200b\u200d\u2060\ufeff\u00ad\u202e\x00\x7f"),
    grouped(NUMBER, "-", 6, 6),
    grouped(NUMBER, " ", 3, 3, 3, 3),
    grouped(NUMBER, " ", 2, 2, 2, 2, 2, 2),
    grouped(NUMBER, "-", 1, 11),
    grouped(NUMBER, " ", 5, 7),
    *(separator.join(NUMBER) for separator in (" ", "-", "の", "、", "・", "　", "\u200b", "\n", ". ", "か")),
    written_in(NUMBER, FULL_WIDTH),
    grouped(written_in(NUMBER, FULL_WIDTH), "－"),
    grouped(written_in(NUMBER, FULL_WIDTH), "　"),
    written_in(NUMBER, KANJI),
    written_in(NUMBER, FORMAL),
    grouped(written_in(NUMBER, KANJI), "、"),
    "・".join(written_in(NUMBER, KANJI)),
    written_in(NUMBER, CIRCLED),
    written_in(NUMBER, "٠١٢٣٤٥٦٧٨٩"),
    written_in(NUMBER, "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"),
    "".join(digit + "\ufe0f\u20e3" for digit in NUMBER)[:-2],
    NUMBER[:4] + written_in(NUMBER[4:8], KANJI) + written_in(NUMBER[8:], FULL_WIDTH),
    grouped(NUMBER, "一"),
    spoken(" "),
    spoken("、"),
    spoken(""),
    "いち に さん し ご ろく しち はち く れい いち はち",
    "イチ、ニ、サン、ヨン、ゴ、ロク、ナナ、ハチ、キュウ、ゼロ、イチ、ハチ",
    "ｲﾁ ﾆ ｻﾝ ﾖﾝ ｺﾞ ﾛｸ ﾅﾅ ﾊﾁ ｷｭｳ ｾﾞﾛ ｲﾁ ﾊﾁ",
    "いちにーさんよんごーろくななはちきゅーまるいちはち",
]


@pytest.mark.parametrize("written", GUILTY)
@pytest.mark.parametrize("around", ["{}", "カードの裏の番号は{}でよいか。", "申出あり（{}）", "番号\n{}\n以上"])
def test_a_number_is_found_however_it_is_written(written: str, around: str) -> None:
    assert found_in(around.format(written)) == [written]


def test_enough_ways_of_writing_are_tried() -> None:
    assert len(set(GUILTY)) >= 60
    assert len(set(NOTES)) >= 200


@pytest.mark.parametrize("seed", range(6))
def test_no_desk_note_is_refused(seed: int) -> None:
    source = random.Random(seed)
    texts = [filled(note, source) for note in NOTES]
    assert [text for text in texts if find(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "{} 3回",
        "3回 {}",
        "{}、2名分",
        "{}一人分",
        "一人{}",
        "{} 090-1234-5678",
        "090-1234-5678 {}",
        "{} 0734320001",
        "0734320001 {}",
        "+81 90-1234-5678 {}",
        "{} 10:30",
        "10:30 {}",
        "6/1 {} 6/2",
        "2026/06/01 {}",
        "{} 2026-06-01 15:30",
        "①{}②",
        "12 {}",
    ],
)
@pytest.mark.parametrize("written", [NUMBER, grouped(NUMBER, "-")])
def test_other_digits_beside_a_number_do_not_hide_it(text: str, written: str) -> None:
    assert found_in(text.format(written)) == [written]


def test_one_more_group_hides_nothing_unless_it_continues_the_number() -> None:
    assert found_in(f"{NUMBER}-3") == [NUMBER]
    assert found_in(f"{grouped(NUMBER, '-')}-3") == []


@pytest.mark.parametrize(
    "text",
    [
        "{} 3回",
        "{} 10:30",
        "10:30 {}",
        "{} 090-1234-5678",
        "{} 090 1234 5678",
        "090 1234 5678 {}",
        "12 {}",
        "一二三四 {}",
        "{} 一二三四",
        "{} 34-56",
        "56-3456 {}",
        "3456と{}と3456",
        "{} 0734320001",
        "{}、0734320001",
        "{} 123456",
    ],
)
def test_spaced_groups_are_found_beside_spaced_digits(text: str) -> None:
    written = grouped(NUMBER, " ")
    assert found_in(text.format(written)) == [written]


@pytest.mark.parametrize(
    "text",
    [
        NUMBER + "1",
        "1" + NUMBER,
        NUMBER + "34",
        grouped(NUMBER + "3456", "-", 4, 4, 4, 4),
        grouped("3456" + NUMBER, " ", 4, 4, 4, 4),
        grouped(NUMBER + "34", " ", 4, 4, 4, 2),
        grouped(NUMBER + "3", "-", 4, 4, 4, 1),
        " ".join(NUMBER + "7"),
        NUMBER[:6] + "-" + NUMBER[6:] + "-12",
        written_in(NUMBER, FULL_WIDTH) + "７",
        written_in(NUMBER, KANJI) + "二",
        "12345-678-9018-20260601",
        f"090 {grouped(NUMBER, ' ')}",
        f"マイナンバーは{grouped(WRONG + '3', '-', 4, 4, 5)}",
        NUMBER[:-1],
        WRONG,
        grouped(WRONG, " "),
    ],
)
def test_a_part_of_a_longer_number_and_a_wrong_check_digit_are_nothing(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "個人番号は{}",
        "個人番号：{}",
        "マイナンバー {}",
        "マイナンバーは{}です",
        "マイナンバー（12桁）{}",
        "ﾏｲﾅﾝﾊﾞｰ {}",
        "まいなんばー {}",
        "My Number: {}",
        "12桁は{}",
        "１２桁の番号{}",
        "十二桁{}",
        "マイナンバーカードを紛失。個人番号{}",
        "マイナンバーを言われた。" + "あ" * 14 + "{}",
    ],
)
def test_a_keyword_before_makes_a_wrong_check_digit_a_number(text: str) -> None:
    assert [span.rule for span in find(text.format(WRONG))] == ["keyword"]
    assert [span.rule for span in find(text.format(NUMBER))] == ["both"]


@pytest.mark.parametrize(
    "text",
    [
        "マイナンバーカード{}",
        "マイナンバーカードの番号{}",
        "マイナンバー カード {}",
        "マイナンバー通知書{}",
        "マイナンバーの通知書{}",
        "マイナンバー制度 {}",
        "マイナンバーコールセンター {}",
        "マイナンバー総合フリーダイヤル {}",
        "個人番号カード {}",
        "個人番号通知書 {}",
        "112桁 {}",
        "{}は個人番号",
        "マイナンバー" + "あ" * 21 + "{}",
    ],
)
def test_a_compound_or_a_distant_keyword_is_no_keyword(text: str) -> None:
    assert find(text.format(WRONG)) == []


def test_the_keyword_reaches_exactly_twenty_characters() -> None:
    assert find("個人番号" + "あ" * 20 + WRONG)
    assert not find("個人番号" + "あ" * 21 + WRONG)


@pytest.mark.parametrize(
    "digits",
    [
        "073-432-0001 12",
        "202606011531",
        "2026-06-01 1531",
        "260601153012",
        "1/1 073-432-0001",
        "2026/06/01 1234",
        "10:00 10:30 1101",
    ],
)
def test_a_phone_a_date_or_a_time_explains_digits_after_a_keyword(digits: str) -> None:
    assert not check_digit_ok("".join(filter(str.isdigit, digits)))
    assert find("マイナンバーの件で" + digits) == []


def test_a_note_that_is_only_dates_and_phones_is_innocent_even_with_a_right_check_digit() -> None:
    lasts = [f"{last:04}" for last in range(10_000) if check_digit_ok(f"61073432{last:04}")]
    assert lasts
    assert not any(find(f"マイナンバーの件、6/1に073-432-{last}へ") for last in lasts)


def test_a_keyword_and_the_check_digit_together_need_no_free_edges() -> None:
    written = grouped(NUMBER, " ")
    assert found_in(f"マイナンバー {written} 3456") == [written]
    assert found_in(f"{written} 3456") == []


@pytest.mark.parametrize(
    "text",
    [
        "受付番号はマイナンバーと同じ{}",
        "伝票番号ではなく個人番号 {}",
        "受付番号は不明。{}",
        "受付番号がわからず{}",
        "お問い合わせ番号1043、{}",
        "お問い合わせ番号 1234-5678-901 {}",
        "追跡番号を案内した後、しばらく雑談があってから最後に{}",
        "{}は受付番号",
        "電話番号 {}",
        "番号 {}",
        "カード番号 {}",
        "暗証番号 {}",
    ],
)
def test_a_label_that_speaks_of_something_else_does_not_excuse(text: str) -> None:
    assert found_in(text.format(NUMBER)) == [NUMBER]


@pytest.mark.parametrize("year", ["1999", "2100"])
def test_a_date_outside_this_century_is_no_plain_date_and_time(year: str) -> None:
    guilty = [text for minute in range(1440) if check_digit_ok(text := f"{year}0601{minute // 60:02}{minute % 60:02}")]
    assert guilty
    assert all(find(text) for text in guilty)


@pytest.mark.parametrize("tail", ["06312400", "02301200", "13011200", "06011260"])
def test_what_is_no_real_date_and_time_does_not_excuse(tail: str) -> None:
    text = "2026" + tail
    assert [span.rule for span in find("12桁 " + text)] == ["both" if check_digit_ok(text) else "keyword"]


@pytest.mark.parametrize(
    ("layout", "low", "high"),
    [
        ("073-432-{:04} 12", 0, 10_000),
        ("12 073-432-{:04}", 0, 10_000),
        ("2025/06/01 {:04}", 2400, 9_999),
        ("192.168.100.{:03}", 100, 256),
        ("2024 2025 {:04}", 1950, 2051),
    ],
)
def test_one_small_number_beside_plain_things_is_no_number_without_a_keyword(layout: str, low: int, high: int) -> None:
    texts = [layout.format(value) for value in range(low, high)]
    checks = [text for text in texts if check_digit_ok("".join(filter(str.isdigit, text)))]
    assert checks
    assert all(find("個人番号 " + text) for text in checks[:50])
    assert not any(find(text) for text in checks)


def test_a_list_that_counts_up_is_no_number() -> None:
    lists = [f"{first}、{first + 1}、{first + 3}" for first in range(1000, 9996)]
    checks = [text for text in lists if check_digit_ok(text.replace("、", ""))]
    assert checks
    assert not any(find(text) for text in checks)
    assert not find("予約は10、11、12、13、14、15日が空き")
    assert not find("5、6、7、8、9、10、11、12日")


def test_a_date_and_time_is_plain_in_arabic_digits_only() -> None:
    assert check_digit_ok("202606011530")
    assert found_in(written_in("202606011530", KANJI)) == [written_in("202606011530", KANJI)]


def test_a_mail_or_web_address_excuses_unless_it_names_the_number() -> None:
    assert find(f"https://example.jp/?id={NUMBER}") == find(f"taro{NUMBER}@example.jp") == []
    assert found_in(f"https://example.jp/?mynumber={NUMBER}") == [NUMBER]
    assert found_in(f"https://example.jp/ と {NUMBER}") == [NUMBER]


def test_two_readings_of_the_same_digits_give_one_span() -> None:
    overlapping = number(NUMBER[4:] + "345")
    text = f"マイナンバー {grouped(NUMBER + overlapping[8:], ' ', 4, 4, 4, 4)}"
    assert found_in(text) == [grouped(NUMBER, " ")]


def test_blanks_written_as_circles_are_no_zeroes() -> None:
    assert find("○○○○○○○○○○○○") == []
    assert find("マイナンバーは○○○○-○○○○-1234") == []
    zeroed = number("10203040506")
    assert found_in(written_in(zeroed, "○一二三四五六七八九")) == [written_in(zeroed, "○一二三四五六七八九")]


def test_several_numbers_are_found_in_order() -> None:
    other = number("98765432109")
    text = f"本人{NUMBER}、妻{grouped(other, '-')}"
    assert found_in(text) == [NUMBER, grouped(other, "-")]


SEPARATORS = st.sampled_from([" ", "-", "－", "・", ".", "　", "の", "、", "\u200b", " - ", "ー", "\n", ","])
ALPHABETS = st.sampled_from(["0123456789", FULL_WIDTH, KANJI, CIRCLED])
SIZES = st.sampled_from([(12,), (4, 4, 4), (6, 6), (1,) * 12, (5, 4, 3), (2,) * 6])
INNOCENT = st.sampled_from([note for note in NOTES if not any(letter == "{" or letter.isnumeric() for letter in note)])
BETWEEN = st.sampled_from(["\n", "。", "（", "番号は", ""])


@settings(max_examples=50)
@given(eleven=ELEVEN, separator=SEPARATORS, alphabet=ALPHABETS, sizes=SIZES, note=INNOCENT, joint=BETWEEN)
def test_every_number_in_every_style_is_found_inside_a_note(
    eleven: str, separator: str, alphabet: str, sizes: tuple[int, ...], note: str, joint: str
) -> None:
    digits = number(eleven)
    assume(not digits.startswith(("0", "19", "20")))  # what may be a phone or a date is tested by name
    written = written_in(grouped(digits, separator, *sizes), alphabet)
    text = f"😀𠮷{note}{joint}{written}です。{note}"
    assert written in found_in(text)
    masked = mask(text, find(text))
    assert len(masked) == len(text)
    assert find(masked) == []
    at = text.index(written)
    assert not any(letter.isnumeric() for letter in masked[at : at + len(written)])


@pytest.mark.parametrize("written", GUILTY)
def test_a_mask_leaves_no_digit_and_no_reading(written: str) -> None:
    masked = mask(f"本人の{written}とのこと", find(f"本人の{written}とのこと"))
    assert not any(letter.isnumeric() for letter in masked)
    assert not any(reading in masked for reading in READ_ALOUD if len(reading) > 1)
    assert masked.startswith("本人の")
    assert masked.endswith("とのこと")


def test_a_mask_keeps_the_separators() -> None:
    text = f"番号{grouped(NUMBER, '-')}です"
    assert mask(text, find(text)) == "番号＊＊＊＊-＊＊＊＊-＊＊＊＊です"
    assert mask(text, [Span(0, 2, "keyword")]).startswith("＊＊1")


@pytest.mark.parametrize("unit", ["1 ", "1", "1/1 1:10 ", "0 ", "12345678901x", "1の", "に", "1 に", "1一"])
def test_the_work_grows_with_the_text_and_not_faster(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0
    real = mynumber.check_digit_ok

    def counted(digits: str) -> bool:
        nonlocal calls
        calls += 1
        return real(digits)

    monkeypatch.setattr(mynumber, "check_digit_ok", counted)
    find(unit * 5_000)
    assert calls <= 2 * len(unit) * 5_000  # two readings at most
