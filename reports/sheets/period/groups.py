"""Which measures are read together: the groups of the summary."""

from __future__ import annotations

_GROUPS: dict[str, tuple[str, ...]] = {
    "受付・着信": (
        "open_days",
        "measured_days",
        "offered",
        "answered",
        "abandoned",
        "answer_rate",
        "abandonment_rate",
        "out_of_hours_offered",
        "service_level",
        "average_wait",
    ),
    "問合せの記録": (
        "recorded",
        "recorded_by_phone",
        "difference",
        "completed",
        "completion_rate",
        "average_talk",
        "average_after_call",
        "average_handling",
        "complaints",
        "difficult",
        "repeated",
        "repeat_rate",
        "first_contact_rate",
    ),
    "対応の結果": (
        "booking_calls",
        "referred",
        "transferred",
        "escalated",
        "escalation_days",
        "callbacks_promised",
        "callbacks_kept_rate",
        "disconnected",
        "in_other_languages",
        "faq_used",
        "faq_missing",
    ),
    "配置": (
        "operator_hours",
        "planned_operator_hours",
        "calls_per_hour",
        "occupancy",
        "shortage_minutes",
        "planned_shortage_minutes",
        "covered_rate",
    ),
    "研修・報告・その他": ("trained_people", "reports_on_time_rate", "documents_updated", "incidents"),
}
GROUP: dict[str, str] = {key: name for name, keys in _GROUPS.items() for key in keys}
"""The group of each measure, by key."""
