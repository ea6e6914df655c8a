"""The log that cannot be rewritten (003 clause 11, 000 clause 6(8)(3)イ).

Owns: entries of one keyed hash chain per contract and one for the system; the checkpoint file outside the database.
An entry says who, when, what, from where, with ids and field names, never values. A service calls `record`; the
entries of a transaction are chained and written as its last statements, so an act and its entry stand or fall
together. After the commit each chain's head goes to the checkpoint file; `callcenter audit verify` compares.
Never: updates or deletes an entry (triggers refuse it), writes a value, writes outside the act's transaction.
"""
