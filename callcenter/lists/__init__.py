"""Lists as files: exactly what a screen shows, as xlsx or CSV, no row cap, every export in the log.

`export` writes the file in the deployment's private temporary folder first, records the export with its count, and
only then hands the file out: if the entry cannot be written, nothing leaves. No lock is held while a file is written.
Never: a column that the screen does not show, a formula out of a text, a file that stays behind.
"""
