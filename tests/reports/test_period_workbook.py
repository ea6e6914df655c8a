from __future__ import annotations

import difflib
import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from reports.daily import Edition, Version
from reports.period import Bundle, PeriodKind, PeriodReport, SheetChoice, Span, month_span
from reports.period_book import WRITERS, period_ascii_filename, period_filename, period_workbook
from reports.period_bundle import SHEET, SHEETS, sheets_for
from reports.sheets.period.groups import GROUP
from tests.reports import period_golden
from tests.reports.layout import does_not_fit
from tests.reports.period_sample import JUNE, month, quiet_month, submitted, term, with_text, year
from tests.reports.reading import cells, opened, parts

LONG = "電話😀が通じず𠮷野家の前で「髙﨑」様と話した。" * 30
ALL_MEASURES = tuple(column.key for column in SHEET["days"].columns)
REPORTS = {
    "draft": month,
    "submitted": lambda: submitted(month()),
    "network": lambda: submitted(month(), Edition.NETWORK),
    "quiet": quiet_month,
    "february": lambda: month(span=month_span(date(2027, 2, 1))),
    "31 days": lambda: month(span=month_span(date(2026, 7, 1))),
    "busy": lambda: month(1_500),
    "crowded": lambda: with_text(month(), LONG),
    "3 days": lambda: term(Span(date(2026, 6, 1), date(2026, 6, 3))),
    "14 months": term,
    "year": lambda: submitted(year()),
    "every measure by day": lambda: choosing(
        month(), SheetChoice("cover"), SheetChoice("days", ALL_MEASURES), SheetChoice("definitions")
    ),
}
every_report = pytest.mark.parametrize("make", list(REPORTS.values()), ids=list(REPORTS))


def choosing(report: PeriodReport, *sheets: SheetChoice) -> PeriodReport:
    """The report with that list of sheets."""
    return replace(report, bundle=Bundle(3, sheets, "市民課　架空主査", date(2026, 5, 20)))


def texts(report: PeriodReport) -> list[str]:
    """Every text of every sheet."""
    return [cell.value for cell in cells(opened(period_workbook(report))) if isinstance(cell.value, str)]


def test_the_small_term_is_as_it_was() -> None:
    kept, now = period_golden.GOLDEN.read_text(encoding="utf-8"), period_golden.current()
    difference = "\n".join(difflib.unified_diff(kept.splitlines(), now.splitlines(), "kept", "now", lineterm="", n=0))
    assert kept == now, f"python -m tests.reports.period_golden writes it anew after a look:\n{difference}"


def test_every_sheet_of_the_catalogue_has_its_writer_under_its_key() -> None:
    assert set(WRITERS) == {sheet.key for sheet in SHEETS}


def test_every_measure_belongs_to_a_group_of_the_summary() -> None:
    assert set(GROUP) == {measure.key for measure in month().measures}


@every_report
def test_the_same_report_gives_the_same_bytes(make: Any) -> None:
    assert period_workbook(make()) == period_workbook(make())


@every_report
def test_no_cell_shows_hashes_and_no_text_is_cut(make: Any) -> None:
    for sheet in opened(period_workbook(make()), values=True).worksheets:
        complaints = list(does_not_fit(sheet))
        assert not complaints, f"{sheet.title}: {complaints[:5]}"


@pytest.mark.parametrize("make", [month, year, term, quiet_month])
def test_every_sheet_prints_on_a4_with_area_and_page_numbers(make: Any) -> None:
    report = make()
    for sheet in opened(period_workbook(report)).worksheets:
        assert int(sheet.page_setup.paperSize) == 9
        assert sheet.print_area
        assert sheet.oddFooter.right.text.endswith("&P / &N")
        if sheet.title != "表紙":
            assert sheet.page_setup.orientation == "landscape"
            assert report.kind.label in sheet.oddHeader.left.text
            assert report.span.label in sheet.oddHeader.right.text


@pytest.mark.parametrize(
    ("name", "rows", "pane"),
    [
        ("総括", "$3:$3", "A4"),
        ("月別", "$3:$3", "B4"),
        ("日別", "$3:$3", "C4"),
        ("時間帯×曜日", "$3:$4", "B5"),
        ("分類別", "$3:$3", "D4"),
        ("分類の順位", "$3:$3", "A4"),
        ("苦情・困難事例等", "$3:$3", "A4"),
        ("研修", "$3:$3", "A4"),
    ],
)
def test_headings_repeat_on_paper_and_stay_in_sight(name: str, rows: str, pane: str) -> None:
    sheet = opened(period_workbook(year()))[name]
    assert (sheet.print_title_rows, sheet.freeze_panes) == (rows, pane)


@pytest.mark.parametrize("name", ["日別", "分類別", "分類の順位", "苦情・困難事例等", "研修"])
def test_long_tables_have_filters(name: str) -> None:
    assert opened(period_workbook(month()))[name].auto_filter.ref


@pytest.mark.parametrize("make", [month, year, term])
def test_without_a_choice_of_the_city_all_sheets_of_the_kind_stand_in_order(make: Any) -> None:
    report = make()
    assert opened(period_workbook(report)).sheetnames == [sheet.name for sheet in sheets_for(report.kind)]


def test_only_the_chosen_sheets_stand_in_the_chosen_order() -> None:
    chosen = ("cover", "ranking", "definitions", "days")
    report = choosing(month(), *(SheetChoice(key) for key in chosen))
    book = opened(period_workbook(report))
    assert book.sheetnames == ["表紙", "分類の順位", "算出方法", "日別"]
    listed = [cell.value for cell in book["表紙"]["A"] if isinstance(cell.value, str) and "　" in cell.value]
    assert [text.split("　")[1] for text in listed if text[0].isdigit()] == book.sheetnames


def test_only_the_chosen_columns_stand_in_the_chosen_order() -> None:
    report = choosing(
        month(),
        SheetChoice("cover"),
        SheetChoice("days", ("recorded", "offered")),
        SheetChoice("summary", ("complaints", "answer_rate")),
        SheetChoice("ranking", ("share", "count")),
        SheetChoice("definitions"),
    )
    book = opened(period_workbook(report), values=True)
    assert [cell.value for cell in book["日別"][3]] == ["日", "曜日", "受付", "記録件数", "着信数", "日報"]
    labels = [cell.value for cell in book["総括"]["A"]][3:]
    assert [label for label in labels if label in ("苦情件数", "応答率", "応答数")] == ["苦情件数", "応答率"]
    assert [cell.value for cell in book["分類の順位"][3]][4:6] == ["構成比", "件数"]


def test_the_items_name_their_version_and_who_instructed_them_when() -> None:
    report = choosing(month(), SheetChoice("cover"), SheetChoice("definitions"))
    assert "第3版の項目（市の指示: 令和8年5月20日　市民課　架空主査）" in texts(report)
    assert "標準の項目（市の指示による変更なし）" in texts(month())


def test_a_draft_is_marked_on_every_page() -> None:
    book = opened(period_workbook(month()))
    assert book["表紙"]["A1"].value == "案"
    assert all("（案）" in sheet.oddHeader.left.text for sheet in book.worksheets[1:])
    assert "第1版（案）" in book["表紙"].oddFooter.right.text


def test_a_submitted_report_shows_its_approver_and_what_changed() -> None:
    shown = texts(submitted(month(), version=Version(2, "6月10日を訂正")))
    assert shown[:3] == ["起案", "確認", "承認"]
    assert {"試田　花子", "7月1日", "6月10日を訂正", "第2版"} <= set(shown)
    assert not any("（案）" in text for text in shown)


def test_what_was_open_stands_on_the_cover_and_whole_on_the_definitions() -> None:
    checks = tuple(f"6月{day}日の日報が未提出です。" for day in range(1, 10))
    shown = texts(replace(month(), checks=checks))
    assert any("・6月6日の日報が未提出です。\nほか3件（「算出方法」に記載）" in text for text in shown)
    assert set(checks) <= set(shown)


def test_a_comment_stands_once_on_its_own_sheet() -> None:
    report = replace(month(), comments=(replace(month().comments[0], section="categories", text="分類の所見です。"),))
    found = [cell.parent.title for cell in cells(opened(period_workbook(report))) if cell.value == "分類の所見です。"]
    assert found == ["分類別"]


def test_a_comment_whose_sheet_was_not_chosen_is_not_lost() -> None:
    report = choosing(month(), SheetChoice("cover"), SheetChoice("definitions"))
    shown = texts(report)
    assert "所見（総括）" in shown
    assert "月曜日の朝と昼休みの時間帯に集中しています。" in shown


def test_the_texts_of_a_year_stand_whole_under_their_titles() -> None:
    text = "".join(f"{number:04}番目の語、" for number in range(900))
    report = replace(year(), comments=tuple(replace(one, text=text) for one in year().comments))
    sheet = opened(period_workbook(report))["達成・課題・引継ぎ"]
    column = [cell.value for cell in sheet["A"] if cell.value]
    for title, following in zip(("課題", "引継事項"), ("引継事項", "次年度の提案"), strict=True):
        whole = column[column.index(title) + 1 : column.index(following)]
        assert "".join(whole).replace("\n", "") == text


def test_a_year_without_texts_says_so() -> None:
    assert texts(replace(year(), comments=())).count("記載はありません。") == 4


@pytest.mark.parametrize("text", ["=1+1", "+81-3", "-2+3", "@SUM(A1)", "{=A1}", "http://example.com/", "12345", "\t=1"])
def test_no_text_becomes_a_formula_a_link_or_a_number(text: str) -> None:
    report = with_text(month(9), text)
    names = replace(report.contract, title=text, city=text, contractor=text, place=text)
    days = tuple(replace(line, why_closed=line.why_closed and text, report=text) for line in report.days)
    labels = replace(report, contract=names, days=days, checks=(text,), notes=(text,), sources=(text,))
    found = list(cells(opened(period_workbook(labels))))
    assert not [cell for cell in found if cell.data_type == "f" or cell.hyperlink]
    assert len([cell for cell in found if cell.value == text and cell.data_type == "s"]) > 30


def test_control_characters_and_lone_surrogates_are_taken_out() -> None:
    shown = texts(with_text(month(9), "あ\x00い\x0bう\ud800えお\r\nか"))
    assert "あいうえお\nか" in shown


def test_the_file_says_nothing_of_who_made_it() -> None:
    found = parts(period_workbook(submitted(month(9))))
    assert "<dc:creator></dc:creator>" in found["docProps/core.xml"]
    assert "2026-07-01T01:05:00Z" in found["docProps/core.xml"]


def test_a_month_without_calls_says_so_in_words_and_draws_nothing() -> None:
    content = period_workbook(quiet_month())
    assert not [name for name in parts(content) if "chart" in name]
    shown = texts(quiet_month())
    assert {
        "記録はありません。",
        "該当する記録はありません。",
        "この契約では、予約を受け付けた記録がありません。",
        "最少人数を下回った日はありません。",
        "出勤の記録はありません。",
        "電話交換機の集計はありません（未計測）。",
    } <= set(shown)


def test_what_has_no_records_yet_is_unmeasured() -> None:
    assert "まだ記録がありません（未計測）。" in texts(quiet_month())
    assert "事故・ヒヤリハットは、まだ記録がありません（未計測）。" in texts(month())


def test_the_faq_is_told_by_use_and_of_many_only_the_first_are_named() -> None:
    shown = texts(month())
    assert "まだ記録がありません（未計測）。" not in shown
    assert "よく使われたFAQ（35件のうち15件）" in shown
    assert {"使われなかったFAQ", "FAQで答えられなかった問合せ", "見直し期限を過ぎた項目"} <= set(shown)
    assert {"FAQ 15", "FAQ 36", "マニュアル 3"} <= set(shown)
    assert "FAQ 16" not in shown


def test_a_month_without_exchange_draws_the_records_alone() -> None:
    days = tuple(replace(line, tally=replace(line.tally, offered=None)) for line in month().days)
    chart = parts(period_workbook(replace(month(), days=days)))["xl/charts/chart1.xml"]
    assert chart.count("<c:ser>") == 1
    assert "記録件数" in chart


@pytest.mark.parametrize(("make", "points"), [(month, 30), (year, 12), (term, 14)])
def test_the_chart_holds_a_point_for_each_day_or_month(make: Any, points: int) -> None:
    charts = [text for name, text in parts(period_workbook(make())).items() if name.startswith("xl/charts/chart")]
    assert len(charts) == 1
    assert charts[0].count(f'<c:ptCount val="{points}"/>') == 4


def test_how_many_days_the_exchange_was_read_on_is_said() -> None:
    assert any(text.startswith("着信数は22開庁日のうち21日の合計です。") for text in texts(month()))
    whole = replace(month(), days=tuple(line for line in month().days if line.on != date(2026, 6, 10)))
    assert not any(text.startswith("着信数は") for text in texts(whole))


NAMES = [
    (month, "月次実績報告書_202606_第1版案_手渡し用.xlsx", "monthly-report_202606_v1-draft_handover.xlsx"),
    (lambda: submitted(month()), "月次実績報告書_202606_第1版_手渡し用.xlsx", "monthly-report_202606_v1_handover.xlsx"),
    (
        lambda: submitted(year(), Edition.NETWORK),
        "完了報告書_令和8年度_第1版_通信回線用.xlsx",
        "annual-report_fy2026_v1_network.xlsx",
    ),
    (
        lambda: term(JUNE),
        "契約期間実績報告書_20260601-20260630_第1版案_手渡し用.xlsx",
        "term-report_20260601-20260630_v1-draft_handover.xlsx",
    ),
]


@pytest.mark.parametrize(("make", "name", "ascii_name"), NAMES)
def test_file_names_tell_period_version_and_edition(make: Any, name: str, ascii_name: str) -> None:
    report = make()
    assert period_filename(report) == name
    assert period_ascii_filename(report) == ascii_name
    assert period_filename(report, "docx").endswith(".docx")


@pytest.mark.parametrize("on", [date(2026, 10, 1), date(2027, 3, 1)])
def test_a_year_that_the_contract_cuts_short_is_named_by_its_fiscal_year(on: date) -> None:
    report = replace(year(), kind=PeriodKind.ANNUAL, span=Span(on, date(2027, 3, 31)))
    assert "令和8年度" in period_filename(report)


def test_importing_loads_nothing_heavy() -> None:
    heavy = ("xlsxwriter", "pandas", "numpy", "openpyxl", "docx")
    program = f"import sys, reports.period_book; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
