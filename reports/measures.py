"""One definition of each figure (KPI) over additive counts; its formula is what the sheet prints.

Ratios over any period are Σ numerator ÷ Σ denominator: add the tallies, then ask.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from reports.figures import Figure, Measure, Unit
from reports.tally import Tally


class Definitions(Struct, frozen=True):
    """What a contract may choose about its figures. `service_level_base`: `offered` or `answered`."""

    service_level_seconds: int = 20
    service_level_base: str = "offered"
    repeat_days: int = 7


def _difference(tally: Tally) -> int | None:
    """On the days that know both sides."""
    answered, recorded = tally.answered_where_recorded, tally.recorded_where_answered
    return None if answered is None or recorded is None else answered - recorded


def _handling(tally: Tally) -> int:
    return tally.talk_seconds + tally.after_seconds


def _covered_thousandths(tally: Tally) -> int:
    """Cut, as the coverage proof cuts: a single minute short is never 100.0 %."""
    judged = tally.judged_minutes
    return (judged - tally.shortage_minutes) * 1000 // judged if judged else 0


_EXCHANGE = (
    Measure("offered", "着信数", "電話交換機が受付時間内に数えた着信の件数", Unit.COUNT, lambda t: t.offered),
    Measure("answered", "応答数", "着信のうち、オペレーターが応答した件数", Unit.COUNT, lambda t: t.answered),
    Measure("abandoned", "放棄数", "着信のうち、応答の前に切れた件数", Unit.COUNT, lambda t: t.abandoned),
    Measure(
        "answer_rate",
        "応答率",
        "応答数 ÷ 着信数",
        Unit.RATIO,
        lambda t: t.answered,
        lambda t: t.offered_where_answered,
    ),
    Measure(
        "abandonment_rate",
        "放棄率",
        "放棄数 ÷ 着信数",
        Unit.RATIO,
        lambda t: t.abandoned,
        lambda t: t.offered_where_abandoned,
    ),
    Measure(
        "out_of_hours_offered",
        "時間外着信数",
        "受付時間外の着信の件数。着信数・応答率・放棄率には含みません",
        Unit.COUNT,
        lambda t: t.out_of_hours_offered,
    ),
)
_RECORDS = (
    Measure(
        "recorded",
        "記録件数",
        "問合せ記録の件数（電話のほかFAX・来庁取次・折返し等を含み、取り消した記録を除きます）",
        Unit.COUNT,
        lambda t: t.recorded,
    ),
    Measure(
        "recorded_by_phone",
        "うち電話",
        "記録件数のうち、着信した電話の記録の件数",
        Unit.COUNT,
        lambda t: t.recorded_by_phone,
    ),
    Measure(
        "difference",
        "応答数と記録の差",
        "応答数 － 受付時間内に着信した電話の記録件数（−は記録の方が多いことを示します）",
        Unit.SIGNED,
        _difference,
    ),
    Measure("completed", "完結件数", "コールセンター内で対応を終えた記録の件数", Unit.COUNT, lambda t: t.completed),
    Measure(
        "completion_rate",
        "完結率",
        "完結件数 ÷ 記録件数",
        Unit.RATIO,
        lambda t: t.completed,
        lambda t: t.recorded,
    ),
    Measure(
        "average_talk",
        "平均通話時間",
        "通話時間の合計 ÷ 時間を計測した記録の件数（分:秒）",
        Unit.SECONDS,
        lambda t: t.talk_seconds,
        lambda t: t.timed_calls,
    ),
    Measure(
        "average_after_call",
        "平均後処理時間",
        "後処理時間の合計 ÷ 時間を計測した記録の件数（分:秒）",
        Unit.SECONDS,
        lambda t: t.after_seconds,
        lambda t: t.timed_calls,
    ),
    Measure(
        "average_handling",
        "平均処理時間",
        "（通話時間 ＋ 後処理時間）の合計 ÷ 時間を計測した記録の件数（分:秒）",
        Unit.SECONDS,
        _handling,
        lambda t: t.timed_calls,
    ),
    Measure("complaints", "苦情件数", "苦情の印を付けた記録の件数", Unit.COUNT, lambda t: t.complaints),
    Measure("difficult", "困難事例件数", "困難事例の印を付けた記録の件数", Unit.COUNT, lambda t: t.difficult),
)
_SHORTAGE = Measure(
    "shortage_minutes",
    "最少人数を下回った時間",
    "受付時間のうち、在席するオペレーターが最少人数に満たなかった時間（時間:分）",
    Unit.MINUTES,
    lambda t: t.shortage_minutes,
)
DAILY: tuple[Measure, ...] = (*_EXCHANGE, *_RECORDS, _SHORTAGE)
"""The figures of a single day."""


def _service_level(chosen: Definitions) -> Measure:
    seconds, answered = chosen.service_level_seconds, chosen.service_level_base == "answered"
    return Measure(
        "service_level",
        f"サービスレベル（{seconds}秒）",
        f"{seconds}秒以内に応答した件数 ÷ {'応答数' if answered else '着信数'}",
        Unit.RATIO,
        lambda t: t.answered_within,
        (lambda t: t.answered_where_within) if answered else (lambda t: t.offered_where_within),
    )


def _repeats(chosen: Definitions) -> tuple[Measure, ...]:
    days = f"{chosen.repeat_days}日"
    return (
        Measure(
            "repeated",
            "再入電件数",
            f"同じ電話番号・同じ小分類の記録が前{days}以内にもある記録の件数（番号のある記録だけで数えます）",
            Unit.COUNT,
            lambda t: t.repeated,
        ),
        Measure(
            "repeat_rate",
            "再入電率",
            "再入電件数 ÷ 電話番号のある記録の件数",
            Unit.RATIO,
            lambda t: t.repeated,
            lambda t: t.numbered,
        ),
        Measure(
            "first_contact_rate",
            "一次解決率",
            f"完結し、後{days}以内に同じ電話番号・同じ小分類の記録がない件数 ÷ 電話番号のある記録の件数"
            "（期間の終わりの記録は、集計の締切までの再入電で判定します）",
            Unit.RATIO,
            lambda t: t.solved_at_first,
            lambda t: t.numbered,
        ),
    )


_ENDINGS = (
    Measure("booking_calls", "予約処理の件数", "結果が「予約処理」の記録の件数", Unit.COUNT, lambda t: t.booking_calls),
    Measure("referred", "他機関案内の件数", "結果が「他機関案内」の記録の件数", Unit.COUNT, lambda t: t.referred),
    Measure("transferred", "転送件数", "結果が「転送」の記録の件数", Unit.COUNT, lambda t: t.transferred),
    Measure(
        "escalated",
        "エスカレーション件数",
        "結果が「市へエスカレーション」の記録の件数",
        Unit.COUNT,
        lambda t: t.escalated,
    ),
    Measure(
        "escalation_days",
        "エスカレーションの平均回答日数",
        "市の回答までの開庁日数の合計 ÷ 回答のあった件数",
        Unit.DECIMAL,
        lambda t: t.escalation_days,
        lambda t: t.escalations_answered,
    ),
    Measure(
        "callbacks_promised",
        "折返し約束の件数",
        "結果が「折返し約束」の記録の件数",
        Unit.COUNT,
        lambda t: t.callbacks_promised,
    ),
    Measure(
        "callbacks_kept_rate",
        "折返しの履行率",
        "約束の期限までに折り返した件数 ÷ 期限の来た約束の件数",
        Unit.RATIO,
        lambda t: t.callbacks_kept,
        lambda t: t.callbacks_due,
    ),
    Measure("disconnected", "途中切断の件数", "結果が「途中切断」の記録の件数", Unit.COUNT, lambda t: t.disconnected),
    Measure(
        "in_other_languages",
        "外国語の件数",
        "日本語以外で対応した記録の件数",
        Unit.COUNT,
        lambda t: t.in_other_languages,
    ),
    Measure("faq_used", "FAQの利用件数", "FAQを使って回答した記録の件数", Unit.COUNT, lambda t: t.faq_used),
    Measure("faq_missing", "FAQ該当なしの件数", "使えるFAQがなかった記録の件数", Unit.COUNT, lambda t: t.faq_missing),
)
_WAITING = Measure(
    "average_wait",
    "平均応答時間",
    "応答までの待ち時間の合計 ÷ 応答数（分:秒）",
    Unit.SECONDS,
    lambda t: t.wait_seconds,
    lambda t: t.answered_where_waited,
)
_PEOPLE = (
    Measure(
        "operator_hours",
        "オペレーターの在席時間",
        "受付時間のうち、オペレーターが在席した時間の合計（時間:分。業務責任者・休憩を除きます）",
        Unit.MINUTES,
        lambda t: t.operator_minutes,
    ),
    Measure(
        "planned_operator_hours",
        "オペレーターの予定時間",
        "受付時間のうち、勤務予定のあったオペレーターの時間の合計（時間:分）",
        Unit.MINUTES,
        lambda t: t.planned_operator_minutes,
    ),
    Measure(
        "calls_per_hour",
        "1時間あたりの対応件数",
        "記録件数 ÷ オペレーターの在席時間（1人1時間あたり）",
        Unit.DECIMAL,
        lambda t: t.recorded * 60,
        lambda t: t.operator_minutes,
    ),
    Measure(
        "occupancy",
        "占有率",
        "（通話時間 ＋ 後処理時間）の合計 ÷ オペレーターの在席時間",
        Unit.RATIO,
        _handling,
        lambda t: t.operator_minutes * 60,
    ),
    _SHORTAGE,
    Measure(
        "planned_shortage_minutes",
        "予定で最少人数に満たなかった時間",
        "受付時間のうち、勤務予定が最少人数に満たなかった時間（時間:分）",
        Unit.MINUTES,
        lambda t: t.planned_shortage_minutes,
    ),
    Measure(
        "covered_rate",
        "最少人数の充足率",
        "（判定した受付時間 － 最少人数を下回った時間）÷ 判定した受付時間（0.1％未満は切捨て）",
        Unit.RATIO,
        _covered_thousandths,
        lambda t: 1000 if t.judged_minutes else 0,
    ),
    Measure(
        "trained_people",
        "研修・教育の修了者数",
        "期間内に研修・教育を修了した延べ人数",
        Unit.COUNT,
        lambda t: t.trained_people,
    ),
)
_WORK = (
    Measure("open_days", "開庁日数", "受付をした日の数", Unit.COUNT, lambda t: t.open_days),
    Measure(
        "measured_days",
        "着信数を計測した日数",
        "開庁日のうち、電話交換機の集計がある日の数。着信数から計算する値は、この日だけの合計です",
        Unit.COUNT,
        lambda t: t.measured_days,
    ),
    Measure(
        "reports_on_time_rate",
        "日報の期限内提出率",
        "同じ日か次の開庁日までに提出した日次実績報告書の数 ÷ 期限の来た日次実績報告書の数",
        Unit.RATIO,
        lambda t: t.reports_on_time,
        lambda t: t.reports_due,
    ),
    Measure(
        "documents_updated",
        "マニュアル・FAQの更新件数",
        "期間内に施行した版の数",
        Unit.COUNT,
        lambda t: t.documents_updated,
    ),
    Measure("incidents", "事故・ヒヤリハットの件数", "期間内に認知した事故等の件数", Unit.COUNT, lambda t: t.incidents),
)
MEASURE: dict[str, Measure] = {measure.key: measure for measure in DAILY}


def period_measures(chosen: Definitions = Definitions()) -> tuple[Measure, ...]:
    """Every figure of a month, a year or a term, in the order they are printed, under the contract's definitions."""
    level = _service_level(chosen)
    return (*_WORK[:2], *_EXCHANGE, level, _WAITING, *_RECORDS, *_repeats(chosen), *_ENDINGS, *_PEOPLE, *_WORK[2:])


def figures(tally: Tally, measures: Iterable[Measure] = DAILY) -> dict[str, Figure]:
    """Every figure of a period, by key, in the order they are printed."""
    return {measure.key: measure.of(tally) for measure in measures}
