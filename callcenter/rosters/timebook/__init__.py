"""Around the punches: the shared kiosk, totals of month and year, closing, the attendance book (出勤簿)."""
