"""The demonstration's months: reports, notices, invoices and payments, each on its own day.

The winter's three months stand in every state that a month can have: December is paid, January was sent back once,
accepted as a second version, and its claim is overdue; February waits for the city. A month whose days are not all
played has no story.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from callcenter.clock import instant_of, local
from callcenter.contracts.queries import calendar
from callcenter.deliveries import service as deliveries
from callcenter.deliveries.handing import Handing, record_handing
from callcenter.deliveries.rules import Edition, Kind, Method, State
from callcenter.demo.company import Company
from callcenter.demo.queue import standing_at, work_off
from callcenter.extensions import new_id
from callcenter.jobs import service as jobs
from callcenter.jobs.ports import WantedJob
from callcenter.jobs.rules import JobKind
from callcenter.reporting import service as reporting
from callcenter.reporting.completion import documents, invoices, notices, service
from callcenter.reporting.completion.documents import Review
from callcenter.reporting.completion.performance import performed
from callcenter.reporting.periods import approving, comments
from callcenter.reporting.periods.drafts import Period
from callcenter.reporting.periods.reviewing import PeriodReview, look
from callcenter.web.access import Actor
from callcenter.web.transaction import end_read, transaction
from reports.period import PeriodKind, Span, month_span

DECEMBER, JANUARY, FEBRUARY, MARCH = date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1)
SENT_BACK_COMMENT: Final = "時間帯別の件数について、混み合った時間帯とその対策を所見に書き加えてください。"
CHANGE_NOTE: Final = "時間帯・曜日の所見に、混み合った時間帯と対策を追記しました。"
AGREEMENT: Final = "市民課の窓口で、紙と記録媒体を手渡すことを確認しました。"
RECIPIENT: Final = "市民課 庶務担当（架空）"
RECEIPT: Final = "受領印のある控えを保管"
PAYMENT_NOTE: Final = "市の会計からの口座振込"
REMARKS: Final[Mapping[date, Mapping[str, str]]] = {
    DECEMBER: {
        "summary": "応答率は目標を上回りました。交付予約に関する問合せが最も多い月でした。",
        "staffing": "年末の休暇が重ならないよう、昼休みの交替を早めに決めて配置しました。",
    },
    JANUARY: {
        "summary": "応答率は目標を上回りました。放棄率は目標に少し届かなかったため、混み合う時間帯の配置を見直します。",
        "categories": "電子証明書の更新に関する問合せが続いています。案内の文例を見直しました。",
    },
    FEBRUARY: {
        "summary": "応答率は前の月より上がりました。暗証番号の再設定には、手続の場所と持ち物をあわせて案内しています。",
        "proposals": "暗証番号を忘れたときの手続を、市のホームページの上の方に載せることを提案します。",
    },
    MARCH: {"summary": "年度末の転入・転出にあわせ、住所の変更に関する問合せに備えて案内の文例を見直しました。"},
}
ADDED_REMARK: Final = (
    "hours",
    "9時30分から10時30分までに問合せが集中しました。この時間帯は休憩を入れず、応答できる人数を増やします。",
)


class Step(Struct, frozen=True):
    """What somebody does at an hour of a day for a month (its first day)."""

    on: date
    minute: int
    month: date
    act: Callable[[Doing], object]


class Doing(Struct, frozen=True):
    """A step while it is done."""

    company: Company
    month: date
    at: datetime

    @property
    def span(self) -> Span:
        return month_span(self.month)

    @property
    def period(self) -> Period:
        return Period(self.company.contract_id, PeriodKind.MONTHLY.value, self.span)

    def who(self, login: str) -> Actor:
        return self.company.actors[login]


def on_the_day(on: date, company: Company, *, since: date) -> None:
    """Do what the months bring on a day. `since`: the first day that was played."""
    for step in STORY:
        if step.on == on and since <= _first_open_day(company.contract_id, step.month):
            doing = Doing(company, step.month, instant_of(on, step.minute))
            with standing_at(doing.at):
                step.act(doing)


def draft_of_this_month(company: Company, at: datetime) -> None:
    """The month that is going on, with a first remark, as a draft."""
    doing = Doing(company, MARCH, at)
    with standing_at(at):
        _remark(doing, REMARKS[MARCH])
        _build(doing)


def _first_open_day(contract_id: UUID, month: date) -> date:
    span = month_span(month)
    return calendar(contract_id).open_days(span.from_on, span.to_on)[0]


# --- the report of a month ---


def _hand_in(doing: Doing) -> None:
    """Remarks, draft, approval: the first version."""
    _remark(doing, REMARKS[doing.month])
    _approve(doing)


def _hand_in_again(doing: Doing) -> None:
    """The second version says what the city missed."""
    _remark(doing, dict([ADDED_REMARK]))
    _approve(doing, CHANGE_NOTE)


def _remark(doing: Doing, texts: Mapping[str, str]) -> None:
    with transaction():
        for section, text in texts.items():
            comments.write(doing.period, comments.NewComment(section, 0, text), by=doing.who("supervisor"), at=doing.at)


def _build(doing: Doing) -> None:
    wanted = WantedJob(JobKind.BUILD_MONTHLY, doing.span.from_on, doing.span.to_on)
    with transaction():
        asked_by = doing.who("supervisor").user_id
        jobs.ask(wanted, contract_id=doing.company.contract_id, asked_by=asked_by, at=doing.at)
    work_off()


def _approve(doing: Doing, note: str = "") -> None:
    supervisor = doing.who("supervisor")
    _build(doing)
    found = look(doing.period, by=supervisor, at=doing.at, note=note)
    if found.unconfirmed:
        found = _let_stand(doing, found, note)
    with transaction():
        wanted = approving.Wanted(found.mark, new_id(), note, consent=True)
        approving.require_clear(found, wanted)
        approving.approve(found, wanted, by=supervisor, at=doing.at)
    work_off()


def _let_stand(doing: Doing, found: PeriodReview, note: str) -> PeriodReview:
    supervisor = doing.who("supervisor")
    with transaction():
        for item in found.unconfirmed:
            reporting.confirm_finding(doing.span.from_on, item.mark, by=supervisor, at=doing.at)
    return look(doing.period, by=supervisor, at=doing.at, note=note)


def _accept_report(doing: Doing) -> None:
    _decide(doing, Kind.MONTHLY, State.ACCEPTED)


def _send_report_back(doing: Doing) -> None:
    _decide(doing, Kind.MONTHLY, State.SENT_BACK, SENT_BACK_COMMENT)


def _decide(doing: Doing, kind: Kind, decision: State, comment: str = "") -> None:
    newest = documents.versions_of(doing.company.contract_id, kind, doing.span)[0]
    end_read()
    with transaction():
        deliveries.decide(newest.id, decision, comment, by=doing.who("officer"), at=doing.at)


def _give_by_hand(doing: Doing) -> None:
    """Beside the portal, on paper, as the city agreed (8③)."""
    newest = documents.versions_of(doing.company.contract_id, Kind.MONTHLY, doing.span)[0]
    end_read()
    handed = Handing(newest.id, Method.HAND, Edition.HANDOVER, AGREEMENT, RECIPIENT, doing.at, RECEIPT)
    with transaction():
        record_handing(handed, by=doing.who("supervisor"), at=doing.at)


# --- notice, invoice, payment (Art. 11, 12) ---


def _give_notice(doing: Doing) -> None:
    supervisor = doing.who("supervisor")
    found = notices.review(doing.month, by=supervisor, at=doing.at)
    built = _submission(found, supervisor, doing.at)
    with transaction():
        notices.submit(found, built, by=supervisor, at=doing.at)


def _submission(found: Review, by: Actor, at: datetime) -> deliveries.Submission:
    built = documents.submission(found, documents.Approval(found.mark, consent=True), by=by, at=at)
    end_read()
    return built


def _confirm_notice(doing: Doing) -> None:
    _decide(doing, Kind.NOTICE, State.ACCEPTED)


def _claim(doing: Doing) -> None:
    manager = doing.who("manager")
    done = performed(doing.company.contract_id, doing.span, doing.at)
    found = invoices.review(done, doing.month, by=manager, at=doing.at)
    built = _submission(found, manager, doing.at)
    with transaction():
        invoices.submit(found, built, done, by=manager, at=doing.at)


def _accept_claim(doing: Doing) -> None:
    _decide(doing, Kind.INVOICE, State.ACCEPTED)


def _pay(doing: Doing) -> None:
    """All of the claim came in on the last open day before."""
    contract_id = doing.company.contract_id
    found = documents.versions_of(contract_id, Kind.INVOICE, doing.span)[0]
    paid_on = calendar(contract_id).previous_open_day(local(doing.at).on)
    yen = int(found.figures["claim"]["value"])
    end_read()
    with transaction():
        new = service.NewPayment(doing.month, paid_on, yen, PAYMENT_NOTE, new_id())
        service.record_payment(new, by=doing.who("manager"), at=doing.at)


STORY: Final[tuple[Step, ...]] = (
    Step(date(2027, 1, 7), 580, DECEMBER, _hand_in),
    Step(date(2027, 1, 7), 640, DECEMBER, _give_by_hand),
    Step(date(2027, 1, 8), 620, DECEMBER, _accept_report),
    Step(date(2027, 1, 12), 590, DECEMBER, _give_notice),
    Step(date(2027, 1, 13), 660, DECEMBER, _confirm_notice),
    Step(date(2027, 1, 14), 585, DECEMBER, _claim),
    Step(date(2027, 1, 18), 610, DECEMBER, _accept_claim),
    Step(date(2027, 2, 4), 580, JANUARY, _hand_in),
    Step(date(2027, 2, 8), 600, DECEMBER, _pay),
    Step(date(2027, 2, 8), 630, JANUARY, _send_report_back),
    Step(date(2027, 2, 9), 600, JANUARY, _hand_in_again),
    Step(date(2027, 2, 10), 670, JANUARY, _accept_report),
    Step(date(2027, 2, 15), 590, JANUARY, _give_notice),
    Step(date(2027, 2, 17), 660, JANUARY, _confirm_notice),
    Step(date(2027, 2, 18), 585, JANUARY, _claim),
    Step(date(2027, 2, 22), 610, JANUARY, _accept_claim),
    Step(date(2027, 3, 4), 580, FEBRUARY, _hand_in),
    Step(date(2027, 3, 8), 590, FEBRUARY, _give_notice),
)
"""In the order of time. January's claim is due on 20 March: ten days before the demonstration's today."""
