"""Rules of the completion notice and the invoice, without a database: due dates, reductions, interest (Art. 10–12).

Money is whole yen, tax included. Days are local dates. Interest is counted in yen-days (an unpaid amount times the days
it was late), which add up exactly over parts; only the sum is rounded, down to the yen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct

from callcenter.errors import Conflict, InvalidInput
from callcenter.reporting.rules import Check, Weight

PAYMENT_DAYS = 30
"""Art. 12(2): within 30 days of the claim; the day after it is the first."""
YEAR_DAYS = 365
INTEREST_PER_MILLE = 25
TAX_PERCENT = 10
MOST_YEN = 9_999_999_999
FEE_SETTING = "委託金の月額（円、税込み）"
"""What the setting of the fee is called on the contract's page."""
REASON_LENGTH, NAME_LENGTH, NOTE_LENGTH = 300, 100, 200


def due_on(claimed_on: date) -> date:
    """The last day on which a claim is paid in time (Art. 12(2))."""
    return claimed_on + timedelta(days=PAYMENT_DAYS)


def tax_within(yen: int) -> int:
    """The consumption tax inside an amount that includes it, rounded down."""
    return yen * TAX_PERCENT // (100 + TAX_PERCENT)


# --- money that came in ---


class Paid(Struct, frozen=True):
    """An amount that came in on a day."""

    on: date
    yen: int


def unpaid(claim_yen: int, payments: Iterable[Paid]) -> int:
    """What is still to come; 0 when more came in than was claimed."""
    return max(0, claim_yen - sum(one.yen for one in payments))


def late_yen_days(claim_yen: int, due: date, payments: Iterable[Paid], until: date) -> int:
    """Σ unpaid amount × days it was late (Art. 12(3)), up to `until`; the day a payment comes in still counts.

    Payments stand in any order and are taken in order of their date.
    """
    found, left, since = 0, claim_yen, due
    for one in sorted((one for one in payments if one.on <= until), key=lambda one: one.on):
        found += left * max(0, (one.on - since).days)
        left, since = max(0, left - one.yen), max(since, one.on)
    return found + left * max(0, (until - since).days)


def interest(yen_days: int) -> int:
    """The interest in yen: 2.5 % a year of 365 days, leap years too, rounded down (Art. 12(3))."""
    return yen_days * INTEREST_PER_MILLE // (1000 * YEAR_DAYS)


class Account(Struct, frozen=True):
    """How a claim stands on a day. `late_days`: since the due date, while something is unpaid; else how late the last
    payment was. `interest`: what may be claimed by then."""

    claim: int
    paid: int
    unpaid: int
    due_on: date
    late_days: int
    interest: int

    @property
    def overdue(self) -> bool:
        return self.unpaid > 0 and self.late_days > 0


def account(claim_yen: int, due: date, payments: Sequence[Paid], until: date) -> Account:
    """The state of a claim at the end of `until`."""
    known = [one for one in payments if one.on <= until]
    left = unpaid(claim_yen, known)
    last = until if left else max((one.on for one in known), default=due)
    return Account(
        claim=claim_yen,
        paid=sum(one.yen for one in known),
        unpaid=left,
        due_on=due,
        late_days=max(0, (last - due).days),
        interest=interest(late_yen_days(claim_yen, due, known, until)),
    )


# --- what may be recorded ---


def check_reduction(fee: int | None, standing: int, yen: int) -> None:
    """Raises `InvalidInput` when the reductions would exceed the fee, or no fee is set to reduce."""
    if fee is None:
        raise InvalidInput(errors={"yen": [f"先に、契約の設定で「{FEE_SETTING}」を登録してください。"]})
    if standing + yen > fee:
        left = max(0, fee - standing)
        raise InvalidInput(errors={"yen": [f"委託金の月額を超えています。減額できるのは、あと {left:,} 円までです。"]})


def check_decided_on(decided_on: date, first: date, today: date) -> None:
    """The city decides once the month has begun, and not tomorrow."""
    if not first <= decided_on <= today:
        raise InvalidInput(errors={"decided_on": ["対象月の初日から今日までの日付にしてください。"]})


def check_payment(paid_on: date, yen: int, *, claimed_on: date, today: date, left: int) -> None:
    """Money comes in after a claim, not in the future, and no more of it than is unpaid."""
    errors: dict[str, list[str]] = {}
    if paid_on > today:
        errors["paid_on"] = ["先の日付の入金は記録できません。"]
    elif paid_on < claimed_on:
        errors["paid_on"] = ["請求した日より前の日付です。"]
    if yen > left:
        errors["yen"] = [f"未入金の額は {left:,} 円です。遅延賠償金は、この請求の入金に含めないでください。"]
    if errors:
        raise InvalidInput(errors=errors)


def month_of(text: str) -> date:
    """`2026-06` as its first day. Raises `InvalidInput`."""
    year, _, month = text.partition("-")
    plain = len(text) == 7 and text.isascii() and year.isdigit() and month.isdigit() and len(year) == 4
    if not plain or not 1 <= int(month) <= 12 or not 1900 <= int(year) <= 2099:
        raise InvalidInput(errors={"month": ["月を 2026-06 の形で指定してください。"]})
    return date(int(year), int(month), 1)


def months_between(starts_on: date, ends_on: date) -> list[date]:
    """The first days of the calendar months a term touches, in order."""
    count = (ends_on.year - starts_on.year) * 12 + ends_on.month - starts_on.month + 1
    whole = [starts_on.year * 12 + starts_on.month - 1 + index for index in range(count)]
    return [date(number // 12, number % 12 + 1, 1) for number in whole]


# --- where a month stands ---


class Stage(StrEnum):
    """A month on its way: notice → confirmation → invoice → payment."""

    RUNNING = "running"
    NOTICE = "notice"
    WAITING = "waiting"
    NOTICE_BACK = "notice_back"
    INVOICE = "invoice"
    INVOICE_BACK = "invoice_back"
    PAYMENT = "payment"
    OVERDUE = "overdue"
    PAID = "paid"

    @property
    def label(self) -> str:
        return _STAGES[self][0]

    @property
    def badge(self) -> str:
        return _STAGES[self][1]

    @property
    def next_step(self) -> str:
        """What a person does now; empty where nothing is to be done."""
        return _STAGES[self][2]


_STAGES = {
    Stage.RUNNING: ("月の途中", "mute", ""),
    Stage.NOTICE: ("通知 未提出", "warn", "完了通知書を提出する"),
    Stage.WAITING: ("市の確認待ち", "info", "市の受領を待つ"),
    Stage.NOTICE_BACK: ("通知 差戻し", "bad", "通知書を直して提出する"),
    Stage.INVOICE: ("請求 未提出", "warn", "請求書を提出する"),
    Stage.INVOICE_BACK: ("請求 差戻し", "bad", "請求書を直して提出する"),
    Stage.PAYMENT: ("入金待ち", "info", "入金を記録する"),
    Stage.OVERDUE: ("期限超過", "bad", "市に確認し、入金を記録する"),
    Stage.PAID: ("入金済み", "ok", ""),
}


class Answer(StrEnum):
    """What the city said of the newest version of a document; NONE: nothing was submitted."""

    NONE = "none"
    WAITING = "submitted"
    ACCEPTED = "accepted"
    SENT_BACK = "sent_back"


def stage(*, over: bool, notice: Answer, invoice: Answer, owed: Account | None) -> Stage:
    """Where a month stands. `owed`: the account of its newest invoice. A claim that was made stands whatever became of
    the notice afterwards, until the city sends the claim itself back."""
    if invoice is Answer.SENT_BACK:
        return Stage.INVOICE_BACK
    if owed is not None and invoice is not Answer.NONE:
        if owed.overdue:
            return Stage.OVERDUE
        return Stage.PAYMENT if owed.unpaid else Stage.PAID
    if not over:
        return Stage.RUNNING
    steps = {Answer.NONE: Stage.NOTICE, Answer.WAITING: Stage.WAITING, Answer.SENT_BACK: Stage.NOTICE_BACK}
    return steps.get(notice, Stage.INVOICE)


# --- what stands between a month and its documents ---


class NoticeState(Struct, frozen=True):
    """What the checks of a notice look at. `monthly`: what the city said of the month's report."""

    over: bool
    monthly: Answer
    unsubmitted: int
    parties_missing: bool


class InvoiceState(Struct, frozen=True):
    """What the checks of an invoice look at."""

    notice: Answer
    fee: int | None
    reduction: int
    part_of_month: bool
    parties_missing: bool
    bank_missing: bool
    registration_missing: bool
    below_minutes: int
    decided: bool
    fee_changed: bool = False


Found = list[tuple[Any, Check]]
SETTINGS = "contracts.contract"


def notice_checks(month: NoticeState) -> list[Check]:
    """What to mend or to know before a notice is submitted, the stopping ones first."""
    found: Found = [
        (not month.over, _stop("running", "月が終わっていません。月の最終日の翌日から提出できます。")),
        (month.monthly is not Answer.ACCEPTED, _warn("monthly", f"月次実績報告書が{_MONTHLY[month.monthly]}。")),
        (
            month.unsubmitted,
            _warn("unsubmitted", f"日報を提出していない開庁日が {month.unsubmitted} 日あります。", "reporting.month"),
        ),
        (month.parties_missing, _PARTIES),
    ]
    return [check for applies, check in found if applies]


_MONTHLY = {
    Answer.NONE: "提出されていません",
    Answer.WAITING: "まだ受領されていません",
    Answer.SENT_BACK: "差し戻されています",
    Answer.ACCEPTED: "受領されています",
}
_CONFIRMATION = {
    Answer.NONE: "先に完了通知書を提出し、市の確認を受けてください（契約書第11条）。",
    Answer.WAITING: "完了通知書を市がまだ確認していません。確認のあとに請求できます（契約書第12条）。",
    Answer.SENT_BACK: "完了通知書が差し戻されています。直した通知書の確認を受けてから請求してください。",
    Answer.ACCEPTED: "",
}


def invoice_checks(month: InvoiceState) -> list[Check]:
    """What to mend or to know before an invoice is submitted, the stopping ones first."""
    return [check for applies, check in (*_stopping(month), *_warning(month)) if applies]


def _stopping(month: InvoiceState) -> Found:
    unset = f"委託金の月額が登録されていません。契約の設定の「{FEE_SETTING}」に登録してください。"
    over = "減額の合計が委託金の月額を超えています。減額か、契約の設定の月額を直してください。"
    return [
        (month.notice is not Answer.ACCEPTED, _stop("unconfirmed", _CONFIRMATION[month.notice])),
        (month.fee is None, _stop("fee", unset, SETTINGS)),
        (month.fee is not None and month.reduction > month.fee, _stop("reduction", over)),
    ]


def _warning(month: InvoiceState) -> Found:
    part = "契約期間が月の途中で始まるか終わる月です。日割りはしません。月額のまま請求してよいか市に確かめてください。"
    changed = "月の途中で委託金の月額が変わっています。月の最終日の月額で請求します。"
    short = f"最少人数を下回った時間が {month.below_minutes:,} 分あり、減額の決定（額は市）の記録がありません。"
    return [
        (month.part_of_month, _warn("part_of_month", part)),
        (month.fee_changed, _warn("fee_changed", changed, SETTINGS)),
        (month.below_minutes and not month.decided, _warn("below", short, "coverage.page")),
        (month.bank_missing, _warn("bank", "振込先が登録されていません。", SETTINGS)),
        (month.registration_missing, _warn("registration", "適格請求書の登録番号が登録されていません。", SETTINGS)),
        (month.parties_missing, _PARTIES),
    ]


def _stop(code: str, text: str, endpoint: str = "") -> Check:
    return Check(code, Weight.STOP, text, endpoint)


def _warn(code: str, text: str, endpoint: str = "") -> Check:
    return Check(code, Weight.WARN, text, endpoint)


_PARTIES = _warn("parties", "受託者の住所・代表者が登録されていません。書面が空欄になります。", SETTINGS)


def require_clear(checks: Sequence[Check], *, consent: bool) -> None:
    """Raises `Conflict` when something stops a submission, `InvalidInput` when warnings were not consented to."""
    stopping = [check.text for check in checks if check.weight is Weight.STOP]
    if stopping:
        raise Conflict(" ".join(stopping))
    if checks and not consent:
        raise InvalidInput(errors={"consent": ["「確認してください」の点を確かめ、印を付けてから提出してください。"]})
