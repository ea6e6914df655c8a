from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document
from msgspec.structs import replace

from reports.daily import Edition, Version
from reports.editions import WITHHELD
from reports.period import Bundle, Comment, PeriodReport, SheetChoice, Span
from reports.period_bundle import SECTIONS, sections_for
from reports.period_paper import HEADLINES, MOST_CATEGORIES, OVER_MONTHS, period_paper
from reports.sheets.period.comparing import target_text
from tests.reports import period_sample as sample
from tests.reports.sample import OPERATORS, SUPERVISOR

REPORTS: dict[str, Callable[[], PeriodReport]] = {
    "month": sample.month,
    "year": sample.year,
    "term": sample.term,
    "quiet month": sample.quiet_month,
}
NAMES = [person.name or "" for person in (SUPERVISOR, *OPERATORS)]
SECRET = "伏せるべき言葉"


def _read(report: PeriodReport) -> Any:
    return Document(BytesIO(period_paper(report)))


def _headings(paper: Any) -> list[str]:
    return [one.text for one in paper.paragraphs if one.style.name.startswith("Heading")]


def _rows(table: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def _table(paper: Any, first: str, second: str | None = None) -> list[list[str]]:
    """The rows of the table that begins with these words."""
    tables = [_rows(table) for table in paper.tables]
    return next(rows for rows in tables if rows[0][0] == first and (second is None or rows[0][1] == second))


def _everything(report: PeriodReport) -> str:
    """Every part of the package."""
    with ZipFile(BytesIO(period_paper(report))) as package:
        return "\n".join(package.read(name).decode() for name in package.namelist())


@pytest.mark.parametrize("name", REPORTS)
def test_every_figure_stands_on_the_paper_as_on_the_sheet(name: str) -> None:
    report = REPORTS[name]()
    rows = {row[0]: row[1] for row in _rows_of_summary(_read(report))}
    assert rows == {figure.label: figure.text for figure in report.figures.values()}


def _rows_of_summary(paper: Any) -> list[list[str]]:
    tables = [_rows(table) for table in paper.tables if table.cell(0, 0).text == "指標"]
    return tables[1][1:]


def test_the_figures_stand_beside_those_of_the_periods_they_are_compared_with() -> None:
    report = sample.month()
    assert report.previous is not None
    year_ago = replace(report.previous, label="前年同期", figures={"recorded": report.previous.figures["recorded"]})
    paper = _read(replace(report, year_ago=year_ago))
    rows = {row[0]: row[2:] for row in _rows_of_summary(paper)}
    for key, figure in report.previous.figures.items():
        assert rows[figure.label] == [figure.text, figure.text if key == "recorded" else "―"]
    assert any(report.previous.source in one.text for one in paper.paragraphs)


def test_the_main_figures_stand_beside_their_targets() -> None:
    report = sample.month()
    rows = {row[0]: row[1:] for row in _table(_read(report), "指標", "実績")[1:]}
    assert {report.figures[key].label for key in HEADLINES} <= set(rows)
    for target, figure, verdict in report.judged():
        assert rows[figure.label] == [
            figure.text,
            target_text(target, figure.unit),
            f"{verdict.sign} {verdict.label}",
        ]
    assert rows["着信数"][1:] == ["", ""]


@pytest.mark.parametrize("report", [sample.year(), sample.term()], ids=["year", "term"])
def test_each_month_and_the_whole_are_computed_from_their_days(report: PeriodReport) -> None:
    rows = _table(_read(report), "月")[1:]
    spans = report.span.months()
    assert len(rows) == len(spans) + 1
    for row, span in zip(rows, [*spans, report.span], strict=True):
        known = report.figures_of(report.tally_of(span))
        assert row[1:] == [known[key].text for key in OVER_MONTHS]
    assert rows[-1][0] == "期間の計"


def test_a_part_of_a_month_says_its_days() -> None:
    report = sample.term(Span(date(2026, 12, 30), date(2027, 1, 2)))
    assert [row[0] for row in _table(_read(report), "月")[1:]] == [
        "令和8年12月30～31日",
        "令和9年1月1～2日",
        "期間の計",
    ]


def test_a_month_has_no_table_of_months() -> None:
    assert "月別" not in _headings(_read(sample.month()))


def test_the_most_frequent_categories_stand_with_their_movement() -> None:
    report = sample.month()
    rows = _table(_read(report), "順位")[1:]
    most = sorted((line.total for line in report.categories), reverse=True)[:MOST_CATEGORIES]
    assert [int(row[3]) for row in rows] == most
    by_name = {(line.category.major_name, line.category.name): line for line in report.categories}
    for row in rows:
        line = by_name[row[1], row[2]]
        assert line.previous is not None
        assert row[4] == f"{line.total / report.tally.recorded:.1%}"
        assert row[5] == str(line.previous)
        assert int(row[6].replace("−", "-").replace("±", "")) == line.total - line.previous


def test_what_the_period_before_had_is_unknown_where_there_is_none() -> None:
    report = sample.month()
    lines = tuple(replace(line, previous=None) for line in report.categories)
    assert {tuple(row[5:8]) for row in _table(_read(replace(report, categories=lines)), "順位")[1:]} == {("―",) * 3}


def test_cases_are_counted_by_category_and_mark() -> None:
    report = sample.month()
    rows = _table(_read(report), "大分類")
    for column, mark in enumerate(rows[0][1:], 1):
        assert sum(int(row[column]) for row in rows[1:]) == sum(mark in case.marks for case in report.cases)


def test_staffing_names_the_days_below_the_minimum_and_each_persons_hours() -> None:
    report = sample.month()
    paper = _read(report)
    assert len(_table(paper, "日")) - 1 == sum(bool(day.below or day.planned_below) for day in report.coverage)
    assert [row[0] for row in _table(paper, "従事者")[1:]] == [one.person.name for one in report.people]
    assert [row[2] for row in _table(paper, "従事者")[1:]] == [str(one.days) for one in report.people]


@pytest.mark.parametrize("report", [sample.month(), sample.year(), sample.term()], ids=["month", "year", "term"])
def test_no_comment_is_lost_whatever_the_city_chose(report: PeriodReport) -> None:
    sections = sections_for(report.kind)
    comments = tuple(Comment(key, f"{label}についての所見") for key, label in SECTIONS.items() if key in sections)
    bare = Bundle(1, (SheetChoice("cover"), SheetChoice("definitions")))
    for bundle in (Bundle(), bare):
        written = [
            cell.text
            for table in _read(replace(report, comments=comments, bundle=bundle)).tables
            for cell in table.columns[0].cells
        ]
        assert [text for text in written if text.endswith("についての所見")] == [one.text for one in comments]


def test_only_the_chapters_that_were_chosen_stand_in_their_order() -> None:
    sheets = (SheetChoice("cover"), SheetChoice("staffing"), SheetChoice("summary", ("recorded", "offered")))
    bundle = Bundle(3, (*sheets, SheetChoice("definitions")), "市民課", date(2026, 5, 29))
    paper = _read(replace(sample.year(), bundle=bundle))
    found = [
        text for text in _headings(paper) if text in {"総括", "月別", "配置", "苦情・困難事例等"} or "分類" in text
    ]
    assert found == ["配置", "総括"]
    assert [row[0] for row in _rows_of_summary(paper)] == ["記録件数", "着信数"]
    assert any("第3版" in row[1] and "市民課" in row[1] for row in _table(paper, "報告の項目"))


def test_what_was_open_and_what_is_to_be_noted_is_said() -> None:
    report = sample.month()
    texts = [one.text for one in _read(report).paragraphs]
    assert [f"・{sentence}" for sentence in (*report.checks, *report.notes)] == [
        text for text in texts if text.startswith("・")
    ]
    assert "着信数は22開庁日のうち21日の合計です。" in texts


# --- the file ---


def test_a_draft_says_so_on_every_page_and_a_submitted_one_who_approved_it() -> None:
    draft, approved = _read(sample.month()), _read(sample.submitted(sample.month()))
    assert draft.tables[0].cell(0, 0).text == "案"
    assert "（案）" in draft.sections[0].header.paragraphs[0].text
    assert "（案）" in draft.sections[0].footer.paragraphs[0].text
    assert [row[2:] for row in _rows(approved.tables[0])][1][2] == SUPERVISOR.name
    assert "案" not in approved.tables[0].cell(0, 0).text
    assert "（案）" not in approved.sections[0].header.paragraphs[0].text


def test_a_correction_says_what_changed() -> None:
    report = sample.submitted(sample.month(), version=Version(2, "6月10日の着信数を入力"))
    assert ["変更の内容", "6月10日の着信数を入力"] in _table(_read(report), "件名")


@pytest.mark.parametrize("name", REPORTS)
def test_the_same_report_gives_the_same_bytes(name: str) -> None:
    assert period_paper(REPORTS[name]()) == period_paper(REPORTS[name]())


@pytest.mark.parametrize("report", [sample.month(), sample.year()], ids=["month", "year"])
def test_by_network_no_name_and_no_free_text_leaves(report: PeriodReport) -> None:
    report = sample.with_text(report, f"{SECRET}　{NAMES[0]}")
    handed = _everything(sample.submitted(report, version=Version(2, SECRET)))
    assert SECRET in handed
    assert all(name in handed for name in NAMES)
    sent = _everything(sample.submitted(report, Edition.NETWORK, Version(2, SECRET)))
    assert SECRET not in sent
    assert [name for name in NAMES if name in sent] == []
    assert WITHHELD in sent
    assert SUPERVISOR.code in sent


def test_with_the_citys_permission_texts_leave_without_names() -> None:
    report = sample.submitted(sample.with_text(sample.month(), f"{SECRET}　{NAMES[0]}"), Edition.NETWORK)
    sent = _everything(replace(report, issue=replace(report.issue, free_texts_permitted=True)))
    assert SECRET in sent
    assert [name for name in NAMES if name in sent] == []


def test_three_days_and_no_call_make_a_sane_paper() -> None:
    assert "総括" in _headings(_read(sample.term(Span(date(2026, 6, 5), date(2026, 6, 7)))))
    quiet = _read(sample.quiet_month())
    assert "記録はありません。" in [one.text for one in quiet.paragraphs]
    assert {row[0]: row[1] for row in _rows_of_summary(quiet)}["着信数"] == "未計測"
