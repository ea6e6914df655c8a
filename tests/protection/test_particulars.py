"""Birth dates, addresses, numbers of documents and full names in texts that are to leave the house."""

from __future__ import annotations

import pytest

from callcenter.protection.particulars import find_particulars


def found(text: str) -> list[tuple[str, str]]:
    return [(kind, text[start:end]) for kind, start, end in find_particulars(text)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("生年月日は昭和50年4月1日と申告", "昭和50年4月1日"),
        ("Ｓ５０．４．１生の方", "Ｓ５０．４．１"),
        ("平成2年10月3日生まれ", "平成2年10月3日"),
        ("令和元年5月1日生", "令和元年5月1日"),
        ("1985/4/1生まれの男性", "1985/4/1"),
        ("生年月日 19850401", "19850401"),
        ("大正14年1月2日の方の再発行", "大正14年1月2日"),
    ],
)
def test_a_birth_date_is_found(text: str, place: str) -> None:
    assert ("birth_date", place) in found(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("〒640-8511の方", "〒640-8511"),
        ("見本市中央町1-2-3へ送付", "市中央町1-2-3"),
        ("架空町三丁目4番5号に転居", "架空町三丁目4番5号"),
        ("字本郷１２番地の方", "字本郷１２番地"),
        ("中央区北１－２", "区北１－２"),
    ],
)
def test_an_address_is_found(text: str, place: str) -> None:
    assert ("address", place) in found(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("通知書番号は12345678だった", "12345678"),
        ("申請書ID：1234 5678 9012 3456 7890 123", "1234 5678 9012 3456 7890 123"),
        ("在留カード番号 AB12345678CD", "AB12345678CD"),
        ("製造番号（0123456789AB）", "0123456789AB"),
    ],
)
def test_the_number_of_a_document_is_found(text: str, place: str) -> None:
    assert ("document_number", place) in found(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("佐藤花子の予約を変更", "佐藤花子"),
        ("予約者は鈴木 一郎。", "鈴木 一郎"),
        ("氏名：架空太朗", "架空太朗"),
        ("名前はサンプル ハナコ", "サンプル ハナコ"),
    ],
)
def test_a_full_name_without_an_honorific_is_found(text: str, place: str) -> None:
    assert ("full_name", place) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "更新は2026/12/31まで。令和8年6月1日に来庁。有効期限は令和13年4月10日。",
        "受付番号1043。3番窓口へ案内。2-1窓口。1番から3番。",
        "市民課では10-12時に受付。市役所の1-3階。",
        "山口県から転入。千葉市の方。中野区。宮崎県の窓口。森林環境税。関係書類。",
        "申請者は本人。氏名の振り仮名。申請者が代理人。名義は世帯主。",
        "暗証番号は4桁。予約は6月1日10:30、3名。料金は1,000円。",
        "電子証明書の更新方法を案内した。平成の大合併。昭和通りの窓口。",
        "申請書IDが不明。通知書番号を確認のうえ再度の連絡を依頼。",
        "中央郵便局で受取り。石川の支所。上野駅前の出張所。",
        "林地台帳、関連事業、森の図書館。",
    ],
)
def test_ordinary_report_texts_hold_none(text: str) -> None:
    assert found(text) == []
