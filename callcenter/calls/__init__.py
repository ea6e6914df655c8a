"""Call records, their categories, and what the exchange counted.

Owns: calls from the first key press to the correction of a saved record; the 12 major and 60 minor categories of a
contract with their dated names; under `exchange/` the exchange's counts, which are never mixed with the records.

States of a call (`rules.CallState`): open → saved | voided, saved → voided. An open call has no number and is counted
nowhere; what is typed is its sealed draft (`drafts`). Saving (`service`) gives the number people see, from a serial of
the contract, in the transaction that stores the call. A correction states its reason and keeps the values it replaced
(`corrections`, `CallRevision`); voiding states its reason. Figures (`queries`) count saved calls only, by the local
date of their start.

Where things are: `rules`, `categories` are pure · `sealing` turns typed values into sealed columns and back · `forms`
judges what is typed, `drafts` what may be kept of it meanwhile · `service`, `corrections`, `category_service`,
`history` are the use cases · `recording` carries a draft or a save through its transaction for the desk (`desk_*`)
and the API (`api`, `draft_api`) · `record_*`, `listing`, `correction_pages` the records · `category_pages` the names.

Never: a plain name, phone or note in a column, a log entry or an address; an Individual Number anywhere, a draft
included; a deleted record; a number given twice.
"""
