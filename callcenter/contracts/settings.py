"""The settings of a contract that exist. A feature reads one through `queries.setting`."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from callcenter.contracts.rules import SettingSpec, settings_by_name
from callcenter.errors import InvalidInput
from callcenter.protection.phones import normalise_phone

MOST_LINES, MOST_DIGITS = 50, 10


def _phones(text: str) -> list[str]:
    """One number a line, each written in the one usual way. Raises `InvalidInput`."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise InvalidInput(errors={"value": [f"{MOST_LINES}件以内で入力してください。"]})
    return list(dict.fromkeys(normalise_phone(line, field="value").display for line in lines))


def _whole(least: int, most: int, *, may_be_empty: bool = False) -> Callable[[str], list[str]]:
    """One whole number within limits; nothing at all where that means something."""

    def read(text: str) -> list[str]:
        line = unicodedata.normalize("NFKC", text).strip()
        if not line and may_be_empty:
            return []
        digits = line if line.isascii() and line.isdigit() and len(line) <= MOST_DIGITS else ""
        if not digits or not least <= int(digits) <= most:
            raise InvalidInput(errors={"value": [f"{least}から{most}までの整数で入力してください。"]})
        return [str(int(digits))]

    return read


def _one_of(*words: str) -> Callable[[str], list[str]]:
    """One of some words."""

    def read(text: str) -> list[str]:
        if text.strip() not in words:
            raise InvalidInput(errors={"value": [f"「{'」か「'.join(words)}」と入力してください。"]})
        return [text.strip()]

    return read


PUBLIC_PHONES = ("0120-95-0178", "0570-783-578", "050-3818-1250")
"""Numbers of public services that operators read out: the national dials for the card."""
SETTINGS = settings_by_name(
    SettingSpec(
        "public_phones",
        "公開している電話番号",
        "報告書の個人情報の点検で、個人の番号とみなさない番号です。1行に1つずつ入力します。",
        _phones,
        PUBLIC_PHONES,
        "ここに書いた番号だけが有効になります。標準の番号も、使うものは残してください。",
    ),
    SettingSpec(
        "service_level_percent",
        "サービスレベルの目標（％）",
        "着信のうち、次の秒数以内に応答する割合です。必要な人数の計算に使います。",
        _whole(1, 99),
        ("80",),
    ),
    SettingSpec(
        "service_level_seconds",
        "サービスレベルの秒数",
        "この秒数以内の応答を数えます。",
        _whole(0, 600),
        ("20",),
    ),
    SettingSpec(
        "patience_seconds",
        "電話を切るまでの平均の秒数",
        "待っている人が電話を切るまでの平均です。空にすると、だれも切らないものとして安全側に計算します（アーランC）。",
        _whole(5, 3600, may_be_empty=True),
    ),
    SettingSpec(
        "most_occupancy_percent",
        "占有率の上限（％）",
        "通話と後処理の時間が勤務時間に占める割合の上限です。必要な人数の計算に使います。",
        _whole(30, 100),
        ("85",),
    ),
    SettingSpec(
        "shrinkage_percent",
        "電話に出られない時間の割合（％）",
        "研修・会議・離席など、休憩のほかに電話に出られない時間の割合です。",
        _whole(0, 80),
        ("0",),
    ),
    SettingSpec(
        "floor_during_breaks",
        "休憩中も最少人員を満たす",
        "「はい」では、休憩中の人を最少人員に数えません。仕様書6は休憩中の扱いを定めていないため、市と協議して決めます。",
        _one_of("はい", "いいえ"),
        ("はい",),
    ),
    SettingSpec(
        "leader_per_slot",
        "業務責任者・副責任者の在席",
        "責任者のいない時間があるとき、「警告」か「必須」か「確認しない」かを選びます。開庁日ごとに1名は常に必要です。",
        _one_of("警告", "必須", "確認しない"),
        ("警告",),
    ),
)
