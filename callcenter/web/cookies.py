"""The signed session cookie and the token against forged requests.

Whether a signature holds does not change, so each is worked out once and remembered (a bounded number of them):
a browser sends the same cookie and the same token with every request of its session. Refusals are not remembered.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import cast

from flask import Flask, Request, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect, same_origin
from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer

REMEMBERED = 1024
HEADER = "X-CSRFToken"
FIELD = "csrf_token"


class SignedCookies(SecureCookieSessionInterface):
    """Flask's own signed cookie. Its content is decoded anew for every request; only the signature is remembered."""

    def __init__(self, app: Flask) -> None:
        serializer = super().get_signing_serializer(app)
        if serializer is None:
            raise RuntimeError("sessions need a secret key")
        self._serializer, self._lifetime = serializer, app.permanent_session_lifetime
        self._unsigned = lru_cache(REMEMBERED)(self._unsign)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:  # noqa: ARG002
        return self._serializer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        value = request.cookies.get(self.get_cookie_name(app), "")
        try:
            payload, signed_at = self._unsigned(value)
            if not timedelta(0) <= datetime.now(UTC) - signed_at <= self._lifetime:
                return self.session_class()
            return self.session_class(self._serializer.load_payload(payload))
        except BadSignature:
            return self.session_class()

    def _unsign(self, value: str) -> tuple[bytes, datetime]:
        signer = cast(TimestampSigner, self._serializer.make_signer(self._serializer.salt))
        return signer.unsign(value, return_timestamp=True)


class ForgeryCheck(CSRFProtect):  # type: ignore[misc]
    """Flask-WTF's token, looked for in the header first: a script's request need not be read as a form."""

    def init_app(self, app: Flask) -> None:
        super().init_app(app)
        serializer = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token")
        app.extensions["callcenter_token_reader"] = lru_cache(REMEMBERED)(serializer.loads)

    def check(self, app: Flask) -> None:
        """Raises `CSRFError` unless the request carries the token of its own session and, over TLS, comes from a
        page of ours."""
        given = request.headers.get(HEADER) or self._get_csrf_token()
        if not _is_own(app, given):
            self._error_response("The CSRF token is missing or not the session's.")
        if request.is_secure and not same_origin(request.referrer or "", f"https://{request.host}/"):
            self._error_response("The referrer does not match the host.")
        g.csrf_valid = True


def _is_own(app: Flask, given: str | None) -> bool:
    own = session.get(FIELD)
    if not given or not isinstance(own, str):
        return False
    try:
        found = app.extensions["callcenter_token_reader"](given)
    except BadSignature:
        return False
    return isinstance(found, str) and hmac.compare_digest(found, own)
