"""What needs a hand, in order of urgency. Pure: facts in, things to do out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import Enum
from typing import Final

from msgspec import Struct

from reports.wareki import clock, wareki_month, wareki_weekday

STALE_AFTER: Final = timedelta(minutes=30)
"""An open call in which nothing was typed for so long has been left, whoever is at it."""
LOOKED_BACK: Final = 10
"""How many open days before today are looked at."""
LINKS_SHOWN: Final = 3


class Urgency(Enum):
    """When something has to be done: the word, and the badge with its colour and shape."""

    NOW = "すぐに", "bad"
    TODAY = "今日中に", "warn"
    SOON = "近日中に", "info"
    WAITING = "確認待ち", "info"

    @property
    def word(self) -> str:
        return self.value[0]

    @property
    def badge(self) -> str:
        return self.value[1]


class Link(Struct, frozen=True):
    """Where something is mended."""

    label: str
    endpoint: str
    arguments: tuple[tuple[str, str], ...] = ()


class Task(Struct, frozen=True):
    """A thing to do: what, how many, what is known of it, and where. `for_manager`: the contract manager's alone."""

    key: str
    urgency: Urgency
    title: str
    count: int
    unit: str
    detail: str
    links: tuple[Link, ...]
    for_manager: bool = False


class SentBack(Struct, frozen=True):
    """A report the city sent back."""

    on: date
    decider: str
    comment: str


class Forgotten(Struct, frozen=True):
    """A finished day on which somebody's last punch is missing."""

    on: date
    name: str
    staff_id: str


class LeftOpen(Struct, frozen=True):
    """An open call that was left: its day, the minute at which it was opened, whose it is."""

    on: date
    minute: int
    name: str


class Bookings(Struct, frozen=True):
    """What is open about reservations. `before_closing`: the city's system has to be told by now."""

    to_rebook: int = 0
    offers: int = 0
    unentered: int = 0
    unverified: int = 0
    differences: int = 0
    unvisited: int = 0
    before_closing: bool = False


class Rosters(Struct, frozen=True):
    """What of the rosters to come needs a hand: coming days planned below the minimum, requests that wait, the month
    that begins soon without a roster in force, days on which somebody untrained is planned."""

    short: tuple[tuple[date, int], ...] = ()
    requests: int = 0
    unpublished: date | None = None
    untrained: tuple[date, ...] = ()


class Facts(Struct, frozen=True):
    """What is known at this moment. Days in ascending order; `previous_on` is the open day before today; `ready`:
    the unsubmitted days whose draft says what the records say."""

    today: date
    previous_on: date | None
    present: int = 0
    minimum: int = 0
    open_now: bool = False
    not_come: tuple[str, ...] = ()
    sent_back: tuple[SentBack, ...] = ()
    unsubmitted: tuple[date, ...] = ()
    ready: frozenset[date] = frozenset()
    awaiting: tuple[date, ...] = ()
    uncounted: tuple[date, ...] = ()
    changed: tuple[date, ...] = ()
    gaps: tuple[tuple[date, int], ...] = ()
    forgotten: tuple[Forgotten, ...] = ()
    left_open: tuple[LeftOpen, ...] = ()
    unnoted: tuple[tuple[date, int], ...] = ()
    bookings: Bookings = Bookings()
    rosters: Rosters = Rosters()


def tasks_of(facts: Facts) -> list[Task]:
    """Everything to do, the most urgent first; within one urgency in the order of the working day."""
    return in_order(_found(facts))


def in_order(tasks: Iterable[Task]) -> list[Task]:
    """The most urgent first, otherwise as they come."""
    order = list(Urgency)
    return sorted(tasks, key=lambda task: order.index(task.urgency))


def _found(facts: Facts) -> Iterator[Task]:
    yield from _people(facts)
    yield from (_sent_back(one) for one in facts.sent_back)
    yield from _bookings(facts.bookings)
    yield from _reports(facts)
    yield from _changed(facts.changed)
    yield from _exchange(facts)
    yield from _forgotten(facts.forgotten)
    yield from _unnoted(facts.unnoted)
    yield from _left_open(facts)
    yield from _rosters(facts.rosters, facts.today)
    yield from _awaiting(facts.awaiting)


def _people(facts: Facts) -> Iterator[Task]:
    missing = facts.minimum - facts.present
    link = (Link("出退勤を見る", "attendance.page"),)
    if facts.open_now and missing > 0:
        detail = f"いまのオペレーターは {facts.present}名です（最少 {facts.minimum}名、仕様書6）。"
        yield Task(
            "short", Urgency.NOW, "オペレーターが足りません", missing, "名", detail + _names(facts.not_come), link
        )
    elif facts.not_come:
        names = "、".join(facts.not_come)
        title = "予定の時刻を過ぎても出勤していません"
        yield Task("not_come", Urgency.TODAY, title, len(facts.not_come), "名", names, link)


def _names(not_come: Sequence[str]) -> str:
    return f"出勤していない人: {'、'.join(not_come)}" if not_come else ""


def _sent_back(one: SentBack) -> Task:
    link = Link("直して提出する", "reporting.day", (("on", one.on.isoformat()),))
    detail = f"{wareki_weekday(one.on)}（{one.decider}）「{one.comment}」"
    return Task(f"sent_back_{one.on}", Urgency.NOW, "日報が差し戻されました", 1, "件", detail, (link,))


def _changed(days: Sequence[date]) -> Iterator[Task]:
    """What the city holds is no longer what the records say: a new version, or the record put right."""
    if days:
        title = "提出後に記録が変わった日報があります"
        links = _day_links(days, "reporting.day")
        yield Task("changed", Urgency.TODAY, title, len(days), "日分", _days(days), links)


def _reports(facts: Facts) -> Iterator[Task]:
    """A day is reported by the next open day; what is older is overdue."""
    days = facts.unsubmitted
    if not days:
        return
    overdue = facts.previous_on is not None and days[0] < facts.previous_on
    urgency = Urgency.NOW if overdue else Urgency.TODAY
    title = "期日を過ぎた日報があります" if overdue else "日報を承認して提出してください"
    detail = _days(days) + _ready(days, facts.ready)
    yield Task("unsubmitted", urgency, title, len(days), "日分", detail, _day_links(days, "reporting.day"))


def _ready(days: Sequence[date], ready: Collection[date]) -> str:
    """Whether the drafts are there already."""
    count = sum(on in ready for on in days)
    if not count:
        return ""
    return "　案ができています。" if count == len(days) else f"　{count}日分は案ができています。"


def _bookings(found: Bookings) -> Iterator[Task]:
    """Visitors first, then what the city's own system has to be told before closing (003 clause 8②)."""
    calls, told = (
        (Link("電話をかける一覧", "reservations.call_lists"),),
        (Link("市システムの一覧", "reservations_city.entries"),),
    )
    late = Urgency.NOW if found.before_closing else Urgency.TODAY
    if found.to_rebook:
        detail = "閉庁などで日時がなくなった予約です。連絡して、新しい日時に変更してください。"
        yield Task("to_rebook", Urgency.NOW, "要再予約の方に連絡してください", found.to_rebook, "件", detail, calls)
    if found.offers:
        detail = "枠を取り置いています。期限までに電話してください。"
        yield Task("offers", Urgency.NOW, "空き待ちの方に案内してください", found.offers, "件", detail, calls)
    if found.unentered:
        detail = "予約の操作を、市の予約システムにも入力してください。"
        yield Task("unentered", late, "市システムに入力していない予約があります", found.unentered, "件", detail, told)
    if found.unverified:
        detail = "入力した人とは別の人が、市システムの画面と見比べてください。"
        yield Task("unverified", late, "市システムの入力の確認が済んでいません", found.unverified, "件", detail, told)
    if found.differences:
        yield Task("differences", Urgency.TODAY, "市の予約一覧と差異があります", found.differences, "件", "", told)
    if found.unvisited:
        link = (Link("予約の一覧", "reservations.list_reservations"),)
        title, detail = "来庁の記録がない予約があります", "過ぎた日の予約に、来庁・来庁なしを記録してください。"
        yield Task("unvisited", Urgency.TODAY, title, found.unvisited, "件", detail, link)


def _exchange(facts: Facts) -> Iterator[Task]:
    if facts.uncounted:
        links = _day_links(facts.uncounted, "exchange.day")
        title, count = "着信数が入っていません", len(facts.uncounted)
        yield Task("uncounted", Urgency.TODAY, title, count, "日分", _days(facts.uncounted), links)
    if facts.gaps:
        days = [on for on, _ in facts.gaps]
        count, links = sum(number for _, number in facts.gaps), _day_links(days, "exchange.day")
        title = "応答数と記録の差に理由がありません"
        yield Task("gaps", Urgency.TODAY, title, count, "か所", _days(days), links)


def _forgotten(found: Sequence[Forgotten]) -> Iterator[Task]:
    if found:
        links = tuple(
            Link(
                f"{one.name}さんを訂正", "attendance.correction_form", (("staff_id", one.staff_id), ("on", f"{one.on}"))
            )
            for one in found[:LINKS_SHOWN]
        )
        detail = "、".join(f"{wareki_weekday(one.on)} {one.name}さん" for one in found[:LINKS_SHOWN])
        more = _more(len(found))
        yield Task("forgotten", Urgency.TODAY, "打刻もれがあります", len(found), "件", detail + more, links)


def _unnoted(found: Sequence[tuple[date, int]]) -> Iterator[Task]:
    """A stretch below the minimum is reported with its cause and what was done (003 clauses 6, 10(1)②ウ)."""
    if found:
        days, count = [on for on, _ in found], sum(number for _, number in found)
        title = "最少人数を下回った時間の原因・対策が未記入です"
        yield Task("unnoted", Urgency.TODAY, title, count, "件", _days(days), _day_links(days, "coverage.day"))


def _rosters(found: Rosters, today: date) -> Iterator[Task]:
    """A shortfall is seen before it happens (003 clause 6)."""
    if found.short:
        days = [on for on, _ in found.short]
        urgency = Urgency.NOW if days[0] == today else Urgency.TODAY
        title, links = "予定で最少人員を下回る日があります", _day_links(days, "roster.day")
        yield Task("short_ahead", urgency, title, len(days), "日分", _days(days), links)
    if found.untrained:
        link = (Link("研修の登録を確認する", "staff.page", (("show", "untrained"),)),)
        title, count = "業務研修の修了がない人に予定があります", len(found.untrained)
        yield Task("untrained", Urgency.TODAY, title, count, "日分", _days(found.untrained), link)
    if found.requests:
        link = (Link("申請を見る", "months.leave_page"),)
        yield Task("requests", Urgency.TODAY, "休みと交替の申請が届いています", found.requests, "件", "", link)
    if found.unpublished:
        month = found.unpublished
        link = (Link("シフト表を作る", "months.page", (("month", f"{month:%Y-%m}"),)),)
        detail = f"{wareki_month(month)}のシフト表が公開されていません。"
        yield Task("unpublished", Urgency.TODAY, "来月のシフト表を公開してください", 1, "か月", detail, link)


def _correction(one: Forgotten, ending: str) -> Link:
    arguments = (("staff_id", one.staff_id), ("on", one.on.isoformat()))
    return Link(one.name + ending, "attendance.correction_form", arguments)


def _left_open(facts: Facts) -> Iterator[Task]:
    if facts.left_open:
        shown = facts.left_open[:LINKS_SHOWN]
        named = "、".join(f"{one.name}さん（{wareki_weekday(one.on)} {clock(one.minute)}開始）" for one in shown)
        detail = f"{named}{_more(len(facts.left_open))}。本人の通話デスクで、保存するか捨ててもらってください。"
        yield Task("left_open", Urgency.TODAY, "保存していない通話があります", len(facts.left_open), "件", detail, ())


def _awaiting(days: Sequence[date]) -> Iterator[Task]:
    if days:
        link = (Link("提出済みの報告書を見る", "deliveries.documents"),)
        title = "市の確認を待っている日報"
        yield Task("awaiting", Urgency.WAITING, title, len(days), "件", _days(days), link)


def _days(days: Sequence[date]) -> str:
    return "、".join(wareki_weekday(on) for on in days[:LINKS_SHOWN]) + _more(len(days))


def _more(count: int) -> str:
    return f" ほか {count - LINKS_SHOWN}件" if count > LINKS_SHOWN else ""


def _day_links(days: Sequence[date], endpoint: str) -> tuple[Link, ...]:
    label = _DAY_LABELS[endpoint]
    several = len(days) > 1
    return tuple(
        Link(f"{on.month}月{on.day}日" if several else label, endpoint, (("on", on.isoformat()),))
        for on in days[:LINKS_SHOWN]
    )


_DAY_LABELS = {
    "reporting.day": "日報を開く",
    "exchange.day": "着信数を開く",
    "coverage.day": "記入する",
    "roster.day": "予定を直す",
}


def what_comes_next(today: date, minute: int, hours: tuple[int, int] | None, next_on: date) -> str:
    """What an empty list says instead: the next thing that will be asked for."""
    if hours is None:
        return f"今日は閉庁日です。次の開庁日は{wareki_weekday(next_on)}です。"
    if minute < hours[0]:
        return f"受付は {clock(hours[0])} に始まります。"
    if minute < hours[1]:
        return f"次は {clock(hours[1])} の受付終了後に、着信数の入力と日報の提出です。"
    return f"{wareki_weekday(today)}の受付は終わりました。次の開庁日は{wareki_weekday(next_on)}です。"
