"""Rules of jobs, without a database: states, retries, when a schedule is due."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class JobKind(StrEnum):
    """What a job does; a handler is bound for each in `app.py`."""

    BUILD_DAILY = "build_daily"
    BUILD_MONTHLY = "build_monthly"
    BUILD_ANNUAL = "build_annual"
    BUILD_TERM = "build_term"
    SUBMIT_PERIOD = "submit_period"
    SEND_MAIL = "send_mail"


KIND_LABELS = {
    JobKind.BUILD_DAILY: "日報の作成",
    JobKind.BUILD_MONTHLY: "月報の作成",
    JobKind.BUILD_ANNUAL: "完了報告書の作成",
    JobKind.BUILD_TERM: "契約期間の報告書の作成",
    JobKind.SUBMIT_PERIOD: "承認した報告書の提出",
    JobKind.SEND_MAIL: "電子メールの送信",
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
MOST_TRIES = 4
LEASE = timedelta(minutes=2)
"""How long a worker may be silent before another one may take its job."""
