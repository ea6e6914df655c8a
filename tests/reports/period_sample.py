"""Plausible periods in an invented city, for the tests and the bench of the reports. Everyone is made up."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from msgspec.structs import replace

from reports.booking_counts import Counts, Table
from reports.daily import Approval, ContractFacts, Edition, Exclusion, Issue, ReportStatus, Timing, Version
from reports.figures import Figure
from reports.measures import Definitions, figures, period_measures
from reports.period import (
    Attribute,
    Bundle,
    Case,
    CategoryLine,
    Cell,
    Comment,
    Comparison,
    CoverageDay,
    DayLine,
    Instruction,
    Matter,
    PeriodKind,
    PeriodReport,
    Span,
    StaffTotal,
    Target,
    Training,
    month_span,
)
from reports.tally import Tally, over_days, paired
from tests.reports.document_sample import documents
from tests.reports.sample import OPERATORS, SUPERVISOR, all_categories

JUNE = month_span(date(2026, 6, 1))
FISCAL_2026 = Span(date(2026, 4, 1), date(2027, 3, 31))
_HOLIDAYS = {date(2026, 4, 29), date(2026, 5, 4), date(2026, 5, 5), date(2026, 5, 6), date(2026, 7, 20)}
_UNMEASURED = date(2026, 6, 10)
TARGETS = (
    Target("answer_rate", 0.9, near=0.05),
    Target("service_level", 0.8, near=0.05),
    Target("abandonment_rate", 0.05, at_least=False, near=0.05),
    Target("completion_rate", 0.85, near=0.05),
    Target("reports_on_time_rate", 1.0, near=0.05),
    Target("shortage_minutes", 0, at_least=False),
)
_TEXTS = (
    "受取期限の延長を繰り返し求められた。制度を説明し、市民課の担当へ引き継いだ。",
    "窓口の待ち時間が長いとの苦情。お詫びし、混雑の少ない時間帯を案内した。",
    "代理人の要件について市の判断が必要なため、市民課へエスカレーションした。",
    None,
)
_REMARK = (
    "6月は有効期限通知書の発送（6月3日）の後に「電子証明書の更新」の問合せが増え、6月8日の週が最も多くなりました。"
    "応答率は目標を上回りましたが、昼の時間帯（12時台）に放棄が集まっています。\n"
    "7月は昼休憩を3組に分け、12時台の在席を2名から3名に増やします。"
)


def month(calls: int = 104, span: Span = JUNE) -> PeriodReport:
    """A month with that many records on an open day."""
    return _report(PeriodKind.MONTHLY, span, calls)


def year(calls: int = 104) -> PeriodReport:
    """A fiscal year."""
    return _report(PeriodKind.ANNUAL, FISCAL_2026, calls)


def term(span: Span = Span(date(2026, 6, 1), date(2027, 7, 20)), calls: int = 60) -> PeriodReport:
    """A span of the contract; 14 months unless told otherwise."""
    return _report(PeriodKind.TERM, span, calls)


def quiet_month() -> PeriodReport:
    """A month without a call, and without a reading of the exchange."""
    days = tuple(DayLine(on, _why_closed(on), Tally(open_days=int(not _why_closed(on)))) for on in _dates(JUNE))
    return PeriodReport(
        kind=PeriodKind.MONTHLY,
        span=JUNE,
        contract=_contract(),
        issue=Issue(_timing(JUNE)),
        bundle=Bundle(),
        definitions=Definitions(),
        days=days,
        categories=tuple(CategoryLine(category, {}) for category in all_categories()),
    )


def submitted(report: PeriodReport, edition: Edition = Edition.HANDOVER, version: Version = Version()) -> PeriodReport:
    """The same period, approved by the supervisor."""
    issue = replace(
        report.issue,
        edition=edition,
        status=ReportStatus.SUBMITTED,
        version=version,
        approval=Approval(SUPERVISOR, report.issue.timing.built_at + timedelta(minutes=9)),
        prepared_by=OPERATORS[0],
        checked_by=OPERATORS[1],
    )
    return replace(report, issue=issue)


def with_text(report: PeriodReport, text: str) -> PeriodReport:
    """The report with that text wherever a person may have typed."""
    return replace(
        report,
        cases=tuple(replace(one, text=text) for one in report.cases),
        coverage=tuple(replace(one, measures=text) for one in report.coverage),
        instructions=tuple(replace(one, content=text, response=text) for one in report.instructions),
        matters=tuple(replace(one, text=text) for one in report.matters),
        comments=tuple(replace(one, text=text) for one in report.comments),
        trainings=tuple(replace(one, title=text) for one in report.trainings),
        issue=replace(report.issue, version=Version(2, text)),
    )


def _report(kind: PeriodKind, span: Span, calls: int) -> PeriodReport:
    dice = random.Random(calls + span.days)
    days = tuple(_day(on, calls, dice) for on in _dates(span))
    before = over_days(_day(on, calls - 9, dice).tally for on in _dates(span))
    return PeriodReport(
        kind=kind,
        span=span,
        contract=_contract(),
        issue=Issue(_timing(span)),
        bundle=Bundle(),
        definitions=Definitions(),
        days=days,
        categories=_categories(days, dice),
        cells=_cells(days, dice),
        attributes=_attributes(over_days(day.tally for day in days)),
        cases=_cases(days),
        coverage=_coverage(days),
        people=_people(days),
        trainings=_trainings(span),
        instructions=_instructions(span),
        matters=_matters(span),
        reservations=_reservations(days),
        documents=documents(span),
        previous=None if kind is PeriodKind.TERM else _comparison(kind, span, before),
        targets=TARGETS,
        comments=_comments(kind),
        exclusions=(Exclusion("取り消した記録", 12), Exclusion("保存していない記録", 2)),
        checks=("6月10日の着信数が未入力です。", "日報が未提出の日が1日あります（6月30日）。"),
        notes=("分類の名称は、期間の最後の日に有効であった名称です。",),
        sources=("電話交換機の集計（CSV取込）", "問合せ記録", "出退勤の記録"),
    )


def _contract() -> ContractFacts:
    return ContractFacts(
        "マイナンバーカードコールセンター運営業務委託",
        "みなと架空市",
        "株式会社うみかぜ見本サービス",
        "みなと架空市役所 市民課内 執務スペース",
        SUPERVISOR,
    )


def _timing(span: Span) -> Timing:
    after = span.to_on + timedelta(days=1)
    return Timing(
        datetime(after.year, after.month, after.day, 1, 5, tzinfo=UTC),
        datetime(after.year, after.month, after.day, 1, 0, tzinfo=UTC),
    )


def _dates(span: Span) -> list[date]:
    return [span.from_on + timedelta(days=number) for number in range(span.days)]


def _why_closed(on: date) -> str:
    if on.weekday() >= 5:
        return "土曜日" if on.weekday() == 5 else "日曜日"
    return "国民の祝日" if on in _HOLIDAYS else ""


def _day(on: date, calls: int, dice: random.Random) -> DayLine:
    why = _why_closed(on)
    if why:
        return DayLine(on, why, Tally())
    recorded = max(0, round(dice.gauss(calls, calls / 6)))
    phone = recorded - recorded // 12
    answered = None if on == _UNMEASURED else phone + dice.randrange(-1, 3)
    offered = None if answered is None else answered + dice.randrange(2, 12)
    short = 25 if on.day % 11 == 4 else 0
    tally = Tally(
        offered=offered,
        answered=answered,
        abandoned=None if offered is None or answered is None else offered - answered,
        out_of_hours_offered=None if offered is None else dice.randrange(4),
        recorded=recorded,
        recorded_by_phone=phone,
        recorded_by_phone_in_hours=phone,
        completed=recorded * 9 // 10,
        complaints=dice.randrange(3),
        difficult=dice.randrange(2),
        timed_calls=recorded,
        talk_seconds=recorded * 221,
        after_seconds=recorded * 74,
        shortage_minutes=short,
        answered_within=None if answered is None else answered * 8 // 10,
        wait_seconds=None if answered is None else answered * 13,
        open_days=1,
        measured_days=int(offered is not None),
        reports_due=1,
        reports_on_time=int(on.day != 30),
        booking_calls=recorded // 5,
        referred=recorded // 20,
        transferred=recorded // 30,
        escalated=recorded // 40,
        callbacks_promised=recorded // 35,
        disconnected=recorded // 60,
        in_other_languages=recorded // 25,
        numbered=recorded * 4 // 5,
        repeated=recorded // 12,
        numbered_completed=recorded * 7 // 10,
        solved_at_first=recorded * 6 // 10,
        operator_minutes=1_290,
        planned_operator_minutes=1_320,
        open_minutes=525,
        judged_minutes=525,
        planned_shortage_minutes=0,
        trained_people=int(on.day == 15) * 2,
        faq_used=recorded * 6 // 10,
        faq_missing=recorded // 30,
        documents_updated=int(on.day == 12) * 3,
    )
    return DayLine(on, "", paired(tally), "未提出" if on == date(2026, 6, 30) else "提出 第1版")


def _categories(days: Sequence[DayLine], dice: random.Random) -> tuple[CategoryLine, ...]:
    kinds = all_categories()
    weights = [dice.choice((1, 1, 2, 3, 6)) for _ in kinds]
    counts: dict[str, Counter[date]] = {category.code: Counter() for category in kinds}
    for day in days:
        # One record of every third day has no category yet.
        sized = max(0, day.tally.recorded - (day.on.day % 3 == 0))
        for category in dice.choices(kinds, weights, k=sized) if day.tally.recorded else ():
            counts[category.code][day.on] += 1
    lines = []
    for number, category in enumerate(kinds):
        now = counts[category.code].total()
        then = 0 if number == 7 else max(0, now - dice.randrange(-8, 12))
        retired = days[len(days) // 2].on if number == 20 else None
        lines.append(CategoryLine(category, dict(counts[category.code]), then, None, retired))
    return tuple(lines)


def _cells(days: Sequence[DayLine], dice: random.Random) -> tuple[Cell, ...]:
    shape = (6, 9, 9, 9, 8, 7, 6, 5, 5, 6, 7, 6, 5, 5, 5, 5, 4, 2)
    recorded: Counter[tuple[int, int | None]] = Counter()
    offered: Counter[tuple[int, int | None]] = Counter()
    for day in days:
        starts = dice.choices(range(len(shape)), shape, k=day.tally.recorded)
        recorded.update((day.on.weekday(), 510 + at * 30) for at in starts)
        starts = dice.choices(range(len(shape)), shape, k=day.tally.offered or 0)
        offered.update((day.on.weekday(), 510 + at * 30) for at in starts)
    slots: list[int | None] = [510 + at * 30 for at in range(len(shape))]
    return tuple(
        Cell(weekday, start, recorded[weekday, start], offered[weekday, start] if start is not None else None)
        for weekday in range(5)
        for start in [*slots, None]
    )


def _attributes(tally: Tally) -> tuple[Attribute, ...]:
    def split(heading: str, shares: Sequence[tuple[str, int]]) -> Attribute:
        lines = [(label, tally.recorded * share // 100) for label, share in shares[1:]]
        return Attribute(heading, ((shares[0][0], tally.recorded - sum(count for _, count in lines)), *lines))

    return (
        split("受付方法", (("電話", 92), ("FAX", 3), ("来庁取次", 3), ("折返し発信", 2))),
        split("問合せ者", (("本人", 80), ("家族", 12), ("代理人", 4), ("施設・病院", 3), ("事業者", 1))),
        split("言語", (("日本語", 96), ("英語", 2), ("中国語", 1), ("ベトナム語", 1), ("ポルトガル語", 0))),
        split(
            "結果",
            (
                ("完結", 64),
                ("予約処理", 20),
                ("他機関案内", 5),
                ("転送", 4),
                ("市へエスカレーション", 3),
                ("折返し約束", 3),
                ("途中切断", 1),
            ),
        ),
    )


def _cases(days: Sequence[DayLine]) -> tuple[Case, ...]:
    kinds = all_categories()
    opened = [day for day in days if day.tally.recorded]
    marks = (("苦情",), ("エスカレーション",), ("困難",), ("苦情", "困難"))
    return tuple(
        Case(
            1_000 + number * 37,
            day.on,
            520 + number * 13 % 480,
            "電話",
            "本人" if number % 3 else "家族",
            kinds[number * 7 % len(kinds)],
            "市へエスカレーション" if number % 4 == 1 else "完結",
            marks[number % 4],
            _TEXTS[number % 4],
        )
        for number, day in enumerate(opened)
    )


def _coverage(days: Sequence[DayLine]) -> tuple[CoverageDay, ...]:
    short = [day for day in days if day.tally.shortage_minutes]
    measures = ("翌日から昼休憩の開始を30分早め、重ならないようにした。", None)
    causes = (("休憩の重なり・超過",), ("急な欠勤", "交通機関の遅れ"))
    return tuple(
        CoverageDay(day.on, 2, 0, day.tally.shortage_minutes, causes[number % 2], measures[number % 2])
        for number, day in enumerate(short)
    )


def _people(days: Sequence[DayLine]) -> tuple[StaffTotal, ...]:
    opened = sum(day.open for day in days)
    operators = (StaffTotal(one, "オペレーター", opened, opened * 465, opened * 460) for one in OPERATORS)
    return (StaffTotal(SUPERVISOR, "業務責任者", opened, opened * 465, opened * 470), *operators)


def _trainings(span: Span) -> tuple[Training, ...]:
    return (
        Training(span.from_on, "個人情報保護研修", "個人情報の取扱いと誓約（年1回）", OPERATORS[0]),
        Training(span.from_on, "配置前研修", "マイナンバーカードの制度・端末操作・電話応対", OPERATORS[2]),
        Training(span.to_on, "誓約", "秘密保持の誓約書の提出", OPERATORS[2]),
    )


def _instructions(span: Span) -> tuple[Instruction, ...]:
    done = "案内文を差し替え、全員へ朝礼で周知した。"
    wanted = "更新通知の同封物が変わるため、案内文を改めること。"
    asked = "休日窓口の問合せ件数を別に数えること。"
    return (
        Instruction(1, span.from_on, "案内内容", wanted, done, span.to_on),
        Instruction(2, span.to_on, "集計", asked, None, None),
    )


def _matters(span: Span) -> tuple[Matter, ...]:
    trouble = (
        "13時40分から10分間、予約システムの画面が開かなかった。その間の希望者3名には折返しとし、全員に連絡を終えた。"
    )
    proposal = "通知書の発送日を前の週までに共有いただければ、増員を計画できます。"
    return (
        Matter(span.from_on, "改善提案", proposal),
        Matter(span.from_on, "トラブル", trouble),
        Matter(span.to_on, "設備・機器", "ヘッドセット1台を交換した。"),
        Matter(span.to_on, "対応困難事例", _TEXTS[0]),
        Matter(span.to_on, "その他", "来庁された方から職員の対応へのお礼があった。"),
    )


def _reservations(days: Sequence[DayLine]) -> Counts:
    kinds = ("新規", "変更", "取消", "来庁", "無断欠席")
    lines = tuple((day.on, (18, 4, 3, 15, 1)) for day in days if day.open)
    whole = tuple(len(lines) * one for one in (18, 4, 3, 15, 1))
    return Counts(
        kinds,
        (Table("手続", (("カードの受取", whole), ("電子証明書の更新", (0,) * 5))),),
        lines,
        (("市民課 窓口1", 400, 312), ("支所", 80, 0)),
        (("都合が合わない", 40), ("体調不良", 12)),
        ((2, 40), (5, 120), (12, 60)),
        (30, 1, 2),
    )


def _comparison(kind: PeriodKind, span: Span, tally: Tally) -> Comparison:
    known: dict[str, Figure] = figures(tally, period_measures())
    label = "令和8年5月" if kind is PeriodKind.MONTHLY else "令和7年度"
    before = span.from_on - timedelta(days=1)
    return Comparison(label, Span(before - timedelta(days=span.days - 1), before), known, "当コールセンターの記録")


def _comments(kind: PeriodKind) -> tuple[Comment, ...]:
    every = (Comment("summary", _REMARK), Comment("hours", "月曜日の朝と昼休みの時間帯に集中しています。"))
    if kind is PeriodKind.MONTHLY:
        return every
    return (
        *every,
        Comment("achievements", f"{_REMARK}\n\n通年で応答率90%以上を保ちました。"),
        Comment("issues", "3月・4月の転入の時期に、待ち時間が長くなる日がありました。"),
        Comment("handover", "継続中のエスカレーション2件、未処理の折返し0件を次期へ引き継ぎます。"),
        Comment("next_year", "通知書の発送日を前月までに共有いただくことを提案します。"),
    )
