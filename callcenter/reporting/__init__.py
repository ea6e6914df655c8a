"""Reports: reads the features' numbers and builds what is delivered (003 clauses 8③, 10(1)②).

Owns: the supervisor's matters to report (エ), the confirmed findings of the check for personal data, building and
submitting the daily report. The page, the workbook and the command show the same values from `daily.build`.
Never: counts anything itself (features' queries do) or keeps bytes (`deliveries` does).
"""
