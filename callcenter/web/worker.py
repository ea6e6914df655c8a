"""gunicorn's threaded worker with a limit on how long a silent client may hold a thread."""

from __future__ import annotations

import gc
import socket
import struct
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

SILENT_SECONDS = 15
_TIMEOUT = struct.pack("ll", SILENT_SECONDS, 0)


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """A request that stops half way (a laptop asleep, an attack) is dropped after `SILENT_SECONDS`.

    The limit is the kernel's: gunicorn sets its sockets blocking, which would lift a limit of Python's own.
    """

    def load_wsgi(self) -> None:
        """What stands once the application is loaded stays: the garbage collector need not look at it again."""
        super().load_wsgi()
        gc.collect()
        gc.freeze()

    def enqueue_req(self, conn: Any) -> None:
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _TIMEOUT)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _TIMEOUT)
        super().enqueue_req(conn)
