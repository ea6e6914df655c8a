"""Remarks of people on the sections of a report: revisions, sealed, checked, never lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from callcenter.audit import queries as log
from callcenter.deliveries.rules import Edition, Part
from callcenter.errors import InvalidInput
from callcenter.extensions import db
from callcenter.reporting.periods import comments
from callcenter.reporting.periods.comments import NewComment
from callcenter.reporting.periods.models import ReportComment
from callcenter.web.access import Role
from callcenter.web.transaction import transaction
from reports.period import PeriodKind
from reports.period_bundle import sections_for
from tests.calls.factories import individual_number
from tests.centre import Browser, Centre
from tests.reporting.periods.june import (
    PAGE,
    approve,
    built,
    draft_file,
    period_of,
    recorded_june,
    versions,
    words_of,
    work,
)

WORDS = "前の月より更新の問合せが増えました。"


def _write(browser: Browser, words: str, *, revision: int = 0, section: str = "summary") -> Any:
    return browser.post(f"{PAGE}/comments", data={"section": section, "revision": str(revision), "text": words})


def _standing(centre: Centre) -> dict[str, comments.WrittenComment]:
    with centre.inside():
        return comments.written(period_of(centre))


def test_a_remark_is_kept_per_section_and_stands_in_the_report(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    assert _write(browser, WORDS).status_code == 303
    assert _write(browser, "受付は円滑でした。", section="reservations").status_code == 303
    assert WORDS in browser.get(PAGE).text
    built(centre, browser)
    for part in Part:
        assert WORDS in words_of(draft_file(browser, Edition.HANDOVER, part).data)


def test_a_remark_is_sealed_and_its_entry_names_the_section_only(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    _write(browser, WORDS)
    with centre.inside():
        row = db.session.execute(select(ReportComment.id, ReportComment.body)).one()
        (entry,) = log.history_of(centre.contract_id, "report_comment", str(row.id))
    assert WORDS.encode() not in row.body
    assert entry.details["field"] == "summary"
    assert WORDS not in str(entry.details)


def test_a_new_revision_rules_and_the_older_one_stays(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    _write(browser, WORDS)
    assert _write(browser, "書き直しました。", revision=1).status_code == 303
    assert _standing(centre)["summary"].text == "書き直しました。"
    assert _standing(centre)["summary"].revision == 2
    with centre.inside():
        assert len(db.session.execute(select(ReportComment.id)).all()) == 2


def test_the_same_words_sent_twice_are_one_revision(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    assert _write(browser, WORDS).status_code == 303
    assert _write(browser, WORDS).status_code == 303
    assert _standing(centre)["summary"].revision == 1


def test_nothing_written_where_nothing_stood_is_no_revision(centre: Centre) -> None:
    assert _write(recorded_june(centre).client(), "").status_code == 303
    assert _standing(centre) == {}


def test_an_emptied_remark_is_withdrawn(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    _write(browser, WORDS)
    assert _write(browser, "", revision=1).status_code == 303
    with centre.inside():
        assert comments.comments_of(period_of(centre)) == ()
    assert _write(browser, "また書きました。", revision=2).status_code == 303


def test_who_writes_over_somebody_elses_words_sees_both(centre: Centre) -> None:
    first = recorded_june(centre).client()
    second = centre.person(Role.SUPERVISOR, name="見本 副責任者").client()
    _write(second, "副責任者の所見です。")
    refused = _write(first, "責任者の所見です。")
    assert refused.status_code == 409
    assert "ほかの人が先に" in refused.text
    assert "副責任者の所見です。" in refused.text
    assert "責任者の所見です。" in refused.text
    assert _standing(centre)["summary"].text == "副責任者の所見です。"
    newest = re.search(r'value="summary"><input type="hidden" name="revision" value="(\d+)"', refused.text)
    assert newest
    assert newest[1] == "1"
    assert _write(first, "二人の所見です。", revision=1).status_code == 303


def test_an_individual_number_is_refused_masked_and_logged(centre: Centre) -> None:
    browser, number = recorded_june(centre).client(), individual_number()
    refused = _write(browser, f"番号 {number} の方について")
    assert refused.status_code == 422
    assert number not in refused.text
    assert "の方について" in refused.text
    assert _standing(centre) == {}
    with centre.inside():
        refusals = log.history_of(centre.contract_id, "report_comment", "-")
    assert [entry.action for entry in refusals] == ["individual_number.refused"]


def test_a_remark_that_is_too_long_stays_on_the_screen(sqlite_centre: Centre) -> None:
    refused = _write(recorded_june(sqlite_centre).client(), "あ" * (comments.COMMENT_LENGTH + 1))
    assert refused.status_code == 422
    assert "2,000文字以内" in refused.text
    assert "あ" * comments.COMMENT_LENGTH in refused.text


def test_a_section_that_the_report_has_not_is_refused(sqlite_centre: Centre) -> None:
    supervisor = recorded_june(sqlite_centre)
    assert _write(supervisor.client(), WORDS, section="handover").status_code == 422
    with sqlite_centre.inside(), pytest.raises(InvalidInput), transaction():
        comments.write(
            period_of(sqlite_centre), NewComment("handover", 0, WORDS), by=supervisor.actor, at=sqlite_centre.now
        )


def test_a_name_in_a_remark_stops_the_approval_until_somebody_confirmed_it(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    _write(browser, "架空太郎様から、ご意見がありました。")
    built(centre, browser)
    assert approve(browser).status_code == 409
    marks = re.findall(r'name="mark" value="([0-9a-f]+)"', browser.get(PAGE).text)
    assert marks
    for mark in marks:
        assert browser.post(f"{PAGE}/findings", data={"mark": mark}).status_code == 303
    assert approve(browser).status_code == 303
    work(centre)
    assert len(versions(centre)) == 1


def test_a_confirmation_of_another_text_is_refused(sqlite_centre: Centre) -> None:
    answer = recorded_june(sqlite_centre).client().post(f"{PAGE}/findings", data={"mark": "00" * 32})
    assert answer.status_code == 409


def test_a_confirmation_ends_with_the_words_it_was_given_for(centre: Centre) -> None:
    browser = recorded_june(centre).client()
    _write(browser, "架空太郎様から、ご意見がありました。")
    for mark in re.findall(r'name="mark" value="([0-9a-f]+)"', browser.get(PAGE).text):
        browser.post(f"{PAGE}/findings", data={"mark": mark})
    assert 'name="mark"' not in browser.get(PAGE).text
    _write(browser, "架空太郎様から、また、ご意見がありました。", revision=1)
    assert 'name="mark"' in browser.get(PAGE).text


def test_a_remark_written_after_the_build_asks_for_a_new_draft(sqlite_centre: Centre) -> None:
    browser = recorded_june(sqlite_centre).client()
    built(sqlite_centre, browser)
    _write(browser, WORDS)
    assert "作成したあとに記録か所見が変わりました" in browser.get(PAGE).text


def test_every_section_of_the_year_may_be_remarked_on(sqlite_centre: Centre) -> None:
    browser = recorded_june(sqlite_centre).client()
    page = "/reports/periods/annual/2026-04-01/2027-03-31"
    for section in sections_for(PeriodKind.ANNUAL):
        answer = browser.post(f"{page}/comments", data={"section": section, "revision": "0", "text": WORDS})
        assert answer.status_code == 303
