"""A body as it is told to a caller: no Markdown, one line after the other, and lists are still lists."""

from __future__ import annotations

import pytest

from callcenter.knowledge.texts import spoken


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            "まずお電話ください。\n- 氏名\n- 住所\n\nその後、窓口へ。",
            "まずお電話ください。\n・氏名\n・住所\nその後、窓口へ。",
        ),
        ("1. 届け出る\n\n2. 申請する", "1. 届け出る\n2. 申請する"),
        ("3. 受け取る\n4. 確かめる", "3. 受け取る\n4. 確かめる"),
        ("- 本人\n  - 免許証\n- 代理人", "・本人\n　・免許証\n・代理人"),
        ("- 本人\n\n  写真付きのもの\n- 代理人", "・本人\n写真付きのもの\n・代理人"),
        ("|種類|枚数|\n|-|-|\n|写真|1枚|", "種類　枚数\n写真　1枚"),
        ("## 持ち物\n**通知書**と`印鑑`", "持ち物\n通知書と印鑑"),
        ("```\n受付番号\n```\n次へ", "受付番号\n次へ"),
        ("", ""),
    ],
)
def test_a_body_is_told_line_by_line(body: str, told: str) -> None:
    assert spoken(body) == told


def test_a_long_list_is_told_at_once() -> None:
    assert spoken("- 項目\n" * 20_000).count("・項目") == 20_000
