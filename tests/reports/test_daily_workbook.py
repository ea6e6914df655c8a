from __future__ import annotations

import difflib
from typing import Any

import pytest
from msgspec.structs import replace

from reports.bundle import daily_ascii_filename, daily_filename, daily_workbook
from reports.daily import (
    DailyReport,
    Edition,
    Exchange,
    ExchangeCounts,
    GapReason,
    Matter,
    Person,
    Shortage,
    Version,
)
from reports.sheets import frame
from reports.totals import daily_figures
from tests.reports import golden
from tests.reports.layout import as_number, does_not_fit
from tests.reports.reading import cells, everything, opened, parts, texts
from tests.reports.sample import OPERATORS, SUPERVISOR, day_of, empty_day, submitted

SHEETS = ["表紙", "時間帯別", "分類別件数", "問合せ一覧", "配置", "在席状況", "報告事項", "算出方法"]


def with_text(report: DailyReport, text: str) -> DailyReport:
    """The report with that text wherever a person may have typed."""
    lines = tuple(replace(line, report_text=text) for line in report.inquiries)
    staff = tuple(replace(line, note=text) for line in report.staffing.lines)
    short = tuple(replace(one, detail=text, measure=text) for one in report.staffing.shortages)
    return replace(
        report,
        inquiries=lines,
        staffing=replace(report.staffing, lines=staff, shortages=short),
        matters=(Matter("その他", text, 600, 1001),),
        gap_reasons=(GapReason(None, text), GapReason(report.gap_reasons[0].span, text)),
        issue=replace(report.issue, version=Version(2, text)),
    )


def crowded() -> DailyReport:
    """300 inquiries, each with a long text with emoji and rare kanji."""
    return with_text(day_of(300), "電話😀が通じず𠮷野家の前で「髙﨑」様と話した。" * 12)


REPORTS = {
    "draft": lambda: day_of(112),
    "submitted": lambda: submitted(day_of(112)),
    "network": lambda: submitted(day_of(112), Edition.NETWORK),
    "empty": empty_day,
    "closed": lambda: replace(empty_day(), slots=(), open_ranges=(), day_note="閉庁日（日曜日）"),
    "crowded": crowded,
}
every_report = pytest.mark.parametrize("make", list(REPORTS.values()), ids=list(REPORTS))


def test_the_small_day_is_as_it_was() -> None:
    kept, now = golden.GOLDEN.read_text(encoding="utf-8"), golden.current()
    difference = "\n".join(difflib.unified_diff(kept.splitlines(), now.splitlines(), "kept", "now", lineterm="", n=0))
    assert kept == now, f"python -m tests.reports.golden writes it anew after a look:\n{difference}"


@every_report
def test_the_same_report_gives_the_same_bytes(make: Any) -> None:
    assert daily_workbook(make()) == daily_workbook(make())


@every_report
def test_every_sheet_prints_on_a4_with_area_and_page_numbers(make: Any) -> None:
    book = opened(daily_workbook(make()))
    assert book.sheetnames == SHEETS
    for sheet in book.worksheets:
        assert int(sheet.page_setup.paperSize) == 9
        assert sheet.print_area
        assert sheet.oddFooter.right.text.endswith("&P / &N")
        assert sheet.title == "表紙" or sheet.print_title_rows == "$3:$3"
        assert sheet.title == "表紙" or sheet.freeze_panes == ("C4" if sheet.title == "在席状況" else "A4")


@every_report
def test_no_cell_shows_hashes_and_no_text_is_cut(make: Any) -> None:
    report = make()
    for sheet in opened(daily_workbook(report), values=True).worksheets:
        complaints = list(does_not_fit(sheet))
        assert not complaints, f"{sheet.title}: {complaints[:5]}"


@every_report
def test_screen_totals_equal_the_sheets(make: Any) -> None:
    report = make()
    shown = daily_figures(report)
    book = opened(daily_workbook(report), values=True)
    total_row = next(row for row in book["時間帯別"].iter_rows(values_only=True) if row[0] == "受付時間内")
    assert total_row[2] == (shown["offered"].text if shown["offered"].value is None else shown["offered"].value)
    assert book["分類別件数"].cell(book["分類別件数"].max_row, 4).value == shown["recorded"].value
    listed = {row[0]: row[2] for row in book["算出方法"].iter_rows(min_row=4, values_only=True)}
    for figure in shown.values():
        value = listed[figure.label]
        assert value == figure.text if figure.cell is None else as_number(value) == pytest.approx(figure.cell)


def test_totals_are_formulas_with_the_value_beside() -> None:
    content = daily_workbook(day_of(112))
    formulas = [cell for cell in cells(opened(content)) if cell.data_type == "f"]
    values = opened(content, values=True)
    assert len(formulas) == 5 + 2 + 13 + 2
    assert all(values[cell.parent.title][cell.coordinate].value is not None for cell in formulas)


@pytest.mark.parametrize("text", ["=1+1", "+81-3", "-2+3", "@SUM(A1)", "{=A1}", "http://example.com/", "12345", "\t=1"])
def test_no_text_becomes_a_formula_a_link_or_a_number(text: str) -> None:
    before = [cell for cell in cells(opened(daily_workbook(day_of(9)))) if cell.data_type == "f"]
    content = daily_workbook(with_text(day_of(9), text))
    book = opened(content)
    assert len([cell for cell in cells(book) if cell.data_type == "f"]) == len(before)
    assert not any(cell.hyperlink for cell in cells(book))
    assert any(cell.value == text and cell.data_type == "s" for cell in cells(book))


def test_control_characters_and_lone_surrogates_are_taken_out() -> None:
    shown = texts(with_text(day_of(9), "あ\x00い\x0bう\ud800え\ufffeお\r\nか_x0041_"))
    assert "あいうえお\nか_x0041_" in shown


def test_long_texts_go_on_in_the_next_row_without_losing_a_word() -> None:
    text = "".join(f"{number:04}番目の語、" for number in range(400))
    sheet = opened(daily_workbook(with_text(day_of(1), text)))["問合せ一覧"]
    rows = [row for row in sheet.iter_rows(min_row=4, values_only=True) if row[8]]
    assert {row[0] for row in rows} == {1000}
    assert "".join(row[8].replace("（続き）", "").replace("\n", "") for row in rows) == text


def test_long_notes_and_reasons_stand_whole_under_their_tables() -> None:
    text = "".join(f"{number:03}番目の語、" for number in range(200))
    report = with_text(day_of(9), text)
    book = opened(daily_workbook(replace(report, staffing=replace(report.staffing, shortages=()))))
    for name in ("時間帯別", "配置"):
        rows = [cell.value for cell in cells(book) if cell.parent.title == name and "番目の語" in str(cell.value)]
        assert rows
        assert "".join(rows).replace("\n", "") == text * (2 if name == "時間帯別" else len(day_of(9).staffing.lines))


def test_long_causes_and_measures_stand_whole_beside_their_shortage() -> None:
    text = "".join(f"{number:03}番目の語、" for number in range(200))
    report = day_of(9)
    short = tuple(replace(one, detail=text, measure=text) for one in report.staffing.shortages)
    book = opened(daily_workbook(replace(report, staffing=replace(report.staffing, shortages=short))))
    for column in ("E", "H"):
        words = [str(cell.value) for cell in book["配置"][column] if "番目の" in str(cell.value)]
        assert "".join(words).replace("\n", "").endswith(text)


def test_a_shortage_shows_its_cause_and_what_was_done() -> None:
    shown = texts(day_of(30))
    assert any(text.startswith("休憩の重なり・超過\n午前の短時間") for text in shown)
    assert "翌日から昼休憩の開始を30分早め、重ならないようにした。" in shown


def test_a_shortage_without_a_note_says_so() -> None:
    report = day_of(30)
    bare = tuple(Shortage(one.span, one.present) for one in report.staffing.shortages)
    shown = texts(replace(report, staffing=replace(report.staffing, shortages=bare)))
    assert shown.count("（未記入）") == 2


def test_by_network_the_cause_is_named_and_its_words_are_not() -> None:
    shown = texts(submitted(day_of(30), Edition.NETWORK))
    assert any(text.startswith("休憩の重なり・超過\n（手渡し用に記載）") for text in shown)
    assert not any("短時間勤務者" in text or "30分早め" in text for text in shown)


def test_the_network_edition_holds_no_staff_name_and_no_free_text() -> None:
    report = with_text(submitted(day_of(112)), "秘匿の文")
    names = [part for person in (SUPERVISOR, *OPERATORS) for part in (person.name or "").split("　")]
    handed_over = everything(daily_workbook(report))
    assert all(name in handed_over for name in names)
    assert "秘匿の文" in handed_over
    network = everything(daily_workbook(replace(report, issue=replace(report.issue, edition=Edition.NETWORK))))
    assert [word for word in (*names, "秘匿") if word in network] == []
    assert "S01" in network


def test_with_the_citys_permission_texts_stand_and_names_in_them_are_codes() -> None:
    report = with_text(submitted(day_of(9), Edition.NETWORK), "例山 太郎と仮沢が応対。試田花子へ引継ぎ")
    permitted = replace(
        report, issue=replace(report.issue, free_texts_permitted=True, permission_reference="市民課第12号")
    )
    whole = everything(daily_workbook(permitted))
    assert "A01とA02が応対。S01へ引継ぎ" in whole
    assert "市民課第12号" in whole
    assert "例山" not in whole


def test_the_file_says_nothing_of_who_made_it() -> None:
    found = parts(daily_workbook(submitted(day_of(9))))
    assert "<dc:creator></dc:creator>" in found["docProps/core.xml"]
    assert "2026-06-01T08:32:00Z" in found["docProps/core.xml"]
    assert "<Company></Company>" in found["docProps/app.xml"]


def test_a_draft_is_marked_on_every_page() -> None:
    book = opened(daily_workbook(day_of(9)))
    assert book["表紙"]["A1"].value == "案"
    assert all("（案）" in sheet.oddHeader.left.text for sheet in book.worksheets[1:])
    assert "第1版（案）" in book["表紙"].oddFooter.right.text


def test_a_submitted_report_shows_its_approver_and_what_changed() -> None:
    book = opened(daily_workbook(submitted(day_of(9), version=Version(2, "10時台を訂正"))))
    shown = [cell.value for cell in cells(book) if cell.parent.title == "表紙"]
    assert shown[:3] == ["起案", "確認", "承認"]
    assert "試田　花子" in shown
    assert "6月1日" in shown
    assert "10時台を訂正" in shown
    assert not any("案）" in str(value) for value in shown)


def test_a_day_without_exchange_says_unmeasured_and_draws_no_zero() -> None:
    recorded_only = replace(
        day_of(30), slots=tuple(replace(slot, exchange=ExchangeCounts()) for slot in day_of(30).slots)
    )
    recorded_only = replace(recorded_only, exchange=Exchange())
    content = daily_workbook(recorded_only)
    sheet = opened(content, values=True)["時間帯別"]
    assert {sheet.cell(row, 3).value for row in range(4, 23)} == {"未計測"}
    chart = parts(content)["xl/charts/chart1.xml"]
    assert chart.count("<c:ser>") == 1
    assert "記録件数" in chart


def test_an_empty_day_has_no_chart_and_says_so_in_words() -> None:
    content = daily_workbook(empty_day())
    assert not [name for name in parts(content) if "chart" in name]
    shown = texts(empty_day())
    assert "この日の記録はありません。" in shown
    assert "特にありません。" in shown
    assert "最少人数（2名）を下回った時間: なし" in shown


def test_the_chart_holds_the_numbers_it_draws() -> None:
    chart = parts(daily_workbook(day_of(112)))["xl/charts/chart1.xml"]
    assert chart.count("<c:ser>") == 3
    assert chart.count('<c:ptCount val="18"/>') == 6


def test_every_minute_below_the_minimum_is_listed() -> None:
    shown = texts(day_of(30))
    assert "最少人数（2名）を下回った時間: 25分" in shown
    assert "13:05～13:30" in shown


def test_dates_and_times_are_numbers() -> None:
    book = opened(daily_workbook(day_of(9)))
    day = next(cell for cell in cells(book) if "ggge" in cell.number_format)
    assert day.value.strftime("%Y-%m-%d") == "2026-06-01"
    assert book["時間帯別"]["A4"].value.strftime("%H:%M") == "08:30"


def test_an_ampersand_in_the_contract_title_stays_one_in_the_footer() -> None:
    report = day_of(0)
    named = replace(report, contract=replace(report.contract, title="A&B業務" + "長" * 300))
    footer = parts(daily_workbook(named))["xl/worksheets/sheet1.xml"]
    assert "A&amp;&amp;B業務" in footer
    assert "…" in footer


def test_a_person_without_a_name_is_shown_by_code() -> None:
    assert Person("A09", None).shown == "A09"


def test_file_names_tell_day_version_and_edition() -> None:
    report = submitted(day_of(0))
    assert daily_filename(report) == "日次実績報告書_20260601_第1版_手渡し用.xlsx"
    assert daily_ascii_filename(report) == "daily-report_20260601_v1_handover.xlsx"
    draft = replace(day_of(0), issue=replace(day_of(0).issue, edition=Edition.NETWORK))
    assert daily_filename(draft) == "日次実績報告書_20260601_第1版案_通信回線用.xlsx"
    assert daily_ascii_filename(draft) == "daily-report_20260601_v1-draft_network.xlsx"


def test_a_long_contract_title_does_not_run_into_the_page_number() -> None:
    report = empty_day()
    report = replace(report, contract=replace(report.contract, title="長" * 40))
    assert frame.footer(report)[0] == "長" * (frame.FOOTER_TITLE - 1) + "…"
