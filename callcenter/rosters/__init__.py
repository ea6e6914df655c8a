"""Rosters: the staff of a contract, the day's planned shifts, who was there (003 clauses 6, 9, 10(1)②ウ).

Owns: staff (業務従事者名簿: code, role, employment, assignment dates), planned shifts with their breaks, punches and
their corrections. A shift is planned → withdrawn; a change withdraws it and plans another. Punches of a day follow
出勤 → 休憩開始 → 休憩終了 → 退勤; late, early, absent and forgotten are derived, never typed. A correction names its
reason and approver, sets punches aside and adds others.
Never: a punch that is edited or removed; a supervisor or deputy counted to the minimum; a person on break or not
punched in counted as present; a judgement over minutes that are still to come.
"""
