from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from callcenter.homes.rules import (
    Bookings,
    Facts,
    Forgotten,
    LeftOpen,
    Rosters,
    SentBack,
    Urgency,
    tasks_of,
    what_comes_next,
)

MONDAY, TUESDAY, WEDNESDAY = date(2026, 6, 1), date(2026, 6, 2), date(2026, 6, 3)
THURSDAY, FRIDAY = date(2026, 6, 4), date(2026, 6, 5)
CALM = Facts(today=FRIDAY, previous_on=THURSDAY, present=2, minimum=2, open_now=True)


def keys(facts: Facts) -> list[str]:
    return [task.key for task in tasks_of(facts)]


def only(facts: Facts) -> tuple[Urgency, str, int, str]:
    (task,) = tasks_of(facts)
    return task.urgency, task.title, task.count, task.detail


def test_a_calm_day_asks_for_nothing() -> None:
    assert tasks_of(CALM) == []


@pytest.mark.parametrize(("present", "short"), [(0, 2), (1, 1)])
def test_fewer_than_the_minimum_comes_first(present: int, short: int) -> None:
    task = tasks_of(replace(CALM, present=present, unsubmitted=(MONDAY,), not_come=("見本 花子",)))[0]
    assert (task.key, task.urgency, task.count) == ("short", Urgency.NOW, short)
    assert f"{present}名" in task.detail
    assert "見本 花子" in task.detail


def test_outside_the_opening_hours_nobody_is_missed() -> None:
    assert tasks_of(replace(CALM, present=0, open_now=False)) == []


def test_somebody_who_has_not_come_is_named_even_when_the_minimum_is_met() -> None:
    urgency, _, count, detail = only(replace(CALM, not_come=("見本 花子", "例田 一郎")))
    assert (urgency, count, detail) == (Urgency.TODAY, 2, "見本 花子、例田 一郎")


def test_a_report_that_was_sent_back_shows_what_the_city_wrote() -> None:
    task = tasks_of(replace(CALM, sent_back=(SentBack(TUESDAY, "承認 つかさ", "要旨を詳しく"),)))[0]
    assert task.urgency is Urgency.NOW
    assert "「要旨を詳しく」" in task.detail
    assert "承認 つかさ" in task.detail
    assert task.links[0].arguments == (("on", "2026-06-02"),)


def test_yesterdays_report_is_for_today_and_an_older_one_is_overdue() -> None:
    assert only(replace(CALM, unsubmitted=(THURSDAY,)))[0] is Urgency.TODAY
    assert only(replace(CALM, unsubmitted=(WEDNESDAY, THURSDAY)))[0] is Urgency.NOW


def test_a_report_of_today_after_closing_is_not_overdue() -> None:
    assert only(replace(CALM, unsubmitted=(FRIDAY,)))[0] is Urgency.TODAY
    assert only(replace(CALM, previous_on=None, unsubmitted=(FRIDAY,)))[0] is Urgency.TODAY


def test_many_days_are_counted_and_the_first_three_named() -> None:
    task = tasks_of(replace(CALM, uncounted=(MONDAY, TUESDAY, WEDNESDAY, THURSDAY)))[0]
    assert task.count == 4
    assert task.detail.endswith("令和8年6月3日（水） ほか 1件")
    assert [link.label for link in task.links] == ["6月1日", "6月2日", "6月3日"]


def test_gaps_are_counted_over_the_days() -> None:
    urgency, _, count, _ = only(replace(CALM, gaps=((WEDNESDAY, 2), (THURSDAY, 1))))
    assert (urgency, count) == (Urgency.TODAY, 3)


def test_a_forgotten_punch_leads_to_its_correction() -> None:
    (task,) = tasks_of(replace(CALM, forgotten=(Forgotten(THURSDAY, "例田 一郎", "id-1"),)))
    assert task.links[0].label == "例田 一郎さんを訂正"
    assert task.links[0].arguments == (("staff_id", "id-1"), ("on", "2026-06-04"))


def test_stretches_without_a_cause_are_counted_and_lead_to_their_days() -> None:
    (task,) = tasks_of(replace(CALM, unnoted=((WEDNESDAY, 2), (THURSDAY, 1))))
    assert (task.key, task.urgency, task.count) == ("unnoted", Urgency.TODAY, 3)
    assert task.detail == "令和8年6月3日（水）、令和8年6月4日（木）"
    assert [(link.label, link.endpoint, link.arguments) for link in task.links] == [
        ("6月3日", "coverage.day", (("on", "2026-06-03"),)),
        ("6月4日", "coverage.day", (("on", "2026-06-04"),)),
    ]


def test_calls_left_open_are_told_by_whose_they_are_and_since_when() -> None:
    _, _, count, detail = only(
        replace(CALM, left_open=(LeftOpen(THURSDAY, 612, "例田 一郎"), LeftOpen(THURSDAY, 700, "例田 一郎")))
    )
    assert count == 2
    assert detail.startswith("例田 一郎さん（令和8年6月4日（木） 10:12開始）、例田 一郎さん")


def test_what_waits_for_the_city_comes_last() -> None:
    facts = replace(
        CALM,
        awaiting=(MONDAY,),
        left_open=(LeftOpen(FRIDAY, 612, "例田 一郎"),),
        sent_back=(SentBack(TUESDAY, "市", "直して"),),
    )
    assert keys(facts) == ["sent_back_2026-06-02", "left_open", "awaiting"]


@pytest.mark.parametrize(
    ("minute", "hours", "words"),
    [
        (600, None, "今日は閉庁日です。次の開庁日は令和8年6月8日（月）です。"),
        (509, (510, 1035), "受付は 8:30 に始まります。"),
        (510, (510, 1035), "次は 17:15 の受付終了後に、着信数の入力と日報の提出です。"),
        (1034, (510, 1035), "次は 17:15 の受付終了後に、着信数の入力と日報の提出です。"),
        (1035, (510, 1035), "令和8年6月5日（金）の受付は終わりました。次の開庁日は令和8年6月8日（月）です。"),
    ],
)
def test_an_empty_list_says_what_comes_next(minute: int, hours: tuple[int, int] | None, words: str) -> None:
    assert what_comes_next(FRIDAY, minute, hours, date(2026, 6, 8)) == words


def test_visitors_and_the_citys_system_come_before_reports() -> None:
    facts = Facts(date(2026, 6, 1), None, bookings=Bookings(to_rebook=2, unentered=1, unverified=3))
    found = {task.key: task for task in tasks_of(facts)}
    assert found["to_rebook"].urgency is Urgency.NOW
    assert found["unentered"].urgency is Urgency.TODAY


def test_what_the_citys_system_was_not_told_is_urgent_before_closing() -> None:
    facts = Facts(date(2026, 6, 1), None, bookings=Bookings(unentered=1, unverified=1, before_closing=True))
    assert {task.key for task in tasks_of(facts) if task.urgency is Urgency.NOW} == {"unentered", "unverified"}


def test_a_shortfall_that_is_planned_is_told_before_it_happens() -> None:
    monday = date(2026, 6, 8)
    urgency, title, count, detail = only(replace(CALM, rosters=Rosters(short=((monday, 60),))))
    assert (urgency, count, detail) == (Urgency.TODAY, 1, "令和8年6月8日（月）")
    assert "下回る" in title
    assert only(replace(CALM, rosters=Rosters(short=((FRIDAY, 15), (monday, 60)))))[0] is Urgency.NOW


def test_requests_the_coming_month_and_untrained_people_lead_to_their_pages() -> None:
    found = Rosters(requests=2, unpublished=date(2026, 7, 1), untrained=(FRIDAY,))
    links = {task.key: task.links[0] for task in tasks_of(replace(CALM, rosters=found))}
    assert {key: link.endpoint for key, link in links.items()} == {
        "untrained": "staff.page",
        "requests": "months.leave_page",
        "unpublished": "months.page",
    }
    assert links["unpublished"].arguments == (("month", "2026-07"),)
