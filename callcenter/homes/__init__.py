"""Each role's first page: what do I do now? Reads the features' queries only.

`pages` sends everyone to the page they work on and shows the supervisor's own, 今日; `today` gathers what that page
says; `rules` turns it into things to do in order of urgency. Nothing here changes anything.
"""
