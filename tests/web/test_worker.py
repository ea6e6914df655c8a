"""Clients that dawdle, stop or send nonsense, against the product's own server."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest

from callcenter.web.worker import LARGEST_WAITED_FOR, awaited
from tests.bench.desks import centre_of, deployment_in
from tests.bench.serving import HOST, THREADS, Server, answers, serving
from tests.calls.factories import individual_number

HEAD = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    ("received", "wanted"),
    [
        (b"", 1),
        (b"GET / HT", 9),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r", 27),
        (HEAD, len(HEAD)),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab", 43),
        (b"POST / HTTP/1.1\r\ncontent-LENGTH:5\r\n\r\nabcde", 42),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", 45),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 47),
        (b"x" * LARGEST_WAITED_FOR, LARGEST_WAITED_FOR),
    ],
)
def test_a_request_is_taken_when_its_head_and_small_body_are_there(received: bytes, wanted: int) -> None:
    assert awaited(received) == wanted


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("worker")
    made = deployment_in(folder, f"sqlite:///{folder}/db.sqlite")
    with centre_of(made):
        pass
    with serving([made.launch()]) as (one,):
        yield one


def _connected(server: Server, *parts: bytes) -> socket.socket:
    client = socket.create_connection((HOST, server.port), timeout=20)
    for part in parts:
        client.sendall(part)
    return client


def _answer(client: socket.socket) -> bytes:
    received = b""
    with client:
        while part := client.recv(65536):
            received += part
    return received


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET /sign-in HTTP/1.1\r\nHost: x\r\nX: ",
        b"POST /sign-in HTTP/1.1\r\nContent-Length: 900\r\n\r\nlo",
    ],
)
def test_clients_that_dawdle_hold_nobody_up(server: Server, begun: bytes) -> None:
    """Three times as many as there are threads, one of them sending a byte now and then."""
    slow = [_connected(server, begun) for _ in range(3 * THREADS)]
    try:
        for client in slow:
            client.sendall(b"a")
            assert answers(server.port)
    finally:
        for client in slow:
            client.close()


def test_a_request_in_pieces_is_answered_once_it_is_whole(server: Server) -> None:
    closing = HEAD[:-2] + b"Connection: close\r\n\r\n"
    client = _connected(server, *(bytes([byte]) for byte in closing))
    assert b" 200 OK" in _answer(client)


def test_two_requests_in_one_piece_are_both_answered(server: Server) -> None:
    closing = HEAD[:-2] + b"Connection: close\r\n\r\n"
    assert _answer(_connected(server, HEAD + closing)).count(b" 200 OK") == 2


def test_a_body_larger_than_is_waited_for_is_read_as_it_comes(server: Server) -> None:
    size = 3 * LARGEST_WAITED_FOR
    head = f"POST /sign-in HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n".encode()
    client = _connected(server, head, b"a" * LARGEST_WAITED_FOR, b"a" * 2 * LARGEST_WAITED_FOR)
    assert _answer(client).startswith(b"HTTP/1.1 4")


def test_a_client_that_goes_half_way_leaves_the_service_as_it_was(server: Server) -> None:
    for part in (HEAD[:10], HEAD[:-1], b""):
        _connected(server, part).close()
    assert answers(server.port)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("get{} / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nX {}: 1\r\n\r\n", 400),
        ("GET /" + "a" * 9000 + "{} HTTP/1.1\r\n\r\n", 414),
        ("GET / HTTP/1.1\r\nX: " + "a" * 9000 + "{}\r\n\r\n", 431),
    ],
)
def test_what_is_no_request_is_answered_in_our_shape_and_its_words_are_not_kept(
    server: Server, sent: str, status: int
) -> None:
    number = individual_number()
    head, _, body = _answer(_connected(server, sent.format(number).encode())).partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert json.loads(body)["code"] == f"http_{status}"
    assert number not in server.log()
