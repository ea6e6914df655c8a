from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from reports.daily import Edition
from reports.manual import Manual, Paragraph
from reports.manual_book import manual_workbook
from tests.reports.manual_sample import CHANGES, entry, manual, words
from tests.reports.reading import cells, opened


def sheet(given: Manual, name: str) -> Any:
    return opened(manual_workbook(given))[name]


def texts(given: Manual) -> list[str]:
    return [str(cell.value) for cell in cells(opened(manual_workbook(given)))]


def test_the_same_edition_gives_the_same_bytes_whenever_it_is_written() -> None:
    first = manual_workbook(manual())
    time.sleep(2.1)
    assert manual_workbook(manual()) == first


def test_it_holds_cover_versions_faq_and_chapters() -> None:
    assert opened(manual_workbook(manual())).sheetnames == ["表紙", "版の一覧", "FAQ", "マニュアル"]


def test_lists_print_on_a4_landscape_with_filters_and_headings_that_stay() -> None:
    for name, last in (("版の一覧", "I15"), ("FAQ", "L12"), ("マニュアル", "E13")):
        found = sheet(manual(), name)
        assert (found.page_setup.paperSize, found.page_setup.orientation) == (9, "landscape")
        assert (found.freeze_panes, found.auto_filter.ref) == ("A2", f"A1:{last}")
        assert found.print_title_rows == "$1:$1"


def test_the_cover_is_one_upright_page_with_what_changed() -> None:
    found = sheet(manual(changes=CHANGES), "表紙")
    assert found.page_setup.orientation in (None, "portrait")
    assert (found.sheet_properties.pageSetUpPr.fitToPage, found.page_setup.fitToHeight) == (True, None)
    said = [str(cell.value) for row in found.iter_rows() for cell in row if cell.value]
    assert "・変更：FAQ 20　項目20" in said
    assert "・ほか10件" in said
    assert "試田 花子　令和8年3月27日" in said


def test_a_faq_is_a_row_with_everything_known_of_it() -> None:
    found = sheet(manual(), "FAQ")
    headings = [cell.value for cell in found[1]]
    row = dict(zip(headings, [cell.value for cell in found[2]], strict=True))
    assert row == {
        "番号": "FAQ 1",
        "分類": "0201 交付通知書",
        "質問": "受取りに必要なものは何ですか",
        "回答": "届いた通知書と本人確認書類をお持ちください。",
        "別の聞き方": "何を持っていくのか\n受取りの持ち物",
        "区分": "公開",
        "出典": "マイナンバーカード総合サイト「受取方法」",
        "根拠": "番号利用法第17条",
        "市への確認事項": "受取窓口の受付時間",
        "施行日": datetime(2026, 4, 1),  # noqa: DTZ001
        "見直し期限": datetime(2026, 9, 30),  # noqa: DTZ001
        "市の確認": "R8.3.24 例田 職員",
    }


def test_what_is_not_confirmed_says_so_and_what_is_internal_is_marked() -> None:
    rows = [[cell.value for cell in row] for row in sheet(manual(), "版の一覧").iter_rows(min_row=2)]
    assert len(rows) == 14
    chapter, *_ = rows
    assert chapter[:5] == ["第1章", "マニュアル", "はじめに", 1, "内部"]
    assert chapter[6:8] == [None, "確認前"]


def test_a_long_answer_goes_on_in_the_next_row_and_loses_nothing() -> None:
    lines = [f"{place}行目の文です。" for place in range(100)]
    long = entry("FAQ 1", "長い項目", blocks=tuple(Paragraph(words(line)) for line in lines))
    given = manual()
    major = given.majors[0]
    group = replace(major.groups[0], entries=(long,))
    shown = Manual(given.issue, (), (replace(major, groups=(group,)),))
    rows = [[cell.value for cell in row] for row in sheet(shown, "FAQ").iter_rows(min_row=2)]
    assert "".join(str(row[3]) for row in rows).replace("\n", "") == "".join(lines)
    assert [row[2] for row in rows[:2]] == ["長い項目", "（続き）"]
    assert {row[0] for row in rows} == {"FAQ 1"}


def test_a_chapter_is_a_row_for_each_section() -> None:
    rows = [[cell.value for cell in row] for row in sheet(manual(), "マニュアル").iter_rows(min_row=2)]
    assert [row[2] for row in rows[:4]] == [None, "応対の流れ", "復唱するもの", "日付"]
    assert rows[1][3].startswith("1. 1番目にすること")


def test_the_network_edition_names_nobody() -> None:
    by_hand, by_network = ("\n".join(texts(manual(edition=one))) for one in Edition)
    for name in ("試田 花子", "例田 職員"):
        assert name in by_hand
        assert name not in by_network


def test_words_that_look_like_formulas_stay_words() -> None:
    given = Manual(manual().issue, (entry("第1章", "=1+1", blocks=(Paragraph(words("=cmd()")),)),), ())
    found = sheet(given, "マニュアル")
    assert (found["B2"].value, found["B2"].data_type) == ("=1+1", "s")
    assert found["D2"].data_type == "s"


def test_the_faq_prints_as_far_as_it_can_be_read_and_the_rest_is_for_the_screen() -> None:
    faq = sheet(manual(), "FAQ")
    headings = [cell.value for cell in faq[1]]
    assert faq.print_area == f"'FAQ'!$A$1:$F${faq.max_row}"
    assert headings[:6] == ["番号", "分類", "質問", "回答", "区分", "別の聞き方"]
    assert len(headings) == 12
