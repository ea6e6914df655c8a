"""機械接続のトークン: what machines may do under the administrator's contract."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for

from callcenter.accounts import directory, tokens
from callcenter.accounts.admin_pages import SHOWN_AGAIN, section_tabs
from callcenter.accounts.administration import require_administrator
from callcenter.audit.typed import NOTHING, Line, Refusal, clean_lines, refused
from callcenter.clock import instant_of, local, now
from callcenter.errors import InvalidInput
from callcenter.web.access import ADMINISTRATION, SCOPES, actor, allow, only
from callcenter.web.forms import date_of
from callcenter.web.transaction import transaction

blueprint = Blueprint("people_tokens", __name__)
USUAL_LIFE = timedelta(days=90)


@blueprint.get("/admin/tokens")
@allow(only(ADMINISTRATION))
def list_tokens() -> str:
    return _page(NOTHING)


def _page(refusal: Refusal, secret: str = "") -> str:
    at = now()
    return render_template(
        "accounts/tokens.html",
        tokens=[(token, token.state(at)) for token in directory.tokens_of(actor().contract)],
        scopes=SCOPES,
        chosen=request.form.getlist("scopes") if refusal is not NOTHING else [],
        expires_on=refusal.typed.get("expires_on") or (local(at).on + USUAL_LIFE).isoformat(),
        refusal=refusal,
        secret=secret,
        tabs=section_tabs(),
    )


@blueprint.post("/admin/tokens")
@allow(only(ADMINISTRATION))
def create_token() -> Any:
    """The token is shown in the answer and nowhere else."""
    try:
        typed = clean_lines(request.form, {"name": Line(80)})
        scopes = frozenset(request.form.getlist("scopes"))
        new = tokens.NewToken(typed["name"], scopes, _life(date_of(request.form.get("expires_on"), "expires_on")))
        with transaction():
            require_administrator(actor())
            _, secret = tokens.create_token(new, by=actor(), at=now())
    except SHOWN_AGAIN as error:
        return _page(refused(error, "token")), error.status
    return _page(NOTHING, secret)


def _life(last_on: date) -> timedelta:
    """From now to the end of the last day, which is after today."""
    if last_on <= local(now()).on:
        raise InvalidInput(errors={"expires_on": ["期限は明日から 1 年以内の日付にしてください。"]})
    return instant_of(last_on, 1440) - now()


@blueprint.post("/admin/tokens/<uuid:token_id>/revoke")
@allow(only(ADMINISTRATION))
def revoke_token(token_id: UUID) -> Any:
    with transaction():
        require_administrator(actor())
        tokens.revoke_token(token_id, by=actor(), at=now())
    flash("トークンを失効させました。", "success")
    return redirect(url_for("people_tokens.list_tokens"), 303)
