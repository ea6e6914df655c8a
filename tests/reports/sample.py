"""A plausible day in an invented city, for the tests and the bench of the report. Everyone is made up."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime

from msgspec.structs import replace

from reports.daily import (
    Approval,
    Category,
    CategoryCount,
    ContractFacts,
    DailyReport,
    Edition,
    Exchange,
    ExchangeCounts,
    Exclusion,
    GapReason,
    Handling,
    Inquiry,
    Issue,
    Matter,
    OutOfHoursRecords,
    Person,
    ReportStatus,
    Shortage,
    SlotCounts,
    Staffing,
    StaffLine,
    TimeRange,
    Timing,
    Version,
)

SUPERVISOR = Person("S01", "試田　花子")
OPERATORS = (Person("A01", "例山　太郎"), Person("A02", "仮沢　さくら"), Person("A03", "模川　次郎"))
DAY = date(2026, 6, 1)

_MAJORS = {
    "01": "交付申請",
    "02": "交付・受取",
    "03": "交付予約",
    "04": "有効期限・更新",
    "05": "暗証番号",
    "06": "紛失・停止・再交付",
    "07": "券面記載事項変更",
    "08": "特急発行・国外",
    "09": "カードの利用(保険証等)",
    "10": "オンライン・コンビニ",
    "11": "制度・個人番号",
    "12": "その他",
}
_MINORS = {
    "01": "申請方法(オンライン・郵送・証明写真機・窓口)/申請書・申請書ID(QR)の再発行/顔写真・記入不備・差戻し/"
    "申請状況・発行時期・取消し/出張申請・申請サポート/15歳未満・成年被後見人の申請",
    "02": "交付通知書の未着・紛失/持ち物・本人確認書類・交付場所・受付時間/受取期限切れ・保管期間/"
    "代理人受取の要件・疎明書類/休日・夜間窓口/暗証番号の設定・顔認証マイナンバーカード",
    "03": "新規予約/予約変更/予約キャンセル/予約内容の確認/更新等の手続予約/予約サイトの操作・エラー/"
    "遅刻・来庁できなかった後の再予約/空き枠がない・枠の要望",
    "04": "カード本体の更新/電子証明書の更新/有効期限通知書の内容/期限切れ後の手続/在留期間更新に伴う延長",
    "05": "再設定・初期化/ロック解除/コンビニ・スマホでの初期化",
    "06": "一時停止の案内(0120-95-0178)/紛失届・警察への届出/再交付・破損・手数料/発見時の一時停止解除/返納・廃止",
    "07": "住所変更・継続利用/氏名・旧氏・性別/氏名の振り仮名・ローマ字/追記欄満欄",
    "08": "特急発行の対象・期間/特急発行の手数料・受取方法/1歳未満のカード/国外転出・国外継続利用",
    "09": "健康保険証利用登録/利用登録解除・資格確認書/医療機関で使えない/公金受取口座/マイナ免許証/"
    "スマホ搭載(Android/iPhone)",
    "10": "マイナポータルにログインできない/e-Tax等の電子申請/コンビニ交付/カードの読取不良・ICカードリーダー",
    "11": "個人番号通知書・通知カード/番号を知りたい・住民票/個人番号の変更請求/制度・安全性への意見/"
    "支援措置(DV等)・施設入所者の相談",
    "12": "他課・他機関の案内/苦情・要望/間違い・無言・いたずら/不審な電話・詐欺の相談",
}
_TEXTS = (
    "更新の持ち物と手数料を案内した。",
    "6月12日10時の枠に予約を取り、確認番号を伝えた。",
    "交付通知書が届かないとのこと。発送日を確認し、転送設定の有無を伺ったうえで再送の手続を案内した。",
    "暗証番号を3回続けて誤り、利用者証明用がロックされたとのこと。本人が来庁し、初期化の申請をするよう案内した。"
    "代理人では当日に手続が終わらない場合があることも説明した。",
    "代理人の受取要件（施設入所）と疎明書類を説明し、書類の例を2つ案内した。",
    "紛失の一時停止は24時間の専用窓口で受け付けていることと、警察への遺失届の番号を控えるよう案内した。",
    "コンビニ交付が使えないとの相談。利用者証明用電子証明書の期限を確かめるよう案内した。",
    None,
)
_CHANNELS = ("電話",) * 15 + ("FAX", "来庁取次", "折返し発信")
_DISPOSITIONS = (
    ("完結",) * 12 + ("予約処理",) * 4 + ("他機関案内", "転送", "市へエスカレーション", "折返し約束", "途中切断")
)
_SHAPE = (6, 9, 9, 9, 8, 7, 6, 5, 5, 6, 7, 6, 5, 5, 5, 5, 4, 2)


def all_categories() -> tuple[Category, ...]:
    """The 12 × 60 categories."""
    return tuple(
        Category(major, _MAJORS[major], f"{major}{number:02}", name.replace("Android", "Android"))
        for major, names in _MINORS.items()
        for number, name in enumerate(_split(names), 1)
    )


def _split(names: str) -> list[str]:
    return names.replace("Android/iPhone", "Android\0iPhone").replace("/", "\n").replace("\0", "/").split("\n")


def day_of(calls: int, seed: int = 7) -> DailyReport:
    """A draft of an ordinary day with that many records."""
    inquiries = _inquiries(calls, random.Random(seed))
    counts = Counter(line.category.code for line in inquiries if line.category)
    slots = tuple(_slot(number, inquiries) for number in range(len(_SHAPE)))
    return DailyReport(
        contract=ContractFacts(
            "マイナンバーカードコールセンター運営業務委託",
            "みなと架空市",
            "株式会社うみかぜ見本サービス",
            "みなと架空市役所 市民課内 執務スペース",
            SUPERVISOR,
        ),
        on=DAY,
        issue=Issue(Timing(_utc(8, 32), _utc(8, 30))),
        slots=slots,
        exchange=Exchange("電話交換機の集計（CSV取込）", None, ExchangeCounts(3, 0, 3)),
        categories=tuple(CategoryCount(category, counts[category.code]) for category in all_categories()),
        inquiries=inquiries,
        staffing=_staffing(),
        handling=Handling(calls, calls * 221, calls * 74),
        open_ranges=(TimeRange(510, 1035),),
        out_of_hours=_out_of_hours(inquiries),
        matters=_matters(),
        gap_reasons=(GapReason(TimeRange(600, 630), "無言電話1件は記録なし。10時過ぎの応答1件は記録中に再入電。"),),
        exclusions=(Exclusion("取り消した記録", 2), Exclusion("入力の途中で保存していない記録", 1)),
        notes=("分類の名称は、その日に有効であった名称です。",),
    )


def submitted(report: DailyReport, edition: Edition = Edition.HANDOVER, version: Version | None = None) -> DailyReport:
    """The same day, approved by the supervisor."""
    issue = replace(
        report.issue,
        edition=edition,
        status=ReportStatus.SUBMITTED,
        version=version or Version(),
        approval=Approval(SUPERVISOR, _utc(8, 40)),
        prepared_by=OPERATORS[0],
        checked_by=OPERATORS[1],
    )
    return replace(report, issue=issue)


def empty_day() -> DailyReport:
    """An open day without a call, and without a reading of the exchange."""
    full = day_of(0)
    slots = tuple(replace(slot, exchange=ExchangeCounts()) for slot in full.slots)
    return replace(
        full,
        slots=slots,
        exchange=Exchange(),
        handling=Handling(),
        staffing=Staffing(2),
        matters=(),
        gap_reasons=(),
        exclusions=(),
        notes=(),
    )


def _utc(hour: int, minute: int) -> datetime:
    return datetime(2026, 6, 1, hour, minute, tzinfo=UTC)


def _inquiries(calls: int, dice: random.Random) -> tuple[Inquiry, ...]:
    categories = all_categories()
    weights = [dice.choice((1, 1, 2, 3, 6)) for _ in categories]
    starts = sorted(_start(dice) for _ in range(calls))
    return tuple(
        Inquiry(
            number=1_000 + index,
            start_minute=start,
            channel=dice.choice(_CHANNELS),
            category=dice.choices(categories, weights)[0],
            disposition=dice.choice(_DISPOSITIONS),
            report_text=dice.choice(_TEXTS),
            complaint=index % 41 == 5,
            difficult=index % 67 == 9,
        )
        for index, start in enumerate(starts)
    )


def _start(dice: random.Random) -> int:
    if dice.random() < 0.01:
        return dice.randrange(1_035, 1_050)
    slot = dice.choices(range(len(_SHAPE)), _SHAPE)[0]
    return 510 + slot * 30 + dice.randrange(15)


def _slot(number: int, inquiries: tuple[Inquiry, ...]) -> SlotCounts:
    start, end = 510 + number * 30, min(540 + number * 30, 1_035)
    inside = [line for line in inquiries if start <= line.start_minute < end]
    by_phone = sum(line.channel == "電話" for line in inside)
    answered = by_phone + (2 if number == 3 else 0) - (1 if number == 8 and by_phone else 0)
    abandoned = (number * 7 % 5) // 2
    return SlotCounts(start, end, ExchangeCounts(answered + abandoned, answered, abandoned), len(inside), by_phone)


def _out_of_hours(inquiries: tuple[Inquiry, ...]) -> OutOfHoursRecords:
    outside = [line for line in inquiries if line.start_minute >= 1_035]
    return OutOfHoursRecords(len(outside), sum(line.channel == "電話" for line in outside))


def _staffing() -> Staffing:
    day = TimeRange(510, 1_035)
    return Staffing(
        2,
        (
            StaffLine(
                SUPERVISOR,
                "業務責任者",
                (day,),
                (TimeRange(500, 1_060),),
                (TimeRange(780, 840),),
                (TimeRange(500, 780), TimeRange(840, 1_060)),
                465,
                False,
            ),
            StaffLine(
                OPERATORS[0],
                "オペレーター",
                (day,),
                (TimeRange(505, 1_040),),
                (TimeRange(690, 750),),
                (TimeRange(505, 690), TimeRange(750, 1_040)),
                465,
            ),
            StaffLine(
                OPERATORS[1],
                "オペレーター",
                (day,),
                (TimeRange(506, 1_038),),
                (TimeRange(750, 810),),
                (TimeRange(506, 750), TimeRange(810, 1_038)),
                465,
            ),
            StaffLine(
                OPERATORS[2],
                "オペレーター",
                (TimeRange(510, 780),),
                (TimeRange(538, 785),),
                (),
                (TimeRange(538, 785),),
                270,
                note="電車遅延のため28分遅れて出勤。遅延証明書を受領。",
            ),
        ),
        (
            Shortage(
                TimeRange(785, 810),
                1,
                "休憩の重なり・超過",
                "午前の短時間勤務者の退勤が、昼休憩の終わりより早かった。",
                "翌日から昼休憩の開始を30分早め、重ならないようにした。",
            ),
        ),
    )


def _matters() -> tuple[Matter, ...]:
    return (
        Matter(
            "困難事例",
            "受取期限の延長を繰り返し求められた。制度を説明し、市民課の担当へ引き継いだ。",
            662,
            1_009,
        ),
        Matter(
            "設備",
            "13時40分から10分間、予約システムの画面が開かなかった。その間の予約希望者3名には折返しとし、全員に連絡を終えた。",
            820,
        ),
        Matter("要望", "休日の交付窓口を増やしてほしいとの声が2件あった。"),
    )
