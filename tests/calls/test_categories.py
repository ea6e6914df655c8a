from __future__ import annotations

import pytest

from callcenter.calls.categories import MAJOR_KEY_CODES, load_categories, minors_by_code, parse_categories

HEAD = "code,name,reading,explanation\n"
MINORS_BY_MAJOR = [6, 6, 8, 5, 3, 5, 4, 4, 6, 4, 5, 4]


def test_there_are_twelve_majors_and_sixty_minors() -> None:
    majors = load_categories()
    assert [len(major.minors) for major in majors] == MINORS_BY_MAJOR
    assert len(minors_by_code()) == sum(MINORS_BY_MAJOR) == 60


def test_codes_run_without_a_gap_from_one() -> None:
    for number, major in enumerate(load_categories(), start=1):
        assert major.code == f"{number:02d}"
        assert [minor.code for minor in major.minors] == [
            f"{number:02d}{step:02d}" for step in range(1, len(major.minors) + 1)
        ]


def test_majors_lie_on_the_top_row_of_the_keyboard() -> None:
    majors = load_categories()
    assert [major.key for major in majors] == list("1234567890-^")
    assert tuple(major.key_code for major in majors) == MAJOR_KEY_CODES
    assert MAJOR_KEY_CODES[9:] == ("Digit0", "Minus", "Equal")


def test_a_minor_is_one_digit_below_its_major() -> None:
    for code, minor in minors_by_code().items():
        assert (minor.major_code, minor.digit) == (code[:2], code[3])
        assert 1 <= int(minor.digit) <= 9


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("0101", "申請方法"),
        ("0308", "空き枠がない・枠の要望"),
        ("0601", "一時停止の案内"),
        ("1204", "不審な電話・詐欺の相談"),
    ],
)
def test_a_code_keeps_its_name(code: str, name: str) -> None:
    assert minors_by_code()[code].name == name


def test_names_are_short_and_said_once() -> None:
    names = [minor.name for minor in minors_by_code().values()]
    assert len(set(names)) == 60
    assert all(name and len(name) <= 24 and "(" not in name and "（" not in name for name in names)


def test_every_category_has_a_reading_in_hiragana() -> None:
    majors = load_categories()
    readings = [major.reading for major in majors] + [minor.reading for minor in minors_by_code().values()]
    hiragana = {chr(code) for code in range(0x3041, 0x3097)} | set("ー・")
    assert len(readings) == 72
    assert all(reading and set(reading) <= hiragana for reading in readings)


@pytest.mark.parametrize(
    "rows", ["01,a,,\n01,b,,\n", "01,a,,\n0201,b,,\n", "1,a,,\n", "０１,a,,\n", "01,a,,\n011,b,,\n"]
)
def test_a_repeated_orphan_or_malformed_code_is_refused(rows: str) -> None:
    with pytest.raises(ValueError, match=r"category|major"):
        parse_categories(HEAD + rows)


def test_no_major_is_left_without_a_key() -> None:
    rows = "".join(f"{number:02d},a,,\n" for number in range(1, 14))
    with pytest.raises(ValueError, match="keys"):
        parse_categories(HEAD + rows)
