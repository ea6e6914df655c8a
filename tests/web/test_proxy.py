from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest

from callcenter.web.proxy import TrustedProxies

PROXY = "192.0.2.10"


def _seen(peer: str, networks: tuple[str, ...] = (PROXY,), **forwarded: str) -> dict[str, Any]:
    """What the application is told about a request that `peer` sends."""
    told: dict[str, Any] = {}

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        told.update(environ)
        return []

    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", "HTTP_HOST": "inside:8000"}
    environ |= {f"HTTP_X_FORWARDED_{name.upper()}": value for name, value in forwarded.items()}
    TrustedProxies(app, tuple(ip_network(network) for network in networks))(environ, lambda *_: None)  # type: ignore[arg-type]
    return told


def test_a_stranger_who_sends_forwarded_headers_is_not_believed() -> None:
    told = _seen("203.0.113.5", For="10.0.0.1", proto="https", host="evil.example", port="1", prefix="/x")
    assert (told["REMOTE_ADDR"], told["wsgi.url_scheme"], told["HTTP_HOST"]) == ("203.0.113.5", "http", "inside:8000")
    assert not [name for name in told if "FORWARDED" in name]


def test_no_proxy_is_trusted_unless_named() -> None:
    assert _seen("127.0.0.1", (), For="10.0.0.1")["REMOTE_ADDR"] == "127.0.0.1"


def test_a_named_proxy_is_believed() -> None:
    told = _seen(PROXY, For="198.51.100.7", proto="https", host="desk.example")
    assert (told["REMOTE_ADDR"], told["wsgi.url_scheme"], told["HTTP_HOST"]) == (
        "198.51.100.7",
        "https",
        "desk.example",
    )


@pytest.mark.parametrize(
    ("chain", "address"),
    [
        ("10.9.9.9, 198.51.100.7", "198.51.100.7"),
        ("198.51.100.7, 192.0.2.11", "198.51.100.7"),
        ("6.6.6.6, 198.51.100.7, 192.0.2.11, 192.0.2.12", "198.51.100.7"),
        ("192.0.2.11", PROXY),
        ("", PROXY),
        ("unknown", PROXY),
        ("10.9.9.9, unknown", PROXY),
        ("198.51.100.7:51234", "198.51.100.7"),
        ("[2001:db8::7]:51234", "2001:db8::7"),
        ("2001:db8::7%eth0", "2001:db8::7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("9" * 5000, PROXY),
        ("\x00", PROXY),
    ],
)
def test_the_address_is_the_last_one_no_trusted_proxy_has(chain: str, address: str) -> None:
    assert _seen(PROXY, ("192.0.2.0/24",), For=chain)["REMOTE_ADDR"] == address


@pytest.mark.parametrize("scheme", ["javascript", "", "https://x"])
def test_a_scheme_that_is_none_is_not_taken(scheme: str) -> None:
    assert _seen(PROXY, proto=scheme)["wsgi.url_scheme"] == "http"


@pytest.mark.parametrize("peer", ["", "unix:", "not-an-address"])
def test_a_peer_without_an_address_is_not_trusted(peer: str) -> None:
    assert _seen(peer, ("0.0.0.0/0",), For="10.0.0.1")["REMOTE_ADDR"] == peer
