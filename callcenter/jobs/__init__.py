"""Jobs: what the product does by itself, in a process of its own: building reports, sending mail.

Owns: the `jobs` row, unique per contract, kind, period and subject, which is the truth; the queue (huey) that only
wakes the workers; the schedule. States: waiting → running → done | failed | cancelled; asked for anew, it waits again.
Never: knows what a job does (features bind handlers in `app.py`), or carries anything but ids in the queue.
"""
