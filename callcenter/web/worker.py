"""gunicorn's threaded worker, in which no client that dawdles keeps a thread, and no log keeps what it sent."""

from __future__ import annotations

import gc
import json
import re
import selectors
import socket
import struct
import time
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.workers.gthread import ThreadWorker

ARRIVAL_SECONDS = 15
SILENT_SECONDS = 15
LARGEST_WAITED_FOR = 64 * 1024
_TIMEOUT = struct.pack("ll", SILENT_SECONDS, 0)
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*\r\n", re.IGNORECASE)
UNREADABLE = "送信された内容を読み取れませんでした。"
ERROR_HEADERS = ("Connection: close", "Content-Type: application/json", "Cache-Control: no-store")
STATUS_LINES = {LimitRequestLine: "414 URI Too Long", LimitRequestHeaders: "431 Request Header Fields Too Large"}


def awaited(received: bytes) -> int:
    """How many bytes of a request must be there before a thread can take it without waiting for its client: the
    head and a small body. What is larger is handed over as it comes."""
    head, mark, _ = received.partition(b"\r\n\r\n")
    if not mark:
        return min(len(received) + 1, LARGEST_WAITED_FOR)
    found = _LENGTH.search(head + b"\r\n")
    length = int(found[1]) if found else 0
    return len(head) + len(mark) + (length if length <= LARGEST_WAITED_FOR else 0)


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Requests wait outside the threads until they have arrived, `ARRIVAL_SECONDS` at most: a laptop asleep and an
    attack hold nothing up. A large body or answer that stops half way is dropped after `SILENT_SECONDS`; that limit
    is the kernel's, since gunicorn sets its sockets blocking, which would lift one of Python's own.
    """

    def load_wsgi(self) -> None:
        """What stands once the application is loaded stays: the garbage collector need not look at it again."""
        super().load_wsgi()
        gc.collect()
        gc.freeze()

    def enqueue_req(self, conn: Any) -> None:
        """Give a connection to a thread, or to the poller until its request is there."""
        if not self._has_arrived(conn):
            self._await(conn)
            return
        conn.seen, conn.arrives_by, conn.data_ready = -1, None, True
        if not conn.initialized:
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _TIMEOUT)
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _TIMEOUT)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        super().enqueue_req(conn)

    def _has_arrived(self, conn: Any) -> bool:
        """Whether the request can be read at once; also where only reading tells that the client has gone."""
        if self.cfg.is_ssl or (conn.parser is not None and conn.parser.unreader.buf.getvalue()):
            return True
        try:
            received = conn.sock.recv(2 * LARGEST_WAITED_FOR, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            received, wanted = b"", 1
        except OSError:
            return True
        else:
            wanted = awaited(received)
            # Readable, and nothing more than before: that is the end.
            if len(received) >= wanted or len(received) in {0, getattr(conn, "seen", -1)}:
                return True
        conn.seen = len(received)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, wanted)
        return False

    def _await(self, conn: Any) -> None:
        if getattr(conn, "arrives_by", None) is None:
            conn.arrives_by = time.monotonic() + ARRIVAL_SECONDS
        conn.timeout = conn.arrives_by
        conn.sock.setblocking(False)
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def murder_pending(self) -> None:
        """Close what did not arrive in time. They do not stand in the order of their limits."""
        now = time.monotonic()
        for conn in [one for one in self.pending_conns if one.timeout <= now]:
            self.pending_conns.remove(conn)
            with suppress(OSError, KeyError, ValueError):
                self.poller.unregister(conn.sock)
            self.nr_conns -= 1
            conn.close()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """A request that is none: answered in the one shape of our errors, and logged without its words."""
        if not isinstance(exc, ParseException):
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("not a request: %s", type(exc).__name__)
        status = STATUS_LINES.get(type(exc), "400 Bad Request")
        error = {"code": f"http_{status[:3]}", "message": UNREADABLE, "errors": {}}
        body = json.dumps(error, ensure_ascii=False).encode()
        head = (
            f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
        )
        with suppress(OSError):
            client.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
