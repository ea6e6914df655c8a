"""Rules of jobs, without a database: states, retries, when a schedule is due."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from callcenter.clock import LocalMoment, local
from reports.period import Span
from reports.wareki import wareki_weekday
from scheduling.calendar import BusinessCalendar, fiscal_year, fiscal_year_range


class JobKind(StrEnum):
    """What a job does; a handler is bound for each in `app.py`."""

    BUILD_DAILY = "build_daily"
    BUILD_MONTHLY = "build_monthly"
    BUILD_ANNUAL = "build_annual"
    BUILD_TERM = "build_term"
    SUBMIT_PERIOD = "submit_period"
    SEND_MAIL = "send_mail"
    SUBMIT_MANUAL = "submit_manual"


KIND_LABELS = {
    JobKind.BUILD_DAILY: "日報の作成",
    JobKind.BUILD_MONTHLY: "月報の作成",
    JobKind.BUILD_ANNUAL: "完了報告書の作成",
    JobKind.BUILD_TERM: "契約期間の報告書の作成",
    JobKind.SUBMIT_PERIOD: "承認した報告書の提出",
    JobKind.SEND_MAIL: "電子メールの送信",
    JobKind.SUBMIT_MANUAL: "マニュアル・FAQの提出",
}


class JobState(StrEnum):
    """`waiting` also between two tries; `cancelled` by a person."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


STATE_LABELS = {
    JobState.WAITING: "待機中",
    JobState.RUNNING: "実行中",
    JobState.DONE: "完了",
    JobState.FAILED: "失敗",
    JobState.CANCELLED: "中止",
}
STATE_BADGES = {
    JobState.WAITING: "info",
    JobState.RUNNING: "info",
    JobState.DONE: "ok",
    JobState.FAILED: "bad",
    JobState.CANCELLED: "warn",
}
ACTIVE = frozenset({JobState.WAITING, JobState.RUNNING})
AGAIN = frozenset({JobState.FAILED, JobState.CANCELLED})
"""States that a person may ask out of on the list of jobs."""
MOST_TRIES = 4
LEASE = timedelta(minutes=2)
"""How long a worker may be silent before another one may take its job."""
BACKOFF = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
AFTERCARE = timedelta(days=60)
"""How long after a contract's last day its schedules still run: the last month and year are reported afterwards."""

DAILY_AFTER_CLOSING = 15
OFFICE_MORNING = 7 * 60 + 30
DISK_FULL = "ディスクの空きがありません。"
FAULT = "処理の途中で問題が起きました。"
CUT_OFF = "処理が何度も途中で止まりました。管理者に連絡してください。"
CANCELLED_BY_PERSON = "利用者の操作で中止しました。"
GIVEN_UP = "{count}回試しましたが、完了できませんでした。"


def period_label(from_on: date, to_on: date) -> str:
    """令和8年6月1日（月）, 令和8年6月, 令和8年度, or both ends."""
    return wareki_weekday(from_on) if from_on == to_on else Span(from_on, to_on).label


def retry_at(tries: int, at: datetime) -> datetime | None:
    """When a job is tried again after its `tries`-th try failed; None: not any more."""
    return None if tries >= MOST_TRIES else at + BACKOFF[min(tries, len(BACKOFF)) - 1]


def in_care(starts_on: date, ends_on: date, today: date) -> bool:
    """Whether the schedules of a contract run on a day: in its term, and a while after."""
    return starts_on <= today <= ends_on + AFTERCARE


# --- when a schedule is due; open days of a calendar, minutes of the local day ---


def due_daily(on: date, calendar: BusinessCalendar, now: datetime) -> bool:
    """Whether an open day's report is due to be built: from 15 minutes after its closing on. A closed day has none."""
    hours = calendar.open_interval(on)
    return hours is not None and LocalMoment(on, hours.end + DAILY_AFTER_CLOSING) <= local(now)


def due_after(last_on: date, calendar: BusinessCalendar, now: datetime, minute: int = OFFICE_MORNING) -> bool:
    """Whether a span's report is due: from `minute` of the first open day after its last day on."""
    return LocalMoment(calendar.next_open_day(last_on), minute) <= local(now)


def due(kind: JobKind, span: Span, calendar: BusinessCalendar, now: datetime) -> bool:
    """Whether a day's, month's or year's report is due to be built. Raises ValueError for a kind without set times."""
    if kind is JobKind.BUILD_DAILY:
        return due_daily(span.from_on, calendar, now)
    if kind in {JobKind.BUILD_MONTHLY, JobKind.BUILD_ANNUAL}:
        return due_after(span.to_on, calendar, now)
    raise ValueError(f"nothing is built by itself at set times: {kind}")


def days_due(span: Span, calendar: BusinessCalendar, now: datetime) -> list[date]:
    """The open days of a span whose daily report is due, in order."""
    last = min(span.to_on, local(now).on)
    if last < span.from_on:
        return []
    return [on for on in calendar.open_days(span.from_on, last) if due_daily(on, calendar, now)]


def months_due(term: Span, calendar: BusinessCalendar, now: datetime) -> list[Span]:
    """The months of a term (its first and last may be part of one) whose report is due, in order."""
    return [month for month in term.months() if due_after(month.to_on, calendar, now)]


def years_due(term: Span, calendar: BusinessCalendar, now: datetime) -> list[Span]:
    """The fiscal years of a term, cut to it, whose report is due: from the first open day after 31 March on."""
    first, last = fiscal_year(term.from_on), fiscal_year(term.to_on)
    years = [_within(term, Span(*fiscal_year_range(year))) for year in range(first, last + 1)]
    return [year for year in years if due_after(year.to_on, calendar, now)]


def _within(term: Span, span: Span) -> Span:
    return Span(max(term.from_on, span.from_on), min(term.to_on, span.to_on))
