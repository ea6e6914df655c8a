"""The gate before a save: refused, masked, and nothing of the number in what is handed on."""

from __future__ import annotations

import pytest

from callcenter.errors import AppError
from callcenter.protection.scan import (
    FieldKind,
    IndividualNumberRefused,
    RefusedSpan,
    masked_text,
    require_clean,
)
from tests.protection.factories import NUMBER, grouped, number, written_in


def refusal(fields: dict[str, str | None], **kinds: FieldKind) -> IndividualNumberRefused:
    with pytest.raises(IndividualNumberRefused) as caught:
        require_clean(fields, kinds)
    return caught.value


def test_clean_fields_pass() -> None:
    require_clean({"note": "マイナンバーカードの受取。073-432-0001へ折返し。", "answer": None, "empty": ""})


def test_a_refusal_masks_the_number_and_keeps_every_other_word() -> None:
    refused = refusal({"note": f"番号は{grouped(NUMBER, '-')}です", "answer": "案内済み", "name": None})
    assert refused.masked == {"note": "番号は＊＊＊＊-＊＊＊＊-＊＊＊＊です", "answer": "案内済み", "name": ""}
    assert refused.findings == [RefusedSpan("note", 14, "check_digit")]


def test_a_refusal_is_one_of_the_family_and_names_the_field() -> None:
    refused = refusal({"note": NUMBER, "answer": "なし"})
    assert isinstance(refused, AppError)
    assert (refused.code, refused.status) == ("individual_number", 422)
    assert list(refused.errors) == ["note"]
    assert refused.message == "個人番号（マイナンバー）は記録できません。番号の部分を伏せました。"


def test_nothing_in_a_refusal_holds_a_digit_of_the_number() -> None:
    refused = refusal({"note": f"個人番号{NUMBER}"})
    told = f"{refused!s}{refused!r}{refused.as_dict()}{refused.masked}"
    assert not any(letter.isdigit() for letter in told)
    assert not any(letter.isdigit() for letter in str([(f.field, f.rule) for f in refused.findings]))


def test_every_guilty_field_is_told() -> None:
    refused = refusal({"asked": NUMBER, "answered": f"{NUMBER}と{number('98765432109')}", "ok": "はい"})
    assert list(refused.errors) == ["asked", "answered"]
    assert [finding.field for finding in refused.findings] == ["asked", "answered", "answered"]


# Numbers whose digits after +81 … happen to have a right check digit.
INTERNATIONAL = [text for last in range(10_000) if (text := number(f"8190123{last:04}"))][:50]


@pytest.mark.parametrize("digits", INTERNATIONAL)
def test_a_valid_international_number_in_the_phone_field_is_a_phone(digits: str) -> None:
    require_clean({"phone": "+" + digits}, {"phone": FieldKind.PHONE})
    require_clean({"phone": f"＋{digits[:2]} {digits[2:4]}-{digits[4:8]}-{digits[8:]}"}, {"phone": FieldKind.PHONE})


@pytest.mark.parametrize(
    "typed", [NUMBER, grouped(NUMBER, "-"), INTERNATIONAL[0], written_in(NUMBER, "０１２３４５６７８９")]
)
def test_an_individual_number_in_the_phone_field_is_refused(typed: str) -> None:
    assert refusal({"phone": typed}, phone=FieldKind.PHONE).findings


def test_a_number_after_a_valid_phone_is_refused() -> None:
    assert refusal({"phone": f"073-432-0001 {NUMBER}"}, phone=FieldKind.PHONE).findings


@pytest.mark.parametrize(
    "machine_id",
    [number("17172000001")[:10] + "." + number("17172000001")[10:], "pbx1-1717200000.12"],
)
def test_a_machine_id_is_judged_by_its_own_pattern(machine_id: str) -> None:
    require_clean({"unique_id": machine_id}, {"unique_id": FieldKind.MACHINE_ID})


def test_a_uuid_that_ends_in_twelve_digits_is_a_machine_id() -> None:
    require_clean({"id": f"0a1b2c3d-0000-4000-8000-{NUMBER}"}, {"id": FieldKind.MACHINE_ID})


@pytest.mark.parametrize("typed", [NUMBER, f"1717200000.12 {NUMBER}", f"id {NUMBER}", f"{NUMBER}-1717200000.12"])
def test_what_only_resembles_a_machine_id_is_judged_as_text(typed: str) -> None:
    assert refusal({"id": typed}, id=FieldKind.MACHINE_ID).masked == refusal({"id": typed}).masked


def test_masked_text_masks_without_refusing() -> None:
    assert masked_text(f"本人 {NUMBER}") == "本人 " + "＊" * 12
    assert masked_text("+" + INTERNATIONAL[0], FieldKind.PHONE) == "+" + INTERNATIONAL[0]
