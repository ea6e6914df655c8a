from __future__ import annotations

from datetime import date

import pytest

from callcenter.homes.points import EACH, SEVERAL, OpenPoint, point_tasks
from callcenter.homes.rules import LINKS_SHOWN, Task, Urgency, in_order

FRIDAY, MONDAY, TUESDAY = date(2026, 6, 5), date(2026, 6, 8), date(2026, 6, 9)
MAY = "令和8年5月の月次実績報告書"


def point(kind: str, name: str = MAY, place: str = "1", detail: str = "", due_on: date | None = None) -> OpenPoint:
    return OpenPoint(kind, name, "periods.page", (("place", place),), detail, due_on)


def tasks(*points: OpenPoint) -> list[Task]:
    return in_order(point_tasks(points, MONDAY))


def test_nothing_open_is_nothing_to_do() -> None:
    assert tasks() == []


@pytest.mark.parametrize(
    ("due_on", "urgency", "key"),
    [
        (FRIDAY, Urgency.NOW, "period_late"),
        (MONDAY, Urgency.TODAY, "period_today"),
        (TUESDAY, Urgency.SOON, "period_soon"),
    ],
)
def test_a_report_is_as_urgent_as_its_due_day(due_on: date, urgency: Urgency, key: str) -> None:
    (task,) = tasks(point("due", detail="案ができています。", due_on=due_on))
    assert (task.urgency, task.key) == (urgency, key)
    assert task.detail.startswith(f"{MAY}（期日は令和8年6月{due_on.day}日")
    assert task.detail.endswith("案ができています）")


def test_the_most_urgent_comes_first_and_what_may_wait_last() -> None:
    kinds = ["slow", "notice", "overdue", "sent_back", "job"]
    found = tasks(point("due", due_on=TUESDAY), *(point(kind) for kind in kinds))
    order = [list(Urgency).index(task.urgency) for task in found]
    assert order == sorted(order)
    assert found[0].urgency is Urgency.NOW
    assert found[-1].key == "period_soon"


def test_what_was_sent_back_says_why_each_by_itself() -> None:
    found = tasks(point("sent_back", detail="（承認 つかさ）「件数」"), point("sent_back", "別の報告書"))
    assert [task.detail for task in found] == [f"{MAY}（承認 つかさ）「件数」", "別の報告書"]
    assert len({task.key for task in found}) == 2


def test_several_of_a_kind_are_one_thing_with_a_link_for_each() -> None:
    (task,) = tasks(*(point("mail", f"報告書{place}", str(place), "到着不明") for place in range(5)))
    assert task.count == 5
    assert [link.label for link in task.links] == ["報告書0", "報告書1", "報告書2"][:LINKS_SHOWN]
    assert task.detail.endswith("、ほか2件")
    assert "報告書0（到着不明）" in task.detail


def test_failed_jobs_are_seen_to_in_one_place() -> None:
    (task,) = tasks(*(OpenPoint("job", f"月報{turn}", "jobs.overview") for turn in range(3)))
    assert [link.label for link in task.links] == ["自動処理を開く"]


def test_money_is_the_contract_managers() -> None:
    assert {
        task.key.split("_0")[0] for kind in [*EACH, *SEVERAL] for task in tasks(point(kind)) if task.for_manager
    } == {
        "invoice",
        "invoice_back",
        "overdue",
    }


def test_people_who_have_not_read_are_counted_as_people() -> None:
    (task,) = tasks(
        *(OpenPoint("unread", name, "knowledge_readings.overview", (), "未読 2件") for name in ("花子", "太郎"))
    )
    assert (task.count, task.unit, len(task.links)) == (2, "人", 1)
    assert task.detail == "花子（未読 2件）、太郎（未読 2件）"


def test_each_open_notice_has_its_link_and_its_age() -> None:
    places = [(("news_id", str(place)),) for place in range(2)]
    (task,) = tasks(
        *(OpenPoint("news", "国「改定」", "knowledge_news.notice", place, "受領から3日") for place in places)
    )
    assert (task.count, task.unit, len(task.links)) == (2, "件", 2)
    assert task.detail == "国「改定」（受領から3日）、国「改定」（受領から3日）"
