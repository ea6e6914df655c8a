"""The Labour Standards Act (労働基準法), and rosters and worked time held against it.

``law``       the limits as dated rows
``values``    roster, agreements, settings, violations
``overtime``  overtime and rest-day work from worked minutes
``limits``    Art. 36's limits of months and years, with early warning
``checks``    ``validate``: a roster against all of it
``wording``   findings in Japanese

Everything is counted to the minute. Regular hours only: no 変形労働時間制, フレックスタイム制 or Art. 40. Months are
calendar months; a limit binds a year or span of months that begins on or after the day the cap came into force.
"""

from scheduling.labour.checks import validate
from scheduling.labour.law import RULES, BreakRule, LabourRules, OvertimeCap, rules_on
from scheduling.labour.limits import overtime_findings
from scheduling.labour.overtime import agreement_year, month_overtime, overtime_by_day, rest_day_work, year_overtime
from scheduling.labour.values import (
    Agreement,
    AgreementKind,
    Interval,
    LabourSettings,
    Level,
    RestRule,
    Roster,
    Violation,
    ViolationCode,
    WorkedDay,
    in_force,
    worked_days,
)
from scheduling.labour.wording import describe

__all__ = [
    "RULES",
    "Agreement",
    "AgreementKind",
    "BreakRule",
    "Interval",
    "LabourRules",
    "LabourSettings",
    "Level",
    "OvertimeCap",
    "RestRule",
    "Roster",
    "Violation",
    "ViolationCode",
    "WorkedDay",
    "agreement_year",
    "describe",
    "in_force",
    "month_overtime",
    "overtime_by_day",
    "overtime_findings",
    "rest_day_work",
    "rules_on",
    "validate",
    "worked_days",
    "year_overtime",
]
