"""The arithmetic of time: no web, no database, no clock of its own.

``intervals``  half-open ranges of minutes within a day, the 15-/30-minute grid, how many stand at once
``holidays``   the Cabinet Office's list of holidays, and the rule library where the list does not reach
``opening``    what describes a day's opening: readings of 003 clause 4, reasons, hours, exceptions
``calendar``   is a date open and why not, open days and open minutes

Everything here is a pure function or an immutable value. Days are dates of Asia/Tokyo, slots are minutes
after its midnight, instants are aware (results in UTC). Bad input raises ``ValueError`` in English; the
only words for users are the Japanese labels that stand beside the codes.
"""
