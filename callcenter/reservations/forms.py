"""What is typed for a reservation, judged before any database: texts cleaned and scanned, numbers and dates read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from callcenter.errors import InvalidInput
from callcenter.protection.phones import Phone, normalise_phone
from callcenter.protection.scan import FieldKind, require_clean
from callcenter.protection.text import clean_line, clean_text
from callcenter.reservations import rules
from callcenter.reservations.rules import Applicant, Asker, BirthDateRefused, CancelReason, Channel, Messages, Visitor
from callcenter.reservations.terms import BookingSettings

PERSON_FIELDS = ("notice_number", "name", "kana", "birth")
LABELS: Mapping[str, str] = {
    "procedure": "手続",
    "people": "人数",
    "place": "会場",
    "on": "日付",
    "start": "時間",
    "phone": "日中の連絡先",
    "visitor": "来庁者",
    "remarks": "配慮事項",
    "notice_number": "交付通知書の番号",
    "name": "氏名",
    "kana": "フリガナ",
    "birth": "生年月日",
    "reason": "理由",
    "reason_code": "取消の理由",
    "asker": "申出人",
}


class PersonTyped(Struct, frozen=True):
    """One person's fields as typed."""

    notice_number: str = ""
    name: str = ""
    kana: str = ""
    birth: str = ""


class Typed(Struct, frozen=True):
    """The details of a reservation as typed; `people` in the order of the form."""

    people: tuple[PersonTyped, ...]
    phone: str = ""
    visitor: str = Visitor.SELF.value
    remarks: str = ""
    documents_told: bool = False
    second: bool = False

    def fields(self) -> dict[str, str]:
        """Every text under the name of its field: `name`, and `name-2` for the second person."""
        texts = {"phone": self.phone, "remarks": self.remarks}
        for place, person in enumerate(self.people, 1):
            texts |= {field_of(name, place): getattr(person, name) for name in PERSON_FIELDS}
        return texts


class Details(Struct, frozen=True):
    """Judged: fit to be kept. `second`: another live reservation of the same notice number is known and wanted."""

    applicants: tuple[Applicant, ...]
    phone: Phone | None
    visitor: str
    remarks: str
    documents_told: bool
    second: bool


def field_of(name: str, place: int) -> str:
    return name if place == 1 else f"{name}-{place}"


def label_of(field: str) -> str:
    """`氏名（2人目）` for `name-2`."""
    name, _, place = field.partition("-")
    return f"{LABELS.get(name, name)}（{place}人目）" if place else LABELS.get(name, name)


def typed_from(form: Mapping[str, str], people: int) -> Typed:
    """Of a page's form."""
    persons = tuple(
        PersonTyped(**{name: form.get(field_of(name, place), "") for name in PERSON_FIELDS})
        for place in range(1, people + 1)
    )
    return Typed(
        persons,
        phone=form.get("phone", ""),
        visitor=form.get("visitor", Visitor.SELF.value),
        remarks=form.get("remarks", ""),
        documents_told=form.get("documents_told") == "1",
        second=form.get("second") == "1",
    )


def judged(typed: Typed, *, settings: BookingSettings, today: date, on: date) -> Details:
    """Raises `IndividualNumberRefused`, or `InvalidInput` with every message field by field."""
    require_clean(typed.fields(), {"phone": FieldKind.PHONE})
    errors: Messages = {}
    applicants = tuple(
        one
        for place, person in enumerate(typed.people, 1)
        if (one := _applicant(person, place, settings, today, errors)) is not None
    )
    phone = _phone(typed.phone, errors)
    remarks = _text("remarks", typed.remarks, rules.REMARKS_LENGTH, errors, lines=True)
    _check_visitor(typed.visitor, applicants, on, errors)
    _check_twice(applicants, errors)
    if errors:
        raise InvalidInput(errors=errors)
    return Details(applicants, phone, typed.visitor, remarks, typed.documents_told, typed.second)


def _applicant(
    person: PersonTyped, place: int, settings: BookingSettings, today: date, errors: Messages
) -> Applicant | None:
    known = len(errors)
    number = rules.notice_number(person.notice_number)
    wrong = rules.check_notice_number(number, settings.notice_pattern)
    if wrong:
        errors[field_of("notice_number", place)] = [f"{wrong}（例：{settings.notice_example}）"]
    name = _text(field_of("name", place), person.name, rules.NAME_LENGTH, errors)
    kana = _text(field_of("kana", place), person.kana, rules.KANA_LENGTH, errors)
    if not name and field_of("name", place) not in errors:
        errors[field_of("name", place)] = ["氏名を入力してください。"]
    birth_on = _birth(person.birth, field_of("birth", place), today, errors)
    if len(errors) > known or birth_on is None:
        return None
    return Applicant(number, name, kana, birth_on)


def _birth(typed: str, field: str, today: date, errors: Messages) -> date | None:
    if not typed.strip():
        errors[field] = ["生年月日を入力してください。"]
        return None
    try:
        return rules.birth_date(typed[:40], today)
    except BirthDateRefused as refusal:
        errors[field] = [str(refusal)]
        return None


def _phone(typed: str, errors: Messages) -> Phone | None:
    if not typed.strip():
        errors["phone"] = ["日中に連絡のつく電話番号を入力してください。"]
        return None
    try:
        return normalise_phone(typed)
    except InvalidInput as error:
        errors.update(error.errors)
        return None


def _text(field: str, typed: str, limit: int, errors: Messages, *, lines: bool = False) -> str:
    try:
        return (clean_text if lines else clean_line)(typed, max_length=limit, field=field)
    except InvalidInput as error:
        errors.update(error.errors)
        return ""


def _check_visitor(visitor: str, applicants: Sequence[Applicant], on: date, errors: Messages) -> None:
    if not Visitor.has(visitor):
        errors["visitor"] = ["一覧から選んでください。"]
    elif visitor == Visitor.SELF.value and rules.needs_guardian(tuple(applicants), on):
        errors["visitor"] = [
            f"{rules.GUARDIAN_BELOW}歳未満の方がいます。法定代理人が同行するか確かめて、選び直してください。"
        ]


def _check_twice(applicants: Sequence[Applicant], errors: Messages) -> None:
    seen: set[str] = set()
    for place, one in enumerate(applicants, 1):
        if one.notice_number in seen:
            errors.setdefault(field_of("notice_number", place), ["同じ番号が2回入力されています。"])
        seen.add(one.notice_number)


class CancelTyped(Struct, frozen=True):
    """Why a reservation is cancelled or changed, and who asked. `override`: a supervisor's decision past the limit."""

    asker: str
    reason_code: str = ""
    reason: str = ""
    override: bool = False


def judged_cancel(typed: CancelTyped, *, needs_code: bool = True) -> CancelTyped:
    """Raises `IndividualNumberRefused`, `InvalidInput`."""
    require_clean({"reason": typed.reason})
    errors: Messages = {}
    if not Asker.has(typed.asker):
        errors["asker"] = ["だれからの申出かを選んでください。"]
    if needs_code and not CancelReason.has(typed.reason_code):
        errors["reason_code"] = ["取消の理由を選んでください。"]
    reason = _text("reason", typed.reason, rules.REASON_LENGTH, errors)
    if not reason and typed.reason_code == CancelReason.OTHER.value:
        errors["reason"] = ["「その他」のときは、理由を入力してください。"]
    if errors:
        raise InvalidInput(errors=errors)
    return CancelTyped(typed.asker, typed.reason_code, reason, typed.override)


def channel_of(value: str) -> str:
    """Raises `InvalidInput`."""
    if not Channel.has(value):
        raise InvalidInput(errors={"channel": ["一覧から選んでください。"]})
    return value


def texts_of(applicants: Sequence[Applicant]) -> Iterator[dict[str, Any]]:
    """What may go back into a form."""
    for one in applicants:
        yield {
            "notice_number": one.notice_number,
            "name": one.name,
            "kana": one.kana,
            "birth": one.birth_on.isoformat(),
        }
