"""Which sheets and columns a report over a period may have: the catalogue the city chooses from (003 10(1)③).

Data only; `reports.period_book` writes what is chosen.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from reports.measures import period_measures
from reports.period import Bundle, PeriodKind, SheetChoice

MONTHLY, ANNUAL, TERM = PeriodKind.MONTHLY, PeriodKind.ANNUAL, PeriodKind.TERM
EVERY = (MONTHLY, ANNUAL, TERM)
LONG = (ANNUAL, TERM)


class ColumnChoice(Struct, frozen=True):
    """A column that may be chosen: its key and its Japanese heading."""

    key: str
    label: str


class SheetDef(Struct, frozen=True):
    """A sheet of the catalogue. `required`: part of every bundle. `columns` empty: nothing to choose; `proposed`: those
    taken when nothing was chosen (empty: all). `section`: the comment that stands on it (a key of `SECTIONS`)."""

    key: str
    name: str
    about: str
    kinds: tuple[PeriodKind, ...] = EVERY
    required: bool = False
    columns: tuple[ColumnChoice, ...] = ()
    proposed: tuple[str, ...] = ()
    section: str = ""


MEASURE_CHOICES = tuple(ColumnChoice(measure.key, measure.label) for measure in period_measures())
_RANKING = (
    ColumnChoice("count", "件数"),
    ColumnChoice("share", "構成比"),
    ColumnChoice("previous", "前の期間"),
    ColumnChoice("change", "前の期間との差"),
    ColumnChoice("change_rate", "前の期間との比"),
    ColumnChoice("year_ago", "前年同期"),
    ColumnChoice("year_change", "前年同期との差"),
)
_OVER_TIME = (
    "offered",
    "answered",
    "abandoned",
    "answer_rate",
    "recorded",
    "completed",
    "completion_rate",
    "average_handling",
    "complaints",
    "difficult",
    "shortage_minutes",
)
SHEETS: tuple[SheetDef, ...] = (
    SheetDef("cover", "表紙", "件名・期間・版・承認欄・主な実績", required=True),
    SheetDef(
        "summary",
        "総括",
        "指標ごとの実績と目標、前の期間・前年同期との比較、所見",
        columns=MEASURE_CHOICES,
        section="summary",
    ),
    SheetDef(
        "months", "月別", "月ごとの実績", kinds=LONG, columns=MEASURE_CHOICES, proposed=_OVER_TIME, section="months"
    ),
    SheetDef("days", "日別", "日ごとの実績", kinds=EVERY, columns=MEASURE_CHOICES, proposed=_OVER_TIME, section="days"),
    SheetDef("hours", "時間帯×曜日", "時間帯と曜日ごとの着信数・記録件数", section="hours"),
    SheetDef("categories", "分類別", "小分類ごとの日別（年度・期間では月別）の件数", section="categories"),
    SheetDef("ranking", "分類の順位", "件数の多い小分類と増減", columns=_RANKING, section="categories"),
    SheetDef("attributes", "内訳", "経路・問合せ者・言語・結果ごとの件数"),
    SheetDef("reservations", "予約", "予約の受付・変更・取消と枠の利用", section="reservations"),
    SheetDef("cases", "苦情・困難事例等", "エスカレーション・苦情・困難事例の一覧（個人情報なし）", section="cases"),
    SheetDef("staffing", "配置", "計画と実績、最少人数を下回った時間、従事者ごとの日数と時間", section="staffing"),
    SheetDef("training", "研修", "研修・教育・誓約の実施", section="training"),
    SheetDef("documents", "マニュアル・FAQ", "マニュアル・FAQの更新と利用", section="documents"),
    SheetDef("proposals", "提案・指示", "改善提案と、市の指示への対応", section="proposals"),
    SheetDef("incidents", "事故等", "トラブル・設備の報告と、事故・ヒヤリハット", section="incidents"),
    SheetDef("achievements", "達成・課題・引継ぎ", "達成状況・課題・引継事項・次年度の提案", kinds=LONG),
    SheetDef("definitions", "算出方法", "計算の方法・締切・除いたもの", required=True),
)
SHEET = {sheet.key: sheet for sheet in SHEETS}

SECTIONS: dict[str, str] = {
    "summary": "総括",
    "months": "月別の推移",
    "days": "日別の推移",
    "hours": "時間帯・曜日",
    "categories": "問合せの分類",
    "reservations": "予約",
    "cases": "苦情・困難事例等",
    "staffing": "配置",
    "training": "研修",
    "documents": "マニュアル・FAQ",
    "proposals": "提案・指示",
    "incidents": "事故等",
    "achievements": "達成状況",
    "issues": "課題",
    "handover": "引継事項",
    "next_year": "次年度の提案",
}
"""What a person may remark on, by key."""
_LONG_SECTIONS = ("months", "achievements", "issues", "handover", "next_year")


def sheets_for(kind: PeriodKind) -> tuple[SheetDef, ...]:
    """The sheets that a report of this kind may have, in the order of the catalogue."""
    return tuple(sheet for sheet in SHEETS if kind in sheet.kinds)


def sections_for(kind: PeriodKind) -> dict[str, str]:
    """The sections that a report of this kind may be remarked on."""
    return {key: label for key, label in SECTIONS.items() if kind is not MONTHLY or key not in _LONG_SECTIONS}


def proposal(kind: PeriodKind) -> Bundle:
    """What the product proposes until the city has chosen."""
    return Bundle(sheets=tuple(SheetChoice(sheet.key) for sheet in sheets_for(kind)))


def checked(kind: PeriodKind, sheets: Iterable[SheetChoice]) -> tuple[SheetChoice, ...]:
    """A choice as it may stand: known sheets once, known columns, the required ones in. Raises ValueError otherwise."""
    allowed = {sheet.key: sheet for sheet in sheets_for(kind)}
    found: dict[str, SheetChoice] = {}
    for choice in sheets:
        if choice.key not in allowed or choice.key in found:
            raise ValueError(f"not a sheet of this report, or twice: {choice.key}")
        known = {column.key for column in allowed[choice.key].columns}
        if len(set(choice.columns)) != len(choice.columns) or not known.issuperset(choice.columns):
            raise ValueError(f"not the columns of {choice.key}: {choice.columns}")
        found[choice.key] = choice
    missing = [sheet.key for sheet in allowed.values() if sheet.required and sheet.key not in found]
    if missing:
        raise ValueError(f"always part of the report: {missing}")
    return tuple(found.values())


def columns_for(choice: SheetChoice) -> tuple[str, ...]:
    """The columns to write: those chosen, else the proposed ones, else all."""
    sheet = SHEET[choice.key]
    return choice.columns or sheet.proposed or tuple(column.key for column in sheet.columns)
