"""TOTP (RFC 6238): seeds, and codes that are accepted once."""

from __future__ import annotations

import hmac
import re
import unicodedata
from datetime import datetime

STEP_SECONDS = 30
DRIFT_STEPS = 1
ISSUER = "コールセンター業務"
CODE = re.compile(r"[0-9]{6}")


def new_seed() -> str:
    import pyotp  # with segno about 40 ms: only where a second factor is set up or used

    return pyotp.random_base32()


def provisioning_uri(seed: str, login: str) -> str:
    """The otpauth address an authenticator app reads."""
    import pyotp

    uri: str = pyotp.TOTP(seed).provisioning_uri(name=login, issuer_name=ISSUER)
    return uri


def picture(uri: str) -> str:
    """The address as a QR code: an SVG `data:` address for an image."""
    import segno

    address: str = segno.make(uri, error="m").svg_data_uri(scale=5, border=2)
    return address


def matching_step(seed: str, code: str, at: datetime, last_step: int) -> int | None:
    """The time step `code` belongs to, one step of clock drift allowed, or None. A step that was used, or an
    earlier one, never matches again. Full-width digits and the space apps show in the middle are understood."""
    import pyotp

    digits = re.sub(r"\s", "", unicodedata.normalize("NFKC", code[:20]))
    if not CODE.fullmatch(digits):
        return None
    now_step = int(at.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(seed)
    for step in range(now_step - DRIFT_STEPS, now_step + DRIFT_STEPS + 1):
        if step > last_step and hmac.compare_digest(totp.at(step * STEP_SECONDS), digits):
            return step
    return None
