"""The call-centre application: Flask, database, people. `app.create_app()` puts it together; README has the map.

Importing it tells the garbage collector to look less often: the many small values here are frozen and hold no cycles,
and Python's default, a look every 700 new objects, was a fifth of the time to start.
"""

import gc

__version__ = "0.1.0"
COLLECT_AFTER = (20_000, 20, 20)
gc.set_threshold(*COLLECT_AFTER)
