"""Reads of records: the list by coded filters and by typed words, one record, its corrections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from unicodedata import normalize
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Integer, LargeBinary, Row, bindparam, func, literal, literal_column, or_, select

from callcenter.accounts.models import Membership, User
from callcenter.audit.service import Act
from callcenter.calls.models import Call, CallRevision
from callcenter.calls.rules import CallState
from callcenter.calls.sealing import opened
from callcenter.errors import InvalidInput, NotFound
from callcenter.extensions import db
from callcenter.protection.keys import ContractKeys
from callcenter.protection.phones import normalise_phone
from callcenter.protection.search_index import IndexKind, key_of, matches, query_tokens
from callcenter.web.access import DESK
from callcenter.web.pagination import Page
from callcenter.web.statements import Read
from callcenter.web.transaction import hold_read

ALL_NUMBERED = "all"
SEARCHED = ("report_text", "question", "answer", "caller_name")
EXPORT_BATCH = 1000
_SHAPES_REMEMBERED, _TOTALS_REMEMBERED = 64, 256

_LISTED = (
    Call.id,
    Call.number,
    Call.state,
    Call.local_on,
    Call.local_minute,
    Call.channel,
    Call.category_code,
    Call.disposition,
    Call.report_text,
    Call.caller_name,
    Call.phone,
    Call.complaint,
    Call.difficult,
    Call.talk_seconds,
    Call.acw_seconds,
    # Not a join: rows that a page skips are then skipped in the index alone.
    select(User.display_name).where(User.id == Call.operator_id).scalar_subquery().label("operator_name"),
)
_WHOLE = (
    *_LISTED,
    Call.version,
    Call.started_at,
    Call.ended_at,
    Call.saved_at,
    Call.relation,
    Call.language,
    Call.operator_id,
)
"""What a machine is given besides."""


class CallFilter(Struct, frozen=True):
    """What a list shows: ids and codes only, never typed words. `category` is a major's or a minor's code."""

    from_on: date | None = None
    to_on: date | None = None
    operator_id: UUID | None = None
    category: str = ""
    disposition: str = ""
    state: str = CallState.SAVED.value
    complaint: bool = False
    difficult: bool = False


class Words(Struct, frozen=True):
    """A typed search made ready: the key of a number, or tokens that a row must hold and the words to confirm."""

    text: str
    phone_key: bytes | None
    tokens: tuple[bytes, ...]


def searched(words: Words, total: int) -> Act:
    """The entry of a search. What is found tells that somebody called, to whomever knows the name or the number."""
    kind = "phone" if words.phone_key is not None else "words"
    return Act("call.searched", "call", "-", {"kind": kind, "count": total})


def words_of(keys: ContractKeys, typed: str) -> Words:
    """Raises `InvalidInput` for a single letter, which would find almost everything."""
    try:
        phone = normalise_phone(typed, field="q")
        return Words(typed, key_of(keys, IndexKind.PHONE, phone.e164), ())
    except InvalidInput:
        found = tuple(query_tokens(keys, typed))
    if not found:
        raise InvalidInput(errors={"q": ["2文字以上の言葉か、電話番号を入力してください。"]})
    return Words(typed, None, found)


_NUMBER = re.compile(r"#?\s*([0-9]{1,9})")
_ID_OF_NUMBER = Read(
    select(Call.id).where(
        Call.contract_id == bindparam("wanted_contract", type_=Call.contract_id.type),
        Call.number == bindparam("wanted_number"),
    )
)


def id_of_number(contract_id: UUID, typed: str) -> UUID | None:
    """The record whose number was typed (`#1043`, `1043`); None for anything else."""
    found = _NUMBER.fullmatch(normalize("NFKC", typed).strip())
    if found is None:
        return None
    asked = {"wanted_contract": contract_id, "wanted_number": int(found[1])}
    row = _ID_OF_NUMBER.first(db.session.connection(), asked)
    return None if row is None else row.id


def page_of_calls(
    contract_id: UUID, head: bytes, wanted: CallFilter, page: Page, *, whole: bool = False
) -> tuple[list[Any], int]:
    """One page, the newest first, and the number of calls in all. Two statements; one while the `head` of the
    contract's log stands where it stood, since every change of a record is in it."""
    total = _total(contract_id, head, wanted)
    if page.offset >= total:
        return [], total
    values = _values(wanted)
    asked = {"wanted_contract": contract_id, **values, "page_size": page.size, "page_offset": page.offset}
    return _prepared(tuple(values), whole=whole).listed.all(db.session.connection(), asked), total


@lru_cache(_TOTALS_REMEMBERED)
def _total(contract_id: UUID, head: bytes, wanted: CallFilter) -> int:  # noqa: ARG001
    values = _values(wanted)
    asked = {"wanted_contract": contract_id, **values}
    total: int = _prepared(tuple(values), whole=False).counted.all(db.session.connection(), asked)[0].total
    return total


class _Prepared(NamedTuple):
    counted: Read
    listed: Read


@lru_cache(_SHAPES_REMEMBERED)
def _prepared(names: tuple[str, ...], *, whole: bool) -> _Prepared:
    """The count and the page of a list with these conditions."""
    conditions = _conditions(names)
    count = select(func.count().label("total")).select_from(Call).where(*conditions)
    page = _ordered(conditions, whole=whole).limit(bindparam("page_size", type_=Integer))
    return _Prepared(Read(count), Read(page.offset(bindparam("page_offset", type_=Integer))))


def page_of_matches(
    keys: ContractKeys, wanted: CallFilter, words: Words, page: Page, *, whole: bool = False
) -> tuple[list[Any], int]:
    """One page of a typed search and how many calls match. One statement; every candidate is confirmed."""
    kept: list[Row[Any]] = []
    total = 0
    for row in matching(keys, wanted, words, whole=whole):
        if page.offset <= total < page.offset + page.size:
            kept.append(row)
        total += 1
    return kept, total


def all_calls(contract_id: UUID, wanted: CallFilter) -> Iterator[Row[Any]]:
    """Every call of a list, the newest first, in bounded memory."""
    values = _values(wanted)
    yield from _streamed(_ordered(_conditions(values)), {"wanted_contract": contract_id, **values})


def matching(keys: ContractKeys, wanted: CallFilter, words: Words, *, whole: bool = False) -> Iterator[Row[Any]]:
    """Every call that holds the words (a token hit is only a candidate: the opened texts decide)."""
    values = _values(wanted)
    conditions, asked = _conditions(values), {"wanted_contract": keys.contract_id, **values}
    if words.phone_key is not None:
        yield from db.session.execute(_ordered([*conditions, Call.phone_key == words.phone_key], whole=whole), asked)
        return
    conditions += [_holds(token) for token in words.tokens]
    for row in _streamed(_ordered(conditions, whole=whole).add_columns(Call.question, Call.answer), asked):
        if matches(words.text, _texts(keys, row)):
            yield row


def _streamed(statement: Any, asked: Mapping[str, Any]) -> Iterator[Row[Any]]:
    hold_read()
    return iter(db.session.execute(statement.execution_options(yield_per=EXPORT_BATCH), asked))


def _texts(keys: ContractKeys, row: Any) -> Iterator[str]:
    """Opened one by one: the search stops at the first that matches."""
    return (opened(keys, name, row.id, getattr(row, name)) for name in SEARCHED)


def _holds(token: bytes) -> ColumnElement[bool]:
    if db.engine.dialect.name == "sqlite":
        return func.instr(Call.tokens, token) > 0
    return func.position(literal(token, LargeBinary).op("IN")(Call.tokens)) > 0


def _ordered(conditions: Iterable[ColumnElement[bool]], *, whole: bool = False) -> Any:
    return select(*(_WHOLE if whole else _LISTED)).where(*conditions).order_by(Call.local_on.desc(), Call.number.desc())


def _values(wanted: CallFilter) -> dict[str, Any]:
    """The conditions a filter asks for, with the value of each."""
    minor = len(wanted.category) == 4
    given = {
        "state": wanted.state if wanted.state != ALL_NUMBERED else None,
        "operator": wanted.operator_id,
        "minor": wanted.category if minor else None,
        "major": wanted.category if not minor else None,
        "disposition": wanted.disposition,
        "complaint": wanted.complaint,
        "difficult": wanted.difficult,
        "from_on": wanted.from_on,
        "to_on": wanted.to_on,
    }
    return {name: value for name, value in given.items() if value}


def _value(name: str, column: Any) -> Any:
    return bindparam(name, type_=column.type)


_CONDITIONS: Mapping[str, ColumnElement[bool]] = {
    "state": Call.state == _value("state", Call.state),
    "operator": Call.operator_id == _value("operator", Call.operator_id),
    "minor": Call.category_code == _value("minor", Call.category_code),
    "major": Call.category_code.between(
        _value("major", Call.category_code).concat("00"), _value("major", Call.category_code).concat("99")
    ),
    "disposition": Call.disposition == _value("disposition", Call.disposition),
    "complaint": Call.complaint == _value("complaint", Call.complaint),
    "difficult": Call.difficult == _value("difficult", Call.difficult),
    "from_on": Call.local_on >= _value("from_on", Call.local_on),
    "to_on": Call.local_on <= _value("to_on", Call.local_on),
}


def _conditions(names: Iterable[str]) -> list[ColumnElement[bool]]:
    """What always holds, and the named ones; their values are given when the statement is executed."""
    always = (Call.contract_id == _value("wanted_contract", Call.contract_id), Call.number.is_not(None))
    return [*always, *(_CONDITIONS[name] for name in names)]


_OPERATORS = Read(
    select(User.id, User.display_name)
    .join(Membership, Membership.user_id == User.id)
    .where(
        Membership.contract_id == bindparam("wanted_contract", type_=Membership.contract_id.type),
        or_(*(Membership.role == literal_column(f"'{role.value}'") for role in sorted(DESK))),
    )
    .group_by(User.id, User.display_name, User.reading)
    .order_by(User.reading == literal_column("''"), User.reading, User.display_name, User.id)
)


def operators(contract_id: UUID) -> list[tuple[UUID, str]]:
    """Who records or recorded calls: (id, name) of the people with a desk role, in the order of the reading."""
    return [tuple(row) for row in _OPERATORS.all(db.session.connection(), {"wanted_contract": contract_id})]


_RECORD = (
    Call.id,
    Call.number,
    Call.state,
    Call.version,
    Call.local_on,
    Call.local_minute,
    Call.started_at,
    Call.ended_at,
    Call.saved_at,
    Call.voided_at,
    Call.channel,
    Call.relation,
    Call.language,
    Call.category_code,
    Call.disposition,
    Call.complaint,
    Call.difficult,
    Call.talk_seconds,
    Call.acw_seconds,
    Call.booking,
    Call.operator_id,
    User.display_name.label("operator_name"),
    Call.phone,
    Call.caller_name,
    Call.question,
    Call.answer,
    Call.report_text,
    Call.void_reason,
)


def record_of(contract_id: UUID, call_id: UUID) -> Any:
    """One saved or voided call with its sealed texts. Raises `NotFound`; an open call is its operator's alone."""
    statement = (
        select(*_RECORD)
        .outerjoin(User, User.id == Call.operator_id)
        .where(Call.contract_id == contract_id, Call.id == call_id, Call.number.is_not(None))
    )
    row: Any = db.session.execute(statement).first()
    if row is None:
        raise NotFound("この対応記録は見つかりませんでした。")
    return row


def opened_with(contract_id: UUID, open_key: UUID) -> Any:
    """`id` and `save_key` of the call that was made with an idempotency key, or None."""
    statement = select(Call.id, Call.save_key).where(Call.contract_id == contract_id, Call.open_key == open_key)
    return db.session.execute(statement).first()


class Revision(Struct, frozen=True):
    """One correction; its texts are still sealed."""

    id: UUID
    revision: int
    corrected_at: datetime
    by_name: str
    reason: bytes
    before: bytes


def revisions_of(contract_id: UUID, call_id: UUID) -> list[Revision]:
    """Corrections of a call, the newest first."""
    statement = (
        select(
            CallRevision.id,
            CallRevision.revision,
            CallRevision.corrected_at,
            func.coalesce(User.display_name, ""),
            CallRevision.reason,
            CallRevision.before,
        )
        .outerjoin(User, User.id == CallRevision.corrected_by_id)
        .where(CallRevision.contract_id == contract_id, CallRevision.call_id == call_id)
        .order_by(CallRevision.revision.desc())
    )
    return [Revision(*row) for row in db.session.execute(statement)]


def names_of_users(user_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The names of those who stand in a log."""
    wanted = {user_id for user_id in user_ids if user_id}
    rows = db.session.execute(select(User.id, User.display_name).where(User.id.in_(wanted)))
    return {row.id: row.display_name for row in rows}
