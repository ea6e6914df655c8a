"""Phone numbers as written, as kept and as listed."""

from __future__ import annotations

import pytest

from callcenter.errors import InvalidInput
from callcenter.protection.phones import mask_name, mask_phone, normalise_phone


@pytest.mark.parametrize(
    "written",
    [
        "０７３－４３２－０００１",
        "073-432-0001",
        "0734320001",
        "+81 73 432 0001",
        "+81-73-432-0001",
        "(073)432-0001",
        "073(432)0001",
        "（０７３）４３２－０００１",
        "073/432/0001",
        "073.432.0001",
        "073 432 0001",
        "073　432　0001",
        "073ー432ー0001",
        "073−432−0001",
        "〇七三-四三二-〇〇〇一",
        "073の432の0001",
        "TEL 073-432-0001",
        "電話：073-432-0001",
        "  073-432-0001  ",
        "073-\u200b432-0001",
    ],
)
def test_every_written_form_is_the_same_number(written: str) -> None:
    phone = normalise_phone(written)
    assert (phone.e164, phone.display, phone.extension) == ("+81734320001", "073-432-0001", "")


@pytest.mark.parametrize(
    ("written", "e164", "display"),
    [
        ("090-1234-5678", "+819012345678", "090-1234-5678"),
        ("03-1234-5678", "+81312345678", "03-1234-5678"),
        ("0120-95-0178", "+81120950178", "0120-950-178"),
        ("0570-783-578", "+81570783578", "0570-783-578"),
        ("0800-123-4567", "+818001234567", "0800-123-4567"),
        ("050-1234-5678", "+815012345678", "050-1234-5678"),
        ("+82 10-1234-5678", "+821012345678", "+82 10-1234-5678"),
        ("110", "110", "110"),
        ("１１９", "119", "119"),
        ("0121-00-0000", "+81121000000", "0121000000"),  # no such area yet: kept as typed
    ],
)
def test_other_numbers(written: str, e164: str, display: str) -> None:
    phone = normalise_phone(written)
    assert (phone.e164, phone.display) == (e164, display)


@pytest.mark.parametrize(
    "written", ["073-432-0001 内線12", "073-432-0001（内線：12）", "0734320001#12", "073-432-0001 ext.12"]
)
def test_an_extension_is_kept_apart(written: str) -> None:
    phone = normalise_phone(written)
    assert (phone.e164, phone.extension) == ("+81734320001", "12")


def test_the_default_area_completes_a_local_number() -> None:
    assert normalise_phone("432-0001", "073").e164 == "+81734320001"
    with pytest.raises(InvalidInput):
        normalise_phone("432-0001")


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "abc",
        "073-432-000",
        "073-432-00011",
        "090-123-4567",
        "007712345678",
        "819012345678",
        "012-3456-7890",
        "12345",
        "+81",
        "+0734320001",
        "0000000000",
        "あ" * 100,
        "0" * 65,
    ],
)
def test_what_is_no_number_is_refused_with_the_field_named(written: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        normalise_phone(written, field="caller_phone")
    assert caught.value.errors == {"caller_phone": [caught.value.message]}
    assert "電話番号" in caught.value.message


@pytest.mark.parametrize("written", ["非通知", "公衆電話", "番号不明", "なし"])
def test_no_number_at_all_is_answered_by_leaving_it_empty(written: str) -> None:
    with pytest.raises(InvalidInput, match="空のまま"):
        normalise_phone(written)


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("073-432-0001", "073-***-**01"),
        ("+81734320001", "073-***-**01"),
        ("090-1234-5678", "090-****-**78"),
        ("0120-950-178", "0120-***-*78"),
        ("+821012345678", "+82-**-****-**78"),
        ("01234567890", "*********90"),
        ("110", "***"),
        ("", ""),
    ],
)
def test_a_masked_phone_shows_its_beginning_and_two_digits(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"), [("山田 花子", "山＊ ＊＊"), ("山田　花子", "山＊　＊＊"), ("林", "林"), ("", "")]
)
def test_a_masked_name_shows_its_first_letter(name: str, masked: str) -> None:
    assert mask_name(name) == masked
