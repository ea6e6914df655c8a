"""Every number of every sheet, read back from the file, against the report's own counts added up anew."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from reports.figures import Figure, Measure
from reports.measures import period_measures
from reports.period import CategoryLine, Cell, PeriodReport, Span, month_span
from reports.period_book import period_workbook
from reports.tally import Tally, over_days, paired
from tests.reports.layout import as_number
from tests.reports.period_sample import month, quiet_month, term, year
from tests.reports.reading import opened

Row = tuple[Any, ...]
SAMPLES = {
    "month": month,
    "year": year,
    "term": term,
    "quiet": quiet_month,
    "3 days": lambda: term(Span(date(2026, 6, 1), date(2026, 6, 3))),
    "february": lambda: month(span=month_span(date(2027, 2, 1))),
}
every_sample = pytest.mark.parametrize("make", list(SAMPLES.values()), ids=list(SAMPLES))


def rows(report: PeriodReport, name: str) -> list[Row]:
    """The rows of a sheet as values."""
    return list(opened(period_workbook(report), values=True)[name].iter_rows(values_only=True))


def same(cell: Any, figure: Figure) -> bool:
    """Whether a cell holds the figure: its number, or the word that stands for none."""
    return bool(cell == figure.text if figure.cell is None else as_number(cell) == pytest.approx(figure.cell, abs=1e-6))


def by_label(found: list[Row]) -> dict[str, Row]:
    return {str(row[0]): row for row in found if row[0] is not None}


@every_sample
def test_the_summary_and_the_definitions_show_every_figure(make: Any) -> None:
    report = make()
    summary, definitions = by_label(rows(report, "総括")), by_label(rows(report, "算出方法"))
    for measure in report.measures:
        figure = report.figures[measure.key]
        assert same(summary[measure.label][1], figure), measure.key
        assert same(definitions[measure.label][2], figure), measure.key
        assert definitions[measure.label][1] == measure.formula


def test_the_summary_shows_the_period_before_and_the_signed_difference() -> None:
    report = month()
    assert report.previous is not None
    found = by_label(rows(report, "総括"))
    for label, key in (("記録件数", "recorded"), ("苦情件数", "complaints")):
        then = report.previous.figures[key]
        assert same(found[label][4], then)
        assert found[label][5] == (report.figures[key].value or 0) - (then.value or 0)
    points = ((report.figures["answer_rate"].value or 0) - (report.previous.figures["answer_rate"].value or 0)) * 100
    assert found["応答率"][5] == pytest.approx(points, abs=0.051)
    assert found["事故・ヒヤリハットの件数"][4:6] == ("未計測", "―")


def test_the_same_period_of_last_year_has_its_columns_too() -> None:
    report = month()
    assert report.previous is not None
    report = replace(report, year_ago=replace(report.previous, label="令和7年6月"))
    sheet = rows(report, "総括")
    assert [str(cell).replace("\n", " ") for cell in sheet[2][4:]] == [
        "前の期間 令和8年5月",
        "前の期間 との差",
        "前年同期 令和7年6月",
        "前年同期 との差",
    ]
    assert by_label(sheet)["記録件数"][4:6] == by_label(sheet)["記録件数"][6:8]


def test_targets_stand_with_sign_and_word() -> None:
    found = by_label(rows(month(), "総括"))
    assert found["応答率"][2:4] == ("90.0%以上", "○ 達成")
    assert found["サービスレベル（20秒）"][2:4] == ("80.0%以上", "× 未達")
    assert found["放棄率"][2:4] == ("5.0%以下", "△ あと少し")
    assert found["最少人数を下回った時間"][2:4] == ("0分", "× 未達")
    assert not any(found["応答数"][2:4])


def test_a_figure_without_a_value_is_not_judged() -> None:
    report = replace(quiet_month(), targets=month().targets)
    assert by_label(rows(report, "総括"))["応答率"][3] == "― 判定なし"


@every_sample
def test_each_day_shows_its_own_counts_and_the_total_the_figures(make: Any) -> None:
    report = make()
    found = rows(report, "日別")
    heads = [str(cell) for cell in found[2]]
    by_day = {row[0].date(): row for row in found if isinstance(row[0], datetime)}
    assert list(by_day) == [line.on for line in report.days]
    known = {measure.label: measure for measure in report.measures}
    for line in report.days:
        row = by_day[line.on]
        assert (row[2] or "", row[-1] or "") == (line.why_closed, line.report)
        for at, label in list(enumerate(heads))[3:-1]:
            assert row[at] is None if not line.open else same(row[at], known[label].of(line.tally)), (line.on, label)
    total = by_label(found)["合計"]
    assert all(same(total[at], report.figures[known[label].key]) for at, label in list(enumerate(heads))[3:-1])


def test_a_closed_day_with_records_shows_them() -> None:
    days = list(month().days)
    days[5] = replace(days[5], tally=Tally(recorded=2))
    found = {
        row[0].date(): row for row in rows(replace(month(), days=tuple(days)), "日別") if isinstance(row[0], datetime)
    }
    assert found[days[5].on][7] == 2
    assert found[days[5].on][3] == "未計測"


@pytest.mark.parametrize("make", [year, term])
def test_each_month_is_the_sum_of_its_days_and_the_total_the_figures(make: Any) -> None:
    report = make()
    months = report.span.months()
    sheet, days = by_label(rows(report, "月別")), by_label(rows(report, "日別"))
    for label, key in (("着信数", "offered"), ("応答率", "answer_rate"), ("平均処理時間", "average_handling")):
        measure = next(one for one in report.measures if one.key == key)
        for column, span in enumerate(months, 1):
            tally = over_days(line.tally for line in report.days if span.from_on <= line.on <= span.to_on)
            assert same(sheet[label][column], measure.of(tally))
        assert same(sheet[label][len(months) + 1], report.figures[key])
    april = over_days(line.tally for line in report.days if line.on.month == 6 and line.on.year == 2026)
    assert days["令和8年6月 計"][7] == april.recorded


def test_a_year_has_twelve_columns() -> None:
    heads = rows(year(), "月別")[2]
    assert len(heads) == 1 + 12 + 1
    assert heads[1] == "令和8年\n4月"
    assert heads[10] == "令和9年\n1月"


def test_part_of_a_month_says_which_days() -> None:
    heads = rows(term(Span(date(2026, 6, 10), date(2026, 8, 5))), "月別")[2]
    assert heads[1:4] == ("令和8年\n6月\n10～30日", "7月", "8月\n1～5日")


@every_sample
def test_hours_and_weekdays_add_up_to_the_records_and_the_calls_offered(make: Any) -> None:
    report = make()
    found = by_label(rows(report, "時間帯×曜日"))
    assert found["合計"][6] == report.tally.recorded
    assert found["受付時間内"][14] == (report.tally.offered if report.tally.offered is not None else "未計測")
    for day in range(5):
        inside = [one for one in report.cells if one.weekday == day and one.start_minute is not None]
        assert found["受付時間内"][1 + day] == sum(one.recorded for one in inside)
        assert found["日数"][1 + day] == sum(line.open and line.on.weekday() == day for line in report.days)
    assert found["1日平均（内）"][6] == pytest.approx(found["受付時間内"][6] / report.tally.open_days)


def test_each_half_hour_stands_under_its_weekday() -> None:
    report = month()
    found = {as_number(row[0]): row for row in rows(report, "時間帯×曜日") if hasattr(row[0], "hour")}
    for one in report.cells:
        if one.start_minute is not None:
            row = next(row for start, row in found.items() if round(start * 1440) == one.start_minute)
            assert (row[1 + one.weekday], row[9 + one.weekday]) == (one.recorded, one.offered)


def test_days_counted_as_a_total_alone_are_said_and_leave_no_mean() -> None:
    report = month()
    cells = tuple(replace(one, offered=one.offered // 2 if one.offered else one.offered) for one in report.cells)
    sheet = rows(replace(report, cells=cells), "時間帯×曜日")
    assert any(str(row[0]).startswith("着信数が1日の合計だけの日があるため") for row in sheet)
    assert by_label(sheet)["1日平均（内）"][14] == "―"


def test_a_saturday_that_was_open_has_its_column() -> None:
    report = month()
    days = tuple(
        replace(line, why_closed="", tally=Tally(open_days=1)) if line.on == date(2026, 6, 13) else line
        for line in report.days
    )
    assert rows(replace(report, days=days), "時間帯×曜日")[3][1:8] == ("月", "火", "水", "木", "金", "土", "計")
    weekend = (*report.cells, Cell(6, 540, 1))
    assert rows(replace(report, cells=weekend), "時間帯×曜日")[3][6] == "日"


@every_sample
def test_categories_stand_by_day_or_month_with_subtotals_and_the_total_of_the_records(make: Any) -> None:
    report = make()
    found = rows(report, "分類別")[3:]
    by_code = {row[0]: row for row in found if row[0]}
    labelled = {row[1]: row for row in found if not row[0] and row[1]}
    for line in report.categories:
        assert by_code[line.category.code][2] == line.total
        assert by_code[line.category.code][3:] == _spread(report, line)
    majors = Counter[str]()
    for line in report.categories:
        majors[f"{line.category.major_code} {line.category.major_name}　小計"] += line.total
    assert {label: row[2] for label, row in labelled.items() if "小計" in label} == dict(majors)
    without = labelled["未分類"][2] if "未分類" in labelled else 0
    assert labelled["合計"][2] == report.tally.recorded == majors.total() + without
    columns = [sum(row[at] for label, row in labelled.items() if label != "合計") for at in range(3, len(found[0]))]
    assert labelled["合計"][3:] == tuple(columns)


def _spread(report: PeriodReport, line: CategoryLine) -> Row:
    if report.span.days <= 31:
        return tuple(line.by_day.get(day.on, 0) for day in report.days)
    return tuple(line.within(span) for span in report.span.months())


def test_a_retired_category_says_since_when() -> None:
    assert "カード本体の更新（令和8年6月16日から廃止）" in [row[1] for row in rows(month(), "分類別")]


@every_sample
def test_the_ranking_holds_every_category_with_records_the_most_first(make: Any) -> None:
    report = make()
    found = [row for row in rows(report, "分類の順位")[3:] if row[1]]
    counts = {line.category.code: line.total for line in report.categories if line.total or line.previous}
    assert {row[1]: row[4] for row in found} == counts
    assert [row[4] for row in found] == sorted(counts.values(), reverse=True)
    if report.tally.recorded:
        assert all(row[5] == pytest.approx(row[4] / report.tally.recorded) for row in found)


def test_the_parts_of_the_records_add_up() -> None:
    report = month()
    found = rows(report, "内訳")
    listed = {row[at]: row[at + 1] for row in found for at in (0, 4) if row[at] and row[at + 1] != "件数"}
    for attribute in report.attributes:
        assert {label: listed[label] for label, _ in attribute.lines} == dict(attribute.lines)
    assert listed["合計"] == report.tally.recorded


def test_staffing_shows_the_figures_the_short_days_and_everyones_hours() -> None:
    report = month()
    found = rows(report, "配置")
    labels = by_label(found)
    assert same(labels["最少人数を下回った時間"][3], report.figures["shortage_minutes"])
    short = [row for row in found if isinstance(row[0], datetime)]
    assert [row[0].date() for row in short] == [one.on for one in report.coverage]
    assert sum(round(as_number(row[5]) * 1440) for row in short) == report.tally.shortage_minutes
    assert [row[1] for row in short] == ["休憩の重なり・超過", "急な欠勤\n交通機関の遅れ", "休憩の重なり・超過"]
    assert short[1][6] == "（未記入）"
    for one in report.people:
        row = labels[one.person.code]
        assert (row[1], row[3], round(as_number(row[5]) * 1440)) == (one.person.name, one.days, one.worked_minutes)
    assert labels["計（延べ）"][3] == sum(one.days for one in report.people)


def test_each_case_stands_with_its_coded_fields() -> None:
    report = month()
    found = {row[0]: row for row in rows(report, "苦情・困難事例等") if isinstance(row[0], int)}
    for one in report.cases:
        row = found[one.number]
        assert (row[1].date(), round(as_number(row[2]) * 1440)) == (one.on, one.start_minute)
        assert row[3:6] == (one.channel, one.relation, one.category.code)
        assert row[7:] == (one.disposition, "・".join(one.marks), one.text or "―")


def test_every_matter_stands_on_one_sheet() -> None:
    report = month()
    shown = [str(row) for name in ("苦情・困難事例等", "提案・指示", "事故等") for row in rows(report, name)]
    for one in report.matters:
        assert sum(f"'{one.kind}'" in row and str(one.text) in row for row in shown) == 1


def test_instructions_stand_with_what_was_done() -> None:
    found = [row for row in rows(month(), "提案・指示") if isinstance(row[0], int)]
    assert [row[0] for row in found] == [1, 2]
    assert [row[5] for row in found] == ["R8.6.30", "対応中"]


def test_reservations_show_the_counts_of_the_period() -> None:
    report = month()
    assert report.reservations is not None
    assert by_label(rows(report, "予約"))["合計"][1:6] == report.reservations.totals


def test_the_cover_shows_the_main_figures_and_the_targets() -> None:
    report = month()
    found = rows(report, "表紙")
    at = next(number for number, row in enumerate(found) if row[0] == "着信数")
    shown = {found[at][column]: found[at + 1][column] for column in range(0, 12, 2)}
    assert {label: same(shown[label], figure) for label, figure in _main(report).items()} == dict.fromkeys(shown, True)
    assert "○ 達成" in found[at + 2]
    assert len([row for row in found if str(row[10]).split(" ")[0] in ("○", "△", "×")]) >= len(report.targets)


def _main(report: PeriodReport) -> dict[str, Figure]:
    keys = ("offered", "answered", "abandoned", "answer_rate", "recorded", "completion_rate")
    return {report.figures[key].label: report.figures[key] for key in keys}


@pytest.mark.parametrize("measure", period_measures(), ids=lambda one: one.key)
def test_a_cell_holds_what_the_figure_holds(measure: Measure) -> None:
    """Of known counts, of none, and of what was never measured."""
    full = Tally(**{name: 7 * at + 3 for at, name in enumerate(Tally.__struct_fields__)})
    for tally in (full, Tally(), paired(Tally(offered=0, answered=0, abandoned=0))):
        figure = measure.of(tally)
        assert measure.cell_of(tally) == (figure.text if figure.cell is None else figure.cell)
