"""Correcting and voiding a record: with a reason, against a version, nothing typed is ever lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from msgspec import Struct
from msgspec.structs import asdict, replace

from callcenter.audit.service import Act, record
from callcenter.calls import category_queries, corrections, record_queries, record_view, service
from callcenter.calls.corrections import Current
from callcenter.calls.forms import LABELS, MARKS, Judge, Times, Typed, cleaned, judged
from callcenter.calls.record_pages import log_refusal
from callcenter.calls.recording import Sitting, sitting
from callcenter.calls.rules import DURATION_LIMIT_SECONDS, Channel, Disposition, Language, Relation, check_talk
from callcenter.clock import instant_of, local
from callcenter.errors import AppError, InvalidInput
from callcenter.protection.scan import IndividualNumberRefused
from callcenter.web.access import DESK, allow, only
from callcenter.web.forms import date_of, minute_of, whole_of
from callcenter.web.transaction import end_read, transaction

blueprint = Blueprint("call_corrections", __name__)
TEXT_FIELDS = tuple(name for name in Typed.__struct_fields__ if name not in MARKS)
FORM_FIELDS = (*TEXT_FIELDS, "started_on", "started_time", "talk_seconds", "acw_seconds", "reason")


class CorrectionForm(Struct, frozen=True):
    """The form as typed: texts by name, marks, and the version it was made for."""

    texts: Mapping[str, str]
    marks: Mapping[str, bool]
    version: int

    @classmethod
    def sent(cls) -> CorrectionForm:
        texts = {name: request.form.get(name, "") for name in FORM_FIELDS}
        marks = {name: bool(request.form.get(name)) for name in MARKS}
        return cls(texts, marks, whole_of(request.form.get("version"), "version", most=2**31 - 1))

    @classmethod
    def of(cls, current: Current) -> CorrectionForm:
        """The record as it stands."""
        typed, times = asdict(current.typed), current.times
        texts = {
            **{name: typed[name] for name in TEXT_FIELDS},
            "started_on": times.local_on.isoformat(),
            "started_time": f"{times.local_minute // 60:02d}:{times.local_minute % 60:02d}",
            "talk_seconds": duration_text(times.talk_seconds),
            "acw_seconds": duration_text(times.acw_seconds),
            "reason": "",
        }
        return cls(texts, {name: typed[name] for name in MARKS}, current.place.version)

    def typed(self) -> Typed:
        values: dict[str, Any] = {**{name: self.texts[name] for name in TEXT_FIELDS}, **self.marks}
        return Typed(**values)

    def times(self, current: Times, at: datetime) -> Times:
        """Raises `InvalidInput`. An untouched start keeps its seconds."""
        on = date_of(self.texts["started_on"], "started_on")
        minute = minute_of(self.texts["started_time"], "started_time")
        same = (on, minute) == (current.local_on, current.local_minute)
        started = current.started_at if same else instant_of(on, minute)
        talk = duration_of(self.texts["talk_seconds"], "talk_seconds")
        acw = duration_of(self.texts["acw_seconds"], "acw_seconds")
        untouched = same and talk == current.talk_seconds
        if not untouched and (impossible := check_talk(talk, at - started)):
            raise InvalidInput(errors=impossible)
        ended = None if talk is None else max(started, min(at, started + timedelta(seconds=talk)))
        return Times(started, ended, talk, acw)


def duration_text(seconds: int | None) -> str:
    return "" if seconds is None else f"{seconds // 60}:{seconds % 60:02d}"


def duration_of(text: str, name: str) -> int | None:
    """`4:05` in seconds; None for nothing. Raises `InvalidInput` naming the field."""
    minutes, colon, seconds = text.strip().partition(":")
    if not text.strip():
        return None
    try:
        total = whole_of(minutes, name, most=1440) * 60 + (whole_of(seconds, name, most=59) if colon else 0)
    except InvalidInput:
        total = -1
    if not 0 <= total <= DURATION_LIMIT_SECONDS:
        raise InvalidInput(errors={name: ["分:秒で入力してください（例 2:30）。"]})
    return total


@blueprint.get("/calls/<uuid:call_id>/correct")
@allow(only(DESK))
def correction_form(call_id: UUID) -> Any:
    """The record in the clear, to be corrected: a showing, with its entry in the same transaction."""
    at_desk = sitting()
    with transaction():
        current = _current(call_id, at_desk)
        _record_shown(current, at_desk)
    return _page(call_id, CorrectionForm.of(current), number=current.number)


def _current(call_id: UUID, at_desk: Sitting) -> Current:
    """Raises `NotFound`, `Forbidden`, `InvalidInput`."""
    current = corrections.current_of(at_desk.keys, record_queries.record_of(at_desk.by.contract, call_id))
    corrections.require_changeable(at_desk.by, current.operator_id, current.place.state)
    return current


def _record_shown(current: Current, at_desk: Sitting) -> None:
    filled = [name for name in service.filled_fields(current.typed) if name in record_view.PERSONAL]
    details = {"fields": filled, "for": "correction"}
    record(Act("call.shown", "call", str(current.place.call_id), details), by=at_desk.by, at=at_desk.at)


def _page(call_id: UUID, form: CorrectionForm, error: AppError | None = None, **more: Any) -> Any:
    at_desk = sitting()
    known = category_queries.names(at_desk.by.contract)
    tree = known.tree(local(at_desk.at).on)
    end_read()
    shown = render_template(
        "calls/correct.html",
        call_id=call_id,
        texts=form.texts,
        marks=form.marks,
        version=form.version,
        labels={**LABELS, "started_on": "開始日", "started_time": "開始時刻"},
        error=error,
        categories=[(m.code, f"{m.code} {m.name}") for major in tree for m in major.minors],
        channels=Channel.choices(),
        relations=Relation.choices(),
        languages=Language.choices(),
        dispositions=Disposition.choices(),
        **more,
    )
    return shown, error.status if error else 200


@blueprint.post("/calls/<uuid:call_id>/correct")
@allow(only(DESK))
def correct(call_id: UUID) -> Any:
    at_desk, form = sitting(), CorrectionForm.sent()
    current = _current(call_id, at_desk)
    end_read()
    try:
        prepared = _prepared(form, current, at_desk)
        if form.version != current.place.version:
            raise service.Changed("ほかの人が先に修正しました。下の違いを確認してください。")
        with transaction():
            corrections.correct_call(prepared, by=at_desk.by, at=at_desk.at)
    except IndividualNumberRefused as refusal:
        log_refusal(refusal, by=at_desk.by, at=at_desk.at, call_id=str(call_id))
        return _page(call_id, replace(form, texts={**form.texts, **refusal.masked}), refusal, number=current.number)
    except service.Changed as error:
        return _both(call_id, form, error)
    except InvalidInput as error:
        return _page(call_id, form, error, number=current.number)
    flash("修正しました。", "success")
    return redirect(url_for("calls.detail", call_id=call_id), 303)


def _prepared(form: CorrectionForm, current: Current, at_desk: Sitting) -> corrections.PreparedCorrection:
    """Raises `InvalidInput` with every field's messages together, `IndividualNumberRefused`."""
    typed = cleaned(form.typed())
    reason, errors = "", dict[str, list[str]]()
    try:
        reason = corrections.clean_reason(form.texts["reason"])
    except InvalidInput as error:
        errors.update(error.errors)
    known = category_queries.names(at_desk.by.contract)
    end_read()
    judge = Judge(at_desk.contract_start, at_desk.contract_end, at_desk.at, known.versions)
    try:
        accepted = judged(typed, form.times(current.times, at_desk.at), judge)
    except InvalidInput as error:
        errors.update(error.errors)
    if errors:
        raise InvalidInput(errors=errors)
    return corrections.prepare_correction(at_desk.keys, current, accepted, reason, at_desk.at)


def _both(call_id: UUID, form: CorrectionForm, error: AppError) -> Any:
    """Somebody was first: both values of every difference, what was typed kept, and the version to correct now."""
    at_desk = sitting()
    with transaction():
        current = _current(call_id, at_desk)
        _record_shown(current, at_desk)
    stored = CorrectionForm.of(current)
    differences = [
        (name, form.texts[name], stored.texts[name])
        for name in FORM_FIELDS
        if name != "reason" and form.texts[name].strip() != stored.texts[name]
    ]
    differences += [
        (name, "あり" if form.marks[name] else "なし", "あり" if stored.marks[name] else "なし")
        for name in MARKS
        if form.marks[name] != stored.marks[name]
    ]
    return _page(call_id, replace(form, version=stored.version), error, differences=differences, number=current.number)


@blueprint.post("/calls/<uuid:call_id>/void")
@allow(only(DESK))
def void(call_id: UUID) -> Any:
    """Take a record out of every figure, with a reason. It stays, and can be read."""
    at_desk = sitting()
    row = record_queries.record_of(at_desk.by.contract, call_id)
    version = whole_of(request.form.get("version"), "version", most=2**31 - 1)
    typed = request.form.get("reason", "")
    try:
        current = _current(call_id, at_desk)
        reason = corrections.clean_reason(typed)
        end_read()
        place = replace(current.place, version=version)
        with transaction():
            service.void_call(at_desk.keys, place, reason, by=at_desk.by, at=at_desk.at)
    except IndividualNumberRefused as refusal:
        log_refusal(refusal, by=at_desk.by, at=at_desk.at, call_id=str(call_id))
        return _detail_again(row, at_desk, refusal, refusal.masked["reason"])
    except (InvalidInput, service.Changed) as error:
        return _detail_again(row, at_desk, error, typed)
    flash("取り消しました。集計には入りません。", "success")
    return redirect(url_for("calls.detail", call_id=call_id), 303)


def _detail_again(row: Any, at_desk: Sitting, error: AppError, reason: str) -> Any:
    shown = record_view.detail(at_desk.keys, row, by=at_desk.by)
    end_read()
    return render_template("calls/detail.html", **shown, error=error, reason=reason), error.status
