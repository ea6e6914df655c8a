"""The client's real address, scheme and host, believed only from a named proxy."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from callcenter.config import Network

FORWARDED = ("FOR", "PROTO", "HOST", "PORT", "PREFIX")
SCHEMES = frozenset({"http", "https"})


class TrustedProxies:
    """Takes `X-Forwarded-For/-Proto/-Host` from a trusted peer; from anyone else they are dropped unread.

    The address is the last one in `X-Forwarded-For` that no trusted proxy has: what stands before it is the
    client's own claim. A value that is no address leaves the peer's in place.
    """

    def __init__(self, app: WSGIApplication, networks: tuple[Network, ...]) -> None:
        self._app, self._networks = app, networks

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        given = {name: environ.pop(f"HTTP_X_FORWARDED_{name}", "") for name in FORWARDED}
        if self._networks and self._trusts(_address(environ.get("REMOTE_ADDR", ""))):
            self._believe(environ, given)
        return self._app(environ, start_response)

    def _believe(self, environ: WSGIEnvironment, given: dict[str, str]) -> None:
        address = self._client(given["FOR"])
        if address is not None:
            environ["REMOTE_ADDR"] = str(address)
        scheme = _last(given["PROTO"]).lower()
        if scheme in SCHEMES:
            environ["wsgi.url_scheme"] = scheme
        host = _last(given["HOST"])
        if host:
            environ["HTTP_HOST"] = host

    def _client(self, chain: str) -> IPv4Address | IPv6Address | None:
        for part in reversed(chain.split(",")):
            address = _address(part)
            if address is None or not self._trusts(address):
                return address
        return None

    def _trusts(self, address: IPv4Address | IPv6Address | None) -> bool:
        return address is not None and any(address in network for network in self._networks)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: `192.0.2.1`, `192.0.2.1:5060`, `[2001:db8::1]:5060`, `::ffff:192.0.2.1`."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def _last(values: str) -> str:
    return values.rpartition(",")[2].strip()
