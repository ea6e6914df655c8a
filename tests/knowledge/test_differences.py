from __future__ import annotations

from callcenter.knowledge.differences import rows


def told(before: str, after: str) -> list[tuple[str, str, str]]:
    """Kind, left and right, what differs in brackets."""

    def side(parts: tuple[object, ...]) -> str:
        return "".join(f"[{one.text}]" if one.marked else one.text for one in parts)  # type: ignore[attr-defined]

    return [(row.kind, side(row.left), side(row.right)) for row in rows(before, after)]


def test_the_changed_part_of_a_line_is_marked() -> None:
    assert told("手数料は800円です。", "手数料は900円です。") == [
        ("changed", "手数料は[8]00円です。", "手数料は[9]00円です。")
    ]


def test_lines_that_came_and_went_stand_alone() -> None:
    assert told("一\n二", "一\n二\n三") == [("same", "一", "一"), ("same", "二", "二"), ("added", "", "[三]")]
    assert told("一\n二", "二") == [("removed", "[一]", ""), ("same", "二", "二")]


def test_lines_are_numbered_on_their_own_side() -> None:
    found = rows("一\n二", "零\n一\n二")
    assert [(row.left_number, row.right_number) for row in found] == [(None, 1), (1, 2), (2, 3)]


def test_long_equal_stretches_are_folded_but_for_their_edges() -> None:
    same = "\n".join(f"行{n}" for n in range(20))
    found = rows(f"{same}\n旧\n{same}", f"{same}\n新\n{same}")
    assert [row.kind for row in found] == ["folded", *["same"] * 3, "changed", *["same"] * 3, "folded"]
    assert [row.folded for row in found if row.kind == "folded"] == [17, 17]


def test_a_fold_that_saves_nothing_is_not_made() -> None:
    same = "\n".join(f"行{n}" for n in range(6))
    assert "folded" not in [row.kind for row in rows(f"{same}\n旧", f"{same}\n新")]


def test_a_very_long_line_is_marked_as_a_whole() -> None:
    old, new = "あ" * 2_001, "あ" * 2_000 + "い"
    assert told(old, new) == [("changed", f"[{old}]", f"[{new}]")]


def test_lines_with_little_in_common_are_marked_as_a_whole() -> None:
    assert told("先に保存した文", "あとから書いた文") == [("changed", "[先に保存した文]", "[あとから書いた文]")]


def test_equal_texts_and_none_differ_in_nothing() -> None:
    assert told("", "") == []
    assert {row.kind for row in rows("一\n二", "一\n二")} == {"same"}
