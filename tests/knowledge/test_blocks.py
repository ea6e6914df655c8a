"""Markdown becomes plain blocks for paper: nothing is lost, nothing runs."""

from __future__ import annotations

import pytest

from callcenter.knowledge.blocks import blocks_of
from reports.manual import Heading, Image, Item, Paragraph, Span, Table


def said(*texts: str) -> tuple[Span, ...]:
    return tuple(Span(text) for text in texts)


def test_headings_begin_at_level_one_and_keep_their_order() -> None:
    assert blocks_of("## 上\n\n#### 下\n\n## 次") == (Heading("上"), Heading("下", 3), Heading("次"))


def test_bold_words_stay_bold_and_line_ends_stay() -> None:
    assert blocks_of("まず**名乗り**ます。\n次に聞きます。") == (
        Paragraph((Span("まず"), Span("名乗り", bold=True), Span("ます。"), Span("\n"), Span("次に聞きます。"))),
    )


def test_lists_keep_their_numbers_and_depth() -> None:
    assert blocks_of("3. 三\n4. 四\n   - 内側\n\n     続き\n\n- 別") == (
        Item("3.", said("三")),
        Item("4.", said("四")),
        Item("・", said("内側"), 1),
        Item("", said("続き"), 1),
        Item("・", said("別")),
    )


def test_what_is_quoted_is_set_apart() -> None:
    assert blocks_of("> はい。\n\nいいえ。") == (Paragraph(said("はい。"), quoted=True), Paragraph(said("いいえ。")))
    assert blocks_of("```\n<b>\n```") == (Paragraph(said("<b>"), quoted=True),)


def test_a_table_keeps_every_cell_and_the_next_one_is_its_own() -> None:
    first, between, second = blocks_of("|a|b|\n|---|---|\n|1||\n\n間\n\n|c|\n|---|\n|2 **x**|")
    assert first == Table(("a", "b"), (("1", ""),))
    assert between == Paragraph(said("間"))
    assert second == Table(("c",), (("2 x",),))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("[総合サイト](https://example.jp/)", "総合サイト（https://example.jp/）"),
        ("[https://example.jp/](https://example.jp/)", "https://example.jp/"),
        ("[FAQ 3](/knowledge/entries/3)", "FAQ 3"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_a_link_shows_where_it_leads_and_nothing_runs(body: str, words: str) -> None:
    (found,) = blocks_of(body)
    assert isinstance(found, Paragraph)
    assert "".join(span.text for span in found.spans) == words


def test_pictures_are_fetched_by_their_address() -> None:
    asked: list[str] = []

    def pictures(address: str) -> bytes:
        asked.append(address)
        return b"dots"

    found = blocks_of("見てください。![画面](/knowledge/files/1)", pictures)
    assert found == (Paragraph(said("見てください。")), Image("画面", b"dots"))
    assert asked == ["/knowledge/files/1"]
    assert blocks_of("![画面](/knowledge/files/1)") == (Image("画面"),)


def test_nothing_gives_nothing() -> None:
    assert blocks_of("") == ()
    assert blocks_of("***") == ()
