"""The numbers on paper: plain values in, a workbook out.

`daily` holds the values of a day's report, `measures` the one definition of every figure, `columns` and
`styles` what a column and a cell look like, `sheets/` one module per sheet, `bundle` which sheets go
together, `tables` the export of any list. Only `workbook` touches xlsxwriter, and only when a book is
opened.

It never: reads a database, knows a user, or formats a number that `measures` did not compute.
"""
