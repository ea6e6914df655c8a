"""Reports over a period: month, fiscal year, any span of the contract (003 clauses 8③, 10(1)③④).

Owns: the list of items the city chose (bundle versions), people's comments, builds (drafts with their figures and
checks), approvals. A build is made by a job; an approval is carried out by a job, from the build that was looked at.
States of an approval: waiting → submitted | refused. Never: counts anything itself, or changes what was delivered.
"""
