"""What every text passes before it is kept. The one-screen manual:

    scan.require_clean(fields, kinds)      refuse a save that holds an Individual Number (個人番号); first of
    all drafts.hold_back(text, caret)          what may be kept of a text being typed
    text.clean_text / clean_line           one Unicode form, no control characters, a stated length
    phones.normalise_phone                 any written form → E.164 and display; mask_phone, mask_name for
    lists keys.Keyring                           the key file: data, index and log key per contract
    cipher.seal / open_sealed              AES-256-GCM, bound to label, contract and row
    search_index.key_of / tokens           keyed equality and keyed bigrams: finding without opening
    findings.find_personal_data            what a report text must not carry out of the house

Order at a save: length and control characters (`text`), then `scan`, then `seal` and `tokens`; nothing is
stored, logged or indexed before `scan` has passed. A draft goes through `hold_back` as it came, then
`clean_text`.

How the Individual Number is recognised: `digits` (runs of digits however written) → `mynumber` (candidates,
the rule) with `words` (keywords and labels before) and `explained` (phones, dates, times, amounts).

It never keeps or prints digits of a refused number: errors and logs carry field, length and rule. It never
makes a new key in place of a lost one. It knows nothing of the database or the contract, and nothing of the web
but in `deployment`, which hands out the running application's keys.
"""
