"""What the telephone exchange counted (003 10(1)②ア): kept apart from the records, because the city owns the phones.

Owns: sources (手入力, a report as CSV, a detail record), imports with their account line by line, counts per half hour
or per day and source, the calls of detail records (never a caller's number), which source rules a day, the reasons for
gaps between exchange and records.

How a figure comes in: typed (`pages`), or a file (`import_pages`, `callcenter calls import-…`): bytes → `csv_file` or
`cdr` (pure) → `intake` (contract, calendar, zone) → `plans` (what would change) → `service` (changes it). Between
preview and confirmation a file waits sealed in the data folder (`stash`), without what is not needed of it.

States of a count: it stands until another import of the same source replaces it; what was replaced is kept. A count
that is absent was not measured; 0 is a count. The first source entered rules a day until a person chooses another.

Never: a caller's number, a cell's text in the account of a file, a count changed without a trace, a count invented
where the exchange told none.
"""
