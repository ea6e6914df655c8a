"""Rosters: the staff of a contract, what everybody is to work, who was there (003 clauses 6, 9, 10(1)②ウ).

Owns: staff (業務従事者名簿: code, role, employment, assignment dates), planned shifts with their breaks, punches and
their corrections. A shift is planned → withdrawn; a change withdraws it and plans another. Punches of a day follow
出勤 → 休憩開始 → 休憩終了 → 退勤; what is late, early, absent or forgotten is derived, never typed. A
correction names its reason and approver, sets punches aside and adds others.

``papers``    training and pledges, the city's instructions on staffing, labour agreements, the list as a document
``months``    the month's roster: versions, the solver, leave, swaps; published, it becomes the planned shifts
``timebook``  the shared kiosk, totals of month and year, closing, the attendance book (出勤簿)
``coverage``  proof of the minimum: stretches below it with cause and measure
``staffing``  forecast, operators required, service level of the plan, what if

Never: a punch that is edited or removed; a supervisor or deputy counted to the minimum; a person on break, on leave or
not punched in counted as present; nobody is placed without a valid training; no judgement over minutes to come.
"""
