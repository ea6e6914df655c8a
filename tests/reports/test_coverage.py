"""The coverage proof: additive minutes, a share that never flatters, sheets that print."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from openpyxl import load_workbook

from reports import coverage
from reports.coverage import CoverageReport, DayLine, Minutes, NoteLine, StretchLine, statement, total, workbook
from tests.reports.reading import cells

FIRST = date(2026, 6, 1)
WHOLE = Minutes(days=1, opened=525, judged=525)
SHORT = Minutes(days=1, opened=525, judged=525, below=45, planned_below=30, stretches=1, unnoted=0)
NOTE = NoteLine("欠勤", "体調不良による欠勤。", "業務責任者が副責任者に応援を求め、10時に1名を補充した。")
REPORT = CoverageReport(
    contract="マイナンバーカードコールセンター運営業務",
    city="みなと架空市",
    contractor="架空コンタクト株式会社",
    place="みなと架空市役所 市民課内",
    first=FIRST,
    built_at=datetime(2026, 6, 30, 9, 0, tzinfo=UTC),
    days=(
        DayLine(FIRST, 2, 2, 2, WHOLE),
        DayLine(FIRST + timedelta(days=1), 2, 1, 1, SHORT),
        DayLine(FIRST + timedelta(days=2), 2, None, None, Minutes(days=1, opened=525)),
    ),
    stretches=(StretchLine(FIRST + timedelta(days=1), 510, 555, 1, (NOTE,)),),
    closed_days=8,
)


def book(report: CoverageReport = REPORT) -> Any:
    return load_workbook(BytesIO(workbook(report)))


def words(report: CoverageReport = REPORT) -> list[str]:
    return [cell.value for cell in cells(book(report)) if isinstance(cell.value, str)]


minutes = st.builds(
    lambda judged, below: Minutes(days=1, opened=525, judged=judged, below=min(below, judged)),
    st.integers(0, 525),
    st.integers(0, 525),
)


@given(st.lists(minutes, max_size=40))
def test_the_months_share_is_sum_by_sum_and_never_rounded_up(days: list[Minutes]) -> None:
    found = total(days)
    judged, below = sum(one.judged for one in days), sum(one.below for one in days)
    assert (found.judged, found.below) == (judged, below)
    if not judged:
        assert found.share is None
        return
    assert found.share is not None
    assert found.share <= (judged - below) / judged < found.share + 0.001 + 1e-9
    assert (found.share == 1) == (below == 0)


@pytest.mark.parametrize(
    ("found", "share"),
    [(Minutes(judged=525, below=0), 1.0), (Minutes(judged=11_550, below=1), 0.999), (Minutes(judged=1, below=1), 0.0)],
)
def test_a_single_minute_short_is_never_a_hundred_percent(found: Minutes, share: float) -> None:
    assert found.share == share


def test_the_statement_gives_minutes_and_leaves_the_amount_to_the_city() -> None:
    said = statement("令和8年6月", SHORT)
    assert "は 45分です" in said
    assert "8時間45分（525分）" in said
    assert "下回った時間はありません" in statement("令和8年6月", WHOLE)
    assert "まだ判定した開庁時間がありません" in statement("令和8年6月", Minutes())
    assert "金額は、市が定めます" in coverage.AMOUNT


def test_the_same_report_gives_the_same_bytes() -> None:
    assert workbook(REPORT) == workbook(REPORT)


def test_every_sheet_prints_on_a4_with_an_area_and_page_numbers() -> None:
    for sheet in book().worksheets:
        assert sheet.page_setup.paperSize == 9
        assert sheet.print_area
        assert "&P" in sheet.oddFooter.right.text
        assert sheet.oddHeader.right.text.endswith("令和8年6月")


def test_the_summary_has_approval_boxes_formula_and_basis() -> None:
    shown = words()
    assert {"起案", "確認", "承認", "最少配置証明書", "令和8年6月"} <= set(shown)
    assert any(coverage.FORMULA in text for text in shown)
    assert any(coverage.AMOUNT in text for text in shown)


def test_the_days_add_up_to_the_summary() -> None:
    found = load_workbook(BytesIO(workbook(REPORT)), data_only=True)
    last = found["日別"].max_row
    assert [found["日別"].cell(last, column).value for column in (3, 5, 6, 8)] == [1575, 30, 1050, 45]
    formulas = book()["日別"]
    assert formulas.cell(last, 8).value == f"=SUM(H4:H{last - 1})"
    assert found["日別"].cell(last, 9).value == REPORT.totals.share
    assert 45 in [cell.value for cell in found["総括"]["D"]]


def test_a_day_that_is_to_come_has_no_figures() -> None:
    row = [cell.value for cell in book()["日別"][6]]
    assert row[2:] == [525, "―", "―", 0, "―", "―", "―"]


def test_a_stretch_stands_with_cause_and_measure_and_one_without_says_so() -> None:
    assert {"8:30～9:15", "欠勤", NOTE.detail, NOTE.measure} <= set(words())
    bare = replace(REPORT, stretches=(StretchLine(FIRST, 720, 721, 1, running=True),))
    assert {"（未記入）", "12:00～12:01\n（継続中）"} <= set(words(bare))


def test_several_notes_of_a_stretch_are_numbered() -> None:
    other = NoteLine("休憩の重なり・超過", "", "休憩を分けた。")
    shown = words(replace(REPORT, stretches=(StretchLine(FIRST, 510, 600, 0, (NOTE, other)),)))
    assert "(1) 欠勤\n(2) 休憩の重なり・超過" in shown
    assert f"(1) {NOTE.measure}\n(2) 休憩を分けた。" in shown


def test_a_month_without_a_shortage_or_without_a_day_says_so() -> None:
    assert "最少人数を下回った時間はありません。" in words(replace(REPORT, stretches=()))
    empty = replace(REPORT, days=(), stretches=())
    assert any("まだ判定した開庁時間がありません" in text for text in words(empty))


def test_what_was_typed_becomes_no_formula() -> None:
    typed = NoteLine("その他", "=1+1", "+81")
    sheet = book(replace(REPORT, stretches=(StretchLine(FIRST, 510, 600, 0, (typed,)),)))["下回った時間"]
    assert [(cell.value, cell.data_type) for cell in sheet[4][5:7]] == [("=1+1", "s"), ("+81", "s")]


def test_the_file_is_named_after_its_month() -> None:
    assert coverage.filename(REPORT) == "coverage-proof_202606.xlsx"
