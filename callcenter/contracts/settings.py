"""The settings of a contract that exist. A feature reads one through `queries.setting`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from callcenter.contracts.rules import SettingSpec, settings_by_name
from callcenter.errors import InvalidInput
from callcenter.protection.phones import normalise_phone
from callcenter.protection.text import clean_line, clean_text

MOST_LINES, MOST_DIGITS = 50, 10
LINE_LENGTH, BANK_LENGTH = 200, 300
OFFERED_BASE, ANSWERED_BASE = "着信数", "応答数"
"""What a service level may be divided by."""

_NAMES = (
    "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 富山県 "
    "石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 "
    "岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県"
)
PREFECTURES = tuple(_NAMES.split())
"""In the order of their codes, 01 to 47."""

_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+", re.ASCII)
_CITY_CODE = re.compile(r"[0-9]{6}", re.ASCII)
_CITY_CODE_WEIGHTS = (6, 5, 4, 3, 2)
_INVOICE_NUMBER = re.compile(r"T[0-9]{13}", re.ASCII)


def _phones(text: str) -> list[str]:
    """One number a line, each written in the one usual way. Raises `InvalidInput`."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise InvalidInput(errors={"value": [f"{MOST_LINES}件以内で入力してください。"]})
    return list(dict.fromkeys(normalise_phone(line, field="value").display for line in lines))


def _whole(least: int, most: int, *, may_be_empty: bool = False) -> Callable[[str], list[str]]:
    """One whole number within limits, with or without commas; nothing at all where that means something."""

    def read(text: str) -> list[str]:
        line = _without_commas(unicodedata.normalize("NFKC", text).strip())
        if not line and may_be_empty:
            return []
        digits = line if line.isascii() and line.isdigit() and len(line) <= MOST_DIGITS else ""
        if not digits or not least <= int(digits) <= most:
            raise InvalidInput(errors={"value": [f"{least:,}から{most:,}までの整数で入力してください。"]})
        return [str(int(digits))]

    return read


def _without_commas(line: str) -> str:
    """The digits of 1,234,567; any other line as it is."""
    return line.replace(",", "") if _GROUPED.fullmatch(line) else line


def _one_of(*words: str) -> Callable[[str], list[str]]:
    """One of some words."""

    def read(text: str) -> list[str]:
        if text.strip() not in words:
            raise InvalidInput(errors={"value": [f"「{'」か「'.join(words)}」と入力してください。"]})
        return [text.strip()]

    return read


def _line(text: str) -> list[str]:
    """A line of text, or nothing."""
    line = clean_line(text, max_length=LINE_LENGTH, field="value")
    return [line] if line else []


def _lines(text: str) -> list[str]:
    """A few lines of text, or nothing."""
    written = clean_text(text, max_length=BANK_LENGTH, field="value")
    return [line.strip() for line in written.splitlines() if line.strip()]


def _phone(text: str) -> list[str]:
    """A telephone number in the one usual way, or nothing."""
    return [normalise_phone(text, field="value").display] if text.strip() else []


def city_code_fault(code: str) -> str:
    """Why six digits are no code of a local government (全国地方公共団体コード); empty when they are one.

    The first two name the prefecture, the sixth checks the five before it (weights 6 to 2, modulus 11).
    """
    if not _CITY_CODE.fullmatch(code):
        return "全国地方公共団体コードを数字6桁で入力してください。"
    if not 1 <= int(code[:2]) <= len(PREFECTURES):
        return "はじめの2桁が、都道府県の番号（01から47まで）ではありません。"
    weighed = sum(weight * int(digit) for weight, digit in zip(_CITY_CODE_WEIGHTS, code, strict=False))
    right = (11 - weighed % 11) % 10 == int(code[5])
    return "" if right else "最後の桁（検査数字）が合いません。番号を確かめてください。"


def _city_code(text: str) -> list[str]:
    code = unicodedata.normalize("NFKC", text).strip()
    fault = city_code_fault(code) if code else ""
    if fault:
        raise InvalidInput(errors={"value": [fault]})
    return [code] if code else []


def _prefecture(text: str) -> list[str]:
    name = text.strip()
    if name and name not in PREFECTURES:
        raise InvalidInput(errors={"value": ["都道府県名を「県」などまで入力してください。例：東京都"]})
    return [name] if name else []


def _invoice_number(text: str) -> list[str]:
    """T and thirteen digits, or nothing. A sole trader's has no check digit to go by."""
    number = unicodedata.normalize("NFKC", text).strip().upper()
    if number and not _INVOICE_NUMBER.fullmatch(number):
        raise InvalidInput(errors={"value": ["Tに続けて数字13桁を、ハイフンなしで入力してください。"]})
    return [number] if number else []


def _target(name: str, label: str, about: str, standard: str, most: int = 100) -> SettingSpec:
    """A target of a report. It may be empty: nothing was agreed on."""
    hint = f"{about}空にすると、目標を定めないものとして扱います。標準の値は提案です。"
    return SettingSpec(name, label, hint, _whole(0, most, may_be_empty=True), (standard,))


PUBLIC_PHONES = ("0120-95-0178", "0570-783-578", "050-3818-1250")
"""Numbers of public services that operators read out: the national dials for the card."""
SETTINGS = settings_by_name(
    SettingSpec(
        "public_phones",
        "公開している電話番号",
        "報告書の個人情報の点検で、個人の番号とみなさない番号です。1行に1つずつ入力します。",
        _phones,
        PUBLIC_PHONES,
        "ここに書いた番号だけが有効になります。標準の番号も、使うものは残してください。",
    ),
    SettingSpec(
        "service_level_percent",
        "サービスレベルの目標（％）",
        "着信のうち、次の秒数以内に応答する割合です。必要な人数の計算に使います。",
        _whole(1, 99),
        ("80",),
    ),
    SettingSpec(
        "service_level_seconds",
        "サービスレベルの秒数",
        "この秒数以内の応答を数えます。",
        _whole(0, 600),
        ("20",),
    ),
    SettingSpec(
        "patience_seconds",
        "電話を切るまでの平均の秒数",
        "待っている人が電話を切るまでの平均です。空にすると、だれも切らないものとして安全側に計算します（アーランC）。",
        _whole(5, 3600, may_be_empty=True),
    ),
    SettingSpec(
        "most_occupancy_percent",
        "占有率の上限（％）",
        "通話と後処理の時間が勤務時間に占める割合の上限です。必要な人数の計算に使います。",
        _whole(30, 100),
        ("85",),
    ),
    SettingSpec(
        "shrinkage_percent",
        "電話に出られない時間の割合（％）",
        "研修・会議・離席など、休憩のほかに電話に出られない時間の割合です。",
        _whole(0, 80),
        ("0",),
    ),
    SettingSpec(
        "floor_during_breaks",
        "休憩中も最少人員を満たす",
        "「はい」では、休憩中の人を最少人員に数えません。仕様書6は休憩中の扱いを定めていないため、市と協議して決めます。",
        _one_of("はい", "いいえ"),
        ("はい",),
    ),
    SettingSpec(
        "leader_per_slot",
        "業務責任者・副責任者の在席",
        "責任者のいない時間があるとき、「警告」か「必須」か「確認しない」かを選びます。開庁日ごとに1名は常に必要です。",
        _one_of("警告", "必須", "確認しない"),
        ("警告",),
    ),
    _target("target_answer_rate", "応答率の目標（％以上）", "応答数 ÷ 着信数の目標です。", "90"),
    _target(
        "target_service_level",
        "サービスレベルの報告上の目標（％以上）",
        "報告書に載せる目標です。秒数は「サービスレベルの秒数」で決めます。",
        "80",
    ),
    _target("target_abandonment", "放棄率の目標（％以下）", "放棄数 ÷ 着信数の目標です。", "5"),
    _target("target_completion", "完結率の目標（％以上）", "コールセンター内で対応を終えた割合の目標です。", "85"),
    _target(
        "target_daily_reports",
        "日報の期限内提出の目標（％以上）",
        "当日か次の開庁日までに提出した日報の割合の目標です。",
        "100",
    ),
    _target(
        "target_shortage_minutes",
        "最少人数を下回った時間の目標（分以下）",
        "期間を通じた合計の目標です。",
        "0",
        most=99_999,
    ),
    SettingSpec(
        "report_due_days",
        "月報・年報の期日（開庁日）",
        "月や年度が終わったあと、何開庁日目までに提出するかです。「今日」の画面でお知らせします。標準の値は提案です。",
        _whole(1, 60),
        ("5",),
    ),
    SettingSpec(
        "service_level_base",
        "サービスレベルの分母",
        "秒数以内に応答した件数を、「着信数」と「応答数」のどちらで割るかを選びます。計算式は報告書に載ります。",
        _one_of(OFFERED_BASE, ANSWERED_BASE),
        (OFFERED_BASE,),
    ),
    SettingSpec(
        "repeat_days",
        "再入電とみなす日数",
        "同じ電話番号から同じ小分類の問合せがこの日数以内にあるとき、再入電に数えます。",
        _whole(1, 31),
        ("7",),
    ),
    SettingSpec(
        "city_code",
        "全国地方公共団体コード",
        "市が公開するデータ（オープンデータ）に載せる、検査数字を含む6桁です。",
        _city_code,
    ),
    SettingSpec(
        "prefecture_name",
        "都道府県名",
        "市が公開するデータに載せます。空にすると、全国地方公共団体コードから決めます。",
        _prefecture,
    ),
    SettingSpec(
        "city_only_name",
        "市区町村名",
        "市が公開するデータに載せる、都道府県名を除いた名前です。空にすると、契約の委託者の名前を使います。",
        _line,
        wide=True,
    ),
    SettingSpec(
        "monthly_fee_yen",
        "委託金の月額（円、税込み）",
        "請求書の金額です。年度の途中で変わるときは、適用日を変えて登録します。",
        _whole(0, 9_999_999_999, may_be_empty=True),
        yen=True,
    ),
    SettingSpec("contractor_address", "受託者の所在地", "請求書と履行完了通知書に載せます。", _line, wide=True),
    SettingSpec(
        "contractor_representative",
        "受託者の代表者",
        "請求書と履行完了通知書に載せる、役職と氏名です。",
        _line,
        wide=True,
    ),
    SettingSpec("contractor_phone", "受託者の電話番号", "請求書と履行完了通知書に載せます。", _phone),
    SettingSpec(
        "invoice_registration",
        "適格請求書発行事業者の登録番号",
        "Tと数字13桁です。登録がないときは空にします。",
        _invoice_number,
    ),
    SettingSpec(
        "bank_account",
        "振込先",
        "請求書に載せます。",
        _lines,
        lines_hint="金融機関、支店、口座の種類と番号、口座名義を1行に1つずつ入力します。",
    ),
)

SETTING_GROUPS: Mapping[str, tuple[str, ...]] = {
    "応答の目標と必要な人数": (
        "service_level_percent",
        "service_level_seconds",
        "patience_seconds",
        "most_occupancy_percent",
        "shrinkage_percent",
        "floor_during_breaks",
        "leader_per_slot",
    ),
    "報告書": (
        "target_answer_rate",
        "target_service_level",
        "target_abandonment",
        "target_completion",
        "target_daily_reports",
        "target_shortage_minutes",
        "report_due_days",
        "service_level_base",
        "repeat_days",
        "public_phones",
    ),
    "市が公開するデータ": ("city_code", "prefecture_name", "city_only_name"),
    "完了通知と請求": (
        "monthly_fee_yen",
        "contractor_address",
        "contractor_representative",
        "contractor_phone",
        "invoice_registration",
        "bank_account",
    ),
}
"""Which settings stand together on the page, under which heading."""
