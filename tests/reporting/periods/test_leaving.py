"""Personal data in the texts of a report: who of the period's people stands in them, however many called."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.protection.findings import find_personal_data
from callcenter.protection.text import clean_text
from callcenter.reporting.periods.known import Sieve, number_findings
from callcenter.reporting.periods.leaving import findings_of, people_in
from callcenter.reporting.texts import ReportText
from callcenter.reservations.caller_queries import applicants_between
from callcenter.web.transaction import end_read, hold_read
from reports.period import Span
from tests.centre import Centre
from tests.reporting.periods.june import JUNE, PAGE, recorded_june
from tests.reservations.factories import MORNING, book_of

NAMES = ("架空 太郎", "カクウ　タロウ", "ﾐﾎﾝ ﾊﾅｺ", "例田・一郎", "Smith Kate", "が ぎ", "山")
PHONES = ("073-432-0001", "090-1234-5678", "+81 90 1234 5678", "110", "０７３－４３２－０００１")
WRITTEN = ("様より", "折返し先は", "432-0001", "1234 5678", "〇七三四三二〇〇〇一", "\n", "  ", "たろう")
PIECES = st.sampled_from([*NAMES, *PHONES, *WRITTEN])
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=8).map("".join)


def _clean(text: str) -> str:
    return clean_text(text, max_length=10_000)


@settings(max_examples=50, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from(NAMES), st.sampled_from(PHONES))
def test_whom_the_sieve_lets_fall_stands_in_no_text(texts: list[str], name: str, phone: str) -> None:
    cleaned = [_clean(text) for text in texts]
    sieve = Sieve(cleaned)
    kept = {
        "names": [name] if sieve.has_name(name) else [],
        "phones": [phone] if sieve.has_phone(phone) else [],
    }
    for text in cleaned:
        assert find_personal_data(text, **kept) == find_personal_data(text, names=[name], phones=[phone])


@pytest.mark.parametrize(
    ("name", "stands"),
    [("架空 太郎", True), ("架空", True), ("太郎", True), ("架", False), ("例田", False), ("", False)],
)
def test_a_name_is_kept_by_any_part_of_two_letters(name: str, stands: bool) -> None:
    assert Sieve(["ご意見：架空太郎様より", "ありがとう"]).has_name(name) is stands


def test_texts_do_not_run_into_each_other() -> None:
    sieve = Sieve(["最後は架", "空の枠", "073-43", "2-0001"])
    assert not sieve.has_name("架空")
    assert not sieve.has_phone("073-432-0001")


@pytest.mark.parametrize(
    "text", ["番号は AB12345678 です", "ＡＢ１２３４５６７８", "ab-1234-5678", "AB 1234 5678、別件"], ids=str
)
def test_a_notice_number_is_found_however_it_is_spaced(text: str) -> None:
    (found,) = number_findings(text, ["AB12345678"])
    part = unicodedata.normalize("NFKC", text[found.start : found.end])
    assert re.sub(r"[^A-Z0-9]", "", part.upper()) == "AB12345678"
    assert Sieve([text]).has_number("AB12345678")


def test_a_number_of_few_letters_is_no_trace_of_anybody() -> None:
    assert list(number_findings("6月12日に12件", ["12"])) == []
    assert not Sieve(["6月12日に12件"]).has_number("12")


def _look(centre: Centre, words: str, span: Span = JUNE) -> list[str]:
    text = ReportText("comment:2026-06-01:summary", "所見", words)
    with centre.inside():
        hold_read()
        found = [item.words for item in findings_of(centre.contract_id, span, [text])]
        end_read()
    return found


def test_the_periods_callers_are_searched_for(centre: Centre) -> None:
    recorded_june(centre)
    assert _look(centre, "架空という方の件、折返しは432-0001") == ["架空", "432-0001"]
    july = Span(date(2026, 7, 1), date(2026, 7, 31))
    assert _look(centre, "架空という方の件", july) == []


def test_nobody_stands_in_a_text_that_names_nobody(centre: Centre) -> None:
    recorded_june(centre)
    with centre.inside():
        hold_read()
        found = people_in(centre.contract_id, JUNE, [ReportText("comment:x:y", "所見", "更新の問合せが増えました。")])
    assert (found.callers.names, found.callers.phones, found.notice_numbers) == ((), (), ())


def test_notice_numbers_and_names_of_reservations_are_searched_for(centre: Centre) -> None:
    book = book_of(centre)
    book.book(MORNING)
    span = Span(date(2026, 6, 1), date(2026, 6, 30))
    with centre.inside():
        hold_read()
        (one, *_) = applicants_between(centre.contract_id, span.from_on, span.to_on)
        assert list(applicants_between(centre.contract_id, date(2027, 1, 1), date(2027, 1, 31))) == []
        end_read()
    assert one.notice_number in _look(centre, f"通知書は {one.notice_number} でした。")
    assert _look(centre, f"{one.name}という方")


def test_a_text_with_a_callers_name_is_shown_with_the_way_to_mend_it(centre: Centre) -> None:
    supervisor = recorded_june(centre, report_text="架空太郎様のカード更新", complaint=True)
    page = supervisor.client().get(PAGE).text
    assert "個人情報らしい語" in page
    assert "<mark>架空太郎</mark>" in page or "<mark>架空太郎様</mark>" in page
    assert 'href="/reports/daily/2026-06-10#checks"' in page
