"""The call-centre application: Flask, database, people. `app.create_app()` puts it together; README has the map.

Importing it tells the garbage collector to look less often: the many small values here are frozen and hold no cycles,
and Python's default, a look every 700 new objects, was a fifth of the time to start. The linear algebra of a forecast
is small: on a busy machine its threads, one a processor in every process, wait for each other many times longer than
they work, so it gets one, unless the environment says otherwise before numpy is loaded.
"""

import gc
import os

__version__ = "0.1.0"
COLLECT_AFTER = (20_000, 20, 20)
gc.set_threshold(*COLLECT_AFTER)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
