"""Card-issuance reservations (交付予約): slots, bookings, the waiting list, the check against the city's system.

Owns: procedures, places and counters; the weekly patterns of slots and what becomes of them on a date; reservations
with their seats, people and history; the waiting list; what is entered in the city's own system and how its list
compares with ours; the calendar feed of a place.

States of a reservation (`rules.State`): held → booked → attended | late | no_show | cancelled, booked → rebook (its day
was closed) → booked | cancelled. A hold has no number; the number given at booking stays through every change. A
cancelled reservation is never revived.

Where things are: `rules`, `city_list` are pure (and `scheduling.capacity`) · `seats` alone takes and returns seats ·
`forms` judges what is typed · `booking` (hold, book), `changes` (move, cancel, visit), `slots` (patterns, closures,
capacity), `waits`, `city` are the use cases · `desk_pages` is the panel in the call · `pages`, `setup_pages`,
`city_pages` the rest · `api`, `feed` for machines · `figures` the result report.

Never: two live reservations on one seat; a moment in which a change has two or none; a plain name, number or birth date
in a column, a log entry or an address; a deleted reservation (a hold that ran out is none).
"""
