"""What every request passes: access rules and `Actor`, transaction, errors → answers, pagination, headers.

Knows no feature. A route without an access rule stops the application from starting.
"""
