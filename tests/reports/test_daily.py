from __future__ import annotations

import pytest
from msgspec.structs import replace

from reports.daily import (
    Approval,
    Exchange,
    ExchangeCounts,
    Issue,
    OutOfHoursRecords,
    ReportStatus,
    TimeRange,
)
from reports.totals import daily_figures
from tests.reports.sample import day_of, empty_day


def test_a_report_whose_slots_and_list_differ_is_refused() -> None:
    report = day_of(10)
    with pytest.raises(ValueError, match="the list 9"):
        replace(report, inquiries=report.inquiries[1:])


def test_records_outside_the_hours_count_in_the_total() -> None:
    report = day_of(10)
    with pytest.raises(ValueError, match="records, the list"):
        replace(report, out_of_hours=OutOfHoursRecords(report.out_of_hours.recorded + 1, 0))


def test_a_category_table_that_differs_from_the_list_is_refused() -> None:
    report = day_of(10)
    wrong = (replace(report.categories[0], count=report.categories[0].count + 1), *report.categories[1:])
    with pytest.raises(ValueError, match="category 0101"):
        replace(report, categories=wrong)


def test_an_uncategorised_record_is_in_the_list_and_in_no_category() -> None:
    report = day_of(10)
    bare = replace(report.inquiries[0], category=None)
    with pytest.raises(ValueError, match="category"):
        replace(report, inquiries=(bare, *report.inquiries[1:]))


def test_a_days_count_that_differs_from_its_slots_is_refused() -> None:
    report = day_of(10)
    with pytest.raises(ValueError, match="offered"):
        replace(report, exchange=Exchange("手入力", ExchangeCounts(999, None, None)))


def test_a_days_count_stands_when_no_slot_was_measured() -> None:
    report = replace(empty_day(), exchange=Exchange("手入力", ExchangeCounts(112, 100, 12)))
    assert daily_figures(report)["answer_rate"].text == "89.3%"


def test_one_unmeasured_slot_leaves_the_day_unmeasured() -> None:
    report = day_of(10)
    slots = (replace(report.slots[0], exchange=ExchangeCounts()), *report.slots[1:])
    assert daily_figures(replace(report, slots=slots))["offered"].text == "未計測"


def test_overlapping_slots_are_refused() -> None:
    report = day_of(0)
    with pytest.raises(ValueError, match="ascending"):
        replace(report, slots=(report.slots[1], report.slots[0]))


def test_a_submitted_report_names_its_approver() -> None:
    draft = day_of(0).issue
    with pytest.raises(ValueError, match="approved"):
        replace(draft, status=ReportStatus.SUBMITTED)
    approval = Approval(day_of(0).contract.responsible, draft.timing.built_at)
    assert Issue(draft.timing, status=ReportStatus.SUBMITTED, approval=approval).approval is approval


def test_a_range_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after"):
        TimeRange(600, 600)


def test_an_open_range_has_no_length_yet() -> None:
    assert TimeRange(600, None).minutes == 0


def test_totals_equal_the_sums_of_their_parts() -> None:
    report = day_of(120)
    shown = daily_figures(report)
    assert shown["recorded"].value == sum(line.count for line in report.categories) == 120
    assert shown["offered"].value == sum(slot.exchange.offered or 0 for slot in report.slots)
    assert shown["complaints"].value == sum(line.complaint for line in report.inquiries)
