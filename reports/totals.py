"""From a day's values to its additive counts; the only way from a report to a figure."""

from __future__ import annotations

from reports.daily import DailyReport
from reports.figures import Figure
from reports.measures import figures
from reports.tally import Tally, paired


def day_tally(report: DailyReport) -> Tally:
    """The additive counts of the day."""
    exchange = report.exchange_in_hours
    in_hours = sum(slot.recorded_by_phone for slot in report.slots)
    completed = frozenset(report.handling.completed_dispositions)
    return paired(
        Tally(
            offered=exchange.offered,
            answered=exchange.answered,
            abandoned=exchange.abandoned,
            out_of_hours_offered=report.exchange.out_of_hours.offered,
            recorded=len(report.inquiries),
            recorded_by_phone=in_hours + report.out_of_hours.recorded_by_phone,
            recorded_by_phone_in_hours=in_hours,
            completed=sum(inquiry.disposition in completed for inquiry in report.inquiries),
            complaints=sum(inquiry.complaint for inquiry in report.inquiries),
            difficult=sum(inquiry.difficult for inquiry in report.inquiries),
            timed_calls=report.handling.timed_calls,
            talk_seconds=report.handling.talk_seconds,
            after_seconds=report.handling.after_seconds,
            shortage_minutes=report.staffing.shortage_minutes,
        )
    )


def daily_figures(report: DailyReport) -> dict[str, Figure]:
    """Every figure of the day by key: what page, cover, command and snapshot show."""
    return figures(day_tally(report))
