"""The month's roster: versions, leave, swaps; what is published becomes the planned shifts of its days.

States of a version: draft (at most one of a month) → published (at most one) → superseded. Leave: requested → approved
or refused, or withdrawn. A swap: requested → agreed by the other → approved or refused, or withdrawn.

The planned shifts stay the one plan that days, reports and attendance read. A version is a picture of the month with
its reason: publishing writes its difference into the planned shifts, an approved leave or swap writes the planned
shifts and pictures them as the next version. Days that are over are never rewritten, nobody is planned on approved
leave, and nothing but a draft is deleted.
"""
