"""The settings of a contract that exist. A feature reads one through `queries.setting`."""

from __future__ import annotations

from callcenter.contracts.rules import SettingSpec, settings_by_name
from callcenter.errors import InvalidInput
from callcenter.protection.phones import normalise_phone

MOST_LINES = 50


def _phones(text: str) -> list[str]:
    """One number a line, each written in the one usual way. Raises `InvalidInput`."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise InvalidInput(errors={"value": [f"{MOST_LINES}件以内で入力してください。"]})
    return list(dict.fromkeys(normalise_phone(line, field="value").display for line in lines))


PUBLIC_PHONES = ("0120-95-0178", "0570-783-578", "050-3818-1250")
"""Numbers of public services that operators read out: the national dials for the card."""
SETTINGS = settings_by_name(
    SettingSpec(
        "public_phones",
        "公開している電話番号",
        "報告書の個人情報の点検で、個人の番号とみなさない番号です。1行に1つずつ入力します。",
        _phones,
        PUBLIC_PHONES,
    ),
)
