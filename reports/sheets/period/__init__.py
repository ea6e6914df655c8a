"""One module per sheet of a report over a period; `reports.period_book` says which and in which order."""
