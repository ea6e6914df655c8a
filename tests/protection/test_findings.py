"""What a report text must not carry out of the house."""

from __future__ import annotations

import pytest

from callcenter.protection.findings import find_personal_data
from tests.protection.factories import NUMBER, grouped

NAMES = ["山田 花子", "ヤマダ ハナコ", "林 一郎", "ジョン・スミス"]
PHONES = ["+81734320001", "090-1234-5678"]


def found(text: str, **options: list[str]) -> list[tuple[str, str]]:
    given = {"names": NAMES, "phones": PHONES} | options
    return [(item.kind, text[item.start : item.end]) for item in find_personal_data(text, **given)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("山田花子から入電", "山田花子"),
        ("山田 花子から入電", "山田 花子"),
        ("山　田　花　子から", "山　田　花　子"),
        ("担当は山田へ回付", "山田"),
        ("花子は娘の名", "花子"),
        ("やまだはなこから", "やまだはなこ"),
        ("ﾔﾏﾀﾞの件", "ﾔﾏﾀﾞ"),
        ("林一郎より", "林一郎"),
        ("ジョンスミスより", "ジョンスミス"),
        ("😀𠮷山田の件", "山田"),
    ],
)
def test_a_callers_name_is_found_in_every_form(text: str, place: str) -> None:
    assert ("name", place) in found(text)


def test_a_family_name_of_one_letter_needs_an_honorific() -> None:
    assert found("小林駅前の林の中") == []
    assert found("林さんから入電") == [("honorific", "林さん")]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("073-432-0001へ", "073-432-0001"),
        ("０７３（４３２）０００１へ", "０７３（４３２）０００１"),
        ("+81 73-432-0001へ", "81 73-432-0001"),
        ("〇七三四三二〇〇〇一へ", "〇七三四三二〇〇〇一"),
        ("0 7 3 4 3 2 0 0 0 1へ", "0 7 3 4 3 2 0 0 0 1"),
        ("432-0001へ", "432-0001"),
        ("1234-5678へ", "1234-5678"),
        ("知らない080-9999-0000へ", "080-9999-0000"),
        ("知らない0739229999へ", "0739229999"),
        ("6/1 10:30 0739-22-9999へ", "0739-22-9999"),
    ],
)
def test_a_phone_is_found_in_every_form(text: str, place: str) -> None:
    assert found(text) == [("phone", place)]


def test_two_phones_in_a_row_are_two_findings() -> None:
    assert [kind for kind, _ in found("073-432-0001、080-9999-0000")] == ["phone", "phone"]


def test_public_numbers_may_stand() -> None:
    assert found("0120-95-0178、0570-783-578を案内", public_phones=["0120950178", "0570-783-578"]) == []
    assert found("0120-95-0178を案内") == [("phone", "0120-95-0178")]


def test_mail_addresses_and_individual_numbers_are_found() -> None:
    assert found("taro.y+1@example.co.jp に返信") == [("email", "taro.y+1@example.co.jp")]
    assert found(f"番号は{grouped(NUMBER, '-')}") == [("individual_number", grouped(NUMBER, "-"))]


@pytest.mark.parametrize(
    "text", ["佐藤様より", "佐藤 太郎さんの件", "ナカムラさん", "Smithさん", "鈴木氏の委任状", "高橋くん"]
)
def test_a_word_with_an_honorific_looks_like_a_name(text: str) -> None:
    assert [kind for kind, _ in found(text)] == ["honorific"]


@pytest.mark.parametrize(
    "text",
    [
        "お客様から受取方法の問合せ",
        "ご家族様、お母さん、息子さん、皆様、ご本人様",
        "申請様式、申請者氏名、旧氏併記、様々な仕様、同様の模様",
        "マイナンバーカードの受取。6月1日10:30、3名、1,000円。受付番号1043。",
        "更新は2026/12/31まで。640-8511。",
    ],
)
def test_ordinary_report_texts_have_no_findings(text: str) -> None:
    assert found(text) == []


def test_findings_do_not_overlap_and_carry_a_japanese_label() -> None:
    findings = find_personal_data("山田花子様 073-432-0001", names=NAMES, phones=PHONES)
    assert [(item.kind, item.label) for item in findings] == [("name", "お問い合わせ者の氏名"), ("phone", "電話番号")]


def test_without_names_and_phones_the_patterns_still_work() -> None:
    assert [item.kind for item in find_personal_data("073-432-0001の山田様")] == ["phone", "honorific"]
