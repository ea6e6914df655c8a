"""Handing over: mailboxes of the city, sending by mail, what was handed over by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from msgspec import Struct

from callcenter.audit.typed import NOTHING, Refusal, refused
from callcenter.clock import local, now
from callcenter.deliveries import addresses, handing, mail_requests, queries, remarks
from callcenter.deliveries import sending_forms as forms
from callcenter.deliveries import sending_queries as found_by
from callcenter.deliveries.remarks import REMARK_LENGTH
from callcenter.deliveries.rules import (
    EDITION_LABELS,
    KIND_LABELS,
    METHOD_LABELS,
    OBSTACLE_WORDS,
    Method,
)
from callcenter.errors import AppError, Conflict, InvalidInput
from callcenter.jobs.rules import period_label
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.web.access import CITY, LEADERSHIP, Role, actor, allow, only
from callcenter.web.navigation import NavItem
from callcenter.web.transaction import transaction

blueprint = Blueprint("sendings", __name__)
READERS = CITY | LEADERSHIP
RECEIVERS = LEADERSHIP | {Role.CITY_OFFICER}
REFUSALS = (InvalidInput, Conflict, IndividualNumberRefused)
NAV = (NavItem("送付先", "sendings.list_addresses", LEADERSHIP, 46, section="sendings.", group="報告書"),)
BY_HAND = [(method.value, label) for method, label in METHOD_LABELS.items() if method is not Method.EMAIL]


class _Refused(Struct, frozen=True):
    """Which form of the page was refused, and with what."""

    form: str = ""
    refusal: Refusal = NOTHING
    chosen: frozenset[str] = frozenset()

    def of(self, form: str) -> Refusal:
        return self.refusal if form == self.form else NOTHING


def _refused(form: str, error: AppError) -> _Refused:
    return _Refused(form, refused(error, "sending"), frozenset(request.form.getlist("address_ids")))


# --- the mailing list ---


@blueprint.get("/documents/addresses")
@allow(only(LEADERSHIP))
def list_addresses() -> str:
    return _addresses_page(NOTHING)


def _addresses_page(refusal: Refusal) -> str:
    found = found_by.mailboxes(actor().contract, live=False)
    return render_template(
        "deliveries/addresses.html",
        live=[one for one in found if one.withdrawn_at is None],
        withdrawn=[one for one in found if one.withdrawn_at is not None],
        refusal=refusal,
        field_labels=forms.LABELS,
    )


@blueprint.post("/documents/addresses")
@allow(only(LEADERSHIP))
def add_address() -> Any:
    try:
        new = forms.new_address()
        with transaction():
            addresses.add_address(new, by=actor(), at=now())
    except REFUSALS as error:
        return _addresses_page(refused(error, "delivery_address")), error.status
    flash("送付先に加えました。", "success")
    return redirect(url_for("sendings.list_addresses"), 303)


@blueprint.post("/documents/addresses/<uuid:address_id>/withdraw")
@allow(only(LEADERSHIP))
def withdraw_address(address_id: UUID) -> Any:
    with transaction():
        addresses.withdraw_address(address_id, by=actor(), at=now())
    flash("送付先から外しました。これまでの送付の記録は残ります。", "success")
    return redirect(url_for("sendings.list_addresses"), 303)


# --- a version: what was handed over, by mail, by hand ---


@blueprint.get("/documents/<uuid:version_id>/sending")
@allow(only(LEADERSHIP))
def handing_over(version_id: UUID) -> str:
    return _sending_page(version_id, _Refused())


def _sending_page(version_id: UUID, paper: _Refused) -> str:
    who, at = actor(), now()
    leaving = found_by.leaving(who.contract, version_id, at)
    files = queries.files_of(who.contract, version_id)
    return render_template(
        "deliveries/sending.html",
        leaving=leaving,
        version=leaving.version,
        name=_name(leaving.version),
        done=found_by.handing_over(who.contract, version_id, for_city=False),
        elsewhere=found_by.open_elsewhere(who.contract, version_id),
        editions=[(one.value, EDITION_LABELS[one]) for one in EDITION_LABELS if any(f.edition is one for f in files)],
        by_hand=BY_HAND,
        may_permit=who.has(Role.CONTRACT_MANAGER),
        today=local(at).on,
        paper=paper,
        obstacles=OBSTACLE_WORDS,
        field_labels=forms.LABELS,
    )


def _name(version: queries.VersionFacts) -> str:
    period = period_label(version.period_from, version.period_to)
    return f"{KIND_LABELS[version.kind]}　{period}　第{version.number}版"


def _back(version_id: UUID) -> Any:
    return redirect(url_for("sendings.handing_over", version_id=version_id), 303)


@blueprint.post("/documents/<uuid:version_id>/sending")
@allow(only(LEADERSHIP))
def send(version_id: UUID) -> Any:
    try:
        new = forms.mail_request(version_id)
        with transaction():
            mail_requests.request_mail(new, by=actor(), at=now())
    except REFUSALS as error:
        return _sending_page(version_id, _refused("mail", error)), error.status
    flash("電子メールの送信を受け付けました。結果はこの画面に表示されます。", "success")
    return _back(version_id)


@blueprint.post("/documents/<uuid:version_id>/handing-over")
@allow(only(LEADERSHIP))
def record_handing(version_id: UUID) -> Any:
    try:
        new = forms.handing(version_id)
        with transaction():
            handing.record_handing(new, by=actor(), at=now())
    except REFUSALS as error:
        return _sending_page(version_id, _refused("hand", error)), error.status
    flash("送付を記録しました。", "success")
    return _back(version_id)


@blueprint.post("/documents/sendings/<uuid:sending_id>/withdraw")
@allow(only(LEADERSHIP))
def withdraw(sending_id: UUID) -> Any:
    return _decided(
        sending_id,
        lambda: mail_requests.withdraw(sending_id, by=actor(), at=now()),
        "取りやめとして記録しました。",
    )


@blueprint.post("/documents/sendings/<uuid:sending_id>/again")
@allow(only(LEADERSHIP))
def send_again(sending_id: UUID) -> Any:
    return _decided(
        sending_id,
        lambda: mail_requests.send_again(sending_id, by=actor(), at=now()),
        "送り直しを受け付けました。",
    )


@blueprint.post("/documents/sendings/<uuid:sending_id>/recipients/<uuid:recipient_id>")
@allow(only(LEADERSHIP))
def settle(sending_id: UUID, recipient_id: UUID) -> Any:
    """A person decides a mailbox of which nobody knows whether it got the message."""
    wanted = forms.settlement()
    return _decided(
        sending_id,
        lambda: mail_requests.settle(sending_id, recipient_id, wanted, by=actor(), at=now()),
        "記録しました。" if wanted is mail_requests.Settlement.ARRIVED else "もう一度送ることを受け付けました。",
    )


def _decided(sending_id: UUID, decide: Callable[[], object], message: str) -> Any:
    version_id = found_by.sending(actor().contract, sending_id).version_id
    try:
        with transaction():
            decide()
    except Conflict as error:
        return _sending_page(version_id, _refused("decision", error)), error.status
    flash(message, "success")
    return _back(version_id)


# --- the receipt ---


@blueprint.get("/documents/sendings/<uuid:sending_id>/receipt")
@allow(only(RECEIVERS))
def receipt(sending_id: UUID) -> str:
    return _receipt_page(sending_id, NOTHING)


def _receipt_page(sending_id: UUID, refusal: Refusal) -> str:
    found = found_by.sending(actor().contract, sending_id)
    return render_template(
        "deliveries/receipt.html",
        sending=found,
        name=_name(queries.version(actor().contract, found.version_id)),
        refusal=refusal,
        field_labels=forms.LABELS,
    )


@blueprint.post("/documents/sendings/<uuid:sending_id>/receipt")
@allow(only(RECEIVERS))
def record_receipt(sending_id: UUID) -> Any:
    try:
        words = forms.receipt()
        with transaction():
            version_id = handing.record_receipt(sending_id, words, by=actor(), at=now())
    except REFUSALS as error:
        return _receipt_page(sending_id, refused(error, "sending")), error.status
    flash("受領を記録しました。", "success")
    return redirect(url_for("deliveries.document", version_id=version_id, _anchor="handing-over"), 303)


# --- remarks ---


@blueprint.get("/documents/<uuid:version_id>/remarks")
@allow(only(READERS))
def list_remarks(version_id: UUID) -> str:
    return _remarks_page(version_id, NOTHING)


def _remarks_page(version_id: UUID, refusal: Refusal) -> str:
    version = queries.version(actor().contract, version_id)
    return render_template(
        "deliveries/remarks.html",
        version=version,
        name=_name(version),
        remarks=remarks.thread(actor(), version_id),
        refusal=refusal,
        longest=REMARK_LENGTH,
        field_labels=forms.LABELS,
    )


@blueprint.post("/documents/<uuid:version_id>/remarks")
@allow(only(remarks.WRITERS))
def add_remark(version_id: UUID) -> Any:
    try:
        new = forms.new_remark(version_id)
        with transaction():
            remarks.add_remark(new, by=actor(), at=now())
    except REFUSALS as error:
        return _remarks_page(version_id, refused(error, "delivery_remark")), error.status
    flash("コメントを残しました。", "success")
    return redirect(url_for("deliveries.document", version_id=version_id, _anchor="remarks"), 303)
