"""Contracts: parties, term, the terms in force on a day, and the opening calendar as data.

Owns: contracts, contract terms (effective-dated hours, minimum operators, approved headcount), calendar exceptions
(closures, extra openings, with reason and approver), the imported holiday list, the city's permissions (10(1)⑤),
settings with effective dates. Never deletes: a later date supersedes, an exception is withdrawn with a reason.
"""
