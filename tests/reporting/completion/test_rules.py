"""Rules of completion: due dates, tax inside, interest, what may be recorded, where a month stands, what is checked."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.errors import Conflict, InvalidInput
from callcenter.reporting.completion import rules
from callcenter.reporting.completion.rules import (
    Answer,
    InvoiceState,
    NoticeState,
    Paid,
    Stage,
    account,
    interest,
    invoice_checks,
    late_yen_days,
    notice_checks,
)
from callcenter.reporting.rules import Weight

DUE = date(2026, 8, 1)
FEE = 1_980_000
YEN = st.integers(0, 50_000_000)
DAYS = st.integers(0, 800)
PARTS = st.lists(st.tuples(st.integers(-40, 800), st.integers(1, 5_000_000)), max_size=6)


def after(days: int) -> date:
    return DUE + timedelta(days=days)


def paid(parts: list[tuple[int, int]]) -> list[Paid]:
    return [Paid(after(day), yen) for day, yen in parts]


# --- when, and how much tax ---


@pytest.mark.parametrize(
    ("claimed", "due"),
    [("2026-07-02", "2026-08-01"), ("2027-01-30", "2027-03-01"), ("2028-01-31", "2028-03-01")],
)
def test_a_claim_is_due_on_the_thirtieth_day_after_it(claimed: str, due: str) -> None:
    assert rules.due_on(date.fromisoformat(claimed)) == date.fromisoformat(due)


@pytest.mark.parametrize(("yen", "tax"), [(0, 0), (10, 0), (11, 1), (109, 9), (110, 10), (1_980_000, 180_000)])
def test_the_tax_inside_an_amount_is_rounded_down(yen: int, tax: int) -> None:
    assert rules.tax_within(yen) == tax


# --- interest ---


@pytest.mark.parametrize(
    ("claim", "payments", "until", "yen_days"),
    [
        (100, [], 0, 0),
        (100, [], 1, 100),
        (100, [(0, 100)], 50, 0),
        (100, [(1, 100)], 50, 100),
        (100, [(-3, 40)], 10, 600),
        (100, [(-3, 40), (4, 30)], 10, 60 * 4 + 30 * 6),
        (100, [(4, 30), (-3, 40)], 10, 60 * 4 + 30 * 6),
        (100, [(4, 100), (9, 50)], 10, 400),
        (100, [(20, 100)], 10, 1000),
        (100, [], -5, 0),
    ],
)
def test_each_unpaid_yen_counts_each_day_it_was_late(
    claim: int, payments: list[tuple[int, int]], until: int, yen_days: int
) -> None:
    assert late_yen_days(claim, DUE, paid(payments), after(until)) == yen_days


def test_interest_is_two_and_a_half_per_cent_of_a_year_of_365_days() -> None:
    assert interest(1_000_000 * 365) == 25_000
    assert interest(1_967_655 * 10 + 967_655 * 9) == 1944


@pytest.mark.parametrize(("yen_days", "yen"), [(14_599, 0), (14_600, 1), (29_199, 1), (29_200, 2)])
def test_interest_is_rounded_down_to_the_yen(yen_days: int, yen: int) -> None:
    assert interest(yen_days) == yen


@settings(max_examples=50)
@given(YEN, PARTS)
def test_nothing_is_owed_for_what_was_paid_on_time(claim: int, early: list[tuple[int, int]]) -> None:
    payments = [*paid([(min(day, 0), yen) for day, yen in early]), Paid(DUE, claim)]
    assert late_yen_days(claim, DUE, payments, after(500)) == 0


@settings(max_examples=50)
@given(YEN, PARTS, DAYS, DAYS)
def test_interest_never_falls_as_days_go_by(claim: int, parts: list[tuple[int, int]], day: int, more: int) -> None:
    payments = paid(parts)
    assert late_yen_days(claim, DUE, payments, after(day)) <= late_yen_days(claim, DUE, payments, after(day + more))


@settings(max_examples=50)
@given(YEN, YEN, PARTS, DAYS)
def test_interest_never_falls_with_a_larger_claim(
    claim: int, more: int, parts: list[tuple[int, int]], day: int
) -> None:
    less, larger = (late_yen_days(yen, DUE, paid(parts), after(day)) for yen in (claim, claim + more))
    assert less <= larger


@settings(max_examples=50)
@given(YEN, YEN, DAYS)
def test_interest_adds_up_over_parts_of_a_claim(first: int, second: int, day: int) -> None:
    whole = late_yen_days(first + second, DUE, [], after(day))
    assert whole == late_yen_days(first, DUE, [], after(day)) + late_yen_days(second, DUE, [], after(day))


@settings(max_examples=50)
@given(YEN, PARTS, DAYS)
def test_it_is_the_sum_over_days_of_what_was_unpaid(claim: int, parts: list[tuple[int, int]], day: int) -> None:
    """Another way to count: at the end of each late day, what was not paid before that day."""
    payments = paid(parts)
    by_days = sum(
        max(0, claim - sum(one.yen for one in payments if one.on < after(late))) for late in range(1, day + 1)
    )
    assert late_yen_days(claim, DUE, payments, after(day)) == by_days


@settings(max_examples=50)
@given(YEN, PARTS, DAYS, st.randoms(use_true_random=False))
def test_the_order_of_recording_does_not_matter(
    claim: int, parts: list[tuple[int, int]], day: int, mix: object
) -> None:
    payments = paid(parts)
    mixed = list(payments)
    mix.shuffle(mixed)  # type: ignore[attr-defined]
    assert late_yen_days(claim, DUE, payments, after(day)) == late_yen_days(claim, DUE, mixed, after(day))


def test_an_account_tells_what_is_unpaid_and_since_when() -> None:
    found = account(FEE, DUE, [Paid(after(-1), 980_000)], after(3))
    assert (found.paid, found.unpaid, found.late_days, found.overdue) == (980_000, 1_000_000, 3, True)
    assert found.interest == 1_000_000 * 3 * 25 // 365_000


def test_on_the_due_day_nothing_is_late() -> None:
    found = account(FEE, DUE, [], DUE)
    assert (found.late_days, found.interest, found.overdue) == (0, 0, False)


def test_an_account_that_was_paid_late_keeps_its_days_and_interest() -> None:
    found = account(FEE, DUE, [Paid(after(10), FEE)], after(200))
    assert (found.unpaid, found.late_days, found.overdue) == (0, 10, False)
    assert found.interest == FEE * 10 * 25 // 365_000


def test_money_that_is_still_to_come_does_not_count_yet() -> None:
    assert account(FEE, DUE, [Paid(after(5), FEE)], after(2)).unpaid == FEE


# --- what may be recorded ---


@pytest.mark.parametrize(("standing", "yen"), [(0, FEE), (FEE, 0), (FEE - 1, 1), (0, 0)])
def test_reductions_up_to_the_fee_are_recorded(standing: int, yen: int) -> None:
    rules.check_reduction(FEE, standing, yen)


def test_reductions_beyond_the_fee_are_refused_with_what_is_left() -> None:
    with pytest.raises(InvalidInput) as refused:
        rules.check_reduction(FEE, FEE - 100, 101)
    assert "あと 100 円まで" in refused.value.errors["yen"][0]


def test_without_a_fee_the_refusal_says_where_to_set_it() -> None:
    with pytest.raises(InvalidInput) as refused:
        rules.check_reduction(None, 0, 1)
    assert rules.FEE_SETTING in refused.value.errors["yen"][0]


def test_the_setting_is_called_what_the_contract_calls_it() -> None:
    from callcenter.contracts.settings import SETTINGS

    assert SETTINGS["monthly_fee_yen"].label == rules.FEE_SETTING


@pytest.mark.parametrize("on", ["2026-05-31", "2026-07-03"])
def test_a_decision_lies_between_the_months_first_day_and_today(on: str) -> None:
    rules.check_decided_on(date(2026, 6, 1), date(2026, 6, 1), date(2026, 7, 2))
    rules.check_decided_on(date(2026, 7, 2), date(2026, 6, 1), date(2026, 7, 2))
    with pytest.raises(InvalidInput):
        rules.check_decided_on(date.fromisoformat(on), date(2026, 6, 1), date(2026, 7, 2))


@pytest.mark.parametrize(
    ("on", "yen", "wrong"),
    [
        ("2026-07-10", 1000, set()),
        ("2026-07-02", 1, set()),
        ("2026-07-11", 1000, {"paid_on"}),
        ("2026-07-01", 1000, {"paid_on"}),
        ("2026-07-10", 1001, {"yen"}),
        ("2026-07-11", 1001, {"paid_on", "yen"}),
    ],
)
def test_a_payment_comes_after_the_claim_not_tomorrow_and_not_above_what_is_unpaid(
    on: str, yen: int, wrong: set[str]
) -> None:
    given_ = {"claimed_on": date(2026, 7, 2), "today": date(2026, 7, 10), "left": 1000}
    if not wrong:
        rules.check_payment(date.fromisoformat(on), yen, **given_)  # type: ignore[arg-type]
        return
    with pytest.raises(InvalidInput) as refused:
        rules.check_payment(date.fromisoformat(on), yen, **given_)  # type: ignore[arg-type]
    assert set(refused.value.errors) == wrong


@pytest.mark.parametrize("text", ["", "2026-6", "2026-13", "2026-00", "20260-1", "２０２６-06", "1899-01", "2026/06"])
def test_what_is_no_month_is_refused(text: str) -> None:
    assert rules.month_of("2026-06") == date(2026, 6, 1)
    with pytest.raises(InvalidInput):
        rules.month_of(text)


def test_the_months_of_a_term_are_those_it_touches() -> None:
    found = rules.months_between(date(2026, 11, 15), date(2027, 2, 1))
    assert [f"{one:%Y-%m-%d}" for one in found] == ["2026-11-01", "2026-12-01", "2027-01-01", "2027-02-01"]


# --- where a month stands ---

LATE = account(FEE, DUE, [], after(1))
OPEN = account(FEE, DUE, [], DUE)
SETTLED = account(FEE, DUE, [Paid(DUE, FEE)], DUE)


@pytest.mark.parametrize(
    ("over", "notice", "invoice", "owed", "stage"),
    [
        (False, Answer.NONE, Answer.NONE, None, Stage.RUNNING),
        (True, Answer.NONE, Answer.NONE, None, Stage.NOTICE),
        (True, Answer.WAITING, Answer.NONE, None, Stage.WAITING),
        (True, Answer.SENT_BACK, Answer.NONE, None, Stage.NOTICE_BACK),
        (True, Answer.ACCEPTED, Answer.NONE, None, Stage.INVOICE),
        (True, Answer.ACCEPTED, Answer.WAITING, OPEN, Stage.PAYMENT),
        (True, Answer.ACCEPTED, Answer.ACCEPTED, OPEN, Stage.PAYMENT),
        (True, Answer.ACCEPTED, Answer.ACCEPTED, LATE, Stage.OVERDUE),
        (True, Answer.ACCEPTED, Answer.ACCEPTED, SETTLED, Stage.PAID),
        (True, Answer.ACCEPTED, Answer.SENT_BACK, LATE, Stage.INVOICE_BACK),
        (True, Answer.WAITING, Answer.ACCEPTED, OPEN, Stage.PAYMENT),
    ],
)
def test_a_month_goes_from_notice_to_payment(
    over: bool, notice: Answer, invoice: Answer, owed: rules.Account | None, stage: Stage
) -> None:
    assert rules.stage(over=over, notice=notice, invoice=invoice, owed=owed) is stage


def test_every_stage_has_its_words_and_a_colour() -> None:
    assert all(one.label and one.badge in {"ok", "warn", "bad", "info", "mute"} for one in Stage)
    assert {one for one in Stage if not one.next_step} == {Stage.RUNNING, Stage.PAID}


# --- what is checked ---

NOTICE = NoticeState(over=True, monthly=Answer.ACCEPTED, unsubmitted=0, parties_missing=False)
INVOICE = InvoiceState(
    notice=Answer.ACCEPTED,
    fee=FEE,
    reduction=0,
    part_of_month=False,
    parties_missing=False,
    bank_missing=False,
    registration_missing=False,
    below_minutes=0,
    decided=False,
)


def test_a_month_in_order_has_nothing_to_check() -> None:
    assert notice_checks(NOTICE) == []
    assert invoice_checks(INVOICE) == []


@pytest.mark.parametrize(
    ("changes", "code", "weight"),
    [
        ({"over": False}, "running", Weight.STOP),
        ({"monthly": Answer.NONE}, "monthly", Weight.WARN),
        ({"monthly": Answer.WAITING}, "monthly", Weight.WARN),
        ({"monthly": Answer.SENT_BACK}, "monthly", Weight.WARN),
        ({"unsubmitted": 1}, "unsubmitted", Weight.WARN),
        ({"parties_missing": True}, "parties", Weight.WARN),
    ],
)
def test_a_notice_is_checked(changes: dict[str, object], code: str, weight: Weight) -> None:
    (found,) = notice_checks(replace(NOTICE, **changes))
    assert (found.code, found.weight) == (code, weight)


@pytest.mark.parametrize(
    ("changes", "code", "weight"),
    [
        ({"notice": Answer.NONE}, "unconfirmed", Weight.STOP),
        ({"notice": Answer.WAITING}, "unconfirmed", Weight.STOP),
        ({"notice": Answer.SENT_BACK}, "unconfirmed", Weight.STOP),
        ({"fee": None}, "fee", Weight.STOP),
        ({"reduction": FEE + 1, "decided": True}, "reduction", Weight.STOP),
        ({"part_of_month": True}, "part_of_month", Weight.WARN),
        ({"fee_changed": True}, "fee_changed", Weight.WARN),
        ({"below_minutes": 1}, "below", Weight.WARN),
        ({"bank_missing": True}, "bank", Weight.WARN),
        ({"registration_missing": True}, "registration", Weight.WARN),
        ({"parties_missing": True}, "parties", Weight.WARN),
    ],
)
def test_an_invoice_is_checked(changes: dict[str, object], code: str, weight: Weight) -> None:
    (found,) = invoice_checks(replace(INVOICE, **changes))
    assert (found.code, found.weight) == (code, weight)


def test_a_decision_not_to_reduce_answers_for_the_minutes_below() -> None:
    assert invoice_checks(replace(INVOICE, below_minutes=60, reduction=0, decided=True)) == []


def test_a_stop_refuses_whatever_was_consented_to() -> None:
    checks = invoice_checks(replace(INVOICE, fee=None, bank_missing=True))
    with pytest.raises(Conflict):
        rules.require_clear(checks, consent=True)


def test_a_warning_wants_consent() -> None:
    checks = invoice_checks(replace(INVOICE, bank_missing=True))
    rules.require_clear(checks, consent=True)
    rules.require_clear([], consent=False)
    with pytest.raises(InvalidInput):
        rules.require_clear(checks, consent=False)
