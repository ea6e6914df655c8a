"""What a setting takes, and what it refuses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.contracts.settings import PREFECTURES, SETTING_GROUPS, SETTINGS, city_code_fault
from callcenter.errors import InvalidInput
from callcenter.protection.scan import require_clean

TARGETS = {
    "target_answer_rate": "90",
    "target_service_level": "80",
    "target_abandonment": "5",
    "target_completion": "85",
    "target_daily_reports": "100",
    "target_shortage_minutes": "0",
}


@pytest.mark.parametrize(("name", "proposed"), TARGETS.items())
def test_a_target_is_proposed_and_may_be_left_out(name: str, proposed: str) -> None:
    spec = SETTINGS[name]
    assert spec.standard == (proposed,)
    assert spec.read(proposed) == [proposed]
    assert spec.read(" ") == []


@pytest.mark.parametrize("name", [name for name in TARGETS if name != "target_shortage_minutes"])
@pytest.mark.parametrize("wrong", ["101", "-1", "90.5", "九十", "90%"])
def test_a_target_is_a_whole_percentage(name: str, wrong: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        SETTINGS[name].read(wrong)
    assert "value" in refused.value.errors


def test_a_target_in_minutes_may_be_more_than_a_hundred() -> None:
    assert SETTINGS["target_shortage_minutes"].read("120") == ["120"]


def test_the_service_level_is_divided_by_one_of_two_counts() -> None:
    spec = SETTINGS["service_level_base"]
    assert [spec.read(word) for word in ("着信数", "応答数")] == [["着信数"], ["応答数"]]
    with pytest.raises(InvalidInput):
        spec.read("offered")


@pytest.mark.parametrize("code", ["011002", "010006", "131016", "131130", "271004", "401307", "473014"])
def test_codes_of_local_governments_are_known_by_their_check_digit(code: str) -> None:
    assert city_code_fault(code) == ""


@given(st.sampled_from(["011002", "131016", "131130", "271004", "401307"]), st.integers(0, 9))
@settings(max_examples=50)
def test_any_other_check_digit_is_refused(code: str, digit: int) -> None:
    assert (city_code_fault(code[:5] + str(digit)) == "") is (str(digit) == code[5])


@pytest.mark.parametrize("wrong", ["13113", "1311301", "480002", "000001", "13113O", "１３１１３９"])
def test_what_is_no_such_code_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidInput):
        SETTINGS["city_code"].read(wrong)


def test_full_width_digits_of_a_right_code_are_taken() -> None:
    assert SETTINGS["city_code"].read("１３１１３０") == ["131130"]
    assert SETTINGS["city_code"].read("") == []


def test_a_prefecture_is_one_of_forty_seven() -> None:
    assert len(set(PREFECTURES)) == 47
    assert SETTINGS["prefecture_name"].read("東京都") == ["東京都"]
    with pytest.raises(InvalidInput):
        SETTINGS["prefecture_name"].read("東京")


@given(st.from_regex(r"[0-9]{13}", fullmatch=True))
@settings(max_examples=50)
def test_an_invoice_number_is_no_individual_number(digits: str) -> None:
    require_clean({"value": f"T{digits}"})
    assert SETTINGS["invoice_registration"].read(f"ｔ{digits}") == [f"T{digits}"]


@pytest.mark.parametrize("wrong", ["T123456789012", "T12345678901234", "1234567890123", "T1-2345-6789-0123"])
def test_an_invoice_number_has_a_letter_and_thirteen_digits(wrong: str) -> None:
    with pytest.raises(InvalidInput):
        SETTINGS["invoice_registration"].read(wrong)


def test_what_stands_on_an_invoice_may_be_empty_or_typed() -> None:
    assert SETTINGS["bank_account"].read("見本銀行 例支店\r\n\r\n 普通 0000001 \n") == [
        "見本銀行 例支店",
        "普通 0000001",
    ]
    assert SETTINGS["contractor_phone"].read("0312345678") == ["03-1234-5678"]
    assert SETTINGS["monthly_fee_yen"].read("１２３４５６７") == ["1234567"]
    assert not [name for name in SETTING_GROUPS["完了通知と請求"] if SETTINGS[name].read("")]


def test_every_setting_stands_under_one_heading() -> None:
    grouped = [name for names in SETTING_GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(SETTINGS)


@pytest.mark.parametrize("typed", ["4,180,000", "４，１８０，０００", "4180000"])
def test_an_amount_may_be_written_with_commas_and_is_shown_with_them(typed: str) -> None:
    spec = SETTINGS["monthly_fee_yen"]
    assert spec.read(typed) == ["4180000"]
    assert spec.shown(["4180000"]) == "4,180,000円"


@pytest.mark.parametrize("typed", ["4,18,0000", ",418", "4,180,", "4.180.000"])
def test_commas_in_other_places_are_no_amount(typed: str) -> None:
    with pytest.raises(InvalidInput):
        SETTINGS["monthly_fee_yen"].read(typed)
