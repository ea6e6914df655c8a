"""What the forms of handing over bring, parsed, cleaned and scanned before any transaction opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from flask import request

from callcenter.audit.typed import Line, clean_lines
from callcenter.clock import instant_of
from callcenter.deliveries.addresses import NewAddress
from callcenter.deliveries.handing import Handing
from callcenter.deliveries.mail_requests import MailRequest, Settlement
from callcenter.deliveries.remarks import REMARK_LENGTH, NewRemark
from callcenter.deliveries.rules import Edition, Method
from callcenter.errors import InvalidInput
from callcenter.protection.scan import require_clean
from callcenter.protection.text import clean_text
from callcenter.web.forms import attempt, date_of, id_of, minute_of, text

LABELS = {
    "address": "メールアドレス",
    "owner": "窓口・担当",
    "address_ids": "宛先",
    "method": "方法",
    "edition": "用途",
    "agreement": "方法の取り決め",
    "recipient": "渡した相手",
    "handed_on": "渡した日",
    "handed_time": "渡した時刻",
    "receipt": "受領番号・受領の記録",
    "text": "内容",
}
T = TypeVar("T")


def new_address() -> NewAddress:
    """Raises `InvalidInput` naming each field, `IndividualNumberRefused`."""
    typed = clean_lines(request.form, {"address": Line(254), "owner": Line(100)})
    return NewAddress(typed["address"], typed["owner"], _key())


def mail_request(version_id: UUID) -> MailRequest:
    """Raises `InvalidInput`."""
    chosen = [id_of(value, "address_ids") for value in request.form.getlist("address_ids")]
    return MailRequest(version_id, frozenset(chosen), request.form.get("again") == "1", _key())


def settlement() -> Settlement:
    """Raises `InvalidInput`."""
    return _coded(Settlement, "settlement", "「届いた」か「もう一度送る」を選んでください。")


def handing(version_id: UUID) -> Handing:
    """Raises `InvalidInput` naming each field, `IndividualNumberRefused`."""
    lines = {"recipient": Line(100), "agreement": Line(300), "receipt": Line(200, required=False)}
    errors: dict[str, list[str]] = {}
    typed = attempt(errors, lambda: clean_lines(request.form, lines))
    method = attempt(errors, lambda: _coded(Method, "method", "方法を選んでください。"))
    edition = attempt(errors, lambda: _coded(Edition, "edition", "用途を選んでください。"))
    on = attempt(errors, lambda: date_of(request.form.get("handed_on"), "handed_on"))
    minute = attempt(errors, lambda: minute_of(text("handed_time"), "handed_time"))
    if errors or typed is None or method is None or edition is None or on is None or minute is None:
        raise InvalidInput(errors=errors)
    return Handing(version_id, method, edition, **typed, handed_at=instant_of(on, minute), key=_key())


def receipt() -> str:
    """Raises `InvalidInput`, `IndividualNumberRefused`."""
    return clean_lines(request.form, {"receipt": Line(100, required=False)})["receipt"]


def new_remark(version_id: UUID) -> NewRemark:
    """Raises `InvalidInput`, `IndividualNumberRefused`."""
    words = request.form.get("text", "")
    require_clean({"text": words})
    return NewRemark(version_id, clean_text(words, max_length=REMARK_LENGTH, field="text"), _key())


def _coded(codes: Callable[[Any], T], name: str, message: str) -> T:
    try:
        return codes(request.form.get(name, ""))
    except ValueError as error:
        raise InvalidInput(errors={name: [message]}) from error


def _key() -> UUID:
    return id_of(request.form.get("idempotency_key"), "idempotency_key")
