"""What a desk, a form or a machine sends for a call: types checked, texts cleaned and scanned, before any database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace

from callcenter.audit.service import Act
from callcenter.calls import rules
from callcenter.calls.sealing import Texts, phone_text
from callcenter.clock import local
from callcenter.errors import InvalidInput
from callcenter.protection.phones import Phone, normalise_phone
from callcenter.protection.scan import FieldKind, IndividualNumberRefused, require_clean
from callcenter.protection.text import clean_line, clean_text

LIMITS: Mapping[str, int] = {
    "phone": rules.PHONE_LENGTH,
    "caller_name": rules.NAME_LENGTH,
    "question": rules.NOTE_LENGTH,
    "answer": rules.NOTE_LENGTH,
    "report_text": rules.REPORT_TEXT_LENGTH,
}
KINDS: Mapping[str, FieldKind] = {"phone": FieldKind.PHONE}
MULTILINE = frozenset({"question", "answer"})
MARKS = ("complaint", "difficult")
DESK_NAMES: Mapping[str, str] = {"name": "caller_name", "category": "category_code"}
"""The desk's short names of two fields; errors go out under the long ones, which the desk understands."""

LABELS: Mapping[str, str] = {
    "started_at": "開始日時",
    "phone": "電話番号",
    "caller_name": "氏名",
    "relation": "問合せ者",
    "channel": "受付方法",
    "language": "言語",
    "question": "問合せ内容",
    "category_code": "分類",
    "answer": "回答内容",
    "report_text": "報告用要旨",
    "disposition": "結果",
    "complaint": "苦情",
    "difficult": "困難事例",
    "talk_seconds": "通話時間",
    "acw_seconds": "後処理時間",
    "reason": "理由",
}


class Typed(Struct, frozen=True):
    """The fields of a call as typed. Codes may be anything until `rules.check_call` has seen them."""

    phone: str = ""
    caller_name: str = ""
    relation: str = rules.Relation.SELF.value
    channel: str = rules.Channel.PHONE.value
    language: str = rules.Language.JAPANESE.value
    question: str = ""
    category_code: str = ""
    answer: str = ""
    report_text: str = ""
    disposition: str = ""
    complaint: bool = False
    difficult: bool = False

    def for_desk(self) -> dict[str, str | bool]:
        """Under the desk's names."""
        short = {long: name for name, long in DESK_NAMES.items()}
        return {short.get(name, name): value for name, value in asdict(self).items()}

    def is_empty(self) -> bool:
        """Nothing typed and nothing chosen that a new call does not have by itself."""
        return self == Typed()


class Times(Struct, frozen=True):
    """When a call was. `started_at` fixes its day; durations in seconds, None where nobody measured."""

    started_at: datetime
    ended_at: datetime | None = None
    talk_seconds: int | None = None
    acw_seconds: int | None = None

    @property
    def local_on(self) -> date:
        return local(self.started_at).on

    @property
    def local_minute(self) -> int:
        return local(self.started_at).minute


_FIELDS = frozenset(Typed.__struct_fields__)
_WORDS = tuple(name for name in Typed.__struct_fields__ if name not in MARKS)


def typed_of(data: Mapping[str, Any]) -> Typed:
    """Read the fields by the desk's or the long names. Raises `InvalidInput` for wrong types and unknown names."""
    errors: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    for given, value in data.items():
        name = DESK_NAMES.get(given, given)
        if name not in _FIELDS:
            errors["_"] = ["知らない項目が送信されました。画面を読み直してください。"]
        elif name in MARKS and not isinstance(value, bool):
            errors[name] = ["あり・なしで指定してください。"]
        elif name not in MARKS and not isinstance(value, str):
            errors[name] = ["文字で入力してください。"]
        else:
            values[name] = value
    if errors:
        raise InvalidInput(errors=errors)
    return Typed(**values)


def cleaned_text(name: str, value: str) -> str:
    """One text field in the form in which it is kept. Raises `InvalidInput` naming the limit."""
    clean = clean_text if name in MULTILINE else clean_line
    return clean(value, max_length=LIMITS[name], field=name)


def cleaned(typed: Typed) -> Typed:
    """All texts cleaned, then scanned. Raises `InvalidInput` (length) or `IndividualNumberRefused`."""
    texts: dict[str, str] = {}
    errors: dict[str, list[str]] = {}
    for name in LIMITS:
        try:
            texts[name] = cleaned_text(name, getattr(typed, name))
        except InvalidInput as error:
            errors.update(error.errors)
    if errors:
        raise InvalidInput(errors=errors)
    require_clean(texts, KINDS)
    return with_texts(typed, texts)


def with_texts(typed: Typed, texts: Mapping[str, Any]) -> Typed:
    """The same call with other texts."""
    return replace(typed, **texts)


class Judged(Struct, frozen=True):
    """A call that may be saved: its texts in the form in which they are kept."""

    typed: Typed
    texts: Texts
    e164: str
    times: Times


class Judge(Struct, frozen=True):
    """What a call is judged by: the contract's days, the clock, the categories."""

    contract_start: date
    contract_end: date
    now: datetime
    find_category: rules.CategoryLookup


def judged(typed: Typed, times: Times, judge: Judge) -> Judged:
    """Check cleaned fields and times. Raises `InvalidInput` with every message, field by field."""
    errors = rules.check_call(
        _values(typed, times),
        contract_start=judge.contract_start,
        contract_end=judge.contract_end,
        now=judge.now,
        find_category=judge.find_category,
    )
    phone: Phone | None = None
    try:
        phone = normalise_phone(typed.phone) if typed.phone else None
    except InvalidInput as error:
        errors.update(error.errors)
    if errors:
        raise InvalidInput(errors=errors)
    texts = Texts(phone_text(phone), typed.caller_name, typed.question, typed.answer, typed.report_text)
    return Judged(typed, texts, phone.e164 if phone else "", times)


def _values(typed: Typed, times: Times) -> rules.CallValues:
    coded = {name: getattr(typed, name) for name in _WORDS}
    return rules.CallValues(
        started_at=times.started_at,
        local_on=times.local_on,
        ended_at=times.ended_at,
        talk_seconds=times.talk_seconds,
        acw_seconds=times.acw_seconds,
        **coded,
    )


def refusal_act(error: IndividualNumberRefused, call_id: str) -> Act:
    """The entry of a refused number: field, length and rule; never a digit."""
    found = [{"field": one.field, "length": one.length, "rule": one.rule} for one in error.findings]
    return Act("call.number_refused", "call", call_id, {"found": found})


def to_be_logged(error: IndividualNumberRefused, call_id: str = "-") -> IndividualNumberRefused:
    """The refusal with its entry, and with the masked texts for the answer: to be raised to the edge."""
    vars(error).update(act=refusal_act(error, call_id), extra={"masked": error.masked})
    return error
