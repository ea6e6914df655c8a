"""Rules of reporting, without a database: kinds of matters, and what stands between a day and its approval."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

MATTER_LENGTH = 1000


class MatterKind(StrEnum):
    """What the city needs to know (10(1)②エ; 8③ for difficult cases and trouble)."""

    DIFFICULT = "difficult"
    TROUBLE = "trouble"
    EQUIPMENT = "equipment"
    PROPOSAL = "proposal"
    OTHER = "other"


MATTER_LABELS = {
    MatterKind.DIFFICULT: "対応困難事例",
    MatterKind.TROUBLE: "トラブル",
    MatterKind.EQUIPMENT: "設備・機器",
    MatterKind.PROPOSAL: "改善提案",
    MatterKind.OTHER: "その他",
}


class Weight(StrEnum):
    """`stop` refuses the approval, `warn` is shown and may stand."""

    STOP = "stop"
    WARN = "warn"


WEIGHT_LABELS = {Weight.STOP: "提出できません", Weight.WARN: "確認してください"}
WEIGHT_BADGES = {Weight.STOP: "bad", Weight.WARN: "warn"}


class Check(Struct, frozen=True):
    """One thing found before an approval. `endpoint` leads to where it is mended, with the day as `on`."""

    code: str
    weight: Weight
    text: str
    endpoint: str = ""


class DayState(Struct, frozen=True):
    """What the checks look at; counts of the day."""

    open_calls: int
    unexplained_gaps: int
    exchange_missing: bool
    open_attendance: int
    nobody_present: bool
    unconfirmed_findings: int
    before_closing: bool
    closed_day: bool
    unnoted_shortages: int = 0


Found = list[tuple[int | bool, Check]]


def checks_of(day: DayState) -> list[Check]:
    """Everything to mend or to know before the day is approved, the stopping ones first."""
    found = [
        *_of_texts(day),
        *_of_counts(day),
        *_of_people(day),
        (day.before_closing, _warn("before_closing", "受付時間がまだ終わっていません。この時点までの内容になります。")),
        (day.closed_day, _warn("closed_day", "この日は閉庁日です。")),
    ]
    return [check for applies, check in found if applies]


def _of_texts(day: DayState) -> Found:
    findings = f"個人情報らしい語が {day.unconfirmed_findings} か所あります。1 つずつ直すか、確認してください。"
    calls = f"保存していない通話が {day.open_calls} 件あります。集計には入りません。担当は「今日」に出ます。"
    return [
        (day.unconfirmed_findings, _stop("personal_data", findings)),
        (day.open_calls, _warn("open_calls", calls, "homes.today")),
    ]


def _of_counts(day: DayState) -> Found:
    missing = "電話交換機の着信数がまだありません。着信数は「未計測」になります。"
    gaps = f"着信数と記録の差に、理由のない時間帯が {day.unexplained_gaps} あります。"
    return [
        (day.exchange_missing, _warn("exchange_missing", missing, "exchange.day")),
        (day.unexplained_gaps, _warn("gaps", gaps, "exchange.day")),
    ]


def _of_people(day: DayState) -> Found:
    still_in = f"退勤の打刻がない人が {day.open_attendance} 人います。"
    unnoted = f"最少人数を下回った時間のうち、原因・対策の記入がないものが {day.unnoted_shortages} 件あります。"
    return [
        (day.open_attendance, _warn("open_attendance", still_in, "attendance.page")),
        (day.nobody_present, _warn("nobody", "出勤の記録がありません。", "attendance.page")),
        (day.unnoted_shortages, _warn("unnoted_shortages", unnoted, "coverage.day")),
    ]


def _stop(code: str, text: str) -> Check:
    return Check(code, Weight.STOP, text)


def _warn(code: str, text: str, endpoint: str = "") -> Check:
    return Check(code, Weight.WARN, text, endpoint)


def may_submit(checks: Sequence[Check]) -> bool:
    """Whether nothing stops the approval."""
    return all(check.weight is not Weight.STOP for check in checks)
