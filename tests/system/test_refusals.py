"""An Individual Number is neither kept nor echoed nor forgotten, whatever else is wrong with a form."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from callcenter.audit import queries as log
from callcenter.audit.queries import LogFilter
from callcenter.protection.mynumber import find
from callcenter.protection.text import clean_text
from callcenter.web.access import Role
from callcenter.web.pagination import Page
from tests.calls.factories import individual_number, opened_call
from tests.centre import Centre
from tests.deliveries.factories import submitted

NUMBER = individual_number()
DAY = "/reports/daily/2026-06-01"


def _refusals(centre: Centre) -> int:
    with centre.inside():
        wanted = LogFilter(contract_id=centre.contract_id, action="individual_number.refused")
        return log.page_of_entries(wanted, Page())[1]


def test_what_cleaning_takes_away_never_hides_a_number() -> None:
    for point in range(0x110000):
        letter = chr(point)
        if unicodedata.category(letter) in {"Cn", "Cf", "Cc", "Cs"} or unicodedata.normalize("NFC", letter) != letter:
            text = f"12345678{letter}{NUMBER[8:]}"
            assert not find(clean_text(text, max_length=100)) or find(text), hex(point)


@pytest.mark.parametrize(
    ("url", "form"),
    [
        (f"{DAY}/matters", {"kind": "zz", "text": f"番号 {NUMBER}"}),
        (f"{DAY}/matters", {"kind": "other", "minute": NUMBER, "text": "x"}),
        (f"{DAY}/matters", {"kind": "other", "text": f"{NUMBER}{'あ' * 2000}"}),
        (f"{DAY}/submit", {"change_note": NUMBER}),
    ],
    ids=["another field is wrong", "in a time", "too long", "in a note"],
)
def test_no_answer_echoes_a_number(centre: Centre, url: str, form: dict[str, Any]) -> None:
    answer = centre.person(Role.SUPERVISOR).client().post(url, data=form)
    assert answer.status_code == 422
    assert NUMBER not in answer.text


def test_a_number_in_the_citys_comment_is_masked_logged_and_the_rest_stays(centre: Centre) -> None:
    version = submitted(centre, centre.person(Role.SUPERVISOR))
    form = {"decision": "sent_back", "comment": f"{NUMBER} の件を直してください"}
    answer = centre.person(Role.CITY_OFFICER).client().post(f"/documents/{version}/decision", data=form)
    assert answer.status_code == 422
    assert "の件を直してください" in answer.text
    assert NUMBER not in answer.text
    assert _refusals(centre) == 1


def test_a_refused_matter_is_an_entry(centre: Centre) -> None:
    form = {"kind": "other", "text": f"番号 {NUMBER}"}
    centre.person(Role.SUPERVISOR).client().post(f"{DAY}/matters", data=form)
    assert _refusals(centre) == 1


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 50_000], ids=["lists", "objects"])
def test_json_nested_beyond_reason_is_refused_not_an_error(sqlite_centre: Centre, body: str) -> None:
    desk = sqlite_centre.person(Role.OPERATOR).client()
    answer = desk.post("/desk/calls", data=body, content_type="application/json")
    assert answer.status_code == 422


def test_an_absurd_duration_is_cut_not_an_error(sqlite_centre: Centre) -> None:
    desk = sqlite_centre.person(Role.OPERATOR).client()
    call = opened_call(desk)
    timing = '{"started_ms_ago": 1' + "0" * 400 + "}"
    body = '{"version": 1, "fields": {}, "edited": null, "timing": ' + timing + "}"
    answer = desk.put(f"/desk/calls/{call}/draft", data=body, content_type="application/json")
    assert answer.status_code in {200, 422}
