"""The entries of the menu under which the pages of rosters stand."""

ATTENDANCE = "出退勤"
SHIFTS = "シフト"
STAFF = "業務従事者"
