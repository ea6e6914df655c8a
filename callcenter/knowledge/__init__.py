"""Manuals and FAQ: always current, found while the caller is still talking (003 clause 8⑤).

Owns: entries (FAQ and chapters of the manual) with their versions and files; who has read what; notices of the state,
the prefecture and the city; the city's requests for the latest edition; which entries answered which calls, and what
was asked that nothing answered; synonyms and what the search has learned.

States of a version (`rules.Stage`): draft → in_review → approved → published, or in_review → sent_back → in_review; a
draft nobody needs is withdrawn. What is in force on a day is computed: the published version with the latest effective
day up to it, unless the entry is retired by then. One version of an entry at a time is on its way.

Where things are: `rules` is pure · `models` · `queries` reads · `writing` (drafts), `approval` (review, publishing,
retiring), `readings`, `news`, `questions`, `uses`, `edition` (what is handed over) and `requests` are the use cases ·
`texts` turns Markdown into safe HTML, `blocks` into paper · `search/` finds (no database but `search/store` and
`search/live`), for the desk through `suggesting`, for the list through `finding` · `starting` loads the first content,
which `confirmations` puts before the city · `attention` is what waits on 今日, `city_pages` what waits for the city.

Never: changes a version that was published, shows an unpublished one to operators as an answer, keeps a caller's words
or anything that names a person in what the search learns, or puts typed words into an address or a log.
"""
