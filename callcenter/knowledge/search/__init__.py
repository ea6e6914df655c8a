"""Finding the entry that answers what a caller says. Pure but for `store` and `live`, which know the database.

`words` cuts Japanese into content words · `lexical` ranks by them (BM25) · `meaning` compares sentences by their
vectors (optional) · `index` puts both and what was learned into one order · `store` keeps what was prepared · `live`
holds one index a contract in each process · `evaluate` measures all of it over a foreign collection.
"""
