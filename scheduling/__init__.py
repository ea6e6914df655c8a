"""The arithmetic of time: no web, no database, no clock of its own.

``intervals``  half-open ranges of minutes within a day, the 15-/30-minute grid, how many stand at once
``holidays``   the Cabinet Office's list of holidays, and the rule library where the list does not reach
``opening``    what describes a day's opening: readings of 003 clause 4, reasons, hours, exceptions
``calendar``   is a date open and why not, open days and open minutes
``shifts``     a shift with its breaks, and who works which on which day
``erlang``     the queue formulas, in erlang and handling times
``staffing``   Erlang C and Erlang A: waiting, service level, how many people a load needs
``forecast``   calls per quarter of an hour for coming days, from history
``labour``     the Labour Standards Act's limits, and a roster held against them
``rostering``  a month's roster from demand, people and rules; its change after an absence
``simulation`` a day of calls played against a roster before it is published

Everything here is a pure function or an immutable value. Days are dates of Asia/Tokyo, slots are minutes
after its midnight, instants are aware (results in UTC). Bad input raises ``ValueError`` in English; the
only words for users are the Japanese labels that stand beside the codes.
"""
