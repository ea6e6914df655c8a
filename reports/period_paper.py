"""The summary of a period on paper (Word), for those who file paper: the workbook's figures, nothing counted again.

Only what the city chose stands in it: a chapter is left out with its sheet. Comments are never left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from reports.cleaning import clean
from reports.daily import Person, ReportStatus
from reports.editions import for_period_edition
from reports.figures import EMPTY, Figure
from reports.period import CoverageDay, PeriodReport, SheetChoice, Span, Target, Verdict
from reports.period_bundle import sections_for
from reports.sheets.frame import version_label
from reports.sheets.front import addressee, edition_note
from reports.sheets.period.comparing import target_text, then_of, verdict_text
from reports.sheets.period.definitions import bundle_words, used
from reports.sheets.period.frame import coverage_note, measures_of, report_title, sheets_of
from reports.sheets.period.ranking import Ranked, ranked
from reports.wareki import length, local, moment, wareki_weekday
from reports.word import Align, Box, Column, Look, Paper, PaperFacts, Row

HEADLINES = (
    "open_days",
    "offered",
    "answered",
    "answer_rate",
    "service_level",
    "abandonment_rate",
    "recorded",
    "completion_rate",
    "average_handling",
    "complaints",
    "difficult",
    "shortage_minutes",
)
OVER_MONTHS = ("offered", "answer_rate", "recorded", "completion_rate", "complaints", "shortage_minutes")
CASES = ("escalated", "complaints", "difficult")
STAFFING = ("planned_operator_hours", "operator_hours", "covered_rate", "shortage_minutes", "planned_shortage_minutes")
MOST_CATEGORIES = 10
_FOOTER_TITLE = 36
_RIGHT, _CENTER = Align.RIGHT, Align.CENTER
_NOTE = Look(points=9, quiet=True)
_DENSE = 8.5


def period_paper(report: PeriodReport) -> bytes:
    """The summary as a docx file, in the edition the report's issue names; the same report gives the same bytes."""
    shown = for_period_edition(report)
    paper = Paper(_facts_of(shown))
    _cover(paper, shown)
    _headlines(paper, shown)
    for choice in sheets_of(shown):
        if choice.key == "summary":
            _figures(paper, shown, choice)
        elif choice.key in _CHAPTERS:
            _CHAPTERS[choice.key](paper, shown)
    _comments(paper, shown)
    _definitions(paper, shown)
    return paper.finish()


def _facts_of(report: PeriodReport) -> PaperFacts:
    title, contract = report_title(report), report.contract.title
    short = contract if len(contract) <= _FOOTER_TITLE else f"{contract[: _FOOTER_TITLE - 1]}…"
    return PaperFacts(
        f"{title}　{report.span.label}",
        report.issue.timing.built_at,
        header=(title, report.span.label),
        footer=(short, f"{version_label(report)}　{report.issue.edition.label}"),
    )


def _cover(paper: Paper, report: PeriodReport) -> None:
    paper.approval_boxes(_boxes(report), "案" if report.issue.status is ReportStatus.DRAFT else "")
    paper.title(report.kind.label)
    paper.paragraph(report.span.label, Look(_CENTER, 14, after=10))
    paper.paragraph(addressee(report.contract), Look(points=12, after=6))
    paper.paragraph("業務の実績を次のとおり報告します。", Look(after=6))
    paper.facts(_cover_facts(report))


def _boxes(report: PeriodReport) -> tuple[Box, ...]:
    issue = report.issue
    approval = issue.approval
    on = local(approval.approved_at) if approval else None
    return (
        Box("起案", _shown(issue.prepared_by)),
        Box("確認", _shown(issue.checked_by)),
        Box("承認", _shown(approval.person if approval else None), f"{on.month}月{on.day}日" if on else ""),
    )


def _shown(person: Person | None) -> str:
    return person.shown if person else ""


def _cover_facts(report: PeriodReport) -> list[tuple[str, str]]:
    contract, span, issue = report.contract, report.span, report.issue
    days = f"{wareki_weekday(span.from_on)}～{wareki_weekday(span.to_on)}　開庁{report.tally.open_days}日"
    facts = [
        ("件名", contract.title),
        ("受託者", contract.contractor),
        ("業務責任者", contract.responsible.shown),
        ("履行場所", contract.place),
        ("対象期間", days),
        ("版", version_label(report)),
        ("集計の締切", f"{moment(issue.timing.cutoff_at)}　（作成 {moment(issue.timing.built_at)}）"),
    ]
    if issue.version.change_note:
        facts.append(("変更の内容", issue.version.change_note))
    return [*facts, ("配布区分", edition_note(report))]


def _headlines(paper: Paper, report: PeriodReport) -> None:
    """The main figures with their targets, the remark on the whole, what was open."""
    judged = {target.key: (target, verdict) for target, _, verdict in report.judged()}
    keys = (*HEADLINES, *(key for key in judged if key not in HEADLINES))
    paper.heading("主な実績")
    columns = (Column("指標", 46), Column("実績", 22, _RIGHT), Column("目標", 22, _RIGHT), Column("判定", 24, _CENTER))
    paper.table(columns, [_headline(report.figures[key], judged.get(key)) for key in keys], "主な実績と目標")
    if coverage_note(report):
        paper.paragraph(coverage_note(report), _NOTE)
    summary = report.comment_on("summary")
    if summary:
        paper.box("所見（総括）", summary)
    if report.checks:
        paper.heading("作成時の確認事項", 2)
        _list(paper, report.checks)


def _headline(figure: Figure, judged: tuple[Target, Verdict] | None) -> Row:
    if judged is None:
        return Row((figure.label, figure.text, "", ""))
    target, verdict = judged
    return Row((figure.label, figure.text, target_text(target, figure.unit), verdict_text(verdict)))


def _figures(paper: Paper, report: PeriodReport, choice: SheetChoice) -> None:
    """Every chosen figure, beside the periods it is compared with."""
    paper.heading("総括")
    compared = [one for one in (report.previous, report.year_ago) if one is not None]
    columns = [Column("指標", 60), Column("実績", 24, _RIGHT), *(Column(one.label, 24, _RIGHT) for one in compared)]
    rows = [
        Row((figure.label, figure.text, *(_text(then_of(one, figure.key)) for one in compared)))
        for figure in (report.figures[measure.key] for measure in measures_of(report, choice))
    ]
    paper.table(columns, rows, "指標ごとの実績")
    for one in compared:
        paper.paragraph(f"{one.label}：{one.span.label}（{one.source}）", _NOTE)


def _text(figure: Figure | None) -> str:
    return figure.text if figure else EMPTY


def _months(paper: Paper, report: PeriodReport) -> None:
    """One row a month, the whole period as the total."""
    paper.heading("月別")
    headings = (Column(report.figures[key].label, 24, _RIGHT) for key in OVER_MONTHS)
    months = [_month(_named(span), report.figures_of(report.tally_of(span))) for span in report.span.months()]
    total = _month("期間の計", report.figures, strong=True)
    paper.table((Column("月", 40), *headings), [*months, total], "月ごとの実績", _DENSE)


def _named(span: Span) -> str:
    """令和8年6月; a part of a month with its days."""
    if span.whole_month:
        return span.label
    return f"{Span(span.from_on, span.from_on).label.partition('月')[0]}月{span.from_on.day}～{span.to_on.day}日"


def _month(label: str, figures: Mapping[str, Figure], *, strong: bool = False) -> Row:
    return Row((label, *(figures[key].text for key in OVER_MONTHS)), strong)


def _categories(paper: Paper, report: PeriodReport) -> None:
    """The most frequent categories, with their count in the period before and how they moved."""
    paper.heading(f"問合せの多い分類（上位{MOST_CATEGORIES}）")
    found = [one for one in ranked(report.categories) if one.total][:MOST_CATEGORIES]
    if not found:
        paper.paragraph("記録はありません。")
        return
    columns = (
        Column("順位", 11, _RIGHT),
        Column("大分類", 34),
        Column("小分類", 56),
        Column("件数", 15, _RIGHT),
        Column("構成比", 15, _RIGHT),
        Column("前の\n期間", 15, _RIGHT),
        Column("差", 14, _RIGHT),
        Column("順位の\n動き", 15, _CENTER),
        Column("目立つ\n動き", 15, _CENTER),
    )
    paper.table(columns, [_category(one, report.tally.recorded) for one in found], "問合せの多い分類", _DENSE)


def _category(one: Ranked, recorded: int) -> Row:
    before, category = one.line.previous, one.line.category
    return Row(
        (
            str(one.rank),
            category.major_name,
            category.name,
            f"{one.total:,}",
            f"{one.total / recorded:.1%}" if recorded else EMPTY,
            EMPTY if before is None else f"{before:,}",
            EMPTY if one.change is None else _signed(one.change),
            one.moved,
            one.word,
        )
    )


def _signed(change: int) -> str:
    if change == 0:
        return "±0"
    return f"+{change:,}" if change > 0 else f"−{-change:,}"


def _cases(paper: Paper, report: PeriodReport) -> None:
    """How many, by major category; who called stands nowhere."""
    paper.heading("苦情・困難事例等")
    paper.facts([(report.figures[key].label, report.figures[key].text) for key in CASES], 60)
    counts = Counter((case.category.major_code, mark) for case in report.cases for mark in case.marks)
    if not counts:
        return
    majors = sorted({case.category.major_code: case.category.major_name for case in report.cases}.items())
    marks = sorted({mark for _, mark in counts})
    rows = [Row((name, *(f"{counts[code, mark]:,}" for mark in marks))) for code, name in majors]
    columns = (Column("大分類", 60), *(Column(mark, 24, _RIGHT) for mark in marks))
    paper.table(columns, rows, "苦情・困難事例等の分類")


def _staffing(paper: Paper, report: PeriodReport) -> None:
    """Planned and actual hours, days below the minimum, each person's days and hours."""
    paper.heading("配置")
    paper.facts([(report.figures[key].label, report.figures[key].text) for key in STAFFING], 60)
    _below(paper, [day for day in report.coverage if day.planned_below or day.below])
    if not report.people:
        return
    paper.heading("従事者ごとの日数と時間", 2)
    columns = (
        Column("従事者", 44),
        Column("役割", 36),
        *(Column(name, 22, _RIGHT) for name in ("日数", "予定", "実績")),
    )
    rows = [
        Row((one.person.shown, one.role, str(one.days), _hours(one.planned_minutes), _hours(one.worked_minutes)))
        for one in report.people
    ]
    paper.table(columns, rows, "従事者ごとの日数と時間")


def _hours(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"


def _below(paper: Paper, days: Sequence[CoverageDay]) -> None:
    if not days:
        paper.paragraph("受付時間に最少人数を下回った日はありません。")
        return
    paper.heading("最少人数を下回った日", 2)
    columns = (
        Column("日", 44),
        Column("予定", 18, _RIGHT),
        Column("実績", 18, _RIGHT),
        Column("原因", 34),
        Column("対応", 56),
    )
    rows = [
        Row(
            (
                wareki_weekday(day.on),
                length(day.planned_below),
                length(day.below),
                "、".join(day.causes) or EMPTY,
                day.measures or EMPTY,
            )
        )
        for day in days
    ]
    paper.table(columns, rows, "最少人数を下回った日", _DENSE)


def _comments(paper: Paper, report: PeriodReport) -> None:
    """What people remarked, by section; that on the whole stands beside the main figures."""
    sections = sections_for(report.kind)
    texts = [(label, report.comment_on(key)) for key, label in sections.items() if key != "summary"]
    written = [(label, text) for label, text in texts if text]
    if written:
        paper.heading("項目ごとの所見")
    for label, text in written:
        paper.box(label, text)


def _definitions(paper: Paper, report: PeriodReport) -> None:
    """How each figure is computed, and the conditions of the count."""
    paper.heading("算出方法")
    keys = {*HEADLINES, *OVER_MONTHS, *CASES, *STAFFING, *(measure.key for measure in used(report))}
    rows = [Row((one.label, one.formula)) for one in report.measures if one.key in keys]
    paper.table((Column("指標", 52), Column("計算の方法", 118)), rows, "算出方法", _DENSE)
    paper.heading("集計の条件", 2)
    paper.facts(_conditions(report))
    if report.notes:
        paper.heading("注記", 2)
        _list(paper, report.notes)


def _conditions(report: PeriodReport) -> list[tuple[str, str]]:
    excluded = "、".join(f"{one.label} {one.count:,}件" for one in report.exclusions)
    empty = "分母が0のため計算できないこと、または比べる記録がないこと"
    return [
        ("報告の項目", bundle_words(report.bundle)),
        ("出典", "、".join(report.sources) or "問合せ記録"),
        ("除いたもの", excluded or "なし"),
        ("率の合計", "期間の率は、日ごとの率の平均ではなく、分子の合計 ÷ 分母の合計で計算します。"),
        ("記号", f"「{EMPTY}」は{empty}、「未計測」は計測していないことを示します。"),
    ]


def _list(paper: Paper, sentences: Sequence[str]) -> None:
    for sentence in sentences:
        paper.paragraph(f"・{clean(sentence)}", Look(after=2, indent=2))


_CHAPTERS = {"months": _months, "ranking": _categories, "cases": _cases, "staffing": _staffing}
