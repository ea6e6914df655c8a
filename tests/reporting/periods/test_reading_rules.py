"""Which periods there may be, and what stands before an approval."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from callcenter.errors import InvalidInput, NotFound
from callcenter.reporting.periods.rules import (
    FROM,
    TO,
    PeriodState,
    checks_of,
    fiscal_span,
    may_submit,
    period_name,
    previous_span,
    span_for,
    year_ago_span,
)
from reports.period import PeriodKind, Span, month_span

MONTHLY, ANNUAL, TERM = PeriodKind.MONTHLY, PeriodKind.ANNUAL, PeriodKind.TERM
DAY = date(2026, 6, 2)


class Contract(Struct, frozen=True):
    starts_on: date = date(2026, 4, 1)
    ends_on: date = date(2027, 3, 31)


def _span(kind: PeriodKind, text_from: str, text_to: str = "", contract: Contract = Contract()) -> Span:
    return span_for(kind, text_from, text_to, contract)


# --- which periods there may be ---


@pytest.mark.parametrize("text", ["2026-06", "2026-06-01", " ２０２６－０６ "])
def test_a_month_is_typed_by_year_and_month(text: str) -> None:
    assert _span(MONTHLY, text) == Span(date(2026, 6, 1), date(2026, 6, 30))


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-00", "2026-06-02", "0000-01", "六月", "2026-6"])
def test_what_is_no_month_is_refused_under_its_field(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        _span(MONTHLY, text)
    assert list(refused.value.errors) == [FROM]


@pytest.mark.parametrize(
    ("kind", "text"), [(MONTHLY, "2026-03"), (MONTHLY, "2027-04"), (ANNUAL, "2025"), (ANNUAL, "2027")]
)
def test_a_month_or_year_outside_the_contract_is_not_found_and_the_term_is_named(kind: PeriodKind, text: str) -> None:
    with pytest.raises(NotFound) as missing:
        _span(kind, text)
    assert "令和8年4月1日～令和9年3月31日" in missing.value.message


def test_the_month_in_which_the_contract_begins_is_cut_to_it() -> None:
    contract = Contract(date(2026, 4, 15), date(2027, 2, 10))
    first, last = _span(MONTHLY, "2026-04", contract=contract), _span(MONTHLY, "2027-02", contract=contract)
    year = _span(ANNUAL, "2026", contract=contract)
    assert first == Span(date(2026, 4, 15), date(2026, 4, 30))
    assert last == Span(date(2027, 2, 1), date(2027, 2, 10))
    assert year == Span(date(2026, 4, 15), date(2027, 2, 10))
    assert [period_name(MONTHLY, first), period_name(ANNUAL, year)] == ["令和8年4月", "令和8年度"]
    assert previous_span(MONTHLY, first) == month_span(date(2026, 3, 1))


@pytest.mark.parametrize("text", ["2026", "2026-04-01"])
def test_a_fiscal_year_is_typed_by_its_first_year(text: str) -> None:
    assert _span(ANNUAL, text) == Span(date(2026, 4, 1), date(2027, 3, 31))


@pytest.mark.parametrize("text", ["", "26", "2026-03-31", "9999", "1872", "2026-2027"])
def test_what_is_no_fiscal_year_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        _span(ANNUAL, text)


def test_a_term_is_typed_by_two_days_and_may_be_one_day() -> None:
    assert _span(TERM, "2026-06-02", "2026-08-31") == Span(DAY, date(2026, 8, 31))
    assert _span(TERM, "2026-06-02", "2026-06-02").days == 1


@pytest.mark.parametrize(
    ("text_from", "text_to", "field"),
    [
        ("2026-06-02", "2026-06-01", TO),
        ("2026-03-31", "2026-06-01", FROM),
        ("2026-06-02", "2027-04-01", TO),
        ("", "2026-06-02", FROM),
        ("2026-06-02", "", TO),
        ("2026-02-30", "2026-06-02", FROM),
        ("2026-06-02T00:00", "2026-06-02", FROM),
    ],
)
def test_a_term_that_cannot_be_is_refused_under_its_field(text_from: str, text_to: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        _span(TERM, text_from, text_to)
    assert list(refused.value.errors) == [field]


@settings(max_examples=50)
@given(kind=st.sampled_from(PeriodKind), text_from=st.text(max_size=12), text_to=st.text(max_size=12))
def test_whatever_is_typed_gives_a_span_of_the_contract_or_a_refusal(
    kind: PeriodKind, text_from: str, text_to: str
) -> None:
    found = None
    with suppress(InvalidInput, NotFound):
        found = _span(kind, text_from, text_to)
    if found is not None:
        assert Contract().starts_on <= found.from_on <= found.to_on <= Contract().ends_on


@settings(max_examples=50)
@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)))
def test_the_month_before_ends_the_day_before_and_last_year_s_has_the_same_number(on: date) -> None:
    span = month_span(on)
    before, ago = previous_span(MONTHLY, span), year_ago_span(MONTHLY, span)
    assert before is not None
    assert ago is not None
    assert before.to_on == span.from_on - timedelta(days=1)
    assert before.whole_month
    assert (ago.from_on.year, ago.from_on.month) == (on.year - 1, on.month)
    assert ago.whole_month


def test_a_fiscal_year_begins_in_april() -> None:
    assert fiscal_span(date(2027, 3, 31)) == Span(date(2026, 4, 1), date(2027, 3, 31))
    assert fiscal_span(date(2027, 4, 1)).from_on == date(2027, 4, 1)
    assert previous_span(ANNUAL, fiscal_span(date(2027, 4, 1))) == fiscal_span(date(2027, 3, 31))
    assert year_ago_span(ANNUAL, fiscal_span(DAY)) is None
    assert (previous_span(TERM, Span(DAY, DAY)), year_ago_span(TERM, Span(DAY, DAY))) == (None, None)


# --- before an approval ---


def _codes(**changes: Any) -> dict[str, str]:
    unconfirmed = changes.pop("unconfirmed", 0)
    state = PeriodState(**{"over": True, "recorded": 1, **changes})
    return {one.check.code: one.check.weight.value for one in checks_of(state, unconfirmed)}


def test_a_clean_period_has_nothing_to_check() -> None:
    assert _codes() == {}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"over": False}, "not_over"),
        ({"within_contract": False}, "outside_contract"),
        ({"unconfirmed": 1}, "personal_data"),
    ],
)
def test_what_stops_an_approval(changes: dict[str, Any], code: str) -> None:
    assert _codes(**changes) == {code: "stop"}
    unconfirmed = changes.pop("unconfirmed", 0)
    assert not may_submit(checks_of(PeriodState(**{"over": True, "recorded": 1, **changes}), unconfirmed))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"recorded": 0}, "no_records"),
        ({"unreported": (DAY,)}, "unreported"),
        ({"changed": (DAY,)}, "changed"),
        ({"gaps": (DAY,)}, "gaps"),
        ({"no_exchange": (DAY,)}, "exchange_missing"),
        ({"open_calls": 2, "open_call_days": (DAY,)}, "open_calls"),
        ({"open_attendance": (DAY,)}, "open_attendance"),
        ({"unnoted_shortages": (DAY,)}, "unnoted_shortages"),
        ({"months_not_closed": (date(2026, 6, 1),)}, "attendance_not_closed"),
    ],
)
def test_what_may_stand_is_told_and_does_not_stop(changes: dict[str, Any], code: str) -> None:
    assert _codes(**changes) == {code: "warn"}
    assert may_submit(checks_of(PeriodState(**{"over": True, "recorded": 1, **changes})))


def test_each_day_of_a_check_can_be_linked() -> None:
    (check,) = checks_of(PeriodState(over=True, recorded=1, unreported=(DAY, date(2026, 6, 3))))
    assert check.check.text == "日次実績報告書を提出していない開庁日が 2 日あります。"
    assert check.links == [("6月2日（火）", {"on": "2026-06-02"}), ("6月3日（水）", {"on": "2026-06-03"})]


def test_the_stopping_checks_come_first() -> None:
    found = list(_codes(over=False, unconfirmed=1, recorded=0, gaps=(DAY,)).values())
    assert found == ["stop", "stop", "warn", "warn"]
