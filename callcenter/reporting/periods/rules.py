"""Rules of reports over a period, without a database: which spans may be, what stands before an approval."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Protocol

from msgspec import Struct

from callcenter.errors import InvalidInput, NotFound
from callcenter.reporting.rules import Check, Weight
from reports.period import PeriodKind, Span, month_span
from reports.wareki import WEEKDAYS, wareki, wareki_month, wareki_year

FROM, TO = "period_from", "period_to"
"""The fields a faulty period is told under."""
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})(?:-01)?", re.ASCII)
_YEAR = re.compile(r"([0-9]{4})(?:-04-01)?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


# --- which spans may be ---


class Term(Protocol):
    """A contract, as far as its days go."""

    @property
    def starts_on(self) -> date: ...

    @property
    def ends_on(self) -> date: ...


def span_for(kind: PeriodKind, text_from: str, text_to: str, contract: Term) -> Span:
    """The period that was typed. A month: `2026-06`; a fiscal year: `2026` (from April); a term: two days. The month
    and the year in which the contract begins or ends are cut to it.

    Raises `InvalidInput` (what was typed is no such period, or a term leaves the contract), `NotFound` (a month or a
    year outside the contract).
    """
    return _SPANS[kind](_plain(text_from), _plain(text_to), contract)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _month(text: str, _text_to: str, contract: Term) -> Span:
    found = _MONTH.fullmatch(text)
    first = _date(int(found[1]), int(found[2])) if found else None
    if first is None:
        raise InvalidInput(errors={FROM: ["月を「2026-06」のように入力してください。"]})
    return _within(month_span(first), contract, "この月")


def _year(text: str, _text_to: str, contract: Term) -> Span:
    found = _YEAR.fullmatch(text)
    first = _date(int(found[1]), 4) if found else None
    if first is None:
        raise InvalidInput(errors={FROM: ["年度を、はじめの年の西暦4桁で入力してください。"]})
    return _within(fiscal_span(first), contract, "この年度")


def _date(year: int, month: int) -> date | None:
    return date(year, month, 1) if 1873 <= year < 9999 and 1 <= month <= 12 else None


def fiscal_span(on: date) -> Span:
    """The fiscal year (April to March) a day lies in."""
    year = on.year if on.month >= 4 else on.year - 1
    return Span(date(year, 4, 1), date(year + 1, 3, 31))


def _within(whole: Span, contract: Term, what: str) -> Span:
    from_on, to_on = max(whole.from_on, contract.starts_on), min(whole.to_on, contract.ends_on)
    if to_on < from_on:
        raise NotFound(f"{what}は契約期間（{_term(contract)}）の外です。")
    return Span(from_on, to_on)


def _term(contract: Term) -> str:
    return f"{wareki(contract.starts_on)}～{wareki(contract.ends_on)}"


def _days(text_from: str, text_to: str, contract: Term) -> Span:
    from_on, to_on = _day(text_from, FROM, "はじめ"), _day(text_to, TO, "終わり")
    if to_on < from_on:
        raise InvalidInput(errors={TO: ["終わりの日は、はじめの日以後にしてください。"]})
    for field, on in ((FROM, from_on), (TO, to_on)):
        if not contract.starts_on <= on <= contract.ends_on:
            raise InvalidInput(errors={field: [f"契約期間（{_term(contract)}）の中の日にしてください。"]})
    return Span(from_on, to_on)


def _day(text: str, field: str, which: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise InvalidInput(errors={field: [f"{which}の日を入力してください。"]})


_SPANS: dict[PeriodKind, Callable[[str, str, Term], Span]] = {
    PeriodKind.MONTHLY: _month,
    PeriodKind.ANNUAL: _year,
    PeriodKind.TERM: _days,
}


def previous_span(kind: PeriodKind, span: Span) -> Span | None:
    """The calendar month or the fiscal year before; a term has none."""
    if kind is PeriodKind.MONTHLY:
        return month_span(span.from_on.replace(day=1) - timedelta(days=1))
    return fiscal_span(fiscal_span(span.from_on).from_on - timedelta(days=1)) if kind is PeriodKind.ANNUAL else None


def year_ago_span(kind: PeriodKind, span: Span) -> Span | None:
    """The same month of the year before. A fiscal year's is the one before it already; a term has none."""
    if kind is not PeriodKind.MONTHLY:
        return None
    return month_span(span.from_on.replace(year=span.from_on.year - 1, day=1))


def period_name(kind: PeriodKind, span: Span) -> str:
    """How a page calls it: 令和8年6月, 令和8年度, 令和8年6月1日～令和8年8月31日; also where the contract cuts it."""
    if kind is PeriodKind.MONTHLY:
        return month_span(span.from_on).label
    return f"{wareki_year(fiscal_span(span.from_on).from_on)}度" if kind is PeriodKind.ANNUAL else span.label


# --- before an approval ---


class PeriodCheck(Struct, frozen=True):
    """Something found before an approval, and the days it is about; `monthly`: they stand for their months."""

    check: Check
    days: tuple[date, ...] = ()
    monthly: bool = False

    @property
    def links(self) -> list[tuple[str, dict[str, str]]]:
        """What each day is called, and how `check.endpoint` is asked for it."""
        if self.monthly:
            return [(wareki_month(on), {"month": f"{on:%Y-%m}"}) for on in self.days]
        return [(f"{on.month}月{on.day}日（{WEEKDAYS[on.weekday()]}）", {"on": on.isoformat()}) for on in self.days]


class PeriodState(Struct, frozen=True):
    """What the checks look at: counts, and the days concerned."""

    over: bool
    within_contract: bool = True
    recorded: int = 0
    open_calls: int = 0
    open_call_days: tuple[date, ...] = ()
    unreported: tuple[date, ...] = ()
    gaps: tuple[date, ...] = ()
    no_exchange: tuple[date, ...] = ()
    open_attendance: tuple[date, ...] = ()
    unnoted_shortages: tuple[date, ...] = ()
    changed: tuple[date, ...] = ()
    months_not_closed: tuple[date, ...] = ()


Found = Sequence[tuple[object, PeriodCheck]]


def checks_of(state: PeriodState, unconfirmed_findings: int = 0) -> list[PeriodCheck]:
    """Everything to mend or to know before the period is approved, the stopping ones first. `unconfirmed_findings`:
    what may be personal data in its texts and nobody confirmed."""
    found = [*_stopping(state, unconfirmed_findings), *_of_records(state), *_of_people(state)]
    return [check for applies, check in found if applies]


def _stopping(state: PeriodState, unconfirmed: int) -> Found:
    findings = f"個人情報らしい語が {unconfirmed} か所あります。1 つずつ直すか、確認してください。"
    not_over = "期間がまだ終わっていません。終わった日の翌日から提出できます。それまでは案として見られます。"
    outside = "契約期間の外の日が含まれています。"
    return [
        (not state.over, _stop("not_over", not_over)),
        (not state.within_contract, _stop("outside_contract", outside)),
        (unconfirmed, _stop("personal_data", findings)),
    ]


def _of_records(state: PeriodState) -> Found:
    open_calls = f"保存していない通話が {state.open_calls} 件あります。集計には入りません。"
    return [
        (not state.recorded, _warn("no_records", "この期間の記録は1件もありません。")),
        _days_found(
            "unreported", "日次実績報告書を提出していない開庁日が {} 日あります。", state.unreported, "reporting.day"
        ),
        _days_found("changed", "日報の提出後に内容が変わった日が {} 日あります。", state.changed, "reporting.day"),
        _days_found(
            "gaps", "着信数と記録の差に、理由のない時間帯がある日が {} 日あります。", state.gaps, "exchange.day"
        ),
        _days_found(
            "exchange_missing",
            "電話交換機の着信数がない開庁日が {} 日あります。着信数などは、その日を除いた合計になります。",
            state.no_exchange,
            "exchange.day",
        ),
        (state.open_calls, _warn("open_calls", open_calls, "homes.today", state.open_call_days)),
    ]


def _of_people(state: PeriodState) -> Found:
    return [
        _days_found(
            "open_attendance", "退勤などの打刻がない日が {} 日あります。", state.open_attendance, "attendance.page"
        ),
        _days_found(
            "unnoted_shortages",
            "最少人数を下回った時間に、原因・対策の記入がない日が {} 日あります。",
            state.unnoted_shortages,
            "coverage.day",
        ),
        (state.months_not_closed, _not_closed(state.months_not_closed)),
    ]


def _stop(code: str, text: str) -> PeriodCheck:
    return PeriodCheck(Check(code, Weight.STOP, text))


def _warn(code: str, text: str, endpoint: str = "", days: tuple[date, ...] = ()) -> PeriodCheck:
    return PeriodCheck(Check(code, Weight.WARN, text, endpoint), days)


def _days_found(code: str, text: str, days: tuple[date, ...], endpoint: str) -> tuple[object, PeriodCheck]:
    return days, _warn(code, text.format(len(days)), endpoint, days)


def _not_closed(months: tuple[date, ...]) -> PeriodCheck:
    text = f"出勤簿を締めていない月が {len(months)} か月あります。"
    return PeriodCheck(Check("attendance_not_closed", Weight.WARN, text, "timebook.month"), months, monthly=True)


def may_submit(checks: Sequence[PeriodCheck]) -> bool:
    """Whether nothing stops the approval."""
    return all(one.check.weight is not Weight.STOP for one in checks)
