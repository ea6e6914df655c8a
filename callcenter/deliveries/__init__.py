"""Deliveries: what was handed over to the city, exactly as it was (003 clauses 8③, 10(1)②–⑤).

Owns: documents (kind and period), their versions, the sealed bytes of every edition, decisions of the city, the
city's portal. States of a version: submitted → accepted | sent_back; a newer version supersedes. Bytes, SHA-256 and
figures of a version never change. Never: builds a document itself, or shows a draft to the city.
"""
